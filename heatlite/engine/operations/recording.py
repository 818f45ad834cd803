"""Record what was seen of physical resources, in the transaction that begins the update that repairs them.

    resource     progress["seen"], of rows that haven't changed since they were read, and that no engine has locked
    stack        another traversal id for each nested stack with such a row, and for those that it is in

An update of a nested stack that is at its goal does nothing. The new id tells its owner that it isn't. These stacks are
at rest, and no transaction that holds one of their rows waits for one of the root's sync points.
"""

from __future__ import annotations

from heatlite.db import resources, stacks
from heatlite.db.api import Context
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.decision import reality
from heatlite.engine.operations.reality import Seen


def record(context: Context, inputs: Inputs, seen: Seen) -> None:
    """Write what was seen to be different into the rows. A row that has changed since is left out."""
    for stack in seen.touched:
        stacks.renew_traversal(context, stack.id, stack.current_traversal, inputs.new_id())
    keys = {row.id: row.atomic_key for row, _ in seen.differing.values()}
    changes = {row.id: {"progress": reality.progress_with(row, it)} for row, it in seen.differing.values()}
    if keys:
        resources.write(context, keys, changes, inputs.utcnow(), locked_by=None, lock_for=None)
