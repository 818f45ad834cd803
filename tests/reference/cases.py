"""Each type whose service doesn't run here: what a template gives, and what the service is to hear of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.reference import kinds
from tests.reference.standin import Kind, StandIn

ID = "3f0c2a1e-5b7d-4c8e-9a6f-0123456789ab"
OTHER = "9d0c2a1e-5b7d-4c8e-9a6f-0123456789ab"


@dataclass(frozen=True)
class Case:
    """A type.

    ``given``: properties. ``sent``: fields that the object then has. ``changed``: properties of an update in place, and
    ``becomes`` the fields after it. ``breaks``: the status of one that is broken. ``is_found``: the API has a place for
    a mark. ``tells``: attributes. ``others``: other kinds that it needs; ``before`` prepares the service.
    """

    type_name: str
    kind: Kind
    given: Mapping[str, Any]
    sent: Mapping[str, Any]
    changed: Mapping[str, Any] = field(default_factory=dict)
    becomes: Mapping[str, Any] = field(default_factory=dict)
    breaks: str = ""
    waits: bool = False
    is_found: bool = True
    tells: Mapping[str, Any] = field(default_factory=dict)
    extensions: str = ""
    others: tuple[Kind, ...] = ()
    before: Callable[[StandIn], None] = lambda _: None
    shows: bool = True

    def __str__(self) -> str:
        return self.type_name


def there(kind: Kind, **fields: Any) -> Callable[[StandIn], None]:
    """Something that puts an object there first."""

    def put(service: StandIn) -> None:
        service.put(kind, fields)

    return put


def named(**more: Any) -> dict[str, Any]:
    """A change of a name and a description, with others."""
    return {"name": "renamed", "description": "another", **more}


VPN = [
    Case(
        "OS::Neutron::IKEPolicy",
        kinds.IKE_POLICY,
        {"name": "ike", "description": "d", "lifetime": {"value": 600}, "pfs": "group14"},
        {
            "name": "ike",
            "description": "d",
            "lifetime": {"units": "seconds", "value": 600},
            "pfs": "group14",
            "auth_algorithm": "sha1",
            "encryption_algorithm": "aes-128",
            "ike_version": "v1",
            "phase1_negotiation_mode": "main",
        },
        named(ike_version="v2", encryption_algorithm="aes-256-gcm-16"),
        named(ike_version="v2", encryption_algorithm="aes-256-gcm-16"),
        tells={"pfs": "group14", "tenant_id": "shop", "lifetime": {"units": "seconds", "value": 600}},
        extensions="vpnaas",
    ),
    Case(
        "OS::Neutron::IPsecPolicy",
        kinds.IPSEC_POLICY,
        {"transform_protocol": "ah-esp"},
        {"transform_protocol": "ah-esp", "encapsulation_mode": "tunnel", "pfs": "group5"},
        named(),
        named(),
        tells={"transform_protocol": "ah-esp"},
        extensions="vpnaas",
    ),
    Case(
        "OS::Neutron::VPNService",
        kinds.VPN_SERVICE,
        {"name": "vpn", "subnet_id": ID, "router": OTHER},
        {"name": "vpn", "subnet_id": ID, "router_id": OTHER, "admin_state_up": True},
        named(admin_state_up=False),
        named(admin_state_up=False),
        breaks="ERROR",
        tells={"status": "PENDING_CREATE", "subnet_id": ID},
        extensions="vpnaas",
    ),
    Case(
        "OS::Neutron::IPsecSiteConnection",
        kinds.SITE_CONNECTION,
        {
            "peer_address": "192.0.2.9",
            "peer_id": "192.0.2.9",
            "peer_cidrs": ["10.9.0.0/16"],
            "dpd": {"actions": "restart"},
            "psk": "secret",
            "ikepolicy_id": ID,
            "ipsecpolicy_id": ID,
            "vpnservice_id": ID,
        },
        {
            "peer_address": "192.0.2.9",
            "peer_cidrs": ["10.9.0.0/16"],
            "dpd": {"action": "restart", "interval": 30, "timeout": 120},
            "mtu": 1500,
            "initiator": "bi-directional",
            "vpnservice_id": ID,
        },
        named(admin_state_up=False),
        named(admin_state_up=False),
        breaks="ERROR",
        waits=True,
        tells={"status": "ACTIVE", "peer_cidrs": ["10.9.0.0/16"]},
        extensions="vpnaas",
    ),
]
FIREWALLS = [
    Case(
        "OS::Neutron::Firewall",
        kinds.FIREWALL,
        {"firewall_policy_id": ID, "value_specs": {"router_ids": [ID]}},
        {"firewall_policy_id": ID, "admin_state_up": True, "router_ids": [ID]},
        named(firewall_policy_id=OTHER),
        named(firewall_policy_id=OTHER),
        breaks="ERROR",
        waits=True,
        tells={"shared": "This attribute is currently unsupported in neutron firewall resource."},
        extensions="fwaas",
    ),
    Case(
        "OS::Neutron::FirewallPolicy",
        kinds.FIREWALL_POLICY,
        {"firewall_rules": [ID]},
        {"firewall_rules": [ID], "shared": False, "audited": False},
        named(firewall_rules=[OTHER, ID], audited=True),
        named(firewall_rules=[OTHER, ID], audited=True),
        tells={"audited": False},
        extensions="fwaas",
    ),
    Case(
        "OS::Neutron::FirewallRule",
        kinds.FIREWALL_RULE,
        {"protocol": "any", "destination_port": "80:90", "source_ip_address": "10.0.0.0/8"},
        {"protocol": None, "destination_port": "80:90", "action": "deny", "ip_version": "4", "enabled": True},
        named(protocol="tcp", action="allow"),
        named(protocol="tcp", action="allow"),
        tells={"action": "deny"},
        extensions="fwaas",
    ),
]
CHAINS = [
    Case(
        "OS::Neutron::FlowClassifier",
        kinds.FLOW_CLASSIFIER,
        {"protocol": "tcp", "logical_source_port": ID, "destination_port_range_min": 80},
        {"protocol": "tcp", "logical_source_port": ID, "destination_port_range_min": 80, "ethertype": "IPv4"},
        named(),
        named(),
        extensions="sfc",
    ),
    Case(
        "OS::Neutron::PortPair",
        kinds.PORT_PAIR,
        {"name": "pair", "ingress": ID, "egress": OTHER},
        {"name": "pair", "ingress": ID, "egress": OTHER, "service_function_parameters": {"correlation": None}},
        named(),
        named(),
        extensions="sfc",
    ),
    Case(
        "OS::Neutron::PortPairGroup",
        kinds.PORT_PAIR_GROUP,
        {"port_pairs": ["pair"]},
        {"port_pairs": [ID]},
        named(port_pairs=["pair", OTHER]),
        named(port_pairs=[ID, OTHER]),
        extensions="sfc",
        others=(kinds.PORT_PAIR,),
        before=there(kinds.PORT_PAIR, id=ID, name="pair"),
    ),
    Case(
        "OS::Neutron::PortChain",
        kinds.PORT_CHAIN,
        {"port_pair_groups": [ID]},
        {"port_pair_groups": [ID], "flow_classifiers": [], "chain_parameters": {"correlation": "mpls"}},
        named(flow_classifiers=[OTHER]),
        named(flow_classifiers=[OTHER]),
        extensions="sfc",
    ),
]
TAPS = [
    Case(
        "OS::Neutron::TaaS::TapService",
        kinds.TAP_SERVICE,
        {"port": ID, "name": "tap", "description": "d"},
        {"port_id": ID, "name": "tap", "description": "d"},
        named(),
        named(),
        breaks="ERROR",
        waits=True,
        extensions="taas",
    ),
    Case(
        "OS::Neutron::TaaS::TapFlow",
        kinds.TAP_FLOW,
        {"port": ID, "tap_service": "tap", "vlan_filter": "9,18-27"},
        {"source_port": ID, "tap_service_id": OTHER, "vlan_filter": "9,18-27", "direction": "BOTH"},
        named(),
        named(),
        breaks="ERROR",
        waits=True,
        extensions="taas",
        others=(kinds.TAP_SERVICE,),
        before=there(kinds.TAP_SERVICE, id=OTHER, name="tap"),
    ),
]
METERS = [
    Case(
        "OS::Neutron::MeteringLabel",
        kinds.METERING_LABEL,
        {"description": "web"},
        {"description": "web", "shared": False},
        tells={"description": "web", "shared": False},
        extensions="metering",
    ),
    Case(
        "OS::Neutron::MeteringLabel",
        kinds.METERING_LABEL,
        {"name": "web", "description": "web", "shared": True},
        {"name": "web", "description": "web", "shared": True},
        is_found=False,  # nothing of a label can be changed, so a template's name leaves no place for a mark
        extensions="metering",
    ),
    Case(
        "OS::Neutron::MeteringRule",
        kinds.METERING_RULE,
        {"metering_label_id": ID, "remote_ip_prefix": "10.0.0.0/8"},
        {"metering_label_id": ID, "remote_ip_prefix": "10.0.0.0/8", "direction": "ingress", "excluded": False},
        tells={"direction": "ingress", "excluded": False},
        extensions="metering",
    ),
]
DEVICES = [{"device_name": "switch", "interfaces": [{"name": "eth0", "segmentation_id": [100]}]}]
GATEWAYS = [
    Case(
        "OS::Neutron::L2Gateway",
        kinds.L2_GATEWAY,
        {"name": "gateway", "devices": DEVICES},
        {"name": "gateway", "devices": DEVICES},
        {"name": "renamed", "devices": [{"device_name": "another", "interfaces": [{"name": "eth1"}]}]},
        {"name": "renamed", "devices": [{"device_name": "another", "interfaces": [{"name": "eth1"}]}]},
        extensions="l2-gateway",
    ),
    Case(
        "OS::Neutron::L2GatewayConnection",
        kinds.L2_GATEWAY_CONNECTION,
        {"network_id": ID, "l2_gateway_id": OTHER, "segmentation_id": "100"},
        {"network_id": ID, "l2_gateway_id": OTHER, "segmentation_id": "100"},
        extensions="l2-gateway-connection",
    ),
]
CASES = [*VPN, *FIREWALLS, *CHAINS, *TAPS, *METERS, *GATEWAYS]
