"""Find the nested stacks of a stack, down to the depth that a client asks for, and the nested stack of a resource.

depth 0   only the stack
depth 1   also the stacks of its resources, and so on; a depth above the limit is cut to the limit
"""

from __future__ import annotations

from typing import Any

from heatlite import exception
from heatlite.context import RequestContext
from heatlite.db import stacks
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.engine.api.arguments import whole_number
from heatlite.engine.api.replies import Reply
from heatlite.resources.registry import Registry
from heatlite.resources.stack_resource import StackResource
from heatlite.resources.tools import physical_name


def with_nested(context: RequestContext, stack: StackRecord, depth: Any, most: int) -> list[StackRecord]:
    """Return the stack and its live nested stacks, level by level.

    :param depth: how many levels of nested stacks to include
    :param most: the largest depth
    :raises Invalid: when the depth isn't a number from 0 up
    """
    found = level = [stack]
    for _ in range(min(whole_number("nested_depth", depth) or 0, most)):
        level = stacks.children(context, [each.id for each in level])
        if not level:
            break
        found = found + level
    return found


def nested_identity(registry: Registry, stack: StackRecord, row: ResourceRecord) -> Reply | None:
    """Return the identity of a resource's nested stack; None if it isn't a stack, or its id isn't chosen yet."""
    try:
        plugin = registry.get(row.type)
    except exception.EntityNotFound:
        return None
    if not issubclass(plugin, StackResource) or row.physical_resource_id is None:
        return None
    name = physical_name(stack.name, row.name, row.uuid, plugin.physical_resource_name_limit)
    return {"tenant": stack.tenant, "stack_name": name, "stack_id": row.physical_resource_id, "path": ""}
