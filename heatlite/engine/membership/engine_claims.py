"""Claims: what this process is at, so that it can tell a node it works on from one it has lost sight of.

A claim is registered before its transaction, with the rows that it locks before they are committed, and forgotten
when the last of its nodes is settled. A node that the database says is RUNNING here under a claim that isn't
registered, or a row that it says is locked here for none, has fallen out of this process's hands (an unforeseen error,
a commit whose acknowledgement was lost): the sweep gives it back.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable


class Claims:
    """The claims at work, each with how many of its nodes are unsettled."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._open: dict[str, int] = {}
        self._rows: dict[str, frozenset[int]] = {}
        self._locked: Counter[int] = Counter()

    def register(self, claim_id: str) -> None:
        """Before the claim's transaction. Counts as one piece of work, until ``settle``."""
        with self._lock:
            self._open[claim_id] = self._open.get(claim_id, 0) + 1

    def lock(self, claim_id: str, row_ids: Iterable[int]) -> None:
        """The claim's transaction is about to lock these rows."""
        with self._lock:
            self._unlock(claim_id)
            self._rows[claim_id] = frozenset(row_ids)
            self._locked.update(self._rows[claim_id])

    def hold(self, claim_id: str, nodes: int) -> None:
        """So many nodes of the claim go on after the transaction."""
        with self._lock:
            self._open[claim_id] = self._open.get(claim_id, 0) + nodes

    def settle(self, claim_ids: Iterable[str]) -> None:
        """One piece of work less, for each time that a claim is named."""
        with self._lock:
            for claim_id in claim_ids:
                left = self._open.get(claim_id, 0) - 1
                if left > 0:
                    self._open[claim_id] = left
                else:
                    self._open.pop(claim_id, None)
                    self._unlock(claim_id)
            self._lock.notify_all()

    def _unlock(self, claim_id: str) -> None:
        for row_id in self._rows.pop(claim_id, ()):
            self._locked[row_id] -= 1
            if not self._locked[row_id]:
                del self._locked[row_id]

    def clear(self) -> None:
        """Forget everything: none of it is this process's any more."""
        with self._lock:
            self._open.clear()
            self._rows.clear()
            self._locked.clear()
            self._lock.notify_all()

    def wait_until_empty(self, seconds: float) -> bool:
        """Wait until nothing is at work any more: False where that took longer."""
        with self._lock:
            return self._lock.wait_for(lambda: not self._open, seconds)

    def locks(self, row_id: int) -> bool:
        """Whether some claim at work has locked this row, or may have."""
        with self._lock:
            return row_id in self._locked

    def __contains__(self, claim_id: object) -> bool:
        with self._lock:
            return claim_id in self._open

    def __len__(self) -> int:
        with self._lock:
            return len(self._open)
