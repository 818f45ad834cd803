"""Preview a create or an update. Nothing is written, and no physical resource is read."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import oslo_messaging

from heatlite import exception
from heatlite import template as language
from heatlite.context import RequestContext
from heatlite.convergence.model import Action, Status
from heatlite.db import stacks
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.engine.api import arguments, finding, outputs, replies, submissions
from heatlite.engine.api.arguments import check_args
from heatlite.engine.api.client_calls import client_call
from heatlite.engine.api.replies import Reply
from heatlite.engine.api.update_previews import Place, UpdatePreview
from heatlite.engine.definitions.provider import plugin_of
from heatlite.engine.definitions.scope import EngineScope, FutureResource
from heatlite.engine.operations import planning
from heatlite.engine.operations.validation import Identity, Submission, Validator, check_name
from heatlite.engine.shared import Shared
from heatlite.template import Parameters, Template

NO_ID = "None"
"""The id shown for a stack that doesn't exist yet."""


class PreviewEndpoint:
    """The methods by which clients preview a create or an update."""

    target = oslo_messaging.Target(version="1.36")

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._validator = Validator(shared.registry, shared.settings, shared.inputs)

    @client_call
    def preview_stack(
        self,
        context: RequestContext,
        stack_name: str,
        template: Any,
        params: Any,
        files: Any,
        args: Any,
        environment_files: Any = None,
        files_container: Any = None,
    ) -> Reply:
        """Return the stack that a create would make, as ``show_stack`` would show it, with its resources.

        :raises StackExists: when the project has a live stack of this name
        :raises HeatliteError: when the submission is invalid
        """
        check_name(stack_name)
        if stacks.by_live_name(context, context.project_id, stack_name) is not None:
            raise exception.StackExists(stack_name=stack_name)
        sent = submissions.sent(self._shared, context, template, params, files, environment_files, files_container)
        submission = submissions.submission(sent, self._shared.settings.max_template_size)
        identity = Identity(NO_ID, stack_name, context.project_id)
        with self._shared.on_behalf_of(context):
            parsed, parameters = self._bound(submission, identity)
        options = arguments.operation_options(check_args(args))
        stack = self._imagined(context, stack_name, options.timeout_mins, options.disable_rollback)
        reply = replies.stack_details(stack, options.tags or (), parsed, parameters)
        for state in ("stack_action", "stack_status", "stack_status_reason"):  # the stack doesn't exist yet
            del reply[state]
        scope = EngineScope(parameters, parsed.files, self._future(parsed))
        reply["outputs"] = [
            {**replies.output(each.name, each.description), **outputs.value_of(each, scope)}
            for each in parsed.outputs.values()
        ]
        preview = UpdatePreview(self._shared, context, self._shown, nested=True)
        reply["resources"] = preview.tree(Place(stack, False, submission))
        return reply

    @client_call
    def preview_update_stack(
        self,
        context: RequestContext,
        stack_identity: Reply,
        template: Any,
        params: Any,
        files: Any,
        args: Any,
        environment_files: Any = None,
        files_container: Any = None,
    ) -> dict[str, list[Reply]]:
        """Return what an update would do to each resource: added, deleted, replaced, unchanged or updated.

        :param args: those of an update, and ``show_nested``: also preview the nested stacks
        :raises EntityNotFound: when there is no such live stack
        :raises NotSupported: when the stack's state doesn't allow an update
        :raises HeatliteError: when the submission is invalid
        """
        stack = finding.by_identity(context, stack_identity)
        planning.check_state(stack)
        most, args = self._shared.settings.max_template_size, check_args(args)
        sent = submissions.sent(self._shared, context, template, params, files, environment_files, files_container)
        submission = submissions.of_update(context, stack, sent, args, most)
        with self._shared.on_behalf_of(context):
            self._validator.validate(submission, Identity.of(stack))
        nested = arguments.flag("show_nested", args.get("show_nested") or False)
        preview = UpdatePreview(self._shared, context, self._shown, nested)
        return {str(fate): found for fate, found in preview.changes(Place(stack, True, submission)).items()}

    def _shown(self, stack: StackRecord, row: ResourceRecord | None, name: str, template: Template) -> Reply:
        return self._reply(stack, row or _imagined_row(stack, name, template.resources[name].type), template)

    def _bound(self, submission: Submission, identity: Identity) -> tuple[Template, Parameters]:
        parsed = self._validator.validate(submission, identity)
        return parsed, language.bind(parsed, submission.environment, identity.pseudo)

    def _reply(self, stack: StackRecord, row: ResourceRecord, template: Template) -> Reply:
        requirers = sorted(each.name for each in template.resources.values() if row.name in each.requires)
        attributes = replies.attributes(row, self._attributes(row))
        return replies.resource(stack, row, requirers, template) | replies.resource_details(row, template, attributes)

    def _attributes(self, row: ResourceRecord) -> Sequence[str]:
        try:
            return list(self._shared.registry.get(row.type).attributes_schema)
        except exception.EntityNotFound:
            return ()

    def _future(self, template: Template) -> dict[str, FutureResource]:
        registry = self._shared.registry
        found = {name: plugin_of(registry, it.type, template.files) for name, it in template.resources.items()}
        return {name: FutureResource(name, plugin) for name, plugin in found.items()}

    def _imagined(
        self, context: RequestContext, name: str, timeout: int | None, disable_rollback: bool | None
    ) -> StackRecord:
        return StackRecord(
            id=NO_ID,
            name=name,
            tenant=context.project_id,
            username=context.username,
            raw_template_id=0,
            prev_raw_template_id=None,
            current_traversal="",
            action=Action.CREATE,
            status=Status.COMPLETE,
            status_reason="",
            deadline=None,
            timeout=timeout,
            disable_rollback=True if disable_rollback is None else disable_rollback,
            owner_id=None,
            nested_depth=0,
            parent_resource_name=None,
            created_at=self._shared.inputs.utcnow(),
            updated_at=None,
            deleted_at=None,
        )


def _imagined_row(stack: StackRecord, name: str, type_name: str) -> ResourceRecord:
    """Build a resource's row as it is before the first action on it."""
    blank: dict[str, Any] = dict.fromkeys(field.name for field in dataclasses.fields(ResourceRecord))
    known = {"id": 0, "uuid": "", "stack_id": stack.id, "name": name, "type": type_name, "status_reason": ""}
    state = {"action": Action.INIT, "status": Status.COMPLETE, "atomic_key": 0, "attempts": 0, "requires": ()}
    return ResourceRecord(**{**blank, **known, **state})
