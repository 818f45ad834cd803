"""Progress: an action isn't complete yet, or turned out to need another row.

resource     progress, physical id and due time, under the lock that is kept
replace      sync_point  the node goes back to SCHEDULED, with the new row acting under its key
             resource    the old row as it was before, replaced by the new one, and released
             (read)      where the traversal was superseded: which newer one waits for the row
"""

from __future__ import annotations

from collections.abc import Sequence

from heatlite.convergence.model import NodeState
from heatlite.db import resources, sync_points
from heatlite.db.api import Context
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.decision import row_changes
from heatlite.engine.definitions.traversals import Traversal
from heatlite.engine.definitions.work import Work
from heatlite.engine.traversal.transactions import ConflictError
from heatlite.engine.traversal.transactions.claim import insert_replacements
from heatlite.engine.traversal.transactions.finish import Finished
from heatlite.resources.outcomes import Waiting


def record(context: Context, inputs: Inputs, waits: Sequence[tuple[Work, Waiting]]) -> list[Work]:
    """Write progress, and return the work with its rows as written.

    :raises ConflictError: where the lock of one of several rows was lost; that of a single row is left out instead
    """
    now, holder = inputs.now(), waits[0][0].engine_id
    changes = {work.row.id: row_changes.went_on(work, waiting, now) for work, waiting in waits}
    keys = {work.row.id: work.row.atomic_key for work, _ in waits}
    written = resources.write(context, keys, changes, inputs.utcnow(), locked_by=holder, lock_for=holder)
    if written == len(waits):
        return [work.with_row(atomic_key=work.row.atomic_key + 1, **changes[work.row.id]) for work, _ in waits]
    if len(waits) > 1:
        raise ConflictError
    return []


def replace(context: Context, inputs: Inputs, traversal: Traversal, work: Work) -> Finished:
    """Replace a row whose plugin found during the update that it can't be updated.

    :returns: the node, which is ready again; or, where the traversal was superseded, who waits for the old row
    """
    next_cast_at = inputs.next_cast_at()
    ready = sync_points.hand_back(
        context, traversal.id, [work.node], NodeState.SCHEDULED, next_cast_at, [work.claim_id]
    )
    new_id = insert_replacements(context, inputs, traversal, [work])[work.row.id].id if ready else None
    resources.write(
        context,
        {work.row.id: work.row.atomic_key},
        {work.row.id: row_changes.as_before(work, new_id)},
        inputs.utcnow(),
        locked_by=work.engine_id,
        lock_for=None,
    )
    if ready:
        return Finished(ready=(work.node,))
    return Finished(wakes=resources.waiting_traversals(context, [work.row.id]))
