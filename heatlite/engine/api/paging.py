"""The order of a list, and the place in it where the next page begins.

    ORDER BY k, id          the id makes the order total, so that no row is shown twice or left out
    WHERE k > m.k OR (k = m.k AND id > m.id)          m: the marker, the last row of the page before

A time that may be NULL is sorted by two terms, "is it known" and its value. Databases disagree on the order of NULL;
here it comes before every time, as on MariaDB and so in Heat.

If an index has the list's order, reading a page costs only the page's own rows. To make the database use that index,
the query states two redundant facts: columns that are NULL in the whole list come first in ORDER BY, and the first
column alone is compared with the marker, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa

from heatlite.db.index_order import Null
from heatlite.engine.api.arguments import invalid, whole_number
from heatlite.engine.common import reply_limits

Row = TypeVar("Row")

DIRECTIONS = {"asc": False, "desc": True}


@dataclass(frozen=True)
class Order:
    """Columns to sort by, all in one direction. The last column is unique.

    ``within`` names columns that are NULL in all rows of the list and come first in its index. ``index`` is the name of
    that index, if there is one. MariaDB needs it as a hint: otherwise it uses an index only to find the project's rows,
    and reads all of them up to the marker.
    """

    columns: tuple[sa.Column[Any], ...]
    descending: bool
    within: tuple[sa.Column[Any], ...] = ()
    index: str | None = None

    def clauses(self) -> list[sa.ColumnElement[Any]]:
        """Return the terms of ORDER BY."""
        terms = [*map(Null, self.within), *(term for column in self.columns for term in _terms(column))]
        return [term.desc() if self.descending else term.asc() for term in terms]

    def after(self, marker: object) -> sa.ColumnElement[bool]:
        """Return the condition that a row comes after the marker, a record of the same table."""
        pairs = [pair for column in self.columns for pair in _pairs(column, getattr(marker, column.name))]
        alternatives = [
            sa.and_(
                *(earlier == seen for earlier, seen in pairs[:place]),
                term < value if self.descending else term > value,
            )
            for place, (term, value) in enumerate(pairs)
        ]
        first, seen = pairs[0]
        return sa.and_(first <= seen if self.descending else first >= seen, sa.or_(*alternatives))


def _is_known(column: sa.Column[Any]) -> sa.ColumnElement[int]:
    return sa.case((column.is_(None), 0), else_=1)


def _may_be_null(column: sa.Column[Any]) -> bool:
    return column.name == "updated_at"  # created_at is always written, and a plain term lets the index sort


def _terms(column: sa.Column[Any]) -> list[sa.ColumnElement[Any]]:
    return [_is_known(column), column] if _may_be_null(column) else [column]


def _pairs(column: sa.Column[Any], value: Any) -> list[tuple[sa.ColumnElement[Any], Any]]:
    if not _may_be_null(column):
        return [(column, value)]
    known: list[tuple[sa.ColumnElement[Any], Any]] = [] if value is None else [(column, value)]
    return [(_is_known(column), int(value is not None)), *known]


def order(
    sort_keys: Any,
    sort_dir: Any,
    allowed: Mapping[str, sa.Column[Any]],
    table: sa.Table,
    by_time: sa.Column[Any] | None = None,
) -> Order:
    """Return the order that a client asks for; by default by time, the newest first. Unknown keys are ignored.

    :param allowed: the client's sort key → column
    :param by_time: the column that orders rows by time; ``created_at`` if none is given
    :raises Invalid: when the keys aren't a list of names, or the direction is neither ``asc`` nor ``desc``
    """
    keys: Sequence[Any] = [sort_keys] if isinstance(sort_keys, str) else sort_keys or []
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise invalid(f"sort_keys must be a list of names, not {sort_keys!r:.80}")
    chosen = list(dict.fromkeys(allowed[key] for key in keys if key in allowed))
    if sort_dir not in (None, "", *DIRECTIONS):
        raise invalid(f"Unknown sort direction {sort_dir!r:.40}, must be asc or desc")
    descending = DIRECTIONS[sort_dir] if sort_dir else not chosen
    newer = table.c.created_at if by_time is None else by_time
    return Order(tuple(dict.fromkeys([*(chosen or [newer]), table.c.id])), descending)


NEXT_MARKER = "next_marker"
"""Key in the last record of a list that the engine cut. Its value is the marker of the next page."""


PIECE = 1000
"""Rows that one statement of a list reads. Reasons are its longest texts, and take 40 KB at most."""


@dataclass(frozen=True)
class Page:
    """The rows that a call may show (``most``) and those that it reads (``asked``).

    When the engine's limit applies, it reads one row more than it shows, to learn whether there are more.
    """

    most: int
    asked: int

    def cut(self, found: Sequence[Row]) -> tuple[Sequence[Row], bool]:
        """Return the rows to show, and whether the engine's limit left others out."""
        return found[: self.most], len(found) > self.most


def read(
    page: Page,
    order: Order,
    fetch: Callable[[list[sa.ColumnElement[bool]], int], Sequence[Row]],
    size: Callable[[Row], int],
) -> tuple[Sequence[Row], bool]:
    """Read the rows of a page, ``PIECE`` at a time, and stop early when they are too large for one reply.

    :param fetch: returns the next rows, from further conditions and the number of rows
    :param size: returns the length of a row's longest texts, in characters
    :returns: the rows to show, and whether the engine's limits left others out
    """
    found: list[Row] = []
    while len(found) < page.asked:
        wanted = min(PIECE, page.asked - len(found))
        piece = fetch([order.after(found[-1])] if found else [], wanted)
        found += piece
        if len(piece) < wanted:
            break
        if len(found) < page.asked and sum(map(size, found)) > reply_limits.LARGEST_REPLY:
            return found, True
    return page.cut(found)


def page(wanted: Any, most: int) -> Page:
    """Return how many rows a call lists: as many as it wants, but no more than ``most``.

    :raises Invalid: when the wanted number isn't a number from 0 up
    """
    number = limit(wanted)
    return Page(most, most + 1) if number is None or number > most else Page(number, number)


def with_next_marker(listed: list[Any], marker: str) -> list[Any]:
    """Add to a list's last record the marker of the next page."""
    return [*listed[:-1], {**listed[-1], NEXT_MARKER: marker}]


def limit(value: Any) -> int | None:
    """Return how many rows a page has; None for all.

    :raises Invalid: when the value isn't a number from 0 up
    """
    return whole_number("limit", value)


def marker_id(value: Any) -> str | None:
    """Return the id of the last row of the previous page; None for the first page.

    :raises Invalid: when the value isn't text
    """
    if not value:
        return None
    if not isinstance(value, str) or "\x00" in value:
        raise invalid(f"marker must be the id of the last item seen, not {value!r:.80}")
    return value
