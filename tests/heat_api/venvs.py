"""Where heat-api, its client and Heat's functional tests are installed: each in a venv of its own, from PyPI, once.

    HEATLITE_HEAT_API=/path     a venv with openstack-heat, python-openstackclient, python-heatclient, waitress
    HEATLITE_TEMPEST=/path      a venv with tempest, heat-tempest-plugin and openstack-heat

Nothing of them is ever imported together with heatlite.
"""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

from tests.once import made_once
from tests.servers import ServerUnavailable

HEAT = "openstack-heat==27.0.1"
API = (HEAT, "python-heatclient", "python-openstackclient", "waitress", "pymysql")
TEMPEST = ("tempest", "heat-tempest-plugin", "python-swiftclient", "python-neutronclient", "python-novaclient")
MORE = ("python-cinderclient",)


def api() -> pathlib.Path:
    """The venv of heat-api and of the client."""
    return ready("HEATLITE_HEAT_API", "heat-api", API)


def tempest() -> pathlib.Path:
    """The venv of the functional tests, some of which are part of Heat's own package."""
    return ready("HEATLITE_TEMPEST", "heat-tempest", (*TEMPEST, *MORE), without_dependencies=HEAT)


def ready(variable: str, name: str, wanted: tuple[str, ...], without_dependencies: str = "") -> pathlib.Path:
    """A venv: the one that a variable names, else one in the user's cache, made where it isn't there.

    :raises ServerUnavailable: where it can't be made
    """
    if named := os.environ.get(variable):
        return pathlib.Path(named)
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    place = cache / "heatlite" / f"{name}-py{sys.version_info[0]}{sys.version_info[1]}"
    return made_once(place, lambda: make(place, name, wanted, without_dependencies))


def make(place: pathlib.Path, name: str, wanted: tuple[str, ...], without_dependencies: str) -> None:
    """Make a venv."""
    install = [str(place / "bin/pip"), "install", "-q", "--disable-pip-version-check"]
    commands = [[sys.executable, "-m", "venv", str(place)], [*install, *wanted]]
    if without_dependencies:
        commands.append([*install, "--no-deps", without_dependencies])
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise ServerUnavailable(f"{name} can't be installed: {' '.join(command)}\n{done.stderr[-1000:]}")
