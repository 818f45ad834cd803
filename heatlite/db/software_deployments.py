"""Software deployments: a config that is to be applied to a server, and its result."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from heatlite.db import lengths
from heatlite.db.api import Context, reader, rows, writer
from heatlite.db.software_models import software_deployment as TABLE

IN_PROGRESS, COMPLETE, FAILED = "IN_PROGRESS", "COMPLETE", "FAILED"


@dataclass(frozen=True, slots=True)
class DeploymentRecord:
    """A row of ``software_deployment``. The client chooses the texts of action and status, if any."""

    id: str
    config_id: str
    server_id: str
    input_values: dict[str, Any] | None
    output_values: dict[str, Any] | None
    action: str | None
    status: str | None
    status_reason: str | None
    tenant: str
    stack_user_project_id: str | None
    created_at: datetime.datetime | None
    updated_at: datetime.datetime | None

    @property
    def is_in_progress(self) -> bool:
        return self.status == IN_PROGRESS


SELECT = sa.select(*(TABLE.c[name] for name in DeploymentRecord.__dataclass_fields__))


def _of(project_id: str | None) -> list[Any]:
    """Return the condition for the deployments that a project may see; None: all of them."""
    if project_id is None:
        return []
    return [sa.or_(TABLE.c.tenant == project_id, TABLE.c.stack_user_project_id == project_id)]


def _to(project_id: str | None, server_id: str | None) -> list[Any]:
    """Return the conditions for the deployments that a project may see, to one server or to all."""
    return [*_of(project_id), *([TABLE.c.server_id == server_id] if server_id else [])]


@writer
def insert(context: Context, values: Mapping[str, Any]) -> None:
    """Insert a deployment."""
    context.connection.execute(sa.insert(TABLE).values(**values))


@reader
def get(context: Context, deployment_id: str) -> DeploymentRecord | None:
    """Return one deployment of any project."""
    row = context.connection.execute(SELECT.where(TABLE.c.id == deployment_id)).one_or_none()
    return None if row is None else DeploymentRecord(**row._mapping)


@reader
def listed(context: Context, project_id: str | None, server_id: str | None = None) -> list[DeploymentRecord]:
    """List the deployments that a project may see, to one server or to all, oldest first."""
    statement = SELECT.where(*_to(project_id, server_id)).order_by(TABLE.c.created_at, TABLE.c.id)
    return [DeploymentRecord(**row._mapping) for row in context.connection.execute(statement)]


@reader
def listed_bytes(context: Context, project_id: str | None, server_id: str | None = None) -> int:
    """Return the bytes that these deployments hold together, as they are stored."""
    values = (TABLE.c.input_values, TABLE.c.output_values, TABLE.c.status_reason)
    return lengths.total(context, values, *_to(project_id, server_id))


@reader
def config_ids(context: Context, project_id: str | None, server_id: str) -> list[str]:
    """Return the ids of the configs that deployments of a project deploy to a server, each once."""
    statement = sa.select(TABLE.c.config_id).where(*_to(project_id, server_id)).distinct()
    return [row.config_id for row in context.connection.execute(statement)]


@reader
def count(context: Context, project_id: str | None) -> int:
    """Count the deployments that a project may see; None counts all."""
    statement = sa.select(sa.func.count()).select_from(TABLE).where(*_of(project_id))
    return int(context.connection.execute(statement).scalar_one())


@writer
def update(context: Context, deployment_id: str, values: Mapping[str, Any], *, if_in_progress: bool = False) -> bool:
    """Change a deployment. Return False when it is gone or, with ``if_in_progress``, isn't in progress any more."""
    conditions = [TABLE.c.id == deployment_id]
    if if_in_progress:
        conditions.append(TABLE.c.status == IN_PROGRESS)
    return rows(context.connection.execute(sa.update(TABLE).where(*conditions).values(**values))) == 1


@writer
def remove(context: Context, deployment_id: str) -> bool:
    """Delete a deployment. Return False when it was gone."""
    return rows(context.connection.execute(sa.delete(TABLE).where(TABLE.c.id == deployment_id))) == 1
