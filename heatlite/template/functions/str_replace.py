"""``str_replace``: a text with its placeholders replaced.

::

    str_replace:
      template: http://$host:$port/
      params: {$host: {get_attr: [server, first_address]}, $port: 8080}

The longest placeholder is replaced first, equally long ones in alphabetical order. Inserted values aren't searched
again: pieces at even positions are still template, and pieces at odd positions are inserted values::

    "a $x b $y"  --$x-->  ["a ", X, " b $y"]  --$y-->  ["a ", X, " b ", Y, ""]

The strict forms refuse a placeholder that isn't in the template. The very strict one also refuses an empty value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.template.functions.base import EACH_VALUE, Compiler, Function, is_text
from heatlite.template.nodes import entries_of
from heatlite.template.scope import Scope
from heatlite.template.text import as_text

SCANNED_AS_ONE = 16
"""Searching so many characters of a template for a placeholder takes as long as reading one elsewhere."""
MOST_PIECES = 2_000_000
"""Pieces that are visited, over all placeholders: about a second's work."""


class StrReplace(Function):
    """A text with its placeholders replaced. Numbers are inserted as text, and ``null`` as an empty text."""

    __slots__ = ()
    name = "str_replace"
    separate = frozenset({"template", "params"})
    takes_json = False
    is_strict = False
    takes_empty = True

    def check(self, compiler: Compiler) -> None:
        entries = entries_of(self.arguments)
        if entries is None:
            raise self.wrong(f'Arguments to "{self.name}" must be a map')
        if "template" not in entries or "params" not in entries:
            raise self.wrong(f'"{self.name}" needs two keys: template (a string) and params (a map)')
        self.expect(entries["template"], is_text, f'"{self.name}" template must be a string')
        params = entries_of(entries["params"])
        self.expect(entries["params"], _is_map, f'"{self.name}" params must be a map')
        self.check_placeholders(params or {})

    def apply(self, arguments: Any, scope: Scope) -> str:
        return self.replaced(arguments["template"], arguments["params"])

    def replaced(self, template: Any, params: Any) -> str:
        """Replace the placeholders in the template. Both arguments are checked first."""
        if not is_text(template):
            raise self.wrong(f'"{self.name}" template must be a string')
        if not isinstance(params, Mapping):
            raise self.wrong(f'"{self.name}" params must be a map')
        self.check_placeholders(params)
        self.go_through(len(template) * len(params) // SCANNED_AS_ONE)
        pieces, unused, looked_at = [template], [], 0
        for placeholder in sorted(params, key=lambda it: (-len(it), it)):
            value, before = self._text(placeholder, params[placeholder]), len(pieces)
            pieces = _put_in(pieces, placeholder, value)
            if len(pieces) == before:
                unused.append(placeholder)
            looked_at += len(pieces)
            self.go_through((len(pieces) - before) * EACH_VALUE)
            if looked_at > MOST_PIECES:
                raise self.wrong(f'"{self.name}" has too many placeholders for a template that contains them so often')
        if self.is_strict and unused:
            raise self.wrong(f"The following params were not found in the template: {','.join(unused)}")
        self.check_size(sum(map(len, pieces)))
        return "".join(pieces)

    def _text(self, placeholder: str, value: Any) -> str:
        if not self.takes_json and isinstance(value, Mapping | list):
            raise self.wrong(f'"{self.name}" params must be strings or numbers, param {placeholder} is not valid')
        if not self.takes_empty and value in (None, "", [], {}):
            raise self.wrong(f"{self.name} has an undefined or empty value for param {placeholder}")
        return "" if value is None else as_text(value)

    def check_placeholders(self, params: Mapping[str, Any]) -> None:
        """Refuse a placeholder that can't be part of a text."""
        if not all(isinstance(placeholder, str) and placeholder for placeholder in params):
            raise self.wrong(f'"{self.name}" param placeholders must be strings, and not empty')


class StrReplaceJson(StrReplace):
    """A text with its placeholders replaced. Maps and lists are inserted as JSON."""

    __slots__ = ()
    takes_json = True


class StrReplaceStrict(StrReplaceJson):
    """As ``str_replace``, but the template must contain every placeholder."""

    __slots__ = ()
    name = "str_replace_strict"
    is_strict = True


class StrReplaceVeryStrict(StrReplaceStrict):
    """As ``str_replace_strict``, and no value may be empty."""

    __slots__ = ()
    name = "str_replace_vstrict"
    takes_empty = False


def _put_in(pieces: list[str], placeholder: str, value: str) -> list[str]:
    """Replace the placeholder by ``value`` in the pieces that are still template."""
    result: list[str] = []
    for place, piece in enumerate(pieces):
        first, *others = [piece] if place % 2 else piece.split(placeholder)
        result.append(first)
        for other in others:
            result += (value, other)
    return result


def _is_map(value: Any) -> bool:
    return isinstance(value, Mapping)
