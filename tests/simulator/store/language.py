"""As much of SQLAlchemy Core as ``heatlite.db`` speaks, with nothing behind it: for speed alone.

Half of a simulation's time would go into SQLAlchemy's checks of how expressions are put together. These stand-ins have
the attributes that ``translate`` reads and do no checks; a test holds them to telling the same stories.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import sqlalchemy
from sqlalchemy.sql import operators


class Element:
    """An expression."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> Any:
        return Binary(self, operator.eq, other)

    def __ne__(self, other: object) -> Any:
        return Binary(self, operator.ne, other)

    def __lt__(self, other: object) -> Binary:
        return Binary(self, operator.lt, other)

    def __le__(self, other: object) -> Binary:
        return Binary(self, operator.le, other)

    def __gt__(self, other: object) -> Binary:
        return Binary(self, operator.gt, other)

    def __ge__(self, other: object) -> Binary:
        return Binary(self, operator.ge, other)

    def __add__(self, other: object) -> Binary:
        return Binary(self, operators.add, other)

    def __sub__(self, other: object) -> Binary:
        return Binary(self, operators.sub, other)

    def in_(self, values: Sequence[Any] | Element) -> Binary:
        among = values if isinstance(values, Element) else Bound(list(values), expanding=True)
        return Binary(self, operators.in_op, among)

    def is_(self, other: None) -> Binary:
        return Binary(self, operators.is_, NULL)

    def is_not(self, other: None) -> Binary:
        return Binary(self, operators.is_not, NULL)

    def label(self, name: str) -> Element:
        return self

    def desc(self) -> Ordering:
        return Ordering(self, operators.desc_op)


class Column(Element):
    __slots__ = ("key", "name", "table", "type")
    __visit_name__ = "column"

    def __init__(self, name: str, table: Any, type_: Any) -> None:
        self.name = self.key = name
        self.table = table
        self.type = type_


class Bound(Element):
    __slots__ = ("expanding", "key", "required", "value")
    __visit_name__ = "bindparam"
    callable = None

    def __init__(self, value: Any, key: str = "", *, expanding: bool = False, required: bool = False) -> None:
        self.value = value
        self.key = key
        self.expanding = expanding
        self.required = required


class Binary(Element):
    __slots__ = ("left", "operator", "right")
    __visit_name__ = "binary"

    def __init__(self, left: Any, function: Callable[..., Any], right: Any) -> None:
        self.left = left
        self.operator = function
        self.right = right if isinstance(right, Element) else Bound(right)


class Clauses(Element):
    __slots__ = ("clauses", "operator")
    __visit_name__ = "expression_clauselist"

    def __init__(self, function: Callable[..., Any], clauses: Sequence[Any]) -> None:
        self.operator = function
        self.clauses = clauses


class Constant(Element):
    __slots__ = ("__visit_name__",)

    def __init__(self, visit_name: str) -> None:
        self.__visit_name__ = visit_name

    def label(self, name: str) -> Element:
        return Labelled(self, name)


class Labelled(Element):
    """A constant in place of a column, as which it is read."""

    __slots__ = ("element", "key", "name", "table")
    __visit_name__ = "label"

    def __init__(self, element: Element, name: str) -> None:
        self.element = element
        self.name = self.key = name
        self.table = None


NULL, TRUE, FALSE = Constant("null"), Constant("true"), Constant("false")


class Case(Element):
    __slots__ = ("else_", "value", "whens")
    __visit_name__ = "case"

    def __init__(self, *whens: Any, value: Any = None, else_: Any = None) -> None:
        given = list(whens[0].items()) if isinstance(whens[0], Mapping) else list(whens)
        self.whens = [(as_element(condition), as_element(result)) for condition, result in given]
        self.value = value
        self.else_ = None if else_ is None else as_element(else_)


class Ordering(Element):
    __slots__ = ("element", "modifier")
    __visit_name__ = "unary"
    operator = None

    def __init__(self, element: Any, modifier: Any) -> None:
        self.element = element
        self.modifier = modifier


class Count(Element):
    __slots__ = ()
    __visit_name__ = "function"


class Columns:
    """The columns of a table."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self.__dict__.update(columns)

    def __getitem__(self, name: str) -> Column:
        column: Column = self.__dict__[name]
        return column

    def __iter__(self) -> Iterator[Column]:
        return iter(self.__dict__.values())


class Table:
    """A table, or whatever has columns and can be selected from."""

    def __init__(self, name: str, columns: Mapping[str, Any], visit_name: str = "table", element: Any = None) -> None:
        self.name = name
        self.__visit_name__ = visit_name
        self.element = element
        self.c = Columns({column: Column(column, self, type_) for column, type_ in columns.items()})

    def join(self, right: Any, onclause: Any) -> Any:
        return SimpleNamespace(__visit_name__="join", left=self, right=right, onclause=onclause, isouter=False)

    def outerjoin(self, right: Any, onclause: Any) -> Any:
        return SimpleNamespace(__visit_name__="join", left=self, right=right, onclause=onclause, isouter=True)


class Statement:
    """A statement; each method gives another one."""

    _where_criteria: tuple[Any, ...] = ()

    def __init__(self, visit_name: str, **parts: Any) -> None:
        self.__visit_name__ = visit_name
        self.__dict__.update(parts)

    def _with(self, **parts: Any) -> Statement:
        other = object.__new__(type(self))
        other.__dict__ = {**self.__dict__, **parts}
        return other

    def where(self, *criteria: Any) -> Statement:
        return self._with(_where_criteria=(*self._where_criteria, *criteria))


class Select(Statement):
    _from_obj: tuple[Any, ...] = ()
    _order_by_clauses: tuple[Any, ...] = ()
    _limit_clause: Any = None
    _raw_columns: Sequence[Any] = ()

    def select_from(self, origin: Any) -> Statement:
        return self._with(_from_obj=(origin,))

    def order_by(self, *clauses: Any) -> Statement:
        return self._with(_order_by_clauses=clauses)

    def limit(self, count: Any) -> Statement:
        return self._with(_limit_clause=None if count is None else as_element(count))


class Change(Statement):
    _values: Mapping[str, Any] = {}

    def values(self, *given: Mapping[str, Any], **values: Any) -> Statement:
        every = {**(given[0] if given else {}), **values}
        return self._with(_values={name: as_element(value) for name, value in every.items()})

    def ordered_values(self, *pairs: tuple[Any, Any]) -> Statement:
        values = {column.name: as_element(value) for column, value in pairs}
        return self._with(_values=values, _maintain_values_ordering=True)


def as_element(value: Any) -> Any:
    return value if isinstance(value, Element) else Bound(value)


def union(*selects: Any) -> Any:
    def subquery() -> Table:
        columns = {column.name: column.type for column in selects[0]._raw_columns}
        return Table("union", columns, "subquery", SimpleNamespace(selects=selects))

    return SimpleNamespace(subquery=subquery)


def stand_in(table: sqlalchemy.Table) -> Table:
    """A table of this language from one of SQLAlchemy's."""
    return Table(table.name, {column.name: column.type for column in table.c})


LANGUAGE = SimpleNamespace(
    select=lambda *columns: Select("select", _raw_columns=columns),
    insert=lambda table: Change("insert", table=table),
    update=lambda table: Change("update", table=table),
    delete=lambda table: Change("delete", table=table),
    and_=lambda *clauses: Clauses(operators.and_, clauses),
    or_=lambda *clauses: Clauses(operators.or_, clauses),
    null=lambda: NULL,
    true=lambda: TRUE,
    false=lambda: FALSE,
    case=Case,
    literal=lambda value, type_=None: Bound(value),
    bindparam=lambda key, expanding=False: Bound(None, key, expanding=expanding, required=True),
    func=SimpleNamespace(count=Count),
    union=union,
)
"""What ``import sqlalchemy as sa`` gives ``heatlite.db``, as far as it asks."""
