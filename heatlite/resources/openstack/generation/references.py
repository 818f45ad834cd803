"""References: what stands in a template in place of the ids and names of things. Pure.

::

    the id of a chosen thing       {get_resource: web}
    any other id or name           {get_param: network_private}      with what it is here as the parameter's default
    the group default              default                           each project has one
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from heatlite.resources.openstack.constraints import KINDS as CONSTRAINTS
from heatlite.resources.openstack.fields import Field
from heatlite.resources.openstack.generation.finding import DEFAULT
from heatlite.resources.openstack.generation.things import GROUP, Existing, Thing
from heatlite.resources.openstack.sights import in_template, is_mark, plain
from heatlite.resources.schema import Property

Refer = Callable[[str, str], Any]
"""From a kind (see ``names``) and an id or name to what stands for it in the template."""
LONGEST = 100
"""Characters of a generated name before what makes it unique."""
NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")

ZONE_OF_SERVERS, ZONE_OF_VOLUMES, PUBLIC_KEY = "server availability zone", "volume availability zone", "public key"
"""Kinds of values that aren't objects."""
WORDS = {
    "glance.image": "image",
    "nova.flavor": "flavor",
    "nova.keypair": "key",
    "cinder.vtype": "volume type",
    "neutron.qos_policy": "QoS policy",
}


def slug(text: str) -> str:
    """Return a text as a part of a name: letters, digits, underscores and dashes; empty if nothing is left."""
    return NOT_IN_NAMES.sub("_", text).strip("_")[:LONGEST]


class Unique:
    """Unique names of one template, each of which stands for something."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {}
        self._numbers: dict[str, int] = {}

    def add(self, wanted: Iterable[str], meaning: Any) -> str:
        """Return the first of these names that is free; if none is, the last with the next number."""
        name = last = ""
        for last in wanted:
            if last not in self.names:
                name = last
                break
        while not name or name in self.names:
            self._numbers[last] = self._numbers.get(last, 1) + 1
            name = f"{last}_{self._numbers[last]}"
        self.names[name] = meaning
        return name


def named(chosen: Iterable[Thing]) -> dict[str, Thing]:
    """Return things by unique names of resources: their own names, as far as these can be names."""
    found = Unique()
    for thing in chosen:
        own, word = slug(thing.name), thing.kind.word
        found.add((own, f"{own}_{word}") if own else (word,), thing)
    return found.names


class References:
    """The references of one template. Parameters are made as they are needed."""

    def __init__(self, resources: Mapping[str, Thing], existing: Existing, default_group: str) -> None:
        self._names = {(it.kind.named, it.id): name for name, it in resources.items() if it.kind.named}
        self._default_group = default_group
        self._known = known_names(existing)
        self._outer = frozenset(existing.outer_networks)
        self._parameters: dict[tuple[str, str], str] = {}
        self._unique = Unique()

    @property
    def parameters(self) -> dict[str, dict[str, Any]]:
        """The parameters that were needed, by name."""
        return self._unique.names

    def has(self, kind: str, thing_id: str) -> bool:
        """Tell whether a thing is among the chosen ones."""
        return (kind, thing_id) in self._names

    def to(self, kind: str, value: str) -> Any:
        """Return what stands for an id or a name."""
        if (kind, value) in self._names:
            return {"get_resource": self._names[kind, value]}
        if kind == GROUP.named and value == self._default_group:
            return DEFAULT
        return self.parameter(kind, value)

    def parameter(self, kind: str, value: str, name: str = "") -> dict[str, str]:
        """Return a reference to a parameter with this default.

        :param name: what the parameter is called after; empty: the name of the object
        """
        place = kind, value
        if place not in self._parameters:
            shown = name or self._known.get(place) or ("" if value in self._outer else value)
            word = "external network" if value in self._outer else WORDS.get(kind) or kind.rpartition(".")[2]
            definition = {
                "type": "string",
                "default": value,
                "description": f"The {word.replace('_', ' ')} {shown}".rstrip() + " of the project",
                **({"constraints": [{"custom_constraint": kind}]} if kind in CONSTRAINTS else {}),
            }
            own = slug(f"{word}_{shown}".replace(" ", "_"))
            self._parameters[place] = self._unique.add([own], definition)
        return {"get_param": self._parameters[place]}


def known_names(existing: Existing) -> dict[tuple[str, str], str]:
    """Return the names of objects by kind and id."""
    found: dict[tuple[str, str], str] = {}
    for kind, bodies in (
        ("neutron.network", existing.networks),
        ("neutron.subnet", existing.subnets),
        ("neutron.router", existing.routers),
        ("neutron.port", existing.ports),
        ("neutron.security_group", existing.groups),
        ("cinder.volume", existing.volumes),
        ("nova.server", existing.servers),
    ):
        found |= {(kind, it["id"]): it.get("name") or "" for it in bodies}
    found |= {("neutron.network", it): name for it, name in existing.outer_networks.items()}
    found |= {("nova.flavor", it): name for it, name in existing.flavors.items()}
    return found | {("glance.image", it): name for it, name in existing.images.items()}


# --- from an object back to properties --------------------------------------------------------------------------------


def properties_of(
    schema: Mapping[str, Property], body: Mapping[str, Any], refer: Refer, leave_out: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the properties whose fields an object has, without those that have their default or no value.

    It is the reverse of ``CloudResource.fields``.
    """
    found: dict[str, Any] = {}
    for name in schema.keys() - set(leave_out):
        wanted = schema[name]
        if not isinstance(wanted, Field):
            continue
        value = referring(wanted, in_template(wanted, body.get(wanted.field or name)), refer)
        if plain(value) is not None and plain(value) != plain(wanted.default) and not is_mark(value):
            found[name] = value
    return {name: found[name] for name in schema if name in found}


def referring(wanted: Property, value: Any, refer: Refer) -> Any:
    """Return a value in a template's form with references in place of ids, and without empty parts of maps."""
    if isinstance(wanted.schema, Property) and isinstance(value, list):
        return [referring(wanted.schema, it, refer) for it in value]
    if isinstance(wanted.schema, Mapping) and isinstance(value, Mapping):
        parts = {name: referring(wanted.schema[name], it, refer) for name, it in value.items()}
        return {name: it for name, it in parts.items() if plain(it) is not None}
    if isinstance(wanted, Field) and wanted.kind and plain(value) is not None:
        return refer(wanted.kind, str(value))
    return value
