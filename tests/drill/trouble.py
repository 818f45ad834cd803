"""Plugins of the engines that are drilled: what goes wrong, and what holds up a call.

Drill::Trouble   a resource whose plugin goes wrong in a way that is asked for, until it is mended: by a file in the
                 directory that ``VARIABLE`` names; what an operator does is to install a better one
drill.held       a constraint that never comes to an end, and says in a file which process it keeps
Tests::Gate      a resource whose creation ends when a file is made
"""

from __future__ import annotations

import os
import pathlib
import time
from typing import Any

from heatlite.resources.base import Resource
from heatlite.resources.schema import Property, Type
from tests.integration import gates

TYPE, VARIABLE, CONSTRAINT = "Drill::Trouble", "HEATLITE_DRILL", "drill.held"
MENDED = "mended"
ROOT = pathlib.Path(__file__).parents[2]
TOO_LARGE = 5 * 2**20
LONG = 600.0


class Trouble(Resource):
    """What its creation does depends on ``trouble``."""

    properties_schema = {"trouble": Property(Type.STRING, required=True)}
    replace_when_failed = True

    def handle_create(self) -> Any:
        """Go wrong.

        :raises SystemExit: where that is asked for
        """
        if (pathlib.Path(os.environ[VARIABLE]) / MENDED).exists():
            return None
        match self.properties["trouble"]:
            case "raises":
                raise SystemExit("as asked")
            case "large":
                return {"text": "x" * TOO_LARGE}
            case "hangs":
                return time.sleep(LONG)  # what this plugin is about
            case "kills":
                os._exit(1)
        return None


class Held:
    """A constraint at which a call waits for longer than anybody does."""

    def validate(self, value: Any, cloud: Any) -> bool:
        """Write this process's number beside the file that the value names, and wait."""
        pid_file(pathlib.Path(str(value))).write_text(str(os.getpid()))
        time.sleep(LONG)  # what this constraint is about
        return True


def pid_file(path: pathlib.Path) -> pathlib.Path:
    """Where the process that is held says its number."""
    return path.with_name(f"{path.name}.pid")


def install(directory: pathlib.Path) -> dict[str, str]:
    """Install it and the gates in a directory; return the variables with which a process finds them."""
    about = directory / "installed" / "drill-1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: drill\nVersion: 1\n")
    resources = f"[heatlite.resources]\n{TYPE} = {__name__}:Trouble\n{gates.TYPE} = {gates.__name__}:Gate\n"
    constraints = f"[heatlite.constraints]\n{CONSTRAINT} = {__name__}:Held\n"
    (about / "entry_points.txt").write_text(resources + constraints)
    path = os.pathsep.join([str(ROOT), str(about.parent)])
    return {"PYTHONPATH": path, VARIABLE: str(directory), "XDG_CACHE_HOME": str(directory / "cache")}
