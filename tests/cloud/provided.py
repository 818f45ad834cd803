"""What templates of other people name on a cloud: made where it is missing, and removed at the end.

A template is tried. The engine says what it names that isn't there ("The Image (fedora) could not be found"); that is
made, and the template is tried again. So a template runs unchanged, with its own defaults.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.cloud.left import everything
from tests.cloud.reached import Reached
from tests.waiting import PATIENCE, wait_until

MISSING = re.compile(
    r"The (Image|Flavor|Key|network|subnet|security_group|VolumeType|Volume) \((.+)\) could not be found"
)
NETWORKS = ("network", "subnet")
OUTSIDE = re.compile(r"pub|ext|float|provider|^nova$|^net04_ext$", re.IGNORECASE)
"""Names that people give to external networks."""
ADDRESS = re.compile(r"^(?!\S*(net|port)).*floating.?ip", re.IGNORECASE)
"""The name and the description of a parameter that is an address: neither its network nor its port."""
BY_CONSTRAINT = {
    "glance.image": "cirros",
    "nova.flavor": "m1.small",
    "nova.keypair": "default",
    "neutron.subnet": "private-subnet",
    "neutron.security_group": "default",
    "cinder.volume": "existing",
    "cinder.vtype": "__DEFAULT__",
}
BY_NAME = (
    (r"pass", "Plain123"),
    (r"(instance|server|vm)_?(uu)?id$", "server"),
    (r"server.?group|affinity|schedul", "friends"),
    (r"image", "cirros"),
    (r"flavor|instance_?type", "m1.small"),
    (r"key", "default"),
    (r"subnet.*cidr|cidr", "10.77.0.0/24"),
    (r"gateway", "10.77.0.1"),
    (r"subnet", "private-subnet"),
    (r"net", "private"),
    (r"sec.*(group|grp)", "default"),
    (r"vol.*size|size", "1"),
    (r"vol", "existing"),
    (r"zone", "nova"),
    (r"url", "http://127.0.0.1/"),
    (r"mac", "fa:16:3e:11:22:33"),
    (r"(^|_)ips?\d*($|_)|addr|(^|_)(start|end)$", "10.77.0.9"),
    (r"count|num|port$|min|max|capacity", "1"),
)
"""Parts of a parameter's name → a value of this cloud."""
BY_TYPE: Mapping[str, Any] = {"number": 1, "boolean": True, "comma_delimited_list": "4,5,6", "json": {}}


def value_for(name: str, schema: Mapping[str, Any]) -> Any:
    """Return a value of this cloud for a parameter without a default."""
    constraints = schema.get("constraints") or []
    for constraint in constraints:
        if "allowed_values" in constraint:
            return constraint["allowed_values"][0]
    if schema.get("AllowedValues"):
        return schema["AllowedValues"][0]
    kind = str(schema.get("type") or schema.get("Type") or "string").lower()
    if kind in BY_TYPE:
        return BY_TYPE[kind]
    is_outside = OUTSIDE.search(name) is not None
    if ADDRESS.search(f"{name} {schema.get('description') or schema.get('Description') or ''}"):
        return "floating"
    for constraint in constraints:
        custom = constraint.get("custom_constraint")
        if custom == "neutron.network":
            return "public" if is_outside else "private"
        if custom in BY_CONSTRAINT:
            return BY_CONSTRAINT[custom]
    for part, value in BY_NAME:
        if re.search(part, name, re.IGNORECASE):
            return "public" if value == "private" and is_outside else value
    return "plain123"


def values_for(template: Mapping[str, Any], provided: Provided) -> dict[str, Any]:
    """Return values for all parameters without a default. Where a name won't do, it is an id."""
    declared = template.get("parameters") or template.get("Parameters") or {}
    wanted = {name: it for name, it in declared.items() if not {"default", "Default"} & it.keys()}
    values = {name: value_for(name, it) for name, it in wanted.items()}
    return {name: provided.ids.get(value, value) if isinstance(value, str) else value for name, value in values.items()}


class Provided:
    """What is made for templates, in the project ``demo`` or for all."""

    def __init__(self, cloud: Reached) -> None:
        self._admin, self._demo = cloud.services("admin", "admin"), cloud.services()
        self._made: list[Callable[[], object]] = []
        self._networks: list[Callable[[], object]] = []
        self._known: set[tuple[str, str]] = set()
        self._numbers = itertools.cycle(range(100, 200))
        self._cloud = cloud
        self.ids: dict[str, str] = {}
        self.seen: dict[str, set[str]] | None = None
        self._server_group()
        self._floating_ip()
        self._server()
        self.provide("Key", "default")
        self.provide("Volume", "existing")

    def provide_missing(self, refusal: str) -> bool:
        """Make what an engine says is missing; False where that is something else, or was made already."""
        found = MISSING.search(refusal)
        if found is None or found.groups() in self._known:
            return False
        self.provide(found[1], found[2])
        return True

    def provide(self, kind: str, name: str) -> None:
        """Make one thing."""
        self._known.add((kind, name))
        self.seen = None
        {
            "Image": self._image,
            "Flavor": self._flavor,
            "Key": self._key,
            "network": self._network,
            "subnet": self._subnet,
            "security_group": self._group,
            "VolumeType": self._volume_type,
            "Volume": self._volume,
        }[kind](name)

    def everything(self) -> dict[str, set[str]]:
        """Return what there is at the services: what was seen last, unless something was made since."""
        if self.seen is None:
            self.seen = everything(self._cloud)
        return self.seen

    def remove_networks(self) -> None:
        """Remove the networks: a server without a network gets the project's, if it has only one."""
        if self._networks:
            self._known = {it for it in self._known if it[0] not in NETWORKS}
            self.seen = None
        while self._networks:
            self._networks.pop()()

    def remove(self) -> None:
        """Remove all, the newest first."""
        self.remove_networks()
        for undo in reversed(self._made):
            undo()

    def _server_group(self) -> None:
        api = self._demo.api("compute")
        sent = {"server_group": {"name": "friends", "policies": ["soft-affinity"]}}
        group = api.post("/os-server-groups", sent, microversion="2.15")["server_group"]["id"]
        self.ids["friends"] = group
        self._made.append(lambda: api.delete(f"/os-server-groups/{group}"))

    def _server(self) -> None:
        api, names = self._demo.api("compute"), self._demo.names
        size, image = names.id_of("nova.flavor", "m1.tiny"), names.id_of("glance.image", "cirros")
        wanted = {"name": "existing", "flavorRef": size, "imageRef": image, "networks": "none"}
        server = self.ids["server"] = api.post("/servers", {"server": wanted}, microversion="2.37")["server"]["id"]
        active = lambda: api.get(f"/servers/{server}")["server"]["status"] == "ACTIVE"  # noqa: E731
        wait_until(active, PATIENCE, "the server")
        self._made.append(lambda: api.delete(f"/servers/{server}"))

    def _floating_ip(self) -> None:
        """Make an address, and the way from there to the ports on ``private``."""
        api = self._demo.api("network")
        outside, inside = (
            self._demo.names.id_of(f"neutron.{kind}", name)
            for kind, name in (("network", "public"), ("subnet", "private-subnet"))
        )
        sent = {"router": {"external_gateway_info": {"network_id": outside}}}
        router = api.post("/routers", sent)["router"]["id"]
        self._made.append(lambda: api.delete(f"/routers/{router}"))
        joined = {"subnet_id": inside}
        api.put(f"/routers/{router}/add_router_interface", joined)
        self._made.append(lambda: api.put(f"/routers/{router}/remove_router_interface", joined))
        made = api.post("/floatingips", {"floatingip": {"floating_network_id": outside}})["floatingip"]
        self.ids["floating"] = made["floating_ip_address"]
        self._made.append(lambda: api.delete(f"/floatingips/{made['id']}"))

    def _image(self, name: str) -> None:
        form = {"disk_format": "raw", "container_format": "bare", "visibility": "public"}
        image = self._admin.client("image").create_image(name, data=b"\0" * 512, **form).id
        self._made.append(lambda: self._admin.api("image").delete(f"/images/{image}"))

    def _flavor(self, name: str) -> None:
        api = self._admin.api("compute")
        flavor = api.post("/flavors", {"flavor": {"name": name, "ram": 512, "vcpus": 1, "disk": 1}})["flavor"]["id"]
        self._made.append(lambda: api.delete(f"/flavors/{flavor}"))

    def _key(self, name: str) -> None:
        for of_user in (self._demo, self._admin):
            api = of_user.api("compute")
            api.post("/os-keypairs", {"keypair": {"name": name}})
            self._made.append(lambda api=api: api.delete(f"/os-keypairs/{name}"))  # type: ignore[misc]

    def _network(self, name: str) -> None:
        is_outside = OUTSIDE.search(name) is not None
        api = (self._admin if is_outside else self._demo).api("network")
        number = next(self._numbers)
        outside = {"router:external": True, "provider:network_type": "flat", "provider:physical_network": f"p{number}"}
        network = api.post("/networks", {"network": {"name": name, **(outside if is_outside else {})}})["network"]["id"]
        subnet = {"network_id": network, "ip_version": 4, "cidr": f"172.{number - 70}.0.0/16"}
        api.post("/subnets", {"subnet": subnet})
        self._networks.append(lambda: api.delete(f"/networks/{network}"))

    def _subnet(self, name: str) -> None:
        api, number = self._demo.api("network"), next(self._numbers)
        network = api.post("/networks", {"network": {"name": f"of-{name}"}})["network"]["id"]
        subnet = {"network_id": network, "ip_version": 4, "cidr": f"10.{number}.0.0/24", "name": name}
        api.post("/subnets", {"subnet": subnet})
        self._networks.append(lambda: api.delete(f"/networks/{network}"))

    def _group(self, name: str) -> None:
        api = self._demo.api("network")
        group = api.post("/security-groups", {"security_group": {"name": name}})["security_group"]["id"]
        self._made.append(lambda: api.delete(f"/security-groups/{group}"))

    def _volume_type(self, name: str) -> None:
        api = self._admin.api("block_storage")
        kind = api.post("/types", {"volume_type": {"name": name}})["volume_type"]["id"]
        self._made.append(lambda: api.delete(f"/types/{kind}"))

    def _volume(self, name: str) -> None:
        api = self._demo.api("block_storage")
        volume = self.ids[name] = api.post("/volumes", {"volume": {"name": name, "size": 1}})["volume"]["id"]
        available = lambda: api.get(f"/volumes/{volume}")["volume"]["status"] == "available"  # noqa: E731
        wait_until(available, PATIENCE, "the volume")
        self._made.append(lambda: api.delete(f"/volumes/{volume}"))
