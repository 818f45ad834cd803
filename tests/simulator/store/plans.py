"""Plans: statements as closures over rows, whatever language they were written in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.simulator.store.rows import Key, Values

Expression = Callable[[Any], Any]
"""Takes a row (in a join: table name → row) and gives a value. NULL is None, and a comparison with it is False."""
Source = Callable[[Callable[[str], Iterable[Values]]], Iterable[Any]]
"""Takes a function that gives the visible rows of a table, and gives what WHERE and columns are computed from."""


@dataclass(frozen=True)
class Select:
    """A query. ``table`` names the only table, or is None where ``source`` does the joining.

    ``only``: the primary key of the one row that can fit; None: many may
    """

    table: str | None
    source: Source | None
    where: Expression | None
    keys: tuple[str, ...]
    columns: tuple[Expression, ...]
    order: tuple[tuple[Expression, bool], ...] = ()
    limit: int | None = None
    counts: bool = False
    only: Key | None = None


@dataclass(frozen=True)
class Insert:
    """New rows; columns that aren't named are NULL."""

    table: str
    rows: Sequence[Values]


@dataclass(frozen=True)
class Change:
    """An UPDATE, or, where ``values`` is None, a DELETE.

    ``access``: what the rows that an index leads to have in common, before the rest of WHERE is looked at
    ``only``: the primary key of the one row that can fit; None: many may
    """

    table: str
    where: Expression
    access: Expression | None
    values: tuple[tuple[str, Expression], ...] | None
    only: Key | None = None


Plan = Select | Insert | Change


class ResultRow:
    """One row of a result: a sequence, with names."""

    __slots__ = ("_keys", "_values")

    def __init__(self, keys: tuple[str, ...], values: tuple[Any, ...]) -> None:
        self._keys = keys
        self._values = values

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, index: int) -> Any:
        return self._values[index]

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values[self._keys.index(name)]
        except ValueError:
            raise AttributeError(name) from None

    @property
    def _mapping(self) -> Mapping[str, Any]:
        return dict(zip(self._keys, self._values, strict=True))


class Result:
    """What a statement answers, as far as heatlite asks."""

    def __init__(self, rows: Sequence[ResultRow] = (), rowcount: int = -1, key: tuple[Any, ...] | None = None) -> None:
        self._rows = rows
        self.rowcount = rowcount
        self.inserted_primary_key = key

    def __iter__(self) -> Iterator[ResultRow]:
        return iter(self._rows)

    def all(self) -> list[ResultRow]:
        return list(self._rows)

    def first(self) -> ResultRow | None:
        return self._rows[0] if self._rows else None

    def scalar(self) -> Any:
        return self._rows[0][0] if self._rows else None

    def scalar_one(self) -> Any:
        (row,) = self._rows
        return row[0]

    def one_or_none(self) -> ResultRow | None:
        if len(self._rows) > 1:
            raise ValueError(f"{len(self._rows)} rows where at most one was expected")
        return self._rows[0] if self._rows else None
