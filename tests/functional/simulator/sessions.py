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

PATIENCE, LONG_PATIENCE = 0.4, 1.8
"""Seconds after which a step on a real server is taken to wait; PostgreSQL looks for deadlocks after one second."""
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
    """Threads, each with a transaction on a real database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._patience = PATIENCE
        self._told: queue.Queue[tuple[str, str]] = queue.Queue()
        self._steps = {name: queue.Queue[Any]() for name in "AB"}
        self._threads = [threading.Thread(target=self._session, args=(name,), daemon=True) for name in "AB"]

    def play(self, script: Script) -> Told:
        """Play a script on the database as it is."""
        for thread in self._threads:
            thread.start()
        told: Told = []
        self._patience = LONG_PATIENCE if script.flips else PATIENCE
        for step in script.steps:
            self._steps[step.session].put(step.does)
            told += sorted(self._answers(step.session))  # who is told first is chance where both go on
        for name in "AB":
            self._steps[name].put(ROLLBACK)
            self._answers(name)
            self._steps[name].put(None)
        for thread in self._threads:
            thread.join()
        return told

    def _answers(self, session: str) -> Told:
        """What this session's step came to, and then what others' did that go on because of it."""
        told, seconds = [], self._patience
        while True:
            try:
                name, text = self._told.get(timeout=seconds)
            except queue.Empty:
                return told if any(line.startswith(session) for line in told) else [*told, f"{session} waits"]
            told.append(f"{name}: {text}")
            seconds = 0.15 if name == session else self._patience

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
