"""Which stacks a client may see: those of its project, and an administrator those of every project."""

from __future__ import annotations

from heatlite.context import RequestContext
from heatlite.db.records import StackRecord


def visible(context: RequestContext, stack: StackRecord | None) -> StackRecord | None:
    """Return the stack, or None if it belongs to a project that the client may not see."""
    if stack is None or context.is_admin or stack.tenant == context.project_id:
        return stack
    return None


def project_filter(context: RequestContext) -> str | None:
    """Return the project whose stacks the client may list; None for every project."""
    return None if context.is_admin else context.project_id
