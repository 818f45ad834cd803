"""ProjectQuota: no project's work crowds out another's.

Of each project, only so many batches are cast for each engine that lives; the rest is *held*: it stays in the database,
marked with its project (``sync_points.queue``). Engines with room take what is held, one project after the other (see
``pulling``). So a thousand stacks of one project are a thousand rows, and no queue that others have to stand in.

    announce ─▶ admitted ─┬─ within the project's budget ──▶ cast
                          └─ beyond it ──▶ held ──▶ taken by an engine with room

An engine counts its own casts, and asks the database only when its share of the budget is used up: who has little to do
pays nothing for this. What is held comes first: as long as something is, what becomes ready lines up behind it.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from heatlite.context import EngineContext
from heatlite.convergence.model import Node
from heatlite.db import sync_points
from heatlite.db.api import Database
from heatlite.db.retry import retried
from heatlite.engine.common.inputs import Inputs

LOG = logging.getLogger(__name__)

LOOK_AGAIN = 0.05
"""Seconds for which an engine believes that a project has used up its budget."""
PROJECTS_KNOWN = 10_000

Batches = list[list[Node]]


@dataclass
class Budget:
    """What this engine may still cast for a project without asking, and when it asked last (monotonic seconds)."""

    left: int
    asked_at: float = float("-inf")


@dataclass(frozen=True)
class Share:
    """How much of a project may be under way: ``batches`` for each engine, of ``nodes`` at most."""

    batches: int
    nodes: int


@dataclass
class ProjectQuota:
    """One engine's view of what projects have under way.

    :param alive: how many engines live
    """

    database: Database
    inputs: Inputs
    share: Share
    alive: Callable[[], int]
    when_queued: Callable[[int], None] = lambda nodes: None
    """Called after so many nodes were held."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _budgets: dict[str, Budget] = field(default_factory=dict)

    def admitted(self, traversal_id: str, batches: Batches, project: str | None = None) -> Batches:
        """Of these batches, those that are to be cast now. The others are held.

        :param project: whose they are, where that is known
        """
        project = project or sync_points.project_of(EngineContext(self.database), traversal_id)
        if project is None or not batches:
            return batches
        admitted = self.admit(project, len(batches))
        later = [node for batch in batches[admitted:] for node in batch]
        self.queue(traversal_id, later, project)
        return batches[:admitted]

    def admit(self, project: str, batches: int) -> int:
        """How many of so many batches may be cast now; they are counted as cast."""
        with self._lock:
            if len(self._budgets) > PROJECTS_KNOWN:
                self._budgets.clear()
            budget = self._budgets.setdefault(project, Budget(self.share.batches))
            if budget.left < batches and self.inputs.monotonic() - budget.asked_at > LOOK_AGAIN:
                budget.left, budget.asked_at = self._ask(project, batches), self.inputs.monotonic()
            admitted = min(batches, budget.left)
            budget.left -= admitted
            return admitted

    def _ask(self, project: str, batches: int) -> int:
        """This engine's share of what the project may have cast beside what it has.

        :param batches: how many are to be cast now: to the database they look as if they were already
        """
        context = EngineContext(self.database)
        if sync_points.has_queued(context, project):
            return 0
        under_way: Counter[str] = Counter()
        for each, nodes in sync_points.cast_by_project(context, self.inputs.now()):
            under_way[each] += -(-nodes // self.share.nodes)
        engines = self.alive()
        others = max(0, under_way[project] - batches)
        return max(0, -(-(self.share.batches * engines - others) // engines))

    @retried
    def queue(self, traversal_id: str, nodes: Sequence[Node], project: str | None = None) -> None:
        """Let nodes wait in the database for their project's turn."""
        context = EngineContext(self.database)
        project = project or sync_points.project_of(context, traversal_id)
        if nodes and project is not None:
            sync_points.queue(context, traversal_id, nodes, project)
            self.when_queued(len(nodes))
