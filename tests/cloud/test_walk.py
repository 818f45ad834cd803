"""One walk over all types of a service, as an engine takes them and as somebody else breaks them.

::

    create ─▶ check, drift, snapshot: all is well ─▶ every object is deleted behind the engine's back
           ─▶ drift and check name each one ─▶ an update makes all of them anew ─▶ delete: nothing is left
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest

from heatlite.db import resources
from heatlite.db.records import ResourceRecord
from heatlite.engine.traversal.refresh import resource_of
from heatlite.resources.outcomes import Done, Waiting
from heatlite.resources.steps import poll, start
from tests.cloud.left import everything
from tests.cloud.reached import Reached
from tests.cloud.test_octavia import shop
from tests.cloud.words import ref, typed
from tests.deployment import InProcess
from tests.story import PATIENCE, Story, hot
from tests.waiting import wait_until

PATIENT = 1800.0
"""Seconds for Octavia, which does one thing after another."""


@dataclass(frozen=True)
class Walk:
    """A stack with the types of a service. ``orders``: how many there are: what Barbican made for one outlives it."""

    template: dict[str, Any]
    orders: int = 0


def of_barbican() -> dict[str, Any]:
    """Secrets, containers of each kind, and orders."""
    held = [{"name": "password", "ref": ref("password")}]
    return hot(
        None,
        None,
        password=typed("Barbican::Secret", payload="hunter2"),
        other=typed("Barbican::Secret", payload="hunter3"),
        box=typed("Barbican::GenericContainer", secrets=held),
        pair=typed("Barbican::RSAContainer", private_key_ref=ref("password"), public_key_ref=ref("other")),
        certificate=typed("Barbican::CertificateContainer", certificate_ref=ref("password")),
        order=typed("Barbican::Order", type="key", algorithm="aes", bit_length=256, mode="cbc"),
    )


def of_designate() -> dict[str, Any]:
    """A zone with records, by today's types and by those of old."""
    return hot(
        None,
        None,
        zone=typed("Designate::Zone", name="walk.test.", email="a@walk.test"),
        www=typed("Designate::RecordSet", zone=ref("zone"), name="www.walk.test.", type="A", records=["192.0.2.1"]),
        mail=typed("Designate::RecordSet", zone=ref("zone"), name="m.walk.test.", type="TXT", records=['"x"']),
    )


def of_swift() -> dict[str, Any]:
    """Containers by both names, and a handle."""
    return hot(
        None,
        None,
        box=typed("Swift::Container", **{"X-Container-Meta": {"For": "us"}}),
        bucket={"type": "AWS::S3::Bucket", "properties": {"AccessControl": "PublicRead"}},
        handle=typed("Heat::SwiftSignalHandle"),
    )


WALKS = {
    "barbican": Walk(of_barbican(), orders=1),
    "designate": Walk(of_designate()),
    "octavia": Walk(shop(1)),
    "swift": Walk(of_swift()),
}


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


@pytest.mark.parametrize("service", WALKS)
def test_all_types_of_a_service_are_checked_broken_and_made_anew(
    service: str, story: Story, engine: InProcess, cloud: Reached
) -> None:
    cloud.requires(service)
    walk, before = WALKS[service], everything(cloud)
    story.create(walk.template)
    story.settle("CREATE_COMPLETE", PATIENT)
    names = set(story.resources())
    story.check()
    story.settle("CHECK_COMPLETE", PATIENT)
    assert findings(story, names) == dict.fromkeys(names, "same")
    snapshot = story.snapshot()
    story.settle("SNAPSHOT_COMPLETE", PATIENT)
    shown = story.client.show_snapshot(story.context, story.identity, snapshot)
    assert (shown["status"], set(shown["data"]["resources"])) == ("COMPLETE", names)
    story.client.delete_snapshot(story.context, story.identity, snapshot)
    gone = lambda: not story.client.stack_list_snapshots(story.context, story.identity)  # noqa: E731
    wait_until(gone, PATIENCE, "the snapshot to go")

    rows = rows_of(engine, story)
    for row in rows:
        delete_behind(engine, row)
    assert findings(story, names) == dict.fromkeys(names, "differs")
    story.check()
    story.settle("CHECK_FAILED", PATIENT)
    states = {name: it["resource_status"] for name, it in story.resources().items()}
    failed = {name for name, status in states.items() if status == "FAILED"}
    assert failed == {row.name for row in rows if not row.requires}, "what follows a failure isn't asked"

    story.update(walk.template)
    story.settle("UPDATE_COMPLETE", PATIENT)
    as_it_should_be = dict.fromkeys(names, "same")
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
