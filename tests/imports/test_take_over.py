"""Stacks that a real Heat made go on here: what was made stays, and changes as ours would."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite import exception
from heatlite.context import EngineContext
from heatlite.db import stacks, user_creds
from heatlite.db.api import Database
from heatlite.db.crypt import Vault
from heatlite.db.heat.reading import HeatDatabase
from heatlite.engine.heat_import.judge import Judge
from tests.deployment import in_process
from tests.functional.db.build import add_stack
from tests.imports import taking
from tests.imports.conftest import HEATS_KEY
from tests.imports.heat_stacks import DEMO, FLAT, OTHER, STACKS
from tests.imports.taking import Taken

LEFT = {"fails", "fails-later", "foreign", "runs"}
BY_NAME = {it.name: it for it in STACKS}
TAKEN = sorted(it.name for it in STACKS if it.name not in {*LEFT, "gone"})
OF_THEIR_OWN = {"asleep", "cfn-asleep", "snapped"}
UNCHANGED = {"mapped", "hidden", "cfn-group", "cfn-old"}
"""Whose values come from the environment, or from functions."""
REPAIR = "repair it in Heat, by an update or a check"


@pytest.fixture(scope="module")
def taken(heat_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    deployment = in_process(tmp_path_factory.mktemp("ours"), sweep_interval=0.2)
    yield taking.take_all(deployment, taking.heat_stacks(heat_url, events=True))
    deployment.stop()


def test_at_least_twenty_stacks_are_there_nested_ones_too(taken: Taken) -> None:
    assert len(taken.roots) >= 20
    assert max(stack.nested_depth for root in taken.roots.values() for stack in root.tree()) == 3


def test_what_cannot_be_taken_over_is_named_with_reasons(taken: Taken) -> None:
    failed = "Test Resource failed"
    assert taken.obstacles["fails"] == (
        f"it is CREATE_FAILED (Resource CREATE failed: ValueError: resources.b: {failed} b): {REPAIR}",
        f"resources.b is CREATE_FAILED (ValueError: resources.b: {failed} b)",
    )
    assert taken.obstacles["fails-later"] == (
        f"it is UPDATE_FAILED (Resource UPDATE failed: ValueError: resources.a: {failed} a): {REPAIR}",
        f"resources.a is UPDATE_FAILED (ValueError: resources.a: {failed} a)",
    )
    unknown = "The Resource Type (OS::Heat::AccessPolicy) could not be found."
    assert taken.obstacles["foreign"] == (f"resources.rule (OS::Heat::AccessPolicy): {unknown}",)
    assert taken.obstacles["runs"] == (
        "it is CREATE_IN_PROGRESS: wait until it ends, or cancel it in Heat",
        "resources.a is CREATE_IN_PROGRESS (state changed)",
    )
    assert taken.obstacles.keys() == LEFT


@pytest.mark.parametrize("name", TAKEN)
def test_every_physical_id_is_kept(taken: Taken, name: str) -> None:
    root = taken.roots[name]
    assert taking.physical_ids(taken.deployment.database, root.id) == taking.heats_physical_ids(root)


@pytest.mark.parametrize(
    ("name", "outputs"),
    [
        ("flat", {"said": "1"}),
        ("replaced", {"said": "2"}),
        ("provider", {"said": "xl"}),
        ("sealed-provider", {"said": "xl"}),
        ("cfn", {"said": "small-s"}),
        ("cfn-conditions", {"said": "large-s"}),
    ],
)
def test_outputs_are_as_they_were(taken: Taken, name: str, outputs: dict[str, Any]) -> None:
    shown = taken.story(name).show(resolve_outputs=True)
    assert {it["output_key"]: it["output_value"] for it in shown["outputs"]} == outputs


def test_a_secret_string_is_what_it_was(taken: Taken) -> None:
    kept = {row.name: row.data for row in taken.roots["strings"].resources}["word"]["value"]
    shown = taken.story("strings").show(resolve_outputs=True)["outputs"]
    assert {it["output_value"] for it in shown} == {kept}


@pytest.mark.parametrize(("name", "size"), [("group", 3), ("sealed-group", 2), ("words", 2)])
def test_groups_tell_of_their_members(taken: Taken, name: str, size: int) -> None:
    story = taken.story(name)
    (refs,) = [it["output_value"] for it in story.show(resolve_outputs=True)["outputs"]]
    (group,) = taken.roots[name].children
    kept = {it.data["value"] if name == "words" else it.physical_resource_id for it in group.resources}
    assert (len(refs), set(refs)) == (size, kept)


def test_members_that_are_stacks_are_referred_to_by_the_names_that_heat_gave_them(taken: Taken) -> None:
    (refs,) = [it["output_value"] for it in taken.story("two-levels").show(resolve_outputs=True)["outputs"]]
    (group,) = taken.roots["two-levels"].children
    assert sorted(refs) == sorted(f"arn:openstack:heat::{DEMO}:stacks/{it.name}/{it.id}" for it in group.children)


def test_requirements_are_those_of_the_rows(taken: Taken) -> None:
    rows = {row["name"]: row for row in taking.rows(taken.deployment.database, taken.roots["flat"].id)}
    names = {row["id"]: name for name, row in rows.items()}
    requires = {name: {names[each] for each in row["requires"]} for name, row in rows.items()}
    assert requires == {"a": set(), "b": {"a"}, "c": {"a", "b"}}


def test_settings_tags_times_and_events_are_kept(taken: Taken) -> None:
    flat, careful = taken.story("flat").show(), taken.story("rolls-back").show()
    assert flat["tags"] == ["blue", "green"]
    assert (careful["disable_rollback"], careful["timeout_mins"]) == (False, 7)
    assert taken.roots["flat"].created_at is not None
    assert flat["creation_time"].startswith(taken.roots["flat"].created_at.isoformat())
    assert taken.story("flat").told()[0] == "stack CREATE_IN_PROGRESS"
    assert {it.tenant for it in taken.roots.values()} == {DEMO, OTHER}


def test_credentials_and_hidden_values_can_be_used_and_are_not_shown(taken: Taken) -> None:
    database, story = taken.deployment.database, taken.story("hidden")
    context = EngineContext(database)
    stack = stacks.get(context, story.identity["stack_id"])
    assert stack is not None
    assert stack.user_creds_id is not None
    found = user_creds.get(context, stack.user_creds_id)
    assert found is not None
    assert (found.username, found.password) == ("fill", "of fill")
    assert story.value("a") == "of a kind"
    assert story.show()["parameters"]["password"] == "******"
    with database.reader(context) as connection:
        raw = connection.exec_driver_sql(f"SELECT password FROM user_creds WHERE id = {stack.user_creds_id}").scalar()
    assert "of fill" not in str(raw)


@pytest.mark.parametrize("name", [name for name in TAKEN if name not in OF_THEIR_OWN])
def test_what_is_taken_over_is_updated_and_deleted(taken: Taken, name: str) -> None:
    """First to what it is, which does nothing; then everything about it changes; then it goes."""
    story, made = taken.story(name), BY_NAME[name]
    before = taking.now_made(story)
    story.client.update_stack(story.context, story.identity, None, {}, {}, {"existing": True, "converge": True})
    story.settle("UPDATE_COMPLETE")
    assert taking.now_made(story) == before
    assert taking.happened(story) == []
    template = made.then[-1][1] if made.then and made.then[-1][0] == "update" else made.template
    story.update(changed(template), files=made.files, existing=True)
    story.settle("UPDATE_COMPLETE")
    kept = before & taking.now_made(story)
    others = {"strings", "words", "replaced", "chain", "conditional-nested"}  # what is made anew, or goes
    assert kept == before if name not in others else kept < before
    assert taking.happened(story) != [] or name in UNCHANGED
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert taking.now_made(story) == set()


def changed(template: Any) -> Any:
    """The template with another value wherever a resource has one written out, and other lengths."""
    match template:
        case {"type": "OS::Heat::RandomString"}:
            return {**template, "properties": {"length": 9}}
        case dict():
            return {name: anew(name, value) for name, value in template.items()}
        case list():
            return [changed(each) for each in template]
        case _:
            return template


def anew(name: str, value: Any) -> Any:
    """An entry of a map that is changed."""
    return "changed" if name in ("value", "size") and isinstance(value, str) else changed(value)


@pytest.mark.parametrize("name", ["asleep", "cfn-asleep"])
def test_a_stack_that_sleeps_wakes_up(taken: Taken, name: str) -> None:
    story = taken.story(name)
    before = taking.now_made(story)
    story.resume()
    story.settle("RESUME_COMPLETE")
    story.update(changed(BY_NAME[name].template))
    story.settle("UPDATE_COMPLETE")
    assert taking.now_made(story) == before


def test_a_snapshot_of_before_can_be_returned_to(taken: Taken) -> None:
    story = taken.story("snapped")
    before = taking.now_made(story)
    story.update(changed(FLAT))
    story.settle("UPDATE_COMPLETE")
    assert (story.value("c"), taking.now_made(story)) == ("changed", before)
    story.restore(story.client.stack_list_snapshots(story.context, story.identity)[0]["id"])
    story.settle("RESTORE_COMPLETE")
    assert (story.value("c"), taking.now_made(story)) == ("3", before)


def test_what_an_ended_run_left_is_taken_over_anew(heat_url: str, database: Database) -> None:
    """The root comes last: without it there is nothing, whatever of the tree is there."""
    root = taking.heat_stacks(heat_url)["two-levels"]
    judged = Judge(taking.REGISTRY, {}).judge(root).stack
    assert judged is not None
    take_over = taking.take_over(database)
    take_over.take(judged.children[0])
    here = [stacks.get(EngineContext(database), it.id) is not None for it in root.tree()]
    assert here == [True] * 5 + [False]
    assert take_over.obstacle(root) is None
    take_over.take(judged)
    assert taking.physical_ids(database, root.id) == taking.heats_physical_ids(root)
    assert take_over.obstacle(root) == "heatlite has this stack already"


def test_a_name_that_is_taken_is_left(heat_url: str, database: Database) -> None:
    roots = taking.heat_stacks(heat_url)
    add_stack(EngineContext(database), "flat", tenant=DEMO)
    take_over = taking.take_over(database)
    assert take_over.obstacle(roots["flat"]) == "heatlite has another stack named flat in its project"
    assert take_over.obstacle(roots["strings"]) is None


@pytest.mark.parametrize("change", ["legacy", "rollback left something", "a child was lost", "a property is unknown"])
def test_what_is_not_at_rest_or_whole_is_left_with_the_place(heat_url: str, change: str) -> None:
    root = taking.heat_stacks(heat_url)["group"]
    (group,) = root.children
    member = group.resources[0]
    in_group = lambda row: (dataclasses.replace(group, resources=(row, *group.resources[1:])),)  # noqa: E731
    changes: dict[str, Any] = {
        "legacy": {"is_convergence": False},
        "rollback left something": {"children": in_group(dataclasses.replace(member, replaced_by=7))},
        "a child was lost": {"children": ()},
        "a property is unknown": {"children": in_group(dataclasses.replace(member, properties={"sise": 1}))},
    }
    reasons = {
        "legacy": "it isn't a convergence stack: run `heat-manage migrate_convergence_1",
        "rollback left something": f"resources.group.resources.{member.name} isn't in the template (any more)",
        "a child was lost": "resources.group (OS::Heat::ResourceGroup): its nested stack",
        "a property is unknown": f"resources.group.resources.{member.name} (OS::Heat::TestResource): ",
    }
    (obstacle,) = Judge(taking.REGISTRY, {}).judge(dataclasses.replace(root, **changes[change])).obstacles
    assert obstacle.startswith(reasons[change])


def test_a_stack_resource_is_left_whose_stack_is_elsewhere(heat_url: str) -> None:
    root = taking.heat_stacks(heat_url)["flat"]
    row, *others = root.resources
    raw = dict(root.template.template)
    template = "heat_template_version: 2021-04-16"
    stack = {"type": "OS::Heat::Stack", "properties": {"template": template}}
    raw["resources"] = {**raw["resources"], row.name: stack}
    resources = (dataclasses.replace(row, properties={"template": template}), *others)
    changed = dataclasses.replace(root, template=dataclasses.replace(root.template, template=raw), resources=resources)
    (obstacle,) = Judge(taking.REGISTRY, {}).judge(changed).obstacles
    assert obstacle.startswith(f"resources.{row.name} (OS::Heat::Stack): its stack {row.physical_resource_id} isn't in")


def test_without_heats_key_no_secret_is_read(heat_url: str) -> None:
    with pytest.raises(exception.InvalidEncryptionKey):
        taking.heat_stacks(heat_url, "w" * 32)


@pytest.mark.parametrize(("minutes", "hosts"), [(1, ["heat-1"]), (60, [])])
def test_engines_of_heat_that_seem_to_run_are_named(heat_url: str, minutes: int, hosts: list[str]) -> None:
    heat = HeatDatabase(heat_url, Vault((HEATS_KEY,)))
    last_heard = datetime.datetime(2026, 11, 21, 10, 18, 5)
    try:
        assert heat.running_engines(last_heard + datetime.timedelta(minutes=minutes)) == hosts
    finally:
        heat.close()
