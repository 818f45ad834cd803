"""Outages: an error that says that the database can't be used is told from all others; an outage is told once."""

import logging
import os
import socket
import threading

import pytest
import sqlalchemy as sa
from oslo_db import exception as db_error

from heatlite.context import EngineContext
from heatlite.db import services, vanished
from heatlite.db.api import Database
from heatlite.db.outage import CommitUnanswered, Outage, brief, is_outage, log_failure, noting_commits
from heatlite.db.settings import Settings
from tests.functional.db.build import NOW, add_engine, add_stack
from tests.servers import breakages
from tests.servers.proxied import Proxied
from tests.servers.proxy import COMMITS

QUICK = {"max_retries": 1, "retry_interval": 0, "pool_timeout": 0.1}
BROKEN = db_error.DBConnectionError(sa.exc.OperationalError("SELECT 1", {}, Exception(2013, "gone\n away")))


class Server:
    """A database behind a proxy, and an engine's way to it."""

    def __init__(self, proxied, **options):
        self.proxied = proxied
        self.database = Database(Settings(proxied.url, **{**QUICK, **options}))
        self.context = EngineContext(self.database)
        with self.database.writer(self.context) as connection:
            connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS word (text VARCHAR(20) PRIMARY KEY)")

    def write(self, word="w"):
        with self.database.writer(EngineContext(self.database)) as connection:
            connection.execute(sa.text("INSERT INTO word VALUES (:word)"), {"word": word})

    def words(self):
        with self.database.reader(EngineContext(self.database)) as connection:
            return set(connection.execute(sa.text("SELECT text FROM word")).scalars())


@pytest.fixture(params=["mariadb", "postgresql"])
def server(request, rabbitmq):
    proxied = Proxied(request.getfixturevalue(request.param), rabbitmq)
    made = Server(proxied)
    yield made
    made.database.dispose()
    proxied.close()


def fails(act, *arguments):
    """What it fails with, which has to be an outage."""
    with pytest.raises(Exception, match=r"(?s).*") as caught:
        act(*arguments)
    assert is_outage(caught.value), repr(caught.value)
    return caught.value


def test_a_server_that_is_not_reached_is_an_outage(server):
    with server.proxied.proxies["database"].away():
        fails(server.write)
        fails(server.words)
    server.write()


def test_a_server_that_was_never_reached_is_an_outage(server):
    server.database.dispose()
    other = Database(Settings(server.proxied.url, **QUICK))
    with server.proxied.proxies["database"].away():
        fails(lambda: services.leases(EngineContext(other)))
    other.dispose()


def test_a_server_that_takes_no_writes_is_an_outage_that_reads_do_not_end(server, caplog):
    caplog.set_level(logging.WARNING, "heatlite.db.outage")
    with breakages.read_only(server.proxied):
        fails(server.write)
        assert server.words() == set()
        with server.database.writer(EngineContext(server.database)) as connection:
            assert connection.execute(sa.text("SELECT count(*) FROM word")).scalar() == 0
        assert server.database.outage.is_on, "a transaction that wrote nothing shows nothing"
    with server.database.writer(EngineContext(server.database)) as connection:
        connection.execute(sa.text("UPDATE word SET text = 'x' WHERE text = 'nowhere'"))
    assert not server.database.outage.is_on
    told = [record.getMessage() for record in caplog.records if record.name == "heatlite.db.outage"]
    assert len(told) == 2, told


def test_a_session_that_is_killed_in_mid_transaction_is_an_outage(server):
    def be_killed():
        with server.database.writer(server.context) as connection:
            connection.execute(sa.text("INSERT INTO word VALUES ('lost')"))
            assert breakages.kill_sessions(server.proxied) > 0
            connection.execute(sa.text("INSERT INTO word VALUES ('too')"))

    assert not isinstance(fails(be_killed), CommitUnanswered)
    assert server.words() == set()


def test_a_commit_whose_answer_is_lost_was_done_and_says_that_it_may_have_been(server):
    with server.proxied.proxies["database"].forgets(COMMITS[server.database.engine.dialect.name]):
        assert isinstance(fails(server.write, "kept"), CommitUnanswered)
    assert server.words() == {"kept"}


def test_a_server_whose_machine_vanishes_is_noticed(server):
    """No test can take the machine away; that the kernel was told to ask after it can be seen."""
    with server.database.reader(server.context) as connection:
        raw = connection.connection.dbapi_connection
        descriptor = raw.fileno() if hasattr(raw, "fileno") else raw._sock.fileno()
        with socket.socket(fileno=os.dup(descriptor)) as end:
            assert end.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert end.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == vanished.UNANSWERED_MS
            assert end.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == vanished.IDLE
    assert server.words() == set(), "the connection is as good as before"


def test_a_pool_that_is_used_up_is_an_outage(server):
    small = Server(server.proxied, max_pool_size=1, max_overflow=0)
    with small.database.reader(small.context):
        fails(small.write)
    small.write()
    small.database.dispose()


def test_what_the_database_answers_is_none(context):
    add_stack(context)
    add_engine(context, "e1")
    with pytest.raises(db_error.DBDuplicateEntry) as caught:
        add_engine(context, "e1")
    assert not is_outage(caught.value)
    assert not is_outage(db_error.DBDeadlock())
    assert not is_outage(ValueError("readonly database"))


def test_an_outage_is_told_once_and_its_end_once(caplog):
    caplog.set_level(logging.WARNING, "heatlite.db.outage")
    now = [100.0]
    outage = Outage(monotonic=lambda: now[0])
    outage.worked(outage.moment())
    outage.notice(ValueError())
    assert caplog.messages == []
    threads = [threading.Thread(target=outage.notice, args=(BROKEN,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    now[0] += 12.5
    outage.worked(outage.moment())
    outage.worked(outage.moment())
    assert caplog.messages == [
        "The database can't be used: (2013, 'gone\\n away'). Work continues when it is back",
        "The database can be used again, after 12.5 s",
    ]


def test_a_transaction_that_began_before_a_failure_does_not_end_the_outage():
    now = [100.0]
    outage = Outage(monotonic=lambda: now[0])
    began = outage.moment()
    now[0] += 1
    outage.notice(BROKEN)
    outage.worked(began)
    assert outage.is_on
    now[0] += 1
    outage.worked(outage.moment())
    assert not outage.is_on


def test_in_an_outage_nobody_else_tells_it(caplog):
    caplog.set_level(logging.INFO)
    log_failure(logging.getLogger("engine"), BROKEN, "%d nodes can't be given back", 3)
    assert caplog.messages == []
    log_failure(logging.getLogger("engine"), ValueError("a mistake"), "%d nodes can't be given back", 3)
    assert caplog.messages == ["3 nodes can't be given back"]
    assert caplog.records[0].exc_info


def test_an_error_is_told_in_one_line_without_its_statement():
    assert brief(BROKEN) == "(2013, 'gone\\n away')"
    assert "\n" not in brief(ValueError("a\nb" * 1000))
    assert len(brief(ValueError("a\nb" * 1000))) == 200


def test_a_commit_is_noted_where_it_was_asked_for(context):
    with noting_commits() as commits:
        services.leases(context)
        assert not commits
        add_engine(context, "e1")
        assert commits
    with noting_commits() as commits:
        assert not commits
    services.renew(context, "e1", NOW)
