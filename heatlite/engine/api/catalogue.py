"""The client methods that list the building blocks of templates: resource types, template versions, functions."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import oslo_messaging

from heatlite import exception
from heatlite.context import RequestContext
from heatlite.engine.api import type_schemas
from heatlite.engine.api.arguments import invalid
from heatlite.engine.api.client_calls import client_call
from heatlite.engine.api.replies import Reply
from heatlite.engine.shared import Shared
from heatlite.resources.base import Resource
from heatlite.resources.schema import HIDDEN, SUPPORT_STATUSES
from heatlite.schema import patterns
from heatlite.template.dialects import AWS, HEAT, HOT, RELEASES, VERSION_KEY, version_of, versions_of
from heatlite.template.functions import functions_of

LOG = logging.getLogger(__name__)


class CatalogueEndpoint:
    """The methods that list types, versions and functions. None of them reads a stack."""

    target = oslo_messaging.Target(version="1.36")

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    @client_call
    def list_template_versions(self, context: RequestContext) -> list[Reply]:
        """Return the versions of the template language, each with the names of its releases."""
        named = {version: [f"{VERSION_KEY}.{name}"] for name, version in RELEASES.items()}
        return [
            {"version": f"{dialect.version_key}.{date}", "type": dialect.kind, "aliases": named.get(date, [])}
            for dialect in (AWS, HEAT, HOT)
            for date in versions_of(dialect)
        ]

    @client_call
    def list_template_functions(
        self, context: RequestContext, template_version: str, with_condition: bool = False
    ) -> list[Reply]:
        """Return the functions of a version, with ``with_condition`` also those for conditions.

        :raises NotFound: when there is no such version
        """
        key, _, version = str(template_version).partition(".")
        try:
            version = version_of({key: version})
        except exception.InvalidTemplateVersion:
            raise exception.NotFound(msg_fmt=f"Template with version {template_version!s:.80} not found") from None
        described = functions_of(version, with_conditions=bool(with_condition))
        return [{"functions": name, "description": text} for name, text in described.items()]

    @client_call
    def list_resource_types(
        self,
        context: RequestContext,
        support_status: str | None = None,
        type_name: str | None = None,
        heat_version: str | None = None,
        with_description: bool = False,
    ) -> list[Any]:
        """Return the names of the resource types; on request, with descriptions.

        :param type_name: a regular expression that the beginning of a name has to match
        :param heat_version: only types that this version introduced
        :raises Invalid: when a filter is invalid
        """
        if support_status is not None and support_status not in SUPPORT_STATUSES:
            raise invalid(f"Invalid support status and should be one of {SUPPORT_STATUSES}")
        named = _named(self._plugins(), type_name).items()
        found = {name: it for name, it in named if not _is_hidden(it) and self._shared.policy.allows(context, name)}
        found = self._available(context, found)
        if support_status is not None:
            found = {name: it for name, it in found.items() if it.support_status.status == support_status}
        if heat_version is not None:
            found = {name: it for name, it in found.items() if it.support_status.version == str(heat_version)}
        if not with_description:
            return list(found)
        return [{"resource_type": name, "description": type_schemas.description(it)} for name, it in found.items()]

    @client_call
    def resource_schema(self, context: RequestContext, type_name: str, with_description: bool = False) -> Reply:
        """Return the properties and the attributes of a type.

        :raises EntityNotFound: when there is no such type
        :raises Forbidden: when the client may not use it
        """
        self._shared.policy.check(context, [type_name])
        return type_schemas.schema(type_name, self._shared.registry.get(type_name), with_description=with_description)

    @client_call
    def generate_template(self, context: RequestContext, type_name: str, template_type: str = "cfn") -> Reply:
        """Return a sample template with one resource of a type.

        :param template_type: ``hot``, or ``cfn`` for CloudFormation's format
        :raises EntityNotFound: when there is no such type
        :raises Forbidden: when the client may not use it
        :raises NotSupported: when the type is hidden: it exists only for old stacks
        """
        self._shared.policy.check(context, [type_name])
        kind, plugin = template_type, self._shared.registry.get(type_name)
        if _is_hidden(plugin):
            raise exception.NotSupported(feature=type_name)
        return type_schemas.sample(type_name, plugin, kind if kind == type_schemas.HOT else type_schemas.CFN)

    def _available(self, context: RequestContext, plugins: dict[str, type[Resource]]) -> dict[str, type[Resource]]:
        """Return the types whose services the client's cloud has; all types if the service catalogue can't be read."""
        cloud = self._shared.cloud_of(context)
        if cloud is None:
            return plugins
        try:
            return {name: it for name, it in plugins.items() if it.missing(cloud) is None}
        except exception.CloudError as error:
            LOG.warning("The service catalogue can't be read, so all resource types are listed: %s", error)
            return plugins

    def _plugins(self) -> dict[str, type[Resource]]:
        registry = self._shared.registry
        return {name: registry.get(name) for name in registry.names()}


def _is_hidden(plugin: type[Resource]) -> bool:
    """Tell whether a type is hidden: it exists only for old stacks."""
    return plugin.support_status.status == HIDDEN


def _named(plugins: Mapping[str, type[Resource]], type_name: Any) -> dict[str, type[Resource]]:
    """Return the types whose name matches a regular expression at its beginning; all of them without one."""
    if not type_name:
        return dict(plugins)
    if not isinstance(type_name, str):
        raise invalid(f"type_name must be a regular expression, not {type_name!r:.80}")
    try:
        patterns.check(type_name)
        return {name: plugins[name] for name in patterns.beginning_with(type_name, list(plugins))}
    except ValueError as error:
        raise invalid(f"type_name must be a regular expression: {error}") from None
