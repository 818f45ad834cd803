"""Family: who is told when a stack's operation ends, and who ends with it.

    ended       whoever waits for a nested stack looks at it now, and not at its next poll
    end_below   an operation that was cancelled, or whose time is over, goes on in no nested stack either

Both come after the commit that ended the operation, and cost time only where they are lost: the owner polls, and each
nested stack has its owner's deadline.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection

from heatlite.db import outage, resources, stacks
from heatlite.db.records import StackRecord
from heatlite.engine.definitions.traversals import Traversal
from heatlite.engine.shared import Shared
from heatlite.engine.traversal.refresh import refresh, refresh_each
from heatlite.exception import HeatliteError

LOG = logging.getLogger(__name__)


class Family:
    """The stacks above and below one."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    def ended(self, stack: StackRecord) -> None:
        """Wake the engine that holds the resource that this stack is, if it is nested; else refresh that resource."""
        if not stack.is_nested:
            return
        try:
            row = resources.by_uuid(self._shared.context(), stack.id)
            if row is not None:
                refresh(self._shared, row)
        except Exception as error:
            text = "Nobody can be told now that nested stack %s has ended: its owner will look"
            outage.log_failure(LOG, error, text, stack.name)

    def ended_together(self, ended: Collection[StackRecord]) -> None:
        """Do the same for nested stacks that ended in one transaction: an engine that holds several hears of all."""
        held: dict[str, list[int]] = {}
        try:
            rows = resources.by_uuids(self._shared.context(), [stack.id for stack in ended]).values()
            refresh_each(self._shared, [row for row in rows if row.engine_id is None])
            for row in rows:
                if row.engine_id is not None:
                    held.setdefault(row.engine_id, []).append(row.id)
            for engine_id, resource_ids in held.items():
                self._shared.wakes.wake(engine_id, resource_ids)
        except Exception as error:
            text = "Nobody can be told now that %d nested stacks have ended: their owners will look"
            outage.log_failure(LOG, error, text, len(ended))

    def end_below(self, ended: Traversal, end: Callable[[Traversal], None], rollback: str | None = None) -> None:
        """End what the stacks nested directly in this one are at for an operation that has ended.

        :param end: ends one of them, and goes on from there
        :param rollback: the traversal that follows it and is still to be planned, if there is one
        """
        context = self._shared.context()
        children = [child for child in stacks.children(context, [ended.stack.id]) if child.is_in_progress]
        if not children or not self._is_newest(ended, rollback):
            return  # read after the children: what these are at may be for a newer operation
        for child in children:
            try:
                traversal = self._shared.library.traversal(context, child.current_traversal)
            except HeatliteError as error:  # it is found by the sweep, which knows what to do with it
                mask = self._shared.library.owners_mask(context, child)
                LOG.warning("Nested stack %s can't be read: %s", child.name, mask(str(error)))
                continue
            try:
                if traversal is not None:
                    end(traversal)
            except Exception as error:
                outage.log_failure(LOG, error, "Nested stack %s can't be ended now: its own deadline will", child.name)

    def _is_newest(self, ended: Traversal, rollback: str | None) -> bool:
        """Whether nothing was begun in a stack after an operation that has ended, its rollback included."""
        context = self._shared.context()
        if rollback is not None:
            planned = stacks.by_traversal(context, rollback)
            return planned is not None and planned[1] is None
        owner = stacks.get(context, ended.stack.id)
        return owner is not None and owner.current_traversal == ended.id
