"""A volume with the deletion policy Snapshot: a backup, and then its deletion, whatever happens in between.

And a restored one, in whose metadata Cinder notes its backup.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from heatlite.resources.openstack.cinder.volume import Volume
from heatlite.resources.openstack.marks import KEY
from heatlite.resources.outcomes import Done, Failed, Waiting
from heatlite.resources.sight import Sight
from heatlite.resources.steps import poll, start
from heatlite.resources.testing import FakeClock, carried, instance_of
from tests import memory_api
from tests.memory_api import LOST, MemoryApi, Refusal

VERB, COMPLETE = "SNAPSHOT_DELETE", ("CREATE", "COMPLETE")
ABSENT = "Service cinder-backup could not be found."
ID = "3f0c2a1e-5b7d-4c8e-9a6f-0123456789ab"


class Kept(Volume):
    """The type, at the service that there is in memory."""

    service = "network"


class Cinder(MemoryApi):
    """Volumes, and backups that are being made until a test says otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.objects |= {"volumes": {ID: {"id": ID, "status": "available"}}, "backups": {}}

    def _answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        if (method, path) == ("PUT", f"/volumes/{ID}/metadata"):
            self.objects["volumes"][ID] |= json.loads(body)
            return 200, json.loads(body)
        status, answer = super()._answer(method, path, query, body)
        if (method, path) == ("POST", "/backups"):
            answer["backup"]["status"] = "creating"
        return status, answer

    @property
    def backups(self) -> list[dict[str, Any]]:
        return list(self.objects["backups"].values())


@pytest.fixture
def cinder(monkeypatch: pytest.MonkeyPatch) -> Cinder:
    monkeypatch.setattr(memory_api, "KEYS", {"volumes": "volume", "backups": "backup"})
    return Cinder()


class Deletion:
    """The steps of a deletion, one by one, each in a new object."""

    def __init__(self, cinder: Cinder, state: tuple[str, str] = COMPLETE) -> None:
        self.state = state
        self.instance = instance_of(Kept, {"size": 1}, FakeClock(), cloud=cinder.cloud(), resource_id=ID)
        self.outcome: Any = start(Kept(self.instance), VERB, state)

    def step(self) -> Any:
        assert isinstance(self.outcome, Waiting), self.outcome
        self.instance = carried(self.instance, self.outcome)
        self.outcome = poll(Kept(self.instance), VERB, self.outcome.progress, self.state)
        return self.outcome

    def again(self) -> Any:
        """Take the step once more from where the row stands, as after the death of an engine."""
        assert isinstance(self.outcome, Waiting), self.outcome
        return poll(Kept(self.instance), VERB, self.outcome.progress, self.state)

    def end(self) -> Any:
        for _ in range(10):
            if not isinstance(self.outcome, Waiting):
                break
            self.step()
        return self.outcome


def test_a_volume_is_deleted_once_its_backup_is_there(cinder: Cinder) -> None:
    deletion = Deletion(cinder)
    for _ in range(4):
        assert isinstance(deletion.step(), Waiting)
    [backup] = cinder.backups
    assert (backup["volume_id"], list(cinder.objects["volumes"])) == (ID, [ID])
    backup["status"] = "available"
    assert isinstance(deletion.end(), Done)
    assert (cinder.objects["volumes"], len(cinder.backups)) == ({}, 1)


def test_a_backup_whose_answer_is_lost_or_whose_engine_dies_is_not_made_twice(cinder: Cinder) -> None:
    deletion = Deletion(cinder)
    cinder.fails = [None, LOST]
    deletion.step()
    deletion.step()
    assert len(cinder.backups) == 1
    deletion.again()
    deletion.step()
    assert len(cinder.backups) == 1


def test_a_volume_whose_backup_fails_stays(cinder: Cinder) -> None:
    deletion = Deletion(cinder)
    deletion.step()
    cinder.backups[0] |= {"status": "error", "fail_reason": "no space"}
    failed = deletion.end()
    assert isinstance(failed, Failed)
    assert "no space" in failed.reason
    assert list(cinder.objects["volumes"]) == [ID]


def test_without_a_service_for_backups_the_deletion_fails_with_what_cinder_says(cinder: Cinder) -> None:
    deletion = Deletion(cinder)
    cinder.fails = [None, Refusal(503, message=ABSENT)]
    failed = deletion.step()
    assert isinstance(failed, Failed)
    assert ABSENT in failed.reason
    assert list(cinder.objects["volumes"]) == [ID]


def test_a_service_that_is_away_for_a_while_is_asked_again(cinder: Cinder) -> None:
    deletion = Deletion(cinder)
    cinder.fails = [None, Refusal(503, message="try later")]
    assert isinstance(deletion.step(), Waiting)
    deletion.step()
    assert len(cinder.backups) == 1


def test_a_volume_that_is_gone_needs_no_backup(cinder: Cinder) -> None:
    deletion = Deletion(cinder)
    cinder.objects["volumes"].clear()
    cinder.fails = [None, Refusal(404)]
    assert isinstance(deletion.end(), Done)
    assert cinder.backups == []


@pytest.mark.parametrize("action", ["CREATE", "UPDATE"])
def test_what_failed_is_deleted_without_a_backup_as_in_heat(cinder: Cinder, action: str) -> None:
    assert isinstance(Deletion(cinder, (action, "FAILED")).end(), Done)
    assert (cinder.objects["volumes"], cinder.backups) == ({}, [])


def test_a_restored_volume_waits_until_its_backup_is_at_rest(cinder: Cinder) -> None:
    """It couldn't be deleted before."""
    cinder.objects["volumes"][ID] |= {"size": 1, "metadata": {}}
    backup = cinder.objects["backups"][ID] = {"id": ID, "name": "b", "status": "restoring"}
    for progress in (None, {"changed": ["backup_id"], "restored": True}):
        volume = Kept(instance_of(Kept, {"size": 1, "backup_id": ID}, cloud=cinder.cloud(), resource_id=ID))
        backup["status"] = "restoring"
        assert not volume.settle(progress)
        backup["status"] = "available"
        assert volume.settle(progress)
    cinder.asked.clear()
    assert volume.settle({"changed": ["size"]})
    assert cinder.asked == []


def test_the_note_of_a_restored_backup_is_no_difference_and_stays(cinder: Cinder) -> None:
    notes = {"src_backup_id": "b", "readonly": "False"}
    there = cinder.objects["volumes"][ID]
    there |= {"size": 1, "metadata": {KEY: "web", "for": "logs", **notes}}
    properties = {"size": 1, "backup_id": "b", "metadata": {"for": "logs"}}
    instance = instance_of(Kept, properties, cloud=cinder.cloud(), resource_id=ID)
    assert Kept.see_all([Kept(instance)]) == {instance.uuid: Sight()}
    Kept(instance).update_rest({"metadata": {"for": "logs"}})
    assert there["metadata"] == {KEY: instance.uuid, "for": "logs", **notes}


class Snapshot(Deletion):
    """The steps of a snapshot, one by one, each in a new object."""

    def __init__(self, cinder: Cinder, before: Any = None) -> None:
        clock = FakeClock()
        self.instance = before or instance_of(Kept, {"size": 1}, clock, cloud=cinder.cloud(), resource_id=ID)
        self.outcome = start(Kept(self.instance), "SNAPSHOT")

    def step(self) -> Any:
        self.instance = carried(self.instance, self.outcome)
        self.outcome = poll(Kept(self.instance), "SNAPSHOT", self.outcome.progress)
        return self.outcome

    @property
    def saved(self) -> dict[str, Any]:
        """What is kept of the resource in the stack's snapshot."""
        return {"resource_data": dict(self.outcome.data)}


def test_a_snapshot_that_failed_goes_with_the_backup_that_had_begun(cinder: Cinder) -> None:
    first = Snapshot(cinder)
    first.step()
    first.step()
    cinder.backups[0]["status"] = "available"
    assert isinstance(first.end(), Done)
    second = Snapshot(cinder, carried(first.instance, first.outcome))
    second.step()
    second.step()
    cinder.backups[1] |= {"status": "error", "fail_reason": "no space"}
    assert isinstance(second.end(), Failed)
    Kept(second.instance).handle_delete_snapshot(second.saved)
    assert [it["status"] for it in cinder.backups] == ["available"], "the first snapshot's stays"
    Kept(second.instance).handle_delete_snapshot(first.saved)
    assert cinder.backups == []


def test_what_an_unfinished_snapshot_took_goes_and_what_was_kept_of_a_deleted_volume_stays(cinder: Cinder) -> None:
    snapshot = Snapshot(cinder)
    snapshot.step()
    snapshot.step()
    kept = Deletion(cinder)
    kept.step()
    kept.step()
    assert len(cinder.backups) == 2
    Kept(snapshot.instance).handle_delete_unfinished_snapshot()
    [left] = cinder.backups
    assert left["name"] == kept.outcome.progress["backup"]


def test_a_volume_is_not_looked_at_in_the_moment_after_its_deletion_was_asked_for(cinder: Cinder) -> None:
    there = instance_of(Kept, {"size": 1}, cloud=cinder.cloud(), resource_id=ID)
    leaving = start(Kept(there), "DELETE")
    assert isinstance(leaving, Waiting)
    assert cinder.asked == [("DELETE", f"/volumes/{ID}")]
    assert leaving.wake_ids == {ID}
    assert isinstance(poll(Kept(carried(there, leaving)), "DELETE", leaving.progress), Done)
