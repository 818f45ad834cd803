"""Change: one operation on a stack as a value, before it is begun. ``Lifecycle`` makes it and supersedes with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heatlite.context import EngineContext
from heatlite.convergence.model import Action, Wanted
from heatlite.db.user_creds import Credentials
from heatlite.engine.traversal.transactions import begin


@dataclass(frozen=True)
class Change:
    """What an operation makes of a stack: columns of its row, and what is wanted then.

    ``tags`` None: as they are. ``asked_by``: for whom the stack's operations are done from now on; None: as before.
    ``also``: what else is written in the same transaction, given the new traversal's id; it may be run again.
    ``unchanged``: says which rows needn't be visited.
    """

    action: Action
    columns: Mapping[str, Any]
    wanted: Sequence[Wanted]
    tags: Sequence[str] | None = None
    asked_by: Credentials | None = None
    also: Callable[[EngineContext, str], None] | None = None
    unchanged: begin.Unchanged = begin.nothing_unchanged
