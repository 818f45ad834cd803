"""OS::Neutron::FlowClassifier, PortPair, PortPairGroup and PortChain: chains of service functions.

A chain leads the packets that its classifiers match through one port pair of each group, one after another.
"""

from __future__ import annotations

from heatlite.resources.openstack.fields import Field, custom, description, integer, listed, mapped, name, named, text
from heatlite.resources.openstack.neutron.base import NeutronResource
from heatlite.resources.openstack.neutron.vpn import chosen
from heatlite.resources.schema import Property, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues, Range

CORRELATION = "correlation"
LAST_PORT = 65535


class ChainResource(NeutronResource):
    """An object of the service that chains functions. Heat doesn't support its types."""

    extension = "sfc"
    support_status = SupportStatus("UNSUPPORTED", "8.0.0")


def port_number(description: str) -> Field:
    """Return a property for the number of a port."""
    return integer(description, constraints=(Range(1, LAST_PORT),))


def port(description: str, *, required: bool = False) -> Field:
    """Return a property for a port of Neutron's."""
    return named("neutron.port", description, required=required)


class FlowClassifier(ChainResource):
    """Which packets a chain takes."""

    path, key = "/sfc/flow_classifiers", "flow_classifier"
    properties_schema = {
        "name": name("classifier"),
        "description": description("classifier"),
        "protocol": text("The protocol.", constraints=(AllowedValues(("tcp", "udp", "icmp")),)),
        "ethertype": chosen("The version of IP.", "IPv4", ("IPv4", "IPv6")),
        "source_ip_prefix": text("The network that packets come from.", constraints=custom("net_cidr")),
        "destination_ip_prefix": text("The network where packets go.", constraints=custom("net_cidr")),
        "source_port_range_min": port_number("The first port that packets come from."),
        "source_port_range_max": port_number("The last port that packets come from."),
        "destination_port_range_min": port_number("The first port where packets go."),
        "destination_port_range_max": port_number("The last port where packets go."),
        "logical_source_port": port("The port in Neutron that packets come from."),
        "logical_destination_port": port("The port in Neutron where packets go."),
        "l7_parameters": Field(Type.MAP, "What the seventh layer has.", status="UNSUPPORTED"),
    }


class PortPair(ChainResource):
    """One instance of a function: the ports where packets enter and leave it."""

    path, key = "/sfc/port_pairs", "port_pair"
    support_status = SupportStatus("UNSUPPORTED", "7.0.0")
    properties_schema = {
        "name": name("pair"),
        "description": description("pair"),
        "ingress": port("The port where packets enter.", required=True),
        "egress": port("The port where packets leave.", required=True),
        "service_function_parameters": mapped("How the function is told chains apart.", default={CORRELATION: None}),
    }


class PortPairGroup(ChainResource):
    """Instances of one function, among which packets are distributed."""

    path, key = "/sfc/port_pair_groups", "port_pair_group"
    properties_schema = {
        "name": name("group"),
        "description": description("group"),
        "port_pairs": listed(
            "The port pairs.", named("neutron.port_pair", "A port pair."), required=True, update_allowed=True
        ),
    }


class PortChain(ChainResource):
    """The functions that packets pass, in their order."""

    path, key = "/sfc/port_chains", "port_chain"
    properties_schema: dict[str, Property] = {
        "name": name("chain"),
        "description": description("chain"),
        "port_pair_groups": listed(
            "The groups, in their order.",
            named("neutron.port_pair_group", "A group."),
            required=True,
            update_allowed=True,
        ),
        "flow_classifiers": listed(
            "Which packets pass.",
            named("neutron.flow_classifier", "A classifier."),
            default=[],
            update_allowed=True,
            cleared=[],
        ),
        "chain_parameters": mapped("How chains are told apart.", default={CORRELATION: "mpls"}),
    }
