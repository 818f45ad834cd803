"""The client methods that begin an operation on a stack, and the one that validates a template.

    request ──▶ check arguments ──▶ find the stack ──▶ lifecycle    begin an operation on it
                (arguments, submissions)  (finding)

The client API has Heat's method names, arguments and replies, so an unmodified heat-api works; its endpoints are the
other modules of this package. The first argument of every method is the request's context, and a stack of another
project isn't found. A long argument list is collected into a value whose fields are Heat's arguments, with their
defaults. Most of these values are in ``rpc.queries``.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import oslo_messaging

from heatlite import exception
from heatlite.context import RequestContext
from heatlite.convergence.interrupts import Operation
from heatlite.db.records import StackRecord
from heatlite.engine.api import arguments, finding, submissions, template_check
from heatlite.engine.api.arguments import CreateOptions, UpdateOptions, check_args
from heatlite.engine.api.client_calls import client_call
from heatlite.engine.api.nested_parameters import NestedParameters
from heatlite.engine.api.replies import Reply
from heatlite.engine.operations.lifecycle import Lifecycle
from heatlite.engine.operations.validation import Submission, Validator
from heatlite.engine.shared import Shared

Files = dict[str, str] | None


class EngineEndpoint:
    """The methods that begin an operation. Each replies once the stack is IN_PROGRESS.

    Each may raise ``Invalid`` for an argument of a wrong type or value. Each that takes a stack's identity raises
    ``EntityNotFound`` when there is no such live stack, ``ActionInProgress`` or ``NotSupported`` when its state doesn't
    allow the operation, and ``Forbidden`` when the client may not use a resource type that the stack has.
    """

    target = oslo_messaging.Target(version="1.36")

    def __init__(self, shared: Shared, lifecycle: Lifecycle) -> None:
        self._shared = shared
        self._lifecycle = lifecycle
        validator = Validator(shared.registry, shared.settings, shared.inputs)
        self._nested_parameters = NestedParameters(validator, shared.settings).reply

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
        :raises HeatliteError: when the submission is invalid
        """
        options = arguments.collected(UpdateOptions, more)
        options.check_allowed()
        args, most = check_args(args), self._shared.settings.max_template_size
        named = options.environment_files, options.files_container
        sent = submissions.sent(self._shared, context, template, params, files, *named)
        stack = self._found(context, stack_identity)
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
        """
        self._lifecycle.delete(self._found(context, stack_identity))

    @client_call
    def stack_cancel_update(
        self, context: RequestContext, stack_identity: Reply, cancel_with_rollback: bool = True
    ) -> None:
        """Stop an update that is in progress; either roll the stack back, or leave it as it is now."""
        self._lifecycle.cancel(finding.by_identity(context, stack_identity), rollback=cancel_with_rollback)

    @client_call
    def stack_suspend(self, context: RequestContext, stack_identity: Reply) -> None:
        """Begin to suspend every resource of a stack, each before the resources that it requires."""
        self._lifecycle.visit(self._found(context, stack_identity), Operation.SUSPEND)

    @client_call
    def stack_resume(self, context: RequestContext, stack_identity: Reply) -> None:
        """Begin to resume the suspended resources of a stack, each after the resources that it requires."""
        self._lifecycle.visit(self._found(context, stack_identity), Operation.RESUME)

    @client_call
    def stack_check(self, context: RequestContext, stack_identity: Reply) -> None:
        """Begin to check a stack's resources; the next update repairs those that aren't in the expected state."""
        self._lifecycle.visit(self._found(context, stack_identity), Operation.CHECK)

    def _found(self, context: RequestContext, stack_identity: Reply) -> StackRecord:
        return self._lifecycle.policy.permit(context, finding.by_identity(context, stack_identity))

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
