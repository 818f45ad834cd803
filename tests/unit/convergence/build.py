"""Builders: the shortest way to a row, to what a template wants, and to a graph that can be read."""

from __future__ import annotations

from typing import Any

from heatlite.convergence.decide import Comparison
from heatlite.convergence.graph import Graph
from heatlite.convergence.model import Action, Node, NodeKind, ResourceView, Status, Wanted


def row(id_: int, name: str = "web", **changes: Any) -> ResourceView:
    """A row that was created and has been left alone since."""
    facts: dict[str, Any] = {
        "type": "Server",
        "action": Action.CREATE,
        "status": Status.COMPLETE,
        "definition_hash": "old",
        "physical_id": f"physical-{id_}",
    }
    requires = frozenset(changes.pop("requires", ()))
    return ResourceView(id=id_, name=name, requires=requires, **(facts | changes))


def want(name: str = "web", *requires: str, definition: str = "new") -> Wanted:
    """What a template says of one name."""
    return Wanted(name, "Server", frozenset(requires), definition)


def update(id_: int) -> Node:
    return Node(id_, NodeKind.UPDATE)


def cleanup(id_: int) -> Node:
    return Node(id_, NodeKind.CLEANUP)


def edges(graph: Graph[Any]) -> dict[Any, set[Any]]:
    """For each node the nodes that it follows, without their order."""
    return {node: set(graph.predecessors(node)) for node in graph}


def compared(*changed: str, **facts: Any) -> Comparison:
    """What a plugin says that finds these properties changed."""
    defaults: dict[str, Any] = {"wanted_type": "Server", "needs_replacement": False, "replace_when_failed": False}
    return Comparison(changed=frozenset(changed), **(defaults | facts))
