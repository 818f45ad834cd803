"""``Fn::FindInMap``: a value of the section ``Mappings``.

::

    Mappings: {Sizes: {north: {small: m1.small}}}

    {"Fn::FindInMap": [Sizes, {Ref: region}, small]}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from heatlite.template.functions.base import Compiler, Function, is_text
from heatlite.template.nodes import Node, Tree, items_of
from heatlite.template.path import Path
from heatlite.template.scope import Scope


@dataclass(frozen=True, slots=True)
class FindInMap(Function):
    """A value of a mapping, by the mapping's name and two keys."""

    mappings: Mapping[str, Any] = field(default_factory=dict)

    name = "Fn::FindInMap"

    @classmethod
    def of(cls, arguments: Tree, path: Path, compiler: Compiler) -> FindInMap:
        return cls(arguments, path, compiler.mappings)

    def check(self, compiler: Compiler) -> None:
        items = items_of(self.arguments)
        if items is None or len(items) != 3:
            raise self.wrong(f'Arguments to "{self.name}" must be of the form [mapping, key, name]')
        for key in items:
            self.expect(
                key, is_text, f'"{self.name}" takes the name of a mapping and two keys in it, all of them texts'
            )
        if not any(isinstance(key, Node) for key in items):
            self.fits(self._found, items)

    def apply(self, arguments: Any, scope: Scope) -> Any:
        return self._found(arguments)

    def _found(self, arguments: Sequence[Any]) -> Any:
        found: Any = self.mappings
        for depth, key in enumerate(arguments):
            if not isinstance(found, Mapping) or not isinstance(key, str) or key not in found:
                within = ".".join(("Mappings", *map(str, arguments[:depth])))
                known = ", ".join(map(str, found)) if isinstance(found, Mapping) else "none, because it isn't a map"
                raise self.wrong(f'There is no "{key!s:.80}" in {within}; its keys are: {known or "none"}')
            found = found[key]
        return found
