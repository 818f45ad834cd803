"""The real servers: reachable as their URLs say, private, durable through a kill, and exact in what they count."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
from typing import Any

import kombu
import psutil
import pytest
import sqlalchemy

from tests.servers import MariaDB, PostgreSQL, RabbitMQ, Server
from tests.waiting import PATIENCE, wait_until

ROOT = pathlib.Path(__file__).parent.parent.parent


def scalar(url: str, statement: str) -> Any:
    """Run one statement over a connection of its own, and commit it."""
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        result = connection.execute(sqlalchemy.text(statement))
        return result.scalar() if result.returns_rows else None


def publish(url: str, count: int) -> None:
    """Publish messages to a new queue, each confirmed by the broker."""
    address = url.replace("rabbit://", "amqp://")
    with kombu.Connection(address, transport_options={"confirm_publish": True}) as connection:
        queue = connection.SimpleQueue("words")
        for number in range(count):
            queue.put({"number": number})
        queue.close()


def listening(pids: set[int]) -> list[Any]:
    """The addresses on which these processes accept TCP connections."""
    connections = psutil.net_connections("tcp")
    return [each.laddr for each in connections if each.pid in pids and each.status == psutil.CONN_LISTEN]


@pytest.fixture(params=["mariadb", "postgresql"])
def database_server(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["mariadb", "postgresql", "rabbitmq"])
def server(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def test_each_fresh_database_is_empty_and_apart_from_the_others(database_server: Any) -> None:
    first, second = database_server.fresh_database(), database_server.fresh_database()
    scalar(first, "CREATE TABLE stack (name VARCHAR(20))")
    scalar(second, "CREATE TABLE stack (name VARCHAR(20))")
    scalar(first, "INSERT INTO stack VALUES ('web')")
    assert scalar(first, "SELECT count(*) FROM stack") == 1
    assert scalar(second, "SELECT count(*) FROM stack") == 0


def test_a_database_keeps_characters_of_four_bytes(database_server: Any) -> None:
    url = database_server.fresh_database()
    scalar(url, "CREATE TABLE stack (name VARCHAR(20))")
    scalar(url, "INSERT INTO stack VALUES ('\U0001f525')")
    assert scalar(url, "SELECT name FROM stack") == "\U0001f525"


def test_what_a_database_committed_outlives_its_kill(database_server: Any) -> None:
    url = database_server.fresh_database()
    scalar(url, "CREATE TABLE stack (name VARCHAR(20))")
    scalar(url, "INSERT INTO stack VALUES ('web')")
    with database_server.down(), pytest.raises(sqlalchemy.exc.OperationalError):
        scalar(url, "SELECT 1")
    assert scalar(url, "SELECT name FROM stack") == "web"
    assert scalar(database_server.fresh_database(), "SELECT 1") == 1


def test_mariadb_is_durable(mariadb: MariaDB) -> None:
    assert scalar(mariadb.url, "SELECT @@innodb_flush_log_at_trx_commit") == 1


def test_postgresql_is_durable(postgresql: PostgreSQL) -> None:
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert scalar(postgresql.url, f"SHOW {setting}") == "on"


def test_counting_mariadb_statements_does_not_count(mariadb: MariaDB) -> None:
    before = mariadb.statement_counts()
    mariadb.fresh_database()
    assert mariadb.statement_counts() == before


def test_mariadb_counts_the_statements_that_clients_send(mariadb: MariaDB) -> None:
    url = mariadb.fresh_database()
    scalar(url, "CREATE TABLE stack (name VARCHAR(20))")
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        before = mariadb.statement_counts()
        for number in range(7):
            connection.execute(sqlalchemy.text(f"INSERT INTO stack VALUES ('{number}')"))
        connection.execute(sqlalchemy.text("SELECT * FROM stack"))
        connection.commit()
        after = mariadb.statement_counts()
    engine.dispose()
    changed = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert changed == {"Questions": 9, "Com_insert": 7, "Com_select": 1, "Com_commit": 1}


def test_rabbitmq_counts_each_confirmed_message_at_once(rabbitmq: RabbitMQ) -> None:
    url = rabbitmq.bare_vhost()
    for count in (1, 250):
        before = rabbitmq.messages_published()
        publish(url, count)
        assert rabbitmq.messages_published() - before == count


def test_each_fresh_vhost_is_apart_from_the_others(rabbitmq: RabbitMQ) -> None:
    first, second = rabbitmq.bare_vhost(), rabbitmq.bare_vhost()
    publish(first, 3)
    for url, expected in ((first, 3), (second, 0)):
        with kombu.Connection(url.replace("rabbit://", "amqp://")) as connection:
            assert connection.SimpleQueue("words").qsize() == expected


@pytest.mark.slow
def test_rabbitmq_comes_back_from_a_kill_at_the_same_address(rabbitmq: RabbitMQ) -> None:
    url = rabbitmq.bare_vhost()
    publish(url, 1)
    with rabbitmq.down(), pytest.raises(kombu.exceptions.OperationalError, match="refused"):
        publish(url, 1)
    publish(url, 1)
    assert rabbitmq.messages_published() == 1


def test_a_server_runs_unprivileged_and_listens_on_the_loopback_only(server: Server) -> None:
    process = psutil.Process(server.pid)
    family = {process, *process.children(recursive=True)}
    assert all(each.uids().effective != 0 for each in family)
    siblings = {each for each in psutil.Process().children(recursive=True) if each.name() == "epmd"}
    for address in listening({each.pid for each in family | siblings}):
        assert address.ip in ("127.0.0.1", "::1")


def test_a_server_ends_with_the_run_that_started_it_even_when_that_is_killed(database_server: Any) -> None:
    kind = type(database_server).__name__
    program = (
        f"import tests.servers as s; x = s.{kind}(); x.start(); print(x.pid, x.driver.tempdir, flush=True); input()"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True
    )
    assert run.stdout is not None
    pid, directory = run.stdout.readline().split()
    orphans = [psutil.Process(int(pid)), *guards_of(run.pid)]
    run.kill()
    run.communicate()
    _, running = psutil.wait_procs(orphans, timeout=PATIENCE)
    assert all(process.status() == psutil.STATUS_ZOMBIE for process in running)  # where init reaps nothing
    wait_until(lambda: not os.path.exists(directory), PATIENCE, "the server's directory to go")


def guards_of(pid: int) -> list[psutil.Process]:
    """The shells that wait for this process to end."""
    return [child for child in psutil.Process(pid).children() if "guard" in child.cmdline()]
