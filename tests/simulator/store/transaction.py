"""One transaction of the simulated store, at READ COMMITTED.

    SELECT           the last committed version of each row, or the own one; never waits
    UPDATE, DELETE   find rows, wait for whoever holds them, look at WHERE again on what is there then
    INSERT           waits for whoever may still take or free the same unique key, and for the rows its keys name
    COMMIT           the written versions become the committed ones, in one step; waiters go on

A wait that would close a circle fails with ``DBDeadlock``, and the transaction is undone, as on the servers.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from oslo_db import exception as db_error

from tests.simulator.store.plans import Change, Insert, Plan, Result, ResultRow, Select
from tests.simulator.store.rows import Key, Row, Shape, Strength, Table, Values

if TYPE_CHECKING:
    from tests.simulator.store.store import Store


class Flavour(enum.StrEnum):
    """Whose READ COMMITTED.

    POSTGRESQL   a statement finds its rows in a snapshot of its beginning, and waits only for those that fit
    INNODB       it finds them by an index as they are now, and waits for each of those before it looks further
    """

    POSTGRESQL = "postgresql"
    INNODB = "innodb"


class Transaction:
    """One transaction. Whoever runs statements in it may be made to wait by ``store.wait_for``."""

    def __init__(self, store: Store, label: str = "") -> None:
        self.store = store
        self.label = label
        self.waits_for: list[Transaction] = []
        self.waiters: list[Callable[[], None]] = []
        self.is_over = False
        self._touched: dict[Row, None] = {}

    def execute(self, plan: Plan) -> Result:
        """Run one statement.

        :raises DBDeadlock: where waiting would never end
        :raises DBDuplicateEntry: where a unique key is taken
        """
        match plan:
            case Select():
                return self._select(plan)
            case Insert():
                return self._insert(plan)
            case Change():
                return self._change(plan)

    # queries

    def _visible(self, name: str, only: Key | None = None) -> list[Values]:
        seen = [row.written if row.owner is self else row.committed for row in self.store.tables[name].among(only)]
        return [values for values in seen if values is not None]

    def _select(self, plan: Select) -> Result:
        rows: Iterable[Any]
        if plan.table is not None:
            rows = self._visible(plan.table, plan.only)
        else:
            rows = plan.source(self._visible)  # type: ignore[misc]
        if (where := plan.where) is not None:
            rows = [row for row in rows if where(row)]
        if plan.counts:
            return Result([ResultRow(("count",), (len(list(rows)),))])
        for key, descending in reversed(plan.order):
            rows = sorted(rows, key=lambda row: _sortable(key(row)), reverse=descending)
        if plan.limit is not None:
            rows = list(rows)[: plan.limit]
        keys, columns = plan.keys, plan.columns
        return Result([ResultRow(keys, tuple([column(row) for column in columns])) for row in rows])

    # changes

    def _change(self, plan: Change) -> Result:
        table, changed = self.store.tables[plan.table], 0
        candidates = self.store.in_lock_order(self._candidates(table, plan))
        strength = self._strength(table.shape, plan)
        for row in candidates:
            self._wait_for(row, strength)
            values = row.seen_by(self)
            if values is None or not plan.where(values):
                continue
            self._write(row, strength, None if plan.values is None else self._changed(values, plan.values))
            changed += 1
        return Result(rowcount=changed)

    def _candidates(self, table: Table, plan: Change) -> list[Row]:
        rows, where, access = table.among(plan.only), plan.where, plan.access
        if self.store.flavour is Flavour.POSTGRESQL or access is None:
            return [row for row in rows if (values := row.seen_by(self)) is not None and where(values)]
        return [
            row
            for row in rows
            if ((values := row.committed) is not None and access(values))
            or ((values := row.written) is not None and access(values))
        ]

    def _strength(self, shape: Shape, plan: Change) -> Strength:
        if self.store.flavour is Flavour.INNODB or plan.values is None:
            return Strength.CHANGE
        changes_key = any(name in shape.unique_columns for name, _ in plan.values)
        return Strength.CHANGE if changes_key else Strength.WRITE

    def _changed(self, values: Values, changes: tuple[tuple[str, Callable[[Any], Any]], ...]) -> Values:
        new = dict(values)
        seen = new if self.store.flavour is Flavour.INNODB else values  # MySQL assigns from left to right
        for name, value in changes:
            new[name] = value(seen)
        return new

    def _write(self, row: Row, strength: Strength, values: Values | None) -> None:
        row.held[self] = max(strength, row.held.get(self, strength))
        row.owner, row.written = self, values
        self._touched[row] = None

    # inserts

    def _insert(self, plan: Insert) -> Result:
        table, key = self.store.tables[plan.table], ()
        for values in plan.rows:
            key = self._insert_one(table, dict(values))
        return Result(rowcount=len(plan.rows), key=key)

    def _insert_one(self, table: Table, values: Values) -> Key:
        shape = table.shape
        if shape.counts and values[shape.primary[0]] is None:
            table.last_id += 1
            values[shape.primary[0]] = table.last_id
        key = tuple(values[name] for name in shape.primary)
        for columns in (shape.primary, *shape.unique):
            self._expect_free(table, columns, tuple(values[name] for name in columns))
        for column, parent in shape.parents:
            self._share(self.store.tables[parent], values[column])
        row = table.rows.get(key)
        if row is None:
            row = table.rows[key] = Row(table, key)
        self._write(row, Strength.CHANGE, values)
        return key

    def _expect_free(self, table: Table, columns: tuple[str, ...], key: Key) -> None:
        while None not in key and (row := self._taken(table, columns, key)) is not None:
            if not row.in_the_way(self, Strength.CHANGE):
                raise db_error.DBDuplicateEntry(columns=list(columns), value=str(key))
            self._wait_for(row, Strength.CHANGE)

    def _taken(self, table: Table, columns: tuple[str, ...], key: Key) -> Row | None:
        """A row that has this unique key, or may have it when its owner is done."""
        first, part = columns[0], key[0]
        for row in table.among(key if columns == table.shape.primary else None):
            for values in (row.written,) if row.owner is self else (row.committed, row.written):
                if values is not None and values[first] == part and _has(values, columns, key):
                    return row
        return None

    def _share(self, parents: Table, key: Any) -> None:
        row = parents.rows.get((key,))
        if key is not None and row is not None and row.owner is not self:
            self._wait_for(row, Strength.SHARE)
            row.held.setdefault(self, Strength.SHARE)
            self._touched[row] = None

    # locks and ends

    def _wait_for(self, row: Row, strength: Strength) -> None:
        while others := row.in_the_way(self, strength):
            self.waits_for = others
            if self._waits_for_itself():
                self.waits_for = []
                raise db_error.DBDeadlock
            self.store.wait_for(self, others)
            self.waits_for = []

    def _waits_for_itself(self) -> bool:
        met: set[int] = set()
        following = list(self.waits_for)
        while following:
            other = following.pop()
            if other is self:
                return True
            if id(other) not in met:
                met.add(id(other))
                following += other.waits_for
        return False

    def commit(self) -> None:
        """Let everybody see what was written."""
        changes = []
        for row in self._touched:
            if row.owner is self:
                changes.append((row, row.committed, row.written))
                row.committed = row.written
        self._end()
        self.store.committed(self, changes)

    def rollback(self) -> None:
        """Undo it all."""
        if not self.is_over:
            self._end()

    def _end(self) -> None:
        self.is_over = True
        for row in self._touched:
            row.held.pop(self, None)
            if row.owner is self:
                row.owner = row.written = None
            if row.committed is None and not row.held:
                row.table.rows.pop(row.key, None)
        for wake in self.waiters:
            wake()


def _has(values: Values, columns: tuple[str, ...], key: Key) -> bool:
    return all(values[name] == part for name, part in zip(columns, key, strict=True))


def _sortable(value: Any) -> tuple[bool, Any]:
    return (value is None, value)
