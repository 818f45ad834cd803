"""``str_replace``: a text with its placeholders replaced.

::

    str_replace:
      template: http://$host:$port/
      params: {$host: {get_attr: [server, first_address]}, $port: 8080}

The longest placeholder goes first, then in alphabetical order, and what was put in isn't searched again. Parity
keeps the two apart: pieces at even places are still template, those at odd places have been put in::

    "a $x b $y"  --$x-->  ["a ", X, " b $y"]  --$y-->  ["a ", X, " b ", Y, ""]
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.template.functions.base import Compiler, Function, is_text
from heatlite.template.nodes import entries_of
from heatlite.template.scope import Scope
from heatlite.template.text import as_text


class StrReplace(Function):
    """Maps and lists are put in as JSON, numbers as text, and nothing for ``null``."""

    __slots__ = ()
    name = "str_replace"

    def check(self, compiler: Compiler) -> None:
        entries = entries_of(self.arguments)
        if entries is None:
            raise self.wrong('Arguments to "str_replace" must be a map')
        if "template" not in entries or "params" not in entries:
            raise self.wrong('"str_replace" needs two keys: template (a string) and params (a map)')
        self.expect(entries["template"], is_text, '"str_replace" template must be a string')
        params = entries_of(entries["params"])
        self.expect(entries["params"], _is_map, '"str_replace" params must be a map')
        self._check_placeholders(params or {})

    def apply(self, arguments: Any, scope: Scope) -> str:
        template, params = arguments["template"], arguments["params"]
        if not is_text(template):
            raise self.wrong('"str_replace" template must be a string')
        if not isinstance(params, Mapping):
            raise self.wrong('"str_replace" params must be a map')
        self._check_placeholders(params)
        pieces = [template]
        for placeholder in sorted(params, key=lambda it: (-len(it), it)):
            value = params[placeholder]
            pieces = _put_in(pieces, placeholder, "" if value is None else as_text(value))
        self.check_size(sum(map(len, pieces)))
        return "".join(pieces)

    def _check_placeholders(self, params: Mapping[str, Any]) -> None:
        if not all(isinstance(placeholder, str) and placeholder for placeholder in params):
            raise self.wrong('"str_replace" param placeholders must be strings, and not empty')


def _put_in(pieces: list[str], placeholder: str, value: str) -> list[str]:
    """The pieces with ``value`` wherever the placeholder stood in those that are still template."""
    result: list[str] = []
    for place, piece in enumerate(pieces):
        first, *others = [piece] if place % 2 else piece.split(placeholder)
        result.append(first)
        for other in others:
            result += (value, other)
    return result


def _is_map(value: Any) -> bool:
    return isinstance(value, Mapping)
