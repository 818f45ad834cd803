"""OS::Heat::AutoScalingGroup: a nested stack with a variable number of resources of one definition.

::

    create     desired_capacity members, or min_size
    update     changes their definition in batches; then desired_capacity, if it is given
    adjust     a scaling policy's signal: more or fewer members, unless the group is cooling down

New members have random names. When the group shrinks, failed members go first, then the oldest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heatlite import exception
from heatlite.resources.base import NoActionRequired
from heatlite.resources.batched_stack import BatchedStack
from heatlite.resources.builtin.group_schemas import MAX_BATCH_SIZE, MIN_IN_SERVICE, PAUSE_TIME, ROLLING_UPDATE_SCHEMA
from heatlite.resources.groups import batches, capacity, cooldown, members, naming, template
from heatlite.resources.groups.attributes import MEMBER_PREFIX, Members, read_inside
from heatlite.resources.groups.batches import Batch
from heatlite.resources.groups.capacity import Adjustment
from heatlite.resources.groups.members import Definition, Definitions
from heatlite.resources.nested.port import Begin, Verb
from heatlite.resources.schema import Attribute, CacheMode, Property, SupportStatus, Type
from heatlite.resources.stack_resource import Progress
from heatlite.schema.attribute_paths import INNER, place_in, split
from heatlite.schema.constraints import Range

RESOURCE, MAX_SIZE, MIN_SIZE, DESIRED = "resource", "max_size", "min_size", "desired_capacity"
COOLDOWN, ROLLING_UPDATES = "cooldown", "rolling_updates"
OUTPUTS, OUTPUTS_LIST, CURRENT_SIZE, REFS, REFS_MAP = "outputs", "outputs_list", "current_size", "refs", "refs_map"
SCALING = "scaling"
"""The key of the resource's data for the cooldown."""

NOT_NEGATIVE = (Range(min=0),)


@dataclass(frozen=True, slots=True)
class Scaling:
    """A policy's request to a group; ``cooldown`` in seconds, None for the group's own."""

    by: float
    kind: Adjustment
    least_step: int | None = None
    cooldown: float | None = None

    def __str__(self) -> str:
        return f"{self.kind} : {self.by}"


class AutoScalingGroup(BatchedStack):
    """A group that scaling policies resize."""

    decides_template_at_runtime = True
    support_status = SupportStatus(version="2014.1")
    properties_schema = {
        RESOURCE: Property(
            Type.MAP, "The definition of each member, as a resource in a template.", required=True, update_allowed=True
        ),
        MAX_SIZE: Property(
            Type.INTEGER, "The largest size.", required=True, update_allowed=True, constraints=NOT_NEGATIVE
        ),
        MIN_SIZE: Property(
            Type.INTEGER, "The smallest size.", required=True, update_allowed=True, constraints=NOT_NEGATIVE
        ),
        COOLDOWN: Property(Type.INTEGER, "Seconds after scaling in which policies are ignored.", update_allowed=True),
        DESIRED: Property(Type.INTEGER, "The initial size.", update_allowed=True),
        ROLLING_UPDATES: Property(
            Type.MAP,
            "How an update changes the members' definition in batches.",
            default={MIN_IN_SERVICE: 0, MAX_BATCH_SIZE: 1, PAUSE_TIME: 0},
            update_allowed=True,
            schema=ROLLING_UPDATE_SCHEMA,
        ),
    }
    attributes_schema = {
        OUTPUTS: Attribute("An attribute of all members, as a map by name.", Type.MAP, CacheMode.NONE),
        OUTPUTS_LIST: Attribute("An attribute of all members, as a list.", Type.LIST, CacheMode.NONE),
        CURRENT_SIZE: Attribute("The number of members.", Type.INTEGER),
        REFS: Attribute("The get_resource value of each member, as a list.", Type.LIST),
        REFS_MAP: Attribute("The get_resource value of each member, as a map by name.", Type.MAP),
    }

    def validate(self) -> None:
        """Check the sizes against one another.

        :raises StackValidationFailed: if they don't fit together
        """
        if self.known(MIN_SIZE, MAX_SIZE) and self.properties[MAX_SIZE] < self.properties[MIN_SIZE]:
            raise exception.StackValidationFailed(message="MinSize can not be greater than MaxSize")
        if not self.known(MIN_SIZE, MAX_SIZE, DESIRED) or self.properties[DESIRED] is None:
            return
        if not self.properties[MIN_SIZE] <= self.properties[DESIRED] <= self.properties[MAX_SIZE]:
            raise exception.StackValidationFailed(message="DesiredCapacity must be between MinSize and MaxSize")

    # --- the members ----------------------------------------------------------------------------------------

    def child_size(self) -> int | None:
        """Return the size of a new group."""
        return self.first_size() if self.known(MIN_SIZE, DESIRED) else None

    def describes(self) -> bool:
        """Tell whether the definition is a map with a known type; other values in it may be unknown."""
        return self.knows_keys(RESOURCE) and isinstance(self.properties[RESOURCE].get("type", ""), str)

    def first_name(self) -> str:
        """Return a random name: the definition is the same for all members."""
        return next(naming.short_ids(self.random, ()))

    def child_template(self) -> Mapping[str, Any] | None:
        """Return the template of a new group."""
        size = self.child_size()
        return self.template_of(Batch(size, 0)) if size is not None and self.describes() else None

    def first_size(self) -> int:
        """Return the size of a new group."""
        return int(self.properties[DESIRED] or self.properties[MIN_SIZE])

    @classmethod
    def template_from_heat(cls, given: Mapping[str, Any], names: Sequence[str]) -> Mapping[str, Any]:
        """Return the same members, the oldest first: the order of ``refs`` and of indexes."""
        return template.from_heat(given, names)

    def template_of(self, batch: Batch) -> Mapping[str, Any]:
        """Return the members after a batch.

        Members with an old definition are changed or removed first; among equals, the oldest.
        """
        present = self.definitions()
        wanted = self.resized(members.outdated_first(present, self.definition_of), batch)
        return template.of(members.in_order(wanted, present))

    def resized(self, old: Definitions, batch: Batch) -> Definitions:
        """Return the members after a batch; those at the front of ``old`` are changed or removed first."""
        missing = max(0, batch.size - len(old))
        chosen = naming.short_ids(self.random, old)
        names = sorted(next(chosen) for _ in range(missing))
        return members.changed(old, self.definition_of, batch.size, batch.changes, iter(names))

    def definition_of(self, name: str) -> Definition:
        """Return the definition, which is the same for each member."""
        definition: Definition = self.properties[RESOURCE]
        return definition

    def size(self) -> int:
        """Return the number of members that haven't failed."""
        return sum(not member.failed for member in self.members())

    # --- the contract of a plugin ---------------------------------------------------------------------------

    def handle_create(self) -> Progress:
        """Begin to create the members."""
        return self.begin_batches([Batch(self.first_size(), 0)])

    def check_create_complete(self, progress: Progress) -> bool:
        """Tell whether all members are complete; then begin the cooldown."""
        return self._cool_down_after(super().check_create_complete(progress))

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Progress:
        """Begin to change the members' definition in batches, and then their number.

        If no property changed, the size stays: a policy may have changed it.
        """
        present = self.size()
        if not prop_diff:
            return self.begin_batches([Batch(len(self.definitions()) or self.first_size(), 0)])
        steps, pause = [], 0.0
        if RESOURCE in prop_diff and (there := len(self.definitions())):
            policy = self.properties[ROLLING_UPDATES]
            pause, present = policy[PAUSE_TIME], min(self.properties[DESIRED] or there, there)
            steps = list(batches.by_age(present, there, policy[MAX_BATCH_SIZE], policy[MIN_IN_SERVICE]))
        wanted = self.properties[DESIRED] or present
        return self.begin_batches(
            [*steps, Batch(self.within_bounds(present, Scaling(wanted, Adjustment.EXACT)), 0)], pause
        )

    def check_update_complete(self, progress: Progress | None) -> bool:
        """Tell whether the last batch is complete; then begin the cooldown."""
        return self._cool_down_after(super().check_update_complete(progress))

    def _cool_down_after(self, is_complete: bool) -> bool:
        if is_complete:
            self._cool_down(self.properties[COOLDOWN], f"ExactCapacity : {self.size()}")
        return is_complete

    def _cool_down(self, seconds: float | None, reason: str) -> None:
        self.data_set(SCALING, cooldown.after(self.data.get(SCALING) or {}, self.now(), seconds, reason))

    def within_bounds(self, present: int, scaling: Scaling) -> int:
        """Return the size after an adjustment, within the group's limits."""
        smallest, largest = self.properties[MIN_SIZE], self.properties[MAX_SIZE]
        return capacity.adjusted(present, scaling.by, scaling.kind, scaling.least_step, smallest, largest)

    def adjust(self, scaling: Scaling) -> Begin:
        """Return the operation on the nested stack for a policy. Once it has begun, the caller calls ``adjusted``.

        :raises NoActionRequired: if the size stays, or the group is busy or cooling down
        :raises StackResourceLimitExceeded: if it would have more members than allowed
        """
        seconds = self.properties[COOLDOWN] if scaling.cooldown is None else scaling.cooldown
        child, present = self._look(), self.size()
        wanted = self.within_bounds(present, scaling)
        if child is None or child.is_gone or child.action == Verb.DELETE or wanted == present:
            raise NoActionRequired
        if child.action == Verb.SUSPEND:  # the stack's suspension has reached the group, but not yet the policy
            raise NoActionRequired
        if child.status == "IN_PROGRESS" or cooldown.refusal(self.data.get(SCALING) or {}, self.now(), seconds):
            raise NoActionRequired
        self.check_size(wanted)
        goal = self.nested.revise(self.uuid, template.of(self.resized(self.definitions(), Batch(wanted, 0))))
        chosen = self._choose(Verb.UPDATE, goal, child.operation_id)
        return self._message({**chosen, "collects": True}, creates=False)  # no root operation would collect afterwards

    def adjusted(self, scaling: Scaling) -> None:
        """Begin the cooldown."""
        seconds = self.properties[COOLDOWN] if scaling.cooldown is None else scaling.cooldown
        self._cool_down(seconds, str(scaling))

    # --- attributes -----------------------------------------------------------------------------------------

    @classmethod
    def has_attribute(cls, name: str) -> bool:
        """Accept the attributes of the schema, and ``resource.INDEX`` with or without an attribute."""
        return name.startswith(MEMBER_PREFIX) or super().has_attribute(name)

    def resolve_attributes(self) -> dict[str, Any]:
        """Return the recorded attributes of the members, from which ``read_attribute`` answers."""
        found = Members.of_outputs(self.name, self.nested.outputs(self.uuid))
        own = {REFS: found.refs(), REFS_MAP: dict(found.references), CURRENT_SIZE: len(found.names)}
        recorded = {**found.recorded(), **own}
        return {**recorded, **self.inner_attributes(recorded)}

    @classmethod
    def inner_name(cls, recorded: Mapping[str, Any], name: str) -> str:
        """Replace a member's index by its name in the nested stack."""
        written, attribute = split(name)
        names = Members.of_recorded("", recorded).names
        place = place_in(names, written)
        member = written if place is None else names[place]
        return f"{INNER}{member}" if attribute is None else f"{INNER}{member}.{attribute}"

    @classmethod
    def read_attribute(cls, name: str, recorded: Mapping[str, Any], key: str, path: Sequence[Any]) -> Any:
        """Return an attribute of the group, or of the member with an index: the oldest is 0.

        ``refs``, ``refs_map`` and ``current_size`` are returned whole, whatever the path, as in Heat.

        :raises NotFound: if there are fewer members
        :raises InvalidTemplateAttribute: for ``outputs`` without the name of an attribute
        """
        there, (is_inside, value) = Members.of_recorded(name, recorded), read_inside(recorded, key, path)
        if is_inside:
            return value
        if key == OUTPUTS:
            return there.mapped(path, key)
        if key == OUTPUTS_LIST:
            return list(there.mapped(path, key).values())
        if key.startswith(MEMBER_PREFIX):
            return there.of_one_by_age(key, path)
        return super().read_attribute(name, recorded, key, ())
