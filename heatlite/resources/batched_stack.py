"""BatchedStack: a nested stack that is changed in several operations, one after another, with pauses between them.

::

    progress {"batches": [[5, 2], [4, 0]], "pause": 60, "resume_at": null, "step": {…}}

    step: wait for the child ─▶ pause ─▶ next batch: build its template from the child's current state ─▶ step …

The progress records the current batch. After a crash another engine continues with that batch. No thread waits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heatlite.resources.base import Resource, UpdateReplace
from heatlite.resources.groups import template
from heatlite.resources.groups.attributes import Members, is_inside_a_member
from heatlite.resources.groups.batches import Batch
from heatlite.resources.groups.members import Definition, Definitions, Member, oldest_first
from heatlite.resources.nested.decision import is_lost
from heatlite.resources.nested.port import Verb
from heatlite.resources.stack_resource import Progress, Sample, StackResource
from heatlite.schema.sizes import weight


class BatchedStack(StackResource):
    """The base class of groups."""

    @classmethod
    def template_from_heat(cls, given: Mapping[str, Any], names: Sequence[str]) -> Mapping[str, Any]:
        """Return the same members, with the outputs that heatlite's groups read."""
        return template.from_heat(given)

    def first_name(self) -> str:
        """Return the name of one member that can represent all others. Called only if the group has members."""
        raise NotImplementedError

    def definition_of(self, name: str) -> Definition:
        """Return a member's definition by the current properties."""
        raise NotImplementedError

    def child_sample(self) -> Sample:
        """Return one member as the sample of all: members differ by little more than their names."""
        size = self.child_size()
        if size is None or not self.describes():
            return Sample(None)
        if size == 0:
            return Sample(template.of({}))
        name = self.first_name()
        return Sample(template.of({name: self.definition_of(name)}), {name: size})

    def weight_of_member(self) -> int:
        """Return the size of the first member's definition: the others are about as large."""
        return weight(self.definition_of(self.first_name()))

    @classmethod
    def reads_inside(cls, name: str) -> bool:
        """Tell whether an attribute is of a stack nested in a member; the outputs give all other attributes."""
        return is_inside_a_member(name)

    @classmethod
    def member_names(cls, recorded: Mapping[str, Any]) -> Sequence[str]:
        """Return the names of the members, in order."""
        return Members.of_recorded("", recorded).names

    def template_of(self, batch: Batch) -> Mapping[str, Any]:
        """Return the child's template after a batch, built from the child's current state."""
        raise NotImplementedError

    def needs_replacement(self, before: Mapping[str, Any], after: Mapping[str, Any], changed: frozenset[str]) -> bool:
        """Decide by the schema: some properties of a group can't change in place."""
        return Resource.needs_replacement(self, before, after, changed)

    def check_create_complete(self, progress: Progress) -> bool:
        """Tell whether the last batch is complete."""
        return self._check_batches(progress)

    def check_update_complete(self, progress: Progress | None) -> bool:
        """Tell whether the last batch is complete."""
        return progress is None or self._check_batches(progress)

    def begin_batches(self, batches: Sequence[Batch], pause: float = 0) -> Progress:
        """Return the progress of these batches before the first one begins; ``pause`` in seconds.

        :raises UpdateReplace: if the child is deleted, or is being deleted
        :raises ValueError: if the pauses alone take longer than an operation may
        :raises StackResourceLimitExceeded: if the group would have more members than allowed
        """
        self.check_size(max(batch.size for batch in batches))
        if pause * (len(batches) - 1) >= self.nested.time_limit():
            raise ValueError("The current update policy will result in stack update timeout.")
        child = self._look()
        if is_lost(child):
            raise UpdateReplace
        self.resource_id_set(self.uuid)
        left = [[batch.size, batch.changes] for batch in batches]
        return {"batches": left, "pause": pause, "resume_at": None, "step": None}

    def _check_batches(self, progress: Progress) -> bool:
        """Continue as far as possible; return False if there is something to wait for, or to record first."""
        if progress["step"] is not None:
            if not self._check(progress["step"]):
                return False
            progress["step"] = None
            progress["resume_at"] = self.now() + progress["pause"]
        while progress["batches"]:
            left = (progress["resume_at"] or 0) - self.now()
            if left > 0:
                self.poll_in(left)
                return False
            progress["step"] = self._begin(Batch(*progress["batches"].pop(0)))
            if progress["step"] is not None:
                self.poll_in(0)  # the row must record the operation before it is sent
                return False
        return True

    def _begin(self, batch: Batch) -> Progress | None:
        """Choose the operation that brings the child to the state after a batch; None if it is there already."""
        self.check_size(batch.size)
        goal = self.nested.store(self.template_of(batch), self.child_parameters(), self.uuid)
        child = self._look()
        if self._is_at(child, goal):
            return None
        chosen = self._choose(Verb.UPDATE, goal, child.operation_id if child else None)
        return {**chosen, "recorded": True}

    # --- the child's current state --------------------------------------------------------------------------

    def members(self) -> list[Member]:
        """Return the resources in the child's template, the first to be removed at the front.

        Resources that have left the template, but aren't deleted yet, aren't among them.
        """
        return self._members(self._written())

    def definitions(self) -> Definitions:
        """Return the definitions of the members as the child's template has them, in the same order."""
        written = self._written()  # read once: the child's template may change between two reads
        return {member.name: written[member.name] for member in self._members(written)}

    def _members(self, written: Definitions) -> list[Member]:
        return oldest_first([it for it in self.nested.members(self.uuid) if it.name in written]) if written else []

    def _written(self) -> Definitions:
        return template.definitions(self.nested.template(self.uuid)) if self.resource_id is not None else {}
