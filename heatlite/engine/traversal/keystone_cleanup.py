"""Farewell: what a stack has in keystone goes before the stack does: its trust, and the project of its own users.

It belongs to the epilogue of a deletion, and is done again where an engine dies at it: what is gone is no error.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from heatlite import exception
from heatlite.db import event_sinks, stack_projects, user_creds
from heatlite.db.records import StackRecord
from heatlite.engine.shared import Shared
from heatlite.engine.traversal import credentials

LOG = logging.getLogger(__name__)


def say(shared: Shared, stack: StackRecord) -> str | None:
    """Delete what a stack has in keystone: why that failed, or None.

    A nested stack has nothing of its own there, unless it was a root in Heat: then a project for its users.
    """
    if shared.clouds is None:
        return None
    if stack.is_nested and not has_own_project(shared, stack):
        return None
    try:
        shared.clouds.users_of(replace(stack, root_id=stack.id)).delete_all()
    except exception.HeatliteError as error:
        return f"Error deleting project: {error}"
    if not stack.is_nested and not event_sinks.need(shared.context(), stack.user_creds_id):
        revoke_trust(shared, stack)  # else it is needed until the last event is sent
    return None


def has_own_project(shared: Shared, stack: StackRecord) -> bool:
    """Tell whether a nested stack's users have another project than those of its root."""
    project_id = stack.stack_user_project_id
    if project_id in (None, stack_projects.INTENDED):
        return False
    return project_id != stack_projects.get(shared.context(), stack.root_id or stack.id)


def revoke_trust(shared: Shared, stack: StackRecord) -> None:
    """Revoke a stack's trust. Where that can't be done, the stack goes all the same, as with Heat."""
    try:
        credentials.revoke(shared, trust_of(shared, stack))
    except exception.HeatliteError as error:
        LOG.warning("The trust of stack %s can't be read: %s", stack.id, error)


@contextmanager
def after_abandoning(shared: Shared, stack: StackRecord) -> Iterator[None]:
    """Revoke the trust of a root stack that is abandoned within this. What it has made for users stays."""
    trust_id = None if stack.is_nested else trust_of(shared, stack)
    yield
    credentials.revoke(shared, trust_id)


def trust_of(shared: Shared, stack: StackRecord) -> str | None:
    """Return the id of the trust that a stack's operations use; None without one."""
    if shared.clouds is None or stack.user_creds_id is None:
        return None
    found = user_creds.get(shared.context(), stack.user_creds_id)
    return None if found is None else found.trust_id
