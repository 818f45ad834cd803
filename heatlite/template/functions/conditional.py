"""The functions of conditions: ``equals``, ``not``, ``and``, ``or``.

::

    conditions:
      is_production: {equals: [{get_param: environment}, production]}
      is_small: {not: is_production}
      is_watched: {or: [is_production, {equals: [{get_param: watch}, true]}]}

The name of a condition may be used instead of its definition. CloudFormation's names are ``Fn::Equals`` and so on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from heatlite.template.functions.base import Compiler, Function
from heatlite.template.nodes import ListNode, Node, items_of, resolve
from heatlite.template.path import Path, refused
from heatlite.template.scope import Scope
from heatlite.template.unknown import UNKNOWN, holds_unknown


@dataclass(frozen=True, slots=True)
class Operand(Node):
    """An operand that isn't a function: usually the name of another condition.

    It is evaluated only when it matters: ``or`` and ``and`` stop at the first operand that decides.
    """

    written: Any
    path: Path = field(compare=False)

    def resolve(self, scope: Scope) -> bool:
        return is_true(self.written, scope, self.path)


def is_true(value: Any, scope: Scope, path: Path) -> bool:
    """Tell whether a condition is true: a boolean, or the name of another one. None counts as true, as in Heat.

    :raises StackValidationFailed: when it is something else, or there is no condition of this name
    """
    if value is None or isinstance(value, bool):
        return value is not False
    if isinstance(value, str) and value in scope.conditions:
        return scope.conditions[value]
    known = ", ".join(map(str, scope.conditions)) or "none"
    raise refused(path, f"Invalid condition {value!r:.80}: it must be a boolean or a defined condition: {known}")


class Equals(Function):
    """Whether two values are equal."""

    __slots__ = ()
    name = "equals"

    def check(self, compiler: Compiler) -> None:
        items = items_of(self.arguments)
        if items is None or len(items) != 2:
            raise self.wrong(f'Arguments to "{self.name}" must be of the form: [value_1, value_2]')

    def apply(self, arguments: Any, scope: Scope) -> bool:
        first, second = arguments
        return first == second


class Combination(Function):
    """A combination of conditions."""

    __slots__ = ()

    @classmethod
    def compile(cls, arguments: Any, path: Path, compiler: Compiler) -> Function:
        parts = [compiler.compile(part, path) for part in cls.parts(arguments, path)]
        return cls(ListNode([part if isinstance(part, Node) else Operand(part, path) for part in parts]), path)

    @classmethod
    def parts(cls, arguments: Any, path: Path) -> Sequence[Any]:
        """Return the conditions among the arguments.

        :raises StackValidationFailed: when there are fewer than two
        """
        if not isinstance(arguments, list):
            raise refused(path, f'Arguments to "{cls.name}" must be a list of conditions')
        if len(arguments) < 2:
            raise refused(path, f'The minimum number of condition arguments to "{cls.name}" is 2.')
        return arguments

    def check(self, compiler: Compiler) -> None:
        """Check nothing: the parts are checked while they are compiled."""

    def resolve(self, scope: Scope) -> Any:
        parts = items_of(self.arguments) or ()
        given = [part if isinstance(part, Operand) else resolve(part, scope) for part in parts]
        return UNKNOWN if holds_unknown(given) else self.apply(given, scope)

    def apply(self, arguments: Any, scope: Scope) -> bool:
        parts = (part.resolve(scope) if isinstance(part, Operand) else part for part in arguments)
        return self.combine(is_true(part, scope, self.path) for part in parts)

    def combine(self, truths: Iterator[bool]) -> bool:
        """Combine the conditions, evaluating no more of them than necessary."""
        raise NotImplementedError


class And(Combination):
    """Whether all conditions are true."""

    __slots__ = ()
    name = "and"

    def combine(self, truths: Iterator[bool]) -> bool:
        return all(truths)


class Or(Combination):
    """Whether at least one condition is true."""

    __slots__ = ()
    name = "or"

    def combine(self, truths: Iterator[bool]) -> bool:
        return any(truths)


class Not(Combination):
    """Whether a condition is false."""

    __slots__ = ()
    name = "not"

    @classmethod
    def parts(cls, arguments: Any, path: Path) -> Sequence[Any]:
        if arguments is None:
            raise refused(path, f'Argument to "{cls.name}" must be a condition')
        return [arguments]

    def combine(self, truths: Iterator[bool]) -> bool:
        return not next(truths)


class CfnEquals(Equals):
    """Whether two values are equal."""

    __slots__ = ()
    name = "Fn::Equals"


class CfnAnd(And):
    """Whether all conditions are true."""

    __slots__ = ()
    name = "Fn::And"


class CfnOr(Or):
    """Whether at least one condition is true."""

    __slots__ = ()
    name = "Fn::Or"


class CfnNot(Not):
    """Whether a condition, the only item of a list, is false."""

    __slots__ = ()
    name = "Fn::Not"

    @classmethod
    def parts(cls, arguments: Any, path: Path) -> Sequence[Any]:
        if not isinstance(arguments, list) or len(arguments) != 1:
            raise refused(path, f'Arguments to "{cls.name}" must be of the form: [condition]')
        return arguments
