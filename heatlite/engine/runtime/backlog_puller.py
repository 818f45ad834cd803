"""Take queued nodes from the database when this engine has free threads, one project after the other.

    queued ──take (compare-and-swap)──▶ claim, as if a message had arrived

The puller looks when this engine has queued nodes, when a batch that it took is done, when the last message is done,
and periodically, since other engines queue nodes, too. It never takes more batches than it has threads for. Messages
and clients' calls have priority, since they belong to projects that are within their share. While the engine works on
one of these, it works on at most one queued batch.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from heatlite.context import EngineContext
from heatlite.convergence.graph import chunks
from heatlite.convergence.model import Node
from heatlite.db import outage, sync_points
from heatlite.db.retry import retried
from heatlite.engine.common import executors
from heatlite.engine.membership.project_quota import ProjectQuota

LOG = logging.getLogger(__name__)

SOON, LATE = 0.05, 1.0
"""Seconds until the next look: while nodes are queued, and when none has been for some time."""


class Takes(Protocol):
    """Converges nodes: see ``Checker``."""

    def check(self, traversal_id: str, nodes: Sequence[Node]) -> None:
        """Converge these nodes."""


@dataclass(frozen=True)
class Room:
    """The capacity of an engine: ``batches`` at a time, of all projects together.

    ``may_act``: tells whether the engine may begin work now. ``is_full``: tells whether as many steps of a project wait
    as may wait. ``is_busy``: tells whether the engine works on a message or a client's call.
    """

    batches: int
    may_act: Callable[[], bool] = lambda: True
    is_full: Callable[[str], bool] = lambda project: False
    is_busy: Callable[[], bool] = lambda: False

    @property
    def most(self) -> int:
        """Number of batches that the engine may work on now."""
        return 1 if self.is_busy() else self.batches


class BacklogPuller:
    """Takes queued nodes for this engine.

    :param submit: runs a function on one of the puller's own threads
    :param when_taken: called with the number of nodes that were taken
    """

    def __init__(
        self,
        quota: ProjectQuota,
        checker: Takes,
        submit: Callable[[Callable[[], None]], Any],
        room: Room,
        when_taken: Callable[[int], None] = lambda nodes: None,
    ) -> None:
        self._quota = quota
        self._checker = checker
        self._submit = submit
        self._capacity = room
        self._when_taken = when_taken
        self._last = ""
        self._at_work: Counter[str] = Counter()
        self._lock = threading.Condition()
        self._asked = threading.Event()
        self._stopped = False
        self._fails = False
        self._thread = executors.BackgroundThread("pulling", self._run)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Take nothing more, and wait until the taken nodes are done or given to the runner, but no longer."""
        self.end()
        self._thread.end()
        with self._lock:
            self._lock.wait_for(lambda: not self._at_work.total(), seconds)

    def end(self) -> None:
        """Take nothing more."""
        self._stopped = True
        self._asked.set()

    def ask(self) -> None:
        """Make the puller look soon."""
        self._asked.set()

    def pull(self) -> int:
        """Take as many batches as there is room for, project by project, each up to its share. Return their number."""
        taken, without_work = 0, set[str]()
        while self._room() and not self._stopped and self._capacity.may_act():
            project = self._next_project()
            if project is None or project in without_work:
                break
            found = self._take_from(project) if self._room_of(project) else 0
            taken += found
            if not found:
                without_work.add(project)
        return taken

    def _next_project(self) -> str | None:
        context = EngineContext(self._quota.database)
        project = sync_points.next_queued_project(context, self._last)
        if project is None and self._last:
            project = sync_points.next_queued_project(context, "")
        self._last = project or ""
        return project

    def _room(self) -> bool:
        most = self._capacity.most
        with self._lock:
            return self._at_work.total() < most

    def _room_of(self, project: str) -> int:
        """Return how many batches of a project may be taken now."""
        if self._capacity.is_full(project):
            return 0
        most = self._capacity.most
        with self._lock:
            return max(0, min(self._quota.share.batches - self._at_work[project], most - self._at_work.total()))

    def _take_from(self, project: str) -> int:
        room = self._room_of(project)
        size = self._quota.share.nodes
        oldest = sync_points.oldest_queued(EngineContext(self._quota.database), project, room * size)
        batches = [(traversal_id, batch) for traversal_id, nodes in oldest.items() for batch in chunks(nodes, size, 1)]
        taken = 0
        for traversal_id, batch in batches[:room]:
            if number := self._take(project, traversal_id, batch):
                taken += 1
                self._when_taken(number)
                self._hand_on(project, traversal_id, batch)
        return taken

    @retried
    def _take(self, project: str, traversal_id: str, batch: Sequence[Node]) -> int:
        until = self._quota.inputs.next_cast_at()
        return sync_points.take_queued(EngineContext(self._quota.database), traversal_id, batch, project, until)

    def _hand_on(self, project: str, traversal_id: str, batch: Sequence[Node]) -> None:
        with self._lock:
            self._at_work[project] += 1
        self._submit(lambda: self._check(project, traversal_id, batch))

    def _check(self, project: str, traversal_id: str, batch: Sequence[Node]) -> None:
        try:
            self._checker.check(traversal_id, batch)
        except Exception as error:
            message = "%d queued nodes can't be converged now: a sweep will cast them again"
            outage.log_failure(LOG, error, message, len(batch))
        finally:
            with self._lock:
                self._at_work[project] -= 1
                self._at_work += Counter()  # drops the projects that are at 0
                self._lock.notify_all()
            self._asked.set()

    def _run(self) -> None:
        pause = LATE
        while not self._stopped:
            asked = self._asked.wait(pause)
            self._asked.clear()
            taken = self._try()
            pause = SOON if taken or asked else min(LATE, pause * 2)

    def _try(self) -> int:
        try:
            taken = self.pull()
        except Exception as error:
            if not self._fails:
                outage.log_failure(LOG, error, "Queued nodes can't be looked for; logged once until it works again")
                self._fails = not outage.is_outage(error)  # the database layer logs an outage itself
            return 0
        self._fails = False
        return taken
