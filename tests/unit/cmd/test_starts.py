"""Starts: what a process imports before it serves. Modules are counted, not time."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
from importlib.metadata import version
from typing import Any

import pytest
from packaging.version import Version

from tests.deployment import quiet

HEAVY = {
    "alembic",  # where a schema is to be made
    "cryptography.x509",
    "dns",
    "eventlet.greenthread",  # where it is the backend
    "keystoneauth1",  # where a cloud is reached
    "openstack",
    "oslo_policy",  # where a template uses a type
    "prometheus_client",  # where metrics are shown
    "requests",
    "rich",  # where a terminal is drawn on
    "yaql",  # where a template has the function
}
ENGINE = """
from heatlite.cmd import engine
engine.pick_backend("threading")
from heatlite.engine.common import configured, policy
from heatlite.engine.runtime import daemon, readiness
from heatlite.resources.registry import Registry
Registry.load()
policy.TypePolicy()
"""
DAEMON = """
import sys
from oslo_config import cfg
from heatlite import conf as options
from heatlite.cmd import engine
engine.pick_backend("threading")
conf = options.register(cfg.CONF)
conf([], default_config_files=[], default_config_dirs=[])
conf.set_override("auth_url", "http://127.0.0.1:1" if CLOUD else None, group="trustee")
conf.set_override("client_retry_limit", 0)
from heatlite.engine.runtime import daemon
engine.preload(conf)
"""
FIRST_USE = """
before = set(sys.modules)
from heatlite import exception
from heatlite.clients.cloud import ServicesOf
from heatlite.clients.login import Login
from heatlite.clients.sessions import Sessions
from heatlite.engine.common.policy import TypePolicy
from heatlite.engine.ports.cloud_settings import cloud_settings
services = ServicesOf(Sessions(cloud_settings(conf)), lambda: Login(password="secret", username="heatlite"))
for name in ("compute", "network", "block_storage", "image"):
    try:
        services.api(name).get("/things")
    except exception.CloudUnavailable:
        pass
TypePolicy(conf)._enforcer.load_rules()
for name in before:
    sys.modules.pop(name)
"""
EMBEDDED = """
from oslo_config import cfg
from heatlite.cmd import connect, stack
cfg.CONF([], default_config_files=[], default_config_dirs=[])
"""
LIST = """
from heatlite.cmd import cli
assert cli.main(["stack", "list"]) == 0
"""
HELP = """
from heatlite.cmd import cli
cli.HeatliteApp()
"""
FOR_ENGINES = {
    "amqp",
    "futurist",
    "heatlite.clients",
    "heatlite.engine.shared",
    "heatlite.engine.traversal",
    "heatlite.resources",
    "heatlite.template",
    "kombu",
    "oslo_messaging",
    "oslo_service",
    "yaml",
}
MOST_FOR_A_LIST = 75
"""Modules of heatlite that a command may import to list stacks; a command with an engine imports about 450."""
TELL = """
import json, sys
print(json.dumps([name for name, module in sys.modules.items() if module is not None]))
"""
COUNT = """
import gc, json
searches = sum(it["collections"] for it in gc.get_stats())
print(json.dumps({"searches": searches, "kept": gc.get_freeze_count(), "left": len(gc.get_objects())}))
"""
MOST_SEARCHES = 80
"""About 50 of them come before the command sets its thresholds."""

IMPORTS_EVENTLET = {"dns", "eventlet.greenthread"} if Version(version("oslo.log")) < Version("8.3") else set()
"""Modules that older releases of oslo.log import by themselves, before the backend is picked."""


def imported(program: str, **environment: str) -> set[str]:
    """The modules that a process has after it has run this, ``x.y`` and ``x``."""
    return set(run_program(program + TELL, **environment))


def run_program(program: str, **environment: str) -> Any:
    """Run a program in a process of its own, and return the JSON that it prints last."""
    command = [sys.executable, "-c", program]
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=quiet() | environment)
    return json.loads(run.stdout.splitlines()[-1])


@pytest.mark.parametrize("program", [ENGINE, EMBEDDED, HELP], ids=["an engine", "a command", "help"])
def test_a_start_leaves_alone_what_it_may_never_need(program: str) -> None:
    assert imported(program) & HEAVY <= IMPORTS_EVENTLET


def test_help_needs_no_engine() -> None:
    found = imported(HELP)
    assert not {"sqlalchemy", "oslo_messaging", "oslo_service", "heatlite.engine"} & found


def test_a_list_of_stacks_starts_no_engine_once_there_is_a_database(tmp_path: pathlib.Path) -> None:
    state = {"HEATLITE_STATE_DIR": str(tmp_path / "state"), "HOME": str(tmp_path)}
    assert imported(LIST, **state) >= {"oslo_messaging", "heatlite.engine.traversal"}  # an engine makes the database
    found = imported(LIST, **state)
    assert not found & (FOR_ENGINES | HEAVY) - IMPORTS_EVENTLET
    assert len([it for it in found if it.startswith("heatlite.")]) <= MOST_FOR_A_LIST


def test_a_list_of_stacks_makes_few_searches_for_garbage(tmp_path: pathlib.Path) -> None:
    """With Python's own thresholds there are about 170."""
    state = {"HEATLITE_STATE_DIR": str(tmp_path / "state"), "HOME": str(tmp_path)}
    imported(LIST, **state)
    counted = run_program(LIST + COUNT, **state)
    assert counted["searches"] <= MOST_SEARCHES
    assert counted["left"] < counted["kept"] / 10


def test_a_daemon_has_what_a_first_stack_needs_before_its_processes_are_forked() -> None:
    found = imported("CLOUD = True" + DAEMON)
    assert {"openstack", "keystoneauth1", "oslo_policy"} <= found
    later = {it.partition(".")[0] for it in imported("CLOUD = True" + DAEMON + FIRST_USE)}
    assert not later & {"heatlite", "openstack", "keystoneauth1", "requests", "urllib3"}


def test_a_daemons_processes_never_search_what_was_imported_before_them() -> None:
    counted = run_program("CLOUD = False" + DAEMON + COUNT)
    assert counted["left"] < counted["kept"] / 10


def test_a_daemon_without_a_cloud_leaves_the_clients_alone() -> None:
    found = imported("CLOUD = False" + DAEMON)
    assert "oslo_policy" in found
    assert not {"openstack", "keystoneauth1"} & found
