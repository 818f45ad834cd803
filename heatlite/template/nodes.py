"""The compiled tree: what a value of the template looks like once its functions have been found.

A tree is either a plain JSON value that holds no function, kept as it was written, or a node::

    written                                    compiled
    {name: {get_param: n}, tags: [a, b]}  -->  MapNode {name: GetParam("n"), tags: [a, b]}
                                                                                  ^ plain: never walked again

Resolving walks nodes only. What it gives shares its plain parts with the template and with the parameters: it is to
be read, never changed.
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
    """A part of a tree that has a function somewhere inside."""

    __slots__ = ()

    @abstractmethod
    def resolve(self, scope: Scope) -> Any:
        """The plain JSON value of this node, in which UNKNOWN stands for what isn't known yet."""


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
    """The plain JSON value of a tree, with UNKNOWN in place of what isn't known yet.

    :raises StackValidationFailed: where a function's arguments turn out to be of the wrong kind
    :raises UserParameterMissing: where a computed parameter name doesn't exist
    :raises InvalidTemplateAttribute: by way of the scope
    """
    return tree.resolve(scope) if isinstance(tree, Node) else tree


def items_of(tree: Tree) -> Sequence[Tree] | None:
    """The items of a tree that is a list, some of which may be nodes; ``None`` for any other tree."""
    if isinstance(tree, ListNode):
        return tree.items
    return tree if isinstance(tree, list) else None


def entries_of(tree: Tree) -> Mapping[str, Tree] | None:
    """The entries of a tree that is a map, some of whose values may be nodes; ``None`` for any other tree."""
    if isinstance(tree, MapNode):
        return tree.items
    return tree if isinstance(tree, Mapping) else None
