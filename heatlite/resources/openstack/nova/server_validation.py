"""Server validation: the allowed combinations in a server's networks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.resources.openstack.base import CloudResource
from heatlite.resources.openstack.nova import server_schema as schema

PLACES = (schema.NETWORK, schema.PORT, schema.ALLOCATE, schema.SUBNET)


def validate_networks(server: CloudResource) -> None:
    """Refuse contradictory networks.

    :raises StackValidationFailed: saying what is wrong
    """
    if not server.knows_keys(schema.NETWORKS) or not server.properties[schema.NETWORKS]:
        return
    networks = [it for it in server.properties[schema.NETWORKS] if isinstance(it, Mapping)]
    for each in networks:
        if message := wrong(each, server.name):
            raise server.property_error(schema.NETWORKS, message)
    if any(it[schema.ALLOCATE] for it in networks) and len(networks) > 1:
        message = f'Property "{schema.ALLOCATE}" can not be specified if multiple network interfaces set for server.'
        raise server.property_error(schema.NETWORKS, message)
    if server.properties[schema.GROUPS] and any(it[schema.PORT] is not None for it in networks):
        message = (
            f"Cannot define the following properties at the same time: {schema.GROUPS}, "
            f"{schema.NETWORKS}/{schema.PORT}."
        )
        raise server.property_error(schema.GROUPS, message)


def wrong(given: Mapping[str, Any], server: str) -> str | None:
    """Return what is wrong with one network; None if nothing is."""
    if all(given[it] in (None, "") for it in PLACES):
        return (
            'One of the properties "network", "port", "allocate_network" or "subnet" should be set for the specified '
            f'network of server "{server}".'
        )
    if given[schema.ALLOCATE] and sum(it is not None for it in given.values()) > 1:
        return f'Can not specify "{schema.ALLOCATE}" with other keys of networks at the same time.'
    if given[schema.FIXED_IP] and given[schema.PORT] is not None:
        return "Cannot define the following properties at the same time: networks/fixed_ip, networks/port."
    has_port = given[schema.PORT] is not None or given[schema.SUBNET] is not None or given[schema.PORT_EXTRA]
    if given[schema.FLOATING_IP] is not None and given[schema.NETWORK] is not None and not has_port:
        return (
            f'Property "{schema.FLOATING_IP}" is not supported if only "{schema.NETWORK}" is specified, because the '
            "corresponding port can not be retrieved."
        )
    return None
