"""A model of the transactions, searched exhaustively: every order of them, with every death of an engine in between.

The transactions are heatlite's own, on SQLite in memory. Around them is the least that an engine is: a slot with an id,
the work in its hands, and the wake-ups that it still has to send. There are no messages. A cast only says "look", so
here any engine may claim any ready node at any time. That covers each message: on time, late, doubled and lost.

    state   the rows of the three tables · what each engine has in its hands · which faults are still to come
    step    one transaction of one engine, or a fault: an engine dies, is declared dead while it lives, leaves,
            a resource fails, a client begins the next operation
    search  depth first; each step is a savepoint, so that going back costs nothing; a state is visited once

After each step the invariants are checked. A state from which only faults go on must be at its end: see
``Search._end``. No state may be reached from itself, so each run ends.

Transactions run one after the other. What two of them do to each other while both run is for the simulator, whose store
has the servers' locks and visibility.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import random
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from heatlite.convergence import decide
from heatlite.convergence.graph import Graph
from heatlite.convergence.model import EPILOGUE, OF_ROWS, PLAN, Action, Node, NodeKind, NodeState, Status
from heatlite.db import models, stacks, sync_points, templates
from heatlite.db.crypt import Vault
from heatlite.db.records import PlannedRows, StackRecord
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.decision.evaluate import Claim, Evaluator
from heatlite.engine.decision.row_changes import Ending, is_of_another_time
from heatlite.engine.definitions import traversals
from heatlite.engine.definitions.traversals import Library, Traversal
from heatlite.engine.definitions.work import Work
from heatlite.engine.traversal.transactions import ConflictError, begin, claim, end, fail, finish, release
from heatlite.resources.builtin.test_resource import TestResource
from heatlite.resources.outcomes import Done, Failed
from heatlite.resources.registry import Registry
from tests.simulator.invariants import ARROWS

STACK, FIRST, SECOND, ROLLBACK = "stack", "first", "second", "rollback"
NOW = 1_795_000_000.0
MOST_ATTEMPTS = 10
W, S, R, B, D = NodeState.WAITING, NodeState.SCHEDULED, NodeState.RUNNING, NodeState.BLOCKED, NodeState.DONE
AT_ONCE = decide.Keep | decide.Nothing | decide.Forget | decide.Unmet


class Threaded(TestResource):
    """A resource whose steps run after the claim."""

    immediate = False


@dataclass(frozen=True)
class Scenario:
    """What is played. The first operation creates resources, of which the last needs the others.

    ``then``: the operation that may supersede it at any moment: an update of every resource, or a deletion.
    """

    then: Action | None = Action.UPDATE
    rolls_back: bool = False
    deaths: int = 0
    """Engines that die, or are declared dead while they live on for a while."""
    leaves: int = 0
    """Engines that give back what they have."""
    failures: int = 0
    """Resources that fail."""
    batches: bool = False
    """Whether engines also claim and finish several nodes in one transaction."""
    resources: int = 3
    apart: bool = False
    """Whether no resource needs another."""


class Holding(NamedTuple):
    """Work in an engine's hands."""

    traversal: Traversal
    work: Work


class Engine(NamedTuple):
    """One process: ``is_late`` once others have declared it dead and it doesn't know yet."""

    id: str
    holdings: tuple[Holding, ...] = ()
    wakes: tuple[tuple[int, str], ...] = ()
    is_late: bool = False


@dataclass(frozen=True)
class World:
    """All but the rows."""

    engines: tuple[Engine, ...]
    dead: frozenset[str] = frozenset()
    """Ids whose claims and locks are still to be taken over."""
    deaths: int = 0
    leaves: int = 0
    failures: int = 0
    then: bool = False
    """Whether the next operation is still to come."""

    def put(self, slot: int, engine: Engine, **changes: Any) -> World:
        """The world with another engine in a slot."""
        engines = tuple(engine if place == slot else it for place, it in enumerate(self.engines))
        return dataclasses.replace(self, engines=engines, **changes)


class Violation(AssertionError):
    """What was broken, and the steps that led there."""


Point = tuple[str, Node, NodeState, int, str | None, str | None, int]
"""Traversal, node, state, remaining, engine, claim, acting row."""


@dataclass
class Rows:
    """The three tables, as far as the transactions look at them."""

    stack: tuple[Any, ...]
    resources: dict[int, dict[str, Any]]
    points: dict[Node, Point]


class Joined:
    """A database of which everything is one transaction: the functions join it, and the search undoes it."""

    notifies = False
    vault = Vault()

    def __init__(self, connection: sa.Connection) -> None:
        self.planned = PlannedRows()
        self.connection = connection

    @contextlib.contextmanager
    def reader(self, context: object) -> Iterator[sa.Connection]:
        yield self.connection

    lagging_reader = writer = reader


class Context:
    """The context of each transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.database: Any = Joined(connection)


Step = tuple[str, bool, Callable[[], World]]
"""What it is, whether it is a fault, and what does it: the world after it."""


class Search:
    """One exhaustive search."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
        engine.dialect.vault = Vault()  # type: ignore[attr-defined]
        models.metadata.create_all(engine)
        self._connection = engine.connect()
        self._connection.connection.dbapi_connection.isolation_level = None  # type: ignore[union-attr]
        self.context: Any = Context(self._connection)
        self.inputs = Inputs(lambda: NOW, lambda: NOW, self._new_id, lambda now: self._new_id(), random.Random(1))
        self._ids = 0
        self._acting: str | None = None
        self._losing: tuple[int, Sequence[Holding]] = (0, ())
        self._registry = Registry({"OS::Heat::TestResource": Threaded})
        self._evaluator = Evaluator(self._registry, self.inputs, MOST_ATTEMPTS)
        self._traversals: dict[str, Traversal] = {}
        self._seen: set[bytes] = set()
        self._path: dict[bytes, str] = {}
        self.ends: dict[str, int] = {}
        self.steps = 0
        self.deepest = 0

    @property
    def states(self) -> int:
        """How many states there are."""
        return len(self._seen)

    def _new_id(self) -> str:
        self._ids += 1
        return str(uuid.UUID(int=self._ids))

    # --- the search ---------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Visit every state that can be reached.

        :raises Violation: with the steps that led to it
        """
        sys.setrecursionlimit(20_000)
        self._old, self._new, self._empty = (self._template(value) for value in ("old", "new", None))
        self._create()
        scenario = self._scenario
        world = World(
            (Engine("e0.0"), Engine("e1.0")),
            deaths=scenario.deaths,
            leaves=scenario.leaves,
            failures=scenario.failures,
            then=scenario.then is not None,
        )
        self._visit(world, self._read())

    def _visit(self, world: World, rows: Rows) -> None:
        key = self._key(world, rows)
        if key in self._seen:
            if key in self._path:
                raise self._violation("a run that never ends")
            return
        self._seen.add(key)
        self._path[key] = ""
        self.deepest = max(self.deepest, len(self._path))
        goes_on = False
        for name, is_fault, act in self._possible(world, rows):
            self._path[key] = name
            self._connection.exec_driver_sql(f"SAVEPOINT s{len(self._path)}")
            ids, self._acting = self._ids, None
            after = self._try(act, world)
            now = self._read()
            if after != world or now != rows:
                self.steps += 1
                goes_on = goes_on or not is_fault
                if broken := self._broken(rows, after, now):
                    raise self._violation(broken)
                self._visit(after, now)
            self._connection.exec_driver_sql(f"ROLLBACK TO s{len(self._path)}")
            self._connection.exec_driver_sql(f"RELEASE s{len(self._path)}")
            self._ids = ids
        if not goes_on and (broken := self._end(world, rows)):
            raise self._violation(broken)
        del self._path[key]

    def _try(self, act: Callable[[], World], world: World) -> World:
        """Run one transaction; one that conflicts is undone, and the engine drops the work that it was for."""
        self._connection.exec_driver_sql("SAVEPOINT tried")
        try:
            after = act()
        except ConflictError:
            self._connection.exec_driver_sql("ROLLBACK TO tried")
            after = self._dropped(world)
        self._connection.exec_driver_sql("RELEASE tried")
        return after

    def _violation(self, broken: str) -> Violation:
        return Violation("\n".join([broken, "after:", *(name for name in self._path.values() if name)]))

    # --- the steps ----------------------------------------------------------------------------------------------

    def _possible(self, world: World, rows: Rows) -> Iterator[Step]:
        ready = sorted(node for node, point in rows.points.items() if point[2] is S)
        own = [node for node in ready if node.kind in OF_ROWS]
        for node in ready:
            if node.kind not in OF_ROWS:
                yield f"{node}", False, lambda node=node: self._of_stack(world, rows, node)
        for slot, engine in enumerate(world.engines):
            for nodes in self._batches(own) if not engine.is_late else ():
                yield f"{engine.id} claims {told(nodes)}", False, lambda s=slot, n=nodes: self._claim(world, rows, s, n)
            for held in self._batches(engine.holdings):
                names = told(it.work.node for it in held)
                yield f"{engine.id} finishes {names}", False, lambda s=slot, h=held: self._finish(world, s, h)
            if engine.wakes:
                yield f"{engine.id} wakes {engine.wakes}", False, lambda s=slot: self._wake(world, s)
            if engine.is_late:
                yield f"{engine.id} learns that it is dead", False, lambda s=slot, e=engine: world.put(s, renewed(e))
            for other in sorted(world.dead - {engine.id}) if not engine.is_late else ():
                yield f"{engine.id} takes over {other}", False, lambda s=slot, o=other: self._take_over(world, s, o)
            yield from self._faults(world, slot, engine)
        yield from self._late_messages(world, rows)
        lost = sync_points.blocked_on_free_rows(self.context, 100)
        if lost:
            yield "a sweep wakes", False, lambda: self._sweep(world, lost)
        if world.then:
            yield f"{self._scenario.then} begins", True, lambda: self._supersede(world, rows)

    def _late_messages(self, world: World, rows: Rows) -> Iterator[Step]:
        """Messages of nodes that aren't ready any more, or of a traversal that is over: nothing may follow."""
        slot = next((place for place, engine in enumerate(world.engines) if not engine.is_late), None)
        if slot is None:
            return
        other = sorted(node for node, point in rows.points.items() if node.kind in OF_ROWS and point[2] is not S)
        if other:
            yield f"a late message names {told(other)}", False, lambda: self._claim(world, rows, slot, other)
        current, _, status, *_ = rows.stack
        older = self._traversals.get(FIRST)
        if older is not None and current != FIRST:
            nodes = [node for node in older.graph or () if node.kind in OF_ROWS]
            yield "a late message is of the first", False, lambda: self._claim(world, rows, slot, nodes, older)
            yield "the first is ended late", False, lambda: self._end_late(world, older)
        if status != Status.IN_PROGRESS and current in self._traversals:
            over = self._traversals[current]
            yield "what is over is ended late", False, lambda: self._end_late(world, over)

    def _end_late(self, world: World, older: Traversal) -> World:
        self._acting = older.id
        end.commit(self.context, self.inputs, older, world.engines[0].id, self._new_id())
        end.epilogue(self.context, self.inputs, older)
        fail.fail(self.context, self.inputs, older.stack, "its time is over", [], None)
        return world

    def _faults(self, world: World, slot: int, engine: Engine) -> Iterator[Step]:
        if world.deaths and not engine.is_late:
            changes: dict[str, Any] = {"dead": world.dead | {engine.id}, "deaths": world.deaths - 1}
            yield f"{engine.id} dies", True, lambda: world.put(slot, renewed(engine), **changes)
            if engine.holdings:
                late = engine._replace(is_late=True)
                yield f"{engine.id} is declared dead", True, lambda: world.put(slot, late, **changes)
        if world.leaves and engine.holdings:
            yield f"{engine.id} leaves", True, lambda: self._leave(world, slot)
        for held in engine.holdings if world.failures else ():
            name = f"{held.work.node} of {engine.id} fails"
            yield name, True, lambda held=held: self._fail(world, slot, held)

    def _batches(self, items: Sequence[Any]) -> list[tuple[Any, ...]]:
        """One at a time; and, if the scenario has batches, those together that may be in one transaction."""
        together: dict[str, list[Any]] = {}
        for item in items:
            together.setdefault(item.traversal.id if isinstance(item, Holding) else "", []).append(item)
        batches = [tuple(batch) for batch in together.values() if self._scenario.batches and len(batch) > 1]
        return [*((item,) for item in items), *batches]

    def _dropped(self, world: World) -> World:
        """The world after a conflict: an engine that lost the locks of its work drops the work."""
        slot, held = self._losing
        return world.put(slot, without(world.engines[slot], held))

    def _create(self) -> None:
        stack = StackRecord(
            STACK, "web", "demo", "ann", self._old, None, FIRST, Action.CREATE, Status.IN_PROGRESS, "", None, None,
            not self._scenario.rolls_back, None, 0, None, self.inputs.utcnow(), None, None,
        )  # fmt: skip
        self._connection.exec_driver_sql("BEGIN")
        begin.create(self.context, self.inputs, stack, self._wanted(stack), ())

    def _template(self, value: str | None) -> int:
        stores = {"type": "OS::Heat::TestResource", "properties": {"value": value}}
        names = "abcdef"[: self._scenario.resources]
        written: dict[str, Any] = dict.fromkeys(names, stores)
        last: Any = {"value": {"list_join": ["", [{"get_attr": [name, "output"]} for name in names[:-1]]]}}
        if not self._scenario.apart:
            written[names[-1]] = {"type": "OS::Heat::TestResource", "properties": last}
        content = {"heat_template_version": "2021-04-16", "resources": written if value else {}}
        return templates.store(self.context, content, {}, {}, self.inputs.utcnow())

    def _wanted(self, stack: StackRecord) -> Any:
        template, _ = Library().parameters(self.context, stack)
        return traversals.wanted(template)

    def _traversal(self, traversal_id: str) -> Traversal:
        """A traversal as an engine knows it that loaded it while it ran."""
        if traversal_id not in self._traversals:
            found = Library().traversal(self.context, traversal_id)
            assert found is not None, f"{traversal_id} isn't the stack's"
            if found.graph is None:
                return found
            self._traversals[traversal_id] = found
        return self._traversals[traversal_id]

    def _supersede(self, world: World, rows: Rows) -> World:
        seen = stacks.get(self.context, STACK)
        assert seen is not None
        is_update = self._scenario.then is Action.UPDATE
        changes = {
            "current_traversal": SECOND,
            "action": self._scenario.then,
            "status": Status.IN_PROGRESS,
            "raw_template_id": self._new if is_update else seen.raw_template_id,
        }
        wanted = self._wanted(dataclasses.replace(seen, raw_template_id=self._new)) if is_update else []
        begun = begin.supersede(self.context, self.inputs, seen, changes, wanted)
        assert begun is not None, "nobody else begins an operation"
        self._traversals.pop(SECOND, None)
        return dataclasses.replace(world, then=False)

    def _claim(
        self, world: World, rows: Rows, slot: int, nodes: Sequence[Node], traversal: Traversal | None = None
    ) -> World:
        """What an engine does with a message: see ``Checker._take``."""
        engine, traversal = world.engines[slot], traversal or self._traversal(rows.stack[0])
        self._losing, self._acting = (slot, ()), traversal.id
        mark = Claim(engine.id, self._new_id())
        taken = claim.take(self.context, self.inputs, self._evaluator, traversal, nodes, mark)
        over = [Ending(work, None) for work in taken.work if isinstance(work.decision, AT_ONCE)]
        finished = finish.finish(self.context, self.inputs, traversal, over)
        later = [(work, None) for work in taken.work if not isinstance(work.decision, AT_ONCE)]
        begun = claim.begin_actions(self.context, self.inputs, traversal, later)
        held = engine.holdings + tuple(Holding(traversal, work) for work in begun)
        return world.put(slot, engine._replace(holdings=held, wakes=merged(engine.wakes, finished.wakes)))

    def _finish(self, world: World, slot: int, held: Sequence[Holding]) -> World:
        engine = world.engines[slot]
        self._losing, self._acting = (slot, held), held[0].traversal.id
        endings = [Ending(it.work, done(it.work)) for it in held]
        finished = finish.finish(self.context, self.inputs, held[0].traversal, endings)
        rest = without(engine, held)
        return world.put(slot, rest._replace(wakes=merged(engine.wakes, finished.wakes)))

    def _fail(self, world: World, slot: int, held: Holding) -> World:
        engine = world.engines[slot]
        self._losing, self._acting = (slot, (held,)), held.traversal.id
        traversal, rest = held.traversal, without(engine, [held])
        failure = Failed("it broke", f"p{held.work.row.id}", {})
        if is_of_another_time(held.work):
            stale = fail.fail_stale(self.context, self.inputs, traversal, held.work, failure)
            return world.put(slot, rest._replace(wakes=merged(engine.wakes, stale.wakes)), failures=world.failures - 1)
        plan = fail.RollbackPlan(ROLLBACK, self._empty, NOW) if fail.may_roll_back(traversal.stack) else None
        ended = fail.fail(self.context, self.inputs, traversal.stack, "it broke", [(held.work, failure)], plan)
        return world.put(slot, rest._replace(wakes=merged(engine.wakes, ended.wakes)), failures=world.failures - 1)

    def _leave(self, world: World, slot: int) -> World:
        engine, wakes = world.engines[slot], world.engines[slot].wakes
        by_traversal: dict[str, list[Work]] = {}
        for held in engine.holdings:
            by_traversal.setdefault(held.traversal.id, []).append(held.work)
        for traversal_id, works in by_traversal.items():
            wakes = merged(wakes, release.give_back(self.context, self.inputs, traversal_id, works).wakes)
        return world.put(slot, engine._replace(holdings=(), wakes=wakes), leaves=world.leaves - 1)

    def _take_over(self, world: World, slot: int, dead: str) -> World:
        engine = world.engines[slot]
        released = release.take_over(self.context, self.inputs, dead, limit=100)
        wakes = merged(engine.wakes, released.wakes)
        is_known = any(it.id == dead for it in world.engines)
        return world.put(slot, engine._replace(wakes=wakes), dead=world.dead if is_known else world.dead - {dead})

    def _wake(self, world: World, slot: int) -> World:
        engine = world.engines[slot]
        release.wake(self.context, self.inputs, dict(engine.wakes))
        return world.put(slot, engine._replace(wakes=()))

    def _sweep(self, world: World, lost: Sequence[tuple[str, int]]) -> World:
        release.wake(self.context, self.inputs, {row: traversal for traversal, row in lost})
        return world

    def _of_stack(self, world: World, rows: Rows, node: Node) -> World:
        """What an engine does with a node of the stack's own: see ``ResultRecorder._of_stack``."""
        traversal_id = rows.stack[0]
        if node == PLAN:
            stack = stacks.by_traversal(self.context, traversal_id)[0]  # type: ignore[index]
            if stacks.take_planning(self.context, STACK, traversal_id):
                template, _ = Library().parameters(self.context, stack)
                wanted = traversals.goal(Action(stack.action), template)
                begin.plan(self.context, self.inputs, stack, wanted)
                self._traversals.pop(traversal_id, None)
        elif node == EPILOGUE:
            end.epilogue(self.context, self.inputs, self._traversal(traversal_id))
        else:
            end.commit(self.context, self.inputs, self._traversal(traversal_id), "e0.0", self._new_id())
        return world

    # --- what must hold -----------------------------------------------------------------------------------------

    def _read(self) -> Rows:
        stack = self._connection.exec_driver_sql(
            "SELECT current_traversal, action, status, raw_template_id, prev_raw_template_id FROM stack"
        ).one()
        found = {row.id: dict(row._mapping) for row in self._connection.execute(RESOURCES)}
        points = self._connection.exec_driver_sql(  # an older traversal's last, so that they aren't overlooked
            "SELECT traversal_id, resource_id, kind, state, remaining, engine_id, claim_id, acting_id FROM sync_point"
            " ORDER BY traversal_id != (SELECT current_traversal FROM stack)"
        )
        nodes = {
            Node(row[1], NodeKind(row[2])): (row[0], Node(row[1], NodeKind(row[2])), NodeState(row[3]), *row[4:])
            for row in points
        }
        return Rows(tuple(stack), found, nodes)

    def _broken(self, old: Rows, world: World, new: Rows) -> str | None:
        """What a step broke, in words."""
        return (
            self._nodes_broken(old, new)
            or self._counts_broken(new)
            or self._locks_broken(old, world, new)
            or self._stack_broken(old, new)
            or self._hands_broken(world, new)
        )

    def _nodes_broken(self, old: Rows, new: Rows) -> str | None:
        current, _, status, *_ = new.stack
        if self._acting not in (None, old.stack[0]) and (old.stack, old.points) != (new.stack, new.points):
            return f"{self._acting} was superseded, and wrote"
        for node, point in new.points.items():
            if point[0] != current:
                return f"{node} of an older traversal is there"
            if status != Status.IN_PROGRESS:
                return f"{node} is there, and the stack is {status}"
            before = old.points.get(node)
            if before and before[0] == point[0] and before[2] is not point[2] and (before[2], point[2]) not in ARROWS:
                return f"{node} went from {before[2].name} to {point[2].name}"
        if old.stack[0] == current and new.stack[2] == Status.IN_PROGRESS:
            planned = any(node == PLAN for node in old.points)
            if old.points.keys() - new.points.keys() and not planned:
                return "a node is gone, and its traversal isn't over"
        return None

    def _counts_broken(self, rows: Rows) -> str | None:
        """A node waits for as many as aren't done; one that is ready or further waits for none."""
        if not rows.points or PLAN in rows.points:
            return None
        graph: Graph[Node] = self._traversal(rows.stack[0]).graph  # type: ignore[assignment]
        if set(graph) != rows.points.keys():
            return "the sync points aren't those of the graph"
        for node, (_, _, state, remaining, *_) in rows.points.items():
            left = sum(rows.points[it][2] is not D for it in graph.predecessors(node))
            if (state is W) != bool(left) or (state is W and remaining != left):
                return f"{node} is {state.name} and counts {remaining}; {left} of what it follows aren't done"
        return None

    def _locks_broken(self, old: Rows, world: World, new: Rows) -> str | None:
        hands = {}
        for engine in world.engines:
            for _, work in engine.holdings:
                row = new.resources.get(work.row.id)
                if row and row["engine_id"] == engine.id and row["atomic_key"] == work.row.atomic_key:
                    if work.row.id in hands:
                        return f"row {work.row.id} is twice in hands"
                    hands[work.row.id] = engine.id
        lost = world.dead | {engine.id for engine in world.engines if engine.is_late}
        for row in new.resources.values():
            holder, before = row["engine_id"], old.resources.get(row["id"], {}).get("engine_id")
            if holder and holder not in lost and row["id"] not in hands:
                return f"row {row['id']} is locked by {holder}, which doesn't know"
            if holder and before and holder != before:
                return f"the lock of row {row['id']} went from {before} to {holder}"
        known = {(it.id, work.claim_id) for it in world.engines for _, work in it.holdings}
        for node, (_, _, state, _, engine, mark, _) in new.points.items():
            if state is R and engine not in lost and (engine, mark) not in known:
                return f"{node} is claimed by {engine}, which doesn't know"
            if (state is R) != (engine is not None):
                return f"{node} is {state.name} and claimed by {engine}"
        return None

    def _hands_broken(self, world: World, rows: Rows) -> str | None:
        """Nobody takes work from an engine that lives, while its traversal is the stack's."""
        current, _, status, *_ = rows.stack
        for engine in world.engines:
            for traversal, work in engine.holdings if not engine.is_late and status == Status.IN_PROGRESS else ():
                point = rows.points.get(work.node)
                if traversal.id == current and (point is None or point[2] is not R or point[5] != work.claim_id):
                    return f"{work.node} was taken from {engine.id}, which lives"
        return None

    def _stack_broken(self, old: Rows, new: Rows) -> str | None:
        if old.stack[0] == new.stack[0] and old.stack[2] != Status.IN_PROGRESS and new.stack != old.stack:
            return "an operation went on after its end"
        if new.stack[2] == Status.COMPLETE and old.stack[2] != Status.COMPLETE:
            undone = [node for node, point in old.points.items() if point[2] is not D and node != EPILOGUE]
            if undone:
                return f"the stack is COMPLETE, and {told(undone)} not done"
            return self._untrue(new)
        return None

    def _untrue(self, rows: Rows) -> str | None:
        """Of a stack that has just become COMPLETE: whether its resources are what its template says."""
        _, action, _, template_id, previous = rows.stack
        if action == Action.DELETE or template_id == self._empty:
            return f"rows are left: {list(rows.resources)}" if rows.resources else None
        if previous != template_id:
            return "the last complete template isn't the stack's"
        value = "new" if template_id == self._new else "old"
        names = "abcdef"[: self._scenario.resources]
        found = {
            row["name"]: (row["status"], (row["properties_data"] or {}).get("value")) for row in rows.resources.values()
        }
        wanted = dict.fromkeys(names, (Status.COMPLETE, value))
        if not self._scenario.apart:
            wanted[names[-1]] = (Status.COMPLETE, value * (len(names) - 1))
        return None if found == wanted and len(rows.resources) == len(names) else f"it is {found}, not {wanted}"

    def _end(self, world: World, rows: Rows) -> str | None:
        """What is wrong with a state from which only faults go on."""
        _, action, status, *_ = rows.stack
        self.ends[f"{action}_{status}"] = self.ends.get(f"{action}_{status}", 0) + 1
        if status == Status.IN_PROGRESS:
            return f"nothing goes on: {[(str(node), point[2].name) for node, point in rows.points.items()]}"
        if rows.points:
            return "sync points are left"
        if any(row["engine_id"] for row in rows.resources.values()):
            return "a lock is left"
        if any(row["status"] == Status.IN_PROGRESS for row in rows.resources.values()):
            return "a resource is IN_PROGRESS for ever"
        if any(engine.holdings for engine in world.engines):
            return "work is left in an engine's hands"
        return None

    # --- when two states are the same ---------------------------------------------------------------------------

    def _key(self, world: World, rows: Rows) -> bytes:
        """What the future depends on: engines by their place, claims and keys by whether they are still true."""
        same = min(repr(self._named(world, rows, engines)) for engines in (world.engines, world.engines[::-1]))
        return hashlib.blake2b(same.encode(), digest_size=16).digest()

    def _named(self, world: World, rows: Rows, engines: Sequence[Engine]) -> tuple[Any, ...]:
        names: dict[str | None, Any] = {None: None} | {engine.id: place for place, engine in enumerate(engines)}
        gone = sorted(world.dead - names.keys(), key=lambda it: _held_by(rows, it))
        names |= {it: f"dead {place}" for place, it in enumerate(gone)}
        points = tuple(
            (*map(int, node), point[0], int(point[2]), point[3], names.get(point[4], "?"), point[6])
            for node, point in sorted(rows.points.items())
        )
        found = tuple(
            (key, *(names.get(row[it], "?") if it == "engine_id" else repr(row[it]) for it in COMPARED))
            for key, row in sorted(rows.resources.items())
        )
        hands = tuple(
            (
                engine.is_late,
                names[engine.id] if engine.id in world.dead else None,
                tuple(sorted(self._of_work(it, rows) for it in engine.holdings)),
                engine.wakes,
            )
            for engine in engines
        )
        budget = (world.deaths, world.leaves, world.failures, world.then, len(gone))
        dead = tuple(names[it] for it in sorted(world.dead, key=lambda it: str(names[it])))
        return points, found, tuple(map(str, rows.stack)), hands, budget, tuple(map(str, dead))

    def _of_work(self, held: Holding, rows: Rows) -> tuple[Any, ...]:
        work, row, point = held.work, rows.resources.get(held.work.row.id), rows.points.get(held.work.node)
        is_mine = point is not None and point[5] == work.claim_id
        return (
            held.traversal.id, *map(int, work.node), work.row.id, is_mine, type(work.decision).__name__, work.action,
            row is not None and row["atomic_key"] == work.row.atomic_key, repr(done(work)), work.row.attempts,
        )  # fmt: skip


COMPARED = (
    "action", "status", "engine_id", "wanted_by", "requires", "replaces", "replaced_by", "current_template_id",
    "fingerprint", "progress", "attempts", "properties_data", "attr_data", "made_from", "physical_resource_id",
)  # fmt: skip
RESOURCES = sa.select(*(models.resource.c[name] for name in ("id", "name", "atomic_key", *COMPARED))).order_by(
    models.resource.c.id
)


def _held_by(rows: Rows, engine_id: str) -> tuple[Any, ...]:
    locked = tuple(key for key, row in sorted(rows.resources.items()) if row["engine_id"] == engine_id)
    return locked, tuple(node for node, point in sorted(rows.points.items()) if point[4] == engine_id)


def done(work: Work) -> Done:
    """What a step comes to that ends well."""
    if work.action is Action.DELETE or work.evaluated is None:
        return Done(None, {}, {}, None)
    row, made = work.row, dict(work.evaluated.properties)
    if isinstance(work.decision, decide.Continue):
        made = row.properties_data or {}
    return Done(f"p{row.id}", {"output": made.get("value")}, {}, row.name)


def told(nodes: Any) -> str:
    """Nodes, in words."""
    return ", ".join(map(str, nodes))


def without(engine: Engine, held: Sequence[Holding]) -> Engine:
    """An engine without this work."""
    return engine._replace(holdings=tuple(it for it in engine.holdings if not any(it is each for each in held)))


def renewed(engine: Engine) -> Engine:
    """A process in the place of one that is gone, under a new id."""
    place, number = engine.id.split(".")
    return Engine(f"{place}.{int(number) + 1}")


def merged(wakes: tuple[tuple[int, str], ...], more: Any) -> tuple[tuple[int, str], ...]:
    """The wake-ups that an engine has to send."""
    return tuple(sorted({**dict(wakes), **more}.items()))


SCENARIOS = {
    "an update supersedes the creation": Scenario(),
    "a deletion supersedes the creation": Scenario(then=Action.DELETE, resources=2),
    "an engine dies under the update": Scenario(deaths=1, resources=2),
    "an engine dies under the deletion": Scenario(then=Action.DELETE, deaths=1, resources=2),
    "an engine leaves": Scenario(leaves=1, resources=2),
    "a resource fails": Scenario(failures=1, resources=2),
    "a resource fails, and the stack rolls back": Scenario(failures=1, rolls_back=True, resources=2),
    "an engine dies, and a resource fails": Scenario(then=None, deaths=1, failures=1, resources=2, apart=True),
    "nodes in batches": Scenario(batches=True, resources=2),
}
"""Small enough for each run of the suite."""
LARGE = {
    "three resources, and a deletion": Scenario(then=Action.DELETE),
    "three resources, an update, and a death": Scenario(deaths=1),
    "three resources, a deletion, and a death": Scenario(then=Action.DELETE, deaths=1),
    "three resources, batches, an update, and a failure": Scenario(batches=True, failures=1),
    "an update, a death, a failure and a rollback": Scenario(deaths=1, failures=1, rolls_back=True, resources=2),
    "an update, a death and an engine that leaves": Scenario(deaths=1, leaves=1, resources=2),
}


def main(*, large: bool) -> int:
    """Search the scenarios, and tell how many states each has."""
    for name, scenario in {**SCENARIOS, **(LARGE if large else {})}.items():
        began = time.process_time()
        search = Search(scenario)
        try:
            search.run()
        except Violation as violation:
            print(f"{name}: {violation}")
            return 1
        seconds = time.process_time() - began
        print(
            f"{name}: {search.states} states, {search.steps} steps, {seconds:.0f} s of CPU, ends: {search.ends}",
            flush=True,
        )
    return 0
