"""The claims that this process works on, so that a sweep can find claims and locks that the process has lost.

A claim is registered before its transaction. The rows that it locks are registered before the commit. The claim is
removed when its last node is settled. If the database has a RUNNING node under a claim of this engine that isn't
registered, or a locked row without such a claim, the process has lost it: an unexpected error occurred, or the answer
to a commit was lost. The sweep gives such nodes and rows back.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable


class Claims:
    """The open claims, each with the number of its unsettled nodes."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._open: dict[str, int] = {}
        self._rows: dict[str, frozenset[int]] = {}
        self._locked: Counter[int] = Counter()

    def register(self, claim_id: str) -> None:
        """Register a claim before its transaction. It counts as one unsettled node until ``settle``."""
        with self._lock:
            self._open[claim_id] = self._open.get(claim_id, 0) + 1

    def lock(self, claim_id: str, row_ids: Iterable[int]) -> None:
        """Register the rows that the claim's transaction is about to lock."""
        with self._lock:
            self._unlock(claim_id)
            self._rows[claim_id] = frozenset(row_ids)
            self._locked.update(self._rows[claim_id])

    def hold(self, claim_id: str, nodes: int) -> None:
        """Add the nodes of the claim that run on after its transaction."""
        with self._lock:
            self._open[claim_id] = self._open.get(claim_id, 0) + nodes

    def settle(self, claim_ids: Iterable[str]) -> None:
        """Settle one node of each claim named; a claim may be named several times."""
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
        """Remove all claims and locks: they no longer belong to this process."""
        with self._lock:
            self._open.clear()
            self._rows.clear()
            self._locked.clear()
            self._lock.notify_all()

    def wait_until_empty(self, seconds: float) -> bool:
        """Wait until no claim is open; return False if that takes longer than ``seconds``."""
        with self._lock:
            return self._lock.wait_for(lambda: not self._open, seconds)

    def locks(self, row_id: int) -> bool:
        """Tell whether an open claim has locked this row, or is about to."""
        with self._lock:
            return row_id in self._locked

    def __contains__(self, claim_id: object) -> bool:
        with self._lock:
            return claim_id in self._open

    def __len__(self) -> int:
        with self._lock:
            return len(self._open)
