"""OS::Neutron::Router and RouterInterface: routers, and their connections to subnets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.exception import CloudNotFound
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.fields import (
    custom,
    flag,
    listed,
    mapped,
    name,
    named,
    old_name,
    text,
)
from heatlite.resources.openstack.marks import ByContent
from heatlite.resources.openstack.neutron.base import (
    BUILT,
    NeutronResource,
    admin_state_up,
    tags,
    tenant_id,
    value_specs,
)
from heatlite.resources.properties import NOTHING
from heatlite.resources.schema import HIDDEN, Attribute, Property, Type
from heatlite.resources.waiting_for import Others

GATEWAY, L3_AGENT_ID, L3_AGENT_IDS = "external_gateway_info", "l3_agent_id", "l3_agent_ids"


class Router(NeutronResource):
    """A router between the subnets of its interfaces, with a gateway to an external network."""

    path, key, states = "/routers", "router", BUILT
    may_specify_properties = True
    properties_schema = {
        "name": name("router"),
        GATEWAY: mapped(
            "The external network, and how it is reached.",
            {
                "network": named(
                    "neutron.network",
                    "The external network.",
                    constraints=(),
                    field="network_id",
                    required=True,
                    update_allowed=True,
                ),
                "enable_snat": flag("Whether internal addresses are hidden by SNAT.", update_allowed=True),
                "external_fixed_ips": listed(
                    "The external addresses.",
                    {
                        "ip_address": text("The address.", constraints=custom("ip_addr")),
                        "subnet": named("neutron.subnet", "The subnet of the address.", field="subnet_id"),
                    },
                    update_allowed=True,
                ),
            },
            update_allowed=True,
            cleared={},
        ),
        "value_specs": value_specs(),
        "admin_state_up": admin_state_up("router"),
        L3_AGENT_ID: Property(Type.STRING, f"Use {L3_AGENT_IDS}.", update_allowed=True, status=HIDDEN),
        L3_AGENT_IDS: Property(
            Type.LIST,
            "The ids of the L3 agents for it.",
            update_allowed=True,
            schema=Property(Type.STRING, "The id of an agent."),
        ),
        "distributed": flag("Whether the router is distributed."),
        "ha": flag("Whether the router is highly available."),
        "availability_zone_hints": listed("The preferred availability zones.", update_allowed=True),
        "tags": tags("router"),
        "tenant_id": tenant_id("router"),
    }
    attributes_schema = {
        "status": Attribute("The status of the router.", Type.STRING),
        GATEWAY: Attribute("The external network, and how it is reached.", Type.MAP),
        "name": Attribute("The name of the router.", Type.STRING),
        "admin_state_up": Attribute("Whether it is administratively up.", Type.STRING),
        "tenant_id": Attribute("The id of the project that owns it.", Type.STRING),
    }

    @classmethod
    def checked_properties(cls, given: Mapping[str, Any], prefix: str = "", unknown: Any = NOTHING) -> dict[str, Any]:
        """Check the properties, with one agent under the old name as a list of one."""
        return super().checked_properties(with_agents(given), prefix, unknown)

    @classmethod
    def completed_properties(cls, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Adapt stored properties, with one agent under the old name as a list of one."""
        return super().completed_properties(with_agents(stored))

    @classmethod
    def waits_for(cls, own: Mapping[str, Any], others: Others) -> frozenset[str]:
        """Return the subnets of the external network: one of them gives the gateway its address."""
        gateway = own.get(GATEWAY)
        return others.subnets_of([gateway.get("network")] if isinstance(gateway, Mapping) else [])

    def validate(self) -> None:
        """Refuse distributed together with highly available, and several agents without high availability."""
        super().validate()
        if not self.known("ha", "distributed", L3_AGENT_IDS):
            return
        agents = self.properties[L3_AGENT_IDS]
        if self.properties["distributed"] and agents:
            self.refuse_both("distributed", L3_AGENT_IDS)
        if self.properties["distributed"] and self.properties["ha"]:
            self.refuse_both("distributed", "ha")
        if not self.properties["ha"] and agents and len(agents) > 1:
            raise self.property_error(L3_AGENT_IDS, "Non HA routers can only have one L3 agent.")

    def settle(self, progress: Any) -> bool:
        """Assign its agents."""
        changed = (progress or {}).get("changed")
        if changed is None or L3_AGENT_IDS in changed:
            wanted = self.properties[L3_AGENT_IDS]
            self.agents("l3-agents", wanted or ([] if changed else None))
        return super().settle(progress)


def with_agents(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return properties with the old ``l3_agent_id`` as a list, unless there is a list."""
    if given.get(L3_AGENT_ID) is None:
        return given
    rest = {key: value for key, value in given.items() if key != L3_AGENT_ID}
    return rest if given.get(L3_AGENT_IDS) else {**rest, L3_AGENT_IDS: [given[L3_AGENT_ID]]}


class RouterInterface(NeutronResource):
    """An interface of a router on a subnet. Its id names both: ``ROUTER:subnet_id=SUBNET``, as in Heat."""

    path, key = "/routers", "router"
    mark = ByContent()
    properties_schema = {
        "router": named("neutron.router", "The router.", field="router_id", required=True),
        "router_id": old_name("router", "neutron.router"),
        "subnet_id": old_name("subnet", "neutron.subnet"),
        "subnet": named("neutron.subnet", "The subnet; give it or a port.", field="subnet_id"),
        "port_id": old_name("port", "neutron.port"),
        "port": named("neutron.port", "The port; give it or a subnet.", field="port_id"),
    }

    def validate(self) -> None:
        """Require either a subnet or a port."""
        if self.known("subnet", "port"):
            self.refuse_both("subnet", "port")
            self.require_one("subnet", "port")

    def create(self, body: Body) -> Body:
        """Add the interface to the router."""
        router = body.pop("router_id")
        self.api.put(f"/routers/{router}/add_router_interface", body)
        return {"router_id": router, **body}

    def id_in(self, body: Mapping[str, Any]) -> str:
        """Return the id, which names the router and the subnet or port."""
        key = "subnet_id" if body.get("subnet_id") else "port_id"
        return f"{body['router_id']}:{key}={body[key]}"

    def find(self) -> list[str]:
        """Return the id, if the router has the interface: Neutron would refuse a second one."""
        try:
            body = self.fields(self.properties_schema)
            return [self.id_in(self.look(self.id_in(body)))]
        except (CloudNotFound, KeyError):
            return []

    def look(self, thing_id: str) -> Body:
        """Return router and subnet or port, if the router still has a port there."""
        router, key, value = parts_of(thing_id)
        query = {"fixed_ips": f"subnet_id={value}"} if key == "subnet_id" else {"id": value}
        ports = self.api.listed("/ports", "ports", params={"device_id": router, **query})
        if not any(str(it["device_owner"]).startswith("network:") for it in ports):
            raise CloudNotFound(service="Neutron", status=404, message=f"Router {router} has no interface on {value}")
        return {"router_id": router, key: value}

    def delete(self, thing_id: str) -> None:
        """Remove the interface. Neutron answers with a conflict while a floating IP uses it."""
        router, key, value = parts_of(thing_id)
        self.api.put(f"/routers/{router}/remove_router_interface", {key: value})

    def show(self) -> None:
        """Return None: it isn't an object of Neutron."""
        return


def parts_of(interface: str) -> tuple[str, str, str]:
    """Split an interface's id into router, ``subnet_id`` or ``port_id``, and its value; Heat's old ids lack the key."""
    router, _, rest = interface.partition(":")
    key, equals, value = rest.partition("=")
    return (router, key, value) if equals else (router, "subnet_id", rest)
