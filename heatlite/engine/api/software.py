"""The methods by which clients manage software configs and deployments, and servers report results.

A resource may have made the deployment and wait for it, so each change to a deployment wakes that resource. The
deployment's id is the resource's uuid.
"""

from __future__ import annotations

import email.utils
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import oslo_messaging

from heatlite import exception
from heatlite.context import RequestContext
from heatlite.db import resources, software_configs, software_deployments, stack_projects
from heatlite.db.software_deployments import DeploymentRecord
from heatlite.engine.api import paging, visibility
from heatlite.engine.api.arguments import document, invalid, mapping
from heatlite.engine.api.client_calls import client_call
from heatlite.engine.api.replies import Reply
from heatlite.engine.api.software_arguments import LONGEST_PROJECT, given_id, moment, needed, states, text
from heatlite.engine.api.software_replies import deployment
from heatlite.engine.common import limits
from heatlite.engine.common.reply_limits import check_read
from heatlite.engine.common.shown_configs import deployed_to, shown_config, summary
from heatlite.engine.ports.software_store import Store
from heatlite.engine.shared import Shared
from heatlite.resources.builtin.mailbox import TEMP_URL_SIGNAL, parsed
from heatlite.resources.software import io
from heatlite.resources.software.delivery import push

LOG = logging.getLogger(__name__)


class SoftwareEndpoint:
    """The methods that clients may call, beside those of ``EngineEndpoint``.

    Each raises ``NotFound`` for a config or deployment that the client's project may not see, and ``Invalid`` for an
    argument of a wrong type or value.
    """

    target = oslo_messaging.Target(version="1.36")

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    def _store(self, context: RequestContext) -> Store:
        return Store(self._shared.database, self._shared.inputs, visibility.project_filter(context))

    # --- configs ----------------------------------------------------------------------------------------------

    @client_call
    def show_software_config(self, context: RequestContext, config_id: str) -> Reply:
        """Return one config in full."""
        return shown_config(self._store(context).config(config_id))

    @client_call
    def list_software_configs(
        self, context: RequestContext, limit: int | None = None, marker: str | None = None, tenant_safe: bool = True
    ) -> list[Reply]:
        """Return a project's configs in short, the newest first. A marker that isn't found is ignored.

        If ``max_listed`` cuts the list, its last record has the marker of the next page.

        :param tenant_safe: ignored; only an administrator sees the configs of every project
        """
        project = visibility.project_filter(context)
        table = software_configs.TABLE
        order = paging.order(None, None, {}, table)
        conditions: list[Any] = [] if project is None else [table.c.tenant == project]
        last = software_configs.get(context, after) if (after := paging.marker_id(marker)) else None
        if last is not None and project in (None, last.tenant):
            conditions.append(order.after(last))
        page = paging.page(limit, self._shared.settings.max_listed)
        found, is_cut = page.cut(software_configs.listed(context, conditions, order.clauses(), page.asked))
        listed = [summary(each, with_project=project is None) for each in found]
        return paging.with_next_marker(listed, found[-1].id) if is_cut else listed

    @client_call
    def count_software_configs(self, context: RequestContext) -> int:
        """Return the number of configs of a project."""
        return software_configs.count(context, visibility.project_filter(context))

    @client_call
    def create_software_config(
        self,
        context: RequestContext,
        group: str | None,
        name: str | None,
        config: Any,
        inputs: Any = (),
        outputs: Any = (),
        options: Any = None,
    ) -> Reply:
        """Store a config, and reply with it.

        :raises RequestLimitExceeded: when the project already has as many configs as it may, or the config is too large
        """
        if not context.is_admin:
            limits.check_configs(self._shared.settings, lambda: software_configs.count(context, context.project_id))
        try:
            parts = {"inputs": io.inputs(inputs or []), "outputs": io.outputs(outputs or [])}
        except ValueError as error:
            raise invalid(str(error)) from None
        whole = {"config": config, **parts, "options": options}
        document("A software config", whole)
        values = {"name": text("name", name), "group": text("group", group), "config": whole}
        return shown_config(self._store(context).make_config({**values, "tenant": context.project_id}))

    @client_call
    def delete_software_config(self, context: RequestContext, config_id: str) -> None:
        """Delete a config.

        :raises InvalidRestrictedAction: when a deployment uses it
        """
        self._store(context).remove_config(config_id)

    # --- deployments ------------------------------------------------------------------------------------------

    @client_call
    def list_software_deployments(self, context: RequestContext, server_id: str | None = None) -> list[Reply]:
        """Return the deployments that a project may see, to one server or to any, oldest first.

        :raises RequestLimitExceeded: when they hold too much together
        """
        project, server = visibility.project_filter(context), text("server_id", server_id)
        size = software_deployments.listed_bytes(context, project, server)
        check_read(size, "list those of one server, or show one after another")
        found = software_deployments.listed(context, project, server)
        return [deployment(each) for each in found]

    @client_call
    def count_software_deployments(self, context: RequestContext) -> int:
        """Return the number of deployments that a project may see."""
        return software_deployments.count(context, visibility.project_filter(context))

    @client_call
    def metadata_software_deployments(self, context: RequestContext, server_id: str) -> list[Reply]:
        """Return the configs that are deployed to a server, in the order of their names. The server polls this."""
        if not server_id:
            raise invalid("server_id must be specified")
        return deployed_to(context, visibility.project_filter(context), str(server_id))

    @client_call
    def show_software_deployment(self, context: RequestContext, deployment_id: str) -> Reply:
        """Return one deployment, with a result that its server has put into Swift."""
        return deployment(self._looked_at(context, deployment_id))

    @client_call
    def check_software_deployment(self, context: RequestContext, deployment_id: str, timeout: Any = None) -> Reply:
        """Return one deployment without waiting for it: a thread of the engine must not wait for a server."""
        return deployment(self._looked_at(context, deployment_id))

    @client_call
    def create_software_deployment(
        self,
        context: RequestContext,
        server_id: str,
        config_id: str,
        deployment_id: str | None = None,
        stack_user_project_id: str | None = None,
        **state: Any,
    ) -> Reply:
        """Have a config applied to a server, and reply with the deployment.

        :param stack_user_project_id: the project that one of the client's stacks created for its users. Servers that
            authenticate as such users may see and signal the deployment
        :param state: ``input_values``, ``action``, ``status``, ``status_reason``
        :raises RequestLimitExceeded: when the project already has as many deployments as it may
        """
        if not context.is_admin:
            limits.check_deployments(
                self._shared.settings, lambda: software_deployments.count(context, context.project_id)
            )
        project = text("stack_user_project_id", stack_user_project_id, LONGEST_PROJECT)
        check_users_project(context, project)
        values: dict[str, Any] = {
            "config_id": config_id,
            "server_id": needed("server_id", server_id),
            "tenant": context.project_id,
        }
        reason = {"status_reason": str(state.get("status_reason"))}  # a missing one is "None", as in Heat
        values |= {**states(state), **reason, "stack_user_project_id": project}
        values |= {"id": given_id(deployment_id)} if deployment_id else {}
        made = self._store(context).make_deployment(values)
        self._push(context, made.server_id)
        return deployment(made)

    @client_call
    def update_software_deployment(
        self,
        context: RequestContext,
        deployment_id: str,
        config_id: str | None = None,
        updated_at: str | None = None,
        **state: Any,
    ) -> Reply:
        """Change a deployment, and reply with it. A part that isn't given, or is empty, stays as it is.

        :param state: ``input_values``, ``output_values``, ``action``, ``status``, ``status_reason``
        """
        given = {name: value for name, value in {**states(state), "config_id": config_id}.items() if value}
        if updated_at:
            given["updated_at"] = moment(updated_at)
        found = self._store(context).update_deployment(deployment_id, given)
        self._wake(context, deployment_id)
        if "config_id" in given:
            self._push(context, found.server_id)
        return deployment(found)

    @client_call
    def signal_software_deployment(
        self, context: RequestContext, deployment_id: str, details: Any, updated_at: str | None = None
    ) -> str | None:
        """Record a server's report on a deployment; return a sentence about it, or None if it isn't in progress."""
        if not deployment_id:
            raise invalid("deployment_id must be specified")
        when = moment(updated_at) if updated_at else None
        sentence = self._store(context).signal(deployment_id, mapping("details", details), when)
        self._wake(context, deployment_id)
        return sentence

    @client_call
    def delete_software_deployment(self, context: RequestContext, deployment_id: str) -> None:
        """Delete a deployment; its config stays."""
        store = self._store(context)
        server_id = store.deployment(deployment_id).server_id
        store.remove_deployment(deployment_id)
        self._push(context, server_id)

    def _push(self, context: RequestContext, server_id: str) -> None:
        """Send a server what is deployed to it, if its agent doesn't ask. A failure is only logged, as in Heat."""
        cloud = self._shared.cloud_of(context)
        if cloud is None:
            return
        try:
            push(cloud, self._store(context).served(context.project_id, server_id), self._shared.inputs.new_id())
        except exception.HeatliteError as error:
            LOG.error("The deployments of server %s couldn't be sent to it: %s", server_id, error)

    def _looked_at(self, context: RequestContext, deployment_id: str) -> DeploymentRecord:
        """Return a deployment. If its server signals by a URL of Swift's, look there first, with the request's token.

        A client may have made the deployment and the URL: then nobody else looks. A failure is only logged.
        """
        store = self._store(context)
        found = store.deployment(deployment_id)
        config = software_configs.get(context, found.config_id) if found.is_in_progress else None
        place = object_of(config.config) if config else None
        cloud = self._shared.cloud_of(context) if place else None
        if cloud is None or place is None:
            return found
        try:
            headers, content = cloud.api("object_store").answer("GET", place)
            written = email.utils.parsedate_to_datetime(headers["Last-Modified"]).replace(tzinfo=None)
            if not content or (found.updated_at is not None and written <= found.updated_at):
                return found  # it is the result of before
            store.signal(deployment_id, parsed(content), written)
        except exception.CloudNotFound:
            return found
        except (exception.HeatliteError, ValueError) as error:
            LOG.error("The result of deployment %s couldn't be read: %s", deployment_id, error)
            return found
        self._wake(context, deployment_id)
        return store.deployment(deployment_id)

    def _wake(self, context: RequestContext, deployment_id: str) -> None:
        """Wake the resource that made a deployment. If the message is lost, the resource polls by itself."""
        row = resources.by_uuid(context, deployment_id)
        if row is not None and row.engine_id is not None:
            self._shared.wakes.wake(row.engine_id, [row.id])


def object_of(config: Mapping[str, Any]) -> str | None:
    """Return the path of the object that a deployment's server puts its result into; None if it signals otherwise."""
    inputs = {it.get(io.NAME): it.get(io.VALUE) for it in config.get("inputs") or ()}
    if inputs.get("deploy_signal_transport") != TEMP_URL_SIGNAL:
        return None
    parts = urlsplit(str(inputs.get("deploy_signal_id") or "")).path.split("/", 4)
    return f"/{parts[3]}/{parts[4]}" if len(parts) == 5 and parts[3] and parts[4] else None


def check_users_project(context: RequestContext, project_id: str | None) -> None:
    """Check that the project is one that a stack of the client's project created for its users.

    A server applies every deployment that its project sees. A client that could name another project here could run
    anything on that project's servers.

    :raises Invalid: when it is another project
    """
    if project_id in (None, context.project_id) or context.is_admin:
        return
    if not stack_projects.is_users_of(context, str(project_id), context.project_id):
        raise invalid(
            f"stack_user_project_id {project_id} isn't a project that a stack of this project created for its users"
        )
