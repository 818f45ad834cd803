"""``heatlite-manage stack explain`` and ``service list`` on a real database, with stacks in each kind of trouble."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest

from heatlite.db import stacks
from heatlite.engine.observability import explaining
from heatlite.resources.builtin.stack import Stack
from tests.functional.engine.fleet import Fleet
from tests.functional.engine.templates import stores, template
from tests.waiting import PATIENCE

LONG = 3600
CHAIN = template({"a": stores("1", properties={"wait_secs": LONG}), "b": stores("1", depends_on="a")})


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Fleet:
    return Fleet(schema, tmp_path / "heatlite.sqlite3")


def explained(fleet: Fleet) -> str:
    """What is told of the stack now."""
    times = {"sweep_interval": 5.0, "lease_seconds": 20.0}
    context = fleet.context()
    facts = explaining.facts_of(context, explaining.find(context, "web"), fleet.clock.now, **times)
    return "\n".join(explaining.explained(facts))


def managed(tmp_path: pathlib.Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What ``heatlite-manage`` says of the fleet's database."""
    config = tmp_path / "heatlite.conf"
    config.write_text(f"[database]\nconnection = sqlite:///{tmp_path}/heatlite.sqlite3\n")
    command = [sys.executable, "-m", "heatlite.cmd.manage", "--config-file", str(config), *arguments]
    quiet = {**os.environ, "PYTHONWARNINGS": "ignore"}
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, env=quiet, check=False)


def test_each_stage_of_a_creation_is_told(fleet: Fleet) -> None:
    fleet.create(CHAIN)
    assert "a (update): ready; announced" in explained(fleet)
    fleet.work()
    text = explained(fleet)
    assert f"a (update): running on engine {fleet.first}" in text
    assert "b (update): waits for a (update)" in text
    assert "polls again in 1 h 0 min" in text


def test_what_a_newer_operation_waits_for_is_told(fleet: Fleet) -> None:
    fleet.create(CHAIN)
    fleet.work()
    fleet.update(template({"a": stores("2", properties={"wait_secs": LONG})}))
    fleet.message(to=1)
    assert f"a (update): needs the row that engine {fleet.first}" in explained(fleet)


def test_a_pause_at_a_hook_is_told(fleet: Fleet) -> None:
    environment = {"resource_registry": {"resources": {"a": {"hooks": "pre-create"}}}}
    fleet.identity = fleet.call("create_stack", "web", CHAIN, environment, None, {})
    fleet.work()
    assert "a (update): paused at its hook pre-create" in explained(fleet)


def test_the_failure_of_a_stack_at_rest_is_told(fleet: Fleet) -> None:
    fleet.create(template({"a": stores("1", properties={"fail": True})}))
    fleet.settle()
    text = explained(fleet)
    assert "is CREATE_FAILED." in text
    assert "a: CREATE_FAILED: ValueError: resources.a: Test Resource failed a" in text
    assert f"heatlite-manage stack repair {fleet.identity['stack_id']}" in text


def test_the_command_explains_by_name_and_by_id(fleet: Fleet, tmp_path: pathlib.Path) -> None:
    fleet.create(CHAIN)
    fleet.work()
    for name in ("web", fleet.identity["stack_id"]):
        done = managed(tmp_path, "stack", "explain", name)
        assert done.returncode == 0, done.stderr
        assert "CREATE_IN_PROGRESS" in done.stdout
        assert "b (update): waits for a (update)" in done.stdout


def test_the_command_says_where_there_is_no_such_stack(fleet: Fleet, tmp_path: pathlib.Path) -> None:
    done = managed(tmp_path, "stack", "explain", "nobody")
    assert done.returncode == 1
    assert done.stderr == "ERROR: The Stack (nobody) could not be found.\n"


def test_the_list_of_engines_shows_what_each_holds(fleet: Fleet, tmp_path: pathlib.Path) -> None:
    fleet.create(CHAIN)
    fleet.work()
    lines = managed(tmp_path, "service", "list").stdout.splitlines()
    held = {engine.id: [line for line in lines if engine.id in line] for engine in fleet.engines}
    assert "1 nodes, 1 locks" in held[fleet.first][0]
    assert all("nothing" in lines[0] for engine_id, lines in held.items() if engine_id != fleet.first)


def test_repair_refuses_a_nested_stack_before_it_asks_anybody(schema: pathlib.Path, tmp_path: pathlib.Path) -> None:
    fleet = Fleet(schema, tmp_path / "heatlite.sqlite3", **{"OS::Heat::Stack": Stack})
    inner = '{"heat_template_version": "2021-04-16", "resources": {}}'
    fleet.create(template({"inner": {"type": "OS::Heat::Stack", "properties": {"template": inner}}}))
    fleet.settle()
    (child,) = stacks.children(fleet.context(), [fleet.identity["stack_id"]])
    done = managed(tmp_path, "stack", "repair", child.id)
    assert done.returncode == 1
    assert f"repair its root, heatlite-manage stack repair {fleet.identity['stack_id']}" in done.stderr
