"""AWS::EC2::Instance: Nova's servers with CloudFormation's names.

The properties are translated to those of OS::Nova::Server, which does the rest::

    InstanceType, ImageId, KeyName, AvailabilityZone     flavor, image, key_name, availability_zone
    SecurityGroups and SecurityGroupIds                  security_groups
    NetworkInterfaces, or SubnetId                       networks, by port or by subnet
    Tags, UserData, NovaSchedulerHints                   metadata, user_data for heat-cfntools, scheduler_hints
    BlockDeviceMappings                                  block_device_mapping
    Volumes                                              attached here, once the server is ACTIVE
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.exception import CloudNotFound
from heatlite.resources.instance import Instance
from heatlite.resources.openstack.aws.base import EC2
from heatlite.resources.openstack.base import Body, CloudResource
from heatlite.resources.openstack.cinder.volume import awaited_volume
from heatlite.resources.openstack.fields import custom
from heatlite.resources.openstack.nova import server_schema as schema
from heatlite.resources.openstack.nova.server import Server
from heatlite.resources.schema import Attribute, PropertiesSchema, Property, Type
from heatlite.schema.constraints import AllowedValues

IMAGE, FLAVOR, KEY, ZONE, USER_DATA, TAGS = (
    "ImageId",
    "InstanceType",
    "KeyName",
    "AvailabilityZone",
    "UserData",
    "Tags",
)
GROUPS, GROUP_IDS, INTERFACES, SUBNET = "SecurityGroups", "SecurityGroupIds", "NetworkInterfaces", "SubnetId"
HINTS, VOLUMES, DEVICES, EBS, SNAPSHOT = "NovaSchedulerHints", "Volumes", "BlockDeviceMappings", "Ebs", "SnapshotId"
NOT_IMPLEMENTED = {
    "DisableApiTermination": Type.STRING,
    "KernelId": Type.STRING,
    "Monitoring": Type.BOOLEAN,
    "PlacementGroupName": Type.STRING,
    "PrivateIpAddress": Type.STRING,
    "RamDiskId": Type.STRING,
    "SourceDestCheck": Type.BOOLEAN,
}
TENANCY = "Tenancy"
AS_IT_IS = {IMAGE: schema.IMAGE, FLAVOR: schema.FLAVOR, KEY: "key_name", ZONE: "availability_zone"}
"""Property → the server's property with the same values."""
CHANGES = {FLAVOR: schema.FLAVOR, TAGS: schema.METADATA, INTERFACES: schema.NETWORKS, SUBNET: schema.NETWORKS}
"""Property that an update may change → the server's property."""
HEATS_PORT = "port_id"
"""The key under which Heat stored the port that it created for SubnetId."""
NO_ADDRESS = "0.0.0.0"
ATTACHED = "in-use"


def pair(description: str) -> Property:
    """Return a property for a map of Key and Value."""
    both = {it: Property(Type.STRING, f"The {it.lower()}.", required=True) for it in ("Key", "Value")}
    return Property(Type.MAP, description, schema=both)


EBS_SCHEMA = {
    SNAPSHOT: Property(Type.STRING, "The snapshot to create the volume from.", constraints=custom("cinder.snapshot")),
    "VolumeSize": Property(Type.STRING, "The size in GB."),
    "DeleteOnTermination": Property(Type.BOOLEAN, "Whether it is deleted with the instance.", default=True),
    "VolumeType": Property(Type.STRING, "Not implemented."),
    "Iops": Property(Type.NUMBER, "Not implemented."),
}
DEVICE_SCHEMA = {
    "DeviceName": Property(Type.STRING, "The name of the device, such as vda.", required=True),
    EBS: Property(Type.MAP, "The volume.", schema=EBS_SCHEMA),
    "NoDevice": Property(Type.MAP, "Not implemented."),
    "VirtualName": Property(Type.STRING, "Not implemented."),
}
VOLUME_SCHEMA = {
    "Device": Property(Type.STRING, "The name of the device, such as /dev/vdb.", required=True),
    "VolumeId": Property(Type.STRING, "The volume.", required=True, constraints=custom("cinder.volume")),
}


class EC2Instance(EC2, Server):
    """A server with CloudFormation's names."""

    mark, login_user = Server.mark, "ec2-user"
    not_implemented = (*NOT_IMPLEMENTED, TENANCY)
    properties_schema = {
        IMAGE: Property(Type.STRING, "The image to boot from.", required=True, constraints=custom("glance.image")),
        FLAVOR: Property(
            Type.STRING, "The flavor.", required=True, update_allowed=True, constraints=custom("nova.flavor")
        ),
        KEY: Property(Type.STRING, "The key pair for logging in.", constraints=custom("nova.keypair")),
        ZONE: Property(Type.STRING, "The availability zone."),
        **{name: Property(kind, "Not implemented.") for name, kind in NOT_IMPLEMENTED.items()},
        GROUPS: Property(Type.LIST, "The names of its security groups."),
        GROUP_IDS: Property(Type.LIST, "The ids of its security groups."),
        INTERFACES: Property(Type.LIST, "The ports, or maps with a port and its index.", update_allowed=True),
        SUBNET: Property(Type.STRING, "The subnet, if there are no ports.", update_allowed=True),
        TAGS: Property(Type.LIST, "The server's metadata.", schema=pair("A tag."), update_allowed=True),
        HINTS: Property(Type.LIST, "Hints for the scheduler.", schema=pair("A hint.")),
        TENANCY: Property(Type.STRING, "Not implemented.", constraints=(AllowedValues(("dedicated", "default")),)),
        USER_DATA: Property(Type.STRING, "The script to run at the first boot."),
        VOLUMES: Property(
            Type.LIST,
            "The volumes to attach.",
            default=[],
            schema=Property(Type.MAP, "A volume.", schema=VOLUME_SCHEMA),
        ),
        DEVICES: Property(
            Type.LIST, "Volumes to create.", schema=Property(Type.MAP, "A volume.", schema=DEVICE_SCHEMA)
        ),
    }
    attributes_schema = {
        ZONE: Attribute("The availability zone.", Type.STRING),
        "PrivateDnsName": Attribute("The first address.", Type.STRING),
        "PublicDnsName": Attribute("The first address.", Type.STRING),
        "PrivateIp": Attribute("The first address.", Type.STRING),
        "PublicIp": Attribute("The first address.", Type.STRING),
    }

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        self.given = self.properties
        self.properties = as_server(self.given, self._unknown)

    @property
    def api_schema(self) -> PropertiesSchema:
        """The schema of OS::Nova::Server."""
        return schema.PROPERTIES

    @classmethod
    def waits_for(cls, own: Mapping[str, Any], others: Any) -> frozenset[str]:
        """Return nothing: a subnet or a port is named."""
        return frozenset()

    def validate(self) -> None:
        """Refuse security groups together with ports, and new volumes without a snapshot.

        :raises StackValidationFailed: saying what is wrong
        """
        groups = [*listed(self.given[GROUPS], self._unknown), *listed(self.given[GROUP_IDS], self._unknown)]
        if groups and self.given[INTERFACES]:
            both = f"{GROUPS}/{GROUP_IDS}, {INTERFACES}"
            message = f"Cannot define the following properties at the same time: {both}."
            raise self.property_error(INTERFACES, message)
        for device in listed(self.given[DEVICES], self._unknown):
            if missing := next((it for it in (EBS, SNAPSHOT) if not in_device(device, it)), None):
                message = f"{missing} is missing, this is required when specifying {DEVICES}."
                raise self.properties_error(message)

    def needs_replacement(self, before: Mapping[str, Any], after: Mapping[str, Any], changed: frozenset[str]) -> bool:
        """Decide by the schema alone."""
        return CloudResource.needs_replacement(self, before, after, changed)

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Change the server, as its own properties say."""
        own = {server: self.properties[server] for name, server in CHANGES.items() if name in prop_diff}
        return super().handle_update(own)

    def settle(self, progress: Any) -> bool:
        """Attach the volumes, one after another, once the server is ACTIVE."""
        if not super().settle(progress):
            return False
        return (progress is not None and "changed" in progress) or self._has_volumes()

    def _has_volumes(self) -> bool:
        """Tell whether all volumes are attached; begin to attach the first one that isn't."""
        if not self.given[VOLUMES]:
            return True
        place = f"{self.one}/os-volume_attachments"
        there = {it["volumeId"] for it in self.api.get(place)["volumeAttachments"]}
        for wanted in self.given[VOLUMES]:
            volume = self.identify("cinder.volume", wanted["VolumeId"])
            if volume not in there:
                self.api.post(place, {"volumeAttachment": {"volumeId": volume, "device": wanted["Device"]}})
                return False
            if awaited_volume(self.cloud.api("block_storage"), volume)["status"] != ATTACHED:
                return False
        return True

    def check_delete_complete(self, progress: Any) -> bool:
        """Tell whether the server is gone; then delete a port that Heat created for the subnet."""
        if not super().check_delete_complete(progress):
            return False
        if port := self.data.get(HEATS_PORT):
            try:
                self.cloud.api("network").delete(f"/ports/{port}")
            except CloudNotFound:
                return True
        return True

    def attribute_of(self, name: str, body: Mapping[str, Any]) -> Any:
        """Return the zone, or the first address for each other attribute."""
        if name == ZONE:
            return body.get("OS-EXT-AZ:availability_zone")
        return super().attribute_of(schema.FIRST_ADDRESS, body) or NO_ADDRESS


def as_server(given: Mapping[str, Any], unknown: Any) -> dict[str, Any]:
    """Return the properties of a server for those of an instance."""
    found = dict.fromkeys(schema.PROPERTIES)
    found |= {name: it.default for name, it in schema.PROPERTIES.items() if it.default is not None}
    found |= {server: given[name] for name, server in AS_IT_IS.items()}
    found[schema.USER_DATA] = given[USER_DATA]
    found[schema.GROUPS] = [*listed(given[GROUPS], unknown), *listed(given[GROUP_IDS], unknown)]
    found[schema.METADATA] = {str(it["Key"]): it["Value"] for it in listed(given[TAGS], unknown)}
    found[schema.HINTS] = hints(listed(given[HINTS], unknown))
    found[schema.NETWORKS] = networks(listed(given[INTERFACES], unknown), given[SUBNET])
    found[schema.DEVICES] = [device(it) for it in listed(given[DEVICES], unknown)] or None
    return found


def listed(value: Any, unknown: Any) -> list[Any]:
    """Return a list without the items that aren't known yet."""
    return [it for it in value if it is not unknown] if isinstance(value, list) else []


def hints(given: list[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return the hints for the scheduler: a key that is given twice has a list of values."""
    found: dict[str, Any] = {}
    for it in given:
        key, value = str(it["Key"]), it["Value"]
        if key not in found:
            found[key] = value
        else:
            found[key] = [*(found[key] if isinstance(found[key], list) else [found[key]]), value]
    return found or None


def networks(interfaces: list[Any], subnet: Any) -> list[Body] | None:
    """Return the networks of a server: ports in the order of their indices, or else a subnet."""
    entries = [
        (number(it["DeviceIndex"]), it["NetworkInterfaceId"]) if isinstance(it, Mapping) else (place, it)
        for place, it in enumerate(interfaces)
    ]
    ports = [port for _, port in sorted(entries, key=lambda it: it[0] or 0)]
    empty = dict.fromkeys(schema.NETWORK_ITEM)
    if ports:
        return [{**empty, schema.PORT: it} for it in ports]
    return [{**empty, schema.SUBNET: subnet}] if subnet else None


def in_device(device: Any, name: str) -> Any:
    """Return a part of one device mapping: the volume, or the snapshot in it."""
    volume = device.get(EBS) if isinstance(device, Mapping) else None
    return volume if name == EBS else volume.get(name) if isinstance(volume, Mapping) else None


def number(value: Any) -> int | None:
    """Return a number that a template gives as a number or a text; None if it is empty or not known yet."""
    return int(value) if isinstance(value, (int, str)) and value != "" else None


def device(given: Mapping[str, Any]) -> Body:
    """Return one device in the server's form. What isn't known yet is left out."""
    volume = given[EBS] if isinstance(given[EBS], Mapping) else dict.fromkeys(EBS_SCHEMA)
    return {
        schema.DEVICE: given["DeviceName"],
        schema.SNAPSHOT: volume[SNAPSHOT],
        schema.SIZE: number(volume["VolumeSize"]),
        schema.KEEPS_NOT: volume["DeleteOnTermination"],
    }
