"""AWS::EC2::VPC and its parts: Neutron's networks, subnets, routers and ports with CloudFormation's names.

::

    VPC                          a network, and a router of the same name
    Subnet                       a subnet of the network, with an interface of the router
    NetworkInterface             a port on a subnet
    RouteTable                   another router
    SubnetRouteTableAssociation  moves the subnet's interface from the VPC's router to that router

``gateway`` has the way out of a VPC.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from heatlite.exception import CloudNotFound, Error
from heatlite.resources.openstack.aws.base import EC2, tags
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.claims import RecordedFirst
from heatlite.resources.openstack.fields import custom, named, text
from heatlite.resources.openstack.marks import InName, Mark
from heatlite.resources.openstack.neutron.base import BUILT, NeutronResource
from heatlite.resources.openstack.states import State
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues

VPC_ID, SUBNET_ID, TABLE_ID, ZONE, CIDR = "VpcId", "SubnetId", "RouteTableId", "AvailabilityZone", "CidrBlock"
TENANCY, GROUPS, ADDRESS, CHECK = "InstanceTenancy", "GroupSet", "PrivateIpAddress", "SourceDestCheck"
GATEWAY = "external_gateway_info"


def of_vpc(vpc: str) -> str:
    """Return the description that marks a router as a VPC's route table, so that a gateway finds it."""
    return f"route table of VPC {vpc}"


class InVPC(EC2, NeutronResource):
    """A VPC, or a part of one."""

    mark: ClassVar[Mark] = InName()

    def router_of(self, network: str) -> Body | None:
        """Return the router of a VPC, which has the name of its network; None if the network isn't a VPC's.

        :raises Error: if several routers have the name
        """
        name = self.api.get(f"/networks/{network}")["network"]["name"]
        found = list(self.api.listed("/routers", "routers", params={"name": name})) if name else []
        if len(found) > 1:
            raise Error(message=f"Multiple routers found with name {name}")
        return found[0] if found else None

    def extra_body(self, body: Body) -> Body:
        """Return a body with a generated name, which is the mark."""
        return {**body, "name": self.physical_resource_name()}

    def add_interface(self, router: str, subnet: str) -> None:
        """Connect a router to a subnet, unless it is connected: Neutron refuses a second interface."""
        if not self.has_interface(router, subnet):
            self.api.put(f"/routers/{router}/add_router_interface", {"subnet_id": subnet})

    def remove_interface(self, router: str, subnet: str) -> None:
        """Disconnect a router from a subnet, if it is connected."""
        try:
            self.api.put(f"/routers/{router}/remove_router_interface", {"subnet_id": subnet})
        except CloudNotFound:
            return

    def has_interface(self, router: str, subnet: str) -> bool:
        """Tell whether a router is connected to a subnet."""
        query = {"device_id": router, "fixed_ips": f"subnet_id={subnet}"}
        return any(self.api.listed("/ports", "ports", params=query))


class VPC(InVPC):
    """A virtual private cloud: a network, and a router of the same name."""

    path, key, states, not_implemented = "/networks", "network", BUILT, (TENANCY,)
    properties_schema = {
        CIDR: Property(Type.STRING, "Without effect: each subnet has its own block."),
        TENANCY: Property(
            Type.STRING, "Not implemented.", default="default", constraints=(AllowedValues(("default", "dedicated")),)
        ),
        "Tags": tags(),
    }

    def settle(self, progress: Any) -> bool:
        """Create the router, once the network is recorded: the network's name finds it again."""
        if (progress or {}).get("changed") is not None:
            return True
        if progress is not None and not progress.get("next"):
            progress["next"] = True
            self.poll_in(0)
            return False
        router = self.router_of(str(self.resource_id))
        if router is None:
            made = {"router": {"name": self.physical_resource_name()}}
            router = self.api.post("/routers", made)["router"]
        return BUILT.of(router) is not State.PENDING

    def forget_ties(self, thing_id: str) -> None:
        """Delete the router."""
        router = self.router_of(thing_id)
        if router is not None:
            self.api.delete(f"/routers/{router['id']}")


class Subnet(InVPC):
    """A subnet of a VPC, with an interface of its router."""

    path, key = "/subnets", "subnet"
    properties_schema = {
        CIDR: text("The subnet's addresses, such as 10.0.0.0/24.", field="cidr", required=True),
        VPC_ID: text("The id of the VPC.", field="network_id", required=True),
        ZONE: Property(Type.STRING, "Without effect, except for the attribute."),
        "Tags": tags(),
    }
    attributes_schema = {ZONE: Attribute("The property of the same name.", Type.STRING)}

    def extra_body(self, body: Body) -> Body:
        """Return a body for IPv4."""
        return {**super().extra_body(body), "ip_version": 4}

    def settle(self, progress: Any) -> bool:
        """Create the interface."""
        if (progress or {}).get("changed") is None:
            router = self.router_of(self.seen()["network_id"])
            if router is not None:
                self.add_interface(router["id"], str(self.resource_id))
        return True

    def forget_ties(self, thing_id: str) -> None:
        """Remove the interface."""
        router = self.router_of(self.look(thing_id)["network_id"])
        if router is not None:
            self.remove_interface(router["id"], thing_id)

    def attribute_of(self, name: str, body: Mapping[str, Any]) -> Any:
        """Return the template's zone."""
        return self.properties[ZONE]


class NetworkInterface(InVPC):
    """A port on a subnet."""

    path, key, not_implemented = "/ports", "port", (CHECK,)
    properties_schema = {
        "Description": Property(Type.STRING, "Without effect."),
        GROUPS: Property(Type.LIST, "The security groups; without them the default group.", update_allowed=True),
        ADDRESS: Property(Type.STRING, "The IP address."),
        CHECK: Property(Type.BOOLEAN, "Not implemented."),
        SUBNET_ID: Property(Type.STRING, "The subnet.", required=True, constraints=custom("neutron.subnet")),
        "Tags": tags(),
    }
    attributes_schema = {ADDRESS: Attribute("The first IP address.", Type.STRING)}

    def extra_body(self, body: Body) -> Body:
        """Return a body with the subnet's network and the groups."""
        subnet = self.identify("neutron.subnet", self.properties[SUBNET_ID])
        network = self.api.get(f"/subnets/{subnet}")["subnet"]["network_id"]
        address = {"ip_address": self.properties[ADDRESS]} if self.properties[ADDRESS] else {}
        found = {**super().extra_body(body), "network_id": network, "fixed_ips": [{"subnet_id": subnet, **address}]}
        return found if self.properties[GROUPS] is None else {**found, **self._groups()}

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """Return the groups, if they changed."""
        return self._groups() if GROUPS in prop_diff else {}

    def _groups(self) -> Body:
        names = ["default"] if self.properties[GROUPS] is None else self.properties[GROUPS]
        return {"security_groups": [self.identify("neutron.security_group", it) for it in names]}

    def attribute_of(self, name: str, body: Mapping[str, Any]) -> Any:
        """Return the first address."""
        return next((it["ip_address"] for it in body["fixed_ips"]), None)


class RouteTable(InVPC):
    """A router, with the same gateway as the VPC's router, if that has one."""

    path, key, states = "/routers", "router", BUILT
    support_status = SupportStatus(version="2014.1")
    properties_schema = {VPC_ID: Property(Type.STRING, "The id of the VPC.", required=True), "Tags": tags()}

    def extra_body(self, body: Body) -> Body:
        """Return a body whose description names the VPC."""
        return {**super().extra_body(body), "description": of_vpc(self.properties[VPC_ID])}

    def settle(self, progress: Any) -> bool:
        """Set the gateway."""
        if (progress or {}).get("changed") is None:
            router = self.router_of(self.properties[VPC_ID])
            if router is not None and router[GATEWAY]:
                self._seen = self.change({GATEWAY: {"network_id": router[GATEWAY]["network_id"]}})
        return True


class SubnetRouteTableAssociation(RecordedFirst, InVPC):
    """An association that moves a subnet's interface from the VPC's router to a route table's router."""

    path, key, mark = "/routers", "router", RecordedFirst.mark
    properties_schema = {
        TABLE_ID: Property(Type.STRING, "The id of the route table.", required=True),
        SUBNET_ID: named("neutron.subnet", "The subnet.", field="subnet_id", required=True),
    }

    def apply(self) -> None:
        """Disconnect the VPC's router from the subnet, and connect the other one."""
        subnet, table = self.identify("neutron.subnet", self.properties[SUBNET_ID]), self.properties[TABLE_ID]
        default = self._default_router(subnet)
        if default is not None and default != table:
            self.remove_interface(default, subnet)
        self.add_interface(table, subnet)

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Repeat the requests, unless a name now means another subnet."""
        self._check_references(prop_diff)
        return super().handle_update(prop_diff)

    @classmethod
    def physical_identity(cls, physical_id: str, properties: Mapping[str, Any]) -> Any:
        """Return what is associated."""
        return [properties.get(it) for it in (TABLE_ID, SUBNET_ID)]

    def _default_router(self, subnet: str) -> str | None:
        found = self.router_of(self.api.get(f"/subnets/{subnet}")["subnet"]["network_id"])
        return None if found is None else str(found["id"])

    def look(self, thing_id: str) -> Body:
        """Return the router and the subnet.

        :raises CloudNotFound: if they aren't connected
        """
        subnet, table = self.identify("neutron.subnet", self.properties[SUBNET_ID]), self.properties[TABLE_ID]
        if not self.has_interface(table, subnet):
            message = f"Router {table} has no interface on {subnet}"
            raise CloudNotFound(service="Neutron", status=404, message=message)
        return {"id": thing_id, "router_id": table, "subnet_id": subnet}

    def delete(self, thing_id: str) -> None:
        """Connect the VPC's router to the subnet again."""
        joined = self.look(thing_id)
        self.remove_interface(joined["router_id"], joined["subnet_id"])
        default = self._default_router(joined["subnet_id"])
        if default is not None:
            self.add_interface(default, joined["subnet_id"])

    def show(self) -> None:
        """Return None: it isn't an object of Neutron."""
        return
