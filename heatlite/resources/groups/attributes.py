"""Attributes of a group that a template may read, from the recorded values of its members.

::

    [group, resource.2.address]        an attribute of one member
    [group, address]                   a list of the attribute of all members
    [group, attributes, address]       the same as a map: name → value
    [group, refs], [group, refs_map]   the get_resource value of each member
    [group, resource.2.resource.disk]  an attribute of a resource nested in a member: read from that stack, and recorded
    [group, attributes, resource.disk] the same of each member: name → value
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from heatlite import exception
from heatlite.resources.groups import template
from heatlite.schema.attribute_paths import EACH, INNER, inside, joined, place_in, split

MEMBER_PREFIX = "resource."
RECORDED = "members"


@dataclass(frozen=True)
class Members:
    """The recorded values of a group's members: in order, name → reference and name → attribute → value."""

    group: str
    names: Sequence[str] = ()
    references: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    inner: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Attribute of a resource nested in each member → name → value, for those that the template reads."""

    @classmethod
    def of_outputs(cls, group: str, outputs: Mapping[str, Any]) -> Members:
        """Return the members of a nested stack with a template by ``template.of``, from its outputs."""
        names = outputs.get(template.NAMES) or []
        return cls(group, names, outputs.get(template.REFS_MAP) or {}, outputs.get(template.MEMBERS) or {})

    @classmethod
    def of_recorded(cls, group: str, recorded: Mapping[str, Any]) -> Members:
        """Return the members from the result of ``recorded``; without it there are no members."""
        found = cls.of_outputs(group, recorded.get(RECORDED) or {})
        return replace(found, inner={name: value for name, value in recorded.items() if name.startswith(EACH)})

    def recorded(self) -> dict[str, Any]:
        """Return one more attribute, for the group's own use: everything known of the members, as JSON."""
        parts = {template.NAMES: self.names, template.REFS_MAP: self.references, template.MEMBERS: self.attributes}
        return {RECORDED: parts}

    def refs(self) -> list[Any]:
        """Return the references in the members' order."""
        return [self.references.get(name) for name in self.names]

    def mapped(self, path: Sequence[Any], key: str) -> dict[str, Any]:
        """Return name → value at this attribute path, for each member.

        :param key: the attribute that the template reads, for the error
        :raises InvalidTemplateAttribute: if the path is empty
        """
        if not path:
            raise exception.InvalidTemplateAttribute(resource=self.group, key=key)
        whole, rest = joined(key, path)
        if whole in self.inner:
            return {name: inside(self.inner[whole].get(name), rest) for name in self.names}
        return {name: self.at(name, path) for name in self.names}

    def at(self, name: str, path: Sequence[Any]) -> Any:
        """Return a member's attribute, or its reference for an empty path; None if the path leads nowhere."""
        if not path:
            return self.references.get(name)
        there, (key, *rest) = self.attributes.get(name) or {}, path
        if key not in there and RECORDED in there:
            return Members.of_recorded(name, there).at_of_members(str(key), rest)
        return inside(there, path)

    def at_of_members(self, key: str, path: Sequence[Any]) -> Any:
        """Return an attribute of a member that is a group itself, from the values of its own members."""
        if not key.startswith(MEMBER_PREFIX):
            return [self.at(name, [key, *path]) for name in self.names]
        return self.of_one(key, path) if asked(key, path)[0] in self.names else self.of_one_by_age(key, path)

    def of_one(self, key: str, path: Sequence[Any]) -> Any:
        """Return the reference of a member, or its attribute, for ``resource.NAME`` and a path.

        :raises NotFound: if there is no such member
        """
        name, *attribute = asked(key, path)
        if name not in self.names:
            raise self.no_member(name)
        return self.at(name, attribute)

    def of_one_by_age(self, key: str, path: Sequence[Any]) -> Any:
        """Return the same for a member with an index: the oldest is 0.

        :raises NotFound: if there are fewer members
        """
        written, *attribute = asked(key, path)
        place = place_in(self.names, written)
        if place is None:
            raise self.no_member(written)
        return self.at(self.names[place], attribute)

    def no_member(self, name: Any) -> exception.NotFound:
        """Return the error for a member that doesn't exist. The caller raises it."""
        return exception.NotFound(msg_fmt=f"Member '{name}' not found in group resource '{self.group}'.")


def asked_of_members(key: str, own: Collection[str]) -> str | None:
    """Return the members' attribute that a group's attribute consists of; None if it consists of none.

    :param own: the group's own attributes; paths inside them, and resources nested in members, aren't considered
    """
    member, attribute = split(key)
    asked = attribute if member else key
    return None if asked is None or asked in own or asked.startswith(INNER) or key.startswith(EACH) else asked


def is_inside_a_member(name: str) -> bool:
    """Tell whether an attribute is one of a resource nested in a member."""
    return not name.startswith(EACH) and bool(split(split(name)[1] or "")[0])


def read_inside(recorded: Mapping[str, Any], key: str, path: Sequence[Any]) -> tuple[bool, Any]:
    """Tell whether such an attribute is recorded, and return the value at the rest of the path."""
    whole, rest = joined(key, path)
    return (True, inside(recorded[whole], rest)) if is_inside_a_member(whole) and whole in recorded else (False, None)


def asked(key: str, path: Sequence[Any]) -> list[Any]:
    """Join ``resource.0.ips`` and a path: the member, then the attribute and the path inside it."""
    return [*key.split(".", 2)[1:], *path]
