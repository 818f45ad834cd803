"""Backups and snapshots of volumes, on a real Cinder: taken, restored, copied, and deleted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite.resources.outcomes import Done, Waiting
from heatlite.resources.steps import poll, start
from heatlite.resources.testing import carried
from tests.cloud.left import everything
from tests.cloud.life import PATIENCE, Life, reference
from tests.cloud.reached import Reached
from tests.cloud.words import ref, typed
from tests.story import Story, hot
from tests.waiting import wait_until


@pytest.fixture
def backup(cloud: Reached, lives: Any) -> Iterator[str]:
    """A backup of another volume."""
    source = lives("OS::Cinder::Volume", size=1)
    api = cloud.services().api("block_storage")
    sent = {"backup": {"volume_id": reference(source), "name": "given"}}
    made = api.post("/backups", sent)["backup"]["id"]
    wait_until(lambda: api.get(f"/backups/{made}")["backup"]["status"] == "available", PATIENCE, "the backup")
    yield made
    api.delete(f"/backups/{made}")
    wait_until(lambda: made not in backups(cloud), PATIENCE, "the backup to go")


def backups(cloud: Reached) -> set[str]:
    """The ids of the project's backups."""
    return {it["id"] for it in cloud.services().api("block_storage").listed("/backups", "backups")}


def restores(cloud: Reached) -> int:
    """How many restorations Cinder has accepted."""
    return cloud.number_of("cinder", "POST", "/restore")


def stack(name: str = "first", **volume: Any) -> dict[str, Any]:
    """A volume that a server has, with a name."""
    return hot(
        volume=typed("Cinder::Volume", size=1, name=name, **volume),
        server=typed("Nova::Server", flavor="m1.tiny", image="cirros", networks=[{"network": "private"}]),
        joined=typed("Cinder::VolumeAttachment", instance_uuid=ref("server"), volume_id=ref("volume")),
    )


def test_a_stack_that_is_deleted_while_its_snapshot_is_taken_leaves_neither_backup_nor_image(
    story: Story, cloud: Reached
) -> None:
    before, images = everything(cloud), images_of(cloud)
    story.create(stack())
    story.settle("CREATE_COMPLETE")
    asked = cloud.number_of("cinder", "POST", "/backups"), cloud.number_of("nova", "POST", "/action")
    story.snapshot()
    for service, ending, number in zip(("cinder", "nova"), ("/backups", "/action"), asked, strict=True):
        begun = lambda s=service, e=ending, n=number: cloud.number_of(s, "POST", e) > n  # noqa: E731
        wait_until(begun, PATIENCE, f"{service} to begin")
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert (everything(cloud), images_of(cloud)) == (before, images)


def images_of(cloud: Reached) -> set[str]:
    """The ids of the project's images."""
    owner = {"owner": cloud.project_id("demo")}
    return {it["id"] for it in cloud.services().api("image").listed("/images", "images", params=owner)}


def test_a_snapshot_of_a_stack_has_a_backup_which_goes_with_it(story: Story, cloud: Reached) -> None:
    before = everything(cloud)
    story.create(stack())
    story.settle("CREATE_COMPLETE")
    snapshot = story.snapshot()
    story.settle("SNAPSHOT_COMPLETE")
    [made] = backups(cloud) - before["backups"]
    story.client.delete_snapshot(story.context, story.identity, snapshot)
    wait_until(lambda: made not in backups(cloud), PATIENCE, "the backup to go")
    wait_until(lambda: not story.state().endswith("IN_PROGRESS"), PATIENCE, "the stack to settle")
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert {**everything(cloud), "images": set()} == {**before, "images": set()}  # the server's image: see test_server


def test_a_restored_stack_has_the_volume_of_its_snapshot(story: Story, cloud: Reached) -> None:
    before, volume = everything(cloud), hot(volume=typed("Cinder::Volume", size=1, name="first"))
    story.create(volume)
    story.settle("CREATE_COMPLETE")
    [there] = story.physical_ids().values()
    snapshot = story.snapshot()
    story.settle("SNAPSHOT_COMPLETE")
    story.update(hot(volume=typed("Cinder::Volume", size=1, name="second")))
    story.settle("UPDATE_COMPLETE")
    already = restores(cloud)
    story.restore(snapshot)
    story.settle("RESTORE_COMPLETE")
    assert restores(cloud) == already + 1
    assert list(story.physical_ids().values()) == [there]
    shown = cloud.services().api("block_storage").get(f"/volumes/{there}")["volume"]
    assert (shown["name"], shown["status"]) == ("first", "available")
    story.delete()
    story.settle("DELETE_COMPLETE")
    wait_until(lambda: everything(cloud) == before, PATIENCE, "the backup to go with the stack's snapshot")


def test_a_volume_that_is_to_be_kept_is_deleted_after_a_backup(story: Story, cloud: Reached) -> None:
    before = everything(cloud)
    story.create(hot(volume={**typed("Cinder::Volume", size=1), "deletion_policy": "Snapshot"}))
    story.settle("CREATE_COMPLETE")
    story.delete()
    story.settle("DELETE_COMPLETE")
    [kept] = backups(cloud) - before["backups"]
    cloud.services().api("block_storage").delete(f"/backups/{kept}")
    wait_until(lambda: everything(cloud) == before, PATIENCE, "the backup to go")


def test_a_volume_is_made_of_a_backup_and_restored_to_another(lives: Any, cloud: Reached, backup: str) -> None:
    already = restores(cloud)
    volume = lives("OS::Cinder::Volume", size=1, backup_id=backup)
    assert volume.seen()["status"] == "available"
    plain = lives("OS::Cinder::Volume", size=1)
    assert isinstance(plain.update(backup_id=backup), Done)
    assert plain.seen()["status"] == "available"
    assert restores(cloud) == already + 1
    ec2 = lives("AWS::EC2::Volume", AvailabilityZone="nova", SnapshotId=backup)
    assert ec2.seen()["size"] == 1


def test_a_volume_is_a_copy_of_a_snapshot_or_of_another_volume(lives: Any, cloud: Reached) -> None:
    source = lives("OS::Cinder::Volume", size=1)
    api = cloud.services().api("block_storage")
    made = api.post("/snapshots", {"snapshot": {"volume_id": reference(source)}})["snapshot"]["id"]
    wait_until(lambda: api.get(f"/snapshots/{made}")["snapshot"]["status"] == "available", PATIENCE, "the snapshot")
    assert lives("OS::Cinder::Volume", snapshot_id=made).seen()["snapshot_id"] == made
    assert lives("OS::Cinder::Volume", source_volid=reference(source)).seen()["source_volid"] == reference(source)
    api.delete(f"/snapshots/{made}")
    gone = lambda: made not in {it["id"] for it in api.listed("/snapshots", "snapshots")}  # noqa: E731
    wait_until(gone, PATIENCE, "the snapshot to go")


def test_an_engine_that_died_as_a_backup_began_finds_it_again(lives: Any, cloud: Reached) -> None:
    life: Life = lives("OS::Cinder::Volume", size=1)
    before = backups(cloud)
    begun = start(life.plugin(life.instance), "SNAPSHOT")
    assert isinstance(begun, Waiting)
    progress = begun.progress
    for _ in range(2):  # the second check begins the backup, and its outcome is lost
        known = dict(progress)
        outcome = poll(life.plugin(life.instance), "SNAPSHOT", progress)
        progress = known if progress.get("backup_id", "") is None else outcome.progress
    end = time.monotonic() + PATIENCE
    while isinstance(outcome := poll(life.plugin(life.instance), "SNAPSHOT", progress), Waiting):
        assert time.monotonic() < end
        progress = outcome.progress
        time.sleep(0.5)  # as its poll_after says
    life.instance = carried(life.instance, outcome)
    [made] = backups(cloud) - before
    assert life.instance.data["backup_id"] == made
    life.plugin(life.instance).handle_delete_snapshot({"resource_data": {"backup_id": made}})
    wait_until(lambda: made not in backups(cloud), PATIENCE, "the backup to go")
