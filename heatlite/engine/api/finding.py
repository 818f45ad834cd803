"""Find the stack that a client names, if the client may see it.

A project sees its own stacks and no others. An administrator may find any stack by its id, as in Heat.
A stack may create users for its resources, in a project that it creates for them. Such a user finds the stack in order
to signal, and to read the resource it was created for. A user that the template asks for, an AWS::IAM::User, reads what
its policies allow.
"""

from __future__ import annotations

import uuid
from typing import Any

from heatlite import exception
from heatlite.context import RequestContext
from heatlite.db import resources, stack_projects, stacks
from heatlite.db.records import StackRecord
from heatlite.engine.api.arguments import stack_identity
from heatlite.engine.api.visibility import visible
from heatlite.engine.operations.validation import STACK_NAME
from heatlite.engine.ports.siblings import newest
from heatlite.resources.builtin.access_policy import AccessPolicy
from heatlite.resources.cloud import USER_ID
from heatlite.resources.openstack.aws.iam import named_policies

ACCESS_POLICY, IAM_USER = "OS::Heat::AccessPolicy", "AWS::IAM::User"


def by_name_or_id(context: RequestContext, name: Any) -> StackRecord:
    """Return a stack by its name or id. A deleted stack is found too; by name, a live one comes first.

    :raises EntityNotFound: when the client's project has no such stack
    """
    found = None
    if is_uuid(name):
        found = visible(context, stacks.get(context, name))
    if found is None and isinstance(name, str) and STACK_NAME.fullmatch(name):
        project = context.project_id
        found = stacks.by_live_name(context, project, name) or stacks.by_name(context, project, name)
    if found is None:
        raise not_found(name)
    return found


def by_identity(
    context: RequestContext, identity: Any, *, deleted: bool = False, for_own_users: bool = False
) -> StackRecord:
    """Return the stack with this identity.

    :param deleted: also find a deleted stack
    :param for_own_users: also find the stack for a user that the stack created
    :raises EntityNotFound: when the client's project has no such stack
    :raises InvalidTenant: when the identity names another project than the client's
    :raises Invalid: when the value isn't an identity
    """
    wanted = stack_identity(identity)
    found = stacks.get(context, wanted.stack_id) if is_uuid(wanted.stack_id) else None
    stack = found if for_own_users and is_own_user(context, found) else visible(context, found)
    if stack is None or (stack.deleted_at is not None and not deleted):
        raise not_found(wanted.stack_name)
    if wanted.tenant not in (context.project_id, stack.tenant) and not context.is_admin:
        raise exception.InvalidTenant(target=wanted.tenant, actual=context.project_id)
    if wanted.path or wanted.stack_name != stack.name:
        raise not_found(wanted.stack_name)
    return stack


def is_own_user(context: RequestContext, stack: StackRecord | None) -> bool:
    """Tell whether the client is a user that the stack, or a stack it is nested in, created for its own resources."""
    if stack is None or stack.deleted_at is not None or not context.project_id:
        return False
    return stack_projects.get(context, stack.root_id or stack.id) == context.project_id


def check_own_user(context: RequestContext, stack: StackRecord, resource_name: Any) -> None:
    """Let a user that the stack created read only the resource it was created for, or those that its policies allow.

    :raises Forbidden: when it is another resource
    """
    if visible(context, stack) is not None:
        return
    user_id = context.user_id
    if not user_id or not isinstance(resource_name, str):
        raise exception.Forbidden(action=f"the resource {resource_name}")
    rows = resources.by_names(context, stack.id, [resource_name])
    if any((row.resource_data or {}).get(USER_ID) == user_id and row.type != IAM_USER for row in rows):
        return
    if not may_read_by_policies(context, stack, user_id, resource_name):
        raise exception.Forbidden(action=f"the resource {resource_name}")


def may_read_by_policies(context: RequestContext, stack: StackRecord, user_id: str, resource_name: str) -> bool:
    """Tell whether the client is an AWS::IAM::User of the stack, and all its policies allow reading a resource."""
    light = resources.by_physical_id(context, stack.id, user_id)
    users = [row for row in resources.by_ids(context, [it.id for it in light]) if row.type == IAM_USER]
    if (user := newest(users)) is None:
        return False
    names = named_policies(user.properties_data or {})
    rows = resources.by_names(context, stack.id, names) if names else []
    policies = [newest(row for row in rows if row.name == name and row.type == ACCESS_POLICY) for name in names]
    return all(it is not None and AccessPolicy.allows(it.properties_data or {}, resource_name) for it in policies)


def is_uuid(text: Any) -> bool:
    """Tell whether a value is written like the id of a stack."""
    try:
        return isinstance(text, str) and str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def not_found(name: Any) -> exception.EntityNotFound:
    """Build the error for a stack that doesn't exist; the caller raises it."""
    return exception.EntityNotFound(entity="Stack", name=name)
