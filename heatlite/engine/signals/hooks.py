"""Clear a hook at which a node waits for the client.

    sync_point   PAUSED at this hook → SCHEDULED, the hook recorded as cleared     one transaction
    event        "Hook pre-create is cleared"
                                                                                  then the node is cast
If the cast is lost, a sweep repeats it, as for any node. A node that waits at a hook occupies no thread and no lock.
"""

from __future__ import annotations

from heatlite import exception
from heatlite.convergence.model import Node
from heatlite.db import sync_points
from heatlite.db.events import Happening
from heatlite.db.records import PausedNode, StackRecord
from heatlite.db.retry import retried
from heatlite.engine.definitions.work import told_id
from heatlite.engine.shared import Shared
from heatlite.engine.traversal.result_recorder import ResultRecorder
from heatlite.engine.traversal.transactions import write_events
from heatlite.template import Hook


def clear(shared: Shared, recorder: ResultRecorder, stack: StackRecord, resource_name: str, hook: str) -> None:
    """Clear a hook of a resource, as a signal with ``{"unset_hook": hook}`` requests, and cast its node.

    :param resource_name: the name of an existing resource of the stack
    :raises InvalidBreakPointHook: when there is no such hook, or the resource doesn't wait at it (any more)
    """
    try:
        wanted = Hook(hook)
    except ValueError:
        message = f'Invalid hook type "{hook!s:.80}" for resource "{resource_name}"; those are {", ".join(Hook)}'
        raise exception.InvalidBreakPointHook(message=message) from None
    recorder.announce({stack.current_traversal: _clear(shared, stack, resource_name, wanted)})


@retried
def _clear(shared: Shared, stack: StackRecord, resource_name: str, hook: Hook) -> list[Node]:
    context, next_cast_at = shared.context(), shared.inputs.next_cast_at()
    with shared.database.writer(context):
        waiting = [
            found
            for found in sync_points.paused_at(context, stack.current_traversal, resource_name)
            if found.hook == hook and sync_points.resume(context, found, found.cleared | hook.bit, next_cast_at)
        ]
        if not waiting:
            message = f'The "{hook}" hook is not defined on resource "{resource_name}"'
            raise exception.InvalidBreakPointHook(message=message)
        write_events(context, shared.inputs, stack.id, [_cleared(shared, stack, found, hook) for found in waiting])
    return [found.node for found in waiting]


def _cleared(shared: Shared, stack: StackRecord, found: PausedNode, hook: Hook) -> Happening:
    row = found.resource
    physical = told_id(row, stack.name, shared.registry.get(row.type))
    reason = f"Hook {hook} is cleared"
    return Happening(row.name, row.type, physical, row.action, row.status, reason, None)
