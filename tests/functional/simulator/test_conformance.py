"""The simulated store does what MariaDB and PostgreSQL do, as far as heatlite's transactions can tell.

The same scripts on both: who waits, what is re-evaluated, what is seen, how many rows there were.
"""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from heatlite.context import EngineContext
from heatlite.db import migration, models
from heatlite.db.api import Database, Settings
from tests.functional.simulator.scripts import SCRIPTS, Script, fill
from tests.functional.simulator.sessions import RealSessions, SimulatedSessions, sorted_out
from tests.simulator.store.transaction import Flavour

SERVERS = {"postgresql": Flavour.POSTGRESQL, "mariadb": Flavour.INNODB}


@pytest.fixture(scope="module", params=sorted(SERVERS))
def migrated(request: pytest.FixtureRequest) -> Any:
    database = Database(Settings(connection=request.getfixturevalue(request.param).fresh_database()))
    migration.sync(database.engine)
    yield request.param, database
    database.dispose()


@pytest.fixture
def filled(migrated: tuple[str, Database]) -> tuple[Flavour, Database]:
    server, database = migrated
    context: Any = EngineContext(database)
    with database.writer(context) as connection:
        for table in reversed(models.metadata.sorted_tables):
            connection.execute(sa.delete(table))
        fill(connection)
    return SERVERS[server], database


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name.replace(" ", "-"))
def test_a_script_ends_on_the_simulated_store_as_on_the_server(script: Script, filled: Any) -> None:
    flavour, database = filled
    real = RealSessions(database).play(script)
    simulated = SimulatedSessions(flavour).play(script)
    assert sorted_out(script, simulated) == sorted_out(script, real)
