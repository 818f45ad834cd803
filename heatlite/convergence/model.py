"""The words of convergence, as values.

Action × Status     what is being done to a stack or a resource, and how it went
Node                one piece of a traversal's work: (resource row, what kind)
NodeState           where that piece stands; kept as an integer in the database
ResourceView        what the core may know of a resource's row
Wanted              what the target template says of one name
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import NamedTuple


class Action(enum.StrEnum):
    """What is done to a stack or a resource. INIT is a row that nothing has been done to yet."""

    INIT = "INIT"
    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    ROLLBACK = "ROLLBACK"
    SUSPEND = "SUSPEND"
    RESUME = "RESUME"
    CHECK = "CHECK"
    SNAPSHOT = "SNAPSHOT"
    ADOPT = "ADOPT"
    RESTORE = "RESTORE"


VISITS = frozenset({Action.SUSPEND, Action.RESUME, Action.CHECK, Action.SNAPSHOT})
"""Actions that do something to what exists, and make no template true."""


class Status(enum.StrEnum):
    """How an action stands."""

    IN_PROGRESS = "IN_PROGRESS"
    COMPLETE = "COMPLETE"
    FAILED = "FAILED"


class NodeKind(enum.IntEnum):
    """What a node of a traversal does. ``OF_ROWS`` belong to a resource row, the others to the stack itself."""

    CLEANUP = 0
    """Delete the row's physical resource, unless the row still serves a name."""
    UPDATE = 1
    """Make the row's physical resource what the template says."""
    PLAN = 2
    """The prologue of a traversal that was begun without a graph: make one."""
    COMMIT = 3
    """Every update is done: from here on nothing is rolled back."""
    EPILOGUE = 4
    """Everything is done: the stack is COMPLETE."""
    VISIT = 5
    """Do the stack's action, which is one of ``VISITS``, to the row's physical resource."""


OF_ROWS = frozenset({NodeKind.CLEANUP, NodeKind.UPDATE, NodeKind.VISIT})


class NodeState(enum.IntEnum):
    """Where a node stands. Only SCHEDULED nodes may be claimed."""

    WAITING = 0
    SCHEDULED = 1
    RUNNING = 2
    BLOCKED = 3
    DONE = 4
    FAILED = 5
    """Of a CHECK, which goes on past it: the check failed, or wasn't done since one that it follows had."""
    PAUSED = 6
    """At a hook, until somebody clears it."""


STACK = 0
"""The ``resource_id`` of nodes that belong to the stack itself; no row has it."""


class Node(NamedTuple):
    """One piece of work. Its identity is all that a message carries."""

    resource_id: int
    kind: NodeKind

    def __str__(self) -> str:
        return f"{self.kind.name.lower()}({self.resource_id})" if self.resource_id else self.kind.name.lower()


COMMIT = Node(STACK, NodeKind.COMMIT)
EPILOGUE = Node(STACK, NodeKind.EPILOGUE)
PLAN = Node(STACK, NodeKind.PLAN)


@dataclass(frozen=True, slots=True)
class ResourceView:
    """What the core may know of a resource's row."""

    id: int
    name: str
    type: str
    action: Action
    status: Status
    definition_hash: str | None = None
    """Of the definition that its last successful action made true."""
    physical_id: str | None = None
    requires: frozenset[int] = field(default_factory=frozenset)
    replaces: int | None = None
    replaced_by: int | None = None
    current_template_id: int | None = None
    engine_id: str | None = None
    """Who holds the lock."""
    attempts: int = 0
    """How often it was left in the middle of its action, by engines that died or operations that ended."""
    is_damaged: bool = False
    """What a visit found: what came before it hadn't ended well, or it was a check and found damage."""
    was_suspended: bool = False
    """What a SNAPSHOT found: that it might be suspended."""

    @property
    def is_locked(self) -> bool:
        return self.engine_id is not None

    @property
    def is_made(self) -> bool:
        """Whether a physical resource exists that an action can be done to."""
        if self.action in (Action.INIT, Action.DELETE):
            return False
        if self.physical_id is not None:
            return True
        if self.action is Action.CHECK and self.status is Status.FAILED:
            return not self.is_damaged  # else it may be one that couldn't be made in the first place
        return self.action is not Action.CREATE or self.status is Status.COMPLETE

    @property
    def may_be_suspended(self) -> bool:
        """Whether it was suspended, or that was tried, and it isn't certain that it has been resumed since."""
        if self.action is Action.SNAPSHOT:
            return self.was_suspended
        return self.action is Action.SUSPEND or (self.action is Action.RESUME and self.status is not Status.COMPLETE)

    @property
    def has_failed(self) -> bool:
        """Whether it may not be what its row says. A visit that failed says nothing of that, but for its finding."""
        return self.is_damaged if self.action in VISITS else self.status is Status.FAILED

    @property
    def is_unfinished(self) -> bool:
        """Whether what was begun last, apart from visits, didn't come to a good end."""
        return self.is_damaged if self.action in VISITS else self.status is not Status.COMPLETE


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the target template says of one name, as far as the core needs it."""

    name: str
    type: str
    requires: frozenset[str]
    definition_hash: str
