"""Nesting: a stack with those below it, as far down as a client wants to see, and the way from a resource to its stack.

depth 0   the stack alone
depth 1   and the stacks that its resources are, and so on; deeper than the limit is as deep as it goes
"""

from __future__ import annotations

from typing import Any

from heatlite import exception
from heatlite.context import RequestContext
from heatlite.db import stacks
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.engine.api.arguments import whole_number
from heatlite.engine.api.replies import Reply
from heatlite.resources.naming import physical_name
from heatlite.resources.registry import Registry
from heatlite.resources.stack_resource import StackResource


def with_nested(context: RequestContext, stack: StackRecord, depth: Any, most: int) -> list[StackRecord]:
    """The stack, and the live ones below it, level by level.

    :param depth: how many levels below
    :param most: levels that there may be at all
    :raises Invalid: where the depth isn't a number from 0 up
    """
    found = level = [stack]
    for _ in range(min(whole_number("nested_depth", depth) or 0, most)):
        level = stacks.children(context, [each.id for each in level])
        if not level:
            break
        found = found + level
    return found


def nested_identity(registry: Registry, stack: StackRecord, row: ResourceRecord) -> Reply | None:
    """The identity of the stack that a resource is; None where it isn't one, or none was ever chosen."""
    try:
        plugin = registry.get(row.type)
    except exception.EntityNotFound:
        return None
    if not issubclass(plugin, StackResource) or row.physical_resource_id is None:
        return None
    name = physical_name(stack.name, row.name, row.uuid, plugin.physical_resource_name_limit)
    return {"tenant": stack.tenant, "stack_name": name, "stack_id": row.physical_resource_id, "path": ""}
