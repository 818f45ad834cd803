"""The template of the nested stack with a group's members, and its outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heatlite.resources.groups.members import Definition

VERSION = "2015-10-15"
"""The first version in which get_attr can return all attributes of a resource at once."""

REFS_MAP, MEMBERS, NAMES = "refs_map", "members", "names"


def of(definitions: Mapping[str, Definition]) -> dict[str, Any]:
    """Return a template of these members.

    Its outputs are ``refs_map`` (name → reference), ``members`` (name → all attributes) and ``names`` (in order).
    """
    return {
        "heat_template_version": VERSION,
        "resources": {name: dict(definition) for name, definition in definitions.items()},
        "outputs": {
            REFS_MAP: {"value": {name: {"get_resource": name} for name in definitions}},
            MEMBERS: {"value": {name: {"get_attr": [name]} for name in definitions}},
            NAMES: {"value": list(definitions)},
        },
    }


def has_type(definition: Any) -> bool:
    """Tell whether the type in a member's definition is known; in validation it may not be."""
    return isinstance(definition, Mapping) and isinstance(definition.get("type"), str)


def definition(
    type_name: str,
    properties: Mapping[str, Any] | None,
    metadata: Mapping[str, Any] | None = None,
    depends_on: Sequence[str] = (),
) -> Definition:
    """Return a resource's definition without its empty parts."""
    parts = {"properties": properties, "metadata": metadata, "depends_on": list(depends_on)}
    return {"type": type_name, **{name: value for name, value in parts.items() if value}}


def from_heat(given: Mapping[str, Any], names: Sequence[str] = ()) -> dict[str, Any]:
    """Return the template by ``of`` for the members of a group's stack that Heat made.

    :param names: the order of members; members that aren't named come last
    """
    members = definitions(given)
    order = (*(name for name in names if name in members), *members)
    return of({name: {key: it for key, it in members[name].items() if it} for name in order})


def types_in(template: Mapping[str, Any]) -> set[str]:
    """Return the types of a template's members."""
    return {str(each.get("type")) for each in definitions(template).values()}


def definitions(template: Mapping[str, Any] | None) -> dict[str, Definition]:
    """Return the members of a template by ``of``, in its order; none if there is no template yet."""
    return dict((template or {}).get("resources") or {})
