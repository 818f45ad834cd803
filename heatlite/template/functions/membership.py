"""``filter`` and ``contains``: the items that a list contains, or doesn't.

::

    filter: [[b], [a, b, c]]     --> [a, c]
    contains: [b, [a, b, c]]     --> true
"""

from __future__ import annotations

from typing import Any

from heatlite.schema.equality import key_of, keys_of
from heatlite.template.functions.base import Compiler, Function
from heatlite.template.nodes import items_of, resolve
from heatlite.template.scope import Scope


class Filter(Function):
    """The second list without the values of the first. When either is empty, the second list is unchanged."""

    __slots__ = ()
    name = "filter"
    separate = frozenset({0, 1})
    usage = '"filter" takes the values to leave out and the list: [values, sequence]'

    def check(self, compiler: Compiler) -> None:
        self.expect(self.arguments, lambda it: isinstance(it, list | tuple) and len(it) == 2, self.usage)

    def given(self, scope: Scope) -> Any:
        items = items_of(self.arguments)
        if items is None or len(items) != 2:
            return super().given(scope)
        sequence = resolve(items[1], scope)
        # with an empty list the values don't matter, even when they can't be computed
        return [resolve(items[0], scope) if sequence else None, sequence]

    def apply(self, arguments: Any, scope: Scope) -> Any:
        if not isinstance(arguments, list) or len(arguments) != 2:
            raise self.wrong(self.usage)
        values, sequence = arguments
        if not sequence:
            return sequence
        if not isinstance(sequence, list):
            raise self.wrong('"filter" only works with lists')
        if not values:
            return sequence
        if not isinstance(values, list):
            raise self.wrong('"filter" takes a list of values to leave out')
        left_out = keys_of(values)
        return [item for item in sequence if key_of(item) not in left_out]


class Contains(Function):
    """Whether a list contains a value, or a text contains another."""

    __slots__ = ()
    name = "contains"
    separate = frozenset({0, 1})
    usage = '"contains" takes a value and a list: [value1, [value1, value2]]'

    def check(self, compiler: Compiler) -> None:
        items = items_of(self.arguments)
        if items is None or len(items) != 2:
            raise self.wrong(self.usage)
        self.expect(items[1], _is_sequence, 'Second argument to "contains" should be a sequence.')

    def apply(self, arguments: Any, scope: Scope) -> bool:
        value, sequence = arguments
        if not _is_sequence(sequence):
            raise self.wrong('Second argument to "contains" should be a sequence.')
        if isinstance(sequence, str) and not isinstance(value, str):
            raise self.wrong('"contains" can look for a string only in a string')
        return value in sequence


def _is_sequence(value: Any) -> bool:
    return isinstance(value, list | tuple | str)
