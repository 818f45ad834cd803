"""Given up: tell plugins of actions whose operation ended while no engine held their row.

Such a row is FAILED at once, in the transaction that ends the operation or frees the row. If its action had begun, and
its type has a ``handle_cancel``, the plugin is told afterwards, under the row's lock:

    lock, if nobody has changed the row since ──▶ handle_cancel ──▶ release; the action can't be continued any more

If this engine dies between the lock and the release, the engine that frees the row does it all again. If it dies before
the lock, the plugin isn't told, and the next operation may continue the action.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from heatlite import exception
from heatlite.db import resources, stacks
from heatlite.db.api import Context
from heatlite.db.records import ResourceRecord
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.definitions.traversals import Traversal
from heatlite.engine.shared import Shared
from heatlite.engine.traversal.transactions import release
from heatlite.resources import steps
from heatlite.resources.base import Resource

TOKEN = "token"


class GivenUp:
    """Calls ``handle_cancel`` for rows that were abandoned."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    def tell(self, stack_id: str) -> Iterator[Mapping[int, str]]:
        """Tell the plugins of a stack's abandoned rows, and yield for each: row → traversal that waits for its lock."""
        context = self._shared.context()
        rows = resources.abandoned(context, stack_id, release.ABANDONED)
        cancelled = [(row, plugin) for row in rows if (plugin := self._told(row.type)) is not None]
        stack = stacks.get(context, stack_id) if cancelled else None
        traversal = self._shared.library.traversal(context, stack.current_traversal) if stack else None
        if traversal is not None:
            yield from (self._tell(traversal, row, plugin) for row, plugin in cancelled)

    def _told(self, type_name: str) -> type[Resource] | None:
        """Return the plugin of a type; None if it has none, or needs no telling."""
        try:
            plugin = self._shared.registry.get(type_name)
        except exception.HeatliteError:
            return None
        return plugin if plugin.handle_cancel is not Resource.handle_cancel else None

    def _tell(self, traversal: Traversal, left: ResourceRecord, plugin: type[Resource]) -> Mapping[int, str]:
        shared, claim_id = self._shared, self._shared.inputs.new_id()
        shared.claims.register(claim_id)
        try:
            shared.claims.lock(claim_id, [left.id])
            row = shared.transact(lock, left, shared.lease.engine_id)
            if row is None or not shared.lease.is_valid:
                return {}
            steps.cancel(plugin(shared.evaluator.instance(traversal, row, None)), (row.progress or {})[TOKEN])
            return shared.transact(let_go, row)
        finally:
            shared.claims.settle([claim_id])


def lock(context: Context, inputs: Inputs, left: ResourceRecord, engine_id: str) -> ResourceRecord | None:
    """Lock an abandoned row, and return it; None if it was changed since, or its action hadn't begun."""
    for row in resources.by_ids(context, [left.id]):
        begun = row.atomic_key == left.atomic_key and TOKEN in (row.progress or {})
        changes, keys = {row.id: {"attempts": row.attempts}}, {row.id: row.atomic_key}
        if begun and resources.write(context, keys, changes, inputs.utcnow(), locked_by=None, lock_for=engine_id):
            return dataclasses.replace(row, engine_id=engine_id, atomic_key=row.atomic_key + 1)
    return None


def let_go(context: Context, inputs: Inputs, row: ResourceRecord) -> Mapping[int, str]:
    """Release a row whose action was cancelled; no operation continues it. Return row → traversal that waits for it."""
    progress = {name: value for name, value in (row.progress or {}).items() if name != TOKEN}
    release.unlock(context, inputs, row, {"progress": progress or None, "attempts": 0})
    return resources.waiting_traversals(context, [row.id])
