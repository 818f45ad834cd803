"""OS::Glance::WebImage: an image that Glance downloads.

::

    POST /images {id: the resource's uuid} ─▶ POST …/import ─▶ Glance downloads ─▶ active ─▶ members, deactivated
                                                  ▲                 │
                      queued, without a task ─────┘                 └─ a failed task has the reason
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from heatlite.exception import (
    CloudConflict,
    CloudNotFound,
    ResourceInError,
    ResourcePropertyValueDependency,
)
from heatlite.resources.openstack.base import Body, CloudResource
from heatlite.resources.openstack.fields import flag, integer, listed, text
from heatlite.resources.openstack.marks import KEY, ByContent
from heatlite.resources.openstack.states import states
from heatlite.resources.schema import Property, SupportStatus, Type
from heatlite.schema.constraints import AllowedPattern, AllowedValues, Range

UUID = (AllowedPattern("^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$"),)
FOR_AMAZON = ("ami", "ari", "aki")
LOCATION, ACTIVE, MEMBERS, EXTRA, VISIBILITY = "location", "active", "members", "extra_properties", "visibility"
DISK, CONTAINER, ID = "disk_format", "container_format", "id"
QUEUED = "queued"
PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}


class WebImage(CloudResource):
    """An image whose contents Glance downloads from a URL.

    Glance lets the creator choose an image's id: if the template chooses none, the id is the resource's uuid.
    """

    service, path, key = "image", "/images", "image"
    mark = ByContent()
    name_property = ""  # without a name in the template the image has no name, as in Heat
    poll_seconds = 2.0
    states = states(good="active deactivated", pending="queued saving uploading importing", failed="killed deleted")
    support_status = SupportStatus(version="12.0.0")
    properties_schema = {
        "name": text("The name of the image."),
        ID: text("The id of the image."),
        VISIBILITY: text(
            "The projects that can see it.",
            default="private",
            constraints=(AllowedValues(("public", "private", "community", "shared")),),
            update_allowed=True,
        ),
        "protected": flag("Whether its deletion is refused.", default=False, update_allowed=True),
        "min_disk": integer("The smallest disk for a server, in GB.", default=0, constraints=(Range(0),)),
        "min_ram": integer("The least memory for a server, in MB.", default=0, constraints=(Range(0),)),
        DISK: text(
            "The format of the disk.",
            required=True,
            constraints=(AllowedValues((*FOR_AMAZON, "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop")),),
        ),
        CONTAINER: text(
            "The format of the container.",
            required=True,
            constraints=(AllowedValues((*FOR_AMAZON, "bare", "ovf", "ova", "docker")),),
        ),
        LOCATION: Property(Type.STRING, "The URL to download.", required=True),
        "tags": listed("The tags of the image.", update_allowed=True, cleared=[]),
        EXTRA: Property(Type.MAP, "More properties of the image.", default={}, update_allowed=True),
        "architecture": text("The processor architecture.", update_allowed=True),
        "kernel_id": text("The id of the kernel's image.", constraints=UUID, update_allowed=True),
        "os_distro": text("The operating system.", update_allowed=True),
        "os_version": text("The operating system's version.", update_allowed=True),
        "owner": text("The id of the project that owns it.", update_allowed=True),
        "ramdisk_id": text("The id of the ramdisk's image.", constraints=UUID, update_allowed=True),
        ACTIVE: Property(Type.BOOLEAN, "Whether the image can be used.", default=True, update_allowed=True),
        MEMBERS: Property(
            Type.LIST,
            "The ids of the projects that a shared image is shared with.",
            update_allowed=True,
            schema=Property(Type.STRING, "The id of a project."),
        ),
    }

    def validate(self) -> None:
        """Require equal Amazon formats, and members only for a shared image.

        :raises StackValidationFailed: or ResourcePropertyValueDependency
        """
        if self.known(CONTAINER, DISK):
            container = self.properties[CONTAINER]
            if container in FOR_AMAZON and self.properties[DISK] != container:
                message = (
                    "Invalid mix of disk and container formats. When setting a disk or container format to one of "
                    "'aki', 'ari', or 'ami', the container and disk formats must match."
                )
                raise self.properties_error(message)
        if self.known(MEMBERS, VISIBILITY) and self.properties[MEMBERS] and self.properties[VISIBILITY] != "shared":
            raise ResourcePropertyValueDependency(prop1=MEMBERS, prop2=VISIBILITY, value="shared")

    # --- create ----------------------------------------------------------------------------------------------------

    def extra_body(self, body: Body) -> Body:
        """Return a body with the resource's uuid as id, or as a mark if the template gives the id."""
        chosen = {KEY: self.uuid} if self.properties[ID] else {ID: self.uuid}
        self.data_set(EXTRA, sorted(self.properties[EXTRA]))
        return {**texts(self.properties[EXTRA]), **body, **chosen}

    def create(self, body: Body) -> Body:
        """Send the creation; Glance's body has no key around the fields."""
        made: Body = self.api.post(self.path, body)
        return made

    def look(self, thing_id: str) -> Body:
        """Read the image; Glance's body has no key around the fields."""
        found: Body = self.api.get(self.place(thing_id))
        return found

    def find(self) -> list[str]:
        """Return the image that has the uuid as id or as mark."""
        wanted = self.properties[ID]
        try:
            found = self.look(wanted or self.uuid)
        except CloudNotFound:
            return []
        return [found[ID]] if not wanted or found.get(KEY) == self.uuid else []

    def is_ready(self) -> bool:
        """Tell whether the image is downloaded; begin the download if it hasn't begun.

        :raises ResourceInError: if the download failed, with Glance's reason
        """
        if self.seen()["status"] == QUEUED:
            self._begin_download()
        return super().is_ready()

    def _begin_download(self) -> None:
        tasks = self.api.get(f"{self.one}/tasks")["tasks"]
        for task in tasks:
            if task["status"] == "failure":
                reason = f"Glance couldn't download {self.properties[LOCATION]}: {task['message']}"
                raise ResourceInError(resource_status=QUEUED, status_reason=reason)
        if not tasks:
            wanted = {"method": {"name": "web-download", "uri": self.properties[LOCATION]}}
            try:
                self.api.post(f"{self.one}/import", wanted)
            except CloudConflict:  # the download is in progress already
                return

    def settle(self, progress: Any) -> bool:
        """Set its members, and activate or deactivate it."""
        changed = (progress or {}).get("changed")
        if self.properties[MEMBERS] if changed is None else MEMBERS in changed:
            self._set_members(self.properties[MEMBERS] or ())
        is_active = self.seen()["status"] == "active"
        if is_active != self.properties[ACTIVE] and (changed is None or ACTIVE in changed):
            self.api.post(f"{self.one}/actions/{'deactivate' if is_active else 'reactivate'}")
            self._seen = None
        return True

    def _set_members(self, wanted: Iterable[str]) -> None:
        place = f"{self.one}/members"
        current = {it["member_id"] for it in self.api.get(place)["members"]}
        for gone in sorted(current - set(wanted)):
            self.api.delete(f"{place}/{gone}")
        for new in sorted(set(wanted) - current):
            self.api.post(place, {"member": new})

    # --- update ----------------------------------------------------------------------------------------------------

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """Return the changed fields and extra properties; None removes one."""
        body = super().update_body(prop_diff)
        if EXTRA in prop_diff:
            wanted = texts(self.properties[EXTRA])
            before = self.data.get(EXTRA, ())
            body |= {**dict.fromkeys(it for it in before if it not in self.properties_schema), **wanted}
            self.data_set(EXTRA, sorted({*before, *wanted}))
        return body

    def change(self, body: Body) -> Body:
        """Send the changes as a JSON patch."""
        current = self.seen()
        steps = [
            {"op": "add", "path": f"/{name}", "value": value}
            if value is not None
            else {"op": "remove", "path": f"/{name}"}
            for name, value in body.items()
            if value is not None or name in current
        ]
        if not steps:
            return current
        changed: Body = self.api.patch(self.one, steps, headers=PATCH)
        return changed


def texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the properties as texts, as Glance stores them."""
    return {name: str(value) for name, value in values.items()}
