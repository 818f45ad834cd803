"""Readiness: whether this heatlite can work with what there is: the schema, the secrets, the other engines, the types,
the broker.

``heatlite-status upgrade check`` tells all of it. An engine that starts asks for the schema alone.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import oslo_messaging
import sqlalchemy as sa

import heatlite
from heatlite import exception
from heatlite.context import EngineContext
from heatlite.convergence.model import Status
from heatlite.db import migration, models, services
from heatlite.db.api import Database
from heatlite.resources.registry import Registry
from heatlite.rpc import broker as asked
from heatlite.schema.provider import is_template

SECRETS_TRIED = 20
UNKNOWN = "before 0008"


class Level(enum.IntEnum):
    """As oslo.upgradecheck has them."""

    SUCCESS = 0
    WARNING = 1
    FAILURE = 2


@dataclass(frozen=True)
class Finding:
    """What one check found. ``details`` says what to do; nothing where all is well."""

    level: Level
    details: str | None = None


FINE = Finding(Level.SUCCESS)


def schema(database: Database) -> Finding:
    """Whether the database has the schema that this heatlite works with.

    A later one is fine: what a migration adds is nothing to an engine of before.
    """
    there, wanted = migration.version(database.engine), migration.latest()
    if there == wanted:
        return FINE
    if there is None:
        return Finding(Level.FAILURE, "the database has no schema yet: run `heatlite-manage db_sync`")
    if there not in migration.history():
        return Finding(Level.WARNING, f"the schema is {there}, which is later than this heatlite's, {wanted}")
    return Finding(Level.FAILURE, f"the schema is {there}, and has to be {wanted}: run `heatlite-manage db_sync`")


def secrets(database: Database) -> Finding:
    """Whether the configured keys open what is stored."""
    table, context = models.user_creds, EngineContext(database)
    secret = sa.or_(table.c.password.is_not(None), table.c.trust_id.is_not(None))
    statement = sa.select(table.c.password, table.c.trust_id).where(secret).order_by(table.c.id.desc())
    try:
        database.vault.check()
        with database.reader(context) as connection:
            connection.execute(statement.limit(SECRETS_TRIED)).all()
    except exception.InvalidEncryptionKey:
        return Finding(
            Level.FAILURE, "no auth_encryption_key opens what is stored: add the one that it was encrypted by"
        )
    except exception.ConfigurationError as error:
        return Finding(Level.FAILURE, str(error))
    return FINE


def engines(database: Database) -> Finding:
    """Whether all engines are of one version."""
    alive = [it for it in services.listed(EngineContext(database)) if it.deleted_at is None]
    others = sorted({it.version or UNKNOWN for it in alive} - {heatlite.__version__})
    if not others:
        return FINE
    where = ", ".join(sorted({it.host for it in alive if it.version != heatlite.__version__}))
    return Finding(
        Level.WARNING,
        f"engines of {', '.join(others)} run beside {heatlite.__version__}, on {where}: they understand one another; "
        "restart them one after the other",
    )


def types(database: Database, registry: Registry) -> Finding:
    """Whether every resource that there is has its plugin."""
    stack, resource = models.stack, models.resource
    statement = sa.select(resource.c.type).distinct().join(stack, stack.c.id == resource.c.stack_id)
    with database.reader(EngineContext(database)) as connection:
        used = [row.type for row in connection.execute(statement.where(stack.c.deleted_at.is_(None)))]
    missing = sorted(missing_types(used, registry.names()))
    if not missing:
        return FINE
    return Finding(Level.WARNING, f"resources are of types that aren't installed: {', '.join(missing)}")


def missing_types(used: Collection[str], installed: Collection[str]) -> Iterator[str]:
    """Those that no plugin serves."""
    return (name for name in used if name not in installed and not is_template(name))


def operations(database: Database) -> Finding:
    """Whether operations run. They go on over an upgrade; whoever wants to wait can."""
    stack = models.stack
    statement = sa.select(sa.func.count()).select_from(stack).where(stack.c.status == Status.IN_PROGRESS)
    with database.reader(EngineContext(database)) as connection:
        running = connection.execute(statement).scalar_one()
    return Finding(Level.SUCCESS, f"{running} stacks are IN_PROGRESS, and go on") if running else FINE


def broker(transport: oslo_messaging.Transport) -> Finding:
    """Whether the broker can serve with the queues that are configured, and whether later ones will."""
    trouble = asked.examine(transport)
    if trouble is not None:
        return Finding(Level.FAILURE if trouble.is_refused else Level.WARNING, trouble.reason)
    if not asked.is_rabbit(transport) or asked.has_lasting_queues(transport):
        return FINE
    return Finding(
        Level.WARNING,
        f"{asked.version(transport)} serves, with transient queues, which RabbitMQ 4 calls deprecated and can deny: "
        f"set {asked.WANTED}, as doc/deployment.md says",
    )
