"""The project of a root stack in the stack users' domain. The intention is stored before the project is made.

NULL ──intend──▶ "-" ──record──▶ the project's id
"""

from __future__ import annotations

import sqlalchemy as sa

from heatlite.db import models
from heatlite.db.api import Context, reader, rows, writer

TABLE = models.stack
INTENDED = "-"
"""A project may have been made by an engine that couldn't store its id any more."""


@reader
def get(context: Context, root_id: str) -> str | None:
    """Return the project's id, INTENDED, or None when there never was one."""
    return context.connection.execute(
        sa.select(TABLE.c.stack_user_project_id).where(TABLE.c.id == root_id)
    ).scalar_one_or_none()


@reader
def is_users_of(context: Context, project_id: str, tenant: str) -> bool:
    """Tell whether a project holds the users of a live root stack of the project ``tenant``."""
    is_its = sa.and_(TABLE.c.stack_user_project_id == project_id, TABLE.c.tenant == tenant)
    is_live = sa.and_(TABLE.c.owner_id.is_(None), TABLE.c.deleted_at.is_(None))
    statement = sa.select(TABLE.c.id).where(is_its, is_live, TABLE.c.stack_user_project_id != INTENDED).limit(1)
    return context.connection.execute(statement).first() is not None


@writer
def intend(context: Context, root_id: str) -> bool:
    """Record that the project is about to be made. Return False when that is recorded already."""
    missing = sa.and_(TABLE.c.id == root_id, TABLE.c.stack_user_project_id.is_(None))
    statement = sa.update(TABLE).where(missing).values(stack_user_project_id=INTENDED)
    return rows(context.connection.execute(statement)) == 1


@writer
def record(context: Context, root_id: str, project_id: str) -> bool:
    """Record the project's id. Return False when the stack is gone."""
    alive = sa.and_(TABLE.c.id == root_id, TABLE.c.deleted_at.is_(None))
    statement = sa.update(TABLE).where(alive).values(stack_user_project_id=project_id)
    return rows(context.connection.execute(statement)) == 1
