"""SQLAlchemy's expressions → closures over rows.

NULL is None, and whatever is compared with it is False: the third truth value makes no difference where nothing is
negated, and heatlite negates nothing but ``IS NULL`` and ``=``.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from sqlalchemy.sql import operators

from tests.simulator.store.plans import Expression

Parameters = Mapping[str, Any]


class NotUnderstood(Exception):
    """heatlite uses a construct that the simulated store can't evaluate yet: teach it."""


def plain(value: Any) -> Any:
    """A value as a database keeps it."""
    return value.value if isinstance(value, Enum) else value


class Compiler:
    """Compiles expressions with given parameters.

    :param joined: rows come as a mapping of table names to rows
    """

    def __init__(self, parameters: Parameters, *, joined: bool) -> None:
        self._parameters = parameters
        self._joined = joined

    def compile(self, element: Any) -> Expression:
        """The closure of one expression."""
        try:
            visit = VISITORS[element.__visit_name__]
        except KeyError:
            raise NotUnderstood(f"{type(element).__name__}: {element}") from None
        return visit(self, element)

    def conjunction(self, elements: tuple[Any, ...]) -> Expression | None:
        """All of them; None where there are none."""
        return all_of([self.compile(element) for element in elements]) if elements else None

    def column(self, element: Any) -> Expression:
        name = element.name
        if self._joined:
            table = element.table.name
            return lambda rows: rows[table][name]
        return operator.itemgetter(name)

    def function(self, element: Any) -> Expression:
        """``coalesce`` of two values, and ``length``."""
        given = [self.compile(each) for each in element.clauses]
        if element.name == "length":
            return lambda row: None if (value := given[0](row)) is None else len(value)
        if element.name == "coalesce":
            first, second = given
            return lambda row: second(row) if (value := first(row)) is None else value
        raise NotUnderstood(str(element))

    def constant(self, element: Any) -> Any:
        """The value of a bound parameter."""
        if element.key in self._parameters:
            return plain(self._parameters[element.key])
        if element.callable is not None:
            return plain(element.callable())
        if element.required:
            raise NotUnderstood(f"parameter {element.key} has no value")
        return [plain(item) for item in element.value] if element.expanding else plain(element.value)

    def bound(self, element: Any) -> Expression:
        value = self.constant(element)
        return lambda row: value

    def binary(self, element: Any) -> Expression:
        left, function = self.compile(element.left), element.operator
        if function is operators.is_ or function is operators.is_not:
            return is_null(left) if function is operators.is_ else is_not_null(left)
        if function is operators.in_op:
            return is_in(left, set(self.constant(element.right)))
        if function in COMPARISONS and element.right.__visit_name__ == "bindparam":
            return compare_constant(COMPARISONS[function], left, self.constant(element.right))
        right = self.compile(element.right)
        if function in COMPARISONS:
            return compare(COMPARISONS[function], left, right)
        if function in ARITHMETIC:
            return compute(ARITHMETIC[function], left, right)
        raise NotUnderstood(str(element))

    def several(self, element: Any) -> Expression:
        parts = [self.compile(part) for part in element.clauses]
        if element.operator is operators.and_:
            return all_of(parts)
        if element.operator is operators.or_:
            return any_of(parts)
        if element.operator in ARITHMETIC:
            return functools.reduce(functools.partial(compute, ARITHMETIC[element.operator]), parts)
        raise NotUnderstood(str(element))

    def unary(self, element: Any) -> Expression:
        if element.operator not in (operators.istrue, operators.isfalse, None) and element.modifier is None:
            raise NotUnderstood(str(element))
        inner = self.compile(element.element)
        return inner if element.operator is not operators.isfalse else lambda row: not inner(row)

    def case(self, element: Any) -> Expression:
        otherwise = self.compile(element.else_) if element.else_ is not None else lambda row: None
        if element.value is not None:
            return self._lookup(element, otherwise)
        whens = [(self.compile(condition), self.compile(result)) for condition, result in element.whens]

        def evaluate(row: Any) -> Any:
            for condition, result in whens:
                if condition(row):
                    return result(row)
            return otherwise(row)

        return evaluate

    def _lookup(self, element: Any, otherwise: Expression) -> Expression:
        value = self.compile(element.value)
        results = {self.constant(when): self.compile(result) for when, result in element.whens}
        return lambda row: results.get(value(row), otherwise)(row)


def all_of(parts: list[Expression]) -> Expression:
    match parts:
        case [only]:
            return only
        case [first, second]:
            return lambda row: first(row) and second(row)
        case [first, second, third]:
            return lambda row: first(row) and second(row) and third(row)

    def evaluate(row: Any) -> bool:
        for part in parts:  # a generator would cost more than the parts
            if not part(row):
                break
        else:
            return True
        return False

    return evaluate


def any_of(parts: list[Expression]) -> Expression:
    match parts:
        case [only]:
            return only
        case [first, second]:
            return lambda row: first(row) or second(row)

    def evaluate(row: Any) -> bool:
        for part in parts:
            if part(row):
                break
        else:
            return False
        return True

    return evaluate


def is_null(value: Expression) -> Expression:
    return lambda row: value(row) is None


def is_not_null(value: Expression) -> Expression:
    return lambda row: value(row) is not None


def is_in(value: Expression, these: set[Any]) -> Expression:
    these.discard(None)
    return lambda row: value(row) in these


def compare_constant(function: Callable[[Any, Any], bool], left: Expression, constant: Any) -> Expression:
    if constant is None:
        return lambda row: False
    if function is operator.eq:
        return lambda row: left(row) == constant

    def evaluate(row: Any) -> bool:
        value = left(row)
        return value is not None and function(value, constant)

    return evaluate


def compare(function: Callable[[Any, Any], bool], left: Expression, right: Expression) -> Expression:
    def evaluate(row: Any) -> bool:
        one, other = left(row), right(row)
        return one is not None and other is not None and function(one, other)

    return evaluate


def compute(function: Callable[[Any, Any], Any], left: Expression, right: Expression) -> Expression:
    def evaluate(row: Any) -> Any:
        one, other = left(row), right(row)
        return None if one is None or other is None else function(one, other)

    return evaluate


COMPARISONS = {it: it for it in (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge)}
ARITHMETIC = {operators.add: operator.add, operators.sub: operator.sub, operator.mul: operator.mul}
VISITORS: dict[str, Callable[[Compiler, Any], Expression]] = {
    "column": Compiler.column,
    "bindparam": Compiler.bound,
    "binary": Compiler.binary,
    "clauselist": Compiler.several,
    "expression_clauselist": Compiler.several,
    "grouping": lambda compiler, element: compiler.compile(element.element),
    "label": lambda compiler, element: compiler.compile(element.element),
    "unary": Compiler.unary,
    "function": Compiler.function,
    "type_coerce": lambda compiler, element: compiler.compile(element.clause),
    "case": Compiler.case,
    "null": lambda compiler, element: lambda row: None,
    "true": lambda compiler, element: lambda row: True,
    "false": lambda compiler, element: lambda row: False,
}
