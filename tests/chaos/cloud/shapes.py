"""Templates of servers, ports and volumes, drawn from chance; and what each wants there to be, by name.

network   net ─▶ subnet ─▶ interface, ports, address      servers   net ─▶ ports ─▶ servers ◀─ attachments ─▶ volumes
volumes   volumes, a key, a server group                   nested    a group of ports, and a stack with a network
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from tests.chaos.shapes import FAILURES, INDEX, Template, template
from tests.cloud.words import ref, typed

SHAPES = ("network", "servers", "volumes", "nested")
OUTSIDE = "192.0.2.9"
"""An address that no subnet here has: what asks for it is refused."""
REFUSED = "is not a valid IP"
SEPARATOR = "#"
CIDR = "10.70.0.0/24"


def draw(random: Random, name: str, number: int, shape: str, *, fails: bool = True) -> Template:
    """Template ``number`` of the stack called ``name``: some names in it differ from every other's."""
    made = {"network": _network, "servers": _servers, "volumes": _volumes, "nested": _nested}[shape]
    resources = made(random, Named(random, name, number), number)
    ports = [it for it in resources.values() if it["type"] == "OS::Neutron::Port"]
    if fails and ports and random.random() < FAILURES:
        random.choice(ports)["properties"]["fixed_ips"] = [{"ip_address": OUTSIDE}]
    return template(number, resources)


class Named:
    """Names of things: their place in the templates, and the number of the template that gave it to them."""

    def __init__(self, random: Random, name: str, number: int) -> None:
        self._random, self._name, self._number = random, name, number

    def __call__(self, place: str) -> str:
        """Return the name of a thing; one in four keeps the first one."""
        number = 0 if self._random.random() < 0.25 else self._number
        return f"{self._name}/{place}{SEPARATOR}{number}"


def _network(random: Random, named: Named, number: int) -> dict[str, Template]:
    return {
        **_net(named),
        "router": typed("Neutron::Router", name=named("router"), external_gateway_info={"network": "public"}),
        "interface": typed("Neutron::RouterInterface", router=ref("router"), subnet=ref("subnet")),
        "address": typed("Neutron::FloatingIP", floating_network="public", port_id=ref("port0"))
        | {"depends_on": ["interface"]},
        **_ports(random.randint(4, 10), named),
    }


def _net(named: Named, prefix: str = "") -> dict[str, Template]:
    rules = [{"protocol": "tcp", "port_range_min": it, "port_range_max": it} for it in (22, 80)]
    return {
        "net": typed("Neutron::Net", name=named(f"{prefix}net")),
        "subnet": typed("Neutron::Subnet", name=named(f"{prefix}subnet"), network=ref("net"), cidr=CIDR),
        "group": typed("Neutron::SecurityGroup", name=named(f"{prefix}group"), rules=rules),
    }


def _ports(how_many: int, named: Named) -> dict[str, Template]:
    return {
        f"port{it}": {
            **typed("Neutron::Port", name=named(f"port{it}"), network=ref("net"), security_groups=[ref("group")]),
            "depends_on": ["subnet"],
        }
        for it in range(how_many)
    }


def _servers(random: Random, named: Named, number: int) -> dict[str, Template]:
    how_many = random.randint(2, 4)
    found = {**_net(named), **_ports(how_many, named)}
    for it in range(how_many):
        replaced = random.random() < 0.2
        found[f"server{it}"] = typed(
            "Nova::Server",
            name=named(f"server{it}"),
            flavor="m1.tiny",
            image=("cirros", "ubuntu")[number % 2] if replaced else "cirros",
            image_update_policy=random.choice(["REPLACE", "REBUILD"]),
            networks=[{"port": ref(f"port{it}")}],
        )
        found[f"volume{it}"] = typed("Cinder::Volume", name=named(f"volume{it}"), size=1)
        joined = typed("Cinder::VolumeAttachment", instance_uuid=ref(f"server{it}"), volume_id=ref(f"volume{it}"))
        found[f"joined{it}"] = joined
    return found


def _volumes(random: Random, named: Named, number: int) -> dict[str, Template]:
    found = {
        f"volume{it}": typed("Cinder::Volume", name=named(f"volume{it}"), size=1) for it in range(random.randint(6, 12))
    }
    found["friends"] = typed("Nova::ServerGroup", policies=["affinity"])  # a name of its own is no mark: see ``marks``
    found["net"] = typed("Neutron::Net", name=named("net"))
    return found


def _nested(random: Random, named: Named, number: int) -> dict[str, Template]:
    port = typed("Neutron::Port", name=named(f"group/{INDEX}"), network=ref("net"), security_groups=[ref("group")])
    inner = template(number, _net(named, "inner/"))
    return {
        **_net(named),
        "ports": {
            "type": "OS::Heat::ResourceGroup",
            "properties": {"count": random.randint(2, 6), "resource_def": port},
            "depends_on": ["subnet"],
        },
        "inner": {"type": "OS::Heat::Stack", "properties": {"template": json.dumps(inner)}},
        **_ports(random.randint(1, 4), named),
    }


def wanted(template: Mapping[str, Any]) -> Counter[str]:
    """The names of all things that a template wants, those of nested stacks too."""
    return Counter(_names(template))


def _names(template: Mapping[str, Any]) -> Iterator[str]:
    for resource in (template.get("resources") or {}).values():
        properties = resource.get("properties") or {}
        match resource["type"]:
            case "OS::Heat::Stack":
                yield from _names(json.loads(properties["template"]))
            case "OS::Heat::ResourceGroup":
                one = properties["resource_def"]["properties"]
                yield from (one["name"].replace(INDEX, str(at)) for at in range(properties["count"]))
            case _ if "name" in properties:
                yield properties["name"]
