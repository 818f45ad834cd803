"""OS::Trove::Cluster: several servers with one database. It is ready when each of them is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.exception import CloudConflict, ResourceInError
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.fields import integer, listed, text
from heatlite.resources.openstack.states import State
from heatlite.resources.openstack.trove.base import (
    DATASTORE,
    STATES,
    VERSION,
    TroveResource,
    flavor,
    networks,
    short,
    why,
)
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type
from heatlite.schema.constraints import Length, Range

INSTANCES, NETWORKS, VOLUME = "instances", "networks", "volume_size"
NICS, NET = "nics", "net-id"
"""The fields of networks."""
IDLE = "NONE"
"""The task of a cluster that can be deleted."""


class Cluster(TroveResource):
    """Several servers with one database."""

    path, key = "/clusters", "cluster"
    support_status = SupportStatus(version="2015.1")
    properties_schema = {
        "name": short("The name of the cluster."),
        DATASTORE: Property(Type.STRING, "The kind of database.", required=True, constraints=(Length(max=255),)),
        VERSION: Property(Type.STRING, "Its version.", required=True, constraints=(Length(max=255),)),
        INSTANCES: listed(
            "The servers.",
            {
                "flavor": flavor(),
                VOLUME: integer("The size of the volume, in GB.", required=True, constraints=(Range(1, 150),)),
                NETWORKS: networks(),
                "availability_zone": text("The availability zone."),
            },
            required=True,
        ),
    }
    attributes_schema = {
        INSTANCES: Attribute("The ids of the servers.", Type.LIST),
        "ip": Attribute("The addresses of the cluster.", Type.LIST),
    }

    def validate(self) -> None:
        """Require either a network or a port in each entry.

        :raises StackValidationFailed: if one has neither, or both
        """
        if self.known(INSTANCES):
            for each in self.properties[INSTANCES]:
                self.check_networks(each[NETWORKS])

    def extra_body(self, body: Body) -> Body:
        """Return a body with the datastore, in which each server has a volume."""
        servers = [as_server(it) for it in body[INSTANCES]]
        return {**body, "datastore": self.datastore(), INSTANCES: servers}

    def is_ready(self) -> bool:
        """Tell whether all servers are ready.

        :raises ResourceInError: if one is broken
        """
        for server in self.seen()[INSTANCES]:
            if STATES.of(server) is State.FAILED:
                raise ResourceInError(resource_status=server["status"], status_reason=why(server))
            if STATES.of(server) is not State.GOOD or "status" not in server:
                self._seen = None
                return False
        return True

    def delete(self, thing_id: str) -> None:
        """Send the deletion, once no task is at the cluster.

        :raises CloudConflict: if there is one
        """
        task = self.look(thing_id)["task"]["name"]
        if task == "DELETING":
            return
        if task != IDLE:
            raise CloudConflict(service="Trove", status=409, message=f"the cluster is busy with {task}")
        super().delete(thing_id)

    def attribute_of(self, name: str, body: Mapping[str, Any]) -> Any:
        """Return an attribute; of the servers their ids."""
        return [it["id"] for it in body[INSTANCES]] if name == INSTANCES else body.get(name)


def as_server(given: Body) -> Body:
    """Return a server as Trove has it. The networks of clusters have another key than those of instances."""
    rest = {name: it for name, it in given.items() if name not in (VOLUME, NICS)}
    nics = [{"network_id" if name == NET else name: it for name, it in nic.items()} for nic in given.get(NICS) or ()]
    return {**rest, "volume": {"size": given[VOLUME]}, **({NICS: nics} if nics else {})}
