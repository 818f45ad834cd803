"""What an update would do to a stack, and to the stacks in it.

::

    updated    its stack as it is  ─▶  as it would be        the same question, one level down
    deleted    its stack as it is  ─▶  nothing               all that is in it is deleted
    added      nothing             ─▶  as it would be        all that is in it is added
    replaced   both of these

Only what the stored rows say is looked at. A stack whose template isn't known yet is passed over.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from heatlite import template as language
from heatlite.context import RequestContext
from heatlite.db import resources, stacks
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.engine.api.replies import Reply
from heatlite.engine.api.shown import shown
from heatlite.engine.masking import masked
from heatlite.engine.nested import expected
from heatlite.engine.nested.inheritance import environment_of_child
from heatlite.engine.preview import Fate, Present, Preview
from heatlite.engine.shared import Shared
from heatlite.engine.validation import Identity, Submission
from heatlite.resources.stack_resource import StackResource
from heatlite.template import Parameters, Template

Told = dict[Fate, list[Reply]]
Tell = Callable[[StackRecord, ResourceRecord | None, str, Template], Reply]
"""Shows a resource, by its row if it has one, else by its name."""


@dataclass(frozen=True)
class Place:
    """A stack in the tree: its row, or what its row would be; whether it is there; and what it is to become.

    ``wanted`` None: nothing.
    """

    stack: StackRecord
    is_there: bool
    wanted: Submission | None


@dataclass(frozen=True)
class UpdatePreview:
    """Tells what becomes of the resources of a stack, or of a tree of them."""

    shared: Shared
    context: RequestContext
    tell: Tell
    nested: bool

    def changes(self, place: Place, depth: int = 0) -> Told:
        """Fate → the resources that have it.

        :raises HeatliteError: where a template isn't well-formed
        """
        parsed, parameters = self._bound(place)
        rows = self._rows(place)
        present = Present(place.stack.name, place.stack.id, place.stack.tenant, rows)
        told: Told = {fate: [] for fate in Fate}
        with masked(parameters.mask):
            preview = Preview(self.shared.registry, self.shared.inputs, parsed, parameters, present)
            for name, fate in preview.fates().items():
                told[fate].append(self.tell(place.stack, rows.get(name), name, parsed))
                if not self.nested or depth >= self.shared.settings.max_nested_stack_depth:
                    continue
                for child in self._children(place, preview, name, fate):
                    for key, found in self.changes(child, depth + 1).items():
                        told[key] += found
        return told

    def tree(self, place: Place) -> list[Any]:
        """The resources of a stack that would be made; in place of one that is a stack, a list of that stack's.

        :raises HeatliteError: where a template isn't well-formed
        """
        parsed, parameters = self._bound(place)
        present = Present(place.stack.name, place.stack.id, place.stack.tenant, {})
        found: list[Any] = []
        with masked(parameters.mask):
            preview = Preview(self.shared.registry, self.shared.inputs, parsed, parameters, present)
            preview.fates()
            for name in parsed.resources:
                below = self._wanted(place, preview, name)
                if below is None:
                    told = self.tell(place.stack, None, name, parsed)
                    found.append({**told, "properties": preview.properties(name)})
                else:
                    found.append(self.tree(Place(self._imagined(place.stack, name), False, below)))
        return found

    def _rows(self, place: Place) -> dict[str, ResourceRecord]:
        if not place.is_there:
            return {}
        return shown(resources.by_stack(self.context, place.stack.id), place.stack.raw_template_id)

    def _bound(self, place: Place) -> tuple[Template, Parameters]:
        if place.wanted is None:
            parsed = language.parse({"heat_template_version": "2021-04-16"})
            return parsed, language.bind(parsed, language.Environment(), Identity.of(place.stack).pseudo)
        environment = place.wanted.environment
        registries = environment.resource_registry, self.shared.settings.operator_registry
        parsed = language.parse(place.wanted.template, place.wanted.files, *registries)
        parameters = expected.bind(parsed, environment, Identity.of(place.stack).pseudo)
        return parsed.under(parameters), parameters

    def _children(self, place: Place, preview: Preview, name: str, fate: Fate) -> Iterator[Place]:
        """The stacks that a resource is and would be, as far as anything becomes of them."""
        if fate is Fate.UNCHANGED:
            return
        row = preview.row(name)
        old = stacks.get(self.context, row.physical_resource_id) if row and row.physical_resource_id else None
        if old is not None and (old.owner_id != place.stack.id or old.deleted_at is not None):
            old = None
        new = None if fate is Fate.DELETED else self._wanted(place, preview, name)
        if fate is Fate.UPDATED and old is not None:
            yield Place(old, True, new)
            return
        if old is not None:
            yield Place(old, True, None)
        if new is not None:
            yield Place(self._imagined(place.stack, name), False, new)

    def _wanted(self, place: Place, preview: Preview, name: str) -> Submission | None:
        """What the stack would be that a resource is; None where it is none, or it can't be known."""
        resource = preview.resource(name)
        if place.wanted is None or not isinstance(resource, StackResource):
            return None
        written = resource.child_template()
        if written is None:
            return None
        most = self.shared.settings.max_template_size
        raw = language.load(written, most) if isinstance(written, str) else written
        definition, template = preview.template.resources[name], preview.template
        parameters = resource.child_parameters()
        environment = environment_of_child(place.wanted.environment, template, definition, parameters)
        return Submission(raw, place.wanted.files, environment)

    def _imagined(self, parent: StackRecord, name: str) -> StackRecord:
        return dataclasses.replace(
            parent, id="None", name=f"{parent.name}-{name}", owner_id=parent.id, parent_resource_name=name
        )
