"""References drawn into every place of every type's schema: what most templates of users are full of.

::

    for each type, each property and each part of one, each form that a reference can take there:
        the least that the type needs  +  that form in that place        a template that Heat accepts

        the same as a member of a group, and of a group in a group; the metadata of every type

A form is a reference itself, a function over one, a condition that chooses one, or a list or map that holds one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from heatlite.resources.registry import Registry
from heatlite.resources.schema import PropertiesSchema, Property, Type

VERSION = "2021-04-16"
ITEM = 0
"""The step of a path that goes to a list's item."""
REFERENCE = {"get_resource": "other"}
ATTRIBUTE = {"get_attr": ["other", "output"]}
JOINED = {"list_join": ["-", ["a", REFERENCE]]}

ANYWHERE: Mapping[str, Any] = {
    "reference": REFERENCE,
    "attribute": ATTRIBUTE,
    "join": JOINED,
    "replace": {"str_replace": {"template": "on x", "params": {"x": REFERENCE}}},
    "chosen": {"if": ["yes", REFERENCE, "b"]},
    "chosen otherwise": {"if": ["no", {"a": 1}, ATTRIBUTE]},
}
IN_A_LIST: Mapping[str, Any] = {
    "split": {"str_split": [",", REFERENCE]},
    "concat": {"list_concat": [[], {"str_split": [",", ATTRIBUTE]}]},
    "items": [REFERENCE],
    "computed items": [JOINED, {"if": ["yes", ATTRIBUTE, "b"]}],
}
IN_A_MAP: Mapping[str, Any] = {
    "merge": {"map_merge": [{}, ATTRIBUTE]},
    "value": {"a": REFERENCE},
    "deep value": {"a": {"b": [JOINED]}},
}
IN_GROUPS = ("reference", "join", "chosen otherwise")
METADATA: Mapping[str, Any] = {
    **IN_A_MAP,
    "attribute": ATTRIBUTE,
    "list": {"a": [REFERENCE, JOINED]},
    "chosen": {"if": ["yes", {"a": REFERENCE}, {}]},
    "repeat": {"a": {"repeat": {"for_each": {"%i%": ["x", REFERENCE]}, "template": {"of": "%i%"}}}},
}
WRITTEN: Mapping[str, Any] = {"resource_def": {"type": "OS::Heat::None"}, "type": "OS::Heat::None"}
"""What is written out where it is needed: the type of a group's members, one that takes any properties."""

BESIDE: Mapping[str, Mapping[str, Any]] = {
    "AWS::EC2::EIPAssociation": {"EIP": REFERENCE},
    "AWS::EC2::Volume": {"Size": "1"},
    "OS::Cinder::Quota": {"volumes": 1},
    "OS::Cinder::Volume": {"size": 1},
    "OS::Designate::Zone": {"email": "ann@example.org"},
    "OS::Neutron::Quota": {"port": 1},
    "OS::Neutron::RouterGateway": {"network": REFERENCE},
    "OS::Neutron::RouterInterface": {"subnet": REFERENCE},
    "OS::Neutron::Subnet": {"cidr": "10.0.0.0/24"},
    "OS::Nova::Quota": {"cores": 1},
    "OS::Nova::Server": {"image": REFERENCE},
    "OS::Octavia::Pool": {"listener": REFERENCE},
    "OS::Octavia::Quota": {"pool": 1},
}
"""What a type needs besides its required properties: one of several."""


@dataclass(frozen=True)
class Drawn:
    """A template, and where in which type it has which form of reference."""

    type_name: str
    path: tuple[str | int, ...]
    form: str
    template: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.type_name} {'.'.join(map(str, self.path))}: {self.form}"


def drawn(registry: Registry, type_name: str) -> Iterator[Drawn]:
    """Every template of a type: each form in each place."""
    schema = registry.get(type_name).properties_schema
    for path, wanted in places(schema):
        for form, value in forms(wanted).items():
            for words in (WRITTEN, {}):
                properties = {**BESIDE.get(type_name, {}), **with_value(schema, path, value, words)}
                yield Drawn(type_name, path, form, template({"type": type_name, "properties": properties}))


def drawn_in_groups(registry: Registry, type_name: str) -> Iterator[Drawn]:
    """Draw every place of a type that is the member of a group, and of a group in a group."""
    schema = registry.get(type_name).properties_schema
    for path, wanted in places(schema):
        for form in IN_GROUPS:
            value = forms(wanted)[form]
            properties = {**BESIDE.get(type_name, {}), **with_value(schema, path, value, WRITTEN)}
            member = {"type": type_name, "properties": properties, "metadata": {"a": value}}
            yield Drawn(type_name, path, f"{form} in a group", template(group_of(member)))
            yield Drawn(type_name, path, f"{form} in a group in a group", template(group_of(group_of(member))))


def group_of(member: Mapping[str, Any]) -> dict[str, Any]:
    """Return the definition of a group with two members."""
    return {"type": "OS::Heat::ResourceGroup", "properties": {"count": 2, "resource_def": member}}


def drawn_metadata(registry: Registry, type_name: str) -> Iterator[Drawn]:
    """Draw each form of the metadata of a type, and of a member of a group."""
    schema = registry.get(type_name).properties_schema
    needed = {name: least(name, wanted, WRITTEN) for name, wanted in schema.items() if wanted.required}
    properties = {**BESIDE.get(type_name, {}), **needed}
    for form, value in METADATA.items():
        resource = {"type": type_name, "properties": properties, "metadata": value}
        yield Drawn(type_name, ("metadata",), form, template(resource))
        yield Drawn(type_name, ("metadata",), f"{form} in a group", template(group_of(resource)))


def template(resource: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A template of a resource and of another, to which it may refer."""
    return {
        "heat_template_version": VERSION,
        "conditions": {"yes": True, "no": False},
        "resources": {
            "other": {"type": "OS::Heat::TestResource", "properties": {"value": "o"}},
            "it": resource,
            **more,
        },
    }


def places(
    schema: PropertiesSchema, above: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Property]]:
    """Every place of a schema, down to the last level."""
    for name, wanted in schema.items():
        yield from places_of(wanted, (*above, name))


def places_of(wanted: Property, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Property]]:
    """The place of a property, and those inside it."""
    yield path, wanted
    if isinstance(wanted.schema, Property):
        yield from places_of(wanted.schema, (*path, ITEM))
    elif wanted.schema is not None:
        yield from places(wanted.schema, path)


def forms(wanted: Property) -> dict[str, Any]:
    """The forms that a reference can take where such a property is wanted."""
    found = dict(ANYWHERE)
    if wanted.type is Type.LIST and not is_of_maps(wanted):
        found |= IN_A_LIST
    if wanted.type is Type.MAP and wanted.schema is None:
        found |= IN_A_MAP
    if wanted.type is Type.ANY:
        found |= {**IN_A_LIST, **IN_A_MAP}
    return found


def is_of_maps(wanted: Property) -> bool:
    """Whether a list has maps of a schema for items, so that a text in it would rightly be refused."""
    return isinstance(wanted.schema, Property) and wanted.schema.type is not Type.STRING


def with_value(schema: PropertiesSchema, path: tuple[str | int, ...], value: Any, words: Mapping[str, Any]) -> Any:
    """A map with a value in a place of it; what else is required is what ``words`` say, or a reference."""
    return {
        name: valued(wanted, path[1:], value, words) if path[0] == name else least(name, wanted, words)
        for name, wanted in schema.items()
        if path[0] == name or wanted.required
    }


def least(name: str, wanted: Property, words: Mapping[str, Any]) -> Any:
    """What is written for a required property: its word, unless it takes certain values only, or a reference."""
    return REFERENCE if wanted.constraints else words.get(name, REFERENCE)


def valued(wanted: Property, path: tuple[str | int, ...], value: Any, words: Mapping[str, Any]) -> Any:
    """A property with a value in a place of it."""
    if not path:
        return value
    if isinstance(wanted.schema, Property):
        return [valued(wanted.schema, path[1:], value, words)]
    assert wanted.schema is not None, "only what has a schema has places in it"
    return with_value(wanted.schema, path, value, words)
