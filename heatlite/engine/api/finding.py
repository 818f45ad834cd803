"""Finding: the stack that a client means, if it is one that the client may see.

A project sees its own stacks and no others. An administrator may find any stack by its id, as in Heat.
A user of a stack's own, who lives in a project of the stack's own, finds it to signal and to look at his resource.
"""

from __future__ import annotations

import uuid
from typing import Any

from heatlite import exception
from heatlite.context import RequestContext
from heatlite.db import resources, stack_projects, stacks
from heatlite.db.records import StackRecord
from heatlite.engine.api.arguments import stack_identity
from heatlite.engine.operations.validation import STACK_NAME
from heatlite.resources.cloud import USER_ID


def by_name_or_id(context: RequestContext, name: Any) -> StackRecord:
    """A live stack by its name, or any by its id, also one that is deleted.

    :raises EntityNotFound: where the client's project has no such stack
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
    """The stack with this identity.

    :param deleted: whether one that is deleted will do
    :param for_own_users: whether a user of the stack's own may ask, as what he is there for
    :raises EntityNotFound: where the client's project has no such stack
    :raises InvalidTenant: where the identity names another project than the client's
    :raises Invalid: where it is no identity
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


def visible(context: RequestContext, stack: StackRecord | None) -> StackRecord | None:
    """The stack, unless it is one of a project that the client may not see."""
    if stack is None or context.is_admin or stack.tenant == context.project_id:
        return stack
    return None


def is_own_user(context: RequestContext, stack: StackRecord | None) -> bool:
    """Whether the client is a user that the stack, or one that it is nested in, has made for itself."""
    if stack is None or stack.deleted_at is not None or not context.project_id:
        return False
    return stack_projects.get(context, stack.root_id or stack.id) == context.project_id


def check_own_user(context: RequestContext, stack: StackRecord, resource_name: Any) -> None:
    """Let a user of the stack's own look at the resource that he belongs to, and at no other.

    :raises Forbidden: naming what it was
    """
    if visible(context, stack) is not None:
        return
    user_id = context.user_id
    rows = resources.by_names(context, stack.id, [resource_name]) if isinstance(resource_name, str) else []
    if not any(user_id and (row.resource_data or {}).get(USER_ID) == user_id for row in rows):
        raise exception.Forbidden(action=f"the resource {resource_name}")


def project_filter(context: RequestContext) -> str | None:
    """The project whose stacks the client may list; None for all of them."""
    return None if context.is_admin else context.project_id


def is_uuid(text: Any) -> bool:
    """Whether a value is spelled as the ids of stacks are."""
    try:
        return isinstance(text, str) and str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def not_found(name: Any) -> exception.EntityNotFound:
    """The error for a stack that isn't there, to be raised by the caller."""
    return exception.EntityNotFound(entity="Stack", name=name)
