"""heatlite's own client methods, beside Heat's: history, plans, drift, moves.

They have an RPC namespace, so they can't collide with a method that Heat may add.

    1.0  list_history, list_requirements, plan_update, update_as_planned, look_for_drift
    1.1  move_resource; the key ``refresh`` of the ``args`` of plan_update and update_as_planned
    1.2  generate_stack
    1.3  list_drifted, show_drift
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import oslo_messaging

from heatlite import exception
from heatlite.context import RequestContext
from heatlite.convergence.serving import active_rows
from heatlite.db import observations, resources
from heatlite.db.records import StackRecord
from heatlite.engine.api import arguments, drift_replies, finding, history, nesting, stack_lists, submissions
from heatlite.engine.api.arguments import check_args
from heatlite.engine.api.client_calls import client_call
from heatlite.engine.api.replies import Reply
from heatlite.engine.api.submissions import Sent
from heatlite.engine.operations import drift, generating, moving, planning, reality
from heatlite.engine.operations.drift import Finding
from heatlite.engine.operations.lifecycle import Lifecycle
from heatlite.engine.operations.validation import Submission
from heatlite.engine.shared import Shared
from heatlite.resources.openstack.generation.generating import Selection
from heatlite.rpc import messages
from heatlite.rpc.queries import StackQuery


class InsightEndpoint:
    """The methods by which people see what the engine did, does and would do.

    Each raises ``EntityNotFound`` when there is no such live stack.
    """

    target = oslo_messaging.Target(namespace=messages.OWN_NAMESPACE, version="1.3")

    def __init__(self, shared: Shared, lifecycle: Lifecycle) -> None:
        self._shared = shared
        self._lifecycle = lifecycle

    @client_call
    def list_history(
        self, context: RequestContext, stack_identity: Reply, nested_depth: int = 0, back: int = 0
    ) -> Reply:
        """Return one operation on a stack, also on a deleted one: see ``history``."""
        stack = finding.by_identity(context, stack_identity, deleted=True)
        return history.history(self._shared, context, stack, nested_depth, back)

    @client_call
    def list_requirements(self, context: RequestContext, stack_identity: Reply, nested_depth: int = 0) -> list[Reply]:
        """Return ``stack_id`` and ``requires`` of a stack and its nested stacks, also of names that haven't begun."""
        stack = finding.by_identity(context, stack_identity, deleted=True)
        return history.requirements(self._shared, context, stack, nested_depth)

    @client_call
    def plan_update(
        self, context: RequestContext, stack_identity: Reply, template: Any, params: Any, files: Any, args: Any
    ) -> Reply:
        """Return what an update would do, property by property: see ``planning``.

        :param args: those of an update; with ``refresh`` or ``converge`` the physical resources are looked at first
        :raises NotSupported: when the stack's state doesn't allow an update
        :raises HeatliteError: when the submission is invalid
        """
        stack = finding.by_identity(context, stack_identity)
        args = check_args(args)
        submission = self._submission(context, stack, Sent(template, params, files), args)
        is_looking = arguments.operation_options(args).refresh
        seen = reality.see(self._shared, context, stack) if is_looking else None
        with self._shared.on_behalf_of(context):
            return planning.plan(self._shared, context, stack, submission, seen)

    @client_call
    def update_as_planned(
        self,
        context: RequestContext,
        stack_identity: Reply,
        template: Any,
        params: Any,
        files: Any,
        args: Any,
        digest: str,
    ) -> Reply:
        """Begin an update if its plan still has this digest, and reply with the stack's identity.

        :raises PlanOutdated: when the plan has changed; nothing is begun then
        :raises PlanNotPossible: when a part of it is certain to fail; nothing is begun then
        :raises HeatliteError: as for an update
        """
        stack = self._shared.policy.permit(context, finding.by_identity(context, stack_identity))
        args, sent = check_args(args), Sent(template, params, files)
        options = arguments.operation_options(args, keep_tags=submissions.wants_existing(args))

        seen = reality.see(self._shared, context, stack) if options.refresh else None

        def planned(current: StackRecord) -> Submission:
            submission = self._submission(context, current, sent, args)
            planning.check(self._shared, context, current, submission, digest, seen)
            return submission

        return arguments.identity(self._lifecycle.update(context, stack, planned, options, seen))

    @client_call
    def look_for_drift(
        self, context: RequestContext, stack_identity: Reply, resource_name: str, going_on: list[Any] | None = None
    ) -> Reply:
        """Compare a resource with its row: return a ``drift.Look``, and for a stack also ``nested_stack_id``.

        :param going_on: ``[progress]`` of the previous reply, if that one is still waiting for the cloud
        :raises ResourceNotFound: when the stack has no such resource
        """
        stack = finding.by_identity(context, stack_identity)
        rows = resources.by_names(context, stack.id, [resource_name])
        row = active_rows(rows, stack.raw_template_id).get(resource_name)
        if row is None:
            raise exception.ResourceNotFound(resource_name=resource_name, stack_name=stack.name)
        look = drift.look(self._shared, context, stack, row, going_on)
        reply = dataclasses.asdict(look) | {"finding": str(look.finding)}
        if look.finding is Finding.NESTED:
            reply["nested_stack_id"] = nesting.nested_identity(self._shared.registry, stack, row)
        return reply

    @client_call
    def list_drifted(self, context: RequestContext, **more: Any) -> list[Reply]:
        """Return the stacks of a query in which the observer saw something differ, with ``drifted`` and ``looked_at``.

        Nested stacks count as part of their roots.

        :param more: the fields of ``StackQuery``
        :raises Invalid: when a part of the query is invalid
        """
        query = arguments.collected(StackQuery, more)
        found = stack_lists.listed(self._shared.settings, context, query, observations.has_drifted())
        ids = [it["stack_identity"]["stack_id"] for it in found]
        return drift_replies.listed(found, observations.numbers(context, ids) if ids else {})

    @client_call
    def show_drift(self, context: RequestContext, stack_identity: Reply) -> Reply:
        """Return what the observer has recorded of a stack: see ``drift_replies.shown``. Nothing is looked at now."""
        stack = finding.by_identity(context, stack_identity)
        return drift_replies.shown(stack, observations.get(context, stack.root_id or stack.id))

    @client_call
    def move_resource(
        self,
        context: RequestContext,
        stack_identity: Reply,
        resource_name: str,
        target_identity: Reply | None = None,
        new_name: str | None = None,
    ) -> None:
        """Move a resource to another stack, or to another name, and change both stored templates. See ``moving``.

        :param target_identity: the stack that gets it; None: its own
        :param new_name: its name there; None: the one that it has
        :raises HeatliteError: when it can't be moved; nothing is changed then
        """
        source = self._shared.policy.permit(context, finding.by_identity(context, stack_identity))
        target = source
        if target_identity is not None:
            target = self._shared.policy.permit(context, finding.by_identity(context, target_identity))
        name = resource_name if new_name is None else new_name
        moving.move(self._shared, context, source, resource_name, target, name)

    @client_call
    def generate_stack(
        self,
        context: RequestContext,
        names: list[str] | None = None,
        tags: list[str] | None = None,
        ids: list[str] | None = None,
        needed: bool = False,
    ) -> Reply:
        """Return adoption data with a template of what the request's project has. See ``generating``.

        :param names: with ``*`` and ``?``; things of one of these names, tags or ids are chosen; without any, all
        :param needed: choose what the chosen things refer to, too
        :raises HeatliteError: when that can't be read, or is too much for one stack
        """
        selection = Selection(
            arguments.selectors("names", names),
            arguments.selectors("tags", tags),
            arguments.selectors("ids", ids),
            bool(needed),
        )
        return generating.generate_stack(self._shared, context, selection)

    def _submission(
        self, context: RequestContext, stack: StackRecord, sent: Sent, args: Mapping[str, Any]
    ) -> Submission:
        return submissions.of_update(context, stack, sent, args, self._shared.settings.max_template_size)
