"""OS::Zun::Container: a container that runs.

The networks of a container change one by one, in the settling after a change::

    what it is in and shouldn't be    POST network_detach
    what it should be in and isn't    POST network_attach    only once the former are gone
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from heatlite.exception import ResourceInError, StackValidationFailed
from heatlite.resources.openstack.base import Body, CloudResource
from heatlite.resources.openstack.fields import custom, flag, integer, listed, mapped, number, text
from heatlite.resources.openstack.marks import InName
from heatlite.resources.openstack.states import states
from heatlite.resources.schema import Attribute, CacheMode, Property, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues

COMMAND, POLICY, MOUNTS, NETWORKS, INTERACTIVE, TTY = (
    "command",
    "restart_policy",
    "mounts",
    "networks",
    "interactive",
    "tty",
)
NETWORK, PORT, ADDRESS = "network", "port", "fixed_ip"
VOLUME, SIZE, PLACE = "volume_id", "volume_size", "mount_path"
ASKED = "asked"
"""The key of a progress: the change of the networks that Zun was asked for last."""
VERSION = "1.36"
"""Of the API: Zun's release Train, in which a terminal and an input are two things."""
POLICIES = ("no", "always", "unless-stopped", "on-failure")


class Container(CloudResource):
    """A container that runs an image."""

    service, path, key, list_key, is_bare = "application_container", "/containers", "container", "containers", True
    mark, update_method, is_gone_at_once = InName(filtered=False), "PATCH", False
    states = states(good="Running Stopped", pending="Creating Created", failed="Error Dead")
    support_status = SupportStatus(version="9.0.0")
    properties_schema = {
        "name": text("The name of the container.", update_allowed=True),
        "image": text("The image.", required=True),
        COMMAND: Property(Type.STRING, "The command, as in a shell."),
        "cpu": number("The number of processors.", update_allowed=True),
        "memory": integer("The memory, in MB.", update_allowed=True),
        "environment": mapped("The variables of the environment."),
        "workdir": text("The directory that the command runs in."),
        "labels": mapped("The labels of the container."),
        "image_pull_policy": text(
            "When the image is fetched.", constraints=(AllowedValues(("ifnotpresent", "always", "never")),)
        ),
        POLICY: Property(Type.STRING, "When it is started again: no, always, unless-stopped or on-failure[:times]."),
        INTERACTIVE: flag("Whether its input stays open."),
        TTY: flag("Whether it has a terminal."),
        "image_driver": text("Where the image is.", constraints=(AllowedValues(("docker", "glance")),)),
        "hints": mapped("Hints for the scheduler."),
        "hostname": text("The name of the host in the container."),
        "security_groups": listed("The security groups.", default=[]),
        MOUNTS: Property(
            Type.LIST,
            "The volumes.",
            schema=Property(
                Type.MAP,
                "A volume that exists, or a new one of a size.",
                schema={
                    VOLUME: Property(Type.STRING, "The volume.", constraints=custom("cinder.volume")),
                    SIZE: Property(Type.INTEGER, "The size of a new volume, in GB."),
                    PLACE: Property(Type.STRING, "Where it is in the container.", required=True),
                },
            ),
        ),
        NETWORKS: Property(
            Type.LIST,
            "The networks.",
            update_allowed=True,
            schema=Property(
                Type.MAP,
                "A network or a port.",
                schema={
                    NETWORK: Property(Type.STRING, "The network.", constraints=custom("neutron.network")),
                    ADDRESS: Property(Type.STRING, "The address in the network.", constraints=custom("ip_addr")),
                    PORT: Property(Type.STRING, "The port.", constraints=custom("neutron.port")),
                },
            ),
        ),
    }
    attributes_schema = {
        "name": Attribute("The name of the container.", Type.STRING),
        "addresses": Attribute("The addresses, by the names and ids of networks.", Type.MAP, CacheMode.NONE),
    }

    @property
    def sent(self) -> dict[str, Any]:
        """The API's version, by the name of the service that Zun knows."""
        return {"headers": {"OpenStack-API-Version": f"container {VERSION}"}}

    # --- properties ------------------------------------------------------------------------------------------------

    def validate(self) -> None:
        """Refuse a policy that there isn't, and mounts and networks that contradict themselves.

        :raises StackValidationFailed: saying what is wrong
        """
        if self.known(POLICY) and self.properties[POLICY] and restart_policy(self.properties[POLICY]) is None:
            raise self.properties_error(
                f'restart_policy "{self.properties[POLICY]}" is invalid. Valid values are "no", '
                '"on-failure[:max-retry]", "always", and "unless-stopped".'
            )
        for mount in self.properties[MOUNTS] or () if self.known(MOUNTS) else ():
            if mount[VOLUME] is None and mount[SIZE] is None:
                raise self.properties_error(
                    f'One of the properties "{VOLUME}" or "{SIZE}" should be set for the specified mount of container '
                    f'"{self.name}".'
                )
            if mount[VOLUME] and mount[SIZE]:
                raise self._at_once(f"{MOUNTS}/{VOLUME}, {MOUNTS}/{SIZE}")
        for each in self.properties[NETWORKS] or () if self.known(NETWORKS) else ():
            if each[NETWORK] is None and each[PORT] is None:
                message = f"At least one of the following properties must be specified: {NETWORK}, {PORT}."
                raise self.properties_error(message)
            if each[ADDRESS] and each[PORT] is not None:
                raise self._at_once(f"{NETWORKS}.{ADDRESS}, {NETWORKS}.{PORT}")

    def _at_once(self, names: str) -> StackValidationFailed:
        return self.properties_error(f"Cannot define the following properties at the same time: {names}.")

    # --- the container ---------------------------------------------------------------------------------------------

    def extra_body(self, body: Body) -> Body:
        """Return a body with the command, the policy, the mounts and the networks as Zun has them."""
        given = self.properties
        if given[INTERACTIVE] is not None and given[TTY] is None:
            body[TTY] = given[INTERACTIVE]  # as in the version of the API that Heat uses without a terminal
        if given[COMMAND]:
            body[COMMAND] = shlex.split(given[COMMAND])
        if given[POLICY]:
            body[POLICY] = restart_policy(given[POLICY])
        if given[MOUNTS]:
            body[MOUNTS] = [mounted(it) for it in given[MOUNTS]]
        if given[NETWORKS]:
            body["nets"] = [connected(it) for it in self._wanted()]
        return body

    def create(self, body: Body) -> Body:
        """Send the creation of a container that runs at once."""
        return dict(self.api.post(f"{self.path}/", body, params={"run": "true"}, **self.sent))

    def id_in(self, body: Mapping[str, Any]) -> str:
        """Return the container's id."""
        return str(body["uuid"])

    def is_ready(self) -> bool:
        """Tell whether the container runs, or has come to its end.

        :raises ResourceInError: if an interactive one has stopped, or it is broken
        """
        if not super().is_ready():
            return False
        if self.seen()["status"] == "Stopped" and self.seen().get(INTERACTIVE):
            reason = "interactive mode was enabled but the container has stopped running"
            raise ResourceInError(resource_status="Stopped", status_reason=reason)
        return True

    def fault_of(self, body: Mapping[str, Any]) -> str:
        """Return Zun's reason."""
        return str(body.get("status_reason") or "Unknown")

    def delete(self, thing_id: str) -> None:
        """Send the deletion; a container that runs is stopped."""
        self.api.delete(self.place(thing_id), params={"stop": "true"}, **self.sent)

    def is_broken_in_deletion(self, body: Mapping[str, Any]) -> bool:
        """Return False: a container that was broken before shows that until it is gone."""
        return False

    # --- networks --------------------------------------------------------------------------------------------------

    def _wanted(self) -> list[Body]:
        """Return the networks of the template by their ids."""
        found = []
        for each in self.properties[NETWORKS] or ():
            if each[PORT] is not None:
                found.append({PORT: self.identify("neutron.port", each[PORT])})
            else:
                address = {ADDRESS: each[ADDRESS]} if each[ADDRESS] else {}
                found.append({NETWORK: self.identify("neutron.network", each[NETWORK]), **address})
        return found

    def settle(self, progress: Any) -> bool:
        """After a change of the networks, detach one of those that are too many, or attach one that is missing."""
        if NETWORKS not in ((progress or {}).get("changed") or ()):
            return True
        there = list(self.api.get(f"{self.one}/network_list", **self.sent)["networks"])
        missing = []
        for wanted in self._wanted():
            found = next((it for it in there if is_same(wanted, it)), None)
            if found is None:
                missing.append(wanted)
            else:
                there.remove(found)
        if there:
            return self._connect(progress, "detach", {PORT: there[0]["port_id"]})
        return self._connect(progress, "attach", missing[0]) if missing else True

    def _connect(self, progress: Body, action: str, query: Body) -> bool:
        """Ask for a change of the networks, unless that was done: Zun makes it some time after the answer.

        If this step may have asked before it was interrupted, it asks again only after some time without the change.
        """
        change, since = progress.get(ASKED) or (None, 0.0)
        if change != [action, query] or self.now() - since >= self.in_use_seconds:
            if not self.is_repeated:
                self.api.post(f"{self.one}/network_{action}", params=query, **self.sent)
            progress[ASKED] = [[action, query], self.now()]
        return False

    def attribute_of(self, name: str, body: Mapping[str, Any]) -> Any:
        """Return an attribute; the addresses also by the names of networks."""
        if name != "addresses":
            return super().attribute_of(name, body)
        found = dict(body.get(name) or {})
        names = (
            {it["id"]: it["name"] for it in self.cloud.api("network").listed("/networks", "networks")} if found else {}
        )
        return {**found, **{names[it]: found[it] for it in found if names.get(it)}}


def restart_policy(given: str) -> Body | None:
    """Return a policy as Zun has it; None if there is no such policy."""
    name, colon, times = given.partition(":")
    if name not in POLICIES or (colon and name != "on-failure"):
        return None
    return {"Name": name, "MaximumRetryCount": times or "0"}


def mounted(given: Mapping[str, Any]) -> Body:
    """Return a mount as Zun has it."""
    source = {"source": given[VOLUME]} if given[VOLUME] else {}
    size = {"size": given[SIZE]} if given[SIZE] else {}
    return {"destination": given[PLACE], **source, **size}


def connected(given: Body) -> Body:
    """Return a network of a new container as Zun has it."""
    if ADDRESS not in given:
        return given
    return {NETWORK: given[NETWORK], f"v{ip_address(given[ADDRESS]).version}-fixed-ip": given[ADDRESS]}


def is_same(wanted: Body, interface: Mapping[str, Any]) -> bool:
    """Tell whether a container's interface is one that the template has."""
    if PORT in wanted:
        return bool(interface["port_id"] == wanted[PORT])
    addresses = {it["ip_address"] for it in interface["fixed_ips"]}
    return interface["net_id"] == wanted[NETWORK] and (ADDRESS not in wanted or wanted[ADDRESS] in addresses)
