"""What an engine sees of the store: ``Database`` as heatlite.db.api has it, over simulated transactions.

The outermost ``reader`` or ``writer`` on a context begins a transaction; inner ones join it. ``Line`` is the way to the
server, on which every statement and commit may be delayed, refused or lost: a scheduler's business, not the store's.
"""

from __future__ import annotations

from types import SimpleNamespace, TracebackType
from typing import Any, Protocol

from heatlite.db.crypt import Vault
from heatlite.db.records import PlannedRows
from tests.simulator.store.plans import Result
from tests.simulator.store.store import Store
from tests.simulator.store.transaction import Transaction


class Line(Protocol):
    """What happens between a process and its server."""

    def before_statement(self, transaction: Transaction) -> None:
        """May take time, or raise what the server or the network would."""

    def before_commit(self, transaction: Transaction) -> None:
        """The same, before a commit; nothing is committed where it raises."""

    def after_commit(self, transaction: Transaction) -> None:
        """The same, when it is done: an error here is an acknowledgement that was lost."""


class Connection:
    """A connection within one transaction."""

    def __init__(self, transaction: Transaction, line: Line) -> None:
        self._transaction = transaction
        self._line = line

    def execute(self, statement: Any, parameters: Any = None) -> Result:
        """Run a statement of SQLAlchemy's, or a plan."""
        self._line.before_statement(self._transaction)
        return self._transaction.execute(self._transaction.store.plan(statement, parameters))


class SimulatedDatabase:
    """One process's door to the store."""

    vault = Vault()
    notifies = False

    def __init__(self, store: Store, line: Line) -> None:
        self._store = store
        self._line = line
        self._open: dict[Transaction, None] = {}
        self.planned = PlannedRows()

    def reader(self, context: Any) -> Scope:
        return Scope(self, context, writes=False)

    def lagging_reader(self, context: Any) -> Scope:
        return Scope(self, context, writes=False)

    def writer(self, context: Any) -> Scope:
        return Scope(self, context, writes=True)

    def begin(self) -> Connection:
        """A connection with a transaction of its own."""
        transaction = self._store.begin()
        self._open[transaction] = None
        return Connection(transaction, self._line)

    def commit(self, connection: Connection) -> None:
        """End it well; a commit that fails leaves nothing."""
        transaction = connection._transaction
        try:
            self._line.before_commit(transaction)
            transaction.commit()
            self._line.after_commit(transaction)
        finally:
            self.rollback(connection)

    def rollback(self, connection: Connection) -> None:
        """End it as if nothing had been; of no effect after a commit."""
        connection._transaction.rollback()
        self._open.pop(connection._transaction, None)

    def cut(self) -> None:
        """The process is dead: the server notices, and undoes what was open."""
        for transaction in self._open:
            transaction.rollback()
        self._open.clear()


class Scope:
    """``with database.writer(context)``: a transaction, or a part in the one that the context is in."""

    __slots__ = ("_connection", "_context", "_database", "_writes")

    def __init__(self, database: SimulatedDatabase, context: Any, *, writes: bool) -> None:
        self._database = database
        self._context = context
        self._writes = writes
        self._connection: Connection | None = None

    def __enter__(self) -> Connection:
        facade = self._context.__dict__.get("_enginefacade_context")
        if facade is not None:
            if self._writes and not facade.current.writes:
                raise TypeError("Can't upgrade a READER transaction to a WRITER mid-transaction")
            connection: Connection = facade.current.connection
            return connection
        self._connection = self._database.begin()
        current = SimpleNamespace(connection=self._connection, writes=self._writes)
        self._context._enginefacade_context = SimpleNamespace(current=current)
        return self._connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is None:
            return
        del self._context._enginefacade_context
        if kind is None and self._writes:
            self._database.commit(self._connection)
        else:
            self._database.rollback(self._connection)
