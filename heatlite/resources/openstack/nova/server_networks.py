"""Server networks: a server's interfaces in Neutron and Nova, and the ports that are created for it.

A network with a subnet or with ``port_extra_properties`` needs a port of its own. It is created before the server and
deleted after it. The port's description contains the resource's uuid, and the resource's data records, before the first
port is created, that there may be some. So no port is left over, wherever an engine dies::

    data: internal_ports ─▶ database ─▶ POST /ports ─▶ POST /servers ─▶ … ─▶ server gone ─▶ DELETE each marked port
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, partial
from typing import Any

from heatlite.exception import CloudConflict, CloudError, CloudNotFound, EntityNotFound, PhysicalResourceNameAmbiguity
from heatlite.resources.openstack.base import Body, CloudResource
from heatlite.resources.openstack.fields import Field, for_api
from heatlite.resources.openstack.giving_back import is_given_back
from heatlite.resources.openstack.marks import tag_of
from heatlite.resources.openstack.neutron.addresses import free_addresses
from heatlite.resources.openstack.nova import server_schema as schema
from heatlite.resources.openstack.nova.interfaces import Interface, Wanted, match

OWN_PORTS, FLOATING_IPS, TAKEN_OVER = "internal_ports", "floating_ips", "taken_over"
"""Keys of a resource's data: the ports that were created for it, as in Heat; floating IP → the port that it was given;
port → the server that it was taken from."""
TAGGED = "2.70"
"""The API version of Nova from which an interface shows its tag."""
ATTACHED_WITH_TAG = "2.49"


class ServerNetworks:
    """The networks of one server, for one step."""

    def __init__(self, resource: CloudResource) -> None:
        self._resource = resource
        self._network = resource.cloud.api("network")
        self._compute = resource.cloud.api("compute")
        self._wanted: list[Wanted] | None = None

    @property
    def wanted(self) -> list[Wanted]:
        """The networks of the template, with names resolved."""
        if self._wanted is None:
            given = self._resource.properties[schema.NETWORKS] or []
            self._wanted = [self._resolved(place, it) for place, it in enumerate(given)]
        return self._wanted

    @property
    def allocate(self) -> str | None:
        """none or auto, if the template says so."""
        return next((it.allocate for it in self.wanted if it.allocate), None)

    def _resolved(self, place: int, given: Mapping[str, Any]) -> Wanted:
        def id_of(kind: str, name: str) -> str | None:
            return self._resource.identify(f"neutron.{kind}", given[name]) if given[name] else None

        subnet, network, port = id_of("subnet", schema.SUBNET), id_of("network", schema.NETWORK), given[schema.PORT]
        if subnet and not network and not port:
            network = self._network.get(f"/subnets/{subnet}")["subnet"]["network_id"]
        return Wanted(
            place,
            id_of("port", schema.PORT),
            network,
            subnet,
            given[schema.FIXED_IP] or None,
            id_of("floatingip", schema.FLOATING_IP),
            given[schema.TAG] or None,
            given[schema.ALLOCATE] or None,
            given[schema.PORT_EXTRA],
        )

    # --- ports that are created for the server ---------------------------------------------------------------------

    @property
    def recorded(self) -> list[str]:
        """The ids of the recorded ports; Heat stored them as text."""
        kept = self._resource.data.get(OWN_PORTS) or []
        return [it["id"] for it in (json.loads(kept) if isinstance(kept, str) else kept)]

    def record(self, ids: Iterable[str]) -> None:
        """Record the ids of the ports."""
        self._resource.data_set(OWN_PORTS, [{"id": it} for it in sorted(set(ids))])

    def marked(self) -> list[Body]:
        """Return all existing ports that were created for the server, whether they are recorded or not."""
        return list(self._network.listed("/ports", "ports", params={"description": tag_of(self._resource.uuid)}))

    @cached_property
    def left_over(self) -> list[Body]:
        """The marked ports before this step created any."""
        return self.marked() if OWN_PORTS in self._resource.data else []

    def make_ports(self, wanted: Sequence[Wanted]) -> dict[int, str]:
        """Create a port for each network; return index in the list → id. Delete unused ports of earlier attempts."""
        if OWN_PORTS not in self._resource.data:
            return {}
        for left in self.left_over:
            if not left["device_id"] and left["id"] not in self._in_use():
                self.delete_port(left["id"])
        bodies = [self._port_body(it) for it in wanted]
        made = self._network.post("/ports", {"ports": bodies})["ports"] if bodies else []
        ids = {it["name"]: it["id"] for it in made}
        self.record([*self.recorded, *ids.values()])
        return {each.place: ids[body["name"]] for each, body in zip(wanted, bodies, strict=True)}

    def _in_use(self) -> set[str]:
        return {it.port for it in self.interfaces()} if self._resource.resource_id is not None else set()

    def _port_body(self, wanted: Wanted) -> Body:
        body: Body = {"network_id": wanted.network, "name": f"{self._resource.name}-port-{wanted.place}"}
        address = {"ip_address": wanted.address, "subnet_id": wanted.subnet}
        if wanted.address or wanted.subnet:
            body["fixed_ips"] = [{key: it for key, it in address.items() if it}]
        if groups := self.groups():
            body["security_groups"] = groups
        return {**body, **self._extra(wanted), "description": tag_of(self._resource.uuid)}

    def _extra(self, wanted: Wanted) -> Body:
        """Return ``port_extra_properties`` in Neutron's form."""
        body: Body = dict((wanted.extra or {}).get("value_specs") or {})
        for name, value in (wanted.extra or {}).items():
            described = schema.PORT_EXTRA_PROPERTIES[name]
            if value is not None and isinstance(described, Field):
                body[described.field or name] = for_api(described, value, self._resource.identify)
        if (wanted.extra or {}).get("no_fixed_ips"):
            body["fixed_ips"] = []
        return body

    def groups(self) -> list[str]:
        """Return the ids of the server's security groups."""
        given = self._resource.properties[schema.GROUPS] or []
        return [self._resource.identify("neutron.security_group", str(it)) for it in given]

    def delete_port(self, port: str) -> None:
        """Delete one port, if it exists."""
        with suppress(CloudNotFound):
            self._network.delete(f"/ports/{port}")
        if port in self.recorded:
            self.record(it for it in self.recorded if it != port)

    def delete_ports(self) -> None:
        """Delete all ports that were created for the server."""
        if OWN_PORTS in self._resource.data:
            for port in sorted({*self.recorded, *(it["id"] for it in self.marked())}):
                self.delete_port(port)

    def find_ports(self) -> None:
        """Record the server's ports after a crash, and delete unused ones."""
        if OWN_PORTS in self._resource.data:
            marked = self.marked()
            self.record(it["id"] for it in marked if it["device_id"] == self._resource.resource_id)
            for left in marked:
                if not left["device_id"]:
                    self.delete_port(left["id"])

    # --- creation --------------------------------------------------------------------------------------------------

    def nics(self) -> list[Body] | str | None:
        """Return the networks of a new server in Nova's form; create ports and assign floating IPs."""
        if self.allocate:
            return self.allocate
        ports = self.make_ports([it for it in self.wanted if it.has_own_port])
        nics = []
        for each in self.wanted:
            port = each.port or ports.get(each.place)
            nic: Body = {"port": port} if port else {"uuid": each.network}
            if not port and each.address:
                nic["fixed_ip"] = each.address
            if each.tag:
                nic["tag"] = each.tag
            self.give_floating_ip(each, port)
            nics.append(nic)
        return nics or None

    def give_floating_ip(self, wanted: Wanted, port: str | None) -> None:
        """Associate the network's floating IP with a port."""
        if wanted.floating is None or port is None or self._floating_ips.get(wanted.floating) == port:
            return
        body = {"port_id": port, **({"fixed_ip_address": wanted.address} if wanted.address else {})}
        self._network.put(f"/floatingips/{wanted.floating}", {"floatingip": body})
        self._resource.data_set(FLOATING_IPS, {**self._floating_ips, wanted.floating: port})

    @property
    def _floating_ips(self) -> Mapping[str, str]:
        return self._resource.data.get(FLOATING_IPS) or {}

    def take_over(self) -> bool:
        """Take ports and addresses of the template from the replaced server; False if that can't help."""
        by_network: dict[str, list[str]] = {}
        for it in self.wanted:
            if it.address and it.network and not it.port:
                by_network.setdefault(it.network, []).append(it.address)
        freed = [free_addresses(self._resource, network, them) for network, them in by_network.items()]
        return self.take_over_ports() or any(freed)

    def take_over_ports(self) -> bool:
        """Detach the template's ports from the replaced server; return False if that can't free them.

        Nova refuses a port that another server has. Only the replaced server, which has the same resource name in the
        stack, may lose its ports.
        """
        ports, siblings = [it.port for it in self.wanted if it.port], self._resource.siblings
        holders = {it: self._network.get(f"/ports/{it}")["port"]["device_id"] for it in ports}
        taken = {port: server for port, server in holders.items() if server not in ("", self._resource.resource_id)}
        for server in taken.values():
            holder = siblings.by_reference(server) if siblings else None
            if holder is None or holder.name != self._resource.name:
                return False
        known = self._resource.data.get(TAKEN_OVER) or {}
        self._resource.data_set(TAKEN_OVER, {**known, **taken})  # in the database before the first port is detached
        for port, server in taken.items():
            if port in known:
                self._detach(server, port)
        return bool(ports)

    def give_back_ports(self, progress: Body) -> bool:
        """Return taken ports to their former server, once this one is gone, if a rollback has kept that server.

        :return: False if the next step has to try again
        """
        siblings, taken = self._resource.siblings, self._resource.data.get(TAKEN_OVER) or {}
        kept = {port: server for port, server in taken.items() if siblings and siblings.by_reference(server)}
        return all(
            is_given_back(
                self._resource,
                progress,
                f"port {port} of server {server}, which it had taken over,",
                partial(self._give_back, port, server),
            )
            for port, server in kept.items()
        )

    def _give_back(self, port: str, server: str) -> None:
        with suppress(CloudNotFound):
            if self._network.get(f"/ports/{port}")["port"]["device_id"] not in ("", self._resource.resource_id):
                return
            try:
                self._compute.post(f"/servers/{server}/os-interface", {"interfaceAttachment": {"port_id": port}})
            except CloudError:
                if self._compute.get(f"/servers/{server}")["server"].get(schema.TASK) != schema.DELETING:
                    raise

    # --- update ----------------------------------------------------------------------------------------------------

    def interfaces(self) -> list[Interface]:
        """Return the server's interfaces: Neutron's ports of the server, which Nova shows too."""
        server, own = str(self._resource.resource_id), set(self.recorded)
        tags: dict[str, str | None] = {}
        if any(it.tag for it in self.wanted):
            shown = self._compute.get(f"/servers/{server}/os-interface", microversion=TAGGED)
            tags = {it["port_id"]: it.get("tag") for it in shown["interfaceAttachments"]}
        ports = self._network.listed("/ports", "ports", params={"device_id": server})
        mark = tag_of(self._resource.uuid)
        return [
            Interface(
                it["id"],
                it["network_id"],
                tuple((fixed["subnet_id"], fixed["ip_address"]) for fixed in it["fixed_ips"]),
                it["mac_address"],
                tags.get(it["id"]),
                it["id"] in own or it.get("description") == mark,
            )
            for it in ports
        ]

    def rewire(self, progress: Body) -> bool:
        """Attach and detach interfaces until they match the template; return False while Nova is busy.

        All interfaces are replaced if they can't be compared, as in Heat: with ``allocate_network``, and without
        networks.
        """
        if any(it.has_own_port for it in self.wanted) and OWN_PORTS not in self._resource.data:
            self.record([])
            return False
        interfaces = self.interfaces()
        if self.allocate or not self.wanted:
            before = progress.setdefault("before", [it.port for it in interfaces])
            detach = [it.port for it in interfaces if it.port in before]
            attach: list[Wanted | None] = [None] if self.allocate != "none" and not interfaces else []
            kept: Mapping[int, Interface] = {}
        else:
            found = match(self.wanted, interfaces)
            detach, attach, kept = list(found.detach), list(found.attach), found.kept
            if self._resource.is_repeated:
                self._protect(kept)
        if detach:
            self._detach_all(detach, progress)
            return False
        for port in set(self.recorded) - {it.port for it in interfaces}:
            self.delete_port(port)
        if attach:
            self._attach_next(attach, progress)
            return False
        self._finish(kept)
        return True

    def _detach_all(self, ports: Iterable[str], progress: Body) -> None:
        sent = progress.setdefault("detached", [])
        for port in ports:
            if port not in sent:
                self._part_floating_ips(port)
                self._detach(str(self._resource.resource_id), port)
                sent.append(port)

    def _detach(self, server: str, port: str) -> None:
        with suppress(CloudNotFound):
            self._compute.delete(f"/servers/{server}/os-interface/{port}")

    def _part_floating_ips(self, port: str) -> None:
        for floating, has in self._floating_ips.items():
            if has == port:
                self._part(floating)

    def _part(self, floating: str) -> None:
        with suppress(CloudNotFound):
            self._network.put(f"/floatingips/{floating}", {"floatingip": {"port_id": None}})
        kept = {it: port for it, port in self._floating_ips.items() if it != floating}
        self._resource.data_set(FLOATING_IPS, kept)

    def _attach_next(self, attach: Sequence[Wanted | None], progress: Body) -> None:
        """Attach the first network that hasn't been requested yet; requested ones appear in the interfaces later."""
        asked = progress.setdefault("attached", [])
        for each in attach:
            place = -1 if each is None else each.place
            if place not in asked:
                try:
                    self._attach(each)
                except CloudConflict:  # in a rollback: the server that will be deleted has the port
                    if self._resource.is_in_use_too_long(progress) or not self.take_over_ports():
                        raise
                    return
                asked.append(place)
                return

    def _attach(self, wanted: Wanted | None) -> None:
        body: Body = {}
        if wanted is None:
            if self.allocate:
                body = {"net_id": self._only_network()}
        elif wanted.port or wanted.has_own_port:
            body = {"port_id": wanted.port or self.make_ports([wanted])[wanted.place]}
        else:
            body = {"net_id": wanted.network}
            if wanted.address:
                body["fixed_ips"] = [{"ip_address": wanted.address}]
        version = None
        if wanted is not None and wanted.tag:
            body["tag"], version = wanted.tag, ATTACHED_WITH_TAG
        sent = {"interfaceAttachment": body}
        place = f"/servers/{self._resource.resource_id}/os-interface"
        made = self._compute.post(place, sent, microversion=version)["interfaceAttachment"]
        if "port_id" not in body:
            self._give_groups(made["port_id"])

    def _give_groups(self, port: str) -> None:
        """Give the server's security groups to a port that Nova has created."""
        if groups := self.groups():
            self._network.put(f"/ports/{port}", {"port": {"security_groups": groups}})

    def _protect(self, kept: Mapping[int, Interface]) -> None:
        """Give the security groups to Nova's ports, of which an interrupted step may have attached one without them."""
        for each in self.wanted:
            if each.place in kept and not each.port and not each.has_own_port:
                self._give_groups(kept[each.place].port)

    def _only_network(self) -> str:
        """Return the project's network for ``auto``: its only network, or one that Neutron creates.

        :raises PhysicalResourceNameAmbiguity: if there are several
        """
        own = {"project_id": self._resource.project_id, "shared": "False", "admin_state_up": "True"}
        found = {it["id"] for it in self._network.listed("/networks", "networks", params=own)}
        found |= {it["id"] for it in self._network.listed("/networks", "networks", params={"shared": "True"})}
        if len(found) > 1:
            raise PhysicalResourceNameAmbiguity(name="allocate_network: auto")
        if found:
            return str(found.pop())
        topology = self._network.get(f"/auto-allocated-topology/{self._resource.project_id}")
        return str(topology["auto_allocated_topology"]["id"])

    def _finish(self, kept: Mapping[int, Interface]) -> None:
        """Set the wanted properties of ports, and assign floating IPs."""
        changed = [it for it in self.wanted if it.extra is not None and it.place in kept]
        seen = {}
        if changed:
            listed = self._network.listed("/ports", "ports", params={"device_id": self._resource.resource_id})
            seen = {it["id"]: it for it in listed}
        for each in changed:
            port = kept[each.place].port
            body = {name: it for name, it in self._extra(each).items() if seen.get(port, {}).get(name) != it}
            if body:
                self._network.put(f"/ports/{port}", {"port": body})
        floating = {it.floating for it in self.wanted}
        for gone in [it for it in self._floating_ips if it not in floating]:
            self._part(gone)
        for each in self.wanted:
            if each.place in kept:
                self.give_floating_ip(each, kept[each.place].port)

    # --- attributes ------------------------------------------------------------------------------------------------

    def by_name_and_id(self, by_name: Mapping[str, Any]) -> dict[str, Any]:
        """Return a map by network name with each entry also under the network's id, if the name is unique."""
        found = dict(by_name)
        for name in by_name:
            try:
                found[self._resource.identify("neutron.network", name)] = by_name[name]
            except (EntityNotFound, PhysicalResourceNameAmbiguity):
                continue
        return found

    def addresses(self) -> dict[str, Any]:
        """Return the attribute ``addresses``, from four of Neutron's lists."""
        ports = list(self._network.listed("/ports", "ports", params={"device_id": self._resource.resource_id}))
        if not ports:
            return {}
        networks = self._by_id("networks", {it["network_id"] for it in ports})
        subnets = self._by_id("subnets", {fixed["subnet_id"] for it in ports for fixed in it["fixed_ips"]})
        wanted = [("port_id", it["id"]) for it in ports]
        floating = list(self._network.listed("/floatingips", "floatingips", params=wanted))
        found: dict[str, list[Body]] = {}
        for port in ports:
            network = networks.get(port["network_id"])
            label = network["name"] if network else port["network_id"]
            shown = {"OS-EXT-IPS-MAC:mac_addr": port["mac_address"]}
            own = [subnets[it["subnet_id"]] for it in port["fixed_ips"] if it["subnet_id"] in subnets]
            for fixed in port["fixed_ips"]:
                address = fixed["ip_address"]
                version = 6 if ":" in address else 4
                outside = [it for it in floating if (it["port_id"], it["fixed_ip_address"]) == (port["id"], address)]
                more = {"port": port["id"], "subnets": own, "network": network}
                rows = [
                    {"addr": it["floating_ip_address"], "OS-EXT-IPS:type": "floating", "port": None} for it in outside
                ]
                rows.append({"addr": address, "OS-EXT-IPS:type": "fixed", **more})
                found.setdefault(label, []).extend({**shown, "version": version, **row} for row in rows)
        return self.by_name_and_id(found)

    def _by_id(self, collection: str, ids: set[str]) -> dict[str, Body]:
        query = [("id", it) for it in sorted(ids)]
        things = self._network.listed(f"/{collection}", collection, params=query) if ids else ()
        return {it["id"]: it for it in things}
