"""``map_merge`` and ``map_replace``: maps made from maps.

::

    map_merge: [{a: 1, b: 2}, {b: 3}]                                  --> {a: 1, b: 3}
    map_replace: [{a: x, b: y}, {keys: {a: A}, values: {y: Y}}]        --> {A: x, b: Y}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.template.functions.base import Compiler, Function, is_map_or_nothing
from heatlite.template.nodes import items_of
from heatlite.template.scope import Scope
from heatlite.template.unknown import UNKNOWN


class MapMerge(Function):
    """The entries of several maps as one map. A later map wins over an earlier one. ``null`` counts as an empty map."""

    __slots__ = ()
    name = "map_merge"
    usage = '"map_merge" takes a list of maps: [{key1: val1}, {key2: val2}]'

    def check(self, compiler: Compiler) -> None:
        self.expect(self.arguments, lambda it: isinstance(it, list | tuple), self.usage)
        for one in items_of(self.arguments) or ():
            self.expect(one, is_map_or_nothing, self.usage)

    def examine(self, arguments: Any) -> None:
        known = [one for one in arguments if one is not UNKNOWN] if isinstance(arguments, list) else []
        if not all(map(is_map_or_nothing, known)):
            raise self.wrong(self.usage)

    def apply(self, arguments: Any, scope: Scope) -> dict[str, Any]:
        if not isinstance(arguments, list) or not all(map(is_map_or_nothing, arguments)):
            raise self.wrong(self.usage)
        return {key: value for one in arguments for key, value in (one or {}).items()}


class MapReplace(Function):
    """The first map, with keys and values replaced by the second one's. Two keys may not become equal."""

    __slots__ = ()
    name = "map_replace"
    usage = '"map_replace" takes a map and the replacements: [{key1: val1}, {keys: {key1: key2}, values: {val1: val2}}]'

    def check(self, compiler: Compiler) -> None:
        self.expect(self.arguments, lambda it: isinstance(it, list | tuple) and len(it) == 2, self.usage)
        for one in items_of(self.arguments) or ():
            self.expect(one, is_map_or_nothing, self.usage)
        replacements = (items_of(self.arguments) or [None, None])[1]
        self.expect(replacements, lambda it: set(it or ()) <= {"keys", "values"}, self.usage)

    def apply(self, arguments: Any, scope: Scope) -> dict[str, Any]:
        if not isinstance(arguments, list) or len(arguments) != 2 or not all(map(is_map_or_nothing, arguments)):
            raise self.wrong(self.usage)
        given, replacements = (one or {} for one in arguments)
        keys, values = replacements.get("keys") or {}, replacements.get("values") or {}
        if not set(replacements) <= {"keys", "values"}:
            raise self.wrong(self.usage)
        if not isinstance(keys, Mapping) or not isinstance(values, Mapping):
            raise self.wrong(self.usage)
        result: dict[str, Any] = {}
        for key, value in given.items():
            result[self._key(key, keys, given, result)] = _replaced(value, values)
        return result

    def _key(self, key: str, keys: Mapping[str, Any], given: Mapping[str, Any], result: Mapping[str, Any]) -> Any:
        new = keys.get(key)
        if new is None:
            return key
        if not isinstance(new, str | int | float):
            raise self.wrong(f'"map_replace" can\'t use the replacement of "{key}" as a key: it must be a string')
        if (new in given and new != key) or new in result:
            place = "input" if new in given else "output"
            raise self.wrong(f'key replacement "{new}" collides with a key in the {place} map')
        return new


def _replaced(value: Any, values: Mapping[Any, Any]) -> Any:
    try:
        return values.get(value, value)
    except TypeError:  # a list or a map can't be a key, so it isn't replaced
        return value
