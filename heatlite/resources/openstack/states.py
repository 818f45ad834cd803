"""States: how an object of an API shows that it is being created, ready, or broken."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class State(enum.Enum):
    """The meaning of a status."""

    PENDING = "pending"
    GOOD = "good"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class States:
    """The values of a status field, in any letter case.

    If ``good`` is empty, every value that is neither pending nor failed is good.
    """

    good: frozenset[str] = frozenset()
    pending: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset({"ERROR"})
    field: str = "status"

    def of(self, body: Mapping[str, Any]) -> State:
        """Return the state of an object. An object without a status is good."""
        status = body.get(self.field)
        if status is None:
            return State.GOOD
        word = str(status).upper()
        for state, words in ((State.FAILED, self.failed), (State.PENDING, self.pending), (State.GOOD, self.good)):
            if word in {it.upper() for it in words}:
                return state
        return State.UNKNOWN if self.good else State.GOOD


def states(good: str = "", pending: str = "", failed: str = "ERROR", field: str = "status") -> States:
    """Return the States for words separated by spaces."""
    return States(frozenset(good.split()), frozenset(pending.split()), frozenset(failed.split()), field)
