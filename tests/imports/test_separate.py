"""OS::Heat::Stack: in Heat its stack is a root of its own, here it is nested; taken over it is what it was.

``heat27_separate.sql`` is what real Heat has of two stacks, ``separate`` with one such resource and ``separate-deep``
with one whose stack has another: three roots beside the two, with groups of templates in them.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest
from oslo_config import cfg

from heatlite import conf as options
from heatlite.cmd import manage_import
from heatlite.cmd.manage_import import Found
from heatlite.context import EngineContext
from heatlite.db import stacks
from heatlite.db.api import Database
from heatlite.db.crypt import Vault
from heatlite.db.heat.reading import HeatDatabase
from heatlite.db.heat.records import HeatStack
from heatlite.engine.heat_import.judge import Judge
from tests.deployment import InProcess, in_process
from tests.family import stacks_of
from tests.imports import taking
from tests.imports.conftest import HEATS_KEY, as_sqlite
from tests.imports.taking import happened, now_made
from tests.story import Story

FIXTURE = pathlib.Path(__file__).parent / "heat27_separate.sql"
SIZES = {"separate": (5, 9), "separate-deep": (6, 10)}
"""Name → stacks and resources of its tree."""


@pytest.fixture(scope="module")
def heat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HeatDatabase]:
    opened = HeatDatabase(as_sqlite(FIXTURE, tmp_path_factory.mktemp("separate")), Vault((HEATS_KEY,)))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    made = in_process(tmp_path_factory.mktemp("ours"), sweep_interval=0.2)
    yield made
    made.stop()


def imported(database: Database, heat: Any, **given: bool) -> list[Found]:
    """What the command finds, and takes over."""
    said = {"project": None, "events": False, "dry_run": False, "allow_changes": False, **given}
    wanted = options.register(cfg.ConfigOpts())
    wanted([], default_config_files=[], default_config_dirs=[])
    wanted.command = argparse.Namespace(**said)
    return list(manage_import.each_tree(wanted, database, heat))


@pytest.fixture(scope="module")
def found(deployment: InProcess, heat: HeatDatabase) -> list[Found]:
    return imported(deployment.database, heat)


def story_of(deployment: InProcess, found: list[Found], name: str) -> Story:
    [it] = [it for it in found if it.name == name]
    story = Story(deployment, it.project)
    story.name = name
    story.identity = {"tenant": it.project, "stack_name": name, "stack_id": it.stack_id, "path": ""}
    return story


def test_each_is_part_of_the_tree_of_the_stack_that_has_it(found: list[Found]) -> None:
    assert {it.name: (it.stacks, it.resources) for it in found} == SIZES
    assert [it.obstacles for it in found] == [(), ()]
    assert [it.changes for it in found] == [(), ()], "the plan of the first update is empty"


def test_an_update_to_what_it_is_does_nothing(deployment: InProcess, found: list[Found]) -> None:
    """The other one names a region, which only an identity service knows; the plan of its update is empty."""
    story = story_of(deployment, found, "separate")
    before = now_made(story), nested_operations(story)
    story.client.update_stack(story.context, story.identity, None, {}, {}, {"existing": True, "converge": True})
    story.settle("UPDATE_COMPLETE")
    assert happened(story) == []
    assert (now_made(story), nested_operations(story)) == before


def nested_operations(story: Story) -> dict[str, str]:
    """Id → the operation that a nested stack has had last."""
    return {it["id"]: it["current_traversal"] for it in stacks_of(story).values()}


def test_the_outputs_are_those_that_heat_had(deployment: InProcess, found: list[Found]) -> None:
    for name, path in (("separate", "all"), ("separate-deep", "all")):
        shown = story_of(deployment, found, name).show()
        told = {it["output_key"]: it["output_value"] for it in shown["outputs"]}
        assert told[path] == {"l": ["b", "c"], "o": "one"}
    [separate] = [it for it in found if it.name == "separate"]
    told = {it["output_key"]: it["output_value"] for it in story_of(deployment, found, "separate").show()["outputs"]}
    held = {it["id"]: it for it in stacks_of(story_of(deployment, found, "separate")).values()}
    assert held[told["ref"]]["name"] == told["name"]
    assert held[told["ref"]]["owner_id"] == separate.stack_id


def test_another_run_finds_them_here(deployment: InProcess, heat: HeatDatabase, found: list[Found]) -> None:
    again = imported(deployment.database, heat)
    assert [(it.name, it.obstacles) for it in again] == [
        (it.name, ("heatlite has this stack already",)) for it in found
    ]


def test_one_that_was_taken_over_by_itself_stays(database: Database, heat: HeatDatabase) -> None:
    """As an older version left it: what would have it nested is left, and it isn't touched."""
    held = heat.held()
    for stack_id, owner in held.items():
        judged = Judge(taking.REGISTRY, {}).judge(heat.stack(stack_id)).stack
        if judged is not None and owner not in held:
            taking.take_over(database).take(judged)
    found = imported(database, heat)
    assert [it.obstacles[0].partition(" (")[0].rstrip("-abcdefghijklmnopqrstuvwxyz234567") for it in found] != []
    assert all("already, as a stack of its own" in it.obstacles[0] for it in found)
    assert all(stacks.get(EngineContext(database), it) for it, owner in held.items() if owner not in held)


def test_the_part_of_a_tree_that_is_left_is_left_too(database: Database, heat: HeatDatabase) -> None:
    """It would be a stack of its own here, and its owner could never follow."""

    class Broken:
        def __init__(self, name: str) -> None:
            self.name = name

        def __getattr__(self, name: str) -> Any:
            return getattr(heat, name)

        def stack(self, stack_id: str, *, events: bool = False) -> HeatStack:
            read = heat.stack(stack_id)
            return dataclasses.replace(read, status="FAILED") if read.name == self.name else read

    found = imported(database, Broken("separate"))
    assert [(it.name, bool(it.obstacles)) for it in found] == [("separate", True), ("separate-deep", False)]


def test_what_is_only_referred_to_is_a_stack_of_its_own(heat: HeatDatabase) -> None:
    [root_id] = [stack_id for stack_id, name, _ in heat.roots(None) if name == "separate"]
    root = heat.stack(root_id)
    raw = json.loads(json.dumps(root.template.template))
    raw["resources"]["w"] = {"type": "OS::Heat::Stack", "external_id": root.separate[0].id}
    raw["resources"].pop("r")
    raw["outputs"] = {}
    rows = tuple(it for it in root.resources if it.name != "r")
    changed = dataclasses.replace(root, template=dataclasses.replace(root.template, template=raw), resources=rows)
    judgement = Judge(taking.REGISTRY, {}).judge(changed)
    assert (judgement.obstacles, judgement.joined) == ((), frozenset())


@pytest.mark.parametrize("name", SIZES)
def test_it_is_changed_and_deleted_as_a_whole(deployment: InProcess, found: list[Found], name: str) -> None:
    """The last test: nothing is left afterwards."""
    story = story_of(deployment, found, name)
    if name == "separate":
        args = {"existing": True}
        story.client.update_stack(story.context, story.identity, None, {"parameters": {"given": "two"}}, {}, args)
        story.settle("UPDATE_COMPLETE")
        told = {it["output_key"]: it["output_value"] for it in story.show()["outputs"]}
        assert told["all"]["o"] == "two"
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert now_made(story) == set()
