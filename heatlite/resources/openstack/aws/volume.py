"""AWS::EC2::Volume and VolumeAttachment: Cinder's volumes, by CloudFormation's words."""

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
    """A volume. Nothing of it can be changed. What CloudFormation calls a snapshot is a backup of Cinder's."""

    properties_schema = {
        ZONE: text("The availability zone.", field="availability_zone", required=True, immutable=True),
        SIZE: integer("Its size in GB.", field="size", constraints=(Range(1),), immutable=True),
        SNAPSHOT: named("cinder.backup", "The backup that it is made of.", field=BACKUP, immutable=True),
        TAGS: tags(immutable=True),
    }
    attributes_schema = {}

    def validate(self) -> None:
        """It has a size, or is made of something.

        :raises StackValidationFailed: where it hasn't
        """
        if self.known(SIZE, SNAPSHOT):
            self.require_one(SIZE, SNAPSHOT)

    def extra_body(self, body: Body) -> Body:
        """With its tags as metadata, and a name."""
        given = {it["Key"]: it["Value"] for it in self.properties[TAGS] or ()}
        name = self.physical_resource_name()
        return {**body, METADATA: given, "name": name, "description": name}

    def create(self, body: Body) -> Body:
        """Of the backup, if there is one."""
        version = MADE_OF_BACKUP if body.get(BACKUP) else self.microversion
        return self.api.post(self.path, {self.key: body}, microversion=version)[self.key]

    def settle(self, progress: Any) -> bool:
        """It is complete as it is made."""
        return True

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """Nothing."""
        return {}

    def update_rest(self, prop_diff: Mapping[str, Any]) -> None:
        """Nothing."""


class EC2VolumeAttachment(VolumeAttachment):
    """An attachment. Nothing of it can be changed."""

    server_property, volume_property, device_property = INSTANCE, VOLUME, DEVICE
    properties_schema = {
        INSTANCE: Property(
            Type.STRING, "The server.", required=True, immutable=True, constraints=custom("nova.server")
        ),
        VOLUME: named("cinder.volume", "The volume.", field="volumeId", required=True, immutable=True),
        DEVICE: text(
            "Where the server is to find it; that may not be heeded.",
            field="device",
            required=True,
            immutable=True,
            constraints=(AllowedPattern("/dev/vd[b-z]"),),
        ),
    }

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Nothing but another name of the same volume.

        :raises NotSupported: where it is another one's
        """
        self._check_references(prop_diff)
        return {}

    def check_update_complete(self, progress: Any) -> bool:
        """It is complete."""
        return True
