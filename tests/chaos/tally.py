"""Tally: what became of the operations on root stacks, counted by their events, which every commit of theirs writes.

begun = complete + failed + superseded. A rollback is an operation of the engine's own, and counted by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from heatlite.context import EngineContext
from heatlite.db import models
from heatlite.db.api import Database
from heatlite.engine.operations.adoption import ABANDONED
from tests.chaos.lives import Answer, Record

STACK, EVENT = models.stack.c, models.event.c
ENDS = (
    sa.select(EVENT.resource_action, EVENT.resource_status, sa.func.count())
    .join_from(models.event, models.stack, STACK.id == EVENT.stack_id)
    .where(STACK.owner_id.is_(None), EVENT.physical_resource_id == STACK.id)
    .where(EVENT.resource_status_reason != ABANDONED)  # which ends what never began
    .group_by(EVENT.resource_action, EVENT.resource_status)
)
ROLLBACK = "ROLLBACK"
BEGUN = (
    sa.select(STACK.tenant, STACK.name, EVENT.resource_action)
    .join_from(models.event, models.stack, STACK.id == EVENT.stack_id)
    .where(STACK.owner_id.is_(None), EVENT.physical_resource_id == STACK.id)
    .where(EVENT.resource_status == "IN_PROGRESS", EVENT.resource_action != ROLLBACK)
    .order_by(EVENT.id)
)
BEGIN_NOTHING = ("cancel", "roll back", "abandon")


@dataclass(frozen=True)
class Tally:
    """How many operations; ``rollbacks`` are among none of the others."""

    begun: int = 0
    complete: int = 0
    failed: int = 0
    rollbacks: int = 0

    @property
    def superseded(self) -> int:
        """Those that another one followed before their end."""
        return self.begun - self.complete - self.failed

    def __str__(self) -> str:
        return (
            f"{self.begun} operations begun: {self.complete} complete, {self.failed} failed, {self.superseded} "
            f"superseded; {self.rollbacks} rollbacks besides"
        )


def tally(rows: Iterable[tuple[str, str, int]]) -> Tally:
    """The counts, from (action, status, how many) of the stacks' own events."""
    asked: Counter[str] = Counter()
    rollbacks = 0
    for action, status, count in rows:
        if action != ROLLBACK:
            asked[status] += count
        elif status == "IN_PROGRESS":
            rollbacks += count
    return Tally(asked["IN_PROGRESS"], asked["COMPLETE"], asked["FAILED"], rollbacks)


def more_than_accepted(database: Database, records: Iterable[Record]) -> Iterator[str]:
    """Operations that began although their client was told that they hadn't; stack by stack, in words."""
    with database.reader(EngineContext(database)) as connection:
        rows = connection.execute(BEGUN).all()
    begun: dict[tuple[str, str], list[str]] = {}
    for project, name, action in rows:
        begun.setdefault((project, name), []).append(action)
    for record in records:
        told = [verb for verb, _, answer in record.asked if answer is not Answer.REFUSED and verb not in BEGIN_NOTHING]
        found = begun.get((record.project, record.name), [])
        if len(found) > len(told):
            yield f"{record.name}: {len(found)} operations began ({', '.join(found)}), but for {told}"


def counted(database: Database) -> Tally:
    """Read the events, and count."""
    with database.reader(EngineContext(database)) as connection:
        return tally([(row[0], row[1], row[2]) for row in connection.execute(ENDS)])
