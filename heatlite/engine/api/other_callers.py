"""The methods that only the CloudFormation API, heat-api's password pipeline and ``heat-manage`` call.

The stack's own project may call them, and an administrator.
"""

from __future__ import annotations

from typing import Any

import oslo_messaging

from heatlite import exception
from heatlite.context import RequestContext
from heatlite.db import resources, stacks
from heatlite.engine.api import finding, visibility
from heatlite.engine.api.arguments import identity
from heatlite.engine.api.client_calls import client_call
from heatlite.engine.api.replies import Reply


class OtherCallersEndpoint:
    """The methods that the ``openstack`` client never calls."""

    target = oslo_messaging.Target(version="1.36")

    @client_call
    def find_physical_resource(self, context: RequestContext, physical_resource_id: str) -> Reply:
        """Return the identity of the resource with this physical resource id.

        :raises EntityNotFound: when the project has none
        :raises PhysicalResourceIDAmbiguity: when several stacks have one
        """
        found = resources.anywhere_by_physical_id(context, physical_resource_id, visibility.project_filter(context))
        if not found:
            raise exception.EntityNotFound(entity="Resource", name=physical_resource_id)
        if len({row.stack_id for row in found}) > 1:
            raise exception.PhysicalResourceIDAmbiguity(phys_id=physical_resource_id)
        stack = stacks.get(context, found[0].stack_id)
        if stack is None or stack.deleted_at is not None:
            raise exception.EntityNotFound(entity="Resource", name=physical_resource_id)
        return identity(stack, f"/resources/{found[0].name}")

    @client_call
    def authenticated_to_backend(self, context: RequestContext) -> bool:
        """Tell whether the request carries a token, a password or a trust. Keystone checks it when it is used."""
        return any(context.wire.get(secret) for secret in ("auth_token", "password", "trust_id"))

    @client_call
    def migrate_convergence_1(self, context: RequestContext, stack_id: str) -> None:
        """Do nothing: every heatlite stack already uses convergence.

        :raises EntityNotFound: when there is no such live stack
        :raises NotSupported: when it is nested
        """
        found: Any = stacks.get(context, stack_id) if finding.is_uuid(stack_id) else None
        stack = visibility.visible(context, found)
        if stack is None or stack.deleted_at is not None:
            raise finding.not_found(stack_id)
        if stack.owner_id is not None:
            raise exception.NotSupported(feature=f"Migration of nested stack {stack_id}")
