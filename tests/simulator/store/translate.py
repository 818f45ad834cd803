"""SQLAlchemy Core statements → plans."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.sql import operators

from tests.simulator.store.expressions import Compiler, NotUnderstood, all_of, plain
from tests.simulator.store.plans import Change, Expression, Insert, Plan, Select
from tests.simulator.store.rows import Key, Shape, Values

Shapes = Mapping[str, Shape]
Visible = Callable[[str], Iterable[Values]]


class NoRow(dict[str, Any]):
    """What an outer join has in place of a row: every column is NULL."""

    def __missing__(self, key: str) -> None:
        return None


NO_ROW = NoRow()
ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


def translate(shapes: Shapes, statement: Any, parameters: Any) -> Plan:
    """The plan of a statement with its parameters."""
    match statement.__visit_name__:
        case "select":
            return select(shapes, statement, parameters or {})
        case "insert":
            return insert(shapes, statement, parameters)
        case "update":
            return update(shapes, statement, parameters or {})
        case "delete":
            return delete(shapes, statement, parameters or {})
    raise NotUnderstood(str(statement))


def select(shapes: Shapes, statement: Any, parameters: Mapping[str, Any]) -> Select:
    columns = statement._raw_columns
    named = [column.table for column in columns if table_of(column) is not None]
    origins = statement._from_obj or tuple(dict.fromkeys(named))
    if len(origins) != 1:
        raise NotUnderstood(f"a select from {len(origins)} tables without a join: {statement}")
    joined = origins[0].__visit_name__ != "table"
    compiler = Compiler(parameters, joined=joined)
    counts = len(columns) == 1 and columns[0].__visit_name__ == "function"
    return Select(
        table=None if joined else origins[0].name,
        source=source(shapes, origins[0], compiler) if joined else None,
        where=compiler.conjunction(statement._where_criteria),
        keys=() if counts else tuple([column.key for column in columns]),
        columns=() if counts else _readers(shapes, compiler, columns, joined=joined),
        order=tuple(_order(compiler, clause) for clause in statement._order_by_clauses),
        limit=None if statement._limit_clause is None else compiler.constant(statement._limit_clause),
        counts=counts,
        only=None if joined else _only(shapes[origins[0].name], statement, compiler),
    )


READERS: dict[tuple[Any, ...], tuple[Sequence[Any], tuple[Expression, ...]]] = {}
"""What reads some columns: a few lists of them are asked for again and again. They are kept, and so their ids."""
MOST_READERS = 200


def _readers(shapes: Shapes, compiler: Compiler, columns: Sequence[Any], *, joined: bool) -> tuple[Expression, ...]:
    key = (joined, *map(id, columns))
    kept = READERS.get(key)
    if kept is not None:
        return kept[1]
    found = tuple(_read(shapes, compiler, column) for column in columns)
    of_tables = all(getattr(table_of(column), "__visit_name__", "table") == "table" for column in columns)
    if of_tables and len(READERS) < MOST_READERS:
        READERS[key] = (columns, found)
    return found


def _read(shapes: Shapes, compiler: Compiler, column: Any) -> Expression:
    value = compiler.compile(column)
    if not _is_json(shapes, column):
        return value

    def read(row: Any) -> Any:
        text = value(row)
        return None if text is None else json.loads(text)

    return read


def table_of(column: Any) -> Any:
    """The table of a column; None of a value that is read under a column's name."""
    return getattr(column, "table", None)


def _is_json(shapes: Shapes, column: Any) -> bool:
    """Whether a column holds JSON, or stands for one that does."""
    if column.__visit_name__ == "label":
        return column.element.__visit_name__ != "null" and any(column.name in shape.json for shape in shapes.values())
    shape = shapes.get(getattr(table_of(column), "name", ""))
    return shape is not None and column.name in shape.json


def _order(compiler: Compiler, clause: Any) -> tuple[Expression, bool]:
    descending = getattr(clause, "modifier", None) is operators.desc_op
    return compiler.compile(clause.element if clause.__visit_name__ == "unary" else clause), descending


def source(shapes: Shapes, origin: Any, compiler: Compiler) -> Callable[[Visible], Iterable[Any]]:
    """What a FROM gives: for each row a mapping of table names to rows."""
    if origin.__visit_name__ == "table":
        name = origin.name
        return lambda visible: ({name: row} for row in visible(name))
    if origin.__visit_name__ == "subquery":
        return _subquery(shapes, origin)
    left, right = source(shapes, origin.left, compiler), source(shapes, origin.right, compiler)
    fits, missing = compiler.compile(origin.onclause), dict.fromkeys(_names(origin.right), NO_ROW)

    def joined(visible: Visible) -> Iterable[Any]:
        others = list(right(visible))
        for row in left(visible):
            found = [both for other in others if fits(both := {**row, **other})]
            yield from found or ([{**row, **missing}] if origin.isouter else [])

    return joined


def _names(origin: Any) -> list[str]:
    return [origin.name] if hasattr(origin, "name") else [*_names(origin.left), *_names(origin.right)]


def _subquery(shapes: Shapes, origin: Any) -> Callable[[Visible], Iterable[Any]]:
    selects = [select(shapes, each, {}) for each in origin.element.selects]
    name = origin.name

    def distinct(visible: Visible) -> Iterable[Any]:
        found: dict[tuple[Any, ...], None] = {}
        for each in selects:
            assert each.table is not None, "a UNION of selects from one table each"
            assert each.where is not None, "and each with a condition"
            for row in visible(each.table):
                if each.where(row):
                    found[tuple(column(row) for column in each.columns)] = None
        return ({name: dict(zip(selects[0].keys, values, strict=True))} for values in found)

    return distinct


def insert(shapes: Shapes, statement: Any, parameters: Any) -> Insert:
    shape = shapes[statement.table.name]
    given: Sequence[Mapping[str, Any]] = parameters if isinstance(parameters, list) else [parameters or {}]
    fixed = {_name(key): value.value for key, value in (statement._values or {}).items()}
    names = given[0].keys()  # as SQLAlchemy has it: the first row says which columns there are
    return Insert(shape.name, [_stored(shape, {**fixed, **{name: row[name] for name in names}}) for row in given])


def _stored(shape: Shape, values: Mapping[str, Any]) -> Values:
    return {name: _text(values.get(name)) if name in shape.json else plain(values.get(name)) for name in shape.columns}


def _text(value: Any) -> str | None:
    return None if value is None else ENCODER.encode(value)


def _name(key: Any) -> str:
    return key if isinstance(key, str) else str(key.name)


def update(shapes: Shapes, statement: Any, parameters: Mapping[str, Any]) -> Change:
    """As the servers get it: SET in the order that was asked for, or else in the order of the table's columns."""
    shape, compiler = shapes[statement.table.name], Compiler(parameters, joined=False)
    given = dict(getattr(statement, "_ordered_values", None) or statement._values)
    by_name = {_name(key): value for key, value in given.items()}
    is_ordered = getattr(statement, "_maintain_values_ordering", False) or getattr(statement, "_ordered_values", None)
    names = list(by_name) if is_ordered else [name for name in shape.columns if name in by_name]
    values = tuple((name, _written(shape, name, compiler.compile(by_name[name]))) for name in names)
    return _change(shape, statement, compiler, values)


def _written(shape: Shape, name: str, value: Expression) -> Expression:
    return (lambda row: _text(value(row))) if name in shape.json else value


def delete(shapes: Shapes, statement: Any, parameters: Mapping[str, Any]) -> Change:
    return _change(shapes[statement.table.name], statement, Compiler(parameters, joined=False), None)


def _change(
    shape: Shape, statement: Any, compiler: Compiler, values: tuple[tuple[str, Expression], ...] | None
) -> Change:
    where = [(criterion, compiler.compile(criterion)) for criterion in statement._where_criteria]
    holds = all_of([closure for _, closure in where]) if where else lambda row: True
    return Change(shape.name, holds, _access(shape, where), values, _only(shape, statement, compiler))


def _only(shape: Shape, statement: Any, compiler: Compiler) -> Key | None:
    """The primary key that WHERE asks for; None where it asks for several, or for none."""
    asked: dict[str, Any] = {}
    for criterion in statement._where_criteria:
        if criterion.__visit_name__ == "binary" and criterion.left.__visit_name__ == "column":
            name, right = criterion.left.name, criterion.right
            if name in shape.primary and right.__visit_name__ == "bindparam":
                if criterion.operator is operators.eq:
                    asked[name] = compiler.constant(right)
                elif criterion.operator is operators.in_op and len(among := compiler.constant(right)) == 1:
                    (asked[name],) = among
    return tuple([asked[name] for name in shape.primary]) if len(asked) == len(shape.primary) else None


def _access(shape: Shape, where: list[tuple[Any, Expression]]) -> Expression | None:
    """The condition that an index serves: of those, the first that the primary key or else another index has."""
    for column in shape.indexed:
        for criterion, closure in where:
            is_simple = criterion.__visit_name__ == "binary" and criterion.left.__visit_name__ == "column"
            if is_simple and criterion.left.name == column and criterion.operator in (operators.eq, operators.in_op):
                return closure
    return None
