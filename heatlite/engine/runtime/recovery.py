"""Find and repair lost work, so that no stack waits for ever. Every engine sweeps, with jitter; each sweep is cheap.

    dead engines      free the locks and nodes of engines whose lease expired, and announce them
    lost casts        queue SCHEDULED nodes that are overdue, for engines with free threads, by compare-and-swap
    lost requests     release rows that this engine holds and a newer traversal waits for
    lost wake-ups     schedule nodes that are BLOCKED by a lock that no engine holds
    lost ends         let rows here look at nested stacks that have ended, or that never began
    lost claims       give back nodes that are RUNNING here in the database, but not in this process
    lost locks        the same for locks: their node may be gone, if their traversal was superseded
    time limits       fail stacks whose operation takes too long, even if no message arrives

The looks are independent: one that fails (the database is unreachable) is logged once, and the others go on. So are the
rows within a look: if this engine can't handle one row, that is logged once, and the other rows are handled.
A traversal whose template no engine can read isn't cast for ever: after a few casts it is FAILED, with the reason.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import cachetools

from heatlite.convergence.model import OF_ROWS, Node
from heatlite.db import outage, resources, services, stacks, sync_points
from heatlite.db.bulk import pieces
from heatlite.db.records import DueNode, ResourceRecord, StackRecord
from heatlite.db.retry import retried
from heatlite.engine.common import executors
from heatlite.engine.common.counts import Count
from heatlite.engine.shared import Shared
from heatlite.engine.traversal.result_recorder import ResultRecorder
from heatlite.engine.traversal.step_runner import StepRunner
from heatlite.engine.traversal.transactions import release

LOG = logging.getLogger(__name__)

Item = TypeVar("Item")

FREED_AT_ONCE = 500
LOOKED_AT_ONCE = 2000
LOGGED_KEPT = 1000
BACK_OFF = 2.0
LONGEST_BACK_OFF = 60.0


@dataclass
class LookedAt:
    """Where the last look at this engine's claims and locks ended; the next look continues there."""

    claim: str = ""
    row: int = 0


class Sweeper:
    """Finds and repairs lost work."""

    def __init__(self, shared: Shared, recorder: ResultRecorder, runner: StepRunner) -> None:
        self._shared = shared
        self._recorder = recorder
        self._runner = runner
        self._looked_at = LookedAt()
        self._logged: cachetools.LRUCache[tuple[str, Hashable], bool] = cachetools.LRUCache(LOGGED_KEPT)
        """(Look, row or traversal) for which a failure has been logged."""

    def _each(
        self, look: str, items: Iterable[Item], key: Callable[[Item], Hashable], do: Callable[[Item], None]
    ) -> None:
        """Call ``do`` for each item. If it fails for one, log that once, and go on with the others.

        :param look: the name of the look, for the log
        :raises Exception: an outage of the database, since it affects every item
        """
        for item in items:
            try:
                do(item)
            except Exception as error:
                if outage.is_outage(error):
                    raise
                if (look, key(item)) not in self._logged:
                    self._logged[look, key(item)] = True
                    LOG.exception("%s: this engine can't handle %s; it goes on with the others", look, key(item))

    def dead_engines(self) -> None:
        """Take over from dead engines, also from those that another engine declared dead before it died itself."""
        context, now = self._shared.context(), self._shared.inputs.utcnow()
        for engine_id, counter in self._shared.liveness.look().items():
            if engine_id != self._shared.lease.engine_id and services.declare_dead(context, engine_id, counter, now):
                LOG.warning("Engine %s is dead: its work is taken over", engine_id)
                self._shared.counts.add(Count.DEAD_ENGINES)
                self._shared.wakes.forget(engine_id)
        gone = [it for it in services.gone(context) if it != self._shared.lease.engine_id]
        self._each("Dead engines", gone, str, self._take_over)

    def _take_over(self, engine_id: str) -> None:
        free = functools.partial(self._shared.transact, release.take_over, engine_id, limit=FREED_AT_ONCE)
        while (released := free()).ready or released.wakes or released.abandoned:
            for traversal_id, nodes in released.ready.items():
                self._shared.counts.add(Count.TAKEN_OVER, len(nodes))
                for node in nodes:  # in a message each: if one node crashes engines, the others mustn't be lost with it
                    self._recorder.announce({traversal_id: [node]})
            self._recorder.wake(released.wakes)
            self._recorder.given_up(released.abandoned)

    def lost_casts(self) -> None:
        """Handle ready nodes that no engine has claimed in time.

        Their message may be lost, or still wait in the broker because every engine is busy. A second message would
        help only in the first case, and make the second case worse. So the nodes are queued, and an engine takes them
        as soon as it has a free thread.
        """
        shared = self._shared
        now = shared.inputs.now()
        due = sync_points.due(shared.context(), now, shared.settings.recast_limit)
        if due:
            taken = self._postpone(due, now)
            self._shared.counts.add(Count.RECASTS, len(taken))
            self._each("Lost casts", by_traversal(taken).items(), lambda it: it[0], lambda it: self._put_up(*it))

    def _put_up(self, traversal_id: str, due: Sequence[DueNode]) -> None:
        nodes = [each.node for each in due]
        often_cast = min(each.casts for each in due) >= self._shared.settings.max_attempts
        if often_cast and self._recorder.end_unreadable(traversal_id):
            return
        quota, of_rows = self._shared.quota, [node for node in nodes if node.kind in OF_ROWS]
        if quota is None:
            self._recorder.announce({traversal_id: nodes})
            return
        quota.queue(traversal_id, of_rows)
        self._recorder.announce({traversal_id: [node for node in nodes if node not in of_rows]})

    @retried
    def _postpone(self, due: Sequence[DueNode], now: float) -> list[DueNode]:
        until = {node: now + self._pause(node.casts) for node in due}
        context = self._shared.context()
        with self._shared.database.writer(context):
            return sync_points.postpone(context, due, until)

    def _pause(self, casts: int) -> float:
        """Return the seconds until the node is queued again: longer each time, and different on each engine."""
        pause = self._shared.inputs.recast_after * min(BACK_OFF**casts, LONGEST_BACK_OFF)
        return pause * self._shared.inputs.random.uniform(1.0, 1.25)

    def lost_wakes(self) -> None:
        """Schedule nodes that wait for a lock that no engine holds."""
        blocked = sync_points.blocked_on_free_rows(self._shared.context(), FREED_AT_ONCE)
        waits: dict[str, list[int]] = {}
        for traversal_id, row in blocked:
            waits.setdefault(traversal_id, []).append(row)
        self._each(
            "Lost wake-ups",
            waits.items(),
            lambda it: it[0],
            lambda it: self._recorder.wake(dict.fromkeys(it[1], it[0])),
        )

    def lost_ends(self) -> None:
        """Look at nested stacks that have nothing in progress, if the message that tells their owners was lost.

        An owner looks by itself too, but the longer it has waited, the less often. Only owners that this engine holds,
        and that wouldn't look before the next sweep, are asked about.
        """
        context, owners = self._shared.context(), self._runner.waiting_owners(self._shared.settings.sweep_interval)
        for piece in pieces(sorted(owners), FREED_AT_ONCE):
            busy = stacks.busy_among(context, piece)
            if rested := {owners[it] for it in piece if it not in busy}:
                self._runner.woken(rested)

    def lost_requests(self) -> None:
        """Release rows that newer traversals wait for, if their request to this engine was lost."""
        context, engine_id = self._shared.context(), self._shared.lease.engine_id
        waited_for = resources.requested_locks(context, engine_id, FREED_AT_ONCE)
        self._each("Lost requests", waited_for.items(), lambda it: it[0], lambda it: self._runner.asked(it[1], it[0]))

    def lost_claims(self) -> None:
        """Give back claims that this engine has in the database, but not in this process; a page at a time."""
        engine_id, context = self._shared.lease.engine_id, self._shared.context()
        page = sync_points.claims_of(context, engine_id, self._looked_at.claim, LOOKED_AT_ONCE)
        self._looked_at.claim = page[-1] if len(page) == LOOKED_AT_ONCE else ""
        lost = [claim for claim in dict.fromkeys(page) if claim not in self._shared.claims]
        nodes = sync_points.nodes_claimed(context, engine_id, lost) if lost else []  # without those settled meanwhile
        if nodes:
            LOG.warning("This engine has lost %d claimed nodes: they are given back", len(nodes))
        self._each("Lost claims", nodes, lambda it: it[0], lambda it: self._return(*it))

    def _return(self, traversal_id: str, node: Node, claim_id: str) -> None:
        LOG.debug("Node %s of traversal %s is given back", node, traversal_id)
        self._shared.counts.add(Count.LOST_SIGHT)
        engine_id = self._shared.lease.engine_id
        if self._shared.transact(release.give_back_lost, engine_id, traversal_id, node, claim_id):
            self._recorder.announce({traversal_id: [node]})

    def lost_locks(self) -> None:
        """Release locks that this engine has in the database, but not in this process; a page at a time."""
        engine_id, context = self._shared.lease.engine_id, self._shared.context()
        page = resources.locked_ids(context, engine_id, self._looked_at.row, LOOKED_AT_ONCE)
        self._looked_at.row = page[-1] if len(page) == LOOKED_AT_ONCE else 0
        lost = [row_id for row_id in page if not self._shared.claims.locks(row_id)]
        read = resources.light_by_ids(context, lost) if lost else []
        rows = [row for row in read if row.engine_id == engine_id and not self._shared.claims.locks(row.id)]
        if rows:
            LOG.warning("This engine has lost track of %d locked resources: their locks are released", len(rows))
        self._each("Lost locks", rows, lambda row: row.id, self._unlock)

    def _unlock(self, row: ResourceRecord) -> None:
        if row.engine_id == self._shared.lease.engine_id and not self._shared.claims.locks(row.id):
            LOG.debug("The lock of resource %s is released", row.name)
            self._shared.counts.add(Count.LOST_SIGHT)
            released = self._shared.transact(release.let_go, row)
            self._recorder.wake(released.wakes)
            self._recorder.given_up(released.abandoned)

    def overdue_stacks(self) -> None:
        """Fail the operations that take longer than their time limit."""
        overdue = stacks.overdue(self._shared.context(), self._shared.inputs.now(), self._shared.settings.recast_limit)
        self._each("Time limits", overdue, lambda stack: stack.id, self._time_out)

    def _time_out(self, stack: StackRecord) -> None:
        if self._recorder.end_unreadable(stack.current_traversal):
            return
        traversal = self._shared.library.traversal(self._shared.context(), stack.current_traversal)
        if traversal is not None:
            self._recorder.timed_out(traversal)


def by_traversal(due: Sequence[DueNode]) -> Mapping[str, Sequence[DueNode]]:
    """Group nodes by their traversal."""
    nodes: dict[str, list[DueNode]] = {}
    for node in due:
        nodes.setdefault(node.traversal_id, []).append(node)
    return nodes


class Sweeps:
    """Sweeps repeatedly until it is stopped."""

    def __init__(self, shared: Shared, sweeper: Sweeper, *others: Callable[[], None]) -> None:
        """Prepare the looks of a sweep.

        :param others: further looks for each sweep
        """
        self._shared = shared
        self._looks: list[Callable[[], None]] = [
            sweeper.dead_engines,
            sweeper.lost_claims,
            sweeper.lost_locks,
            sweeper.lost_requests,
            sweeper.lost_wakes,
            sweeper.lost_ends,
            sweeper.lost_casts,
            sweeper.overdue_stacks,
            *others,
        ]
        self._failing: dict[str, bool] = {}
        """Failing look → whether its failure needs no further log line. An outage is logged elsewhere."""
        self._thread = executors.BackgroundThread("sweeps", self._run)

    def start(self) -> None:
        """Start the thread. It sweeps at once, since an engine often starts because another one died."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread after the current look."""
        self._thread.end()

    def add(self, look: Callable[[], None]) -> None:
        """Add a look to each sweep from now on."""
        self._looks.append(look)

    def sweep(self) -> None:
        """Run every look once."""
        for look in self._looks:
            self._try(look)

    def _run(self) -> None:
        while not self._thread.ended.is_set():
            self.sweep()
            interval = self._shared.settings.sweep_interval
            self._thread.ended.wait(interval * self._shared.inputs.random.uniform(0.75, 1.25))

    def _try(self, look: Callable[[], None]) -> None:
        name = look.__name__
        try:
            look()
        except Exception as error:
            was_logged = self._failing.get(name)
            if was_logged is None:
                self._shared.counts.add(Count.OUTAGES)
            if not was_logged:
                looked_for = name.replace("_", " ")
                outage.log_failure(LOG, error, "Looking for %s failed; logged once until it works again", looked_for)
            self._failing[name] = bool(was_logged) or not outage.is_outage(error)
        else:
            self._failing.pop(name, None)
