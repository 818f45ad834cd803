"""The schema's history in alembic: the only way to a schema, also for tests and the embedded engine.

The revisions are read without alembic, which takes longer to import than this: every start needs them, and only few
bring a schema up to date. Each file in ``alembic/versions`` names its own revision and the one before.
"""

from __future__ import annotations

import functools
import pathlib
import re
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = pathlib.Path(__file__).parent / "alembic"
DECLARATION = re.compile(r'^(revision|down_revision) = "(\w+)"$', re.MULTILINE)
TABLE = sa.table("alembic_version", sa.column("version_num"))


@functools.cache
def _followed() -> dict[str, str | None]:
    """Map each revision to the one before it."""
    declared = [dict(DECLARATION.findall(path.read_text())) for path in SCRIPTS.glob("versions/*.py")]
    return {it["revision"]: it.get("down_revision") for it in declared}


def latest() -> str:
    """Return the revision that this heatlite works with."""
    (newest,) = _followed().keys() - _followed().values()
    return newest


def history() -> frozenset[str]:
    """Return every revision that this heatlite knows."""
    return frozenset(_followed())


def version(engine: sa.Engine) -> str | None:
    """Return the revision of a database, or None if it never had one."""
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table(TABLE.name):
            return None
        return connection.execute(sa.select(TABLE.c.version_num)).scalar_one_or_none()


def _alembic(engine: sa.Engine | None = None) -> Config:
    from alembic import config

    settings = config.Config()
    settings.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    settings.attributes["engine"] = engine
    return settings


def sync(engine: sa.Engine, revision: str = "head") -> None:
    """Bring a database to a revision."""
    from alembic import command

    command.upgrade(_alembic(engine), revision)
