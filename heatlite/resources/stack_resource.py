"""StackResource: the base of every plugin whose resource is a stack of its own, nested in the resource's stack.

A subclass describes the nested stack (``child_template``, ``child_parameters``); this class does the rest::

    handle_x    choose an operation id, store the template        nothing is sent yet
    check 1     (the row has recorded the operation)              check again at once
    check 2 …   look at the child, decide, send or wait           no thread is held, and no message is trusted

The nested stack's id is the resource's uuid. So each is found from the other, and a creation sent twice makes one
stack. The engine that ends a child wakes its parent. If that wake-up is lost, the parent looks at the child again
after 1, 2, 4 … 30 seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from heatlite.exception import NotSupported
from heatlite.resources.adoptable import STACK_NAME
from heatlite.resources.base import Resource, UpdateReplace
from heatlite.resources.instance import Instance
from heatlite.resources.nested.decision import Again, Complete, Fail, Send, decide_about_child, is_at_goal, is_lost
from heatlite.resources.nested.failure import NestedStackFailed
from heatlite.resources.nested.port import CHOSEN, OPERATION, TEMPLATE, Begin, ChildView, Goal, NestedStacks, Verb
from heatlite.schema.attribute_paths import EACH, INNER, joined

SHORTEST_LOOK_PAUSE, LONGEST_LOOK_PAUSE = 1.0, 30.0

Progress = dict[str, Any]


@dataclass(frozen=True)
class Sample:
    """A summary of a nested stack for validation: its template, with one member in place of all similar ones.

    ``template`` is None while it isn't known. ``times``: name of such a member → how many it represents.
    """

    template: str | Mapping[str, Any] | None
    times: Mapping[str, int] = field(default_factory=dict)


class StackResource(Resource):
    """A resource that is a nested stack."""

    update_when_unchanged = True
    steps_together = True
    preemptible = True
    updatable_while_creating = True
    replace_when_failed = False
    decides_template_at_runtime = False
    """Whether the members depend on more than the properties: on the present members, or on chance."""
    is_separate_in_heat = False
    """Whether Heat's stack of it has no owner: it is a root of its own there."""
    template_place = "nested_stack"
    """Path element that represents the template in the path of an error."""

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        self.files, self.parameters = instance.files, instance.parameters
        self._nested, self._reads = instance.nested, instance.reads

    # --- what a subclass overrides --------------------------------------------------------------------------

    def child_template(self) -> str | Mapping[str, Any] | None:
        """Return the nested stack's template, as text or parsed; None while it isn't known, which only validation sees.

        It may depend only on the properties and files, because validation asks for it too.
        """
        raise NotImplementedError

    def child_size(self) -> int | None:
        """Return the number of resources in the nested stack's template, before it is built.

        None if no number determines it: then the template is written out, and is no longer than its text.
        """
        return None

    def describes(self) -> bool:
        """Tell whether enough is known to describe the members; during an action it always is."""
        return True

    def child_sample(self) -> Sample:
        """Return the sample of the nested stack for validation, which checks one of many similar members."""
        return Sample(self.child_template())

    def child_parameters(self) -> Mapping[str, Any]:
        """Return the values of its parameters; in validation some may not be known yet."""
        return {}

    @classmethod
    def asked_of_members(cls, key: str) -> str | None:
        """Return the members' attribute that a group's attribute reads; None if the attribute is the group's own."""
        return None

    @classmethod
    def asked_attributes(cls) -> frozenset[str]:
        """Return no attributes: everything known of a nested stack is in the database, and recorded."""
        return frozenset()

    def child_timeout(self) -> int | None:
        """Return the timeout of an operation on the child, in minutes. None: as long as the parent's."""
        return None

    @property
    def region(self) -> str | None:
        """The region that the template names for the stack, if any; validation has verified that it is this one."""
        return None

    @classmethod
    def template_from_heat(cls, template: Mapping[str, Any], names: Sequence[str]) -> Mapping[str, Any]:
        """Return the template that this type would write for a nested stack that Heat made.

        :param names: of its resources, the oldest first
        """
        return template

    # --- the contract of a plugin ---------------------------------------------------------------------------

    def physical_resource_name(self) -> str:
        """Return the nested stack's name."""
        return str(self.data.get(STACK_NAME) or super().physical_resource_name())

    def identity(self) -> str:
        """Return the nested stack's identity in Heat's one-word form; the resource's name if there is no stack yet."""
        if self.resource_id is None:
            return self.name
        name, project = quote(self.physical_resource_name(), ""), quote(self.project_id, "")
        return f"arn:openstack:heat::{project}:stacks/{name}/{quote(self.uuid, '')}"

    @property
    def nested(self) -> NestedStacks:
        """The engine's port for nested stacks.

        :raises NotSupported: in an engine, or a test, without one
        """
        if self._nested is None:
            raise NotSupported(feature="A nested stack without an engine")
        return self._nested

    def needs_replacement(self, before: Mapping[str, Any], after: Mapping[str, Any], changed: frozenset[str]) -> bool:
        """Return False: a nested stack is updated, and each resource in it decides for itself."""
        super().needs_replacement(before, after, changed)
        return False

    def handle_create(self) -> Progress:
        """Choose the operation that creates the child. It is sent only after the row has recorded it."""
        self.resource_id_set(self.uuid)
        return self._choose(Verb.CREATE, self._goal(), None)

    def check_create_complete(self, progress: Progress) -> bool:
        """Tell whether the child has completed our operation."""
        return self._check(progress)

    def handle_adopt(self, resource_data: Mapping[str, Any] | None) -> Progress:
        """Create a child that adopts its own resources. The engine that begins it reads their data from this row."""
        return self.handle_create()

    def check_adopt_complete(self, progress: Progress) -> bool:
        """Tell whether the child has completed our operation."""
        return self.check_create_complete(progress)

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Progress | None:
        """Choose the operation that updates the child; None if the child is at its goal already."""
        child, goal = self._look(), self._goal()
        if is_lost(child):
            raise UpdateReplace
        if self._is_at(child, goal):
            return None
        self.resource_id_set(self.uuid)
        return self._choose(Verb.UPDATE, goal, child.operation_id if child else None)

    def check_update_complete(self, progress: Progress | None) -> bool:
        """Tell whether the child has completed our operation."""
        return progress is None or self._check(progress)

    def handle_delete(self) -> Progress | None:
        """Choose the operation that deletes the child; None if no child was ever chosen."""
        if self.resource_id is None:
            return None
        child = self._look()
        return self._choose(Verb.DELETE, None, child.operation_id if child else None)

    def check_delete_complete(self, progress: Progress | None) -> bool:
        """Tell whether the child is deleted."""
        return progress is None or self._check(progress)

    def handle_collect(self) -> Progress | None:
        """Choose an update to the same goal, if the child kept garbage: only clean-ups are left to do in it."""
        child = self._look()
        if child is None or child.is_gone or not child.has_garbage:
            return None
        return {**self._choose(Verb.UPDATE, child.goal, child.operation_id), "collects": True}

    def check_collect_complete(self, progress: Progress | None) -> bool:
        """Tell whether the child has completed our operation."""
        return progress is None or self._check(progress)

    def handle_suspend(self) -> Progress | None:
        """Choose the operation that suspends the child's resources."""
        return self._visit(Verb.SUSPEND)

    def check_suspend_complete(self, progress: Progress | None) -> bool:
        """Tell whether all of them are suspended."""
        return progress is None or self._check(progress)

    def handle_resume(self) -> Progress | None:
        """Choose the operation that resumes the child's suspended resources."""
        return self._visit(Verb.RESUME)

    def check_resume_complete(self, progress: Progress | None) -> bool:
        """Tell whether none of them is suspended any more."""
        return progress is None or self._check(progress)

    def handle_check(self) -> Progress | None:
        """Choose the operation that checks the child's resources."""
        return self._visit(Verb.CHECK)

    def check_check_complete(self, progress: Progress | None) -> bool:
        """Tell whether all of them are in order."""
        return progress is None or self._check(progress)

    def resolve_attributes(self) -> dict[str, Any]:
        """Return the attributes of the schema, and those of the child's resources that the template reads."""
        found = super().resolve_attributes()
        return {**found, **self.inner_attributes(found)}

    def inner_attributes(self, recorded: Mapping[str, Any]) -> dict[str, Any]:
        """Return attributes of the stack's resources, and of stacks nested in them, that the template reads.

        :param recorded: the other recorded attributes
        """
        reads = sorted(self._reads)
        paths = {name: self.inner_name(recorded, name) for name in reads if self.reads_inside(name)}
        each = {
            name: {member: f"{INNER}{member}.{name.removeprefix(EACH)}" for member in self.member_names(recorded)}
            for name in reads
            if name.startswith(EACH)
        }
        wanted = {*paths.values(), *(path for members in each.values() for path in members.values())}
        found = self.nested.attributes(self.uuid, sorted(wanted)) if wanted else {}
        of_each = {name: {it: found[path] for it, path in members.items()} for name, members in each.items()}
        return {**{name: found[path] for name, path in paths.items()}, **of_each}

    @classmethod
    def member_names(cls, recorded: Mapping[str, Any]) -> Sequence[str]:
        """Return the names of the members, if this is a group."""
        return ()

    @classmethod
    def reads_inside(cls, name: str) -> bool:
        """Tell whether an attribute belongs to one of the stack's resources, so that the child has to be asked."""
        return name.startswith(INNER) and not name.startswith(EACH)

    @classmethod
    def inner_name(cls, recorded: Mapping[str, Any], name: str) -> str:
        """Return the name of such an attribute in the nested stack."""
        return name

    @classmethod
    def read_attribute(cls, name: str, recorded: Mapping[str, Any], key: str, path: Sequence[Any]) -> Any:
        """Treat ``[this, resource.NAME, attribute]`` like ``[this, resource.NAME.attribute]``."""
        whole, rest = joined(key, path)
        if whole in recorded:
            key, path = whole, rest
        return super().read_attribute(name, recorded, key, path)

    # --- steps ----------------------------------------------------------------------------------------------

    def _look(self) -> ChildView | None:
        return self.nested.look(self.resource_id) if self.resource_id else None

    def check_size(self, size: int) -> None:
        """Refuse to build a template with more resources, or more characters, than a nested stack may have.

        :raises StackResourceLimitExceeded: if the whole tree would have too many resources
        :raises RequestLimitExceeded: if the template would be too large
        """
        self.nested.check_size(self.uuid, size, size * self.weight_of_member() if size else 0)

    def weight_of_member(self) -> int:
        """Return about how many characters each member adds to the template."""
        return 0

    def _goal(self) -> Goal:
        size = self.child_size()
        if size is not None:
            self.check_size(size)
        template = self.child_template()
        assert template is not None, "every property is known by the time of an action"
        return self.nested.store(template, self.child_parameters())

    def _visit(self, verb: Verb) -> Progress | None:
        if self.resource_id is None:
            return None
        child = self._look()
        return self._choose(verb, None, child.operation_id if child else None)

    def _is_at(self, child: ChildView | None, goal: Goal) -> bool:
        return is_at_goal(child, goal, self.data.get(OPERATION), leaves_garbage=self.nested.leaves_garbage())

    def _choose(self, verb: Verb, goal: Goal | None, follows: str | None) -> Progress:
        operation_id = self.nested.new_id()
        self.data_set(OPERATION, operation_id)
        self.data_set(TEMPLATE, goal.template_id if goal else None)
        self.data_set(CHOSEN, {OPERATION: operation_id, "verb": verb.value})
        return {
            "verb": verb,
            "operation_id": operation_id,
            "follows": follows,
            "goal": None if goal is None else {"template_id": goal.template_id, "facade": goal.facade},
            "collects": False,
            "recorded": False,
            "since": self.now(),
        }

    def _check(self, progress: Progress) -> bool:
        """Look at the child once, and act on it.

        :raises NestedStackFailed: if the child's operation failed
        """
        if not progress["recorded"]:
            progress["recorded"] = True
            self.poll_in(0)
            return False
        verb, follows = Verb(progress["verb"]), progress["follows"]
        waited = self.now() - progress["since"]
        match decide_about_child(verb, progress["operation_id"], follows, self.nested.look(self.uuid)):
            case Complete():
                return True
            case Fail(reason):
                raise NestedStackFailed(reason)
            case Again(shown):
                goal = progress["goal"] and Goal(**progress["goal"])
                progress |= self._choose(verb, goal, shown) | {"collects": progress["collects"]}
                self.poll_in(0)
                return False
            case Send(creates):
                self.nested.send(replace(self._message(progress, creates), waited=waited))
        self.poll_in(min(LONGEST_LOOK_PAUSE, max(SHORTEST_LOOK_PAUSE, waited)))
        return False

    def _message(self, progress: Progress, creates: bool) -> Begin:
        goal = progress["goal"]
        verb = Verb(progress["verb"]) if goal is None else Verb.CREATE if creates else Verb.UPDATE
        return Begin(
            verb=verb,
            child_id=self.uuid,
            name=self.physical_resource_name(),
            operation_id=progress["operation_id"],
            follows=None if creates else progress["follows"],
            goal=None if goal is None else Goal(**goal),
            timeout=self.child_timeout() if goal is not None else None,
            collects=progress["collects"],
        )
