"""Frozen records of rows, so that nobody mistakes a copy for the row."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cachetools

from heatlite.convergence.model import Action, Node, NodeKind, ResourceView, Status

ADOPTED = "adopt"
"""Key in a resource's ``progress``: the description of the physical resource to adopt."""
UNSEEN = "unseen"
"""Another key there: the properties that made the resource are unknown, because an update preceded the adoption."""


@dataclass(frozen=True, slots=True)
class StackRecord:
    """A row of ``stack``, without its graph."""

    id: str
    name: str
    tenant: str
    username: str | None
    raw_template_id: int
    prev_raw_template_id: int | None
    current_traversal: str
    action: Action
    status: Status
    status_reason: str
    deadline: float | None
    timeout: int | None
    disable_rollback: bool
    owner_id: str | None
    nested_depth: int
    parent_resource_name: str | None
    created_at: datetime.datetime | None
    updated_at: datetime.datetime | None
    deleted_at: datetime.datetime | None
    root_id: str | None = None
    user_creds_id: int | None = None
    stack_user_project_id: str | None = None
    facade: dict[str, Any] | None = None
    collects_later: bool | None = None
    origin: dict[str, Any] | None = None

    @property
    def is_in_progress(self) -> bool:
        return self.status is Status.IN_PROGRESS

    @property
    def is_nested(self) -> bool:
        return self.owner_id is not None

    @property
    def returns_to(self) -> int | None:
        """The template that a later operation may return to: the last whose updates all completed.

        What was being adopted is what its template says, taken over or not.
        """
        is_adopting = self.action is Action.ADOPT and self.prev_raw_template_id is None
        return self.raw_template_id if is_adopting else self.prev_raw_template_id

    @property
    def leaves_garbage(self) -> bool:
        """Whether its operation deletes nothing while the whole tree's operation may still be rolled back."""
        if self.action is Action.DELETE:
            return False
        return bool(self.collects_later) if self.is_nested else not self.disable_rollback


@dataclass(frozen=True, slots=True)
class TemplateRecord:
    """A row of ``raw_template``: a template as it was given, with its files and environment."""

    id: int
    template: dict[str, Any]
    files: dict[str, str]
    environment: dict[str, Any]


NO_ROWS: frozenset[int] = frozenset()
"""One for all rows: an empty set takes 200 bytes."""


class WithView:
    """Room for what is made of a record once. It is no part of the record: a changed record has another one."""

    __slots__ = ("_view",)
    _view: ResourceView


@dataclass(frozen=True, slots=True)
class ResourceRecord(WithView):
    """A row of ``resource``. A read may leave large columns out, which are None then: see ``db.large_columns``."""

    id: int
    uuid: str
    stack_id: str
    name: str
    type: str
    physical_resource_id: str | None
    action: Action
    status: Status
    status_reason: str
    engine_id: str | None
    atomic_key: int
    wanted_by: str | None
    requires: tuple[int, ...]
    replaces: int | None
    replaced_by: int | None
    current_template_id: int | None
    fingerprint: str | None
    progress: dict[str, Any] | None
    due_at: float | None
    attempts: int
    properties_data: dict[str, Any] | None
    attr_data: dict[str, Any] | None
    resource_metadata: dict[str, Any] | None
    resource_data: dict[str, str] | None
    created_at: datetime.datetime | None
    updated_at: datetime.datetime | None
    deletion_policy: str | None = None
    external_id: str | None = None
    made_from: str | None = None
    held_back: int = 0
    """Characters of large columns that the read left out because they are large: see ``db.large_columns``."""

    @property
    def adopted(self) -> dict[str, Any] | None:
        """The description of the physical resource to adopt, while that isn't done.

        None: a physical resource is made.
        """
        return (self.progress or {}).get(ADOPTED)

    @property
    def properties_unknown(self) -> bool:
        """Whether the properties that made the adopted physical resource are unknown."""
        return bool((self.progress or {}).get(UNSEEN))

    @property
    def view(self) -> ResourceView:
        """The part of this row that the convergence core may read.

        It is made once: rows that nobody writes to are kept, and planned again and again.
        """
        if not hasattr(self, "_view"):
            object.__setattr__(self, "_view", self._viewed())
        return self._view

    def _viewed(self) -> ResourceView:
        return ResourceView(
            id=self.id,
            name=self.name,
            type=self.type,
            action=self.action,
            status=self.status,
            definition_hash=self.fingerprint,
            physical_id=self.physical_resource_id,
            requires=frozenset(self.requires) if self.requires else NO_ROWS,
            replaces=self.replaces,
            replaced_by=self.replaced_by,
            current_template_id=self.current_template_id,
            engine_id=self.engine_id,
            attempts=self.attempts,
            is_damaged=bool((self.progress or {}).get("damaged")),
            was_suspended=bool((self.progress or {}).get("suspended")),
        )


@dataclass(frozen=True, slots=True)
class NodeRecord:
    """A row of ``sync_point``, with the row that acts under its key, if that exists."""

    node: Node
    acting_id: int
    casts: int
    resource: ResourceRecord | None
    cleared: int = 0


@dataclass(frozen=True, slots=True)
class PausedNode:
    """A node that is paused at a hook, with its acting row. ``cleared``: the hooks cleared so far, a bit for each."""

    traversal_id: str
    node: Node
    hook: str
    cleared: int
    resource: ResourceRecord


@dataclass(frozen=True, slots=True)
class DueNode:
    """A ready node whose cast may have been lost."""

    traversal_id: str
    node: Node
    next_cast_at: float
    casts: int


@dataclass(frozen=True, slots=True)
class EventRecord:
    """A row of ``event``."""

    id: int
    uuid: str
    stack_id: str
    resource_name: str
    resource_type: str
    physical_resource_id: str | None
    resource_action: str
    resource_status: str
    resource_status_reason: str
    created_at: datetime.datetime
    engine_id: str | None = None


@dataclass(frozen=True, slots=True)
class ServiceRecord:
    """A row of ``service``: one engine process, alive or not."""

    id: str
    engine_id: str
    host: str
    hostname: str
    binary: str
    topic: str
    report_interval: int
    lease_counter: int
    deleted_at: datetime.datetime | None
    created_at: datetime.datetime | None
    updated_at: datetime.datetime | None
    version: str | None = None
    serving: bool | None = None


def stack(row: Any) -> StackRecord:
    """Build a record from a row of ``STACK_COLUMNS``."""
    values = dict(row._mapping)
    values["action"], values["status"] = Action(values["action"]), Status(values["status"])
    return StackRecord(**values)


def resource(values: tuple[Any, ...]) -> ResourceRecord:
    """Build a record from the values of ``resource``'s columns, in the table's order."""
    (id_, uuid, stack_id, name, type_, physical, action, status, *rest) = values
    reason, engine_id, key, wanted_by, requires, *others = rest
    return ResourceRecord(
        id_, uuid, stack_id, name, type_, physical, Action(action), Status(status),
        reason, engine_id, key, wanted_by, tuple(requires), *others,
    )  # fmt: skip


def planned_resource(stack_id: str, values: tuple[Any, ...]) -> ResourceRecord:
    """Build a record from the columns that a plan reads, in that order. All other fields are empty."""
    (id_, name, type_, physical, action, status, engine_id, key, requires, replaces, replaced_by, *rest) = values
    template_id, fingerprint, progress, attempts, external_id, made_from = rest
    return ResourceRecord(
        id_, "", stack_id, name, type_, physical, Action(action), Status(status), "", engine_id, key, None,
        tuple(requires), replaces, replaced_by, template_id, fingerprint, progress, None, attempts,
        None, None, None, None, None, None, None, external_id, made_from,
    )  # fmt: skip


def node(resource_id: int, kind: int) -> Node:
    """Build a node from the two columns that identify it."""
    return Node(resource_id, NodeKind(kind))


ROWS_KEPT = 5_000
"""Rows of all stacks together, at about half a kilobyte each. A stack with more isn't kept."""

Rows = Mapping[int, tuple[str, ResourceRecord]]
"""Id → uuid, and the row as a plan reads it."""


class PlannedRows:
    """The rows that plans have read, kept in this process: a plan of the same stack reads only what was written since.

    An entry proves nothing by itself: its user compares its version with the database, row by row.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stacks: cachetools.LRUCache[str, Rows] = cachetools.LRUCache(ROWS_KEPT, len)

    def get(self, stack_id: str) -> Rows:
        """Return the rows that are kept of a stack."""
        with self._lock:
            return self._stacks.get(stack_id, {})

    def keep(self, stack_id: str, rows: Rows) -> None:
        """Keep the rows of a stack, in place of those that were kept of it. Without rows, nothing of it is kept."""
        with self._lock:
            self._stacks.pop(stack_id, None)
            if 0 < len(rows) <= ROWS_KEPT:
                self._stacks[stack_id] = rows
