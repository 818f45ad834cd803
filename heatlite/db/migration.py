"""The schema's history, in alembic: the only way to a schema, for tests and for the embedded engine too."""

from __future__ import annotations

import pathlib

import sqlalchemy as sa
from alembic import command, config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

SCRIPTS = pathlib.Path(__file__).parent / "alembic"


def _alembic(engine: sa.Engine | None = None) -> config.Config:
    settings = config.Config()
    settings.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    settings.attributes["engine"] = engine
    return settings


def latest() -> str:
    """The revision that this heatlite works with."""
    revision = ScriptDirectory.from_config(_alembic()).get_current_head()
    assert revision is not None, "a package without migrations is broken"
    return revision


def history() -> frozenset[str]:
    """Every revision that this heatlite knows."""
    return frozenset(it.revision for it in ScriptDirectory.from_config(_alembic()).walk_revisions())


def version(engine: sa.Engine) -> str | None:
    """The revision that a database is at; None if it never had one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def sync(engine: sa.Engine, revision: str = "head") -> None:
    """Bring a database to a revision."""
    command.upgrade(_alembic(engine), revision)
