"""Places: the stacks of a tree as they are and as an update would have them, from the root on.

::

    updated    its stack as it is  ─▶  as it would be        the same question, one level down
    deleted    its stack as it is  ─▶  nothing               all that is in it is deleted
    added      nothing             ─▶  as it would be        all that is in it is added
    replaced   both of these
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from heatlite import template as language
from heatlite.db import resources, stacks, templates
from heatlite.db.api import Context
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.engine.common import limits
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.common.settings import Settings
from heatlite.engine.decision.preview import Fate, Preview
from heatlite.engine.definitions import implied_dependencies
from heatlite.engine.definitions.active_resources import serving
from heatlite.engine.definitions.inheritance import environment_of_child
from heatlite.engine.definitions.traversals import Library
from heatlite.engine.operations import expected_stacks
from heatlite.engine.operations.validation import Identity, Submission
from heatlite.resources.registry import Registry
from heatlite.resources.stack_resource import StackResource
from heatlite.template import Parameters, Template


class Knowledge(Protocol):
    """What it takes to say what would be done: a process's ``Shared``, or as much of it where there is no engine."""

    @property
    def registry(self) -> Registry:
        """The plugins."""

    @property
    def inputs(self) -> Inputs:
        """Clock, ids and chance."""

    @property
    def settings(self) -> Settings:
        """The limits."""

    @property
    def library(self) -> Library:
        """Parsed templates."""


@dataclass(frozen=True)
class Place:
    """A stack in the tree: its row, or what its row would be; whether it is there; and what it is to become.

    ``wanted`` None: nothing. ``facade``: what its template may read of the resource that it is.
    """

    stack: StackRecord
    is_there: bool
    wanted: Submission | None
    facade: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Walk:
    """Goes from a stack to those that are nested in it. Only what the stored rows say is looked at."""

    shared: Knowledge
    context: Context

    @functools.cached_property
    def reader(self) -> expected_stacks.Reader:
        """What reads the nested templates of this walk."""
        return expected_stacks.Reader(self.shared.settings)

    def rows(self, place: Place) -> dict[str, ResourceRecord]:
        """Name → the row that serves it now."""
        if not place.is_there:
            return {}
        return serving(resources.by_stack(self.context, place.stack.id), place.stack.raw_template_id)

    def bound(self, place: Place) -> tuple[Template, Parameters]:
        """The template that a stack is to have, and the values of its parameters; some may not be known.

        :raises HeatliteError: when the template isn't well-formed
        """
        if place.wanted is None:
            parsed = language.parse({"heat_template_version": "2021-04-16"})
            return parsed, language.bind(parsed, language.Environment(), Identity.of(place.stack).pseudo)
        environment = place.wanted.environment
        parsed = self.reader.parse(place.wanted.template, place.wanted.files, environment.resource_registry)
        parameters = expected_stacks.bind(parsed, environment, Identity.of(place.stack).pseudo)
        return implied_dependencies.linked(parsed.under(parameters), parameters, self.shared.registry), parameters

    def children(self, place: Place, preview: Preview, name: str, fate: Fate) -> Iterator[Place]:
        """The stacks that a resource is and would be, as far as anything becomes of them."""
        if fate is Fate.UNCHANGED:
            return
        old = self._present(place, preview.row(name))
        new = None if fate is Fate.DELETED else self.wanted(place, preview, name)
        facade = None if new is None else preview.facade(name, new.template)
        if fate is Fate.UPDATED and old is not None:
            yield Place(old, True, new, facade)
            return
        if old is not None:
            yield Place(old, True, None)
        if new is not None:
            yield Place(imagined(place.stack, name), False, new, facade)

    def as_it_is(self, place: Place, preview: Preview, name: str) -> Iterator[Place]:
        """The stack that a resource is, which is to keep its template and its own files, in what it inherits now."""
        old, wanted = self._present(place, preview.row(name)), place.wanted
        if old is None or wanted is None:
            return
        stored = templates.get(self.context, old.raw_template_id)
        definition, template = preview.template.resources[name], preview.template
        environment = environment_of_child(wanted.environment, template, definition, {})
        kept = Submission(stored.template, {**stored.files, **wanted.files}, environment)
        yield Place(old, True, kept, preview.facade(name, stored.template))

    def _present(self, place: Place, row: ResourceRecord | None) -> StackRecord | None:
        old = stacks.get(self.context, row.physical_resource_id) if row and row.physical_resource_id else None
        is_own = old is not None and old.owner_id == place.stack.id and old.deleted_at is None
        return old if is_own else None

    def wanted(self, place: Place, preview: Preview, name: str) -> Submission | None:
        """What the stack would be that a resource is; None where it is none, or it can't be known."""
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
        environment = environment_of_child(place.wanted.environment, template, definition, parameters)
        return Submission(raw, place.wanted.files, environment)


def imagined(parent: StackRecord, name: str) -> StackRecord:
    """The row of a nested stack that isn't there yet."""
    return dataclasses.replace(
        parent, id="None", name=f"{parent.name}-{name}", owner_id=parent.id, parent_resource_name=name
    )
