"""Notified: what a notification is about, in each form that services send; and nothing in what nobody would send."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite.clients import notified
from heatlite.clients.notified import ids_in

SERVER, VOLUME, OTHER = (f"{number:08}-0000-4000-8000-00000000000a" for number in range(3))


def versioned(**data: Any) -> dict[str, Any]:
    """A payload as Nova sends it on ``versioned_notifications``."""
    head = {"nova_object.name": "InstanceCreatePayload", "nova_object.namespace": "nova", "nova_object.version": "1.13"}
    flavor = {"nova_object.name": "FlavorPayload", "nova_object.data": {"uuid": OTHER}}
    return {**head, "nova_object.data": {"uuid": SERVER, "flavor": flavor, "state": "active", **data}}


@pytest.mark.parametrize(
    ("event_type", "payload", "ids"),
    [
        ("compute.instance.create.end", {"instance_id": SERVER, "tenant_id": "3f" * 16, "state": "active"}, {SERVER}),
        ("compute.instance.delete.end", {"instance_id": SERVER, "image_meta": {"base_image_ref": OTHER}}, {SERVER}),
        ("compute.instance.finish_resize.end", {"instance_id": SERVER}, {SERVER}),
        ("compute.instance.create.error", {"instance_id": SERVER, "message": "no"}, {SERVER}),
        ("compute.instance.volume.attach", {"instance_id": SERVER, "volume_id": VOLUME}, {SERVER, VOLUME}),
        ("compute_task.build_instances", {"instance_id": SERVER, "state": "error", "request_spec": {}}, {SERVER}),
        ("instance.create.end", versioned(), {SERVER}),
        ("instance.create.error", versioned(fault={"nova_object.data": {"uuid": OTHER}}), {SERVER}),
        ("instance.volume_detach.end", versioned(volume_id=VOLUME), {SERVER, VOLUME}),
        ("compute_task.build_instances.error", {"nova_object.data": {"instance_uuid": SERVER}}, {SERVER}),
        ("volume.create.end", {"volume_id": VOLUME, "status": "available", "user_id": OTHER}, {VOLUME}),
        ("volume.resize.end", {"volume_id": VOLUME}, {VOLUME}),
        ("volume.attach.end", {"volume_id": VOLUME, "volume_attachment": [{"instance_uuid": SERVER}]}, {VOLUME}),
        ("scheduler.create_volume", {"volume_id": VOLUME, "state": "error"}, {VOLUME}),
        ("snapshot.create.end", {"snapshot_id": OTHER, "volume_id": VOLUME}, {OTHER, VOLUME}),
        ("backup.create.end", {"backup_id": OTHER, "volume_id": VOLUME}, {OTHER, VOLUME}),
        ("port.update.end", {"port": {"id": OTHER, "device_id": SERVER}}, {OTHER}),
    ],
)
def test_an_end_or_an_error_is_about_the_objects_that_it_names(event_type, payload, ids):
    assert ids_in(event_type, payload) == ids


@pytest.mark.parametrize(
    "event_type",
    [
        "compute.instance.create.start",
        "instance.update",
        "compute.instance.exists",
        "volume.usage",
        "",
        ".end\n",
        "volume.create.end\n",
        "volüme.create.end",
        "a." * 130 + "end",
        None,
        7,
        ["volume.create.end"],
    ],
)
def test_what_tells_of_no_end_is_about_nothing(event_type):
    assert ids_in(event_type, {"volume_id": VOLUME}) == frozenset()


@pytest.mark.parametrize(
    "payload",
    [
        None,
        VOLUME,
        [{"volume_id": VOLUME}],
        {},
        {"volume_id": None},
        {"volume_id": [VOLUME]},
        {"volume_id": {"id": [VOLUME]}},
        {"volume_id": VOLUME.upper()},
        {"volume_id": f"{VOLUME}\n"},
        {"volume_id": "x" * 10_000},
        {"owner_id": VOLUME},
        {"k" * 300: VOLUME},
        {7: VOLUME, None: VOLUME},
        {"nova_object.data": [VOLUME], "id": 7},
        {"nova_object.data": {"flavor": {"nova_object.data": {"uuid": OTHER}}}},
        {str(number): VOLUME for number in range(notified.MOST_KEYS)} | {"volume_id": VOLUME},
    ],
    ids=repr,
)
def test_a_payload_that_no_service_would_send_is_about_nothing(payload):
    assert ids_in("volume.create.end", payload) == frozenset()
