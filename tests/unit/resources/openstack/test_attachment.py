"""OS::Cinder::VolumeAttachment: an update detaches once and attaches once, wherever an engine dies."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from heatlite.resources.difference import changed
from heatlite.resources.openstack.cinder.attachment import JOINED, VolumeAttachment
from heatlite.resources.outcomes import Done, Failed, Waiting
from heatlite.resources.steps import poll, start
from heatlite.resources.testing import FakeClock, carried, instance_of
from tests.interrupted import Interruptions, Way
from tests.memory_api import MemoryApi

SERVER, OTHER_SERVER = "11111111-0000-4000-8000-000000000000", "22222222-0000-4000-8000-000000000000"
ONE, TWO = "33333333-0000-4000-8000-000000000000", "44444444-0000-4000-8000-000000000000"


class NovaAndCinder(MemoryApi):
    """Servers with volumes. It attaches at once, and detaches after the next request for what it has begun to."""

    def __init__(self) -> None:
        super().__init__()
        self.joined: dict[str, str] = {}
        self.leaving: set[str] = set()
        self.devices: list[str | None] = []

    def api(self, service: str) -> Any:
        """Both services are this one."""
        return self.cloud().api("network")

    @property
    def names(self) -> Any:
        return self.cloud().names

    def _answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        _, kind, thing, *rest = path.split("/")
        if kind == "volumes":
            status = "detaching" if thing in self.leaving else "in-use" if thing in self.joined else "available"
            attachments = [{"server_id": self.joined[thing]}] if thing in self.joined else []
            if thing in self.leaving:
                self._part(thing)
            return 200, {"volume": {"id": thing, "status": status, "attachments": attachments}}
        if method == "POST":
            wanted = json.loads(body)["volumeAttachment"]
            if wanted["volumeId"] in self.joined:
                return 400, {"badRequest": {"message": f"volume {wanted['volumeId']} already attached"}}
            self.joined[wanted["volumeId"]] = thing
            self.devices.append(wanted.get("device"))
            return 200, {"volumeAttachment": wanted}
        volume = rest[1]
        if self.joined.get(volume) != thing:
            return 404, {"itemNotFound": {"message": "not attached"}}
        if method == "DELETE":
            if volume in self.leaving:
                self._part(volume)
                return 400, {"badRequest": {"message": "Invalid volume: the status must be in-use"}}
            self.leaving.add(volume)
            return 202, None
        if volume in self.leaving:
            self._part(volume)
        return 200, {"volumeAttachment": {"volumeId": volume, "serverId": thing}}

    def _part(self, volume: str) -> None:
        self.leaving.remove(volume)
        del self.joined[volume]


def lived(service: NovaAndCinder, interruptions: Interruptions, *every: dict[str, Any]) -> Any:
    """A creation, updates to the other properties, and the last outcome with the instance that it leaves."""
    first, *others = every
    instance = instance_of(VolumeAttachment, first, cloud=service)
    instance, outcome = run(instance, interruptions, "CREATE")
    for properties in others:
        assert isinstance(outcome, Done), outcome
        after = VolumeAttachment.checked_properties(properties)
        difference = changed(instance.properties, after)
        instance = dataclasses.replace(instance, properties=after)
        instance, outcome = run(instance, interruptions, "UPDATE", difference)
    return instance, outcome


def run(instance: Any, interruptions: Interruptions, action: str, *given: Any) -> Any:
    outcome = interruptions.first_step(VolumeAttachment, instance, action, *given)
    while isinstance(outcome, Waiting):
        instance = carried(instance, outcome)
        outcome = interruptions.next_step(VolumeAttachment, instance, action, outcome.progress, *given)
    return (instance if isinstance(outcome, Failed) else carried(instance, outcome)), outcome


def joins(server: str, volume: str, device: str | None = None) -> dict[str, Any]:
    return {"instance_uuid": server, "volume_id": volume, **({"mountpoint": device} if device else {})}


@pytest.mark.parametrize("way", [None, *Way])
@pytest.mark.parametrize(
    "after",
    [joins(SERVER, TWO), joins(OTHER_SERVER, ONE), joins(SERVER, ONE, "/dev/vdc")],
    ids=["volume", "server", "device"],
)
def test_an_update_attaches_once(after: dict[str, Any], way: Way | None, monkeypatch: pytest.MonkeyPatch) -> None:
    service, interruptions = NovaAndCinder(), Interruptions(way).install(monkeypatch)
    instance, outcome = lived(service, interruptions, joins(SERVER, ONE), after)
    assert isinstance(outcome, Done), outcome
    assert service.joined == {after["volume_id"]: after["instance_uuid"]}
    assert service.devices == [None, after.get("mountpoint")]
    assert instance.resource_id == after["volume_id"]
    _, gone = run(instance, interruptions, "DELETE")
    assert isinstance(gone, Done), gone
    assert service.joined == {}


def test_what_an_update_attaches_that_is_left_halfway_is_found_by_a_deletion() -> None:
    service, interruptions = NovaAndCinder(), Interruptions()
    instance, _ = lived(service, interruptions, joins(SERVER, ONE))
    after = VolumeAttachment.checked_properties(joins(OTHER_SERVER, TWO))
    instance = dataclasses.replace(instance, properties=after)
    difference = {"instance_uuid": OTHER_SERVER, "volume_id": TWO}
    outcome = interruptions.first_step(VolumeAttachment, instance, "UPDATE", difference)
    while (halfway := carried(instance, outcome)).data[JOINED] != [OTHER_SERVER, TWO]:
        outcome = interruptions.next_step(VolumeAttachment, halfway, "UPDATE", outcome.progress, difference)
    assert TWO not in service.joined
    interruptions.next_step(VolumeAttachment, halfway, "UPDATE", outcome.progress, difference)  # and nobody records it
    assert service.joined == {TWO: OTHER_SERVER}
    _, gone = run(halfway, interruptions, "DELETE")
    assert isinstance(gone, Done), gone
    assert service.joined == {}


def test_a_volume_that_is_attached_by_others_is_no_attachment_of_its_own() -> None:
    service = NovaAndCinder()
    service.joined[TWO] = SERVER
    _, outcome = lived(service, Interruptions(), joins(SERVER, ONE), joins(SERVER, TWO))
    assert isinstance(outcome, Failed)
    assert "already attached" in outcome.reason


def test_nothing_is_looked_at_in_the_moment_after_it_was_asked_for() -> None:
    service = NovaAndCinder()
    made = instance_of(VolumeAttachment, {"instance_uuid": SERVER, "volume_id": ONE}, cloud=service)
    first = start(VolumeAttachment(made), "CREATE")
    assert isinstance(first, Waiting)
    assert [method for method, _ in service.asked] == ["POST"]
    assert first.wake_ids == {ONE}
    there = carried(made, first)
    assert isinstance(poll(VolumeAttachment(there), "CREATE", first.progress), Done)
    service.asked.clear()
    leaving = start(VolumeAttachment(there), "DELETE")
    assert isinstance(leaving, Waiting)
    assert [method for method, _ in service.asked] == ["DELETE"]
    assert leaving.wake_ids == {ONE}


class BusyNova(NovaAndCinder):
    """A server that can't give up a volume while an image of it is being made."""

    busy = 3

    def _answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        if method == "DELETE" and self.busy > 0:
            self.busy -= 1
            return 409, {"conflictingRequest": {"message": "Cannot 'detach_volume' while it is in task_state image"}}
        return super()._answer(method, path, query, body)


@pytest.mark.parametrize("way", [None, *Way])
def test_a_busy_server_is_asked_again_for_its_volume(way: Way | None) -> None:
    nova, interruptions = BusyNova(), Interruptions(way)
    instance, outcome = lived(nova, interruptions, joins(SERVER, ONE))
    assert isinstance(outcome, Done)
    _, outcome = run(instance, interruptions, "DELETE")
    assert isinstance(outcome, Done), outcome
    assert (nova.joined, nova.busy) == ({}, 0)


def test_a_server_that_stays_busy_fails_the_deletion() -> None:
    nova, clock = BusyNova(), FakeClock()
    instance, _ = lived(nova, Interruptions(), joins(SERVER, ONE))
    nova.busy = 1000
    instance = dataclasses.replace(instance, now=clock)
    outcome = start(VolumeAttachment(instance), "DELETE")
    looks = 0
    while isinstance(outcome, Waiting):
        clock.advance(outcome.poll_after)
        instance, looks = carried(instance, outcome), looks + 1
        outcome = poll(VolumeAttachment(instance), "DELETE", outcome.progress)
    assert isinstance(outcome, Failed)
    assert "image" in outcome.reason
    assert looks > 3
