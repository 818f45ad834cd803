"""Scripts: what two sessions do to one database, statement by statement, in this order.

A step that waits is told as such, and what it comes to is told when it goes on: "B waits", "A commits", "B: 0 rows".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa

from heatlite.db import models

STACK, RESOURCE, SYNC, TEMPLATE = models.stack, models.resource, models.sync_point, models.raw_template
COMMIT, ROLLBACK = "commit", "rollback"


class Connection(Protocol):
    """What a step needs."""

    def execute(self, statement: Any, parameters: Any = None, /) -> Any: ...


Statement = Callable[[Connection], object]


@dataclass(frozen=True)
class Step:
    """One session's next step: a statement, a commit or a rollback."""

    session: str
    does: Statement | str


@dataclass(frozen=True)
class Script:
    """A script with its name; ``flips`` says that which of the sessions loses is nobody's promise."""

    name: str
    steps: tuple[Step, ...]
    flips: bool = False


class Sessions(Protocol):
    """Some database with sessions A and B on it, each in a transaction of its own."""

    def do(self, step: Step) -> bool:
        """Begin a step: whether it has been done, and isn't waiting."""

    def done(self) -> list[tuple[str, str]]:
        """The sessions whose waiting steps have been done since, and what they came to."""


def change(table: sa.Table, values: dict[str, Any], *where: Any) -> Statement:
    """An UPDATE; it tells how many rows there were."""
    return lambda connection: f"{connection.execute(sa.update(table).where(*where).values(**values)).rowcount} rows"


def delete(table: sa.Table, *where: Any) -> Statement:
    return lambda connection: f"{connection.execute(sa.delete(table).where(*where)).rowcount} rows"


def add(table: sa.Table, **values: Any) -> Statement:
    def insert(connection: Connection) -> str:
        connection.execute(sa.insert(table).values(**values))
        return "inserted"

    return insert


def look(*columns: Any, where: Any) -> Statement:
    """A SELECT; it tells the rows, in the order of their values."""
    statement = sa.select(*columns).where(where)
    return lambda connection: str(sorted((tuple(row) for row in connection.execute(statement)), key=repr))


def script(name: str, *steps: tuple[str, Statement | str], flips: bool = False) -> Script:
    return Script(name, tuple(Step(session, does) for session, does in steps), flips)


def stack(stack_id: str, name: str | None = None) -> dict[str, Any]:
    """The columns of a stack."""
    return {
        "id": stack_id, "name": "web", "tenant": "project", "live_name": name, "raw_template_id": 1,
        "current_traversal": f"traversal {stack_id}", "action": "CREATE", "status": "COMPLETE", "status_reason": "",
        "disable_rollback": True, "nested_depth": 0,
    }  # fmt: skip


def resource(number: int, **changes: Any) -> dict[str, Any]:
    """The columns of a resource."""
    return {
        "id": number, "uuid": f"uuid {number}", "stack_id": "one", "name": "server", "type": "Server",
        "action": "CREATE", "status": "COMPLETE", "status_reason": "", "atomic_key": 0, "requires": [], "attempts": 0,
        **changes,
    }  # fmt: skip


def node(number: int, remaining: int, state: int) -> dict[str, Any]:
    """The columns of a sync point."""
    return {
        "traversal_id": "t", "resource_id": number, "kind": 1, "stack_id": "one", "acting_id": number,
        "remaining": remaining, "state": state, "next_cast_at": 0.0, "casts": 0,
    }  # fmt: skip


def fill(connection: Connection) -> None:
    """What every script begins with."""
    empty: dict[str, Any] = {"template": {}, "files": {}, "environment": {}}
    connection.execute(sa.insert(TEMPLATE).values(id=1, content_hash="hash", **empty))
    connection.execute(sa.insert(STACK).values(**stack("one", "web")))
    connection.execute(
        sa.insert(RESOURCE), [resource(number, engine_id="c" if number == 3 else None) for number in (1, 2, 3)]
    )
    connection.execute(sa.insert(SYNC), [node(1, 0, 1), node(2, 2, 0), node(3, 0, 2)])


def nodes(*numbers: int) -> Any:
    return sa.and_(SYNC.c.traversal_id == "t", SYNC.c.kind == 1, SYNC.c.resource_id.in_(numbers))


ARRIVE = (
    sa.update(SYNC)
    .where(nodes(2), SYNC.c.state == 0)
    .ordered_values(
        (SYNC.c.state, sa.case((SYNC.c.remaining - 1 <= 0, 1), else_=SYNC.c.state)),
        (SYNC.c.remaining, SYNC.c.remaining - 1),
    )
)
FREE = (RESOURCE.c.id == 1, RESOURCE.c.engine_id.is_(None))
HELD = (RESOURCE.c.id == 1, RESOURCE.c.engine_id.is_not(None))
SEE_LOCK = look(RESOURCE.c.engine_id, where=RESOURCE.c.id == 1)
SEE_NODE = look(SYNC.c.state, SYNC.c.remaining, where=nodes(2))
CLAIM = change(SYNC, {"state": 2}, nodes(1), SYNC.c.state == 1)


def arrive(connection: Connection) -> str:
    return f"{connection.execute(ARRIVE).rowcount} rows"


def lock(engine: str) -> Statement:
    return change(RESOURCE, {"engine_id": engine}, *FREE)


SCRIPTS = [
    script(
        "two take one lock",
        ("A", lock("a")),
        ("B", lock("b")),
        ("A", COMMIT),
        ("B", SEE_LOCK),
    ),
    script(
        "a lock is given up",
        ("A", lock("a")),
        ("B", lock("b")),
        ("A", ROLLBACK),
        ("B", SEE_LOCK),
    ),
    script(
        "asking for what is being locked",
        ("A", lock("a")),
        ("B", change(RESOURCE, {"wanted_by": "t"}, *HELD)),
        ("A", COMMIT),
        ("B", COMMIT),
        ("A", look(RESOURCE.c.wanted_by, where=RESOURCE.c.id == 1)),
    ),
    script(
        "asking for what is being released",
        ("A", change(RESOURCE, {"engine_id": None}, RESOURCE.c.id == 3)),
        ("B", change(RESOURCE, {"wanted_by": "t"}, RESOURCE.c.id == 3, RESOURCE.c.engine_id.is_not(None))),
        ("A", COMMIT),
    ),
    script(
        "readers see what is committed",
        ("A", lock("a")),
        ("A", SEE_LOCK),
        ("B", SEE_LOCK),
        ("A", COMMIT),
        ("B", SEE_LOCK),
    ),
    script(
        "rows that come later are seen",
        ("B", look(RESOURCE.c.id, where=RESOURCE.c.stack_id == "one")),
        ("A", add(RESOURCE, **resource(9))),
        ("B", look(RESOURCE.c.id, where=RESOURCE.c.stack_id == "one")),
        ("A", COMMIT),
        ("B", look(RESOURCE.c.id, where=RESOURCE.c.stack_id == "one")),
    ),
    script(
        "two arrivals", ("A", arrive), ("B", arrive), ("A", COMMIT), ("B", SEE_NODE), ("B", COMMIT), ("A", SEE_NODE)
    ),
    script(
        "a claim meets a claim",
        ("A", CLAIM),
        ("B", CLAIM),
        ("A", COMMIT),
    ),
    script(
        "a claim meets the end of its traversal",
        ("A", delete(SYNC, SYNC.c.stack_id == "one")),
        ("B", CLAIM),
        ("A", COMMIT),
    ),
    script(
        "the end of a traversal meets a claim",
        ("A", CLAIM),
        ("B", delete(SYNC, SYNC.c.stack_id == "one")),
        ("A", COMMIT),
    ),
    script(
        "a claim of what is being scheduled",
        ("A", change(SYNC, {"state": 1}, nodes(2))),
        ("B", change(SYNC, {"state": 2}, nodes(2), SYNC.c.state == 1)),
        ("A", COMMIT),
    ),
    script(
        "a row that is changed to itself counts",
        ("A", change(RESOURCE, {"name": "server"}, RESOURCE.c.stack_id == "one")),
    ),
    script(
        "a name is taken",
        ("A", add(STACK, **stack("two", "name"))),
        ("B", add(STACK, **stack("three", "name"))),
        ("A", COMMIT),
    ),
    script(
        "a name is taken after all",
        ("A", add(STACK, **stack("two", "name"))),
        ("B", add(STACK, **stack("three", "name"))),
        ("A", ROLLBACK),
    ),
    script(
        "a name becomes free",
        ("A", change(STACK, {"live_name": None}, STACK.c.id == "one")),
        ("B", add(STACK, **stack("two", "web"))),
        ("A", COMMIT),
    ),
    script(
        "a child of a stack that changes",
        ("A", change(STACK, {"status": "FAILED"}, STACK.c.id == "one")),
        ("B", add(RESOURCE, **resource(9))),
        ("A", COMMIT),
    ),
    script(
        "a child of a stack that is superseded",
        ("A", change(STACK, {"current_traversal": "new"}, STACK.c.id == "one")),
        ("B", add(RESOURCE, **resource(9))),
        ("A", COMMIT),
    ),
    script(
        "a superseded stack",
        (
            "A",
            change(
                STACK, {"current_traversal": "new"}, STACK.c.id == "one", STACK.c.current_traversal == "traversal one"
            ),
        ),
        ("B", change(STACK, {"status": "FAILED"}, STACK.c.id == "one", STACK.c.current_traversal == "traversal one")),
        ("A", COMMIT),
    ),
    script(
        "two locks crosswise",
        ("A", change(RESOURCE, {"name": "a"}, RESOURCE.c.id == 1)),
        ("B", change(RESOURCE, {"name": "b"}, RESOURCE.c.id == 2)),
        ("A", change(RESOURCE, {"name": "a"}, RESOURCE.c.id == 2)),
        ("B", change(RESOURCE, {"name": "b"}, RESOURCE.c.id == 1)),
        flips=True,
    ),
]
