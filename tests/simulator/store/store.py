"""The store: every table, and what whoever runs it decides: who waits how, in which order locks are taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from heatlite.db import models
from tests.simulator.store.plans import Plan
from tests.simulator.store.rows import Row, Shape, Table, Values, shape_of
from tests.simulator.store.transaction import Flavour, Transaction
from tests.simulator.store.translate import translate

Changes = Sequence[tuple[Row, Values | None, Values | None]]
"""Rows with what they were and what they became."""


@cache
def shapes() -> dict[str, Shape]:
    """The shapes of heatlite's tables, by name."""
    return {table.name: shape_of(table) for table in models.metadata.tables.values()}


def cannot_wait(transaction: Transaction, others: Sequence[Transaction]) -> None:
    """Of a store that has one user at a time."""
    raise AssertionError("nobody else may hold anything")


class Store:
    """The simulated database server.

    :param wait_for: makes a transaction's user wait until one of these others is over
    :param in_lock_order: the order in which a statement takes its locks, which no server promises
    :param watch: told of each commit
    """

    def __init__(
        self,
        flavour: Flavour = Flavour.POSTGRESQL,
        *,
        wait_for: Callable[[Transaction, Sequence[Transaction]], None] = cannot_wait,
        in_lock_order: Callable[[list[Row]], list[Row]] = lambda rows: rows,
        watch: Callable[[Transaction, Changes], None] = lambda transaction, changes: None,
    ) -> None:
        self.flavour = flavour
        self.tables = {name: Table(shape) for name, shape in shapes().items()}
        self.wait_for = wait_for
        self.in_lock_order = in_lock_order
        self._watch = watch

    def plan(self, statement: Any, parameters: Any = None) -> Plan:
        """The plan of a statement of SQLAlchemy's."""
        return translate(shapes(), statement, parameters)

    def begin(self, label: str = "") -> Transaction:
        """A new transaction."""
        return Transaction(self, label)

    def committed(self, transaction: Transaction, changes: Changes) -> None:
        """Called by a transaction when it has committed."""
        if changes:
            self._watch(transaction, changes)
