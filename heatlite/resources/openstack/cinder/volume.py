"""OS::Cinder::Volume: a volume, and its backups."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from heatlite.exception import (
    CloudConflict,
    CloudError,
    CloudNotFound,
    CloudUnavailable,
    NotSupported,
    ResourceInError,
)
from heatlite.resources.cloud import Api
from heatlite.resources.openstack.base import Body, CloudResource
from heatlite.resources.openstack.fields import integer, named, old_name, text
from heatlite.resources.openstack.marks import KEY, InMetadata, tag_of
from heatlite.resources.openstack.states import states
from heatlite.resources.schema import HIDDEN, Attribute, Property, Type
from heatlite.schema.constraints import Range

SIZE, TYPE, METADATA, READ_ONLY, BACKUP, HINTS = (
    "size",
    "volume_type",
    "metadata",
    "read_only",
    "backup_id",
    "scheduler_hints",
)
IN_USE_CAN_GROW = "3.42"
"""The API version from which an attached volume can be extended."""
MADE_OF_BACKUP = "3.47"
WHOLE_LIST = "/volumes/detail"
CINDERS_OWN = ("readonly", "src_backup_id")
"""Keys that Cinder itself adds to the metadata: the access, and the backup that was restored."""
SOURCES = ("snapshot_id", "source_volid", "image")
BAD_REQUEST = 400
BACKUP_NAME = "backup_name"
"""In the resource's data: the name of the backup that the newest snapshot took, or was about to take."""
BY_SNAPSHOT = "snapshot "
"""In the name of a backup that is a snapshot's; others are kept when their volume is deleted."""
BACKUP_SERVICE = "cinder-backup"
"""The service's name in Cinder's error when the service doesn't exist. The error is a 503, like a temporary one."""
REPLACED_BY_BACKUP = ("image", "imageRef", "source_volid")
"""Properties that a restored volume loses: its content comes from the backup."""
NOT_WORTH_KEEPING = (("CREATE", "FAILED"), ("UPDATE", "FAILED"))


def awaited_volume(api: Api, volume_id: str) -> Body:
    """Return a volume that is waited for.

    :raises CloudNotFound: if it doesn't exist
    """
    return api.awaited(WHOLE_LIST, "volumes", volume_id) or api.get(f"/volumes/{volume_id}")["volume"]


class Volume(CloudResource):
    """A volume: a disk of a given size that can be attached to a server."""

    service, path, key = "block_storage", "/volumes", "volume"
    whole_list = WHOLE_LIST
    mark = InMetadata()
    is_gone_at_once = False
    states = states(
        good="available in-use",
        pending="creating downloading restoring-backup extending retyping attaching detaching reserved backing-up "
        "maintenance uploading deleting",
        failed="error error_deleting error_restoring error_extending error_managing",
    )
    properties_schema = {
        "availability_zone": text("The availability zone of the volume."),
        SIZE: integer("The size in GB; it can grow.", constraints=(Range(1),), update_allowed=True),
        "snapshot_id": named("cinder.snapshot", "The snapshot to create it from."),
        BACKUP: named("cinder.backup", "The backup to create it from, or to restore.", update_allowed=True),
        "name": text("The name of the volume.", update_allowed=True),
        "description": text("The description of the volume.", update_allowed=True),
        "image": named("glance.image", "The image to create it from.", field="imageRef"),
        "imageRef": old_name("image"),
        TYPE: named("cinder.vtype", "The volume type.", update_allowed=True),
        "source_volid": named("cinder.volume", "The volume to copy."),
        METADATA: Property(Type.MAP, "Keys and values to store with it.", default={}, update_allowed=True),
        HINTS: Property(Type.MAP, "Hints for the scheduler."),
        READ_ONLY: Property(Type.BOOLEAN, "Whether servers can only read it.", update_allowed=True),
        "multiattach": Property(Type.BOOLEAN, "Use a volume type that allows it.", default=False, status=HIDDEN),
    }
    attributes_schema = {
        "availability_zone": Attribute("The availability zone of the volume.", Type.STRING),
        SIZE: Attribute("The size in GB.", Type.STRING),
        "snapshot_id": Attribute("The snapshot that it was created from.", Type.STRING),
        "display_name": Attribute("The name of the volume.", Type.STRING),
        "display_description": Attribute("The description of the volume.", Type.STRING),
        TYPE: Attribute("The volume type.", Type.STRING),
        METADATA: Attribute("The stored keys and values, as JSON.", Type.STRING),
        "metadata_values": Attribute("The stored keys and values, as a map.", Type.MAP),
        "source_volid": Attribute("The volume that was copied.", Type.STRING),
        "status": Attribute("The status of the volume.", Type.STRING),
        "created_at": Attribute("The time of its creation.", Type.STRING),
        "bootable": Attribute("Whether a server can boot from it.", Type.STRING),
        "encrypted": Attribute("Whether it is encrypted.", Type.STRING),
        "attachments": Attribute("The attachments, as a text.", Type.STRING),
        "attachments_list": Attribute("The attachments, as a list.", Type.LIST),
        "multiattach": Attribute("Whether it can be attached to several servers.", Type.BOOLEAN),
    }

    def validate(self) -> None:
        """Require a size or one source, and at most one source.

        :raises StackValidationFailed: if they don't fit together
        """
        if not self.known(SIZE, BACKUP, *SOURCES) or self.properties[BACKUP]:
            return
        given = [name for name in SOURCES if self.properties[name]]
        if self.properties[SIZE] is None and (len(given) != 1 or given == ["image"]):
            message = (
                "If neither backup_id nor size is provided, one and only one of source_volid, snapshot_id must be "
                f"specified, but currently specified options: {given}."
            )
            raise self.properties_error(message)
        if len(given) > 1:
            message = (
                "If size is provided, only one of image, source_volid, snapshot_id can be specified, but currently "
                f"specified options: {given}."
            )
            raise self.properties_error(message)

    def extra_body(self, body: Body) -> Body:
        """Return a body with the metadata."""
        return {**body, METADATA: dict(self.properties[METADATA] or {})}

    def create(self, body: Body) -> Body:
        """Send the creation, with the hints for the scheduler beside it."""
        version = MADE_OF_BACKUP if body.get(BACKUP) else self.microversion
        hints = self.properties[HINTS]
        sent = {"volume": body, **({"OS-SCH-HNT:scheduler_hints": hints} if hints else {})}
        return self.api.post(self.path, sent, microversion=version)["volume"]

    def settle(self, progress: Any) -> bool:
        """Set type, size and access, one after another, because Cinder does one action at a time.

        A backup is busy for a moment longer than the volume that it is restored to, and couldn't be deleted.
        """
        if progress is None:
            progress = {}
        changed = progress.get("changed", [READ_ONLY])
        is_restored = progress.get("restored") or "changed" not in progress
        body = self.seen()
        action = self._next_action(body, changed)
        if BACKUP in changed and self.properties[BACKUP] and not progress.get("restored"):
            backup = self.identify("cinder.backup", self.properties[BACKUP])
            self.api.post(f"/backups/{backup}/restore", {"restore": {"volume_id": self.resource_id}})
            progress["restored"] = True
        elif action is not None:
            self.api.post(f"{self.one}/action", action, microversion=IN_USE_CAN_GROW)
        else:
            return not (self.properties[BACKUP] and is_restored and self._is_restoring())
        self._seen = None
        return False

    def _next_action(self, body: Mapping[str, Any], changed: list[str]) -> Body | None:
        size, kind, read_only = (self.properties[it] for it in (SIZE, TYPE, READ_ONLY))
        if SIZE in changed and size is not None and size > body[SIZE]:
            return {"os-extend": {"new_size": size}}
        if TYPE in changed and kind and not self._has_type(body[TYPE], kind):
            return {"os-retype": {"new_type": kind, "migration_policy": "never"}}
        if READ_ONLY in changed and read_only is not None and is_read_only(body) != read_only:
            return {"os-update_readonly_flag": {"readonly": read_only}}
        return None

    def _has_type(self, current: Any, wanted: str) -> bool:
        return current == wanted or self.identify("cinder.vtype", str(current)) == self.identify("cinder.vtype", wanted)

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """Return name and description; other changes need actions.

        :raises NotSupported: if the size is to shrink
        """
        size = prop_diff.get(SIZE)
        if size is not None and size < self.seen()[SIZE]:
            raise NotSupported(feature="Shrinking volume")
        return super().update_body({it: prop_diff[it] for it in ("name", "description") if it in prop_diff})

    def differing(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return what differs: name and description, and size, type, metadata and access."""
        found, given = super().differing(body), self.properties
        own = {it: value for it, value in (body.get(METADATA) or {}).items() if it not in (KEY, *CINDERS_OWN)}
        if {key: str(it) for key, it in (given[METADATA] or {}).items()} != own:
            found[METADATA] = own
        if given[SIZE] is not None and body[SIZE] != given[SIZE]:
            found[SIZE] = body[SIZE]
        if given[TYPE] and body.get(TYPE) and not self._has_type(body[TYPE], given[TYPE]):
            found[TYPE] = body[TYPE]
        if given[READ_ONLY] is not None and is_read_only(body) != given[READ_ONLY]:
            found[READ_ONLY] = is_read_only(body)
        return found

    def beyond_repair(self, found: Mapping[str, Any]) -> frozenset[str]:
        """Return the size, if it has grown: a volume can't shrink."""
        has_grown = SIZE in found and found[SIZE] > self.properties[SIZE]
        return super().beyond_repair(found) | ({SIZE} if has_grown else set())

    def update_rest(self, prop_diff: Mapping[str, Any]) -> None:
        """Change the metadata."""
        if METADATA in prop_diff:
            mark = {KEY: self.uuid}
            kept = {it: value for it, value in (self.seen().get(METADATA) or {}).items() if it in CINDERS_OWN}
            wanted = {**(self.properties[METADATA] or {}), **mark, **kept}
            self._seen = None
            self.api.put(f"{self.one}/metadata", {METADATA: wanted})

    def delete(self, thing_id: str) -> None:
        """Send the deletion. For a volume that is in use, or being deleted, Cinder answers 400: raise a conflict."""
        try:
            super().delete(thing_id)
        except CloudError as error:
            if error.kwargs["status"] == BAD_REQUEST:
                raise CloudConflict(**error.kwargs) from None
            raise

    # --- backups ---------------------------------------------------------------------------------------------------

    def handle_snapshot_delete(self, state: tuple[str, str]) -> Any:
        """Begin to delete the volume after a backup of it. A failed volume isn't worth a backup, as in Heat.

        :param state: its action and status before
        """
        progress = self.handle_delete()
        if self.resource_id is None or state in NOT_WORTH_KEEPING:
            return progress
        return {**progress, **self._new_backup()}

    def check_delete_complete(self, progress: Any) -> bool:
        """Wait for the backup, if there is one to wait for, and then for the deletion.

        ``progress``: ``backup``, the name of the backup, and its ``backup_id`` once it has begun.

        :raises ResourceInError: if the backup failed: the volume stays
        """
        if "backup" in progress:
            if not self._is_backed_up(progress, force=False):
                return False
            del progress["backup"]
            progress["since"] = self.now()
        return super().check_delete_complete(progress)

    def handle_snapshot(self) -> Any:
        """Choose the name by which the backup is found again.

        The backup of the snapshot before is in that snapshot's own data.
        """
        progress = self._new_backup(BY_SNAPSHOT)
        self.data_delete(BACKUP)
        self.data_set(BACKUP_NAME, progress["backup"])
        return progress

    def check_snapshot_complete(self, progress: Any) -> bool:
        """Begin a backup of the volume, once its name is in the database, and wait for it.

        :raises ResourceInError: if it failed
        """
        if not self._is_backed_up(progress, force=True):
            return False
        if progress["backup_id"]:
            self.data_set(BACKUP, progress["backup_id"])
        return True

    def handle_delete_snapshot(self, restore_data: Mapping[str, Any]) -> None:
        """Delete the backup, if it exists; of a snapshot that failed, the one that had begun."""
        data = restore_data.get("resource_data") or {}
        if data.get(BACKUP):
            self._delete_backup(data[BACKUP])
        elif data.get(BACKUP_NAME):
            for it in self.api.listed("/backups", "backups", params={"name": data[BACKUP_NAME]}):
                self._delete_backup(it["id"])

    def handle_delete_unfinished_snapshot(self) -> None:
        """Delete all backups that snapshots have taken of the volume, which is gone by now."""
        for it in self.api.listed("/backups", "backups", params={"volume_id": self.resource_id}):
            if str(it["name"]).startswith(f"{tag_of(self.uuid)} {BY_SNAPSHOT}"):
                self._delete_backup(it["id"])

    def _delete_backup(self, backup_id: str) -> None:
        with suppress(CloudNotFound):
            self.api.delete(f"/backups/{backup_id}")

    def handle_restore(self, definition: Mapping[str, Any], restore_data: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the definition of the same volume with the content of the backup, instead of that of an image."""
        key = "Properties" if "Properties" in definition else "properties"
        given = {name: it for name, it in (definition.get(key) or {}).items() if name not in REPLACED_BY_BACKUP}
        return {**definition, key: {**given, BACKUP: restore_data["resource_data"][BACKUP]}}

    def _new_backup(self, kind: str = "") -> Body:
        return {"backup": f"{tag_of(self.uuid)} {kind}{self.random.getrandbits(64):016x}"}

    def _is_backed_up(self, progress: Any, *, force: bool) -> bool:
        if "backup_id" not in progress:  # first check: the row must record the name before the backup begins
            progress["backup_id"] = None
            self.poll_in(0)
            return False
        if progress["backup_id"] is None:
            progress["backup_id"] = self._begun_backup(progress["backup"], force=force)
        return progress["backup_id"] == "" or self._is_available(progress["backup_id"])

    def _begun_backup(self, name: str, *, force: bool) -> str:
        """Return the id of the backup with this name; begin it, unless an engine that died has begun it.

        The id is empty if the volume doesn't exist, so that there is nothing to back up.

        :param force: back up a volume that a server uses, too
        :raises CloudError: if the cloud has no backup service
        """
        for there in self.api.listed("/backups", "backups", params={"name": name}):
            return str(there["id"])
        sent = {"backup": {"volume_id": self.resource_id, "name": name, "force": force}}
        try:
            return str(self.api.post("/backups", sent)["backup"]["id"])
        except CloudUnavailable as error:
            if BACKUP_SERVICE in error.kwargs["message"]:  # the service doesn't exist, so waiting won't help
                raise CloudError(**error.kwargs) from None
            raise
        except CloudNotFound:
            if self.exists():
                raise
            return ""

    def _is_restoring(self) -> bool:
        with suppress(CloudNotFound):
            backup = self.identify("cinder.backup", self.properties[BACKUP])
            return bool(self.api.get(f"/backups/{backup}")["backup"]["status"] == "restoring")
        return False

    def _is_available(self, backup_id: str) -> bool:
        backup = self.api.get(f"/backups/{backup_id}")["backup"]
        if backup["status"] == "creating":
            self.wake_on(backup_id)
            return False
        if backup["status"] == "available":
            return True
        raise ResourceInError(resource_status=backup["status"], status_reason=backup.get("fail_reason") or "Unknown")

    # --- attributes ------------------------------------------------------------------------------------------------

    def attribute_of(self, name: str, body: Mapping[str, Any]) -> Any:
        """Return an attribute. Most of Heat's are texts. The metadata don't include the mark."""
        own = {it: value for it, value in (body.get(METADATA) or {}).items() if it != KEY}
        match name:
            case "metadata":
                return json.dumps(own)
            case "metadata_values":
                return own
            case "display_name":
                return body.get("name")
            case "display_description":
                return body.get("description")
            case "attachments_list":
                return body.get("attachments")
        return str(body.get(name))


def is_read_only(body: Mapping[str, Any]) -> bool:
    """Tell whether servers can only read a volume."""
    return str((body.get(METADATA) or {}).get("readonly", False)).lower() == "true"
