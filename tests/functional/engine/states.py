"""The table of states in doc/transactions.md, as values; and what a test needs to know of each state.

| state | moved on by | if that one dies | sweep |
"""

from __future__ import annotations

import pathlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from heatlite.convergence.model import EPILOGUE, Node, NodeKind, NodeState
from heatlite.db import models, resources, services
from heatlite.db.records import ResourceRecord
from tests.functional.engine.fleet import Fleet

DOCUMENT = pathlib.Path(__file__).parents[3] / "doc" / "transactions.md"
HEADING = "| state | moved on by | if that one dies | sweep |"
NO_SWEEP = "—"
Act = Callable[[Fleet], Any]
POINT, ROW = models.sync_point.c, models.resource.c


@dataclass(frozen=True)
class Line:
    """A line of the table. ``sweeps``: the names of methods, or none where the last cell gives a reason instead."""

    state: str
    mover: str
    after_death: str
    sweep_cell: str

    @property
    def sweeps(self) -> frozenset[str]:
        return frozenset(re.findall(r"`(\w+)`", self.sweep_cell)) if not self.gives_reason else frozenset()

    @property
    def gives_reason(self) -> bool:
        return self.sweep_cell.startswith(NO_SWEEP)


@dataclass(frozen=True)
class Case:
    """How a test gets to a state, and out of it.

    :param build: brings a fleet into the state
    :param holds: whether it is in it
    :param moves: what moves it on: an act, or the name of the sweep that does
    :param fails: name of a sweep → what goes wrong so that it takes that sweep; ``—``: whatever sweep it takes
    :param ends: the state in which the stack's operation ends
    """

    build: Act
    holds: Callable[[Fleet], bool]
    moves: Act | str
    fails: Mapping[str, Act]
    ends: str = "CREATE_COMPLETE"

    @property
    def sweeps(self) -> frozenset[str]:
        """The sweeps that the table has to name."""
        moved_by = {self.moves} if isinstance(self.moves, str) else set()
        return frozenset(moved_by | self.fails.keys() - {NO_SWEEP})


def table() -> list[Line]:
    """The lines of the table, in order."""
    _, _, rest = DOCUMENT.read_text().partition(HEADING)
    lines = rest.strip().splitlines()[1:]
    end = next((at for at, line in enumerate(lines) if not line.startswith("|")), len(lines))
    return [Line(*(cell.strip() for cell in line.strip("|").split("|"))) for line in lines[:end]]


# looking at a fleet's database


def row(fleet: Fleet, name: str = "a") -> ResourceRecord | None:
    """The newest row of a name; None where there is none any more."""
    found = resources.by_names(fleet.context(), fleet.identity["stack_id"], [name])
    return found[-1] if found else None


def held_by(fleet: Fleet, name: str = "a") -> str | None:
    """Who holds the lock of a resource."""
    found = row(fleet, name)
    return found.engine_id if found else None


def is_unfinished(fleet: Fleet, name: str = "a") -> bool:
    """Whether a resource is IN_PROGRESS."""
    found = row(fleet, name)
    return found is not None and found.status == "IN_PROGRESS"


def node(fleet: Fleet, kind: NodeKind, name: str = "a") -> tuple[NodeState, str | None] | None:
    """The state of a node in the current traversal, and who is at it; None where there is no such node."""
    conditions = [POINT.traversal_id == fleet.stack().current_traversal, POINT.kind == kind]
    if kind in (NodeKind.UPDATE, NodeKind.CLEANUP):
        named = sa.select(ROW.id).where(ROW.stack_id == fleet.identity["stack_id"], ROW.name == name)
        conditions.append(POINT.acting_id.in_(named))
    found = fleet.database.all(sa.select(POINT.state, POINT.engine_id).where(*conditions))
    return (NodeState(found[0][0]), found[0][1]) if found else None


def stands(kind: NodeKind, state: NodeState, name: str = "a") -> Callable[[Fleet], bool]:
    """A condition: the node is in this state."""

    def holds(fleet: Fleet) -> bool:
        found = node(fleet, kind, name)
        return found is not None and found[0] is state

    return holds


def stands_at_any_row(kind: NodeKind, state: NodeState) -> Callable[[Fleet], bool]:
    """The same of any node of this kind, also where its row is gone."""
    return lambda fleet: (kind, state) in fleet.database.all(sa.select(POINT.kind, POINT.state))


def runs_on_the_first(fleet: Fleet) -> bool:
    """Whether resource a's update is RUNNING on the first engine."""
    return node(fleet, NodeKind.UPDATE) == (NodeState.RUNNING, fleet.first)


def is_planned(fleet: Fleet) -> bool:
    """Whether the current traversal has a graph."""
    statement = sa.select(models.stack.c.current_deps).where(models.stack.c.id == fleet.identity["stack_id"])
    return fleet.database.all(statement)[0][0] is not None


def counters(fleet: Fleet) -> dict[str, int]:
    """The leases of engines that aren't known to be gone."""
    return services.leases(fleet.context())


def left(fleet: Fleet) -> tuple[int, int, int]:
    """How many sync points, locked rows and rows in progress there are."""
    queries = (
        sa.select(POINT.stack_id),
        sa.select(ROW.id).where(ROW.engine_id.is_not(None)),
        sa.select(ROW.id).where(ROW.status == "IN_PROGRESS"),
    )
    points, locked, unfinished = (len(fleet.database.all(query)) for query in queries)
    return points, locked, unfinished


def of_stack(kind: NodeKind) -> Node:
    """The stack's own node of this kind."""
    return Node(EPILOGUE.resource_id, kind)
