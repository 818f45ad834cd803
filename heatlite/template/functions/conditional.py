"""The functions of conditions: ``equals``, ``not``, ``and``, ``or``.

::

    conditions:
      is_production: {equals: [{get_param: environment}, production]}
      is_small: {not: is_production}
      is_watched: {or: [is_production, {equals: [{get_param: watch}, true]}]}

Where a condition is expected, its name will do. CloudFormation has the same by the names ``Fn::Equals`` and so on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from heatlite.template.functions.base import Compiler, Function
from heatlite.template.nodes import ListNode, Node, items_of
from heatlite.template.path import Path, refused
from heatlite.template.scope import Scope


@dataclass(frozen=True, slots=True)
class ConditionName(Node):
    """Another condition, by its name."""

    name: str

    def resolve(self, scope: Scope) -> bool:
        return scope.conditions[self.name]


class Equals(Function):
    """Whether two values are the same."""

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
    """Conditions combined to one."""

    __slots__ = ()

    @classmethod
    def compile(cls, arguments: Any, path: Path, compiler: Compiler) -> Self:
        parts = [compiler.compile_condition(part, path) for part in cls.parts(arguments, path)]
        return cls(ListNode(parts), path)

    @classmethod
    def parts(cls, arguments: Any, path: Path) -> Sequence[Any]:
        """The conditions among the arguments.

        :raises StackValidationFailed: where they aren't at least two
        """
        if not isinstance(arguments, list):
            raise refused(path, f'Arguments to "{cls.name}" must be a list of conditions')
        if len(arguments) < 2:
            raise refused(path, f'The minimum number of condition arguments to "{cls.name}" is 2.')
        return arguments

    def check(self, compiler: Compiler) -> None:
        """All is checked as it is compiled."""

    def apply(self, arguments: Any, scope: Scope) -> bool:
        for argument in arguments:
            if not isinstance(argument, bool):
                raise self.wrong(f"A condition comes to true or false, and this to {argument!r:.80}")
        return self.combine(arguments)

    def combine(self, truths: Sequence[bool]) -> bool:
        """What the conditions come to together."""
        raise NotImplementedError


class And(Combination):
    """Whether all of them hold."""

    __slots__ = ()
    name = "and"

    def combine(self, truths: Sequence[bool]) -> bool:
        return all(truths)


class Or(Combination):
    """Whether one of them holds."""

    __slots__ = ()
    name = "or"

    def combine(self, truths: Sequence[bool]) -> bool:
        return any(truths)


class Not(Combination):
    """Whether it doesn't hold."""

    __slots__ = ()
    name = "not"

    @classmethod
    def parts(cls, arguments: Any, path: Path) -> Sequence[Any]:
        return [arguments]

    def combine(self, truths: Sequence[bool]) -> bool:
        return not truths[0]


class CfnEquals(Equals):
    """Whether two values are the same."""

    __slots__ = ()
    name = "Fn::Equals"


class CfnAnd(And):
    """Whether all of them hold."""

    __slots__ = ()
    name = "Fn::And"


class CfnOr(Or):
    """Whether one of them holds."""

    __slots__ = ()
    name = "Fn::Or"


class CfnNot(Not):
    """Whether it, the only item of a list, doesn't hold."""

    __slots__ = ()
    name = "Fn::Not"

    @classmethod
    def parts(cls, arguments: Any, path: Path) -> Sequence[Any]:
        if not isinstance(arguments, list) or len(arguments) != 1:
            raise refused(path, f'Arguments to "{cls.name}" must be of the form: [condition]')
        return arguments
