"""What engines say to one another: identity only. Whatever else a receiver needs, it reads from the database.

History of the ``engine_worker`` messages

    1.0  check_resource(traversal_id, nodes)

History of the ``heat-engine-listener`` messages

    1.0  listening(), asked(resource_ids, traversal_id)
    1.1  wake(resource_ids)

An operation on a nested stack is a cast of Heat's own method on the topic ``engine``. What Heat has no argument for is
in its ``args`` (``BeginChild.particulars``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from heatlite.convergence.model import VISITS, Node, NodeKind

EXCHANGE = "heat"
ENGINE_TOPIC = "engine"
WORKER_TOPIC = "engine_worker"
LISTENER_TOPIC = "heat-engine-listener"
WORKER_VERSION = "1.0"
LISTENER_VERSION = "1.1"
ENGINE_VERSION = "1.36"
OWN_NAMESPACE = "heatlite"
"""Of the methods on the topic ``engine`` that Heat doesn't have."""
MOST_NODES = 1000
"""Twice the largest batch that can be configured; who sends more is no engine."""
LARGEST_ID = 2**63 - 1
NESTED = "nested_operation"
"""The key among ``args`` by which an engine knows that a stack's parent asks, and not a client."""


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
                f"check_resource takes a traversal id and a list of nodes, not {traversal_id!r:.200}, {nodes!r:.200}"
            )
        if len(nodes) > MOST_NODES:
            raise ValueError(f"check_resource takes {MOST_NODES} nodes at most, not {len(nodes)}")
        try:
            read = tuple(Node(int(row), NodeKind(kind)) for row, kind in nodes)
        except (TypeError, ValueError, OverflowError) as error:
            raise ValueError(f"check_resource takes nodes as [row, kind], not {nodes!r:.200}") from error
        if not all(0 <= node.resource_id <= LARGEST_ID for node in read):
            raise ValueError(f"check_resource takes ids of rows, not {nodes!r:.200}")
        return cls(traversal_id, read)


@dataclass(frozen=True, slots=True)
class BeginChild:
    """Begin an operation on a nested stack: CREATE, UPDATE, DELETE; or SUSPEND, RESUME, CHECK, which have no template.

    It may come late or twice: ``operation_id`` becomes the stack's traversal, and only where the stack is still at
    ``follows`` (None: where there is no such stack). ``deadline`` is in seconds since the epoch.
    """

    verb: str
    child_id: str
    name: str
    operation_id: str
    follows: str | None
    template_id: int | None
    facade: dict[str, Any] | None
    owner_id: str
    nested_depth: int
    parent_resource_name: str | None
    deadline: float | None
    timeout_mins: int | None
    user_creds_id: int | None
    stack_user_project_id: str | None
    collects_later: bool = False
    """Leave what is no longer used: the parent says when it may go."""

    @property
    def method(self) -> str:
        """Heat's method."""
        verb = self.verb.lower()
        return f"stack_{verb}" if self.verb in VISITS else f"{verb}_stack"

    def to_wire(self, project_id: str) -> dict[str, Any]:
        """The arguments of Heat's method, with all that this message says among its ``args``."""
        args = {NESTED: asdict(self)}
        identity = {"tenant": project_id, "stack_name": self.name, "stack_id": self.child_id, "path": ""}
        nothing = {"template": None, "params": None, "files": None}
        match self.verb:
            case "CREATE":
                nesting = ("owner_id", "nested_depth", "user_creds_id", "stack_user_project_id", "template_id")
                told = {name: getattr(self, name) for name in (*nesting, "parent_resource_name")}
                return {"stack_name": self.name, **nothing, **told, "args": args}
            case "UPDATE":
                return {"stack_identity": identity, **nothing, "template_id": self.template_id, "args": args}
            case _:
                return {"stack_identity": identity, "args": args}

    @classmethod
    def from_args(cls, args: Any) -> BeginChild | None:
        """The message in the ``args`` of a call; None where it is a client's.

        :raises ValueError: where it isn't what ``to_wire`` makes
        """
        if not isinstance(args, dict) or NESTED not in args:
            return None
        try:
            return cls(**args[NESTED])
        except TypeError as error:
            raise ValueError(f"a nested stack's operation can't be read: {error}") from None
