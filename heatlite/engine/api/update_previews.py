"""Preview the effects of an update on a stack and on its nested stacks.

::

    resource   its nested stack
    updated    as it is  ─▶  as it would be        the same comparison, one level down
    deleted    as it is  ─▶  nothing               every resource in it is deleted
    added      nothing   ─▶  as it would be        every resource in it is added
    replaced   both deleted and added

Only the stored rows are read. A nested stack whose template isn't known yet is skipped.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from heatlite.context import RequestContext
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.engine.api.replies import Reply
from heatlite.engine.common.reply_limits import ReplyBudget
from heatlite.engine.decision.preview import Change, Fate, Present, Preview
from heatlite.engine.definitions.inheritance import NOTHING_HIDDEN
from heatlite.engine.definitions.traversals import nothing_wanted
from heatlite.engine.operations.planning import Planner
from heatlite.engine.operations.stack_tree import Place, Walk, imagined
from heatlite.engine.shared import Shared
from heatlite.template import Mask, Template
from heatlite.template.mask import masked, masked_value

LESS = "ask without nested stacks, or for fewer members of its groups."

Told = dict[Fate, list[Reply]]
Tell = Callable[[StackRecord, ResourceRecord | None, str, Template], Reply]
"""Builds the reply for a resource, from its row if it has one, else from its name."""


@dataclass(frozen=True)
class UpdatePreview:
    """Computes what an update does to the resources of a stack, or of a tree of stacks."""

    shared: Shared
    context: RequestContext
    tell: Tell
    nested: bool
    budget: ReplyBudget = field(default_factory=lambda: ReplyBudget("The preview", LESS))

    @functools.cached_property
    def walk(self) -> Walk:
        """The walk down the tree; it reads each nested template once."""
        return Walk(self.shared, self.context)

    def changes(self, place: Place, depth: int = 0) -> Told:
        """Return fate → the resources that have it.

        :raises HeatliteError: when a template isn't well-formed
        """
        parsed, parameters = self.walk.bound(place)
        by_fate: Told = {fate: [] for fate in Fate}
        with masked(parameters.mask):
            present = self.walk.present(place)
            preview = Preview(self.shared.registry, self.shared.inputs, parsed, parameters, present)
            before = self._before(place, present)
            planner, mask = Planner(self.shared, self.context, self.walk), parameters.mask
            read = {name for it in parsed.resources.values() for name in it.references | {name for name, _ in it.reads}}

            def settle(name: str, change: Change) -> Change:
                """Find out whether a nested stack changes, if another resource reads what it says."""
                return planner.settle(place, preview, name, change, mask, depth)[0] if name in read else change

            for name, change in preview.as_in_heat(before, settle).items():
                template = before.template if change.fate is Fate.DELETED else parsed
                by_fate[change.fate].append(self.budget.counted(self.tell(place.stack, change.row, name, template)))
                if not self.nested or depth >= self.shared.settings.max_nested_stack_depth:
                    continue
                for child in self.walk.children(place, preview, name, change):
                    for key, found in self.changes(child, depth + 1).items():
                        by_fate[key] += found
        return by_fate

    def _before(self, place: Place, present: Present) -> Preview:
        """Return a preview by the stack's current template; by an empty template if the stack doesn't exist yet."""
        shared, stack = self.shared, place.stack
        template, parameters = shared.library.readable(self.context, stack) if place.is_there else nothing_wanted(stack)
        linked = shared.linked(template, parameters)
        return Preview(shared.registry, shared.inputs, linked, parameters, present)

    def tree(self, place: Place, above: Mask = NOTHING_HIDDEN) -> list[Any]:
        """Return the resources of a stack to be created; for a nested stack, a list of its resources in its place.

        :param above: the hidden values of the stacks that it would be nested in; they are masked here, too
        :raises HeatliteError: when a template isn't well-formed
        """
        parsed, parameters = self.walk.bound(place)
        found: list[Any] = []
        mask = parameters.mask | above
        with masked(mask):
            preview = Preview(self.shared.registry, self.shared.inputs, parsed, parameters, self.walk.present(place))
            preview.changes()
            for name in parsed.resources:
                below = self.walk.wanted(place, preview, name)
                if below is None:
                    resource = self.tell(place.stack, None, name, parsed)
                    found.append(
                        self.budget.counted({**resource, "properties": masked_value(preview.properties(name), mask)})
                    )
                else:
                    facade = self.walk.facade(preview, name, below.template)
                    found.append(self.tree(Place(imagined(place.stack, name), False, below, facade), mask))
        return found
