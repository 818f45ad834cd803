"""The compiled tree: a template's value after its functions have been found.

A tree is a node, or a plain JSON value without functions, as it was written::

    written                                    compiled
    {name: {get_param: n}, tags: [a, b]}  -->  MapNode {name: GetParam("n"), tags: [a, b]}
                                                                                  ^ plain: never walked again

Resolving walks nodes only. The result shares its plain parts with the template and the parameters, so it must never be
changed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heatlite.template.scope import Scope

Tree = Any
"""A plain JSON value, or a ``Node``."""


class Node(ABC):
    """A part of a tree that contains a function."""

    __slots__ = ()

    @abstractmethod
    def resolve(self, scope: Scope) -> Any:
        """Return the plain JSON value of this node, with UNKNOWN for values that aren't known yet."""


@dataclass(frozen=True, slots=True)
class MapNode(Node):
    """A map of which at least one value is a node."""

    items: Mapping[str, Tree]

    def resolve(self, scope: Scope) -> dict[str, Any]:
        return {key: resolve(item, scope) for key, item in self.items.items()}


@dataclass(frozen=True, slots=True)
class ListNode(Node):
    """A list of which at least one item is a node."""

    items: Sequence[Tree]

    def resolve(self, scope: Scope) -> list[Any]:
        return [resolve(item, scope) for item in self.items]


def resolve(tree: Tree, scope: Scope) -> Any:
    """Return the plain JSON value of a tree, with UNKNOWN for values that aren't known yet.

    :raises StackValidationFailed: when a function's argument has the wrong type
    :raises UserParameterMissing: when a computed parameter name doesn't exist
    :raises InvalidTemplateAttribute: from the scope
    """
    return tree.resolve(scope) if isinstance(tree, Node) else tree


def items_of(tree: Tree) -> Sequence[Tree] | None:
    """Return the items of a tree that is a list; some may be nodes. Return None for any other tree."""
    if isinstance(tree, ListNode):
        return tree.items
    return tree if isinstance(tree, list) else None


def entries_of(tree: Tree) -> Mapping[str, Tree] | None:
    """Return the entries of a tree that is a map; some values may be nodes. Return None for any other tree."""
    if isinstance(tree, MapNode):
        return tree.items
    return tree if isinstance(tree, Mapping) else None
