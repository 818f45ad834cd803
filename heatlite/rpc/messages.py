"""The messages between engines. They carry identity only: a receiver reads everything else from the database.

History of the ``engine_worker`` messages

1.0  check_resource(traversal_id, nodes)

History of the ``heat-engine-listener`` messages

1.0  listening(), asked(resource_ids, traversal_id)
1.1  wake(resource_ids)
1.2  over(traversal_id)

History of the ``engine_nested`` messages

1.0  begin_child(operation)
1.1  begin_children(operations)

No client can reach these topics: heat-api knows ``engine`` only. An engine still checks the types of what arrives, and
takes nothing but identity from a message. ``heatlite.engine.api.trust`` says who may write what.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from heatlite.convergence.model import Node, NodeKind

EXCHANGE = "heat"
ENGINE_TOPIC = "engine"
WORKER_TOPIC = "engine_worker"
LISTENER_TOPIC = "heat-engine-listener"
NESTED_TOPIC = "engine_nested"
NOTIFICATION_QUEUES = "heatlite-notifications."
TOPICS = (ENGINE_TOPIC, WORKER_TOPIC, LISTENER_TOPIC, NESTED_TOPIC)
WORKER_VERSION = "1.0"
LISTENER_VERSION = "1.2"
NESTED_VERSION = "1.1"
ENGINE_VERSION = "1.36"
OWN_NAMESPACE = "heatlite"
"""The namespace of the methods on the topic ``engine`` that Heat doesn't have."""
MOST_NODES = 1000
"""Nodes that one message may name: twice the largest batch that can be configured. No engine sends more."""
LARGEST_ID = 2**63 - 1
MOST_CHILDREN = 500
"""Operations on nested stacks that one message may name; no engine sends more."""
MOST_ROWS = 100_000
"""Rows that one message to a listener may name."""
LONGEST_UUID = 36
LONGEST_NAME = 255
MOST_MINUTES = 2**31 - 1
VERBS = ("CREATE", "UPDATE", "DELETE", "SUSPEND", "RESUME", "CHECK")
"""Operations that may begin on a nested stack."""


def own_queue(topic: str, engine_id: str) -> str:
    """Return the name of the queue that only one engine listens on, as oslo.messaging makes it."""
    return f"{topic}.{engine_id}"


def is_of_one_engine(queue: str) -> bool:
    """Tell whether a queue belongs to one engine."""
    return queue.startswith(tuple(own_queue(topic, "") for topic in TOPICS))


def notification_queue(name: str) -> str:
    """Return the name of a queue in which one engine gets the notifications of the cloud's services."""
    return f"{NOTIFICATION_QUEUES}{name}"


def is_for_notifications(queue: str) -> bool:
    """Tell whether a queue is one of these."""
    return queue.startswith(NOTIFICATION_QUEUES)


class InvalidMessage(ValueError):
    """A message between engines that no engine would send."""


@dataclass(frozen=True, slots=True)
class CheckResource:
    """The message that asks a worker to converge some nodes of a traversal."""

    traversal_id: str
    nodes: tuple[Node, ...]

    def to_wire(self) -> dict[str, Any]:
        """Return the arguments of the RPC method ``check_resource``."""
        return {"traversal_id": self.traversal_id, "nodes": [[node.resource_id, int(node.kind)] for node in self.nodes]}

    @classmethod
    def from_wire(cls, traversal_id: str, nodes: Sequence[Sequence[int]]) -> CheckResource:
        """Build the message from its arguments.

        :raises InvalidMessage: when they aren't in the form that ``to_wire`` makes
        """
        if not is_text(traversal_id, LONGEST_UUID) or not isinstance(nodes, list):
            raise InvalidMessage(
                f"check_resource takes a traversal id and a list of nodes, not {traversal_id!r:.200}, {nodes!r:.200}"
            )
        if len(nodes) > MOST_NODES:
            raise InvalidMessage(f"check_resource takes {MOST_NODES} nodes at most, not {len(nodes)}")
        if not all(isinstance(node, list) and len(node) == 2 and all(map(is_id, node)) for node in nodes):
            raise InvalidMessage(f"check_resource takes nodes as [row, kind], not {nodes!r:.200}")
        try:
            return cls(traversal_id, tuple(Node(row, NodeKind(kind)) for row, kind in nodes))
        except ValueError as error:
            raise InvalidMessage(f"check_resource takes nodes as [row, kind], not {nodes!r:.200}") from error


def row_ids(value: Any) -> frozenset[int]:
    """Return the row ids that a message to a listener names.

    :raises InvalidMessage: when they aren't a list of ids
    """
    if not isinstance(value, list) or len(value) > MOST_ROWS or not all(map(is_id, value)):
        raise InvalidMessage(f"resource_ids are a list of at most {MOST_ROWS} ids of rows, not {value!r:.200}")
    return frozenset(value)


def sender(context: Any) -> dict[str, Any]:
    """Return the context of a message about a nested stack: it says for which project, and which request that was.

    :raises InvalidMessage: if it isn't a map, or a part isn't a text of 255 characters at most
    """
    parts = ("project_id", "tenant_id", "tenant", "username", "user", "user_id", "request_id")
    if not isinstance(context, dict):
        raise InvalidMessage(f"a message's context is a map, not {context!r:.200}")
    if wrong := [name for name in parts if context.get(name) not in (None, "") and not is_name(context[name])]:
        raise InvalidMessage(f"the context's {', '.join(wrong)} can't be {[context[name] for name in wrong]!r:.300}")
    return context


def is_name(value: Any) -> bool:
    """Whether a value is a text of 255 characters at most."""
    return is_text(value, LONGEST_NAME)


def traversal_of(value: Any) -> str:
    """Return the traversal id that a message names.

    :raises InvalidMessage: when it isn't one
    """
    if not is_text(value, LONGEST_UUID):
        raise InvalidMessage(f"traversal_id is a text of at most {LONGEST_UUID} characters, not {value!r:.200}")
    return str(value)


def is_text(value: Any, longest: int) -> bool:
    """Tell whether a value is a text that fits a column of this length on every database."""
    return isinstance(value, str) and 0 < len(value) <= longest and "\x00" not in value and is_unicode(value)


def is_unicode(text: str) -> bool:
    """Tell whether a text can be encoded: it holds no half of a surrogate pair."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def is_id(value: Any) -> bool:
    """Tell whether a value is the id of a row. True isn't, although Python takes it for 1."""
    return type(value) is int and 0 <= value <= LARGEST_ID


def is_minutes(value: Any) -> bool:
    """Tell whether a value is a number of minutes that fits an integer column."""
    return type(value) is int and 0 < value <= MOST_MINUTES


@dataclass(frozen=True, slots=True)
class BeginChild:
    """The message that begins an operation on a nested stack: CREATE, UPDATE, DELETE, SUSPEND, RESUME or CHECK.

    SUSPEND, RESUME and CHECK have no template. The message may come late or twice: ``operation_id`` becomes the stack's
    traversal only if the stack is still at ``follows`` (None: there is no such stack yet). ``child_id`` is the uuid of
    the resource that the stack belongs to. The message doesn't say who owns the stack, nor its depth, credentials and
    deadline: the receiver reads them in the row of the owner.
    """

    verb: str
    child_id: str
    name: str
    operation_id: str
    follows: str | None
    template_id: int | None
    facade: dict[str, Any] | None
    timeout_mins: int | None
    """Minutes that the operation may take, within its owner's time. None: as long as its owner's."""
    collects_later: bool = False
    """Keep rows that are no longer used, until the parent says that they may go."""

    def to_wire(self) -> dict[str, Any]:
        """Return the argument ``operation`` of the RPC method ``begin_child``."""
        return asdict(self)

    @classmethod
    def from_wire(cls, operation: Any) -> BeginChild:
        """Build the message from the argument ``operation``.

        :raises InvalidMessage: when it isn't in the form that ``to_wire`` makes
        """
        names = {field.name for field in fields(cls)}
        if not isinstance(operation, dict) or operation.keys() != names:
            raise InvalidMessage(f"begin_child takes a map of {', '.join(sorted(names))}, not {operation!r:.200}")
        message = cls(**operation)
        wrong = [name for name, is_right in message._checks() if not is_right]
        if wrong:
            raise InvalidMessage(f"begin_child: {', '.join(wrong)} can't be {message!r:.300}")
        return message

    @classmethod
    def all_from_wire(cls, operations: Any) -> list[BeginChild]:
        """Build the messages from the argument ``operations`` of ``begin_children``.

        :raises InvalidMessage: when it isn't a list of operations, or names more than ``MOST_CHILDREN``
        """
        if not isinstance(operations, list) or len(operations) > MOST_CHILDREN:
            raise InvalidMessage(f"operations are a list of at most {MOST_CHILDREN} maps, not {operations!r:.200}")
        return [cls.from_wire(operation) for operation in operations]

    def _checks(self) -> list[tuple[str, bool]]:
        has_template = self.verb in ("CREATE", "UPDATE")
        return [
            ("verb", self.verb in VERBS),
            ("child_id", is_text(self.child_id, LONGEST_UUID)),
            ("name", is_text(self.name, LONGEST_NAME)),
            ("operation_id", is_text(self.operation_id, LONGEST_UUID)),
            ("follows", self.follows is None or is_text(self.follows, LONGEST_UUID)),
            ("template_id", is_id(self.template_id) if has_template else self.template_id is None),
            ("facade", self.facade is None or isinstance(self.facade, dict)),
            ("timeout_mins", self.timeout_mins is None or is_minutes(self.timeout_mins)),
            ("collects_later", isinstance(self.collects_later, bool)),
        ]
