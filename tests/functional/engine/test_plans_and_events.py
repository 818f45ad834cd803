"""What a plan says is what the events then show, in drawn lives of drawn stacks; see ``planned_lives``."""

from __future__ import annotations

import json
import pathlib

import pytest
import sqlalchemy as sa

from heatlite import exception
from heatlite.db import models
from heatlite.resources.builtin.value import Value
from tests.functional.engine.fleet import Fleet
from tests.functional.engine.planned_lives import STACKS, TYPES, Life
from tests.functional.engine.templates import stores, template

QUICK = range(20)
MANY = range(20, 600)
COMMON = {"UPDATE_COMPLETE", "UPDATE_FAILED", "SUSPEND_COMPLETE", "hook", *STACKS}
"""What plans are made of in a few lives."""
ALL = {
    *COMMON,
    *(
        f"{action}_{status}"
        for action in ("CREATE", "UPDATE", "ROLLBACK", "RESUME")
        for status in ("COMPLETE", "FAILED")
    ),
    *(f"{action}_{status}" for action in ("SUSPEND", "CHECK", "SNAPSHOT") for status in ("COMPLETE", "FAILED")),
    *(f"row {action}_FAILED" for action in ("CREATE", "UPDATE", "DELETE", "SUSPEND", "RESUME", "CHECK")),
    *("DELETE_FAILED", "replaced row"),
}
"""And in many."""


def lives(schema: pathlib.Path, tmp_path: pathlib.Path, seeds: range) -> tuple[int, int, set[str]]:
    """Let a stack live under each seed.

    :returns: how many updates were compared with their plans, how many were refused, and what the plans were made of
    """
    compared = refused = 0
    met: set[str] = set()
    for seed in seeds:
        fleet = Fleet(schema, tmp_path / f"{seed}.sqlite3", **TYPES)
        life = Life(fleet, seed)
        try:
            life.live()
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error}\n" + "\n".join(life.told)) from error
        finally:
            fleet.database.dispose()
            (tmp_path / f"{seed}.sqlite3").unlink()
        compared, refused = compared + life.compared, refused + life.refused
        met |= life.met
    return compared, refused, met


def test_what_is_planned_is_what_happens(schema: pathlib.Path, tmp_path: pathlib.Path) -> None:
    compared, refused, met = lives(schema, tmp_path, QUICK)
    assert compared >= len(QUICK)
    assert refused >= len(QUICK) / 10
    assert COMMON - met == set()


GROUP = {"type": "OS::Heat::ResourceGroup", "properties": {"count": 2, "resource_def": stores("1")}}
FAILS = {"fail": True}


def test_a_group_and_a_leaf_that_could_not_be_created(schema: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """The leaf is created in its row, and the group updated in place: for both, nothing is replaced."""
    fleet = Fleet(schema, tmp_path / "heatlite.sqlite3", **TYPES)
    life = Life(fleet, 0)
    broken = {"count": 2, "resource_def": stores("1", properties=FAILS)}
    fleet.create(template({"leaf": stores("1", properties=FAILS), "group": {**GROUP, "properties": broken}}))
    life.settle()
    assert fleet.state() == "CREATE_FAILED"
    life.template = template({"leaf": stores("1"), "group": GROUP})
    last, request = life.last_event(), life.request(life.template)
    planned = life.insight("plan_update", **request)
    told = {it["resource_name"]: (it["fate"], it["reason"]) for it in planned["changes"]}
    assert told["leaf"] == ("added", "it is CREATE_FAILED, and nothing was made")
    assert told["group"] == ("updated", "it is CREATE_FAILED")
    life.insight("update_as_planned", **request, digest=planned["digest"])
    life.settle()
    assert fleet.state() == "UPDATE_COMPLETE"
    seen = life.seen(last)
    assert (seen["leaf",], seen["group",]) == ({"CREATE"}, {"UPDATE"})
    life.compare(planned["changes"], last)
    fleet.database.dispose()


def test_a_resource_that_reads_what_it_cannot_take(schema: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """The group gives a list, and the leaf takes a string: the plan says so of the leaf, and of nothing else."""
    fleet = Fleet(schema, tmp_path / "heatlite.sqlite3", **TYPES)
    life = Life(fleet, 0)
    fleet.create(template({"group": GROUP}))
    life.settle()
    leaf = stores({"get_attr": ["group", "output"]})
    request = life.request(template({"group": GROUP, "leaf": leaf}))
    planned = life.insight("plan_update", **request)
    told = {it["resource_name"]: (it["fate"], it["reason"]) for it in planned["changes"]}
    assert told["group"] == ("unchanged", "")
    fate, reason = told["leaf"]
    assert fate == "would fail"
    assert "resources.leaf.properties.value: Value must be a string" in reason
    before = life.written()
    apply = lambda: life.insight("update_as_planned", **request, digest=planned["digest"])  # noqa: E731
    life.is_refused(before, exception.PlanNotPossible, apply)
    last = life.last_event()
    life.fails_indeed(request)
    event = models.event.c
    failed = sa.select(event.resource_status_reason).where(event.id > last, event.resource_status == "FAILED")
    assert reason in {it[0] for it in life.execute(failed.where(event.resource_name == "leaf"))}

    larger = {**GROUP, "properties": {**GROUP["properties"], "count": 3}}
    planned = life.insight("plan_update", **life.request(template({"group": larger, "leaf": leaf})))
    told = {it["resource_name"]: (it["fate"], it["reason"]) for it in planned["changes"]}
    assert told["leaf"][0] == "may change"
    assert reason.partition(": ")[2] in told["leaf"][1]
    fleet.database.dispose()


def test_a_group_that_reads_what_a_restricted_resource_does_not_have(
    schema: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """The group stays one, without an output: the plan tells that of what reads one, and isn't refused."""
    fleet = Fleet(schema, tmp_path / "heatlite.sqlite3", **TYPES)
    life = Life(fleet, 0)
    group = {
        "type": "OS::Heat::AutoScalingGroup",
        "properties": {"min_size": 1, "max_size": 2, "resource": stores("x")},
    }
    fleet.create(template({"a": group}))
    life.settle()
    output = {"get_attr": ["a", "output"]}
    reading = {
        "type": "OS::Heat::Stack",
        "properties": {
            "template": json.dumps({**template({}), "parameters": {"a": {"type": "string"}}}),
            "parameters": {"a": output},
        },
    }
    kept = {"resource_registry": {"resources": {"a": {"restricted_actions": "replace"}}}}
    request = life.request(template({"a": stores("x"), "leaf": stores(output), "nested": reading}), kept)
    planned = life.insight("plan_update", **request)
    told = {it["resource_name"]: it["fate"] for it in planned["changes"]}
    assert {told["leaf"], told["nested"]} <= {"would fail", "may change"}
    life.fails_indeed(request)
    fleet.database.dispose()


def test_a_nested_template_that_reads_its_owners_metadata_where_that_reads_what_is_not_there(
    schema: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    fleet = Fleet(schema, tmp_path / "heatlite.sqlite3", **TYPES, **{"OS::Heat::Value": Value})
    life = Life(fleet, 0)
    group = {
        "type": "OS::Heat::AutoScalingGroup",
        "properties": {"min_size": 1, "max_size": 2, "resource": stores("x")},
    }
    facade = {"type": "OS::Heat::Value", "properties": {"value": {"resource_facade": "metadata"}}}
    files = {"nested.yaml": json.dumps(template({"facade": facade}))}
    nested = {"type": "nested.yaml", "metadata": {"tier": "web"}}
    fleet.identity = fleet.call("create_stack", "web", template({"a": group, "nested": nested}), None, files, {})
    life.settle()
    reading = {**nested, "metadata": {"tier": {"get_attr": ["a", "output"]}}}
    kept = {"resource_registry": {"resources": {"a": {"restricted_actions": "replace"}}}}
    request = {**life.request(template({"a": stores("x"), "nested": reading}), kept), "files": files}
    planned = life.insight("plan_update", **request)
    told = {it["resource_name"]: it["fate"] for it in planned["changes"]}
    assert told == {"a": "would fail", "nested": "may change"}
    life.fails_indeed(request)
    fleet.database.dispose()


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_what_is_planned_is_what_happens_in_many_lives(schema: pathlib.Path, tmp_path: pathlib.Path) -> None:
    _, _, met = lives(schema, tmp_path, MANY)
    assert ALL - met == set()
