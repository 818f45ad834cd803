"""AWS::EC2::Volume and VolumeAttachment: Cinder's volumes with CloudFormation's names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.resources.openstack.aws.base import tags
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.cinder.attachment import VolumeAttachment
from heatlite.resources.openstack.cinder.volume import BACKUP, MADE_OF_BACKUP, METADATA, Volume
from heatlite.resources.openstack.fields import custom, integer, named, text
from heatlite.resources.schema import Property, Type
from heatlite.schema.constraints import AllowedPattern, Range

ZONE, SIZE, SNAPSHOT, TAGS = "AvailabilityZone", "Size", "SnapshotId", "Tags"
INSTANCE, VOLUME, DEVICE = "InstanceId", "VolumeId", "Device"


class EC2Volume(Volume):
    """A volume that can't be changed. A snapshot in CloudFormation is a backup in Cinder."""

    properties_schema = {
        ZONE: text("The availability zone.", field="availability_zone", required=True, immutable=True),
        SIZE: integer("The size in GB.", field="size", constraints=(Range(1),), immutable=True),
        SNAPSHOT: named("cinder.backup", "The backup to create it from.", field=BACKUP, immutable=True),
        TAGS: tags(immutable=True),
    }
    attributes_schema = {}

    def validate(self) -> None:
        """Require a size or a backup.

        :raises StackValidationFailed: if there is neither
        """
        if self.known(SIZE, SNAPSHOT):
            self.require_one(SIZE, SNAPSHOT)

    def extra_body(self, body: Body) -> Body:
        """Return a body with a name, and with the tags as metadata."""
        given = {it["Key"]: it["Value"] for it in self.properties[TAGS] or ()}
        name = self.physical_resource_name()
        return {**body, METADATA: given, "name": name, "description": name}

    def create(self, body: Body) -> Body:
        """Create the volume, from the backup if there is one."""
        version = MADE_OF_BACKUP if body.get(BACKUP) else self.microversion
        return self.api.post(self.path, {self.key: body}, microversion=version)[self.key]

    def settle(self, progress: Any) -> bool:
        """Return True: a created volume needs nothing more."""
        return True

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """Return no fields."""
        return {}

    def update_rest(self, prop_diff: Mapping[str, Any]) -> None:
        """Change nothing."""

    def differing(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return nothing: no property can be changed."""
        return {}


class EC2VolumeAttachment(VolumeAttachment):
    """An attachment that can't be changed."""

    server_property, volume_property, device_property = INSTANCE, VOLUME, DEVICE
    properties_schema = {
        INSTANCE: Property(
            Type.STRING, "The server.", required=True, immutable=True, constraints=custom("nova.server")
        ),
        VOLUME: named("cinder.volume", "The volume.", field="volumeId", required=True, immutable=True),
        DEVICE: text(
            "The device name in the server; the server may choose another one.",
            field="device",
            required=True,
            immutable=True,
            constraints=(AllowedPattern("/dev/vd[b-z]"),),
        ),
    }

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Accept only another name of the same volume.

        :raises NotSupported: if it names another volume
        """
        self._check_references(prop_diff)
        return {}

    def check_update_complete(self, progress: Any) -> bool:
        """Return True: nothing changed."""
        return True
