"""States: how an object of an API says that it is being made, that it is ready, or that it is broken."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class State(enum.Enum):
    """What a status comes to."""

    PENDING = "pending"
    GOOD = "good"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class States:
    """The values of a field, in any case of letters.

    ``good`` empty: whatever is neither pending nor failed is good.
    """

    good: frozenset[str] = frozenset()
    pending: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset({"ERROR"})
    field: str = "status"

    def of(self, body: Mapping[str, Any]) -> State:
        """The state that an object is in. One without a status is good."""
        status = body.get(self.field)
        if status is None:
            return State.GOOD
        word = str(status).upper()
        for state, words in ((State.FAILED, self.failed), (State.PENDING, self.pending), (State.GOOD, self.good)):
            if word in {it.upper() for it in words}:
                return state
        return State.UNKNOWN if self.good else State.GOOD


def states(good: str = "", pending: str = "", failed: str = "ERROR", field: str = "status") -> States:
    """The same from words with spaces between them."""
    return States(frozenset(good.split()), frozenset(pending.split()), frozenset(failed.split()), field)
