"""The endpoint of the client API. It has Heat's method names, arguments and replies, so an unmodified heat-api works.

    request ──▶ check arguments ──▶ find the stack ──┬─▶ lifecycle    begin an operation on it
                (arguments, submissions)  (finding)  └─▶ reading      build a reply that shows it

The endpoint is thin: each method only passes the request on. The first argument of every method is the request's
context, and a stack of another project isn't found. A long argument list is collected into a value whose fields are
Heat's arguments, with their defaults. Most of these values are in ``rpc.queries``.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import oslo_messaging

import heatlite
from heatlite import exception
from heatlite.context import RequestContext
from heatlite.db.records import StackRecord
from heatlite.engine.api import arguments, finding, submissions, template_check
from heatlite.engine.api.arguments import CreateOptions, UpdateOptions, check_args
from heatlite.engine.api.client_calls import client_call
from heatlite.engine.api.nested_parameters import NestedParameters
from heatlite.engine.api.reading import Reading
from heatlite.engine.api.replies import Reply
from heatlite.engine.operations.lifecycle import Lifecycle
from heatlite.engine.operations.validation import Submission, Validator
from heatlite.engine.shared import Shared
from heatlite.rpc.queries import EventQuery, StackQuery

Files = dict[str, str] | None


class EngineEndpoint:
    """The methods that clients may call. Each may raise ``Invalid`` for an argument of a wrong type or value."""

    target = oslo_messaging.Target(version="1.36")

    def __init__(self, shared: Shared, lifecycle: Lifecycle) -> None:
        self._shared = shared
        self._lifecycle = lifecycle
        self._reading = Reading(shared)
        validator = Validator(shared.registry, shared.settings, shared.inputs)
        self._nested_parameters = NestedParameters(validator, shared.settings).reply

    # --- stacks: do -------------------------------------------------------------------------------------------

    @client_call
    def create_stack(
        self, context: RequestContext, stack_name: str, template: Any, params: Any, files: Files, args: Any, **more: Any
    ) -> Reply:
        """Begin to create a stack, and reply with its identity.

        :param args: ``timeout_mins``, ``disable_rollback``, ``tags``; ``adopt_stack_data``, whose physical resources
            the stack takes over instead of creating new ones
        :param more: the fields of ``CreateOptions``
        :raises StackExists: when the project has a live stack of this name
        :raises NotSupported: when the client wants to adopt, and ``enable_stack_adopt`` is off
        :raises HeatliteError: when the submission is invalid; nothing is written then
        """
        options = arguments.collected(CreateOptions, more)
        options.check_allowed()
        most, operation = self._shared.settings.max_template_size, arguments.operation_options(args)
        named = options.environment_files, options.files_container
        sent = submissions.sent(self._shared, context, template, params, files, *named)
        data = submissions.adopted_data(check_args(args), most)
        if data is not None and not self._shared.settings.enable_stack_adopt:
            raise exception.NotSupported(feature="Stack Adopt")
        if data is None:
            submission = submissions.submission(sent, most)
        else:
            below = submissions.submission(submissions.laid_under(data, sent), most)
            submission = submissions.with_environment(data, below)
            operation = dataclasses.replace(operation, adopts=data.get("resources") or {})
        return arguments.identity(self._lifecycle.create(context, stack_name, submission, operation))

    @client_call
    def update_stack(
        self,
        context: RequestContext,
        stack_identity: Reply,
        template: Any,
        params: Any,
        files: Files,
        args: Any,
        **more: Any,
    ) -> Reply:
        """Begin to update a stack to another template, and reply with its identity.

        :param args: those of a create, and ``existing``, ``clear_parameters``, ``converge``, ``refresh``
        :param more: the fields of ``UpdateOptions``
        :raises EntityNotFound: when there is no such live stack
        :raises HeatliteError: when the stack's state doesn't allow an update, or the submission is invalid
        """
        options = arguments.collected(UpdateOptions, more)
        options.check_allowed()
        args, most = check_args(args), self._shared.settings.max_template_size
        named = options.environment_files, options.files_container
        sent = submissions.sent(self._shared, context, template, params, files, *named)
        stack = self._lifecycle.policy.permit(context, finding.by_identity(context, stack_identity))
        existing = submissions.wants_existing(args)
        operation = arguments.operation_options(args, keep_tags=existing)

        def submission(current: StackRecord) -> Submission:
            return submissions.of_update(context, current, sent, args, most)

        wanted = submission if existing else submission(stack)
        return arguments.identity(self._lifecycle.update(context, stack, wanted, operation))

    @client_call
    def delete_stack(self, context: RequestContext, stack_identity: Reply, cast: bool = False) -> None:
        """Begin to delete a stack.

        :param cast: ignored; a client that casts gets no reply, and so no error
        :raises EntityNotFound: when there is no such live stack
        """
        self._lifecycle.delete(self._lifecycle.policy.permit(context, finding.by_identity(context, stack_identity)))

    @client_call
    def stack_cancel_update(
        self, context: RequestContext, stack_identity: Reply, cancel_with_rollback: bool = True
    ) -> None:
        """Stop an update that is in progress; either roll the stack back, or leave it as it is now.

        :raises EntityNotFound: when there is no such live stack
        :raises NotSupported: when there is nothing to cancel
        """
        self._lifecycle.cancel(finding.by_identity(context, stack_identity), rollback=cancel_with_rollback)

    @client_call
    def validate_template(
        self,
        context: RequestContext,
        template: Any,
        params: Any = None,
        files: Files = None,
        ignorable_errors: list[str] | None = None,
        show_nested: bool = False,
        **more: Any,
    ) -> Reply:
        """Return what a template declares, or ``{"Error": …}``. Nothing is stored.

        :param show_nested: also return what nested templates declare
        :param more: ``environment_files``, ``files_container``
        """
        if template is None:
            raise exception.StackValidationFailed(message="No Template provided.")
        template_check.check_ignorable(ignorable_errors)
        settings = self._shared.settings
        sent = submissions.sent(self._shared, context, template, params, files, **more)
        submission = submissions.submission(sent, settings.max_template_size)
        nested = self._nested_parameters if show_nested else None
        return template_check.template_reply(submission, self._shared.registry, settings, nested)

    # --- stacks: look -----------------------------------------------------------------------------------------

    @client_call
    def identify_stack(self, context: RequestContext, stack_name: str) -> Reply:
        """Return the identity of the stack with this name or id. A deleted stack is found too; a live one comes first.

        :raises EntityNotFound: when the project has none
        """
        return arguments.identity(finding.by_name_or_id(context, stack_name))

    @client_call
    def show_stack(
        self, context: RequestContext, stack_identity: Reply | None, resolve_outputs: bool = True
    ) -> list[Reply]:
        """Return one stack in full, also a deleted one; without an identity, every live root stack.

        :raises EntityNotFound: when there is no such stack
        """
        with self._shared.database.reader(context):
            if stack_identity is None:
                return self._reading.all_stacks(context, resolve_outputs=resolve_outputs)
            stack = finding.by_identity(context, stack_identity, deleted=True)
            return [self._reading.stack(context, stack, resolve_outputs=resolve_outputs)]

    @client_call
    def list_stacks(self, context: RequestContext, tenant_safe: bool = True, **query: Any) -> list[Reply]:
        """Return the stacks that a query matches; its arguments are the fields of ``StackQuery``.

        :param tenant_safe: ignored; only old clients send it. An administrator sees the stacks of every project
        """
        return self._reading.list_stacks(context, arguments.collected(StackQuery, query))

    @client_call
    def count_stacks(self, context: RequestContext, tenant_safe: bool = True, **query: Any) -> int:
        """Return the number of stacks that a query matches; its arguments are the fields of ``StackQuery``."""
        return self._reading.count_stacks(context, arguments.collected(StackQuery, query))

    @client_call
    def get_template(self, context: RequestContext, stack_identity: Reply) -> Reply:
        """Return a stack's template, as the client sent it."""
        return self._reading.template(context, finding.by_identity(context, stack_identity, deleted=True))

    @client_call
    def get_environment(self, context: RequestContext, stack_identity: Reply) -> Reply:
        """Return a stack's environment; hidden parameters are ``******``."""
        return self._reading.environment(context, finding.by_identity(context, stack_identity, deleted=True))

    @client_call
    def get_files(self, context: RequestContext, stack_identity: Reply) -> dict[str, str]:
        """Return a stack's files: name → content."""
        return self._reading.files(context, finding.by_identity(context, stack_identity, deleted=True))

    @client_call
    def list_outputs(self, context: RequestContext, stack_identity: Reply) -> list[Reply]:
        """Return a stack's outputs, without values."""
        return self._reading.list_outputs(context, finding.by_identity(context, stack_identity))

    @client_call
    def show_output(self, context: RequestContext, stack_identity: Reply, output_key: str) -> Reply:
        """Return one output with its value.

        :raises NotFound: when the template has no such output
        """
        return self._reading.output(context, finding.by_identity(context, stack_identity), output_key)

    # --- resources, events, engines ---------------------------------------------------------------------------

    @client_call
    def list_stack_resources(
        self,
        context: RequestContext,
        stack_identity: Reply,
        nested_depth: int = 0,
        with_detail: bool = False,
        filters: Reply | None = None,
    ) -> list[Reply]:
        """Return a stack's resources, one for each name."""
        stack = finding.by_identity(context, stack_identity, deleted=True)
        return self._reading.list_resources(context, stack, nested_depth, with_detail, filters)

    @client_call
    def describe_stack_resource(
        self,
        context: RequestContext,
        stack_identity: Reply,
        resource_name: str,
        with_attr: list[str] | bool | None = None,
    ) -> Reply:
        """Return one resource in full.

        :raises ResourceNotFound: when the stack has no such resource
        :raises Forbidden: when a user that the stack created asks for a resource other than the one it was created for
        """
        stack = finding.by_identity(context, stack_identity, for_own_users=True)
        finding.check_own_user(context, stack, resource_name)
        return self._reading.resource(context, stack, resource_name, with_attr)

    @client_call
    def list_events(self, context: RequestContext, stack_identity: Reply, **query: Any) -> list[Reply]:
        """Return a stack's events, the newest first; the other arguments are the fields of ``EventQuery``."""
        wanted = arguments.collected(EventQuery, query)
        stack = finding.by_identity(context, stack_identity, deleted=True)
        return self._reading.list_events(context, stack, wanted)

    @client_call
    def list_services(self, context: RequestContext) -> list[Reply]:
        """Return the engine processes, each ``up`` or ``down``."""
        return self._reading.list_services(context)

    @client_call
    def get_revision(self, context: RequestContext) -> str:
        """Return heatlite's version."""
        return heatlite.__version__
