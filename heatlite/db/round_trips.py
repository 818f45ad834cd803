"""Round trips to the server that nothing needs.

::

    checkout   ping, where the connection has lain idle for so long that the server may have been restarted meanwhile;
               one that breaks while it is in use is noticed by its next statement
    checkin    ROLLBACK, where anything is open; by default SQLAlchemy sends one after each COMMIT as well
"""

from __future__ import annotations

import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, pool

IDLE = 1.0
"""Seconds after which a connection is asked whether it is still there."""
IN_TRANSACTION = 1
"""The bit of MySQL's server status, as of its last answer to a write, COMMIT or ROLLBACK."""
USED, OPEN = "used_at", "is_open"


def spare(engine: sa.Engine) -> None:
    """Have an engine for a database server do without them. Called before anything is in its pool."""
    engine.pool._pre_ping = False
    event.listen(engine, "checkin", lambda connection, record: record.info.update({USED: time.monotonic()}))
    event.listen(engine, "checkout", lambda connection, record, proxy: _ping(engine, connection, record))
    if engine.dialect.name in ("mysql", "mariadb"):
        engine.pool._reset_on_return = pool.base.reset_none
        event.listen(engine, "begin", lambda connection: _note(connection, is_open=True))
        for ends in ("commit", "rollback"):
            event.listen(engine, ends, lambda connection: _note(connection, is_open=False))
        event.listen(engine, "reset", _reset)


def _note(connection: sa.Connection, *, is_open: bool) -> None:
    if not connection.invalidated:  # of one that broke there is nothing to note, and asking would raise
        connection.info[OPEN] = is_open


def _ping(engine: sa.Engine, connection: Any, record: pool.ConnectionPoolEntry) -> None:
    """:raises DisconnectionError: where it is dead; the pool then makes another, and tries that"""
    used_at = record.info.get(USED)
    if used_at is None or time.monotonic() - used_at < IDLE:
        return
    try:
        engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as error:
        raise sa.exc.DisconnectionError from error


def _reset(connection: Any, record: pool.ConnectionPoolEntry, state: Any) -> None:
    if state.terminate_only or state.transaction_was_reset:
        return
    if record.info.get(OPEN, True) or connection.server_status & IN_TRANSACTION:
        connection.rollback()
    record.info[OPEN] = True  # whoever uses it without SQLAlchemy's knowledge leaves it open
