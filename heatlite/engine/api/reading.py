"""The client methods that show stacks, resources, events and engines. Nothing here writes.

shown by id     from the writer, so a client sees its own last change     show, resource, output
lists           from the replica, if there is one; it may lag             list, count, resources, events
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import oslo_messaging

import heatlite
from heatlite import exception
from heatlite import template as language
from heatlite.context import RequestContext
from heatlite.convergence.model import Status
from heatlite.convergence.serving import active_rows
from heatlite.db import events, resources, services, stacks
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.engine.api import (
    arguments,
    environments,
    finding,
    nesting,
    outputs,
    paging,
    queries,
    replies,
    stack_lists,
)
from heatlite.engine.api.arguments import invalid
from heatlite.engine.api.balanced import with_members
from heatlite.engine.api.client_calls import client_call
from heatlite.engine.api.history import read_events
from heatlite.engine.api.replies import Reply
from heatlite.engine.api.resource_lists import matching, required_by
from heatlite.engine.api.software_replies import type_shows_deployments
from heatlite.engine.common.reply_limits import check_read
from heatlite.engine.common.shown_configs import deployed_to
from heatlite.engine.shared import Shared
from heatlite.engine.traversal.refresh import as_of_now, asker
from heatlite.resources.software.delivery import CONFIG
from heatlite.rpc.queries import EventQuery, StackQuery
from heatlite.schema.provider import is_template
from heatlite.schema.sizes import weight
from heatlite.template import OutputDefinition, ParameterSchema, Template

Rows = dict[str, list[ResourceRecord]]
"""Stack id → its rows."""


class ReadingEndpoint:
    """The methods by which clients look.

    Each that takes a stack's identity raises ``EntityNotFound`` when there is no such stack. A deleted stack is shown
    too, without its outputs.
    """

    target = oslo_messaging.Target(version="1.36")

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    # --- stacks -----------------------------------------------------------------------------------------------

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
        """Return one stack in full; without an identity, every live root stack, the newest first."""
        with self._shared.database.reader(context):
            if stack_identity is None:
                return self._all_stacks(context, resolve_outputs=resolve_outputs)
            stack = finding.by_identity(context, stack_identity, deleted=True)
            return [self._stack(context, stack, resolve_outputs=resolve_outputs)]

    def _stack(self, context: RequestContext, stack: StackRecord, *, resolve_outputs: bool) -> Reply:
        template, parameters = self._shared.library.readable(context, stack)
        tags = stacks.tags(context, [stack.id]).get(stack.id, [])
        reply = replies.stack_details(stack, tags, template, parameters)
        if resolve_outputs and stack.deleted_at is None:
            wanted = list(template.outputs.values())
            registry = self._shared.registry
            reply["outputs"] = outputs.resolved(
                context, registry, stack, template, parameters, wanted, self._ask, self._now
            )
        return reply

    def _all_stacks(self, context: RequestContext, *, resolve_outputs: bool) -> list[Reply]:
        """Return every live root stack. If ``max_listed`` cuts the list, the client reads on with ``list_stacks``."""
        conditions = stack_lists.conditions(self._shared.settings, context, StackQuery())
        order = paging.order(None, None, {}, stacks.TABLE)
        found, is_cut = stack_lists.read(context, conditions, order, self._page(None))
        listed: list[Reply] = []
        size = 0
        for stack in found:
            listed.append(self._stack(context, stack, resolve_outputs=resolve_outputs))
            size += weight(listed[-1])
            check_read(size, "list the stacks, or show one after another")
        return paging.with_next_marker(listed, found[-1].id) if is_cut else listed

    @client_call
    def list_stacks(self, context: RequestContext, tenant_safe: bool = True, **more: Any) -> list[Reply]:
        """Return the stacks that a query matches. A marker that isn't found is ignored, as in Heat.

        :param tenant_safe: ignored; only old clients send it. An administrator sees the stacks of every project
        :param more: the fields of ``StackQuery``
        :raises Invalid: when a part of the query is invalid
        """
        return stack_lists.listed(self._shared.settings, context, arguments.collected(StackQuery, more))

    def _page(self, limit: Any) -> paging.Page:
        return stack_lists.page(self._shared.settings, limit)

    @client_call
    def count_stacks(self, context: RequestContext, tenant_safe: bool = True, **more: Any) -> int:
        """Return the number of stacks that a query matches; the arguments are those of ``list_stacks``."""
        query = arguments.collected(StackQuery, more)
        return stacks.count(context, stack_lists.conditions(self._shared.settings, context, query))

    # --- templates and outputs --------------------------------------------------------------------------------

    @client_call
    def get_template(self, context: RequestContext, stack_identity: Reply) -> Reply:
        """Return a stack's template, as the client sent it."""
        stack = finding.by_identity(context, stack_identity, deleted=True)
        return self._shared.library.record(context, stack.raw_template_id).template

    @client_call
    def get_files(self, context: RequestContext, stack_identity: Reply) -> dict[str, str]:
        """Return a stack's files: name → content."""
        stack = finding.by_identity(context, stack_identity, deleted=True)
        return self._shared.library.record(context, stack.raw_template_id).files

    @client_call
    def get_environment(self, context: RequestContext, stack_identity: Reply) -> Reply:
        """Return a stack's environment; hidden parameters are ``******``."""
        stack = finding.by_identity(context, stack_identity, deleted=True)
        library = self._shared.library
        try:
            record, template = library.template(context, stack.raw_template_id)
        except exception.HeatliteError:
            return environments.stored(library.record(context, stack.raw_template_id).environment, None)
        return environments.stored(
            record.environment,
            template.parameter_schemata,
            self._schemata_in(record.files),
            inherited=stack.owner_id is not None,
            encrypts=self._shared.database.vault.encrypts,
        )

    def _schemata_in(self, files: Mapping[str, str]) -> Iterator[Mapping[str, ParameterSchema]]:
        """Yield the parameter schemata of each template among a stack's files."""
        for content in files.values():
            with contextlib.suppress(exception.HeatliteError):
                raw = language.load(content, self._shared.settings.max_template_size)
                yield language.parse(raw, files).parameter_schemata

    @client_call
    def list_outputs(self, context: RequestContext, stack_identity: Reply) -> list[Reply]:
        """Return the outputs of a stack that isn't deleted, without values."""
        stack = finding.by_identity(context, stack_identity)
        template, _ = self._shared.library.readable(context, stack)
        return [replies.output(output.name, output.description) for output in template.outputs.values()]

    @client_call
    def show_output(self, context: RequestContext, stack_identity: Reply, output_key: str) -> Reply:
        """Return one output of a stack that isn't deleted, with its value.

        :raises NotFound: when the template has no such output
        """
        stack = finding.by_identity(context, stack_identity)
        template, parameters = self._shared.library.readable(context, stack)
        if not isinstance(output_key, str) or output_key not in template.outputs:
            raise exception.NotFound(msg_fmt=f"Specified output key {output_key!s:.80} not found.")
        wanted = [template.outputs[output_key]]
        registry = self._shared.registry
        return outputs.resolved(context, registry, stack, template, parameters, wanted, self._ask, self._now)[0]

    def _ask(self, row: ResourceRecord) -> Callable[[str], Any]:
        return asker(self._shared, row)

    def _now(self, row: ResourceRecord) -> ResourceRecord:
        return as_of_now(self._shared, row)

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
        """Return a stack's resources, one for each name, and those of its nested stacks.

        :param nested_depth: how many levels of nested stacks to include
        :raises Invalid: when a filter or the depth is invalid
        """
        stack = finding.by_identity(context, stack_identity, deleted=True)
        return self._resources(context, stack, nested_depth, with_detail, filters)

    @client_call
    def describe_stack_resources(
        self, context: RequestContext, stack_identity: Reply, resource_name: str | None
    ) -> list[Reply]:
        """Return the resources of a stack that isn't deleted in full, or only the one with a name, if there is one.

        Only the CloudFormation API calls this.
        """
        stack = finding.by_identity(context, stack_identity)
        filters = None if resource_name is None else {"name": resource_name}
        return self._resources(context, stack, 0, True, filters)

    def _resources(
        self, context: RequestContext, stack: StackRecord, nested_depth: Any, with_detail: Any, filters: Any
    ) -> list[Reply]:
        most = self._shared.settings.max_nested_stack_depth
        family = nesting.with_nested(context, stack, nested_depth, most)
        rows: Rows = {each.id: [] for each in family}
        for row in resources.listed_of(context, list(rows)):
            rows[row.stack_id].append(row)
        if with_detail:
            self._check_details(context, family, rows, filters)
        found: list[Reply] = []
        for each in family:
            found += self._resources_of(context, each, rows[each.id], filters, with_detail=bool(with_detail))
        return found

    def _check_details(self, context: RequestContext, family: Sequence[StackRecord], rows: Rows, filters: Any) -> None:
        """Raise RequestLimitExceeded when the rows that a list would show in full are too large together."""
        of = {each.id: matching(active_rows(rows[each.id], each.raw_template_id), filters) for each in family}
        size = resources.shown_bytes(context, [row.id for each in of.values() for row in each])
        check_read(size, "list them without details, or show one resource after another")

    def _resources_of(
        self,
        context: RequestContext,
        stack: StackRecord,
        rows: list[ResourceRecord],
        filters: Any,
        *,
        with_detail: bool,
    ) -> list[Reply]:
        serving = active_rows(rows, stack.raw_template_id)
        wanted = matching(serving, filters)
        if not wanted:
            return []
        template = self._linked(context, stack, serving)
        requirers = required_by(rows, serving, template)
        listed = {row.id: self._resource(stack, row, requirers[row.name], template) for row in wanted}
        if not with_detail:
            return list(listed.values())
        whole = resources.listed_details(context, listed)
        return [
            reply | replies.resource_details(whole[row], template, replies.attributes(whole[row]))
            for row, reply in listed.items()
            if row in whole
        ]

    def _linked(self, context: RequestContext, stack: StackRecord, serving: Mapping[str, ResourceRecord]) -> Template:
        """Return a stack's template; with implicit dependencies, as long as the rows of some names lack them."""
        template, parameters = self._shared.library.readable(context, stack)
        if all(row.current_template_id == stack.raw_template_id for row in serving.values()):
            return template
        return self._shared.linked(template, parameters)

    def _resource(
        self, stack: StackRecord, row: ResourceRecord, required_by: Sequence[str], template: Template
    ) -> Reply:
        reply = replies.resource(stack, row, required_by, template)
        nested = nesting.nested_identity(self._shared.registry, stack, row)
        return reply if nested is None else {**reply, "nested_stack_id": nested}

    @client_call
    def describe_stack_resource(
        self,
        context: RequestContext,
        stack_identity: Reply,
        resource_name: str,
        with_attr: list[str] | bool | None = None,
    ) -> Reply:
        """Return one resource of a stack that isn't deleted in full.

        :param with_attr: attributes to show beside the recorded ones; False for no attributes at all
        :raises ResourceNotFound: when the stack has no such resource
        :raises Forbidden: when a user that the stack created asks for a resource other than the one it was created for
        :raises Invalid: when ``with_attr`` isn't a list of names
        """
        stack = finding.by_identity(context, stack_identity, for_own_users=True)
        finding.check_own_user(context, stack, resource_name)
        also = [] if with_attr in (None, True, False) else with_attr
        if not isinstance(also, list) or not all(isinstance(attribute, str) for attribute in also):
            raise invalid(f"with_attr must be a list of attributes, not {with_attr!r:.80}")
        with context.database.reader(context):
            rows = resources.light(context, stack.id)
            serving = active_rows(rows, stack.raw_template_id)
            is_there = isinstance(resource_name, str) and resource_name in serving
            found = resources.by_ids(context, [serving[resource_name].id]) if is_there else []
        if not found:
            raise exception.ResourceNotFound(resource_name=resource_name, stack_name=stack.name)
        row = found[0] if with_attr is False else self._now(found[0])
        template = self._linked(context, stack, serving)
        attributes = None if with_attr is False else self._attributes(row, also)
        reply = self._resource(stack, row, required_by(rows, serving, template)[row.name], template)
        details = replies.resource_details(row, template, attributes)
        return reply | details | {"metadata": self._metadata(context, stack, row)}

    def _metadata(self, context: RequestContext, stack: StackRecord, row: ResourceRecord) -> Reply:
        """Return a resource's metadata.

        An agent polls a server's, so these follow what they read of other resources, and have the agent's configuration
        and the server's deployments, or the members that a load balancer's server balances.
        """
        is_server = type_shows_deployments(self._shared.registry, row.type)
        metadata = dict(row.resource_metadata or {})
        if is_server or is_template(row.type):
            metadata |= self._followed(context, stack, row)
        metadata = with_members(self._shared, context, stack, row, metadata)
        if is_server and (config := (row.resource_data or {}).get(CONFIG)):
            metadata[CONFIG] = config
        if is_server and row.physical_resource_id:
            deployed = deployed_to(context, stack.tenant, row.physical_resource_id)
            return {**metadata, "deployments": deployed} if deployed else metadata
        return metadata

    def _followed(self, context: RequestContext, stack: StackRecord, row: ResourceRecord) -> Mapping[str, Any]:
        """Return the template's metadata of a resource as they are now, if they read attributes of others.

        A group may have been scaled since the resource's last update. A row that waits for its update is left alone.
        """
        if row.current_template_id != stack.raw_template_id or row.status is not Status.COMPLETE:
            return {}
        template, parameters = self._shared.library.readable(context, stack)
        definition = template.resources.get(row.name)
        if definition is None or not definition.metadata or not definition.reads:
            return {}
        wanted = OutputDefinition(row.name, definition.metadata, "", definition.reads, definition.references)
        registry = self._shared.registry
        [found] = outputs.resolved(context, registry, stack, template, parameters, [wanted])
        return found["output_value"] or {}

    def _attributes(self, row: ResourceRecord, also: list[str]) -> Reply:
        """Return the recorded attributes and the additional ones that the client asked for.

        A volatile attribute is asked of the plugin. A group computes others from the recorded values of its members.
        """
        found = replies.attributes(row, also)
        for name in also:
            with contextlib.suppress(exception.HeatliteError):
                found[name] = self._attribute(row, name)
        return found

    def _attribute(self, row: ResourceRecord, name: str) -> Any:
        plugin = self._shared.registry.get(row.type)
        recorded = (row.attr_data or {}).get("attributes") or {}
        if name in plugin.asked_attributes():
            return self._ask(row)(name)
        return recorded[name] if name in recorded else plugin.read_attribute(row.name, recorded, name, ())

    @client_call
    def list_events(self, context: RequestContext, stack_identity: Reply, **more: Any) -> list[Reply]:
        """Return the events of a stack that a query matches. A marker that isn't found is ignored, as in Heat.

        :param more: the fields of ``EventQuery``
        :raises Invalid: when a part of the query is invalid
        """
        query = arguments.collected(EventQuery, more)
        stack = finding.by_identity(context, stack_identity, deleted=True)
        most = self._shared.settings.max_nested_stack_depth
        family = {each.id: each for each in nesting.with_nested(context, stack, query.nested_depth, most)}
        conditions = queries.event_conditions(list(family), query.filters)
        order = queries.event_order(query, list(family))
        page, marker = self._page(query.limit), paging.marker_id(query.marker)
        root = stack if query.nested_depth else None
        if marker and (last := events.by_uuid(context, list(family), marker)):
            conditions.append(order.after(last))
        found, is_cut = read_events(context, conditions, order, page)
        single = "uuid" in (query.filters or {})
        listed = [replies.event(family[each.stack_id], each, with_properties=single, root=root) for each in found]
        return paging.with_next_marker(listed, found[-1].uuid) if is_cut else listed

    @client_call
    def list_services(self, context: RequestContext) -> list[Reply]:
        """Return the engine processes, each ``up`` or ``down``."""
        now = self._shared.inputs.utcnow()
        return [replies.service(record, now) for record in services.listed(context)]

    @client_call
    def get_revision(self, context: RequestContext) -> str:
        """Return heatlite's version."""
        return heatlite.__version__
