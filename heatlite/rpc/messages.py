"""What engines say to one another: identity only. Whatever else a receiver needs, it reads from the database.

History of the ``engine_worker`` messages

    1.0  check_resource(traversal_id, nodes)

History of the ``heat-engine-listener`` messages

    1.0  listening(), asked(resource_ids, traversal_id)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from heatlite.convergence.model import Node, NodeKind

EXCHANGE = "heat"
ENGINE_TOPIC = "engine"
WORKER_TOPIC = "engine_worker"
LISTENER_TOPIC = "heat-engine-listener"
WORKER_VERSION = "1.0"
LISTENER_VERSION = "1.0"


@dataclass(frozen=True, slots=True)
class CheckResource:
    """Converge these nodes of this traversal."""

    traversal_id: str
    nodes: tuple[Node, ...]

    def to_wire(self) -> dict[str, Any]:
        """The arguments of the RPC method ``check_resource``."""
        return {"traversal_id": self.traversal_id, "nodes": [[node.resource_id, int(node.kind)] for node in self.nodes]}

    @classmethod
    def from_wire(cls, traversal_id: str, nodes: Sequence[Sequence[int]]) -> CheckResource:
        """The message from its arguments.

        :raises ValueError: where they aren't what ``to_wire`` makes
        """
        if not isinstance(traversal_id, str) or not isinstance(nodes, list):
            raise ValueError(
                f"check_resource takes a traversal id and a list of nodes, not {traversal_id!r}, {nodes!r}"
            )
        try:
            return cls(traversal_id, tuple(Node(int(row), NodeKind(kind)) for row, kind in nodes))
        except TypeError as error:
            raise ValueError(f"check_resource takes nodes as [row, kind], not {nodes!r}") from error
