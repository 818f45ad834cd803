"""The port by which a plugin reads and requests changes of its resource's nested stack.

A port is made for one step of one resource. It knows the parent stack, whose properties the child shares.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from heatlite import template as language
from heatlite.context import EngineContext
from heatlite.db import refusals, resources, stacks, templates
from heatlite.db.api import Database
from heatlite.db.records import StackRecord
from heatlite.db.refusals import REFUSING, is_refusal
from heatlite.engine.common import limits
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.common.settings import Settings
from heatlite.engine.definitions import inheritance, log_context, nested_values
from heatlite.engine.definitions.scope import EngineScope
from heatlite.engine.definitions.traversals import Library, Traversal
from heatlite.engine.definitions.work import Evaluated
from heatlite.engine.ports import rounds
from heatlite.resources.groups.members import Member
from heatlite.resources.groups.template import types_in
from heatlite.resources.nested.port import Begin, ChildView, Goal, Refused, Unavailable
from heatlite.resources.registry import Registry
from heatlite.rpc.messages import BeginChild
from heatlite.rpc.worker_client import Wakes
from heatlite.schema.provider import is_template

SECONDS_A_MINUTE = 60
SENT_AGAIN_AFTER = 4.0
"""Seconds after which an operation that hasn't begun is sent again: engines that are busy begin it late, but once."""

Method = TypeVar("Method", bound=Callable[..., Any])


def answered(method: Method) -> Method:
    """Mark a method that reads the database: if that is unreachable, the plugin's step is tried again later."""

    @functools.wraps(method)
    def answer(*args: Any) -> Any:
        try:
            return method(*args)
        except REFUSING as error:
            if is_refusal(error):
                raise Refused(f"the database refuses what is to be stored: {refusals.reason(error)}") from error
            raise Unavailable(f"the database can't be asked now: {error}") from error

    return answer  # type: ignore[return-value]


@dataclass(frozen=True)
class Ports:
    """Creates ports."""

    database: Database
    inputs: Inputs
    settings: Settings
    library: Library
    registry: Registry
    wakes: Wakes

    def of(self, traversal: Traversal, resource_name: str, evaluated: Evaluated | None) -> Port:
        """Return the port of a resource; ``evaluated`` is None when the step needs no definition."""
        return Port(self, traversal, resource_name, evaluated)


@dataclass(frozen=True)
class Port:
    """The engine's ``NestedStacks`` for one step."""

    engine: Ports
    traversal: Traversal
    resource_name: str
    evaluated: Evaluated | None

    def _context(self) -> EngineContext:
        return EngineContext(self.engine.database)

    def new_id(self) -> str:
        """Return a new id for an operation."""
        return self.engine.inputs.new_id()

    def leaves_garbage(self) -> bool:
        """Tell whether the parent's operation may still be rolled back, with that of its root."""
        return self.traversal.stack.leaves_garbage

    def time_limit(self) -> float:
        """Return the seconds that an operation on the parent may take."""
        minutes = self.traversal.stack.timeout
        return float(minutes * SECONDS_A_MINUTE if minutes else self.engine.settings.stack_action_timeout)

    @answered
    def check_size(self, child_id: str, size: int, characters: int) -> None:
        """Check the size that a child would have against the limits, before its template is built."""
        settings, stack = self.engine.settings, self.traversal.stack
        limits.check_built(settings, characters)
        limits.check_resources(settings, size)  # first without the database
        if settings.max_resources_per_stack >= 0:
            others = resources.count_in_tree(self._context(), stack.root_id or stack.id, but_for=child_id)
            limits.check_resources(settings, others + size)

    @answered
    def store(
        self, template: str | Mapping[str, Any], parameters: Mapping[str, Any], child_id: str | None = None
    ) -> Goal:
        """Store the child's template with its environment and the parent's files.

        :param child_id: the child whose own files are used for those that the parent no longer has
        """
        raw = self._loaded(template) if isinstance(template, str) else template
        assert self.evaluated is not None, "only what a template defines has a goal"
        definition, parent = self.evaluated.definition, self.traversal.template
        record, _ = self.engine.library.template(self._context(), self.traversal.stack.raw_template_id)
        own = language.Environment.parse(record.environment)
        environment = inheritance.environment_of_child(own, parent, definition, parameters, self.traversal.mask)
        scope = EngineScope(self.traversal.parameters, parent.files, {}, self.traversal.stack.facade)
        metadata = dict(self.evaluated.metadata)
        facade = inheritance.facade_of(definition, metadata, scope) if inheritance.reads_facade(raw) else None
        now = self.engine.inputs.utcnow()
        files = record.files if child_id is None else self._with_former(record.files, raw, child_id)
        given = environment.to_dict()
        present = rounds.present()
        if present is None or not isinstance(template, str) or files is not record.files:
            return Goal(templates.stored(self._context(), raw, files, given, now), facade)
        content = template, repr(given)  # the files are those of the round's stack
        if content not in present.stored:
            present.stored[content] = templates.stored(self._context(), raw, files, given, now)
        return Goal(present.stored[content], facade)

    def _loaded(self, text: str) -> Mapping[str, Any]:
        """Return the template that a text is; in a round each text is read once."""
        present = rounds.present()
        known = present.loaded.get(text) if present else None
        if known is None:
            known = language.load(text, self.engine.settings.max_template_size)
            if present:
                present.loaded[text] = known
        return known

    def _with_former(self, files: dict[str, str], raw: Mapping[str, Any], child_id: str) -> dict[str, str]:
        """Return the parent's files, with the child's own files if a member must still stay as it was."""
        stack = self._child(child_id)
        if stack is None or not any(is_template(type_name) and type_name not in files for type_name in types_in(raw)):
            return files
        return {**templates.get(self._context(), stack.raw_template_id).files, **files}

    @answered
    def revise(self, child_id: str, template: Mapping[str, Any]) -> Goal:
        """Store another template with the child's own files and environment."""
        context, stack = self._context(), self._child(child_id)
        assert stack is not None, "only a child that is there is revised"
        record = templates.get(context, stack.raw_template_id)
        now = self.engine.inputs.utcnow()
        return Goal(templates.stored(context, template, record.files, record.environment, now), stack.facade)

    @answered
    def look(self, child_id: str) -> ChildView | None:
        """Return the child as its row shows it; None if it doesn't exist."""
        stack = self._child(child_id)
        return None if stack is None else view(stack)

    def send(self, begin: Begin) -> None:
        """Cast an operation on the child to any engine; in a round that gathers at its end, with those on the siblings.

        In any other round the operation has most likely been sent. It is sent again only when it has had some time.
        """
        request, message, present = log_context.passed_on(self.traversal.stack), self.message(begin), rounds.present()
        if present is not None and present.gathers:
            present.send(self.traversal.stack.id, request, message)
            return
        if present is not None and begin.waited < SENT_AGAIN_AFTER:
            return
        rounds.send(self.engine.wakes, request, [message])

    def message(self, begin: Begin) -> BeginChild:
        """Return the message for an operation. Its receiver reads the child's owner from this resource's row."""
        return BeginChild(
            verb=begin.verb,
            child_id=begin.child_id,
            name=begin.name,
            operation_id=begin.operation_id,
            follows=begin.follows,
            template_id=begin.goal.template_id if begin.goal else None,
            facade=begin.goal.facade if begin.goal else None,
            timeout_mins=begin.timeout,
            collects_later=begin.goal is not None and not begin.collects and self.leaves_garbage(),
        )

    def _child(self, child_id: str) -> StackRecord | None:
        """Return the child, if it belongs to this port's stack.

        The id may come from a client: ``external_id`` and adopted data become physical ids.
        """
        present = rounds.present()
        known = present is not None and child_id in present.children
        stack = present.children[child_id] if present and known else stacks.get(self._context(), child_id)
        return stack if stack is not None and stack.owner_id == self.traversal.stack.id else None

    @answered
    def template(self, child_id: str) -> dict[str, Any] | None:
        """Return the child's current template; None if the child doesn't exist."""
        context, stack = self._context(), self._child(child_id)
        return None if stack is None else templates.get(context, stack.raw_template_id).template

    @answered
    def members(self, child_id: str) -> list[Member]:
        """Return the child's resources, as members of a group."""
        context, stack = self._context(), self._child(child_id)
        return nested_values.members(context, stack) if stack else []

    @answered
    def outputs(self, child_id: str) -> dict[str, Any]:
        """Return the values of the child's outputs."""
        context, stack = self._context(), self._child(child_id)
        return nested_values.outputs(context, self.engine.library, self.engine.registry, stack) if stack else {}

    @answered
    def attributes(self, child_id: str, paths: Collection[str]) -> dict[str, Any]:
        """Return attributes of the child's resources, by their paths."""
        context, stack = self._context(), self._child(child_id)
        return nested_values.attributes(context, self.engine.registry, stack, paths) if stack else dict.fromkeys(paths)


def view(stack: StackRecord) -> ChildView:
    """Return a stack's row as its parent sees it."""
    goal = Goal(stack.raw_template_id, stack.facade)
    is_gone = stack.deleted_at is not None
    garbage = bool(stack.collects_later)
    return ChildView(stack.current_traversal, stack.action, stack.status, stack.status_reason, is_gone, goal, garbage)
