"""BatchedStack: a nested stack that is changed in several operations, one after the other, with pauses between them.

::

    progress {"batches": [[5, 2], [4, 0]], "pause": 60, "resume_at": null, "step": {…}}

    step: wait for the child ─▶ pause ─▶ the next batch: make its template, from what the child is by then ─▶ step …

Where it stands is the progress, so a crash goes on with the batch that was under way, and no thread waits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heatlite.resources.base import Resource, UpdateReplace
from heatlite.resources.groups import template
from heatlite.resources.groups.attributes import is_inside_a_member
from heatlite.resources.groups.batches import Batch
from heatlite.resources.groups.members import Definition, Definitions, Member, oldest_first
from heatlite.resources.nested.port import Verb
from heatlite.resources.stack_resource import Progress, Sample, StackResource
from heatlite.schema.sizes import weight


class BatchedStack(StackResource):
    """What groups have in common."""

    @classmethod
    def template_taken_over(cls, given: Mapping[str, Any], names: Sequence[str]) -> Mapping[str, Any]:
        """The same members, with the outputs that tell of them here."""
        return template.taken_over(given)

    def first_name(self) -> str:
        """The name of a member that stands for all others; asked only where there is one."""
        raise NotImplementedError

    def definition_of(self, name: str) -> Definition:
        """A member's definition as the properties have it now."""
        raise NotImplementedError

    def child_sample(self) -> Sample:
        """One member for all: they differ by little more than their names."""
        size = self.child_size()
        if size is None or not self.describes():
            return Sample(None)
        if size == 0:
            return Sample(template.of({}))
        name = self.first_name()
        return Sample(template.of({name: self.definition_of(name)}), {name: size})

    def weight_of_member(self) -> int:
        """That of the first member's definition: the others' are about as long."""
        return weight(self.definition_of(self.first_name()))

    @classmethod
    def reads_inside(cls, name: str) -> bool:
        """Only what is nested in a member: all else is told by the outputs."""
        return is_inside_a_member(name)

    def template_of(self, batch: Batch) -> Mapping[str, Any]:
        """The child's template after a batch, made from what the child is now."""
        raise NotImplementedError

    def needs_replacement(self, before: Mapping[str, Any], after: Mapping[str, Any], changed: frozenset[str]) -> bool:
        """As the schema says: some properties of a group can't change in place."""
        return Resource.needs_replacement(self, before, after, changed)

    def check_create_complete(self, progress: Progress) -> bool:
        """Whether the last batch is complete."""
        return self._check_batches(progress)

    def check_update_complete(self, progress: Progress | None) -> bool:
        """Whether the last batch is complete."""
        return progress is None or self._check_batches(progress)

    def begin_batches(self, batches: Sequence[Batch], pause: float = 0) -> Progress:
        """The progress of these batches, none of which has begun; ``pause`` in seconds.

        :raises UpdateReplace: where the child is gone, or is going
        :raises ValueError: where the pauses alone take longer than an operation may
        :raises StackResourceLimitExceeded: where the group would have more members than it may
        """
        self.check_size(max(batch.size for batch in batches))
        if pause * (len(batches) - 1) >= self.nested.time_limit():
            raise ValueError("The current update policy will result in stack update timeout.")
        child = self._look()
        if child is not None and (child.is_gone or child.action == Verb.DELETE):
            raise UpdateReplace
        self.resource_id_set(self.uuid)
        left = [[batch.size, batch.changes] for batch in batches]
        return {"batches": left, "pause": pause, "resume_at": None, "step": None}

    def _check_batches(self, progress: Progress) -> bool:
        """Go on as far as possible: False where something is to be waited for, or to be recorded first."""
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
                self.poll_in(0)  # what is to be sent is recorded before it is sent
                return False
        return True

    def _begin(self, batch: Batch) -> Progress | None:
        """The operation that makes a batch true; None where it is true already."""
        self.check_size(batch.size)
        goal = self.nested.store(self.template_of(batch), self.child_parameters(), self.uuid)
        child = self._look()
        if child is not None and self._is_at(child, goal):
            return None
        chosen = self._choose(Verb.UPDATE, goal, child.operation_id if child else None)
        return {**chosen, "recorded": True}

    # --- what the child is now ------------------------------------------------------------------------------

    def members(self) -> list[Member]:
        """The resources of the child's template, the first to go at the front. What left it may still have to go."""
        return self._members(self._written())

    def definitions(self) -> Definitions:
        """Of each of these the definition that the child's template gives it."""
        written = self._written()  # once: the child may be at another by the next look
        return {member.name: written[member.name] for member in self._members(written)}

    def _members(self, written: Definitions) -> list[Member]:
        return oldest_first([it for it in self.nested.members(self.uuid) if it.name in written]) if written else []

    def _written(self) -> Definitions:
        return template.definitions(self.nested.template(self.uuid)) if self.resource_id is not None else {}
