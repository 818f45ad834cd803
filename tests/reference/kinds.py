"""The kinds of objects of services that don't run here, as their API references and definitions have them."""

from __future__ import annotations

from tests.reference.standin import Kind

NAMED = "name description"


def vpn(
    path: str, key: str, listed: str, required: str = "", optional: str = "", changes: str = "", states: str = ""
) -> Kind:
    """A kind of neutron-vpnaas: ``neutron_lib.api.definitions.vpn``."""
    return Kind(
        "network",
        f"/v2.0/vpn/{path}",
        key,
        listed,
        required,
        f"{NAMED} tenant_id {optional}",
        f"{NAMED} {changes}",
        filters=f"id {NAMED}",
        states=states,
        adds={"tenant_id": "shop", "name": "", "description": ""},
    )


ALGORITHMS = "auth_algorithm encryption_algorithm lifetime pfs"
IKE_POLICY = vpn(
    "ikepolicies",
    "ikepolicy",
    "ikepolicies",
    "",
    f"{ALGORITHMS} phase1_negotiation_mode ike_version",
    f"{ALGORITHMS} phase1_negotiation_mode ike_version",
)
IPSEC_POLICY = vpn(
    "ipsecpolicies",
    "ipsecpolicy",
    "ipsecpolicies",
    "",
    f"{ALGORITHMS} transform_protocol encapsulation_mode",
    f"{ALGORITHMS} transform_protocol encapsulation_mode",
)
VPN_SERVICE = vpn(
    "vpnservices",
    "vpnservice",
    "vpnservices",
    "router_id",
    "subnet_id admin_state_up",
    "admin_state_up",
    "PENDING_CREATE",
)
SITE_CONNECTION = vpn(
    "ipsec-site-connections",
    "ipsec_site_connection",
    "ipsec_site_connections",
    "peer_address peer_id psk vpnservice_id ikepolicy_id ipsecpolicy_id",
    "local_id peer_cidrs local_ep_group_id peer_ep_group_id mtu initiator dpd admin_state_up",
    "local_id peer_address peer_id peer_cidrs local_ep_group_id peer_ep_group_id mtu initiator psk dpd admin_state_up",
    "PENDING_CREATE PENDING_CREATE ACTIVE",
)


def neutron(
    path: str,
    key: str,
    required: str,
    optional: str,
    changes: str,
    states: str = "",
    *,
    plural: str = "",
    filters: str = NAMED,
    at_once: bool = True,
    unique: str = "",
) -> Kind:
    """A kind of one of Neutron's other extensions."""
    return Kind(
        "network",
        f"/v2.0/{path}",
        key,
        plural or f"{key}s",
        required,
        f"tenant_id {optional}",
        changes,
        filters=f"id {filters}",
        states=states,
        at_once=at_once,
        adds={"tenant_id": "shop"},
        unique=unique,
    )


FIREWALL = neutron(  # version 1, of neutron-fwaas 13
    "fw/firewalls",
    "firewall",
    "firewall_policy_id",
    f"{NAMED} admin_state_up shared router_ids",
    f"{NAMED} admin_state_up shared router_ids firewall_policy_id",
    "PENDING_CREATE PENDING_CREATE ACTIVE",
    at_once=False,
)
FIREWALL_POLICY = neutron(
    "fw/firewall_policies",
    "firewall_policy",
    "",
    f"{NAMED} shared firewall_rules audited",
    f"{NAMED} shared firewall_rules audited",
    plural="firewall_policies",
)
RULE = "shared protocol ip_version source_ip_address destination_ip_address source_port destination_port action enabled"
FIREWALL_RULE = neutron("fw/firewall_rules", "firewall_rule", "", f"{NAMED} {RULE}", f"{NAMED} {RULE}")
FLOW_CLASSIFIER = neutron(
    "sfc/flow_classifiers",
    "flow_classifier",
    "",
    f"{NAMED} ethertype protocol source_port_range_min source_port_range_max destination_port_range_min "
    "destination_port_range_max source_ip_prefix destination_ip_prefix logical_source_port logical_destination_port "
    "l7_parameters",
    NAMED,
)
PORT_PAIR = neutron("sfc/port_pairs", "port_pair", "ingress egress", f"{NAMED} service_function_parameters", NAMED)
PORT_PAIR_GROUP = neutron(
    "sfc/port_pair_groups",
    "port_pair_group",
    "",
    f"{NAMED} port_pairs port_pair_group_parameters",
    f"{NAMED} port_pairs",
)
PORT_CHAIN = neutron(
    "sfc/port_chains",
    "port_chain",
    "port_pair_groups",
    f"{NAMED} chain_id flow_classifiers chain_parameters",
    f"{NAMED} port_pair_groups flow_classifiers",
)
TAP_SERVICE = neutron(
    "taas/tap_services", "tap_service", "port_id", NAMED, NAMED, "PENDING_CREATE ACTIVE", at_once=False
)
TAP_FLOW = neutron(
    "taas/tap_flows",
    "tap_flow",
    "tap_service_id source_port direction",
    f"{NAMED} vlan_filter",
    NAMED,
    "PENDING_CREATE ACTIVE",
    at_once=False,
)
METERING_LABEL = neutron(
    "metering/metering-labels", "metering_label", "", f"{NAMED} shared", "", filters=f"{NAMED} shared tenant_id"
)
METERING_RULE = neutron(
    "metering/metering-label-rules",
    "metering_label_rule",
    "metering_label_id direction remote_ip_prefix",
    "excluded",
    "",
    filters="metering_label_id direction remote_ip_prefix excluded",
    unique="metering_label_id direction remote_ip_prefix",
)
L2_GATEWAY = neutron("l2-gateways", "l2_gateway", "devices", "name", "name devices", filters="name")
L2_GATEWAY_CONNECTION = neutron(
    "l2-gateway-connections",
    "l2_gateway_connection",
    "network_id",
    "l2_gateway_id segmentation_id",
    "",
    filters="l2_gateway_id network_id",
    unique="l2_gateway_id network_id segmentation_id",
)
