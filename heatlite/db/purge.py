"""Purge: final removal of rows that were deleted long ago, a few stacks in each transaction, while engines work.

::

    stack          deleted before the moment    with its sync points, tags, events, resources, snapshots and observation
    service        gone before the moment       the recovery of a dead engine's work doesn't need its row
    raw_template   unused for so long that no operation can be about to use it

A template is stored, or found again by its content, in a separate transaction before any row refers to it. So it is
purged only if that happened neither within ``UNUSED`` nor since the oldest operation in progress began. Finding a
template again counts too (see ``templates.store``).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from heatlite.convergence.model import Status
from heatlite.db import models
from heatlite.db.api import Context, rows, writer
from heatlite.db.retry import retried
from heatlite.db.templates import TOUCHED_AFTER

UNUSED = datetime.timedelta(days=1)
TEMPLATES_AT_A_TIME = 100
OF_STACKS = (
    models.sync_point,
    models.stack_tag,
    models.event,
    models.notification,
    models.observation,
    models.resource,
    models.snapshot,
)
STACK, TEMPLATE, SERVICE = models.stack, models.raw_template, models.service


@dataclass(frozen=True)
class Purged:
    """The numbers of purged rows."""

    stacks: int
    templates: int
    services: int


def purge(
    context: Context,
    before: datetime.datetime,
    now: datetime.datetime,
    *,
    project: str | None = None,
    batch_size: int = 20,
    report: Callable[[str], None] = lambda text: None,
) -> Purged:
    """Remove what was deleted before a moment (UTC). An interruption keeps what was removed by then.

    :param project: the project of the stacks; None: all projects
    :param batch_size: stacks in one transaction
    :param report: called with a sentence for each batch
    """
    services, stacks, templates = _services(context, before), 0, 0
    while ids := _stacks(context, before, project, batch_size):
        stacks += len(ids)
        report(f"{stacks} stacks are purged: {', '.join(ids)}")
    unused_since, last = _unused_since(context, min(before, now - UNUSED)), 0
    while found := _unused_templates(context, unused_since, last):
        templates += _purge_templates(context, found, unused_since)
        last = found[-1]
        report(f"{templates} templates are purged, up to id {last}")
    return Purged(stacks, templates, services)


@retried
def _services(context: Context, before: datetime.datetime) -> int:
    with context.database.writer(context):
        return rows(context.connection.execute(sa.delete(SERVICE).where(SERVICE.c.deleted_at < before)))


@retried
def _stacks(context: Context, before: datetime.datetime, project: str | None, limit: int) -> list[str]:
    """Remove a batch of stacks."""
    conditions = [STACK.c.deleted_at < before, *([STACK.c.tenant == project] if project is not None else [])]
    wanted = sa.select(STACK.c.id).where(*conditions).order_by(STACK.c.deleted_at, STACK.c.id).limit(limit)
    with context.database.writer(context):
        ids = [row.id for row in context.connection.execute(wanted)]
        remove(context, ids)
    return ids


@writer
def remove(context: Context, stack_ids: Sequence[str]) -> None:
    """Remove stacks in any state with all their rows, with one statement for each table."""
    for table in OF_STACKS if stack_ids else ():
        context.connection.execute(sa.delete(table).where(table.c.stack_id.in_(stack_ids)))
    if stack_ids:
        context.connection.execute(sa.delete(STACK).where(STACK.c.id.in_(stack_ids)))


@retried
def _unused_since(context: Context, before: datetime.datetime) -> datetime.datetime:
    """Return the moment since which a template must have been unused to be removed."""
    began = sa.func.coalesce(STACK.c.updated_at, STACK.c.created_at)
    statement = sa.select(sa.func.min(began)).where(STACK.c.status == Status.IN_PROGRESS)
    with context.database.reader(context):
        oldest: datetime.datetime | None = context.connection.execute(statement).scalar()
    return before - TOUCHED_AFTER if oldest is None else min(before, oldest) - TOUCHED_AFTER


def _is_unused(since: datetime.datetime) -> Sequence[sa.ColumnElement[bool]]:
    referring = (STACK.c.raw_template_id, STACK.c.prev_raw_template_id, models.resource.c.current_template_id)
    used = sa.func.coalesce(TEMPLATE.c.updated_at, TEMPLATE.c.created_at)
    return [used < since, *(~sa.exists().where(column == TEMPLATE.c.id) for column in referring)]


@retried
def _unused_templates(context: Context, since: datetime.datetime, last: int) -> list[int]:
    statement = sa.select(TEMPLATE.c.id).where(TEMPLATE.c.id > last, *_is_unused(since)).order_by(TEMPLATE.c.id)
    with context.database.reader(context):
        return [row.id for row in context.connection.execute(statement.limit(TEMPLATES_AT_A_TIME))]


@retried
def _purge_templates(context: Context, ids: Sequence[int], since: datetime.datetime) -> int:
    """Remove the templates that are still unused. Templates that were found again meanwhile stay."""
    statement: Any = sa.delete(TEMPLATE).where(TEMPLATE.c.id.in_(list(ids)), *_is_unused(since))
    with context.database.writer(context):
        return rows(context.connection.execute(statement))
