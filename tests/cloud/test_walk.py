"""One walk over all types of a service, as an engine takes them and as somebody else breaks them.

::

    create ─▶ check, drift, snapshot: all is well ─▶ every object is deleted behind the engine's back
           ─▶ drift and check name each one ─▶ an update makes all of them anew ─▶ delete: nothing is left
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import pytest

from heatlite.db import resources
from heatlite.db.records import ResourceRecord
from heatlite.engine.traversal.refresh import resource_of
from heatlite.resources.outcomes import Done, Waiting
from heatlite.resources.steps import poll, start
from tests.cloud.left import everything
from tests.cloud.of_services import STACKS, OfService
from tests.cloud.reached import Reached
from tests.deployment import InProcess
from tests.story import PATIENCE, Story
from tests.waiting import wait_until

PATIENT = 1800.0
"""Seconds for Octavia, which does one thing after another."""


def rows_of(engine: InProcess, story: Story) -> list[ResourceRecord]:
    """The stack's rows, each before those that it requires."""
    context = engine.engine.engine.shared.context()
    rows = {row.id: row for row in resources.by_stack(context, story.identity["stack_id"])}
    found: list[ResourceRecord] = []
    while rows:
        required = {needed for row in rows.values() for needed in row.requires}
        free = [row for row_id, row in rows.items() if row_id not in required]
        found += free
        for row in free:
            del rows[row.id]
    return found


def delete_behind(engine: InProcess, row: ResourceRecord) -> None:
    """Delete a resource's object as somebody else would: the engine hears nothing of it."""
    shared = engine.engine.engine.shared

    def plugin() -> Any:
        return resource_of(shared, row)

    outcome, end = start(plugin(), "DELETE"), time.monotonic() + PATIENT
    while isinstance(outcome, Waiting):
        assert time.monotonic() < end, f"{row.name} can't be deleted"
        time.sleep(min(outcome.poll_after, 1.0))
        outcome = poll(plugin(), "DELETE", outcome.progress)
    assert isinstance(outcome, Done), (row.name, outcome)


def findings(story: Story, names: Iterable[str]) -> dict[str, str]:
    """What a look for drift finds at each resource."""
    found = {}
    for name in names:
        look = story.client.look_for_drift(story.context, story.identity, name)
        while look["finding"] == "waiting":
            time.sleep(min(look["poll_after"], 1.0))
            look = story.client.look_for_drift(story.context, story.identity, name, [look["progress"]])
        found[name] = look["finding"]
    return found


@pytest.mark.parametrize("service", STACKS)
def test_all_types_of_a_service_are_checked_broken_and_made_anew(
    service: str, story: Story, engine: InProcess, cloud: Reached
) -> None:
    walk = STACKS[service]
    cloud.requires(service, *walk.needs)
    if walk.is_for_administrators:
        story.context = cloud.context("admin", "demo")
    with walk.prepared(cloud, "demo"):
        go(walk, story, engine, cloud)


def go(walk: OfService, story: Story, engine: InProcess, cloud: Reached) -> None:
    """Walk."""
    template, before = walk.template(False), everything(cloud)
    story.create(template)
    story.settle("CREATE_COMPLETE", PATIENT)
    names = set(story.resources())
    as_it_should_be = dict.fromkeys(names, "same")
    story.check()
    story.settle("CHECK_COMPLETE", PATIENT)
    assert findings(story, names) == as_it_should_be
    snapshot = story.snapshot()
    story.settle("SNAPSHOT_COMPLETE", PATIENT)
    shown = story.client.show_snapshot(story.context, story.identity, snapshot)
    assert (shown["status"], set(shown["data"]["resources"])) == ("COMPLETE", names)
    story.client.delete_snapshot(story.context, story.identity, snapshot)
    gone = lambda: not story.client.stack_list_snapshots(story.context, story.identity)  # noqa: E731
    wait_until(gone, PATIENCE, "the snapshot to go")

    rows = rows_of(engine, story)
    for row in rows:
        if row.name not in walk.spared:
            delete_behind(engine, row)
    assert findings(story, names) == dict.fromkeys(names, "differs") | dict.fromkeys(walk.spared, "same")
    story.check()
    story.settle("CHECK_FAILED", PATIENT)
    states = {name: it["resource_status"] for name, it in story.resources().items()}
    failed = {name for name, status in states.items() if status == "FAILED"}
    first = {row.name for row in rows if not row.requires}
    assert failed == first - walk.spared, "what follows a failure isn't asked"

    story.update(template, refresh=walk.reuses_ids)
    story.settle("UPDATE_COMPLETE", PATIENT)
    wait_until(lambda: findings(story, names) == as_it_should_be, PATIENT, "what is pending, such as a zone")
    story.check()
    story.settle("CHECK_COMPLETE", PATIENT)
    story.delete()
    story.settle("DELETE_COMPLETE", PATIENT)
    made = everything(cloud).get("secrets", set()) - before.get("secrets", set())
    assert len(made) == 2 * walk.orders, "an order and the one that was made anew"
    for reference in made:
        cloud.services().api("key_manager").delete(f"/secrets/{reference.rpartition('/')[2]}")
    assert everything(cloud) == before
