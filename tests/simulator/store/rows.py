"""Rows and the locks on them.

A row has one committed version, which everybody sees, and at most one version that its owner sees alone until it
commits. Locks come in three strengths; what may be held beside what is all that tells the servers' locks apart:

    SHARE    an INSERT holds the row that its foreign key names      beside SHARE and WRITE
    WRITE    an UPDATE that leaves unique columns alone              beside SHARE
    CHANGE   a DELETE, or an UPDATE of a unique column               beside nothing
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from heatlite.db import models

if TYPE_CHECKING:
    from tests.simulator.store.transaction import Transaction

Values = dict[str, Any]
Key = tuple[Any, ...]


class Strength(enum.IntEnum):
    """How strong a lock is."""

    SHARE = 0
    WRITE = 1
    CHANGE = 2


BESIDE = {
    Strength.SHARE: {Strength.SHARE, Strength.WRITE},
    Strength.WRITE: {Strength.SHARE},
    Strength.CHANGE: set[Strength](),
}


class Row:
    """One row. ``committed`` is None for one that isn't there for others (yet, or any more)."""

    __slots__ = ("committed", "held", "key", "owner", "table", "written")

    def __init__(self, table: Table, key: Key) -> None:
        self.table = table
        self.key = key
        self.committed: Values | None = None
        self.written: Values | None = None
        self.owner: Transaction | None = None
        self.held: dict[Transaction, Strength] = {}

    def seen_by(self, transaction: Transaction) -> Values | None:
        """The version that a transaction sees; None: no row."""
        return self.written if self.owner is transaction else self.committed

    def in_the_way(self, transaction: Transaction, strength: Strength) -> list[Transaction]:
        """Who must end before this transaction may have the lock."""
        if not self.held:
            return []
        beside = BESIDE[strength]
        return [other for other, held in self.held.items() if other is not transaction and held not in beside]


@dataclass(frozen=True)
class Shape:
    """What a table says of itself."""

    name: str
    columns: tuple[str, ...]
    json: frozenset[str]
    primary: tuple[str, ...]
    counts: bool
    unique: tuple[tuple[str, ...], ...]
    parents: tuple[tuple[str, str], ...]
    indexed: tuple[str, ...]

    @cached_property
    def unique_columns(self) -> frozenset[str]:
        return frozenset(self.primary).union(*map(frozenset, self.unique))


def shape_of(table: sa.Table) -> Shape:
    """The shape of one of heatlite's tables."""
    constraints = [tuple(c.name for c in it.columns) for it in table.constraints if isinstance(it, sa.UniqueConstraint)]
    primary = tuple(column.name for column in table.primary_key)
    return Shape(
        name=table.name,
        columns=tuple(table.c.keys()),
        json=frozenset(column.name for column in table.c if isinstance(column.type, models.Json)),
        primary=primary,
        counts=table.autoincrement_column is not None,
        unique=tuple(constraints),
        parents=tuple((key.parent.name, key.column.table.name) for key in sorted(table.foreign_keys, key=str)),
        indexed=(primary[0], *sorted(index.columns.keys()[0] for index in table.indexes)),
    )


@dataclass
class Table:
    """The rows of one table, in the order of their insertion."""

    shape: Shape
    rows: dict[Key, Row] = field(default_factory=dict)
    last_id: int = 0

    def among(self, only: Key | None) -> Iterable[Row]:
        """The row with this primary key, if there is one; None: all rows."""
        if only is None:
            return self.rows.values()
        row = self.rows.get(only)
        return () if row is None else (row,)

    def committed(self, where: Callable[[Values], bool] = lambda values: True) -> list[Values]:
        """The committed rows for which something holds: for whoever checks, not for statements."""
        return [row.committed for row in self.rows.values() if row.committed is not None and where(row.committed)]
