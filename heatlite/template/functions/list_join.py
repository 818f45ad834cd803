"""``list_join``: the items of one or more lists as one text.

::

    list_join: [", ", [a, b], {get_attr: [group, names]}]
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.template.functions.base import Compiler, Function, is_text
from heatlite.template.nodes import items_of
from heatlite.template.scope import Scope
from heatlite.template.text import as_text


class ListJoin(Function):
    """Items are strings, or maps and lists, which are written as JSON; ``null`` is an empty item or no list."""

    __slots__ = ()
    name = "list_join"

    def check(self, compiler: Compiler) -> None:
        items = items_of(self.arguments)
        if items is None or len(items) < 2:
            raise self.wrong('Incorrect arguments to "list_join" should be: [" ", ["str1", "str2"], ...]')
        delimiter, *lists = items
        self.expect(delimiter, is_text, '"list_join" delimiter must be a string')
        for one in lists:
            self.expect(one, _is_list, '"list_join" must operate on a list')

    def apply(self, arguments: Any, scope: Scope) -> str:
        delimiter, *lists = arguments
        if not is_text(delimiter):
            raise self.wrong('"list_join" delimiter must be a string')
        if not all(map(_is_list, lists)):
            raise self.wrong('"list_join" must operate on a list')
        texts = [self._text(item) for one in lists for item in one or ()]
        self.check_size(sum(map(len, texts)) + len(texts) * len(delimiter))
        return delimiter.join(texts)

    def _text(self, item: Any) -> str:
        if item is None:
            return ""
        if not isinstance(item, str | list | Mapping):
            raise self.wrong(f"Items to join must be string, map or list not {str(item)[:200]}")
        return as_text(item)


def _is_list(value: Any) -> bool:
    return value is None or isinstance(value, list)
