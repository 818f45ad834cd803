"""Every kind of value that real Heat computed is computed here, type for type, so that an update changes nothing."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from heatlite.cmd.manage_import import CHANGES, one_tree
from heatlite.context import EngineContext
from heatlite.convergence.serving import active_rows
from heatlite.db import models, resources, stacks
from heatlite.db.api import Database
from heatlite.db.crypt import Vault
from heatlite.db.heat.records import HeatStack
from heatlite.db.settings import Settings
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.common.settings import Settings as EngineSettings
from heatlite.engine.definitions.scope import EngineScope, live
from heatlite.engine.definitions.traversals import Library
from heatlite.engine.heat_import.asking import Means
from heatlite.engine.heat_import.judge import Judge, JudgedStack
from heatlite.engine.heat_import.rehearsal import Rehearsal, open_rehearsal
from heatlite.template import resolve
from tests.deployment import in_process
from tests.imports import taking
from tests.imports.heat_values import VALUE_STACKS
from tests.imports.taking import Taken, happened, now_made
from tests.story import Story

BY_NAME = {it.name: it for it in VALUE_STACKS}
NAMES = list(BY_NAME)
STORED_OTHERWISE = {"mapped-by-environment"}
"""Heat writes ``parameter_defaults`` into nested templates that it stores: such a stack gets its own, to no effect."""


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    never = Database(Settings("sqlite://"), Vault())
    with open_rehearsal(Means(never, taking.REGISTRY, EngineSettings(), Inputs())) as opened:
        yield opened


@pytest.fixture(scope="module")
def roots(values_url: str) -> dict[str, HeatStack]:
    return taking.heat_stacks(values_url)


@pytest.fixture(scope="module")
def taken(roots: dict[str, HeatStack], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    deployment = in_process(tmp_path_factory.mktemp("ours"), sweep_interval=0.2)
    yield taking.take_all(deployment, roots)
    deployment.stop()


def test_at_least_sixty_stacks_are_there(taken: Taken) -> None:
    assert len(taken.roots) >= 60
    assert set(taken.roots) == set(NAMES)


def test_nothing_that_heat_runs_is_left(taken: Taken) -> None:
    assert taken.obstacles == {}


@pytest.mark.parametrize("name", NAMES)
def test_properties_are_computed_as_heat_did_type_for_type(taken: Taken, name: str) -> None:
    for stack in taken.roots[name].tree():
        kept = {row.name: row.properties or {} for row in stack.resources}
        assert as_text(computed(taken, stack)) == as_text(kept), stack.name


@pytest.mark.parametrize("name", NAMES)
def test_an_update_that_changes_nothing_does_nothing(taken: Taken, name: str) -> None:
    story = taken.story(name)
    before, nested_before = now_made(story), nested_operations(story)
    story.client.update_stack(story.context, story.identity, None, {}, {}, {"existing": True, "converge": True})
    story.settle("UPDATE_COMPLETE")
    assert happened(story) == []
    assert now_made(story) == before
    assert (nested_operations(story) == nested_before) == (name not in STORED_OTHERWISE)


@pytest.mark.parametrize("name", NAMES)
def test_an_update_to_what_the_client_gave_heat_does_nothing_either(taken: Taken, name: str) -> None:
    """To that, and not to what Heat has kept of it: its engine notes more in an environment than it was given."""
    story, made = taken.story(name), BY_NAME[name]
    template = made.then[-1][1] if made.then else made.template
    before, nested_before = now_made(story), nested_operations(story)
    story.client.update_stack(story.context, story.identity, template, made.environment, made.files, {})
    story.settle("UPDATE_COMPLETE")
    assert happened(story) == []
    assert now_made(story) == before
    assert nested_operations(story) == nested_before or name in STORED_OTHERWISE  # unless the update before has done it


@pytest.mark.parametrize("name", NAMES)
def test_the_plan_of_the_first_update_is_empty(roots: dict[str, HeatStack], rehearsal: Rehearsal, name: str) -> None:
    assert rehearsal.changes(judged(roots[name])) == ()


WRITTEN_OTHERWISE = {
    "properties-of-kinds": {
        "a": {"value": "1", "wait_secs": 0, "fail": False, "update_replace": True},
        "b": {"value": "5"},
        "d": {"length": 12},
    },
    "number-as-text": {"web": {"number": 80, "flag": True, "text": "12"}},
    "count-of-text": {
        "group": {"count": 2, "resource_def": {"type": "OS::Heat::TestResource", "properties": {"value": "m%index%"}}}
    },
}


@pytest.mark.parametrize("name", WRITTEN_OTHERWISE)
def test_what_is_only_written_otherwise_is_no_difference(
    roots: dict[str, HeatStack], rehearsal: Rehearsal, name: str
) -> None:
    root, others = roots[name], WRITTEN_OTHERWISE[name]
    rows = [dataclasses.replace(it, properties=others.get(it.name, it.properties)) for it in root.resources]
    assert {row.name for row in root.resources} >= others.keys()
    assert any(repr(new.properties) != repr(old.properties) for new, old in zip(rows, root.resources, strict=True))
    assert rehearsal.changes(judged(dataclasses.replace(root, resources=tuple(rows)))) == ()


def test_a_plan_that_isnt_empty_says_what_differs(roots: dict[str, HeatStack], rehearsal: Rehearsal) -> None:
    root = with_another_value(roots["list-with-commas"])
    assert rehearsal.changes(judged(root)) == (
        "resources.web.resources.r (OS::Heat::TestResource) would be replaced: value: 'another' → 'a|b|c|d|'",
    )


def test_a_rehearsal_leaves_nothing(roots: dict[str, HeatStack], rehearsal: Rehearsal) -> None:
    rehearsal.changes(judged(roots["list-two-levels"]))
    database = rehearsal._means.database
    with database.reader(EngineContext(database)) as connection:
        for table in (models.stack, models.resource, models.raw_template, models.user_creds, models.sync_point):
            assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0, table.name


@pytest.mark.parametrize(("allows", "is_dry"), [(False, False), (False, True), (True, True), (True, False)])
def test_a_stack_whose_first_update_changes_it_needs_a_flag(
    roots: dict[str, HeatStack], rehearsal: Rehearsal, database: Database, allows: bool, is_dry: bool
) -> None:
    root = with_another_value(roots["list-with-commas"])
    said = argparse.Namespace(allow_changes=allows, dry_run=is_dry)
    found = one_tree(root, Judge(taking.REGISTRY, {}).judge(root), taking.take_over(database), rehearsal, said)
    assert [change.partition(" (")[0] for change in found.changes] == ["resources.web.resources.r"]
    assert found.obstacles == (() if allows else (CHANGES,))
    is_here = stacks.get(EngineContext(database), root.id) is not None
    assert is_here == (allows and not is_dry)


def with_another_value(root: HeatStack) -> HeatStack:
    """A tree in which Heat had made ``r`` of something else."""
    [child] = root.children
    rows = [dataclasses.replace(it, properties={**(it.properties or {}), "value": "another"}) for it in child.resources]
    changed = [new if new.name == "r" else old for new, old in zip(rows, child.resources, strict=True)]
    return dataclasses.replace(root, children=(dataclasses.replace(child, resources=tuple(changed)),))


def judged(root: HeatStack) -> JudgedStack:
    judgement = Judge(taking.REGISTRY, {}).judge(root)
    assert judgement.stack is not None, judgement.obstacles
    return judgement.stack


def nested_operations(story: Story) -> dict[str, str]:
    """Nested stack → the last operation on it."""
    table, database = models.stack, story.deployment.database
    statement = sa.select(table.c.id, table.c.current_traversal).where(table.c.root_id == story.identity["stack_id"])
    with database.reader(EngineContext(database)) as connection:
        return dict(connection.execute(statement.where(table.c.owner_id.is_not(None))).tuples().all())


def computed(taken: Taken, heat: HeatStack) -> dict[str, Any]:
    """Name → properties, of a stack's resources by its template, with its rows as they were taken over."""
    context = EngineContext(taken.deployment.database)
    stack = stacks.get(context, heat.id)
    assert stack is not None
    template, parameters = Library({}).parameters(context, stack)
    rows = active_rows(resources.by_stack(context, stack.id), stack.raw_template_id)
    there = {name: found for name, row in rows.items() if (found := live(row, taking.REGISTRY)) is not None}
    scope = EngineScope(parameters, template.files, there, stack.facade)
    made = {name: it for name, it in template.resources.items() if it.external_id is None}
    found = {name: resolve(it.properties, scope) or {} for name, it in made.items()}
    return {name: found.get(name, {}) for name in template.resources}


def as_text(value: Any) -> str:
    """JSON, in which 1, 1.0, true and "1" differ."""
    return json.dumps(value, sort_keys=True, indent=1)
