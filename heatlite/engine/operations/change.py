"""One operation on a stack as a value, before it begins. ``Lifecycle`` builds it and begins a traversal with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from heatlite.context import EngineContext
from heatlite.convergence.model import Action, Wanted
from heatlite.db.user_creds import Credentials
from heatlite.engine.operations.reality import Seen
from heatlite.engine.traversal.transactions import begin


@dataclass(frozen=True)
class Change:
    """The effect of an operation on a stack: the columns of its row, and the wanted resources.

    ``tags``: None keeps the stack's tags. ``asked_by``: the credentials for the stack's operations from now on; None
    keeps the old ones. ``also``: writes more in the same transaction, given the new traversal's id; it may run again.
    ``unchanged``: tells which rows needn't be visited. ``seen``: what was seen of the physical resources, which the
    operation repairs.
    """

    action: Action
    columns: Mapping[str, Any]
    wanted: Sequence[Wanted]
    tags: Sequence[str] | None = None
    asked_by: Credentials | None = None
    also: Callable[[EngineContext, str], None] | None = None
    unchanged: begin.Unchanged = begin.nothing_unchanged
    seen: Seen = field(default_factory=Seen)
