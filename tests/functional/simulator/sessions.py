"""Two sessions on a database, a real one or the simulated store: they do what a script says, and tell what came."""

from __future__ import annotations

import queue
import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from oslo_db import exception as db_error

from heatlite.context import EngineContext
from heatlite.db.api import Database
from tests.functional.simulator.scripts import COMMIT, ROLLBACK, Script, Step, fill
from tests.simulator.scheduler import Process, Scheduler
from tests.simulator.store.database import Connection
from tests.simulator.store.store import Store
from tests.simulator.store.transaction import Flavour, Transaction

PAUSE = 0.15
"""Seconds between two looks at who waits: within a tenth of a second InnoDB shows what it has kept."""
WAITING = {
    "postgresql": "SELECT pid FROM pg_locks WHERE NOT granted",
    "mysql": "SELECT trx_mysql_thread_id FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'",
}
WHO_AM_I = {"postgresql": "SELECT pg_backend_pid()", "mysql": "SELECT CONNECTION_ID()"}
Told = list[str]


def told_of(action: Callable[[], object]) -> str:
    """What an action came to, in words."""
    try:
        return str(action())
    except db_error.DBDeadlock:
        return "deadlock"
    except db_error.DBDuplicateEntry:
        return "duplicate"


def sorted_out(script: Script, told: Told) -> Told | Counter[str]:
    """What is to be the same everywhere: all of it, or, where which one loses is open, how many did what."""
    return Counter(line.split(": ")[-1] for line in told) if script.flips else told


class RealSessions:
    """Threads, each with a transaction on a real database. Whether a step waits for a lock is for the server to say."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._server = "postgresql" if database.engine.dialect.name == "postgresql" else "mysql"
        self._connections: dict[str, int] = {}
        """The server's number for the connection of each session's transaction."""
        self._pending: Counter[str] = Counter()
        """How many steps of a session haven't been told of."""
        self._told: queue.Queue[tuple[str, str]] = queue.Queue()
        self._steps = {name: queue.Queue[Any]() for name in "AB"}
        self._threads = [threading.Thread(target=self._session, args=(name,), daemon=True) for name in "AB"]

    def play(self, script: Script) -> Told:
        """Play a script on the database as it is."""
        for thread in self._threads:
            thread.start()
        told: Told = []
        for step in script.steps:
            told += sorted(self._answers(step.session, step.does))  # who is told first is chance where both go on
        for name in "AB":
            self._answers(name, ROLLBACK)
        for name in "AB":
            self._steps[name].put(None)
        for thread in self._threads:
            thread.join()
        return told

    def _answers(self, session: str, does: Any) -> Told:
        """What this session's step comes to, and then what others' do that go on because of it."""
        self._pending[session] += 1
        self._steps[session].put(does)
        told: Told = []
        while +self._pending:
            try:
                name, text = self._told.get(timeout=PAUSE)
            except queue.Empty:
                if self._one_waits():
                    break
            else:
                self._pending[name] -= 1
                told.append(f"{name}: {text}")
        return told if any(line.startswith(session) for line in told) else [*told, f"{session} waits"]

    def _one_waits(self) -> bool:
        """Whether the only step that isn't done waits for the other session. A circle is for the server to break."""
        numbers = [self._connections.get(name) for name in +self._pending]
        with self._database.engine.connect() as connection:
            waiting = {row[0] for row in connection.exec_driver_sql(WAITING[self._server])}
        return len(numbers) == 1 and numbers[0] in waiting

    def _session(self, name: str) -> None:
        while (does := self._steps[name].get()) is not None:
            does = self._transaction(name, does)
            self._told.put((name, does))

    def _transaction(self, name: str, does: Any) -> str:
        """Run steps in one transaction until it ends; what ended it."""
        context: Any = EngineContext(self._database)
        ending = [ROLLBACK]
        try:
            with self._database.writer(context) as connection:
                self._connections[name] = connection.exec_driver_sql(WHO_AM_I[self._server]).scalar_one()
                while does not in (COMMIT, ROLLBACK):
                    self._told.put((name, str(does(connection))))
                    does = self._steps[name].get()
                ending[0] = does
                if does == ROLLBACK:
                    raise Undone
        except Undone:
            pass
        except db_error.DBDeadlock:
            return "deadlock"
        except db_error.DBDuplicateEntry:
            return "duplicate"
        finally:
            self._connections.pop(name, None)
        return f"{ending[0]}s"


class Undone(Exception):
    """Leaves a transaction without a commit."""


class SimulatedSessions:
    """Tasks, each with a transaction on the simulated store."""

    def __init__(self, flavour: Flavour) -> None:
        self._scheduler = Scheduler(random.Random(0))
        self._store = Store(flavour, wait_for=self._wait_for)
        self._process = Process("sessions")
        self._open: dict[str, Transaction] = {}
        self._told: Told = []
        filling = self._store.begin()
        fill(Connection(filling, Straight()))
        filling.commit()

    def _wait_for(self, transaction: Transaction, others: Sequence[Transaction]) -> None:
        task = self._scheduler.current
        assert task is not None, "steps run in tasks"
        others[0].waiters.append(lambda: self._scheduler.wake(task))
        self._scheduler.park()

    def play(self, script: Script) -> Told:
        """Play a script on a fresh store."""
        for step in script.steps:
            before = len(self._told)
            self._scheduler.spawn(self._process, step.session, lambda step=step: self._run(step))
            self._scheduler.run(lambda: True, 1.0)
            if not any(line.startswith(step.session) for line in self._told[before:]):
                self._told.append(f"{step.session} waits")
            self._told[before:] = sorted(self._told[before:])
        return self._told

    def _run(self, step: Step) -> None:
        transaction = self._open.get(step.session)
        if transaction is None:
            transaction = self._open[step.session] = self._store.begin()
        if isinstance(step.does, str):
            del self._open[step.session]
            transaction.commit() if step.does == COMMIT else transaction.rollback()
            self._tell(step.session, f"{step.does}s")
            return
        does = step.does
        text = told_of(lambda: does(Connection(transaction, Straight())))
        if text in ("deadlock", "duplicate"):
            transaction.rollback()
            del self._open[step.session]
        self._tell(step.session, text)

    def _tell(self, session: str, text: str) -> None:
        self._told.append(f"{session}: {text}")


class Straight:
    """A line on which nothing happens."""

    def before_statement(self, transaction: Transaction) -> None:
        """Nothing."""

    def before_commit(self, transaction: Transaction) -> None:
        """Nothing."""

    def after_commit(self, transaction: Transaction) -> None:
        """Nothing."""
