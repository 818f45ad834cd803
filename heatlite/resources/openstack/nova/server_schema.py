"""The properties and attributes of OS::Nova::Server."""

from __future__ import annotations

from heatlite.resources.openstack.fields import custom, flag, integer, listed, mapped, named, old_name, text
from heatlite.resources.openstack.neutron.port import VNIC_TYPES
from heatlite.resources.schema import HIDDEN, Attribute, CacheMode, Property, Type
from heatlite.resources.software.delivery import (
    CONFIG_TRANSPORT,
    CONFIG_TRANSPORT_PROPERTY,
    SWIFT_DATA,
    SWIFT_DATA_PROPERTY,
)
from heatlite.schema.constraints import AllowedValues, Range

NAME, IMAGE, FLAVOR, METADATA, TAGS, NETWORKS = "name", "image", "flavor", "metadata", "tags", "networks"
IMAGE_POLICY, FLAVOR_POLICY, USER_DATA_POLICY = "image_update_policy", "flavor_update_policy", "user_data_update_policy"
USER_DATA, USER_DATA_FORMAT, GROUPS, ADMIN_PASS = "user_data", "user_data_format", "security_groups", "admin_pass"
DEVICES, DEVICES_V2 = "block_device_mapping", "block_device_mapping_v2"
HINTS, PERSONALITY = "scheduler_hints", "personality"
CFNTOOLS, RAW, SOFTWARE_CONFIG = "HEAT_CFNTOOLS", "RAW", "SOFTWARE_CONFIG"
REBUILD, REPLACE, PRESERVE = "REBUILD", "REPLACE", "REBUILD_PRESERVE_EPHEMERAL"
TASK, DELETING = "OS-EXT-STS:task_state", "deleting"
"""The field of a server for what Nova is doing with it, and one of its values."""

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
    """Return a constraint to these values."""
    return (AllowedValues(values),)


PORT_EXTRA_PROPERTIES = {
    "value_specs": Property(Type.MAP, "More fields of the API's object.", default={}, update_allowed=True),
    "admin_state_up": flag("Whether the port is administratively up.", default=True, update_allowed=True),
    "mac_address": text("The MAC address.", constraints=custom("mac_addr")),
    "allowed_address_pairs": listed(
        "Additional addresses from which the port may send.",
        {
            "mac_address": text("A MAC address.", constraints=custom("mac_addr")),
            "ip_address": text("An address or a CIDR block.", required=True, constraints=custom("ip_or_cidr")),
        },
        update_allowed=True,
    ),
    "binding:vnic_type": text(
        "The kind of interface.",
        default="normal",
        constraints=(AllowedValues(VNIC_TYPES),),
        update_allowed=True,
    ),
    "port_security_enabled": flag("Whether it filters traffic.", update_allowed=True),
    "qos_policy": named("neutron.qos_policy", "The QoS policy.", field="qos_policy_id", update_allowed=True),
    "propagate_uplink_status": flag("Whether it reports the uplink's status.", update_allowed=True),
    "no_fixed_ips": Property(Type.BOOLEAN, "Whether it gets no address.", default=False, update_allowed=True),
}
"""The properties of a port that is created for the server. Special code handles those that aren't Fields."""

NETWORK_ITEM = {
    "uuid": old_name(NETWORK, "neutron.network"),
    NETWORK: named("neutron.network", "The network."),
    ALLOCATE: Property(
        Type.STRING,
        "none: no network at all; auto: the project's only network, or one that Neutron creates.",
        constraints=one_of("none", "auto"),
        update_allowed=True,
    ),
    FIXED_IP: text("The server's address on the network.", constraints=custom("ip_addr")),
    PORT: named("neutron.port", "The port to use."),
    PORT_EXTRA: mapped("More properties of a port that is created for it.", PORT_EXTRA_PROPERTIES, update_allowed=True),
    SUBNET: named("neutron.subnet", "The subnet of the address.", constraints=()),
    FLOATING_IP: text("The id of a floating IP for the address."),
    TAG: text("A tag of the interface, which the server can read."),
}

DEVICE_ITEM = {
    DEVICE: text("The name of the device in the server.", required=True),
    VOLUME: text("The volume.", constraints=custom("cinder.volume")),
    SNAPSHOT: text("The snapshot to create a volume from.", constraints=custom("cinder.snapshot")),
    SIZE: integer("The size of the volume in GB."),
    KEEPS_NOT: flag("Whether the volume is deleted with the server."),
}

DEVICE_ITEM_V2 = {
    DEVICE: text("The name of the device in the server."),
    VOLUME: text("The volume.", constraints=custom("cinder.volume")),
    "image_id": old_name(IMAGE, "glance.image"),
    IMAGE: named("glance.image", "The image to create a volume from."),
    SNAPSHOT: text("The snapshot to create a volume from.", constraints=custom("cinder.snapshot")),
    SWAP: integer("The size of a swap device in MB."),
    EPHEMERAL_SIZE: integer("The size of an ephemeral disk in GB.", constraints=(Range(min=1),)),
    EPHEMERAL_FORMAT: text("The disk's file system.", constraints=one_of("ext2", "ext3", "ext4", "xfs", "ntfs")),
    "device_type": text("The type of device that the server sees.", constraints=one_of("cdrom", "disk")),
    "disk_bus": text("The bus of the device.", constraints=one_of("ide", "lame_bus", "sata", "scsi", "usb", "virtio")),
    BOOT_INDEX: integer("The position in the boot order; -1: the server doesn't boot from it."),
    SIZE: integer("The size of the volume in GB."),
    KEEPS_NOT: flag("Whether the volume is deleted with the server."),
    "volume_type": text("The type of the volume.", constraints=custom("cinder.vtype")),
}

PROPERTIES = {
    NAME: text("The name of the server.", update_allowed=True),
    IMAGE: named("glance.image", "The image to boot from.", field="imageRef", update_allowed=True),
    DEVICES: Property(
        Type.LIST, "The volumes, in the older form.", schema=Property(Type.MAP, "One volume.", schema=DEVICE_ITEM)
    ),
    DEVICES_V2: Property(
        Type.LIST, "The volumes and disks.", schema=Property(Type.MAP, "One volume or disk.", schema=DEVICE_ITEM_V2)
    ),
    FLAVOR: named("nova.flavor", "The flavor.", field="flavorRef", required=True, update_allowed=True),
    FLAVOR_POLICY: Property(
        Type.STRING,
        "Whether a changed flavor resizes or replaces the server.",
        default="RESIZE",
        constraints=one_of("RESIZE", REPLACE),
        update_allowed=True,
    ),
    IMAGE_POLICY: Property(
        Type.STRING,
        "Whether a changed image rebuilds or replaces the server.",
        default=REBUILD,
        constraints=one_of(REBUILD, REPLACE, PRESERVE),
        update_allowed=True,
    ),
    "key_name": text("The key pair for logging in.", constraints=custom("nova.keypair")),
    "admin_user": Property(Type.STRING, "Ignored.", status=HIDDEN),
    "availability_zone": text("The availability zone of the server."),
    GROUPS: Property(Type.LIST, "The names or ids of its security groups.", default=[]),
    NETWORKS: Property(
        Type.LIST,
        "The networks of the server, in order.",
        schema=Property(Type.MAP, "One network.", schema=NETWORK_ITEM),
        update_allowed=True,
    ),
    HINTS: Property(Type.MAP, "Hints for the scheduler."),
    METADATA: Property(Type.MAP, "Keys and values to store with it.", default={}, update_allowed=True),
    USER_DATA_FORMAT: Property(
        Type.STRING,
        "HEAT_CFNTOOLS: for heat-cfntools; RAW: unchanged; SOFTWARE_CONFIG: with the configuration of an agent.",
        default=CFNTOOLS,
        constraints=one_of(CFNTOOLS, RAW, SOFTWARE_CONFIG),
    ),
    CONFIG_TRANSPORT: CONFIG_TRANSPORT_PROPERTY,
    USER_DATA_POLICY: Property(
        Type.STRING,
        "Whether changed user data replace the server, rebuild it, or are ignored.",
        default=REPLACE,
        constraints=one_of(REPLACE, "IGNORE", REBUILD),
        update_allowed=True,
    ),
    USER_DATA: Property(
        Type.STRING,
        "The data that the server reads at its boot: a text, or the id of a config.",
        default="",
        update_allowed=True,
    ),
    "reservation_id": Property(Type.STRING, "Ignored: Nova accepts no such id."),
    "config_drive": flag("Whether the server reads its metadata from a disk instead of the metadata service."),
    "diskConfig": text(
        "AUTO: the disk's partition grows to the flavor's size; MANUAL: it stays as in the image.",
        constraints=one_of("AUTO", "MANUAL"),
        field="OS-DCF:diskConfig",
    ),
    PERSONALITY: Property(Type.MAP, "Files to put into the server: path → content.", default={}, status="DEPRECATED"),
    ADMIN_PASS: Property(Type.STRING, "The administrator's password.", update_allowed=True),
    TAGS: Property(Type.LIST, "The tags of the server.", schema=Property(Type.STRING, "A tag."), update_allowed=True),
    SWIFT_DATA: SWIFT_DATA_PROPERTY,
}

ATTRIBUTES = {
    NAME: Attribute("The name of the server.", Type.STRING),
    ADDRESSES: Attribute(
        "The addresses by network name and id, each with port, subnets and network.", Type.MAP, CacheMode.NONE
    ),
    NETWORKS: Attribute("The addresses by network name and id.", Type.MAP, CacheMode.NONE),
    FIRST_ADDRESS: Attribute("Use networks.", status=HIDDEN),
    "instance_name": Attribute("The hypervisor's name of the server; for administrators.", Type.STRING),
    "accessIPv4": Attribute("The IPv4 address for access to it, if one was set.", Type.STRING),
    "accessIPv6": Attribute("The IPv6 address for access to it, if one was set.", Type.STRING),
    CONSOLES: Attribute("The URLs of the consoles, by kind.", Type.MAP, CacheMode.NONE),
    TAGS: Attribute("The tags of the server.", Type.LIST),
    COLLECT_CONFIG: Attribute("The configuration of its agent, os-collect-config.", Type.MAP, CacheMode.NONE),
}
