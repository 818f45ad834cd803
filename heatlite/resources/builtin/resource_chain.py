"""OS::Heat::ResourceChain: resources of several types with the same properties, made one by one or all at once."""

from __future__ import annotations

import collections
from collections.abc import Mapping, Sequence
from typing import Any

from heatlite.resources.base import BASE_ATTRIBUTES, Resource
from heatlite.resources.groups import attributes, template
from heatlite.resources.groups.attributes import MEMBER_PREFIX, Members, is_inside_a_member, read_inside
from heatlite.resources.schema import Attribute, CacheMode, Property, SupportStatus, Type
from heatlite.resources.stack_resource import Sample, StackResource
from heatlite.schema.sizes import weight

RESOURCES, CONCURRENT, PROPERTIES = "resources", "concurrent", "resource_properties"
REFS, ATTRIBUTES = "refs", "attributes"


class ResourceChain(StackResource):
    """A group with numbered members, one per type; each requires the one before it, unless ``concurrent`` is set."""

    support_status = SupportStatus(version="6.0.0")
    properties_schema = {
        RESOURCES: Property(Type.LIST, "The types of the resources, in order.", required=True, update_allowed=True),
        CONCURRENT: Property(Type.BOOLEAN, "Whether they are made at the same time.", default=False),
        PROPERTIES: Property(Type.MAP, "The properties of each of them."),
    }
    attributes_schema = {
        REFS: Attribute("The get_resource value of each member, as a list.", Type.LIST),
        ATTRIBUTES: Attribute("An attribute of all members, as a map by name.", Type.MAP, CacheMode.NONE),
    }

    def needs_replacement(self, before: Mapping[str, Any], after: Mapping[str, Any], changed: frozenset[str]) -> bool:
        """Decide by the schema: only the types can change in place."""
        return Resource.needs_replacement(self, before, after, changed)

    @classmethod
    def template_from_heat(cls, given: Mapping[str, Any], names: Sequence[str]) -> Mapping[str, Any]:
        """Return the same members, with the outputs that heatlite's groups read."""
        return template.from_heat(given)

    def child_size(self) -> int | None:
        """Return the number of types."""
        types = self.properties[RESOURCES]
        return len(types) if isinstance(types, list | tuple) else None

    def describes(self) -> bool:
        """Tell whether the types and their order are known."""
        return self.known(RESOURCES, CONCURRENT)

    def child_sample(self) -> Sample:
        """Return a sample with one resource of each type: all of a type have the same properties."""
        if not self.describes():
            return Sample(None)
        types = list(map(str, self.properties[RESOURCES]))
        times = {str(types.index(it)): many for it, many in collections.Counter(types).items()}
        given = self.properties[PROPERTIES]
        return Sample(template.of({place: template.definition(types[int(place)], given) for place in times}), times)

    def weight_of_member(self) -> int:
        """Return the size of the properties and the longest type."""
        return weight(self.properties[PROPERTIES]) + max(map(weight, self.properties[RESOURCES]), default=0)

    def child_template(self) -> Mapping[str, Any] | None:
        """Return a template with a resource of each type."""
        if not self.describes():
            return None
        given, follows = self.properties[PROPERTIES], not self.properties[CONCURRENT]
        members = {
            str(place): template.definition(
                str(type_name), given, depends_on=[str(place - 1)] if follows and place else []
            )
            for place, type_name in enumerate(self.properties[RESOURCES])
        }
        return template.of(members)

    @classmethod
    def reads_inside(cls, name: str) -> bool:
        """Tell whether an attribute is of a stack nested in a member; the outputs give all other attributes."""
        return is_inside_a_member(name)

    @classmethod
    def member_names(cls, recorded: Mapping[str, Any]) -> Sequence[str]:
        """Return the names of the members, in order."""
        return Members.of_recorded("", recorded).names

    @classmethod
    def asked_of_members(cls, key: str) -> str | None:
        """Return the members' attribute that a name refers to; None if the attribute is the chain's own."""
        return attributes.asked_of_members(key, (*cls.attributes_schema, *BASE_ATTRIBUTES))

    @classmethod
    def has_attribute(cls, name: str) -> bool:
        """Accept any name: an attribute that isn't the chain's own may be its members'."""
        return True

    def resolve_attributes(self) -> dict[str, Any]:
        """Return the recorded attributes of the members, from which ``read_attribute`` answers."""
        found = Members.of_outputs(self.name, self.nested.outputs(self.uuid))
        recorded = {**found.recorded(), REFS: found.refs()}
        return {**recorded, **self.inner_attributes(recorded)}

    @classmethod
    def read_attribute(cls, name: str, recorded: Mapping[str, Any], key: str, path: Sequence[Any]) -> Any:
        """Return an attribute of the chain or of one member, or the list of an attribute of all members.

        :raises NotFound: if there is no such member
        :raises InvalidTemplateAttribute: for ``attributes`` without the name of an attribute
        """
        there, (is_inside, value) = Members.of_recorded(name, recorded), read_inside(recorded, key, path)
        if is_inside:
            return value
        if key == REFS:
            return super().read_attribute(name, recorded, key, path)
        if key == ATTRIBUTES:
            return there.mapped(path, key)
        if key.startswith(MEMBER_PREFIX):
            return there.of_one(key, path)
        return [there.at(member, [key, *path]) for member in there.names]
