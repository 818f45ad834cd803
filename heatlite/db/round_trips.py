"""Round trips that nothing needs: a ROLLBACK after each COMMIT, which SQLAlchemy sends by default. (Of
PostgreSQL's driver it needs none: that knows by itself whether a transaction is open.)

On its way back into the pool a connection is rolled back only where anything is open. Whether it is still there is
asked as it comes out, each time: else a restart of the server would be told to whoever comes next.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, pool

IN_TRANSACTION = 1
"""The bit of MySQL's server status, as of its last answer to a write, COMMIT or ROLLBACK."""
OPEN = "is_open"


def spare(engine: sa.Engine) -> None:
    """Have an engine for MariaDB or MySQL do without them. Called before anything is in its pool."""
    engine.pool._reset_on_return = pool.base.reset_none
    event.listen(engine, "begin", lambda connection: _note(connection, is_open=True))
    for ends in ("commit", "rollback"):
        event.listen(engine, ends, lambda connection: _note(connection, is_open=False))
    event.listen(engine, "reset", _reset)


def _note(connection: sa.Connection, *, is_open: bool) -> None:
    if not connection.invalidated:  # of one that broke there is nothing to note, and asking would raise
        connection.info[OPEN] = is_open


def _reset(connection: Any, record: pool.ConnectionPoolEntry, state: Any) -> None:
    if state.terminate_only or state.transaction_was_reset:
        return
    if record.info.get(OPEN, True) or connection.server_status & IN_TRANSACTION:
        connection.rollback()
    record.info[OPEN] = True  # whoever uses it without SQLAlchemy's knowledge leaves it open
