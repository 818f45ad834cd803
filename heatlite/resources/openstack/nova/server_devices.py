"""Server devices: volumes and disks of a server, from both of Heat's forms to Nova's form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from heatlite.exception import StackValidationFailed
from heatlite.resources.openstack.base import Body, CloudResource
from heatlite.resources.openstack.fields import Identify
from heatlite.resources.openstack.nova import server_schema as schema

SOURCES = ((schema.VOLUME, "volume"), (schema.SNAPSHOT, "snapshot"), (schema.IMAGE, "image"))
"""Property → Nova's word for the source of a volume."""
AS_THEY_ARE = ("device_name", "device_type", "disk_bus", "boot_index", "volume_size", "volume_type")
KINDS = "volume_id, snapshot_id, image, swap_size, ephemeral_size or ephemeral_format"


def devices(given: Iterable[Mapping[str, Any]]) -> list[Body]:
    """Return ``block_device_mapping`` in Nova's form."""
    return [{name: it for name, it in each.items() if it is not None} for each in given]


def devices_v2(given: Iterable[Mapping[str, Any]], image: str, identify: Identify) -> list[Body]:
    """Return ``block_device_mapping_v2`` in Nova's form, including the server's image.

    :param image: the image's id, or empty
    """
    of_image = {"uuid": image, "source_type": "image", "destination_type": "local", "boot_index": 0}
    own = [{**of_image, schema.KEEPS_NOT: True}] if image else []
    return [*own, *(_device(it, identify) for it in given)]


def _device(given: Mapping[str, Any], identify: Identify) -> Body:
    body: Body = {"source_type": "blank", "destination_type": "local", "boot_index": -1, schema.KEEPS_NOT: True}
    if source := next(((name, kind) for name, kind in SOURCES if given[name]), None):
        name, kind = source
        thing = identify("glance.image", given[name]) if name == schema.IMAGE else given[name]
        body = {"uuid": thing, "source_type": kind, "destination_type": "volume", "boot_index": 0}
        body[schema.KEEPS_NOT] = False
    elif given[schema.SWAP]:
        body |= {"guest_format": "swap", "volume_size": given[schema.SWAP]}
    else:
        if given[schema.EPHEMERAL_SIZE]:
            body["volume_size"] = given[schema.EPHEMERAL_SIZE]
        if given[schema.EPHEMERAL_FORMAT]:
            body["guest_format"] = given[schema.EPHEMERAL_FORMAT]
    more = {name: given[name] for name in (*AS_THEY_ARE, schema.KEEPS_NOT) if given[name] not in (None, "")}
    return body | more


def validate_devices(server: CloudResource) -> None:
    """Refuse contradictory disks, and a server without anything to boot from.

    :raises StackValidationFailed: saying what is wrong
    """
    if not server.known(schema.DEVICES, schema.DEVICES_V2, schema.IMAGE):
        return
    given = server.properties
    old, new = given[schema.DEVICES] or [], given[schema.DEVICES_V2] or []
    if old and new:
        server.refuse_both(schema.DEVICES, schema.DEVICES_V2)
    for each in old:
        _check_old(server, each)
    sources = [_boots_from(server, it) for it in new]
    starts = [it for it in [given[schema.IMAGE] or None, *sources] if it is not None]
    where = f"resources.{server.name}.properties"
    if not starts and not any(it[schema.DEVICE] == "vda" for it in old):
        message = f"Neither image nor bootable volume is specified for instance {server.name}"
        raise StackValidationFailed(path=where, message=message)
    if new and len(starts) != 1:
        raise StackValidationFailed(path=where, message=f"Multiple bootable sources for instance {server.name}.")


def _check_old(server: CloudResource, given: Mapping[str, Any]) -> None:
    sources = [name for name in (schema.VOLUME, schema.SNAPSHOT) if given[name] is not None]
    if len(sources) > 1:
        message = "Cannot define the following properties at the same time: volume_id, snapshot_id."
        raise server.property_error(schema.DEVICES, message)
    if not sources:
        message = f"Either volume_id or snapshot_id must be specified for device mapping {given[schema.DEVICE]}"
        raise server.property_error(schema.DEVICES, message)


def _boots_from(server: CloudResource, given: Mapping[str, Any]) -> Any:
    """Return the source from which a server could boot off this disk; None if it couldn't."""
    ephemeral = given[schema.EPHEMERAL_SIZE] or given[schema.EPHEMERAL_FORMAT]
    kinds = [it for it in (*(given[name] for name, _ in SOURCES), given[schema.SWAP], ephemeral) if it is not None]
    if len(kinds) > 1:
        message = f"Cannot define the following properties at the same time: {KINDS}."
        raise server.property_error(schema.DEVICES_V2, message)
    if not kinds:
        raise server.property_error(schema.DEVICES_V2, f"Either {KINDS} must be specified.")
    source = next((given[name] for name, _ in SOURCES if given[name] is not None), None)
    return source if given[schema.BOOT_INDEX] in (None, 0) else None
