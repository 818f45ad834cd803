"""OS::Heat::ResourceGroup: a number of resources of one definition, numbered, in a nested stack.

::

    count: 3                                            0, 1, 2
    removal_policies: [{resource_list: ["1"]}]          0, 2, 3      1 is deleted, and never used again
    update_policy: {rolling_update: {max_batch_size: 1, min_in_service: 2, pause_time: 60}}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heatlite.resources.base import BASE_ATTRIBUTES
from heatlite.resources.batched_stack import BatchedStack
from heatlite.resources.builtin.group_schemas import BATCH_CREATE_SCHEMA, RESOURCE_DEF_SCHEMA, ROLLING_UPDATE_SCHEMA
from heatlite.resources.groups import attributes, batches, members, naming, removal, template
from heatlite.resources.groups.attributes import MEMBER_PREFIX, Members, read_inside
from heatlite.resources.groups.batches import Batch
from heatlite.resources.groups.members import Definition
from heatlite.resources.schema import Attribute, CacheMode, Property, SupportStatus, Type
from heatlite.resources.stack_resource import Progress
from heatlite.schema.constraints import AllowedValues, Length, Range

COUNT, INDEX_VAR, RESOURCE_DEF = "count", "index_var", "resource_def"
REMOVAL_POLICIES, REMOVAL_MODE = "removal_policies", "removal_policies_mode"
ROLLING_UPDATE, BATCH_CREATE = "rolling_update", "batch_create"
REFS, REFS_MAP, ATTRIBUTES, REMOVED = "refs", "refs_map", "attributes", "removed_rsrc_list"
REMOVED_NAMES = "name_blacklist"
"""The key of the resource's data, as in Heat: names, separated by commas."""


class ResourceGroup(BatchedStack):
    """A group with numbered members."""

    support_status = SupportStatus(version="2014.1")
    properties_schema = {
        COUNT: Property(
            Type.INTEGER, "The number of members.", default=1, constraints=(Range(min=0),), update_allowed=True
        ),
        INDEX_VAR: Property(
            Type.STRING,
            "The text that is replaced by the member's number in its properties.",
            default="%index%",
            constraints=(Length(min=3),),
        ),
        RESOURCE_DEF: Property(
            Type.MAP,
            "The definition of each member, as a resource in a template.",
            required=True,
            update_allowed=True,
            schema=RESOURCE_DEF_SCHEMA,
        ),
        REMOVAL_POLICIES: Property(
            Type.LIST,
            "Members to remove at an update, even if the count stays the same.",
            default=[],
            update_allowed=True,
            schema=Property(
                Type.MAP,
                "One removal policy.",
                schema={
                    removal.RESOURCE_LIST: Property(
                        Type.LIST, "Names, numbers or get_resource values of members.", default=[]
                    )
                },
            ),
        ),
        REMOVAL_MODE: Property(
            Type.STRING,
            "Whether these policies are added to earlier removals, or replace them.",
            default=removal.APPEND,
            constraints=(AllowedValues(removal.MODES),),
            update_allowed=True,
        ),
    }
    update_policy_schema = {
        ROLLING_UPDATE: Property(
            Type.MAP, "How an update changes the members in batches.", schema=ROLLING_UPDATE_SCHEMA
        ),
        BATCH_CREATE: Property(Type.MAP, "How the members are created in batches.", schema=BATCH_CREATE_SCHEMA),
    }
    attributes_schema = {
        REFS: Attribute("The get_resource value of each member, as a list.", Type.LIST),
        REFS_MAP: Attribute("The get_resource value of each member, as a map by name.", Type.MAP),
        ATTRIBUTES: Attribute("An attribute of all members, as a map by name.", Type.MAP, CacheMode.NONE),
        REMOVED: Attribute("The names of removed members.", Type.LIST),
    }

    # --- the members ----------------------------------------------------------------------------------------

    @classmethod
    def template_from_heat(cls, given: Mapping[str, Any], names: Sequence[str]) -> Mapping[str, Any]:
        """Return the same members ordered by number: the order of ``refs`` and of lists of attributes."""
        numbered = sorted((name for name in names if name.isascii() and name.isdigit()), key=int)
        return template.from_heat(given, numbered)

    def removed(self) -> list[str]:
        """Return the names that no member may have."""
        names = str(self.data.get(REMOVED_NAMES) or "")
        return names.split(",") if names else []

    def remove(self) -> None:
        """Apply the removal policies, and record the names that they remove."""
        there = None
        if self.resource_id is not None:
            there = {member.name: member.reference for member in self.members()}
        names = self.removed_with(there)
        if names != self.removed():
            self.data_set(REMOVED_NAMES, ",".join(names))

    def removed_with(self, there: Mapping[str, str] | None) -> list[str]:
        """Return the names that no member may have once the policies are applied."""
        policies, mode = self.properties[REMOVAL_POLICIES], self.properties[REMOVAL_MODE]
        return sorted(removal.removed(policies, mode, self.removed(), there))

    def definition_of(self, name: str) -> Definition:
        """Return a member's definition."""
        wanted = self.properties[RESOURCE_DEF]
        given = wanted["properties"]
        if isinstance(given, Mapping):  # in validation the names of the properties may still be unknown
            given = {key: value for key, value in given.items() if value is not None}
        own = naming.with_index(given, self.properties[INDEX_VAR], name)
        return template.definition(wanted["type"], own, wanted["metadata"])

    def child_size(self) -> int | None:
        """Return the number of members from the property."""
        return int(self.properties[COUNT]) if self.known(COUNT) else None

    def describes(self) -> bool:
        """Tell whether the type is known, and all that the names depend on; members' properties may be unknown."""
        names_are_known = self.known(INDEX_VAR, REMOVAL_POLICIES, REMOVAL_MODE)
        return names_are_known and template.has_type(self.properties[RESOURCE_DEF])

    def first_name(self) -> str:
        """Return the lowest number that wasn't removed."""
        return self._names(1)[0]

    def _names(self, count: int) -> list[str]:
        return naming.indexed(count, self.removed() if self.resource_id else self.removed_with(None))

    def child_template(self) -> Mapping[str, Any] | None:
        """Return a template of all members with the new definition."""
        size = self.child_size()
        if size is None or not self.describes():
            return None
        return template.of({name: self.definition_of(name) for name in self._names(size)})

    def template_of(self, batch: Batch) -> Mapping[str, Any]:
        """Return the template after a batch."""
        count, removed = self.properties[COUNT], self.removed()
        if batch.changes >= batch.size == count:
            return template.of({name: self.definition_of(name) for name in naming.indexed(count, removed)})
        return template.of(
            members.rolled(self.definitions(), self.definition_of, removed, count, batch.size, batch.changes)
        )

    # --- the contract of a plugin ---------------------------------------------------------------------------

    def handle_create(self) -> Progress:
        """Begin to create the members: all at once, or in batches."""
        self.remove()
        return self._begin_all(self.update_policy.get(BATCH_CREATE), 0)

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Progress:
        """Begin to change the members: all at once, or in batches if their definition changed."""
        self.remove()
        policy = self.update_policy.get(ROLLING_UPDATE) if RESOURCE_DEF in prop_diff else None
        current = sum(name not in self.removed() for name in self.definitions()) if policy else 0
        return self._begin_all(policy, current)

    def _begin_all(self, policy: Mapping[str, Any] | None, current: int) -> Progress:
        count = self.properties[COUNT]
        if not policy:
            return self.begin_batches([Batch(count, count)])
        self.check_size(count)  # before building a list of that many batches
        least = policy.get("min_in_service") or 0
        rolled = list(batches.by_index(count, current, policy["max_batch_size"], least))
        return self.begin_batches(rolled or [Batch(count, count)], policy["pause_time"])

    @classmethod
    def asked_of_members(cls, key: str) -> str | None:
        """Return the members' attribute that a name refers to; None if the attribute is the group's own."""
        return attributes.asked_of_members(key, (*cls.attributes_schema, *BASE_ATTRIBUTES))

    @classmethod
    def has_attribute(cls, name: str) -> bool:
        """Accept any name: an attribute that isn't the group's own may be its members'."""
        return True

    def resolve_attributes(self) -> dict[str, Any]:
        """Return the recorded attributes of the members, from which ``read_attribute`` answers."""
        found = Members.of_outputs(self.name, self.nested.outputs(self.uuid))
        own = {REFS: found.refs(), REFS_MAP: dict(found.references), REMOVED: self.removed()}
        recorded = {**found.recorded(), **own}
        return {**recorded, **self.inner_attributes(recorded)}

    @classmethod
    def read_attribute(cls, name: str, recorded: Mapping[str, Any], key: str, path: Sequence[Any]) -> Any:
        """Return an attribute of the group or of one member, or the list of an attribute of all members.

        ``refs_map`` and ``removed_rsrc_list`` are returned whole, whatever the path, as in Heat.

        :raises NotFound: if there is no such member
        :raises InvalidTemplateAttribute: for ``attributes`` without the name of an attribute
        """
        there, (is_inside, value) = Members.of_recorded(name, recorded), read_inside(recorded, key, path)
        if is_inside:
            return value
        if key in (REFS, REFS_MAP, REMOVED):
            return super().read_attribute(name, recorded, key, path if key == REFS else ())
        if key == ATTRIBUTES:
            return there.mapped(path, key)
        if key.startswith(MEMBER_PREFIX):
            return there.of_one(key, path)
        return [there.at(member, [key, *path]) for member in there.names]
