"""The schema's history in alembic: the only way to a schema, also for tests and the embedded engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from heatlite.db.revisions import SCRIPTS, history, latest, version

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["history", "latest", "sync", "version"]


def _alembic(engine: sa.Engine | None = None) -> Config:
    from alembic import config  # most processes find the schema up to date, and never need this import

    settings = config.Config()
    settings.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    settings.attributes["engine"] = engine
    return settings


def sync(engine: sa.Engine, revision: str = "head") -> None:
    """Bring a database to a revision."""
    from alembic import command

    command.upgrade(_alembic(engine), revision)
