"""AWS::AutoScaling::LaunchConfiguration: the common definition of a group's members. It makes nothing.

Its properties become those of each member, an ``AWS::EC2::Instance``; the environment maps that type to a template.
"""

from __future__ import annotations

from heatlite.exception import StackValidationFailed
from heatlite.resources.base import Resource
from heatlite.resources.schema import Property, SupportStatus, Type

INSTANCE_ID = "InstanceId"

VOLUME = {
    "DeleteOnTermination": Property(Type.BOOLEAN, "Whether it is deleted with its instance.", default=True),
    "Iops": Property(Type.NUMBER, "Not used."),
    "SnapshotId": Property(Type.STRING, "The snapshot to make it from."),
    "VolumeSize": Property(Type.STRING, "Its size in GB."),
    "VolumeType": Property(Type.STRING, "Not used."),
}
MAPPING = {
    "DeviceName": Property(Type.STRING, "The device, such as vdb.", required=True),
    "Ebs": Property(Type.MAP, "The volume.", schema=VOLUME),
    "NoDevice": Property(Type.MAP, "Not used."),
    "VirtualName": Property(Type.STRING, "Not used."),
}
HINT = {
    "Key": Property(Type.STRING, "Its name.", required=True),
    "Value": Property(Type.STRING, "Its value.", required=True),
}


class LaunchConfiguration(Resource):
    """The properties of instances. Each change makes a new configuration, and therefore new instances."""

    support_status = SupportStatus(version="2014.1")
    immediate = True
    properties_schema = {
        "ImageId": Property(Type.STRING, "The image."),
        "InstanceType": Property(Type.STRING, "The flavor."),
        INSTANCE_ID: Property(Type.STRING, "An instance to copy. Not supported: write the properties out."),
        "KeyName": Property(Type.STRING, "The key pair."),
        "UserData": Property(Type.STRING, "The data that the instance reads when it boots."),
        "SecurityGroups": Property(Type.LIST, "Names of security groups."),
        "KernelId": Property(Type.STRING, "Not used."),
        "RamDiskId": Property(Type.STRING, "Not used."),
        "BlockDeviceMappings": Property(
            Type.LIST, "Volumes of the instance.", schema=Property(Type.MAP, "One volume.", schema=MAPPING)
        ),
        "NovaSchedulerHints": Property(
            Type.LIST, "Hints to the scheduler.", schema=Property(Type.MAP, "One hint.", schema=HINT)
        ),
    }

    def validate(self) -> None:
        """Refuse an instance to copy from, and a configuration without image or flavor.

        :raises StackValidationFailed: if there is such an instance, or image or flavor is missing
        """
        if self.known(INSTANCE_ID) and self.properties[INSTANCE_ID]:
            raise self.property_error(INSTANCE_ID, "copying an instance isn't supported; write the properties out")
        needed = (INSTANCE_ID, "ImageId", "InstanceType")
        if all(map(self.known, needed)) and not all(self.properties[name] for name in needed[1:]):
            raise StackValidationFailed(message="If without InstanceId, ImageId and InstanceType are required.")

    def handle_create(self) -> None:
        """Record the name as the physical id: nothing physical exists."""
        self.resource_id_set(self.physical_resource_name())
