"""Walk a tree of stacks from the root down, with each stack as it is and as an update would make it.

::

    resource   its nested stack
    updated    as it is  ─▶  as it would be        the same comparison, one level down
    deleted    as it is  ─▶  nothing               every resource in it is deleted
    added      nothing   ─▶  as it would be        every resource in it is added
    replaced   both deleted and added
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from heatlite import template as language
from heatlite.db import resources, stacks, templates
from heatlite.db.api import Context
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.engine.common import limits
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.common.reply_limits import check_read
from heatlite.engine.common.settings import Settings
from heatlite.engine.decision.preview import Change, Fate, Present, Preview
from heatlite.engine.definitions import implied_dependencies
from heatlite.engine.definitions.inheritance import NOTHING_HIDDEN, environment_of_child
from heatlite.engine.definitions.traversals import Library
from heatlite.engine.operations import expected_stacks
from heatlite.engine.operations.validation import Identity, Submission
from heatlite.engine.ports.nested_stacks import view
from heatlite.resources.nested.port import ChildView, Goal
from heatlite.resources.registry import Registry
from heatlite.resources.stack_resource import StackResource
from heatlite.template import Mask, Parameters, Template, holds_unknown

Shown = Callable[[str, Iterable[ResourceRecord]], list[ResourceRecord]]


def as_they_are(stack_id: str, rows: Iterable[ResourceRecord]) -> list[ResourceRecord]:
    """Return the rows of a stack as they were read."""
    return list(rows)


class Knowledge(Protocol):
    """The parts of ``Shared`` that a preview needs, so that it also runs without an engine."""

    @property
    def registry(self) -> Registry:
        """The plugins."""

    @property
    def inputs(self) -> Inputs:
        """Clock, ids and random numbers."""

    @property
    def settings(self) -> Settings:
        """The limits."""

    @property
    def library(self) -> Library:
        """Parsed templates."""


@dataclass(frozen=True)
class Place:
    """A stack in the tree: its row, or the row it would get; whether it exists; and what the update would make of it.

    ``wanted`` is None when the stack would be deleted. ``facade`` holds what the stack's template may read of its
    parent's resource.
    """

    stack: StackRecord
    is_there: bool
    wanted: Submission | None
    facade: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Walk:
    """Walks from a stack to its nested stacks. It reads only stored rows."""

    shared: Knowledge
    context: Context
    shown: Shown = as_they_are
    """Returns rows as they count: with what was seen of their physical resources, for example."""

    @functools.cached_property
    def reader(self) -> expected_stacks.Reader:
        """The reader of this walk's nested templates."""
        return expected_stacks.Reader(self.shared.settings)

    def present(self, place: Place) -> Present:
        """Return a stack as it is, with all of its rows; a stack that isn't there has none.

        :raises RequestLimitExceeded: when the rows hold too much
        """
        stack = place.stack
        size = resources.total_bytes(self.context, stack.id) if place.is_there else 0
        check_read(size, "it can be updated without", f"A preview of stack {stack.name}")
        rows = resources.by_stack(self.context, stack.id) if place.is_there else []
        return Present(
            stack.name,
            stack.id,
            stack.tenant,
            self.shown(stack.id, rows),
            self.shared.settings.max_attempts,
            stack.returns_to,
            place.facade,
            lambda row: stacks.get(self.context, row.uuid) is not None,
        )

    def bound(self, place: Place) -> tuple[Template, Parameters]:
        """Return the template that the update gives a stack, and the values of its parameters; some may be unknown.

        :raises HeatliteError: when the template isn't well-formed
        """
        if place.wanted is None:
            parsed = language.parse({"heat_template_version": "2021-04-16"})
            return parsed, language.bind(parsed, language.Environment(), Identity.of(place.stack).pseudo)
        environment = place.wanted.environment
        parsed = self.reader.parse(place.wanted.template, place.wanted.files, environment.resource_registry)
        parameters = expected_stacks.bind(parsed, environment, Identity.of(place.stack).pseudo)
        return implied_dependencies.linked(parsed.under(parameters), parameters, self.shared.registry), parameters

    def children(
        self, place: Place, preview: Preview, name: str, change: Change, mask: Mask = NOTHING_HIDDEN
    ) -> Iterator[Place]:
        """Yield a resource's nested stack as it is and as it would be; none if the resource is unchanged.

        :param mask: hides the hidden values of the stack and of those above
        """
        fate = change.fate
        if fate is Fate.UNCHANGED:
            return
        old = self._child(place, change.row)
        new = None if fate is Fate.DELETED else self.wanted(place, preview, name, mask)
        facade = None if new is None else self.facade(preview, name, new.template)
        if fate is Fate.UPDATED and old is not None:
            yield Place(old, True, new, facade)
            return
        if old is not None and not change.retains:
            yield Place(old, True, None)
        if new is not None:
            yield Place(imagined(place.stack, name), False, new, facade)

    def as_it_is(self, place: Place, preview: Preview, name: str, change: Change) -> Iterator[Place]:
        """Yield a resource's nested stack with its own template, parameters and files, in the environment of today."""
        old, wanted = self._child(place, change.row), place.wanted
        if old is None or wanted is None:
            return
        stored = templates.get(self.context, old.raw_template_id)
        definition, template = preview.template.resources[name], preview.template
        own = language.Environment.parse(stored.environment).parameters
        environment = environment_of_child(wanted.environment, template, definition, own)
        kept = Submission(stored.template, {**stored.files, **wanted.files}, environment)
        yield Place(old, True, kept, self.facade(preview, name, stored.template))

    def facade(self, preview: Preview, name: str, raw: Mapping[str, Any]) -> Any:
        """Return what a nested stack's template reads of its owner's resource; None if it reads nothing."""
        return preview.facade(name) if self.reader.reads_facade(raw) else None

    def _child(self, place: Place, row: ResourceRecord | None) -> StackRecord | None:
        old = stacks.get(self.context, row.physical_resource_id) if row and row.physical_resource_id else None
        is_own = old is not None and old.owner_id == place.stack.id and old.deleted_at is None
        return old if is_own else None

    def child_view(self, row: ResourceRecord | None) -> ChildView | None:
        """Return a row's nested stack as the row's plugin sees it; None if there never was one."""
        stack = stacks.get(self.context, row.physical_resource_id) if row and row.physical_resource_id else None
        return None if stack is None else view(stack)

    def goal(self, child: Place) -> Goal | None:
        """Return the goal of an existing nested stack; None if its template isn't stored, so that it can't be met."""
        wanted = child.wanted
        if wanted is None or holds_unknown([wanted.template, wanted.environment.parameters]):
            return None
        found = templates.find(self.context, wanted.template, wanted.files, wanted.environment.to_dict())
        return None if found is None else Goal(found, None if child.facade is None else dict(child.facade))

    def wanted(self, place: Place, preview: Preview, name: str, mask: Mask = NOTHING_HIDDEN) -> Submission | None:
        """Return the submission of a resource's nested stack; None if it isn't a stack, or its template is unknown."""
        resource = preview.resource(name)
        if place.wanted is None or not isinstance(resource, StackResource):
            return None
        size, settings = resource.child_size(), self.shared.settings
        if size:
            limits.check_members(settings, size, resource)
        written = resource.child_template()
        if written is None:
            return None
        raw = self.reader.load(written)
        definition, template = preview.template.resources[name], preview.template
        parameters = resource.child_parameters()
        environment = environment_of_child(place.wanted.environment, template, definition, parameters, mask)
        return Submission(raw, place.wanted.files, environment)


def imagined(parent: StackRecord, name: str) -> StackRecord:
    """Build the row of a nested stack that doesn't exist yet."""
    return dataclasses.replace(
        parent, id="None", name=f"{parent.name}-{name}", owner_id=parent.id, parent_resource_name=name
    )
