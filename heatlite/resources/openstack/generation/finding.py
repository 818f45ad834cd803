"""Find the things in what a project has: what is its users' own, and not what the services make by themselves. Pure.

::

    left out                                       because
    the group "default"                            Neutron makes one for each project
    the two rules for all outgoing traffic         Neutron gives them to each new group
    ports of DHCP, gateways and other services     the services make and delete them
    ports that Nova made for a server              networks of the server: Nova deletes them with it
    a volume that Nova deletes with its server     a device of the server, made from the same image
    what is broken, or being made or deleted       a note says so

Whether Nova or a user has made a server's port, no service tells. A port without a name, a description and tags that is
younger than its server is Nova's. Any other is a user's: if Nova deletes it with the server, its own deletion finds
nothing left to do. So one that a floating IP leads to is taken for a user's, because the address has to name it, and
one that needs security groups beside a port that is a user's.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from heatlite.resources.openstack.generation import things
from heatlite.resources.openstack.generation.things import Body, Existing, Kind, Note, Thing
from heatlite.resources.openstack.neutron.security_group import DEFAULT_EGRESS, EGRESS, REMOTE_GROUP, key_of
from heatlite.resources.openstack.sights import is_mark
from heatlite.resources.openstack.states import State

DEFAULT = "default"
"""The name of the group that Neutron makes for each project."""
INTERFACES = (
    "network:router_interface",
    "network:router_interface_distributed",
    "network:ha_router_replicated_interface",
)
OF_SERVERS = "compute:"
OF_USERS = ("", "trunk:subport", "baremetal:none")
"""Owners of ports that users have made."""
AT_REST = frozenset({"available", "in-use"})
NOT_THERE_YET = frozenset({"BUILD", "DELETED", "SOFT_DELETED"})
DEFAULTS = frozenset(key_of(it) for it in DEFAULT_EGRESS)
FIRST_DISKS = ("vda", "sda", "xvda", "hda")


@dataclass(frozen=True)
class Interface:
    """One of a server's interfaces. ``is_novas``: Nova has made its port."""

    port: Body
    is_novas: bool


@dataclass(frozen=True)
class Found:
    """The things, in the order of the template, and what is to be told."""

    things: tuple[Thing, ...]
    notes: tuple[Note, ...]
    default_group: str = ""
    """The id of the group ``default``; empty: there is none."""


def find(existing: Existing) -> Found:
    """Return the things in what a project has."""
    return _Finder(existing).found()


class _Finder:
    def __init__(self, existing: Existing) -> None:
        self._existing = existing
        self._notes: list[Note] = []
        self._servers = {it["id"]: it for it in existing.servers}
        self._volumes = {it["id"]: it for it in existing.volumes}
        self._subnets = {it["id"]: it for it in existing.subnets}
        self._default = next((it["id"] for it in existing.groups if it["name"] == DEFAULT), "")
        self._ports_of: dict[str, list[Body]] = {}
        for port in existing.ports:
            self._ports_of.setdefault(str(port.get("device_id")), []).append(port)
        named = {it["port_id"] for it in existing.floating_ips if it.get("port_id")}
        self._novas = {port for it in existing.servers for port in self._as_networks(it, named)}

    def found(self) -> Found:
        servers = tuple(self._all_servers())
        absorbed = {it.more["root"] for it in servers if it.more.get("is_absorbed")}
        every = (
            *self._networks(),
            *self._simple(things.SUBNET, self._existing.subnets, owner="network_id"),
            *self._simple(things.ROUTER, self._existing.routers),
            *self._ports(),
            *self._groups(),
            *self._keys(),
            *self._all_volumes(absorbed),
            *servers,
            *self._attachments(servers, absorbed),
            *self._floating_ips(),
        )
        place = {kind: at for at, kind in enumerate(things.KINDS)}
        ordered = sorted(every, key=lambda it: (place[it.kind], it.name, it.id))
        return Found(tuple(ordered), tuple(self._notes), self._default)

    def _tell(self, kind: Kind, body: Body, reason: str) -> None:
        thing = f"{kind.word.replace('_', ' ')} {body.get('name') or ''}".strip()
        self._notes.append(Note(thing, str(body.get("id") or body.get("name")), reason))

    def _is_whole(self, kind: Kind, body: Body) -> bool:
        states = kind.plugin.states
        if states is not None and states.of(body) is State.FAILED:
            self._tell(kind, body, f"its status is {body[states.field]}")
            return False
        return True

    def _simple(self, kind: Kind, bodies: Iterable[Body], owner: str = "") -> Iterator[Thing]:
        for body in bodies:
            if self._is_whole(kind, body):
                yield Thing(kind, body["id"], body.get("name") or "", body, body[owner] if owner else "")

    # --- network ---------------------------------------------------------------------------------------------------

    def _networks(self) -> Iterator[Thing]:
        for thing in self._simple(things.NETWORK, self._existing.networks):
            if thing.body.get("router:external"):
                self._tell(things.NETWORK, thing.body, "it is external; only administrators make such networks")
            else:
                yield thing

    def _ports(self) -> Iterator[Thing]:
        """Yield users' ports, and the interfaces of routers."""
        routers = {it["id"] for it in self._existing.routers}
        for port in self._existing.ports:
            owner = str(port.get("device_owner") or "")
            if owner in INTERFACES:
                if port["device_id"] in routers:
                    yield from self._interfaces(port)
            elif owner.startswith(OF_SERVERS):
                if port["id"] not in self._novas:
                    yield from self._port(port, port["device_id"])
            elif owner in OF_USERS:
                yield from self._port(port)
            elif not owner.startswith("network:"):
                self._tell(things.PORT, port, f"it belongs to {owner}")

    def _port(self, port: Body, owner: str = "") -> Iterator[Thing]:
        if self._is_whole(things.PORT, port):
            yield Thing(things.PORT, port["id"], port.get("name") or "", port, owner)

    def _interfaces(self, port: Body) -> Iterator[Thing]:
        """Yield a router's interface on each subnet of its port, or the interface and its port if a user made that."""
        router, fixed = port["device_id"], port.get("fixed_ips") or []
        gateways = {it["subnet_id"]: (self._subnets.get(it["subnet_id"]) or {}).get("gateway_ip") for it in fixed}
        if port.get("name") or any(it["ip_address"] != gateways[it["subnet_id"]] for it in fixed):
            yield from self._port(port, router)
            parts = {"port_id": port["id"]}
            yield Thing(things.INTERFACE, f"{router}:port_id={port['id']}", "", {"router_id": router, **parts}, router)
            return
        for each in fixed:
            parts = {"subnet_id": each["subnet_id"]}
            place = f"{router}:subnet_id={each['subnet_id']}"
            yield Thing(things.INTERFACE, place, "", {"router_id": router, **parts}, router)

    def _groups(self) -> Iterator[Thing]:
        """Yield the groups, and their rules where a group can't have them among its own properties."""
        cyclic = in_a_circle(self._existing.groups)
        for body in self._existing.groups:
            rules = own_rules(body["security_group_rules"])
            if body["name"] == DEFAULT:
                if any(key_of(it) not in DEFAULTS and it.get(REMOTE_GROUP) != body["id"] for it in rules):
                    reason = "Neutron makes it; rules that were added to it aren't in the template"
                    self._tell(things.GROUP, body, reason)
                continue
            is_inline = body["id"] not in cyclic and all(map(is_plain, rules)) and not lacks_egress(body)
            yield Thing(things.GROUP, body["id"], body["name"], body, more={"rules": rules if is_inline else None})
            if is_inline:
                continue
            for rule in rules:
                if key_of(rule) not in DEFAULTS:
                    yield from self._rule(body, rule)
            if DEFAULTS - {key_of(it) for it in body["security_group_rules"]}:
                reason = "a group made of the template would have Neutron's two rules for outgoing traffic, too"
                self._tell(things.GROUP, body, reason)

    def _rule(self, group: Body, rule: Body) -> Iterator[Thing]:
        if is_plain(rule) and rule.get("protocol") is not None:
            yield Thing(things.RULE, rule["id"], "", rule, group["id"])
            return
        reason = "it is for every protocol" if is_plain(rule) else "its remote side is a group of addresses"
        self._tell(things.RULE, {**rule, "name": f"of {group['name']}"}, f"{reason}, and such a rule is no resource")

    def _floating_ips(self) -> Iterator[Thing]:
        for thing in self._simple(things.FLOATING_IP, self._existing.floating_ips):
            if thing.tags:
                self._tell(things.FLOATING_IP, thing.body, "the type has no property for its tags")
            if thing.body.get("port_forwardings"):
                self._tell(things.FLOATING_IP, thing.body, "its port forwardings aren't in the template")
            yield Thing(thing.kind, thing.id, thing.body["floating_ip_address"], thing.body)

    # --- compute and storage ---------------------------------------------------------------------------------------

    def _keys(self) -> Iterator[Thing]:
        for body in self._existing.keys:
            yield Thing(things.KEY, body["name"], body["name"], body)

    def _all_servers(self) -> Iterator[Thing]:
        for body in self._existing.servers:
            if not self._is_whole(things.SERVER, body):
                continue
            own = in_order(body, self._ports_of.get(body["id"], ()))
            interfaces = tuple(Interface(it, it["id"] in self._novas) for it in own)
            more = {"interfaces": interfaces, **self._root_of(body)}
            if (reason := self._why_not(body, more)) is not None:
                self._tell(things.SERVER, body, reason)
                continue
            yield Thing(things.SERVER, body["id"], body["name"], body, more=more)

    def _as_networks(self, server: Body, named: Container[str]) -> set[str]:
        """Return the ids of the ports that Nova has made for a server, as far as it can have networks in their place.

        :param named: the ids of ports that floating IPs lead to
        """
        ports = self._ports_of.get(server["id"], [])
        novas = [it for it in ports if it["id"] not in named and is_novas(it, server)]
        groups = {tuple(sorted(it.get("security_groups") or ())) for it in novas}
        if len(novas) < len(ports) or len(groups) > 1:  # groups can't be said of a server that is given a port
            novas = [it for it in novas if list(it.get("security_groups") or ()) == [self._default]]
        return {it["id"] for it in novas}

    def _why_not(self, body: Body, more: Body) -> str | None:
        if body["status"] in NOT_THERE_YET or body.get("OS-EXT-STS:task_state") == "deleting":
            return f"its status is {body['status']}"
        if body["flavor"]["id"] not in self._existing.flavors:
            return f"its flavor {body['flavor']['id']} doesn't exist any more"
        image = image_of(body)
        if image and image not in self._existing.images:
            return f"its image {image} doesn't exist any more"
        return None if image or more.get("root") else "what it boots from isn't known"

    def _root_of(self, body: Body) -> Body:
        """Return the volume that a server without an image boots from, and whether it is a device of the server."""
        attached = {it["id"]: it for it in body.get("os-extended-volumes:volumes_attached") or ()}
        there = [self._volumes[it] for it in attached if it in self._volumes]
        bootable = [it for it in there if str(it.get("bootable")).lower() == "true"]
        firsts = [it for it in there if device_of(it, body["id"]).rsplit("/", 1)[-1] in FIRST_DISKS]
        if image_of(body) or not (firsts or bootable):
            return {}
        root = (firsts or bootable)[0]
        deletes = bool(attached[root["id"]].get("delete_on_termination"))
        is_absorbed = deletes and image_in(root) in self._existing.images
        return {"root": root["id"], "volume": root, "deletes": deletes, "is_absorbed": is_absorbed}

    def _all_volumes(self, absorbed: set[str]) -> Iterator[Thing]:
        for body in self._existing.volumes:
            if body["id"] in absorbed:
                continue
            if body["status"] not in AT_REST:
                self._tell(things.VOLUME, body, f"its status is {body['status']}")
                continue
            if body.get("snapshot_id"):
                self._tell(things.VOLUME, body, "a volume made of the template wouldn't be made of the same snapshot")
            elif image_in(body) and image_in(body) not in self._existing.images:
                self._tell(things.VOLUME, body, "its image doesn't exist; a volume made of the template would be empty")
            yield Thing(things.VOLUME, body["id"], body.get("name") or "", body)

    def _attachments(self, servers: Sequence[Thing], absorbed: set[str]) -> Iterator[Thing]:
        for server in servers:
            for each in server.body.get("os-extended-volumes:volumes_attached") or ():
                volume = self._volumes.get(each["id"])
                if volume is None or each["id"] in absorbed or each["id"] == server.more.get("root"):
                    continue
                body = {"server_id": server.id, "volumeId": each["id"]}
                yield Thing(things.ATTACHMENT, each["id"], f"{server.name}_{volume.get('name') or ''}", body, server.id)


def image_of(server: Body) -> str:
    """Return the id of a server's image; empty if it boots from a volume."""
    return str((server.get("image") or {}).get("id") or "")


def image_in(volume: Body) -> str:
    """Return the id of the image that a volume was made of; empty: none."""
    return str((volume.get("volume_image_metadata") or {}).get("image_id") or "")


def device_of(volume: Body, server: str) -> str:
    """Return the device by which a server has a volume."""
    own = (it for it in volume.get("attachments") or () if it["server_id"] == server)
    return next((str(it.get("device") or "") for it in own), "")


def is_novas(port: Body, server: Body) -> bool:
    """Tell whether Nova has made a server's port, as far as that can be known."""
    description = port.get("description") or ""
    is_bare = not (port.get("name") or port.get("tags") or (description and not is_mark(description)))
    return is_bare and str(port.get("created_at") or "") > str(server.get("created") or "9")


def in_order(server: Body, ports: Iterable[Body]) -> list[Body]:
    """Return a server's ports in the order in which Nova shows their addresses."""
    shown = [it.get("OS-EXT-IPS-MAC:mac_addr") for them in (server.get("addresses") or {}).values() for it in them]
    places = {mac: at for at, mac in reversed(list(enumerate(shown)))}
    return sorted(ports, key=lambda it: (places.get(it.get("mac_address"), len(shown)), it["id"]))


# --- rules ------------------------------------------------------------------------------------------------------------


def lacks_egress(group: Body) -> bool:
    """Tell whether a group has no rule for outgoing traffic. A type with none in its properties adds Neutron's two."""
    return not any(it["direction"] == EGRESS for it in group["security_group_rules"])


def own_rules(rules: Sequence[Body]) -> list[Body]:
    """Return a group's rules without the two that Neutron gives to each new group, unless there are others like them.

    A group whose properties have a rule for outgoing traffic has only these.
    """
    leaving = {key_of(it) for it in rules if it["direction"] == EGRESS}
    found = [it for it in rules if not (leaving == DEFAULTS and key_of(it) in DEFAULTS)]
    return sorted(found, key=lambda it: tuple(str(part or "") for part in key_of(it)))


def is_plain(rule: Body) -> bool:
    """Tell whether a rule is one that the types know."""
    return not rule.get("remote_address_group_id")


def in_a_circle(groups: Sequence[Body]) -> set[str]:
    """Return the ids of groups whose rules lead over other groups back to themselves."""
    known = {it["id"] for it in groups}
    leads = {
        it["id"]: {rule.get(REMOTE_GROUP) for rule in it["security_group_rules"]} & known - {it["id"]} for it in groups
    }
    return {it for it in leads if it in reached(leads.__getitem__, leads[it])}


def reached(leads: Callable[[Any], Iterable[Any]], start: Iterable[Any]) -> set[Any]:
    """Return what is reached from these, and these."""
    found: set[Any] = set()
    left = list(start)
    while left:
        one = left.pop()
        if one not in found:
            found.add(one)
            left.extend(leads(one))
    return found
