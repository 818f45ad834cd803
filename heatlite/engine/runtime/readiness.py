"""Check whether this version of heatlite can work here: schema, secrets, other engines, resource types, broker.

``heatlite-status upgrade check`` runs every check. A starting engine checks only the schema.
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
    """The levels of oslo.upgradecheck."""

    SUCCESS = 0
    WARNING = 1
    FAILURE = 2


@dataclass(frozen=True)
class Finding:
    """The result of one check. ``details`` says what to do; None if nothing is wrong."""

    level: Level
    details: str | None = None


FINE = Finding(Level.SUCCESS)


def schema(database: Database) -> Finding:
    """Check that the database has the schema that this heatlite needs.

    A later schema is fine: an older engine ignores what a migration adds.
    """
    there, wanted = migration.version(database.engine), migration.latest()
    if there == wanted:
        return FINE
    if there is None:
        return Finding(Level.FAILURE, "the database has no schema yet: run `heatlite-manage db_sync`")
    if there not in migration.history():
        return Finding(Level.WARNING, f"the schema is {there}, which is later than this heatlite's, {wanted}")
    return Finding(Level.FAILURE, f"the schema is {there}, and must be {wanted}: run `heatlite-manage db_sync`")


def secrets(database: Database) -> Finding:
    """Check that the configured keys decrypt the stored secrets."""
    table, context = models.user_creds, EngineContext(database)
    secret = sa.or_(table.c.password.is_not(None), table.c.trust_id.is_not(None))
    statement = sa.select(table.c.password, table.c.trust_id).where(secret).order_by(table.c.id.desc())
    try:
        database.vault.check()
        with database.reader(context) as connection:
            connection.execute(statement.limit(SECRETS_TRIED)).all()
    except exception.InvalidEncryptionKey:
        return Finding(
            Level.FAILURE, "no auth_encryption_key decrypts the stored secrets: add the key that encrypted them"
        )
    except exception.ConfigurationError as error:
        return Finding(Level.FAILURE, str(error))
    return FINE


def engines(database: Database) -> Finding:
    """Check that all engines are of one version."""
    alive = [it for it in services.listed(EngineContext(database)) if it.deleted_at is None]
    others = sorted({it.version or UNKNOWN for it in alive} - {heatlite.__version__})
    if not others:
        return FINE
    where = ", ".join(sorted({it.host for it in alive if it.version != heatlite.__version__}))
    return Finding(
        Level.WARNING,
        f"engines of version {', '.join(others)} run beside {heatlite.__version__}, on {where}. They work together; "
        "restart them one after the other",
    )


def types(database: Database, registry: Registry) -> Finding:
    """Check that the type of every existing resource is installed."""
    stack, resource = models.stack, models.resource
    statement = sa.select(resource.c.type).distinct().join(stack, stack.c.id == resource.c.stack_id)
    with database.reader(EngineContext(database)) as connection:
        used = [row.type for row in connection.execute(statement.where(stack.c.deleted_at.is_(None)))]
    missing = sorted(missing_types(used, registry.names()))
    if not missing:
        return FINE
    return Finding(Level.WARNING, f"some resources are of types that aren't installed: {', '.join(missing)}")


def missing_types(used: Collection[str], installed: Collection[str]) -> Iterator[str]:
    """Return the types that no plugin serves."""
    return (name for name in used if name not in installed and not is_template(name))


def operations(database: Database) -> Finding:
    """Report how many operations run. They continue during an upgrade, but an operator may want to wait."""
    stack = models.stack
    statement = sa.select(sa.func.count()).select_from(stack).where(stack.c.status == Status.IN_PROGRESS)
    with database.reader(EngineContext(database)) as connection:
        running = connection.execute(statement).scalar_one()
    return Finding(Level.SUCCESS, f"{running} stacks are IN_PROGRESS, and will continue") if running else FINE


def broker(transport: oslo_messaging.Transport) -> Finding:
    """Check that the broker accepts the configured queues, and warn if a later version of it may not."""
    trouble = asked.examine(transport)
    if trouble is not None:
        return Finding(Level.FAILURE if trouble.is_refused else Level.WARNING, trouble.reason)
    if not asked.is_rabbit(transport) or asked.has_lasting_queues(transport):
        return FINE
    return Finding(
        Level.WARNING,
        f"{asked.version(transport)} works, with transient queues, which RabbitMQ 4 deprecates and can refuse: "
        f"set {asked.WANTED}, as doc/deployment.md says",
    )
