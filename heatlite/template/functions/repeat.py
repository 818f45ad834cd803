"""``repeat``: a template repeated for each item of one or more lists.

::

    repeat:
      for_each: {"%port%": [80, 443], "%host%": [a, b]}
      template: "%host%:%port%"
                                --> every combination: a:80, a:443, b:80, b:443
      permutations: false       --> side by side:      a:80, b:443

Placeholders are replaced in strings, and in the keys of maps, at any depth of the template.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

from heatlite.schema.sizes import weight
from heatlite.template.functions.base import MAX_TEXT, Compiler, Function
from heatlite.template.nodes import entries_of
from heatlite.template.scope import Scope

MOST_TIMES = 100_000
EACH_TIME = 50
"""Characters that each repetition counts as, in addition to its template."""


class Repeat(Function):
    """A template repeated for every combination of the items of lists."""

    __slots__ = ()
    name = "repeat"
    keys = frozenset({"for_each", "template"})
    separate = keys
    takes_maps = False

    def check(self, compiler: Compiler) -> None:
        entries = entries_of(self.arguments)
        if entries is None or not {"for_each", "template"} <= set(entries):
            raise self.wrong(
                '"repeat" needs two keys: template, and for_each (a map of placeholders and the lists to go through)'
            )
        self.expect(entries["for_each"], _is_map, 'The "for_each" argument to "repeat" must contain a map')
        for values in (entries_of(entries["for_each"]) or {}).values():
            self.expect(values, self._fits, self._values_message)
        permutations = entries.get("permutations", True)
        if "permutations" in self.keys and not isinstance(permutations, bool | Function):
            raise self.wrong('"permutations" of "repeat" must be a boolean')

    def apply(self, arguments: Any, scope: Scope) -> list[Any]:
        for_each, template = arguments["for_each"], arguments["template"]
        permutations = arguments.get("permutations", True) if "permutations" in self.keys else True
        if not isinstance(for_each, Mapping) or not for_each:
            raise self.wrong('The "for_each" argument to "repeat" must contain a map, and not an empty one')
        if not isinstance(permutations, bool):
            raise self.wrong('"permutations" of "repeat" must be a boolean')
        columns = [self._column(values, permutations) for values in for_each.values()]
        if all(columns) and _holds_text(template):
            self._check_texts(columns)
        self._check_result(for_each, columns, template, permutations)
        if not permutations and len({len(values) for values in for_each.values() if values is not None}) > 1:
            raise self.wrong("Without permutations, the lists of for_each must be of the same length")
        rows: Any = itertools.product(*columns) if permutations else zip(*columns, strict=False)
        return [_filled(template, dict(zip(for_each, row, strict=True))) for row in rows]

    def _column(self, values: Any, permutations: bool) -> Sequence[Any]:
        if not self._fits(values) or (not permutations and isinstance(values, Mapping)):
            raise self.wrong(self._values_message)
        return list(values or ())

    def _check_texts(self, columns: list[Sequence[Any]]) -> None:
        """Refuse what can't replace a placeholder in a string."""
        if not all(isinstance(value, str) for values in columns for value in values):
            raise self.wrong("The items of for_each must be strings, because they replace a placeholder")

    def _check_result(
        self, for_each: Mapping[str, Any], columns: list[Sequence[Any]], template: Any, permutations: bool
    ) -> None:
        if not all(isinstance(placeholder, str) and placeholder for placeholder in for_each):
            raise self.wrong("The placeholders of for_each must be strings, and not empty")
        times = math.prod(map(len, columns)) if permutations else max(map(len, columns), default=0)
        if times > MOST_TIMES:
            raise self.wrong(f'"repeat" would repeat its template {times} times; {MOST_TIMES} are allowed')
        longest = sum(max((weight(value) for value in column), default=0) for column in columns)
        size = weight(template)
        # each character of the template may be a placeholder
        if times and times * size > MAX_TEXT:
            raise self.too_large()
        if times * size * max(1, longest) > MAX_TEXT:
            placeholders = sum(_uses(template, placeholder) for placeholder in for_each)
            if times * (size + placeholders * longest) > MAX_TEXT:
                raise self.too_large()
        self.spend(times * (size + EACH_TIME))

    def _fits(self, values: Any) -> bool:
        kinds = list | tuple | Mapping if self.takes_maps else list | tuple
        return values is None or isinstance(values, kinds)

    @property
    def _values_message(self) -> str:
        kinds = "lists or maps" if self.takes_maps else "lists"
        return f'The values of the "for_each" argument to "repeat" must be {kinds}'


class RepeatOverMaps(Repeat):
    """A template repeated for every combination of the items of lists and the keys of maps."""

    __slots__ = ()
    takes_maps = True


class RepeatSideBySide(RepeatOverMaps):
    """A template repeated for every combination of the items of lists, or side by side with permutations: false."""

    __slots__ = ()
    keys = Repeat.keys | {"permutations"}


def _filled(template: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(template, str):
        for placeholder, value in values.items():
            template = template.replace(placeholder, value)
        return template
    if isinstance(template, Mapping):
        return {_filled(key, values): _filled(item, values) for key, item in template.items()}
    if isinstance(template, list):
        return [_filled(item, values) for item in template]
    return template


def _holds_text(template: Any) -> bool:
    """Tell whether a template has a string, which may contain a placeholder."""
    if isinstance(template, Mapping):
        return any(isinstance(key, str) or _holds_text(item) for key, item in template.items())
    return isinstance(template, str) or (isinstance(template, list) and any(map(_holds_text, template)))


def _uses(template: Any, placeholder: str) -> int:
    """Count the placeholder in the template."""
    if isinstance(template, str):
        return template.count(placeholder)
    if isinstance(template, Mapping):
        return sum(_uses(key, placeholder) + _uses(item, placeholder) for key, item in template.items())
    return sum(_uses(item, placeholder) for item in template) if isinstance(template, list) else 0


def _is_map(value: Any) -> bool:
    return isinstance(value, Mapping)
