"""Software configs and deployments are taken over with the stack: servers are told what Heat told them.

``heat27_software.sql`` is what real Heat has of one stack with configs and deployments. Once a deployment is signalled,
Heat asks nova, which wasn't there: what the signal comes to (``done``) is written by hand.
"""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite.context import EngineContext
from heatlite.db import software_configs, software_deployments
from heatlite.db.crypt import Vault
from heatlite.db.heat.reading import HeatDatabase
from heatlite.db.heat.records import HeatStack
from heatlite.engine.heat_import.judge import Judge
from tests.deployment import InProcess, in_process
from tests.imports import taking
from tests.imports.conftest import HEATS_KEY, as_sqlite
from tests.imports.taking import happened, now_made
from tests.story import Story
from tests.waiting import PATIENCE, wait_until

FIXTURE = pathlib.Path(__file__).parent / "heat27_software.sql"
SERVER, ANOTHER = "0a6f2c1e-5b8d-4c31-9e33-8a6ee0b4d001", "0a6f2c1e-5b8d-4c31-9e33-8a6ee0b4d002"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HeatStack]:
    heat = HeatDatabase(as_sqlite(FIXTURE, tmp_path_factory.mktemp("software")), Vault((HEATS_KEY,)))
    [(stack_id, _, _)] = heat.roots(None)
    yield heat.stack(stack_id)
    heat.close()


@pytest.fixture
def deployment(tmp_path: pathlib.Path) -> Iterator[InProcess]:
    made = in_process(tmp_path, sweep_interval=0.2)
    yield made
    made.stop()


@pytest.fixture
def story(deployment: InProcess, root: HeatStack) -> Story:
    judgement = Judge(taking.REGISTRY, {}).judge(root)
    assert judgement.stack is not None, judgement.obstacles
    taking.take_over(deployment.database).take(judgement.stack)
    found = Story(deployment, root.tenant)
    found.name = root.name
    found.identity = {"tenant": root.tenant, "stack_name": root.name, "stack_id": root.id, "path": ""}
    return found


def told(story: Story, server: str) -> dict[str, Any]:
    """Config's id → the config, of those that a server is told."""
    return {it["id"]: it for it in story.client.metadata_software_deployments(story.context, server)}


def heats(root: HeatStack, server: str) -> dict[str, Any]:
    """The same, of Heat's rows."""
    stacks = list(root.tree())
    configs = {it["id"]: it for stack in stacks for it in stack.configs}
    ids = [it["config_id"] for stack in stacks for it in stack.deployments if it["server_id"] == server]
    return {each: configs[each] for each in ids}


@pytest.mark.parametrize(("server", "count"), [(SERVER, 2), (ANOTHER, 1)])
def test_a_server_is_told_the_same_configs_under_the_same_ids(
    story: Story, root: HeatStack, server: str, count: int
) -> None:
    """By the ids an agent knows what it has applied already."""
    ours, theirs = told(story, server), heats(root, server)
    assert len(ours) == count
    assert ours.keys() == theirs.keys()
    for each, config in ours.items():
        assert (config["name"], config["group"]) == (theirs[each]["name"], theirs[each]["group"])
        assert {name: config[name] for name in ("config", "inputs", "outputs")} == {
            name: theirs[each]["config"][name] for name in ("config", "inputs", "outputs")
        }


def test_an_update_that_changes_nothing_does_nothing(story: Story) -> None:
    before, configs = now_made(story), told(story, SERVER)
    story.client.update_stack(story.context, story.identity, None, {}, {}, {"existing": True, "converge": True})
    story.settle("UPDATE_COMPLETE")
    assert happened(story) == []
    assert (now_made(story), told(story, SERVER)) == (before, configs)
    shown = {it["output_key"]: it["output_value"] for it in story.show()["outputs"]}
    assert (shown["out"], shown["config"]) == ("came", "echo")


def test_a_suspension_and_a_new_config_are_deployed(story: Story) -> None:
    story.suspend()
    story.settle("SUSPEND_COMPLETE")
    actions = {it["value"] for config in told(story, SERVER).values() for it in config["inputs"]
               if it["name"] == "deploy_action"}  # fmt: skip
    assert actions == {"CREATE", "SUSPEND"}, "of the one that asks for it"
    story.resume()
    story.settle("RESUME_COMPLETE")
    args = {"existing": True}
    story.client.update_stack(story.context, story.identity, None, {"parameters": {"text": "echo 2"}}, {}, args)
    story.step_until("done", "UPDATE_IN_PROGRESS")
    wait_until(
        lambda: "echo 2" in [it["config"] for it in told(story, SERVER).values()], PATIENCE, "the server to be told"
    )
    story.client.resource_signal(story.context, story.identity, "done", {"r": "two", "deploy_status_code": 0})
    story.settle("UPDATE_COMPLETE")
    shown = {it["output_key"]: it["output_value"] for it in story.show()["outputs"]}
    assert (shown["out"], shown["config"]) == ("two", "echo 2")


def test_they_go_with_the_stack(story: Story) -> None:
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert (told(story, SERVER), told(story, ANOTHER)) == ({}, {})
    context = EngineContext(story.deployment.database)
    assert software_configs.count(context, None) == 0
    assert software_deployments.count(context, None) == 0
