"""Recovery: nothing waits for somebody who isn't coming. Every engine sweeps, with jitter; each sweep is cheap.

    dead engines      locks and nodes of engines whose lease ran out are freed and announced
    lost casts        nodes that are SCHEDULED and past their time are put up for engines with room, by compare-and-swap
    lost requests     rows held here that a newer traversal waits for, and shouldn't, are let go of
    lost wake-ups     nodes that are BLOCKED by a lock which nobody holds are scheduled
    lost claims       nodes that are RUNNING here by the database, but not by this process, are given back, and so are
                      locks: their node may be gone, when their traversal was superseded
    time limits       stacks whose operation takes too long fail, although no message arrives

Each look stands by itself: one that fails (the database is away) is told once, and the others go on. Within a look each
row does so too: what one holds may be beyond this engine, and is told once, but never keeps it from the rows after it.
An operation whose template no engine can read isn't cast for ever: after a few casts it is FAILED, with the reason.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import cachetools

from heatlite.convergence.model import OF_ROWS, Node
from heatlite.db import outage, resources, services, stacks, sync_points
from heatlite.db.records import DueNode, ResourceRecord, StackRecord
from heatlite.db.retry import retried
from heatlite.engine.common import executors
from heatlite.engine.common.counts import Count
from heatlite.engine.shared import Shared
from heatlite.engine.traversal.result_recorder import Conclusions
from heatlite.engine.traversal.step_runner import StepRunner
from heatlite.engine.traversal.transactions import release

LOG = logging.getLogger(__name__)

Item = TypeVar("Item")

FREED_AT_ONCE = 500
LOOKED_AT_ONCE = 2000
TOLD_KEPT = 1000
BACK_OFF = 2.0
LONGEST_BACK_OFF = 60.0


@dataclass
class LookedAt:
    """Where the last look at what this engine holds came to; the next one goes on from there, and begins anew."""

    claim: str = ""
    row: int = 0


class Sweeper:
    """Looks for work that was lost."""

    def __init__(self, shared: Shared, conclusions: Conclusions, runner: StepRunner) -> None:
        self._shared = shared
        self._conclusions = conclusions
        self._runner = runner
        self._looked_at = LookedAt()
        self._told: cachetools.LRUCache[tuple[str, Hashable], bool] = cachetools.LRUCache(TOLD_KEPT)
        """Which look failed for which row, or traversal, as was told."""

    def _each(
        self, look: str, items: Iterable[Item], key: Callable[[Item], Hashable], do: Callable[[Item], None]
    ) -> None:
        """Do something for each of these; where it fails for one, tell so once, and go on with the others.

        :param look: what is looked for, for the log
        :raises Exception: an outage, which concerns them all
        """
        for item in items:
            try:
                do(item)
            except Exception as error:
                if outage.is_outage(error):
                    raise
                if (look, key(item)) not in self._told:
                    self._told[look, key(item)] = True
                    LOG.exception("%s: what %s holds is beyond this engine; the others are seen to", look, key(item))

    def dead_engines(self) -> None:
        """Take over from engines that are dead, and from those that were found dead by somebody who died then."""
        context, now = self._shared.context(), self._shared.inputs.utcnow()
        for engine_id, counter in self._shared.liveness.look().items():
            if engine_id != self._shared.lease.engine_id and services.declare_dead(context, engine_id, counter, now):
                LOG.warning("Engine %s is dead: its work is taken over", engine_id)
                self._shared.counts.add(Count.DEAD_ENGINES)
                self._shared.wakes.forget(engine_id)
        gone = [it for it in services.gone(context) if it != self._shared.lease.engine_id]
        self._each("Dead engines", gone, str, self._take_over)

    def _take_over(self, engine_id: str) -> None:
        while (released := self._free(engine_id)).ready or released.wakes:
            for traversal_id, nodes in released.ready.items():
                self._shared.counts.add(Count.TAKEN_OVER, len(nodes))
                for node in nodes:  # one by one: whatever its engine died of shall not take others with it
                    self._conclusions.announce({traversal_id: [node]})
            self._conclusions.wake(released.wakes)

    @retried
    def _free(self, engine_id: str) -> release.Released:
        shared, context = self._shared, self._shared.context()
        with shared.database.writer(context):
            return release.take_over(
                context, shared.inputs, engine_id, limit=FREED_AT_ONCE, recast_after=shared.recast_after
            )

    def lost_casts(self) -> None:
        """See to what is ready and was taken by nobody.

        It may be lost, or still lie in the broker, because every engine is busy. A second message would help in the
        first case only, and make the second one worse: so it is held, and an engine takes it as soon as it has room.
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
        if often_cast and self._conclusions.end_unreadable(traversal_id):
            return
        quota, of_rows = self._shared.quota, [node for node in nodes if node.kind in OF_ROWS]
        if quota is None:
            self._conclusions.announce({traversal_id: nodes})
            return
        quota.queue(traversal_id, of_rows)
        self._conclusions.announce({traversal_id: [node for node in nodes if node not in of_rows]})

    @retried
    def _postpone(self, due: Sequence[DueNode], now: float) -> list[DueNode]:
        until = {node: now + self._pause(node.casts) for node in due}
        context = self._shared.context()
        with self._shared.database.writer(context):
            return sync_points.postpone(context, due, until)

    def _pause(self, casts: int) -> float:
        """Seconds until the next cast: longer each time, and never the same for two engines."""
        pause = self._shared.recast_after * min(BACK_OFF**casts, LONGEST_BACK_OFF)
        return pause * self._shared.inputs.random.uniform(1.0, 1.25)

    def lost_wakes(self) -> None:
        """Schedule what waits for a lock that nobody holds."""
        blocked = sync_points.blocked_on_free_rows(self._shared.context(), FREED_AT_ONCE)
        waits: dict[str, list[int]] = {}
        for traversal_id, row in blocked:
            waits.setdefault(traversal_id, []).append(row)
        self._each(
            "Lost wake-ups",
            waits.items(),
            lambda it: it[0],
            lambda it: self._conclusions.wake(dict.fromkeys(it[1], it[0])),
        )

    def lost_requests(self) -> None:
        """Let go of what newer traversals wait for and shouldn't, though nobody told us."""
        context, engine_id = self._shared.context(), self._shared.lease.engine_id
        waited_for = resources.waited_for(context, engine_id, FREED_AT_ONCE)
        self._each("Lost requests", waited_for.items(), lambda it: it[0], lambda it: self._runner.asked(it[1], it[0]))

    def lost_claims(self) -> None:
        """Give back what the database believes this process to be at, and it isn't; a page of it at a time."""
        engine_id, context = self._shared.lease.engine_id, self._shared.context()
        page = sync_points.claims_of(context, engine_id, self._looked_at.claim, LOOKED_AT_ONCE)
        self._looked_at.claim = page[-1] if len(page) == LOOKED_AT_ONCE else ""
        lost = [claim for claim in dict.fromkeys(page) if claim not in self._shared.claims]
        if lost:
            LOG.warning("%d claims fell out of this engine's hands: their nodes are given back", len(lost))
        nodes = sync_points.nodes_claimed(context, engine_id, lost) if lost else []
        self._each("Lost claims", nodes, lambda it: it[0], lambda it: self._return(*it))

    def _return(self, traversal_id: str, node: Node, claim_id: str) -> None:
        LOG.debug("Node %s of traversal %s is given back", node, traversal_id)
        self._shared.counts.add(Count.LOST_SIGHT)
        self._give_back(traversal_id, node, claim_id)

    @retried
    def _give_back(self, traversal_id: str, node: Node, claim_id: str) -> None:
        shared, context = self._shared, self._shared.context()
        with shared.database.writer(context):
            rows = release.give_back_lost(context, shared.inputs, shared.lease.engine_id, traversal_id, node, claim_id)
        if rows:
            self._conclusions.announce({traversal_id: [node]})

    def lost_locks(self) -> None:
        """Let go of rows that the database believes this process to hold, and it doesn't; a page of them at a time."""
        engine_id, context = self._shared.lease.engine_id, self._shared.context()
        page = resources.locked_ids(context, engine_id, self._looked_at.row, LOOKED_AT_ONCE)
        self._looked_at.row = page[-1] if len(page) == LOOKED_AT_ONCE else 0
        lost = [row_id for row_id in page if not self._shared.claims.locks(row_id)]
        if lost:
            LOG.warning("%d resources fell out of this engine's hands: their locks are released", len(lost))
        rows = resources.by_ids(context, lost) if lost else []
        self._each("Lost locks", rows, lambda row: row.id, self._unlock)

    def _unlock(self, row: ResourceRecord) -> None:
        if row.engine_id == self._shared.lease.engine_id and not self._shared.claims.locks(row.id):
            LOG.debug("The lock of resource %s is released", row.name)
            self._shared.counts.add(Count.LOST_SIGHT)
            self._conclusions.wake(self._let_go(row))

    @retried
    def _let_go(self, row: ResourceRecord) -> Mapping[int, str]:
        shared, context = self._shared, self._shared.context()
        with shared.database.writer(context):
            return release.let_go(context, shared.inputs, row)

    def overdue_stacks(self) -> None:
        """Fail what takes longer than it may."""
        overdue = stacks.overdue(self._shared.context(), self._shared.inputs.now(), self._shared.settings.recast_limit)
        self._each("Time limits", overdue, lambda stack: stack.id, self._time_out)

    def _time_out(self, stack: StackRecord) -> None:
        if self._conclusions.end_unreadable(stack.current_traversal):
            return
        traversal = self._shared.library.traversal(self._shared.context(), stack.current_traversal)
        if traversal is not None:
            self._conclusions.timed_out(traversal)


def by_traversal(due: Sequence[DueNode]) -> Mapping[str, Sequence[DueNode]]:
    """Nodes that are to be cast, traversal by traversal."""
    nodes: dict[str, list[DueNode]] = {}
    for node in due:
        nodes.setdefault(node.traversal_id, []).append(node)
    return nodes


class Sweeps:
    """Sweeps again and again until told to stop."""

    def __init__(self, shared: Shared, sweeper: Sweeper, *others: Callable[[], None]) -> None:
        """:param others: looks of other kinds, to be had with each sweep"""
        self._shared = shared
        self._looks: list[Callable[[], None]] = [
            sweeper.dead_engines,
            sweeper.lost_claims,
            sweeper.lost_locks,
            sweeper.lost_requests,
            sweeper.lost_wakes,
            sweeper.lost_casts,
            sweeper.overdue_stacks,
            *others,
        ]
        self._failing: dict[str, bool] = {}
        """Look → whether its failure was told, as what isn't an outage is."""
        self._thread = executors.BackgroundThread("sweeps", self._run)

    def start(self) -> None:
        """Start the thread; its first sweep is at once, since an engine often starts where another died."""
        self._thread.start()

    def stop(self) -> None:
        """End it, after the look that it is at."""
        self._thread.end()

    def add(self, look: Callable[[], None]) -> None:
        """Another look, to be had with each sweep from now on."""
        self._looks.append(look)

    def sweep(self) -> None:
        """Look once for each kind of lost work."""
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
            was_told = self._failing.get(name)
            if was_told is None:
                self._shared.counts.add(Count.OUTAGES)
            if not was_told:
                looked_for = name.replace("_", " ")
                outage.tell(LOG, error, "Looking for %s failed; told once until it works again", looked_for)
            self._failing[name] = bool(was_told) or not outage.is_outage(error)
        else:
            self._failing.pop(name, None)
