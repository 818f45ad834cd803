"""Endings on a cloud: what must be true of the services when everything has settled, and when all stacks are deleted.

* Every operation that was accepted ended COMPLETE, was superseded, or FAILED for what the run has done: a refusal, a
  quota, a thing that it deleted.
* Every thing at a service is some row's, which has it, is to take it over, or has no id yet and finds it by its mark;
  or an event told that it was left, since an adoption never came to it. Every row that is COMPLETE has its thing.
  Nothing holds a lock.
* Of a COMPLETE stack whose things nobody has touched, the services have just what its template says, by name.
* After the deletion of all stacks no project has anything that it hadn't before, but for what was abandoned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass

import sqlalchemy as sa

from heatlite.context import EngineContext
from heatlite.db import models
from heatlite.db.api import Database
from heatlite.db.records import ADOPTED
from heatlite.engine.traversal.unadopted_events import LEFT
from tests.chaos.cloud import shapes
from tests.chaos.cloud.things import OF_SNAPSHOTS, Thing
from tests.chaos.endings import (
    EXCUSES,
    VISITS,
    Root,
    of_last_accepted,
    of_missing,
    roots_of,
    to_be_taken_over,
    unsettled,
)
from tests.chaos.lives import Record

OWN_EXCUSES = (*EXCUSES, shapes.REFUSED, "uota", "aximum number", "Unexpected API Error")
"""What the reason of a failure has in it that the run has brought about: quotas, and what Nova answers (500) where it
needs a service that is being restarted."""
KINDS = {
    "OS::Neutron::Net": "networks",
    "OS::Neutron::Subnet": "subnets",
    "OS::Neutron::Port": "ports",
    "OS::Neutron::Router": "routers",
    "OS::Neutron::FloatingIP": "floatingips",
    "OS::Neutron::SecurityGroup": "security_groups",
    "OS::Cinder::Volume": "volumes",
    "OS::Nova::Server": "servers",
    "OS::Nova::ServerGroup": "server_groups",
}
STACK, ROW, EVENT = models.stack.c, models.resource.c, models.event.c
ROOT = models.stack.alias()
ALIVE = (
    sa.select(STACK.tenant, ROOT.c.name, ROW.name, ROW.type, ROW.physical_resource_id, ROW.status)
    .select_from(models.resource)
    .join(models.stack, STACK.id == ROW.stack_id)
    .join(ROOT, ROOT.c.id == STACK.root_id)
    .where(STACK.deleted_at.is_(None))
)
"""The rows of live stacks."""


@dataclass(frozen=True)
class Row:
    """A resource's row: of which root stack, and what it has at a service."""

    project: str
    root: str
    name: str
    kind: str
    physical_id: str
    status: str


@dataclass(frozen=True)
class Found:
    """All that is looked at. ``things``: by project's id, by id."""

    roots: tuple[Root, ...]
    rows: tuple[Row, ...]
    busy: tuple[str, ...]
    things: Mapping[str, Mapping[str, Thing]]
    left: frozenset[str] = frozenset()
    """The ids of what is to be taken over yet, or never will be, as people were told."""
    searching: frozenset[tuple[str, str, str]] = frozenset()
    """Project's id, name of the root stack, and kind of each row without an id."""


def look(database: Database, things: Mapping[str, Mapping[str, Thing]]) -> Found:
    """Read everything once."""
    roots, rows = roots_of(database), tuple(rows_of(database))
    return Found(roots, rows, tuple(unsettled(database)), things, left_of(database), searching_of(database))


def rows_of(database: Database) -> list[Row]:
    """Read the rows of live stacks that have something of these kinds at a service."""
    wanted = ALIVE.where(ROW.physical_resource_id.is_not(None))
    with database.reader(EngineContext(database)) as connection:
        return [Row(*it[:3], KINDS[it[3]], *it[4:]) for it in connection.execute(wanted) if it[3] in KINDS]


def searching_of(database: Database) -> frozenset[tuple[str, str, str]]:
    """Read where a row may have something at a service whose id it doesn't know."""
    wanted = ALIVE.where(ROW.physical_resource_id.is_(None))
    with database.reader(EngineContext(database)) as connection:
        return frozenset((it[0], it[1], KINDS[it[3]]) for it in connection.execute(wanted) if it[3] in KINDS)


def left_of(database: Database) -> frozenset[str]:
    """Read the ids of what an adoption has still to come to, and of what it never came to."""
    with database.reader(EngineContext(database)) as connection:
        given = connection.execute(sa.select(ROW.progress).where(ROW.progress.is_not(None))).scalars()
        coming = {it for progress in given for it in to_be_taken_over((progress or {}).get(ADOPTED) or {})}
        told = sa.select(EVENT.physical_resource_id).where(EVENT.resource_status_reason == LEFT)
        return frozenset(coming | set(connection.execute(told).scalars()))


def violations(found: Found, records: Iterable[Record], touched: Set[tuple[str, str]]) -> Iterator[str]:
    """What is wrong, in words.

    :param touched: project's id and name of each stack that had a thing deleted or changed behind its back
    """
    yield from found.busy
    known = {(record.project, record.name): record for record in records}
    yield from _strangers(found, known.values())
    yield from _lost(found, touched)
    alive = {(root.project, root.name): root for root in found.roots}
    for key, root in alive.items():
        yield from (f"{root.name}: {text}" for text in _of_stack(root, known[key], found, is_touched=key in touched))
    for key in known.keys() - alive.keys():
        yield from of_missing(known[key])


def _strangers(found: Found, records: Iterable[Record]) -> Iterator[str]:
    """Things that are no row's."""
    known, let_go = {row.physical_id for row in found.rows} | found.left, let_go_of(records)
    for project, things in found.things.items():
        for thing in things.values():
            is_searched = (project, thing.name.split("/")[0], thing.kind) in found.searching
            is_known = thing.id in known or thing.kind in OF_SNAPSHOTS or is_searched
            if not is_known and not is_let_go(thing, project, let_go):
                yield f"{thing} is nobody's"


def let_go_of(records: Iterable[Record]) -> set[tuple[str, str]]:
    """Project's id and name of the stacks that may have been abandoned, and not adopted again."""
    return {(record.project, record.name) for record in records if record.is_let_go}


def is_let_go(thing: Thing, project: str, let_go: Set[tuple[str, str]]) -> bool:
    """Whether a thing may have been of an abandoned stack: by its name, or because it has none."""
    stack = thing.name.split("/")[0]
    return (project, stack) in let_go or (not thing.name and any(project == it for it, _ in let_go))


def _lost(found: Found, touched: Set[tuple[str, str]]) -> Iterator[str]:
    """Rows whose thing isn't there."""
    for row in found.rows:
        is_there = row.physical_id in found.things.get(row.project, {})
        if row.status == "COMPLETE" and not is_there and (row.project, row.root) not in touched:
            yield f"{row.root}: {row.kind} {row.physical_id} of {row.name} is lost"


def _of_stack(root: Root, record: Record, found: Found, *, is_touched: bool) -> Iterator[str]:
    """What is wrong with a stack that lives."""
    is_visit = root.action in VISITS  # and so leaves half done what a refusal has left
    is_excused = is_touched or is_visit or any(excuse in root.reason for excuse in OWN_EXCUSES)
    if root.status == "FAILED" and not is_excused:
        yield f"{root.state} for a reason that the run hasn't brought about: {root.reason}"
    yield from of_last_accepted(root, record)
    if root.status == "COMPLETE" and not is_touched and not is_visit:
        yield from _of_things(root, found)


def _of_things(root: Root, found: Found) -> Iterator[str]:
    """Where the services don't have what a COMPLETE stack's template says."""
    own = [it for it in found.things[root.project].values() if it.name.startswith(f"{root.name}/")]
    there = Counter(it.name for it in own if it.kind not in OF_SNAPSHOTS)
    wanted = shapes.wanted(root.template)
    if there != wanted:
        yield (f"{root.state} but the services lack {dict(wanted - there)}, and have too much: {dict(there - wanted)}")


def left(
    before: Mapping[str, Mapping[str, Thing]],
    after: Mapping[str, Mapping[str, Thing]],
    records: Iterable[Record],
    told: Set[str] = frozenset(),
) -> Iterator[str]:
    """What the deletion of all stacks has left, in words.

    :param told: the ids of what people were told about that an adoption never came to it
    """
    let_go = let_go_of(records)
    for project, things in after.items():
        for thing in things.values():
            if thing.id not in {*before[project], *told} and not is_let_go(thing, project, let_go):
                yield f"{thing} is left by a deletion, nobody's"
