"""``list_concat`` and ``list_concat_unique``: several lists as one.

::

    list_concat: [[a, b], [b, c]]           --> [a, b, b, c]
    list_concat_unique: [[a, b], [b, c]]    --> [a, b, c]
"""

from __future__ import annotations

from typing import Any

from heatlite.schema.equality import key_of
from heatlite.template.functions.base import Compiler, Function, is_list_or_nothing
from heatlite.template.nodes import items_of
from heatlite.template.scope import Scope
from heatlite.template.unknown import UNKNOWN


class ListConcat(Function):
    """The items of several lists as one list. ``null`` counts as an empty list."""

    __slots__ = ()
    name = "list_concat"

    def check(self, compiler: Compiler) -> None:
        self.expect(self.arguments, lambda it: it is not None and is_list_or_nothing(it), self._usage)
        for one in items_of(self.arguments) or ():
            self.expect(one, is_list_or_nothing, self._usage)

    def examine(self, arguments: Any) -> None:
        known = [one for one in arguments if one is not UNKNOWN] if isinstance(arguments, list) else []
        if not all(map(is_list_or_nothing, known)):
            raise self.wrong(self._usage)

    def apply(self, arguments: Any, scope: Scope) -> list[Any]:
        if not isinstance(arguments, list) or not all(map(is_list_or_nothing, arguments)):
            raise self.wrong(self._usage)
        joined = [item for one in arguments for item in one or ()]
        self.check_weight(joined)
        return joined

    @property
    def _usage(self) -> str:
        return f'"{self.name}" takes a list of lists: [[<value 1>, <value 2>], [<value 3>, <value 4>]]'


class ListConcatUnique(ListConcat):
    """The items of several lists as one list, each item once."""

    __slots__ = ()
    name = "list_concat_unique"

    def apply(self, arguments: Any, scope: Scope) -> list[Any]:
        unique: dict[Any, Any] = {}
        for item in ListConcat.apply(self, arguments, scope):
            unique.setdefault(key_of(item), item)
        return list(unique.values())
