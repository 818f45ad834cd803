"""Omission of needless round trips on MariaDB and MySQL: by default SQLAlchemy sends a ROLLBACK after each COMMIT.

PostgreSQL's driver needs no such care: it knows itself whether a transaction is open.

A connection that returns to the pool is rolled back only if a transaction is open. A connection is tested each time it
leaves the pool. Otherwise its next user would meet the error of a server restart.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, pool

IN_TRANSACTION = 1
"""The bit of MySQL's server status in the latest answer to a write, COMMIT or ROLLBACK."""
OPEN = "is_open"


def spare(engine: sa.Engine) -> None:
    """Omit the needless round trips of an engine for MariaDB or MySQL. Call it while the engine's pool is empty."""
    engine.pool._reset_on_return = pool.base.reset_none
    event.listen(engine, "begin", lambda connection: _note(connection, is_open=True))
    for ends in ("commit", "rollback"):
        event.listen(engine, ends, lambda connection: _note(connection, is_open=False))
    event.listen(engine, "reset", _reset)


def _note(connection: sa.Connection, *, is_open: bool) -> None:
    if not connection.invalidated:  # a broken connection has no state to record, and reading its info would raise
        connection.info[OPEN] = is_open


def _reset(connection: Any, record: pool.ConnectionPoolEntry, state: Any) -> None:
    if state.terminate_only or state.transaction_was_reset:
        return
    if record.info.get(OPEN, True) or connection.server_status & IN_TRANSACTION:
        connection.rollback()
    record.info[OPEN] = True  # a user that bypasses SQLAlchemy leaves it open
