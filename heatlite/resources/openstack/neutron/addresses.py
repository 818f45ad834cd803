"""Fixed addresses that a replacement needs while the replaced resource still has them.

Only one port of a network can have an address, and the replaced resource is deleted last. So its port loses the address
first, and gets it back if a rollback keeps it::

    POST /ports ─▶ 409 ─▶ holder recorded in the database ─▶ PUT holder, without the address ─▶ POST /ports
                                   a rollback deletes the replacement ─▶ PUT holder, as it was
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from functools import partial

from heatlite.exception import CloudNotFound
from heatlite.resources.openstack.base import Body, CloudResource
from heatlite.resources.openstack.giving_back import is_given_back

FREED = "freed_addresses"
"""The key of a replacement's data: port → its addresses before it lost some."""


def free_addresses(resource: CloudResource, network: str, addresses: Collection[str]) -> bool:
    """Take these addresses of a network from the ports of the replaced resource; False if it has none of them.

    The first call only records the ports, for the end of the step; a later step takes the addresses.
    """
    known = resource.data.get(FREED) or {}
    holders = {it["id"]: it for address in addresses for it in _holders(resource, network, address)}
    if not holders:
        return False
    for port, body in holders.items():
        if port in known:
            rest = [it for it in body["fixed_ips"] if it["ip_address"] not in addresses]
            with suppress(CloudNotFound):
                resource.cloud.api("network").put(f"/ports/{port}", {"port": {"fixed_ips": rest}})
    resource.data_set(FREED, {**{port: it["fixed_ips"] for port, it in holders.items()}, **known})
    return True


def give_back_addresses(resource: CloudResource, progress: Body) -> bool:
    """Return the addresses to the former ports, once the replacement is gone, if a rollback has kept them.

    :return: False if the next step has to try again
    """
    return all(
        is_given_back(
            resource,
            progress,
            f"the addresses {', '.join(it['ip_address'] for it in fixed)} of port {port}, which it had taken over,",
            partial(_give_back, resource, port, fixed),
        )
        for port, fixed in (resource.data.get(FREED) or {}).items()
    )


def _give_back(resource: CloudResource, port: str, fixed: list[Body]) -> None:
    network = resource.cloud.api("network")
    with suppress(CloudNotFound):
        if _is_replaced(resource, network.get(f"/ports/{port}")["port"]):
            network.put(f"/ports/{port}", {"port": {"fixed_ips": fixed}})


def _holders(resource: CloudResource, network: str, address: str) -> list[Body]:
    """Return the ports with this address that belong to the replaced resource."""
    query = {"network_id": network, "fixed_ips": f"ip_address={address}"}
    ports = resource.cloud.api("network").listed("/ports", "ports", params=query)
    return [it for it in ports if _is_replaced(resource, it)]


def _is_replaced(resource: CloudResource, port: Body) -> bool:
    """Tell whether a port is, or belongs to, a resource of the same name in the stack, and isn't the resource's own."""
    siblings = resource.siblings
    for reference in (port["id"], port["device_id"]):
        holder = siblings.by_reference(reference) if siblings and reference else None
        if holder is not None and holder.name == resource.name and reference != resource.resource_id:
            return True
    return False
