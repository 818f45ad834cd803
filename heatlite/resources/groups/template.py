"""The template of the nested stack that holds a group's members, and what it tells of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heatlite.resources.groups.members import Definition

VERSION = "2015-10-15"
"""The first version that gives all attributes of a resource at once."""

REFS_MAP, MEMBERS, NAMES = "refs_map", "members", "names"


def of(definitions: Mapping[str, Definition]) -> dict[str, Any]:
    """A template of these members.

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
    """Whether the type of what a template gives as a member's definition is known, as it may not be in validation."""
    return isinstance(definition, Mapping) and isinstance(definition.get("type"), str)


def definition(
    type_name: str,
    properties: Mapping[str, Any] | None,
    metadata: Mapping[str, Any] | None = None,
    depends_on: Sequence[str] = (),
) -> Definition:
    """A resource's definition; what is empty is left out."""
    parts = {"properties": properties, "metadata": metadata, "depends_on": list(depends_on)}
    return {"type": type_name, **{name: value for name, value in parts.items() if value}}


def taken_over(given: Mapping[str, Any], names: Sequence[str] = ()) -> dict[str, Any]:
    """The template of a group's stack that Heat made, as ``of`` makes it of the same members.

    :param names: in their order; members that aren't named come last
    """
    members = definitions(given)
    order = (*(name for name in names if name in members), *members)
    return of({name: {key: it for key, it in members[name].items() if it} for name in order})


def types_in(template: Mapping[str, Any]) -> set[str]:
    """The types of a template's members."""
    return {str(each.get("type")) for each in definitions(template).values()}


def definitions(template: Mapping[str, Any] | None) -> dict[str, Definition]:
    """The members of a template that ``of`` made, in its order; none where there is no template yet."""
    return dict((template or {}).get("resources") or {})
