"""The properties and attributes of OS::Nova::Server."""

from __future__ import annotations

from heatlite.resources.openstack.fields import custom, flag, integer, listed, mapped, named, old_name, text
from heatlite.resources.openstack.neutron.port import VNIC_TYPES
from heatlite.resources.schema import HIDDEN, Attribute, CacheMode, Property, Type
from heatlite.schema.constraints import AllowedValues, Length, Range

NAME, IMAGE, FLAVOR, METADATA, TAGS, NETWORKS = "name", "image", "flavor", "metadata", "tags", "networks"
IMAGE_POLICY, FLAVOR_POLICY, USER_DATA_POLICY = "image_update_policy", "flavor_update_policy", "user_data_update_policy"
USER_DATA, USER_DATA_FORMAT, GROUPS, ADMIN_PASS = "user_data", "user_data_format", "security_groups", "admin_pass"
DEVICES, DEVICES_V2 = "block_device_mapping", "block_device_mapping_v2"
HINTS, PERSONALITY, TRANSPORT, SWIFT_DATA = (
    "scheduler_hints",
    "personality",
    "software_config_transport",
    "deployment_swift_data",
)
CFNTOOLS, RAW, SOFTWARE_CONFIG = "HEAT_CFNTOOLS", "RAW", "SOFTWARE_CONFIG"
POLL_CFN, POLL_HEAT = "POLL_SERVER_CFN", "POLL_SERVER_HEAT"
REBUILD, REPLACE, PRESERVE = "REBUILD", "REPLACE", "REBUILD_PRESERVE_EPHEMERAL"

NETWORK, PORT, SUBNET, FIXED_IP, FLOATING_IP = "network", "port", "subnet", "fixed_ip", "floating_ip"
PORT_EXTRA, ALLOCATE, TAG = "port_extra_properties", "allocate_network", "tag"
VOLUME, SNAPSHOT, SIZE, DEVICE, KEEPS_NOT = (
    "volume_id",
    "snapshot_id",
    "volume_size",
    "device_name",
    "delete_on_termination",
)
SWAP, EPHEMERAL_SIZE, EPHEMERAL_FORMAT, BOOT_INDEX = "swap_size", "ephemeral_size", "ephemeral_format", "boot_index"

ADDRESSES, FIRST_ADDRESS, CONSOLES, COLLECT_CONFIG = (
    "addresses",
    "first_address",
    "console_urls",
    "os_collect_config",
)


def one_of(*values: str) -> tuple[AllowedValues]:
    """A constraint to these values."""
    return (AllowedValues(values),)


PORT_EXTRA_PROPERTIES = {
    "value_specs": Property(Type.MAP, "More fields of the port, as they are.", default={}, update_allowed=True),
    "admin_state_up": flag("Whether the port is up.", default=True, update_allowed=True),
    "mac_address": text("Its MAC address.", constraints=custom("mac_addr")),
    "allowed_address_pairs": listed(
        "Other addresses that it may send from.",
        {
            "mac_address": text("A MAC address.", constraints=custom("mac_addr")),
            "ip_address": text("An address or a block of them.", required=True, constraints=custom("ip_or_cidr")),
        },
        update_allowed=True,
    ),
    "binding:vnic_type": text(
        "The kind of interface that it is.",
        default="normal",
        constraints=(AllowedValues(VNIC_TYPES),),
        update_allowed=True,
    ),
    "port_security_enabled": flag("Whether it filters what it passes.", update_allowed=True),
    "qos_policy": named("neutron.qos_policy", "Its QoS policy.", field="qos_policy_id", update_allowed=True),
    "propagate_uplink_status": flag("Whether it tells of the uplink's status.", update_allowed=True),
    "no_fixed_ips": Property(Type.BOOLEAN, "Whether it has no address.", default=False, update_allowed=True),
}
"""Of a port that is made for the server. Those that aren't Fields have code of their own."""

NETWORK_ITEM = {
    "uuid": old_name(NETWORK, "neutron.network"),
    NETWORK: named("neutron.network", "The network."),
    ALLOCATE: Property(
        Type.STRING,
        "none: no network at all; auto: the project's only network, or one that is made for it.",
        constraints=one_of("none", "auto"),
        update_allowed=True,
    ),
    FIXED_IP: text("The address on it.", constraints=custom("ip_addr")),
    PORT: named("neutron.port", "The port to use."),
    PORT_EXTRA: mapped("More of the port that is made for it.", PORT_EXTRA_PROPERTIES, update_allowed=True),
    SUBNET: named("neutron.subnet", "The subnet of the address.", constraints=()),
    FLOATING_IP: text("The id of a floating IP that is to stand for the address."),
    TAG: text("A tag of the interface, which the server can read."),
}

DEVICE_ITEM = {
    DEVICE: text("The name of the device in the server.", required=True),
    VOLUME: text("The volume.", constraints=custom("cinder.volume")),
    SNAPSHOT: text("The snapshot that a volume is made of.", constraints=custom("cinder.snapshot")),
    SIZE: integer("The size of that volume in GB."),
    KEEPS_NOT: flag("Whether the volume goes with the server."),
}

DEVICE_ITEM_V2 = {
    DEVICE: text("The name of the device in the server."),
    VOLUME: text("The volume.", constraints=custom("cinder.volume")),
    "image_id": old_name(IMAGE, "glance.image"),
    IMAGE: named("glance.image", "The image that a volume is made of."),
    SNAPSHOT: text("The snapshot that a volume is made of.", constraints=custom("cinder.snapshot")),
    SWAP: integer("The size of a swap device in MB."),
    EPHEMERAL_SIZE: integer("The size of an ephemeral disk in GB.", constraints=(Range(min=1),)),
    EPHEMERAL_FORMAT: text("Its file system.", constraints=one_of("ext2", "ext3", "ext4", "xfs", "ntfs")),
    "device_type": text("What kind of device the server sees.", constraints=one_of("cdrom", "disk")),
    "disk_bus": text("The bus that it is on.", constraints=one_of("ide", "lame_bus", "sata", "scsi", "usb", "virtio")),
    BOOT_INDEX: integer("The place among what the server starts from; -1: it doesn't start from it."),
    SIZE: integer("The size of the volume in GB."),
    KEEPS_NOT: flag("Whether the volume goes with the server."),
    "volume_type": text("The type of the volume.", constraints=custom("cinder.vtype")),
}

PROPERTIES = {
    NAME: text("Its name.", update_allowed=True),
    IMAGE: named("glance.image", "The image that it starts from.", field="imageRef", update_allowed=True),
    DEVICES: Property(
        Type.LIST, "Its volumes, in the older form.", schema=Property(Type.MAP, "One of them.", schema=DEVICE_ITEM)
    ),
    DEVICES_V2: Property(
        Type.LIST, "Its volumes and disks.", schema=Property(Type.MAP, "One of them.", schema=DEVICE_ITEM_V2)
    ),
    FLAVOR: named("nova.flavor", "Its size.", field="flavorRef", required=True, update_allowed=True),
    FLAVOR_POLICY: Property(
        Type.STRING,
        "Whether another flavor resizes it or replaces it.",
        default="RESIZE",
        constraints=one_of("RESIZE", REPLACE),
        update_allowed=True,
    ),
    IMAGE_POLICY: Property(
        Type.STRING,
        "Whether another image rebuilds it or replaces it.",
        default=REBUILD,
        constraints=one_of(REBUILD, REPLACE, PRESERVE),
        update_allowed=True,
    ),
    "key_name": text("The key pair whose owner may log in.", constraints=custom("nova.keypair")),
    "admin_user": Property(Type.STRING, "Ignored.", status=HIDDEN),
    "availability_zone": text("The availability zone that it is in."),
    GROUPS: Property(Type.LIST, "The names or ids of its security groups.", default=[]),
    NETWORKS: Property(
        Type.LIST,
        "The networks that it is on, in order.",
        schema=Property(Type.MAP, "One of them.", schema=NETWORK_ITEM),
        update_allowed=True,
    ),
    HINTS: Property(Type.MAP, "What the scheduler is told."),
    METADATA: Property(Type.MAP, "Keys and values that are kept with it.", default={}, update_allowed=True),
    USER_DATA_FORMAT: Property(
        Type.STRING,
        "HEAT_CFNTOOLS: for the tools of heat-cfntools; RAW: as it is; SOFTWARE_CONFIG: with what an agent needs.",
        default=CFNTOOLS,
        constraints=one_of(CFNTOOLS, RAW, SOFTWARE_CONFIG),
    ),
    TRANSPORT: Property(
        Type.STRING,
        "How an agent on it learns what is deployed to it.",
        default=POLL_CFN,
        constraints=one_of(POLL_CFN, POLL_HEAT, "POLL_TEMP_URL", "ZAQAR_MESSAGE"),
        update_allowed=True,
    ),
    USER_DATA_POLICY: Property(
        Type.STRING,
        "Whether other user data replace it, rebuild it, or are left for the next one.",
        default=REPLACE,
        constraints=one_of(REPLACE, "IGNORE", REBUILD),
        update_allowed=True,
    ),
    USER_DATA: Property(
        Type.STRING, "What it is told when it starts: a text, or the id of a config.", default="", update_allowed=True
    ),
    "reservation_id": Property(Type.STRING, "Ignored: Nova takes no such id."),
    "config_drive": flag("Whether it is told by a disk instead of the metadata service."),
    "diskConfig": text(
        "AUTO: its disk is partitioned to the flavor's size; MANUAL: as the image has it.",
        constraints=one_of("AUTO", "MANUAL"),
        field="OS-DCF:diskConfig",
    ),
    PERSONALITY: Property(Type.MAP, "Files that are put into it: path to content.", default={}, status="DEPRECATED"),
    ADMIN_PASS: Property(Type.STRING, "The password of its administrator.", update_allowed=True),
    TAGS: Property(Type.LIST, "Its tags.", schema=Property(Type.STRING, "A tag."), update_allowed=True),
    SWIFT_DATA: Property(
        Type.MAP,
        "The object that tells it, for POLL_TEMP_URL.",
        default={},
        update_allowed=True,
        schema={
            "container": Property(Type.STRING, "The object's container.", constraints=(Length(min=1),)),
            "object": Property(Type.STRING, "The object's name.", constraints=(Length(min=1),)),
        },
    ),
}

ATTRIBUTES = {
    NAME: Attribute("Its name.", Type.STRING),
    ADDRESSES: Attribute(
        "Its addresses by network, name and id, each with port, subnets and network.", Type.MAP, CacheMode.NONE
    ),
    NETWORKS: Attribute("Its addresses by network, name and id.", Type.MAP, CacheMode.NONE),
    FIRST_ADDRESS: Attribute("Use networks.", status=HIDDEN),
    "instance_name": Attribute("The name that its host has for it; for administrators.", Type.STRING),
    "accessIPv4": Attribute("The IPv4 address by which it is reached, where one was set.", Type.STRING),
    "accessIPv6": Attribute("The IPv6 address by which it is reached, where one was set.", Type.STRING),
    CONSOLES: Attribute("The URLs of its consoles, by kind.", Type.MAP, CacheMode.NONE),
    TAGS: Attribute("Its tags.", Type.LIST),
    COLLECT_CONFIG: Attribute("What its agent needs to find its deployments.", Type.MAP, CacheMode.NONE),
}
