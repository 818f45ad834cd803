"""OS::Cinder::VolumeAttachment: a volume attached to a server. Nova attaches it, and Cinder records that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from heatlite.exception import CloudConflict, CloudError, CloudNotFound, ResourceUnknownStatus
from heatlite.resources.openstack.base import Body, CloudResource
from heatlite.resources.openstack.cinder.volume import awaited_volume
from heatlite.resources.openstack.fields import named, text
from heatlite.resources.openstack.marks import ByContent

SERVER, VOLUME, DEVICE = "instance_uuid", "volume_id", "mountpoint"
BAD_REQUEST = 400
WAITS, ATTACHED = ("available", "attaching", "reserved"), "in-use"
JOINED = "joined"
"""The key of the data for the server and the volume of the attachment."""
BUSY = "busy_since"
"""The key of a progress with the time since when the server has been too busy to give the volume up."""
NEW = "is_new"
"""The key of a progress that says that the attachment was asked for just now."""


def is_pair(value: Any) -> bool:
    """Tell whether a value could be a server and a volume."""
    return isinstance(value, list) and len(value) == 2 and all(isinstance(it, str) and it for it in value)


class VolumeAttachment(CloudResource):
    """An attachment, identified by its server and volume. There is one at most for both, so it needs no mark.

    It is complete when the volume is in use, and gone when the server no longer has it.
    """

    service, key = "compute", "volumeAttachment"
    adoptable_data = {JOINED: is_pair}
    mark = ByContent()
    server_property: ClassVar[str] = SERVER
    volume_property: ClassVar[str] = VOLUME
    device_property: ClassVar[str] = DEVICE
    properties_schema = {
        SERVER: text("The id of the server.", required=True, update_allowed=True),
        VOLUME: named("cinder.volume", "The volume.", field="volumeId", required=True, update_allowed=True),
        DEVICE: text("The device name; the server may choose another one.", field="device", update_allowed=True),
    }

    @classmethod
    def physical_identity(cls, physical_id: str, properties: Mapping[str, Any]) -> Any:
        """Return what is attached."""
        return [properties.get(it) for it in (cls.server_property, cls.volume_property)]

    def handle_create(self) -> Any:
        """Attach the volume, unless it is attached."""
        if self.is_repeated and self.find():
            return {}
        self._attach()
        return {NEW: True}

    def _record(self, volume: str) -> None:
        self.data_set(JOINED, [self.properties[self.server_property], volume])
        self.resource_id_set(volume)

    def _attach(self) -> None:
        body = {"volumeId": self._volume()}
        if self.properties[self.device_property]:
            body["device"] = self.properties[self.device_property]
        self.api.post(self._place_at(self.properties[self.server_property]), {self.key: body})

    def _volume(self) -> str:
        return self.identify("cinder.volume", self.properties[self.volume_property])

    def _place_at(self, server: str, volume: str | None = None) -> str:
        place = f"/servers/{server}/os-volume_attachments"
        return place if volume is None else f"{place}/{volume}"

    def check_create_complete(self, progress: Any) -> bool:
        """Tell whether the volume is in use in Cinder.

        :raises ResourceUnknownStatus: if it has any other final status
        """
        self._record(self._volume())
        if progress and progress.pop(NEW, False):  # it is never attached by now
            self.wake_on(self._volume())
            return False
        status = awaited_volume(self.cloud.api("block_storage"), self._volume())["status"]
        if status in WAITS:
            self.wake_on(self._volume())
            return False
        if status != ATTACHED:
            raise ResourceUnknownStatus(
                result="Volume attachment failed", resource_status=status, status_reason="Unknown"
            )
        return True

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Begin to detach the old volume and attach the new one."""
        server, volume = self._joined()
        return {"server": server, "volume": volume, "sent": False, "detached": False, "attached": False}

    def check_update_complete(self, progress: Any) -> bool:
        """Continue: first detach; then, once that is recorded, attach, unless this step has done so before."""
        if not progress.get("detached") and not progress["attached"]:
            if progress["server"] is None or self._is_detached(progress):
                progress["detached"] = True
                self._record(self._volume())  # a deletion, too, is to find what the next step attaches
                self.poll_in(0)
            return False
        if not progress["attached"]:
            if not (self.is_repeated and self.find()):
                self._attach()
                progress[NEW] = True
            progress["attached"] = True
        return self.check_create_complete(progress)

    def handle_delete(self) -> Any:
        """Begin to detach the volume."""
        server, volume = self._joined() if self.resource_id is not None else (None, None)
        return {"server": server, "volume": volume, "sent": False}

    def check_delete_complete(self, progress: Any) -> bool:
        """Tell whether the server no longer has the volume, and Cinder has recorded that."""
        return progress["server"] is None or self._is_detached(progress)

    def _joined(self) -> tuple[str | None, str | None]:
        """Return the server and the volume that are attached. If Heat attached them, ask Cinder for the server."""
        if self.data.get(JOINED):
            server, volume = self.data[JOINED]
            return server, volume
        try:
            volume = self.cloud.api("block_storage").get(f"/volumes/{self.resource_id}")["volume"]
        except CloudNotFound:
            return None, None
        server = next((it["server_id"] for it in volume["attachments"]), None)
        return server, self.resource_id

    def _is_detached(self, progress: Body) -> bool:
        place = self._place_at(progress["server"], progress["volume"])
        if not progress["sent"]:
            try:
                self.api.delete(place)
            except CloudNotFound:
                return not self.is_repeated or self._is_free(progress)
            except CloudConflict:  # the server is busy, with an image for a snapshot for example
                if self.is_in_use_too_long(progress, BUSY):
                    raise
                self.poll_in(2 * self.poll_seconds)
                return False
            except CloudError as error:
                if error.kwargs["status"] != BAD_REQUEST or not self._is_being_detached(progress):
                    raise
            progress["sent"] = True
            self.wake_on(progress["volume"])
            return False  # it is never detached by now
        return self._is_free(progress) and self._is_forgotten(place)

    def _is_being_detached(self, progress: Body) -> bool:
        """Tell whether Nova has begun to detach the volume: it answers 400 to whoever asks for that again."""
        volume = self.cloud.api("block_storage").get(f"/volumes/{progress['volume']}")["volume"]
        return bool(volume["status"] != ATTACHED)

    def _is_free(self, progress: Body) -> bool:
        """Tell whether Cinder has recorded that the server no longer has the volume."""
        try:
            volume = awaited_volume(self.cloud.api("block_storage"), progress["volume"])
        except CloudNotFound:
            return True
        if any(it["server_id"] == progress["server"] for it in volume["attachments"]):
            self.wake_on(progress["volume"])
            return False
        return True

    def _is_forgotten(self, place: str) -> bool:
        """Tell whether Nova has, too: it does so last."""
        try:
            self.api.get(place)
        except CloudNotFound:
            return True
        return False

    def find(self) -> list[str]:
        """Return the volume's id, if the server has it."""
        try:
            found = self.api.get(self._place_at(self.properties[self.server_property], self._volume()))[self.key]
        except CloudNotFound:
            return []
        return [str(found["volumeId"])]

    def look(self, thing_id: str) -> Body:
        """Return the attachment as Nova shows it."""
        server, volume = self._joined()
        return self.api.get(self._place_at(str(server), volume))[self.key]
