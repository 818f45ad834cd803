"""A stack's history, played on the pure core alone: templates come and go, work ends, fails, is
overtaken half-way, or loses its engine.

Rows change as the engine changes them: ``requires`` is old ∪ new during an action and new after it; a replacement acts
under the key of the row that it replaces; whoever holds a row's lock finishes, also when its traversal is over. Chance
decides which node is next, what becomes of it, and when the next template comes.
"""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections.abc import Mapping
from typing import Any

from heatlite.convergence import decide
from heatlite.convergence.decide import Comparison, decide_cleanup, decide_update
from heatlite.convergence.graph import Graph, arrivals, waiting_counts
from heatlite.convergence.model import COMMIT, EPILOGUE, Action, Node, NodeKind, ResourceView, Status, Wanted
from heatlite.convergence.plan import arrange, assign


@dataclasses.dataclass(frozen=True)
class Goal:
    """One operation: a template, and whether what it leaves behind is collected after the commit point only."""

    template_id: int
    wanted: tuple[Wanted, ...]
    rollback: bool = False
    deletes: bool = False


@dataclasses.dataclass(frozen=True)
class Held:
    """A row that somebody is at: its node in ``traversal``, and what the row becomes when that has gone well."""

    traversal: int
    node: Node
    outcome: Mapping[str, Any] | None


class History:
    """The rows of one stack, and the traversal that it is in."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.rows: dict[int, ResourceView] = {}
        self.held: dict[int, Held] = {}
        self.previous_template_id: int | None = None
        self.traversal = 0
        self.is_running = False
        self._ids = itertools.count(1)

    def begin(self, goal: Goal) -> Graph[Node]:
        """Supersede whatever runs; the graph of the new traversal, which must be one that can be worked off."""
        assignment = assign(goal.wanted, self.rows.values(), self.previous_template_id)
        for view in assignment.returned:
            self._change(view.id, replaced_by=None)
        existing = list(self.rows.values())
        types = {want.name: want.type for want in goal.wanted}
        self.serving = {name: view.id for name, view in assignment.serving.items()}
        self.serving |= {name: self._new_row(name, types[name]) for name in assignment.missing}
        self.goal, self.is_running = goal, True
        self.traversal += 1
        self.graph = arrange(
            goal.wanted, self.serving, existing, collect_after_commit=goal.rollback, commits=not goal.deletes
        )
        self.remaining = waiting_counts(self.graph)
        self.ready, self.blocked = self.graph.roots(), set[Node]()
        self.acting = {row: row for row in self.serving.values()}
        return self.graph

    def run(self, steps: int | None = None, *, may_fail: bool = False) -> None:
        """Go on for some steps, or until nothing is left to do."""
        self._may_fail = may_fail
        for _ in itertools.count() if steps is None else range(steps):
            if not (self.is_running and self.ready) and not self.held:
                return
            self._step()

    def _step(self) -> None:
        choices = [*self.held, *(self.ready if self.is_running else ())]
        match self.chance.choice(choices):
            case Node() as node:
                self.ready.remove(node)
                self._take(node)
            case row_id:
                self._let_go(row_id)

    def _take(self, node: Node) -> None:
        if node == EPILOGUE:
            self.is_running = False
        if node in (COMMIT, EPILOGUE):
            self.previous_template_id = self.goal.template_id
            self._done(node)
        elif node.kind is NodeKind.UPDATE:
            self._take_update(node)
        else:
            self._take_cleanup(node)

    def _take_update(self, node: Node) -> None:
        view = self.rows[self.acting[node.resource_id]]
        want = next(want for want in self.goal.wanted if want.name == view.name)
        requires = frozenset(self.acting[self.serving[name]] for name in want.requires)
        made = {"requires": requires, "definition_hash": want.definition_hash, "type": want.type}
        changed = frozenset({"x"} if view.definition_hash != want.definition_hash else ())
        comparison = Comparison(
            want.type, changed, bool(changed) and self.chance.random() < 0.5, self.chance.random() < 0.5
        )
        match decide_update(view, comparison):
            case decide.Blocked():
                self.blocked.add(node)
            case decide.Keep():
                self._change(view.id, **made, current_template_id=self.goal.template_id)
                self._done(node)
            case decide.Replace():
                replacement = self._new_row(view.name, want.type, replaces=view.id)
                self._change(view.id, replaced_by=replacement)
                self.acting[node.resource_id] = replacement
                self._hold(replacement, node, Action.CREATE, requires, made)
            case decide.Create() | decide.Continue():
                self._hold(view.id, node, Action.CREATE, requires, made)
            case decide.UpdateInPlace():
                self._hold(view.id, node, Action.UPDATE, requires, made)

    def _take_cleanup(self, node: Node) -> None:
        view = self.rows.get(node.resource_id)
        serves = Node(node.resource_id, NodeKind.UPDATE) in self.graph
        match decide_cleanup(view, serves=serves):
            case decide.Blocked():
                self.blocked.add(node)
            case decide.Delete():
                self._hold(node.resource_id, node, Action.DELETE, frozenset(), None)
            case decide.Forget():
                del self.rows[node.resource_id]
                self._done(node)
            case decide.Nothing():
                self._done(node)

    def _hold(
        self, row_id: int, node: Node, action: Action, requires: frozenset[int], made: Mapping[str, Any] | None
    ) -> None:
        during = {"action": action, "status": Status.IN_PROGRESS, "engine_id": "somebody"}
        self._change(row_id, requires=self.rows[row_id].requires | requires, physical_id="made", **during)
        outcome = None if made is None else {**made, "current_template_id": self.goal.template_id}
        self.held[row_id] = Held(self.traversal, node, outcome)

    def _let_go(self, row_id: int) -> None:
        held = self.held.pop(row_id)
        is_current = self.is_running and held.traversal == self.traversal
        match self.chance.random() if self._may_fail else 1:
            case fate if fate < 0.1:  # its engine died: the lock is freed, the node is ready again
                self._change(row_id, engine_id=None)
                self.ready += [held.node] if is_current else []
            case fate if fate < 0.25:
                self._change(row_id, status=Status.FAILED, engine_id=None)
                self.is_running = self.is_running and not is_current
            case _:
                self._succeed(row_id, held, is_current)
        woken = {node for node in self.blocked if self.acting.get(node.resource_id, node.resource_id) == row_id}
        self.blocked -= woken
        self.ready += sorted(woken)

    def _succeed(self, row_id: int, held: Held, is_current: bool) -> None:
        if held.outcome is None:
            del self.rows[row_id]
        else:
            self._change(row_id, status=Status.COMPLETE, engine_id=None, **held.outcome)
        if is_current:
            self._done(held.node)

    def _done(self, node: Node) -> None:
        for follower, count in arrivals(self.graph, [node]).items():
            self.remaining[follower] -= count
            if not self.remaining[follower]:
                self.ready.append(follower)

    def _new_row(self, name: str, type_name: str, replaces: int | None = None) -> int:
        row_id = next(self._ids)
        self.rows[row_id] = ResourceView(
            row_id, name, type_name, Action.INIT, Status.COMPLETE, replaces=replaces, physical_id=None
        )
        return row_id

    def _change(self, row_id: int, **changes: Any) -> None:
        self.rows[row_id] = dataclasses.replace(self.rows[row_id], **changes)
