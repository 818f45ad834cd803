"""Things: the objects of a project that become resources, and the kinds of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from heatlite.resources.openstack.base import CloudResource
from heatlite.resources.openstack.cinder.attachment import VolumeAttachment
from heatlite.resources.openstack.cinder.volume import Volume
from heatlite.resources.openstack.neutron.floating_ip import FloatingIP
from heatlite.resources.openstack.neutron.net import Net
from heatlite.resources.openstack.neutron.port import Port
from heatlite.resources.openstack.neutron.router import Router, RouterInterface
from heatlite.resources.openstack.neutron.security_group import SecurityGroup, SecurityGroupRule
from heatlite.resources.openstack.neutron.subnet import Subnet
from heatlite.resources.openstack.nova.keypair import KeyPair
from heatlite.resources.openstack.nova.server import Server
from heatlite.resources.openstack.sights import is_mark

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """A kind of things. ``word``: for people. ``named``: the kind by which properties name it, of ``names``."""

    word: str
    type_name: str
    plugin: type[CloudResource]
    named: str = ""


NETWORK = Kind("network", "OS::Neutron::Net", Net, "neutron.network")
SUBNET = Kind("subnet", "OS::Neutron::Subnet", Subnet, "neutron.subnet")
ROUTER = Kind("router", "OS::Neutron::Router", Router, "neutron.router")
INTERFACE = Kind("router_interface", "OS::Neutron::RouterInterface", RouterInterface)
GROUP = Kind("security_group", "OS::Neutron::SecurityGroup", SecurityGroup, "neutron.security_group")
RULE = Kind("security_group_rule", "OS::Neutron::SecurityGroupRule", SecurityGroupRule)
PORT = Kind("port", "OS::Neutron::Port", Port, "neutron.port")
KEY = Kind("key", "OS::Nova::KeyPair", KeyPair, "nova.keypair")
VOLUME = Kind("volume", "OS::Cinder::Volume", Volume, "cinder.volume")
SERVER = Kind("server", "OS::Nova::Server", Server, "nova.server")
ATTACHMENT = Kind("attachment", "OS::Cinder::VolumeAttachment", VolumeAttachment)
FLOATING_IP = Kind("floating_ip", "OS::Neutron::FloatingIP", FloatingIP, "neutron.floatingip")
KINDS = (
    NETWORK,
    SUBNET,
    ROUTER,
    INTERFACE,
    GROUP,
    RULE,
    PORT,
    KEY,
    VOLUME,
    SERVER,
    ATTACHMENT,
    FLOATING_IP,
)
"""In the order of the template."""


@dataclass(frozen=True)
class Thing:
    """One thing.

    ``id``: the physical resource id. ``name``: the service's name of it. ``body``: the service's object. ``owner``: the
    id of the thing that it is a part of, and with which it is chosen; empty: none. ``more``: what ``finding`` has found
    out beside its object.
    """

    kind: Kind
    id: str
    name: str
    body: Body
    owner: str = ""
    more: Body = field(default_factory=dict)

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags at the service, without marks of heatlite."""
        return tuple(it for it in self.body.get("tags") or () if not is_mark(it))


@dataclass(frozen=True)
class Note:
    """Something that isn't in the template, or not as it is, and the reason."""

    thing: str
    id: str
    reason: str

    def to_dict(self) -> dict[str, str]:
        """Return it as JSON."""
        return {"thing": self.thing, "id": self.id, "reason": self.reason}


@dataclass(frozen=True)
class Existing:
    """What a project has, as its services list it; and the names of what it uses, by id.

    ``outer_networks``: external networks. ``flavors`` and ``images``: those that exist and that servers use.
    """

    networks: tuple[Body, ...] = ()
    subnets: tuple[Body, ...] = ()
    routers: tuple[Body, ...] = ()
    ports: tuple[Body, ...] = ()
    groups: tuple[Body, ...] = ()
    floating_ips: tuple[Body, ...] = ()
    servers: tuple[Body, ...] = ()
    volumes: tuple[Body, ...] = ()
    keys: tuple[Body, ...] = ()
    outer_networks: Mapping[str, str] = field(default_factory=dict)
    flavors: Mapping[str, str] = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)
