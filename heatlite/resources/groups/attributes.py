"""What a template may ask of a group, over what was recorded of its members.

::

    [group, resource.2.address]        of one member
    [group, address]                   a list, one value for each member
    [group, attributes, address]       the same as a map: name → value
    [group, refs], [group, refs_map]   what get_resource gives of each member
    [group, resource.2.resource.disk]  of what is nested in a member: the stack is asked, and it is recorded
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from heatlite import exception
from heatlite.resources.groups import template
from heatlite.schema.attribute_paths import INNER, inside, joined, place_in, split

MEMBER_PREFIX = "resource."
RECORDED = "members"


@dataclass(frozen=True)
class Members:
    """What was recorded of a group's members: in order, name → reference and name → attribute → value."""

    group: str
    names: Sequence[str] = ()
    references: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def of_outputs(cls, group: str, outputs: Mapping[str, Any]) -> Members:
        """The members of a nested stack whose template ``template.of`` made, from its outputs."""
        names = outputs.get(template.NAMES) or []
        return cls(group, names, outputs.get(template.REFS_MAP) or {}, outputs.get(template.MEMBERS) or {})

    @classmethod
    def of_recorded(cls, group: str, recorded: Mapping[str, Any]) -> Members:
        """From what ``recorded`` gave; without anything there are no members."""
        return cls.of_outputs(group, recorded.get(RECORDED) or {})

    def recorded(self) -> dict[str, Any]:
        """One more attribute of the group, for itself: all that is known of the members, as JSON."""
        parts = {template.NAMES: self.names, template.REFS_MAP: self.references, template.MEMBERS: self.attributes}
        return {RECORDED: parts}

    def refs(self) -> list[Any]:
        """The references in the members' order."""
        return [self.references.get(name) for name in self.names]

    def mapped(self, path: Sequence[Any], key: str) -> dict[str, Any]:
        """Name → what stands at this attribute path of each member.

        :param key: what the template asked for, for the error
        :raises InvalidTemplateAttribute: where the path is empty
        """
        if not path:
            raise exception.InvalidTemplateAttribute(resource=self.group, key=key)
        return {name: self.at(name, path) for name in self.names}

    def at(self, name: str, path: Sequence[Any]) -> Any:
        """A member's attribute, or its reference where the path is empty; None where the path leads nowhere."""
        if not path:
            return self.references.get(name)
        there, (key, *rest) = self.attributes.get(name) or {}, path
        if key not in there and RECORDED in there:
            return Members.of_recorded(name, there).at_of_members(str(key), rest)
        return inside(there, path)

    def at_of_members(self, key: str, path: Sequence[Any]) -> Any:
        """The same for a member that is a group itself, and is asked for something of its own members."""
        if not key.startswith(MEMBER_PREFIX):
            return [self.at(name, [key, *path]) for name in self.names]
        return self.of_one(key, path) if asked(key, path)[0] in self.names else self.of_one_by_age(key, path)

    def of_one(self, key: str, path: Sequence[Any]) -> Any:
        """For ``resource.NAME``, with or without an attribute, what it asks of that member.

        :raises NotFound: where there is no such member
        """
        name, *attribute = asked(key, path)
        if name not in self.names:
            raise self.no_member(name)
        return self.at(name, attribute)

    def of_one_by_age(self, key: str, path: Sequence[Any]) -> Any:
        """The same for a group whose members are asked for by their place, the oldest first.

        :raises NotFound: where there aren't so many
        """
        written, *attribute = asked(key, path)
        place = place_in(self.names, written)
        if place is None:
            raise self.no_member(written)
        return self.at(self.names[place], attribute)

    def no_member(self, name: Any) -> exception.NotFound:
        """The error for a member that isn't there, to be raised by the caller."""
        return exception.NotFound(msg_fmt=f"Member '{name}' not found in group resource '{self.group}'.")


def asked_of_members(key: str, own: Collection[str]) -> str | None:
    """Return the attribute of members that a group's attribute is made of; None where it is made of none.

    :param own: the group's own attributes; what stands at a path in them isn't looked at, nor what is nested in members
    """
    member, attribute = split(key)
    asked = attribute if member else key
    return None if asked is None or asked in own or asked.startswith(INNER) else asked


def is_inside_a_member(name: str) -> bool:
    """Whether an attribute is one of a resource that is nested in a member."""
    return bool(split(split(name)[1] or "")[0])


def read_inside(recorded: Mapping[str, Any], key: str, path: Sequence[Any]) -> tuple[bool, Any]:
    """Whether such an attribute is recorded, and what stands at the rest of the path."""
    whole, rest = joined(key, path)
    return (True, inside(recorded[whole], rest)) if is_inside_a_member(whole) and whole in recorded else (False, None)


def asked(key: str, path: Sequence[Any]) -> list[Any]:
    """``resource.0.ips`` and a path as one: the member, then the attribute and what is inside it."""
    return [*key.split(".", 2)[1:], *path]
