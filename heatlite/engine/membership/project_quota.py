"""Limit how much of one project's work is cast, so that it can't delay the work of others.

For each live engine, a project may have a fixed number of batches cast. Its other ready nodes are *queued*: they
stay in the database, marked with the project (see ``db.sync_points``). Engines with free threads take queued nodes, one
project after the other (see ``backlog_puller``). So a thousand stacks of one project are a thousand rows, and delay no
other project.

    announce ─▶ admitted ──┬─ within the project's budget ──▶ cast
                           └─ beyond it ──▶ queued ──▶ taken by an engine with a free thread

An engine counts its own casts. It asks the database only when its share of the budget is used up, so a project with
little work costs nothing. Queued nodes come first: as long as a project has any, its newly ready nodes are queued, too.
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
"""Seconds before an engine asks the database again about a project that has used up its budget."""
PROJECTS_KNOWN = 10_000

Batches = list[list[Node]]


@dataclass
class Budget:
    """Batches that this engine may still cast for a project, and when it last asked (monotonic seconds)."""

    left: int
    asked_at: float = float("-inf")


@dataclass(frozen=True)
class Share:
    """The work of a project that may be cast: ``batches`` for each engine, each of at most ``nodes``."""

    batches: int
    nodes: int


@dataclass
class ProjectQuota:
    """One engine's view of how much work each project has cast.

    :param alive: returns the number of live engines
    """

    database: Database
    inputs: Inputs
    share: Share
    alive: Callable[[], int]
    when_queued: Callable[[int], None] = lambda nodes: None
    """Called with the number of nodes that were just queued."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _budgets: dict[str, Budget] = field(default_factory=dict)

    def admitted(self, traversal_id: str, batches: Batches, project: str | None = None) -> Batches:
        """Return the batches to cast now, and queue the others.

        :param project: the project of the batches, if known
        """
        project = project or sync_points.project_of(EngineContext(self.database), traversal_id)
        if project is None or not batches:
            return batches
        admitted = self.spend(project, len(batches))
        later = [node for batch in batches[admitted:] for node in batch]
        self.queue(traversal_id, later, project)
        return batches[:admitted]

    def spend(self, project: str, batches: int) -> int:
        """Spend the project's budget: return how many of the batches may be cast now, and count these as cast.

        While one thread asks the database, others spend what is left.
        """
        with self._lock:
            if len(self._budgets) > PROJECTS_KNOWN:
                self._budgets.clear()
            budget = self._budgets.setdefault(project, Budget(self.share.batches))
            now = self.inputs.monotonic()
            asks = budget.left < batches and now - budget.asked_at > LOOK_AGAIN
            if asks:
                budget.asked_at = now
        found = self._ask(project, batches) if asks else None
        with self._lock:
            if found is not None:
                budget.left = found
            admitted = min(batches, budget.left)
            budget.left -= admitted
            return admitted

    def _ask(self, project: str, batches: int) -> int:
        """Return this engine's share of the batches that the project may still have cast.

        :param batches: how many are to be cast now; the database counts them as cast already
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
        """Queue nodes: leave them in the database until an engine with a free thread takes them."""
        context = EngineContext(self.database)
        project = project or sync_points.project_of(context, traversal_id)
        if nodes and project is not None:
            sync_points.queue(context, traversal_id, nodes, project)
            self.when_queued(len(nodes))
