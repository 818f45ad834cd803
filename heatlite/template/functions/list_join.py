"""``list_join``: the items of a list as one text; since 2015-10-15, of several lists.

::

    list_join: [", ", [a, b], {get_attr: [group, names]}]
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.template.functions.base import Compiler, Function, is_list_or_nothing, is_text
from heatlite.template.nodes import Node, items_of
from heatlite.template.scope import Scope
from heatlite.template.text import as_text
from heatlite.template.unknown import UNKNOWN, holds_unknown


class ListJoin(Function):
    """The strings of one list, joined to one text. ``null`` counts as an empty item or an empty list."""

    __slots__ = ()
    name = "list_join"
    separate = frozenset({0, 1})
    most_lists: int | None = 1

    def check(self, compiler: Compiler) -> None:
        items = items_of(self.arguments)
        if items is None or len(items) < 2 or (self.most_lists and len(items) > 1 + self.most_lists):
            more = "" if self.most_lists else ", ..."
            raise self.wrong(f'Incorrect arguments to "{self.name}" should be: [" ", ["str1", "str2"]{more}]')
        delimiter, *lists = items
        self.expect(delimiter, is_text, f'"{self.name}" delimiter must be a string')
        for one in lists:
            self.expect(one, self.is_list, f'"{self.name}" must operate on a list')
            for item in items_of(one) or ():
                if not isinstance(item, Node):  # reported at once, even when another item isn't known yet
                    self.fits(self.text, item)

    def examine(self, arguments: Any) -> None:
        if isinstance(arguments, list) and len(arguments) > 1:
            delimiter, *lists = arguments
            self._check_kinds("" if delimiter is UNKNOWN else delimiter, [it for it in lists if it is not UNKNOWN])
            for item in (item for one in lists if one is not UNKNOWN for item in one or ()):
                if not holds_unknown(item):
                    self.text(item)

    def apply(self, arguments: Any, scope: Scope) -> str:
        delimiter, *lists = arguments
        self._check_kinds(delimiter, lists)
        texts = [self.text(item) for one in lists for item in one or ()]
        self.check_size(sum(map(len, texts)) + len(texts) * len(delimiter))
        return delimiter.join(texts)

    def _check_kinds(self, delimiter: Any, lists: list[Any]) -> None:
        if not is_text(delimiter):
            raise self.wrong(f'"{self.name}" delimiter must be a string')
        if not all(map(self.is_list, lists)):
            raise self.wrong(f'"{self.name}" must operate on a list')

    @staticmethod
    def is_list(value: Any) -> bool:
        """Tell whether a value can be joined."""
        return value == "" or is_list_or_nothing(value)

    def text(self, item: Any) -> str:
        """Return an item as text."""
        if item is None:
            return ""
        if not isinstance(item, str):
            raise self.wrong(f"Items to join must be strings not {str(item)[:200]}")
        return item


class ListJoinMultiple(ListJoin):
    """The items of one or more lists, joined to one text. Maps and lists among them are written as JSON."""

    __slots__ = ()
    most_lists = None

    @staticmethod
    def is_list(value: Any) -> bool:
        return not value or is_list_or_nothing(value)  # false and 0 count as no items, as in Heat

    def text(self, item: Any) -> str:
        if item is None:
            return ""
        if not isinstance(item, str | list | Mapping):
            raise self.wrong(f"Items to join must be string, map or list not {str(item)[:200]}")
        return as_text(item)
