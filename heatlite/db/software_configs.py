"""Software configs: instructions for servers. A config never changes; a new version is a new config."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from heatlite.db import lengths
from heatlite.db.api import Context, reader, rows, writer
from heatlite.db.software_models import software_config as TABLE
from heatlite.db.software_models import software_deployment


@dataclass(frozen=True, slots=True)
class ConfigRecord:
    """A row of ``software_config``. Its ``config`` holds ``config``, ``inputs``, ``outputs`` and ``options``.

    In a list ``config`` is empty.
    """

    id: str
    name: str | None
    group: str | None
    config: dict[str, Any]
    tenant: str
    created_at: datetime.datetime | None


SELECT = sa.select(*(TABLE.c[name] for name in ConfigRecord.__dataclass_fields__))
LIGHT = sa.select(*(TABLE.c[name] for name in ConfigRecord.__dataclass_fields__ if name != "config"))


@writer
def insert(context: Context, values: Mapping[str, Any]) -> None:
    """Insert a config."""
    context.connection.execute(sa.insert(TABLE).values(**values))


@reader
def get(context: Context, config_id: str) -> ConfigRecord | None:
    """Return one config of any project. The comparison of ids is exact, also on MariaDB."""
    row = context.connection.execute(SELECT.where(TABLE.c.id == config_id)).one_or_none()
    return None if row is None or row.id != config_id else ConfigRecord(**row._mapping)


@reader
def listed(
    context: Context, conditions: Sequence[Any], order: Sequence[Any], limit: int | None = None
) -> list[ConfigRecord]:
    """List the configs that meet the conditions, without their contents."""
    statement = LIGHT.where(*conditions).order_by(*order).limit(limit)
    return [ConfigRecord(**row._mapping, config={}) for row in context.connection.execute(statement)]


@reader
def of_ids(context: Context, ids: Collection[str]) -> list[ConfigRecord]:
    """Return these configs with their contents, in the order of their names."""
    statement = SELECT.where(TABLE.c.id.in_(sorted(ids))).order_by(TABLE.c.name, TABLE.c.id)
    return [ConfigRecord(**row._mapping) for row in context.connection.execute(statement)]


@reader
def bytes_of(context: Context, ids: Collection[str]) -> int:
    """Return the bytes that these configs hold together, as they are stored."""
    return lengths.total(context, (TABLE.c.config,), TABLE.c.id.in_(sorted(ids)))


@reader
def count(context: Context, tenant: str | None) -> int:
    """Count the configs of a project; None counts all."""
    statement = sa.select(sa.func.count()).select_from(TABLE)
    conditions = [] if tenant is None else [TABLE.c.tenant == tenant]
    return int(context.connection.execute(statement.where(*conditions)).scalar_one())


@writer
def remove(context: Context, config_id: str) -> bool:
    """Delete a config. Return False when it is gone, or is deployed."""
    deployed = sa.exists().where(software_deployment.c.config_id == TABLE.c.id)
    return rows(context.connection.execute(sa.delete(TABLE).where(TABLE.c.id == config_id, ~deployed))) == 1
