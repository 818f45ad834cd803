"""A stack as lists show it, in the form that Heat's clients know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from heatlite.db.records import StackRecord
from heatlite.engine.api.arguments import identity
from heatlite.engine.common.times import shown_time as time

Reply = dict[str, Any]


def stack_summary(stack: StackRecord, tags: Sequence[str] | None) -> Reply:
    """Return a stack as a list shows it; without tags, they are None."""
    return {
        "stack_identity": identity(stack),
        "stack_name": stack.name,
        "description": "",
        "stack_action": stack.action,
        "stack_status": stack.status,
        "stack_status_reason": stack.status_reason,
        "creation_time": time(stack.created_at),
        "updated_time": time(stack.updated_at),
        "deletion_time": time(stack.deleted_at),
        "stack_owner": stack.username,
        "parent": stack.owner_id,
        "stack_user_project_id": stack.stack_user_project_id,
        "tags": list(tags) if tags else None,
    }
