"""What operators and accidents do to a database server and to a broker, beside ending them: each a block, or a moment.

They go past the proxies: a server that is being broken has to hear of it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import sqlalchemy as sa

from heatlite.db import models
from tests.servers.mariadb import MariaDB
from tests.servers.proxied import Proxied, take_powers
from tests.servers.proxy import COMMITS, Loss
from tests.waiting import PATIENCE, wait_until

NODE = "pifpaf@localhost"
SESSIONS_OF_MARIADB = "SELECT id FROM information_schema.processlist WHERE db = DATABASE()"
SESSIONS_OF_POSTGRESQL = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
LOCKS = [sa.select(table).with_for_update() for table in (models.resource, models.sync_point, models.stack)]
"""What takes all rows of these tables, in the opposite of the engines' order."""
MOMENT = 0.3


@contextlib.contextmanager
def connected(proxied: Proxied) -> Iterator[sa.Connection]:
    """A connection with the powers of an administrator; each statement is a transaction."""
    engine = sa.create_engine(proxied.direct, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection


@contextlib.contextmanager
def read_only(proxied: Proxied) -> Iterator[None]:
    """A block in which the database takes no writes, as a primary that is being replaced."""
    if isinstance(proxied.database, MariaDB):
        take_powers(proxied.direct)  # a restart gives them back
        kill_sessions(proxied)
    _set_read_only(proxied, "on")
    try:
        yield
    finally:
        _set_read_only(proxied, "off")


def _set_read_only(proxied: Proxied, to: str) -> None:
    with connected(proxied) as connection:
        if isinstance(proxied.database, MariaDB):
            connection.exec_driver_sql(f"SET GLOBAL read_only = {to}")
            return
        connection.exec_driver_sql(f"ALTER SYSTEM SET default_transaction_read_only = {to}")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
        # Each session reads the new file when it is told, and not before its statement ends.
        shown = lambda: connection.exec_driver_sql("SHOW default_transaction_read_only").scalar_one()  # noqa: E731
        wait_until(lambda: shown() == to, PATIENCE, f"PostgreSQL to have read_only {to}")


def kill_sessions(proxied: Proxied) -> int:
    """Have the server end every session of an engine, in mid-transaction or not; returns how many there were."""
    is_mariadb = isinstance(proxied.database, MariaDB)
    with connected(proxied) as connection:
        listed = connection.exec_driver_sql(SESSIONS_OF_MARIADB if is_mariadb else SESSIONS_OF_POSTGRESQL)
        own = connection.exec_driver_sql("SELECT connection_id()" if is_mariadb else "SELECT pg_backend_pid()")
        sessions = {row[0] for row in listed} - {own.scalar_one()}
        for session in sessions:
            with contextlib.suppress(sa.exc.DBAPIError):  # it has ended by itself
                connection.exec_driver_sql(
                    f"KILL {session}" if is_mariadb else f"SELECT pg_terminate_backend({session})"
                )
    return len(sessions)


def deadlock(proxied: Proxied) -> int:
    """Take the engines' rows in the opposite of their order, so that one of two that meet is undone.

    Returns how many were taken.
    """
    engine, taken = sa.create_engine(proxied.direct, poolclass=sa.NullPool), 0
    with contextlib.suppress(sa.exc.DBAPIError), engine.begin() as connection:  # or it is this one
        for statement in LOCKS:
            taken += len(connection.execute(statement).all())
            time.sleep(MOMENT)  # for others to take what comes next
    return taken


def lose_commits(proxied: Proxied, times: int) -> Loss:
    """Lose the answers to so many of the next commits, each after the server has done it."""
    dialect = sa.make_url(proxied.direct).get_backend_name()
    return proxied.proxies["database"].forget(COMMITS[dialect], times)


@contextlib.contextmanager
def application_stopped(proxied: Proxied) -> Iterator[None]:
    """A block in which the broker's node runs and its application doesn't: ``stop_app``, ``start_app``."""
    control(proxied, "stop_app")
    try:
        yield
    finally:
        control(proxied, "start_app")


@contextlib.contextmanager
def memory_alarm(proxied: Proxied) -> Iterator[None]:
    """A block in which the broker believes that it is out of memory, and blocks whoever publishes."""
    control(proxied, "set_vm_memory_high_watermark", "0.000001")
    try:
        yield
    finally:
        control(proxied, "set_vm_memory_high_watermark", "0.4")


def control(proxied: Proxied, *command: str) -> None:
    """``rabbitmqctl``: it starts an Erlang of its own, which takes a second or more."""
    proxied.broker.driver._exec(["rabbitmqctl", "-n", NODE, *command])


def delete_queues(proxied: Proxied) -> list[str]:
    """Delete every queue of the virtual host under those who consume from it; returns their names."""
    return proxied.broker.delete_queues(proxied.vhost)
