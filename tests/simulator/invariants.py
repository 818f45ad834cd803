"""What must hold after every single commit, whoever made it. Each is a function of what a commit changed.

nodes       states follow the arrows of ``sync_points``; ``remaining`` is what the graph and the done nodes say
locks       a lock goes from one engine to another only over "nobody"
stacks      no sync point of an older traversal; an ended operation stays ended; COMPLETE means that all is made
visits      SUSPEND_COMPLETE means that all is suspended, any other that nothing is; a CHECK names what is broken
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from heatlite.convergence.graph import Graph
from heatlite.convergence.model import VISITS, Action, Node, NodeKind, NodeState, Status
from heatlite.engine.definitions.traversals import decode
from tests.simulator.store.rows import Values
from tests.simulator.store.store import Changes, Store
from tests.simulator.visits import VisitInvariants
from tests.simulator.world import World

W, S, R, B, D = NodeState.WAITING, NodeState.SCHEDULED, NodeState.RUNNING, NodeState.BLOCKED, NodeState.DONE
F = NodeState.FAILED
P = NodeState.PAUSED
ARROWS = {
    (W, S),
    (W, D),
    (S, R),
    (S, B),
    (S, D),
    (S, F),
    (R, D),
    (R, F),
    (R, S),
    (R, B),
    (R, P),
    (S, P),
    (B, S),
    (P, S),
}


class Invariants:
    """Looks at commits, and gives what they broke."""

    def __init__(self, store: Store, world: World) -> None:
        self._store = store
        self._visits = VisitInvariants(store, world)
        self._graphs: dict[str, Graph[Node]] = {}

    def broken_by(self, changes: Changes, engine_id: str | None) -> list[str]:
        """What this commit broke, in words.

        :param engine_id: of the engine that committed
        """
        broken: list[str] = []
        for row, before, after in changes:
            match row.table.shape.name:
                case "sync_point" if after is not None:
                    broken += self._node(before, after)
                case "resource" if before is not None:
                    broken += self._lock(before, after or {}, engine_id)
                case "stack" if after is not None:
                    broken += self._stack(before, after)
                    broken += _failure(before, after, changes)
        return broken

    def _node(self, before: Values | None, after: Values) -> Iterator[str]:
        node, traversal = Node(after["resource_id"], NodeKind(after["kind"])), after["traversal_id"]
        if before is not None and before["state"] != after["state"]:
            arrow = (NodeState(before["state"]), NodeState(after["state"]))
            if arrow not in ARROWS:
                yield f"node {node} went from {arrow[0].name} to {arrow[1].name}"
        stack = self._stack_row(after["stack_id"])
        if stack is None or stack["current_traversal"] != traversal:
            yield f"node {node} of traversal {traversal}, which isn't its stack's any more, is written"
            return
        if stack["current_deps"] is not None and (before is None or before["remaining"] != after["remaining"]):
            missing = self._missing(stack, traversal, node)
            if missing != after["remaining"]:
                yield f"node {node} waits for {after['remaining']} arrivals, but {missing} predecessors aren't done"

    def _missing(self, stack: Values, traversal: str, node: Node) -> int:
        graph = self._graphs.get(traversal)
        if graph is None:
            graph = self._graphs[traversal] = decode(json.loads(stack["current_deps"]))
        rows = self._store.tables["sync_point"].rows
        keys = [(traversal, before.resource_id, int(before.kind)) for before in graph.predecessors(node)]
        found = [rows[key].committed for key in keys if key in rows]
        return sum(values is not None and values["state"] not in (D, F) for values in found)

    def _lock(self, before: Values, after: Values, engine_id: str | None) -> Iterator[str]:
        holder, row = before["engine_id"], f"{before['name']}#{before['id']}"
        if not holder:
            return
        if after.get("engine_id") not in (holder, None):
            yield f"the lock of {row} goes from {holder} to {after['engine_id']} without having been released"
        written = [name for name in before if before[name] != after.get(name) and name not in FREE_TO_ALL]
        if written and holder != engine_id and not self._is_gone(holder):
            yield f"{row} is held by {holder}, and {engine_id} writes {', '.join(written)}"

    def _is_gone(self, engine_id: str) -> bool:
        found = self._store.tables["service"].committed(lambda row: row["engine_id"] == engine_id)
        return not found or found[0]["deleted_at"] is not None

    def _stack_row(self, stack_id: str) -> Values | None:
        row = self._store.tables["stack"].rows.get((stack_id,))
        return row.committed if row else None

    def _stack(self, before: Values | None, after: Values) -> Iterator[str]:
        nodes = self._store.tables["sync_point"].committed(lambda row: row["stack_id"] == after["id"])
        if any(node["traversal_id"] != after["current_traversal"] for node in nodes):
            yield f"sync points of an older traversal outlive the beginning of {after['current_traversal']}"
        if after["status"] != Status.IN_PROGRESS and nodes:
            yield f"the stack is {after['action']}_{after['status']}, and sync points are left"
        if after["action"] == Action.ROLLBACK and after["owner_id"] is not None:
            yield f"nested stack {after['name']} rolls itself back: only a root does"
        if before is not None and before["current_traversal"] == after["current_traversal"]:
            if before["status"] != Status.IN_PROGRESS:
                yield f"traversal {after['current_traversal']} had ended, and is written again"
            if before["raw_template_id"] != after["raw_template_id"] or before["action"] != after["action"]:
                yield f"traversal {after['current_traversal']} changes its goal"
        moves = before is not None and before["prev_raw_template_id"] != after["prev_raw_template_id"]
        if moves and not _returns_to_adoption(before, after):
            yield from self._committed(after)
        if after["status"] == Status.COMPLETE:
            yield from self._complete(after)
        if after["status"] != Status.IN_PROGRESS:
            yield from self._visits.broken_by(after, self._rows(after))

    def _committed(self, stack: Values) -> Iterator[str]:
        for name in self._names(stack) - self._complete_names(stack):
            yield f"the commit point of {stack['current_traversal']} is passed, but {name} isn't what its template says"

    def _complete(self, stack: Values) -> Iterator[str]:
        rows = self._rows(stack)
        if stack["collects_later"]:  # what it doesn't use any more may be in any state until the root collects
            if stack["action"] not in VISITS:
                for name in self._names(stack) - self._complete_names(stack):
                    yield f"the nested stack is COMPLETE, and {name} isn't what its template says"
            return
        for row in rows:
            if row["engine_id"] is not None:
                yield f"the stack is COMPLETE, and {row['name']}#{row['id']} is locked by {row['engine_id']}"
            is_made = row["status"] == Status.COMPLETE and row["action"] != Action.INIT
            if not is_made and stack["action"] not in VISITS:
                state = f"{row['action']}_{row['status']}"
                yield f"the stack is COMPLETE, and {row['name']}#{row['id']} is {state}"
        if stack["action"] in VISITS:
            return  # they make no template true
        names, wanted = sorted(row["name"] for row in rows), sorted(self._names(stack))
        if names != wanted:
            yield f"the stack is COMPLETE with {', '.join(names)}, not with {', '.join(wanted)}"

    def _rows(self, stack: Values) -> list[Values]:
        return self._store.tables["resource"].committed(lambda row: row["stack_id"] == stack["id"])

    def _complete_names(self, stack: Values) -> set[str]:
        template, left_out = stack["raw_template_id"], left_out_of(stack)
        return {
            row["name"]
            for row in self._rows(stack)
            if row["status"] == Status.COMPLETE and not row["replaced_by"]
            if row["current_template_id"] == template or row["id"] in left_out
        }

    def _names(self, stack: Values) -> set[str]:
        if stack["action"] == Action.DELETE:
            return set()
        row: Any = self._store.tables["raw_template"].rows[(stack["raw_template_id"],)].committed
        return set(json.loads(row["template"]).get("resources") or {})


def left_out_of(stack: Values) -> set[int]:
    """The rows that serve names and aren't visited: they are what the template says, by their ``made_from``."""
    deps: Any = json.loads(stack["current_deps"]) if stack["current_deps"] else None
    if not deps:
        return set()
    return {*deps["serving"].values()} - {row for row, kind in deps["nodes"] if kind == NodeKind.UPDATE}


def _returns_to_adoption(before: Values | None, after: Values) -> bool:
    """Whether an operation came in between an adoption: a rollback returns to what was being adopted."""
    adopts = before is not None and before["action"] == Action.ADOPT
    return adopts and before is not None and after["prev_raw_template_id"] == before["raw_template_id"]


FREE_TO_ALL = ("wanted_by", "replaced_by", "atomic_key", "updated_at")
"""What may be written to a row that another holds."""


def _failure(before: Values | None, after: Values, changes: Changes) -> Iterator[str]:
    """A stack fails, or turns round, because a resource does so in the same commit, or because its time is over."""
    turns = before is not None and before["action"] != after["action"] == Action.ROLLBACK
    fails = before is not None and before["status"] != after["status"] == Status.FAILED
    if after["action"] == Action.CHECK:
        return  # it goes on past failures, and fails at its end
    if not (turns or fails) or any(word in after["status_reason"] for word in ("timed out", "cancelled", "started")):
        return
    failed = [
        row for row, _, new in changes if row.table.shape.name == "resource" and new and new["status"] == "FAILED"
    ]
    if not failed:
        yield f"the stack fails, and no resource does: {after['status_reason']}"
