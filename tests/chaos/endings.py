"""Endings: what must be true when the faults are over and everything has settled. Pure, apart from reading.

* Every operation that was accepted ended COMPLETE, was superseded, or FAILED because the run injected a failure.
* Of a COMPLETE stack the world has just what its template says, with the same values; but for what visits one whose
  last change of the template had failed or been cancelled, and changes nothing of that.
* Every thing in the world is known to some row, which has it or is to take it over; or an event told that it was left
  as it was, since an adoption never came to it. Nothing holds a lock; no sync point is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from heatlite.context import EngineContext
from heatlite.db import models
from heatlite.db.api import Database
from heatlite.db.records import ADOPTED
from heatlite.engine.traversal.unadopted_events import LEFT
from heatlite.resources.base import Resource
from heatlite.resources.stack_resource import StackResource
from tests.chaos import shapes
from tests.chaos.lives import Record
from tests.chaos.thing import INJECTED, TYPE
from tests.chaos.world import Thing, World

VISITS_CHILDREN = StackResource.handle_suspend is not Resource.handle_suspend
"""Whether a suspension reaches nested stacks."""
EXCUSES = (INJECTED, "cancelled")
VISITS = ("SUSPEND", "RESUME", "CHECK", "SNAPSHOT")
STACK, ROW, POINT, EVENT = models.stack.c, models.resource.c, models.sync_point.c, models.event.c


@dataclass(frozen=True)
class Root:
    """A root stack that lives, and the keys of the rows in its tree by physical id."""

    name: str
    project: str
    action: str
    status: str
    reason: str
    template: Mapping[str, Any]

    @property
    def state(self) -> str:
        """Its action and status: CREATE_COMPLETE."""
        return f"{self.action}_{self.status}"

    @property
    def number(self) -> int | None:
        """Of its template; None of the empty one that a creation is rolled back to."""
        words = (self.template.get("description") or "").split()
        return int(words[-1]) if words and words[-1].isdigit() else None


@dataclass(frozen=True)
class Found:
    """Everything that is looked at."""

    roots: tuple[Root, ...]
    known: frozenset[str]
    busy: tuple[str, ...]
    world: Mapping[str, Thing]
    left: frozenset[str] = frozenset()
    """What people were told that an adoption never came to, by id."""


def unsettled(database: Database) -> list[str]:
    """What is still under way, in words; empty where everything has settled."""
    with database.reader(EngineContext(database)) as connection:
        under_way = sa.select(STACK.name, STACK.action, STACK.id).where(STACK.status == "IN_PROGRESS")
        stacks = [
            f"stack {name} ({stack_id}) is at {action}" for name, action, stack_id in connection.execute(under_way)
        ]
        held = sa.select(ROW.name, ROW.stack_id, ROW.engine_id).where(ROW.engine_id.is_not(None))
        locks = [f"{name} of {stack} is held by {engine}" for name, stack, engine in connection.execute(held)]
        left = sa.select(POINT.stack_id, sa.func.count()).group_by(POINT.stack_id)
        points = [f"stack {stack} has {count} sync points" for stack, count in connection.execute(left)]
    return [*stacks, *locks, *points]


def roots_of(database: Database) -> tuple[Root, ...]:
    """Read the root stacks that live."""
    statement = (
        sa.select(STACK.name, STACK.tenant, STACK.action, STACK.status, STACK.status_reason)
        .add_columns(models.raw_template.c.template)
        .select_from(models.stack.join(models.raw_template, models.raw_template.c.id == STACK.raw_template_id))
        .where(STACK.deleted_at.is_(None), STACK.owner_id.is_(None))
    )
    with database.reader(EngineContext(database)) as connection:
        return tuple(Root(*row) for row in connection.execute(statement))


def look(database: Database, world: World) -> Found:
    """Read everything once."""
    roots = roots_of(database)
    with database.reader(EngineContext(database)) as connection:
        alive = sa.select(ROW.physical_resource_id, ROW.uuid, ROW.type, ROW.progress)
        alive = alive.join(models.stack, STACK.id == ROW.stack_id).where(STACK.deleted_at.is_(None))
        rows = connection.execute(alive).all()
        told = sa.select(EVENT.physical_resource_id).where(EVENT.resource_status_reason == LEFT)
        left = frozenset(connection.execute(told).scalars())
    known = {row[0] or row[1] for row in rows if row[2] == TYPE}  # what a row is the token of, it will find or delete
    known |= {thing_id for row in rows for thing_id in to_be_taken_over((row[3] or {}).get(ADOPTED) or {})}
    return Found(roots, frozenset(known), tuple(unsettled(database)), world.things(), left - known)


def to_be_taken_over(said: Mapping[str, Any]) -> Iterator[str]:
    """The ids that a row's data for an adoption name, of what was nested too."""
    if said.get("resource_id"):
        yield said["resource_id"]
    for inner in (said.get("resources") or {}).values():
        yield from to_be_taken_over(inner)


def violations(found: Found, records: Iterable[Record]) -> Iterator[str]:
    """What is wrong, in words."""
    yield from found.busy
    known = {(record.project, record.name): record for record in records}
    let_go = {record.name for record in known.values() if record.is_let_go}
    for thing_id in found.world.keys() - found.known - found.left:
        if found.world[thing_id].key.split("/")[0] not in let_go:
            yield f"thing {thing_id} ({found.world[thing_id].key}) is nobody's"
    alive = {(root.project, root.name): root for root in found.roots}
    taken = {thing_id: thing for thing_id, thing in found.world.items() if thing_id not in found.left}
    for key, root in alive.items():
        yield from (f"{root.name}: {text}" for text in of_stack(root, known[key], taken))
    for key in known.keys() - alive.keys():
        yield from of_missing(known[key])


def of_stack(root: Root, record: Record, world: Mapping[str, Thing]) -> Iterator[str]:
    """What is wrong with a stack that lives."""
    changes_nothing = root.action in VISITS  # and so leaves half done what was
    is_half_done = changes_nothing and record.may_be_half_done
    is_excused = is_half_done or any(excuse in root.reason for excuse in EXCUSES)
    if root.status == "FAILED" and not is_excused:
        yield f"{root.state} for a reason that wasn't injected: {root.reason}"
    yield from of_last_accepted(root, record)
    if root.status == "COMPLETE" and not is_half_done:
        yield from of_world(root, world)


def of_last_accepted(root: Root, record: Record) -> Iterator[str]:
    """Where a stack isn't at the last operation that was accepted, as far as its client can know."""
    last = record.last_accepted
    if not record.is_certain or last is None:
        return
    verb, number = last
    if verb == "delete":
        yield f"{root.state}, although its deletion was accepted"
    if root.action in ("CREATE", "UPDATE") and root.number != number:
        yield f"{root.state} with template {root.number}, although {number} was accepted later"
    if verb in ("suspend", "resume", "check", "snapshot", "adopt") and root.action != verb.upper():
        yield f"{root.state}, although a later {verb} was accepted"


def of_world(root: Root, world: Mapping[str, Thing]) -> Iterator[str]:
    """Where the world isn't what a COMPLETE stack's template says."""
    own = [thing for thing in world.values() if thing.key.startswith(f"{root.name}/")]
    there, wanted = Counter((it.key, it.value) for it in own), Counter(shapes.wanted(root.template))
    if there != wanted:
        yield f"{root.state} but the world lacks {dict(wanted - there)}, and has too much: {dict(there - wanted)}"
    if root.action not in ("CHECK", "SNAPSHOT"):
        reached = [it for it in own if VISITS_CHILDREN or it.key.count("/") == 1]
        wrong = sorted(it.key for it in reached if it.suspended is not (root.action == "SUSPEND"))
        if wrong:
            yield f"{root.state}, and {', '.join(wrong)} {'are not' if root.action == 'SUSPEND' else 'are'} suspended"


def of_missing(record: Record) -> Iterator[str]:
    """What is wrong with a stack that isn't there (any more)."""
    asked = [(verb, answer.value) for verb, _, answer in record.asked]
    accepted = [verb for verb, answer in asked if answer == "accepted"]
    may_be_gone = any(verb in ("delete", "abandon") and answer != "refused" for verb, answer in asked)
    if accepted and not may_be_gone:
        yield f"{record.name} isn't there, although nobody asked for its deletion: {asked}"
