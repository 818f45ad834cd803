"""Builders: rows with nothing in them that a test doesn't name; and threads that start together."""

from __future__ import annotations

import datetime
import itertools
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from heatlite.convergence.model import Action, Node, NodeKind, Status
from heatlite.db import resources, services, stacks, sync_points, templates
from heatlite.db.api import Context
from tests.waiting import PATIENCE

NOW = datetime.datetime(2030, 1, 2, 3, 4, 5)
LATER = datetime.datetime(2030, 1, 2, 3, 4, 6)

Result = TypeVar("Result")
numbers = itertools.count(1)


def unique(prefix: str) -> str:
    """An id that no other row has, and that can be read."""
    return f"{prefix}-{next(numbers)}"


def template_of(context: Context, content: str = "empty") -> int:
    return templates.store(context, {"description": content}, {}, {}, NOW)


def add_stack(context: Context, name: str = "shop", **columns: Any) -> str:
    """A stack IN_PROGRESS, and its id."""
    facts = {
        "id": unique("stack"),
        "name": name,
        "tenant": "project",
        "live_name": name,
        "current_traversal": unique("traversal"),
        "action": Action.CREATE,
        "status": Status.IN_PROGRESS,
        "status_reason": "",
        "disable_rollback": True,
        "nested_depth": 0,
        "created_at": NOW,
    } | columns
    if "raw_template_id" not in facts:
        facts["raw_template_id"] = template_of(context)
    stacks.insert(context, facts)
    return str(facts["id"])


def add_resources(context: Context, stack_id: str, count: int = 1, **columns: Any) -> list[int]:
    """Rows to which nothing has been done, and their ids in order."""
    facts = {
        "stack_id": stack_id,
        "name": "web",
        "type": "Server",
        "action": Action.INIT,
        "status": Status.COMPLETE,
        "status_reason": "",
        "atomic_key": 0,
        "attempts": 0,
        "requires": [],
    } | columns
    rows = [{**facts, "uuid": unique("uuid")} for _ in range(count)]
    return sorted(resources.insert(context, rows).values())


def add_nodes(context: Context, waiting: Mapping[Node, int], traversal_id: str = "t", stack_id: str = "s") -> None:
    """Sync points, due at 100."""
    sync_points.insert(context, stack_id, traversal_id, waiting, 100.0)


def add_engine(context: Context, engine_id: str) -> None:
    """An engine process whose counter is at 0."""
    facts = {"id": unique("service"), "engine_id": engine_id, "host": "h", "hostname": "h.1", "binary": "b"}
    services.register(context, {**facts, "topic": "engine", "report_interval": 20, "created_at": NOW})


def update(id_: int) -> Node:
    return Node(id_, NodeKind.UPDATE)


def cleanup(id_: int) -> Node:
    return Node(id_, NodeKind.CLEANUP)


def background() -> ThreadPoolExecutor:
    """A thread for what has to wait for the test's own. Leave its block only when it has nothing to wait for."""
    return ThreadPoolExecutor(1)


def together(count: int, work: Callable[[int], Result]) -> list[Result]:
    """Run ``work(0)``, ``work(1)`` … on threads that start at the same moment; what each answered."""
    start = threading.Barrier(count)

    def run(number: int) -> Result:
        start.wait(PATIENCE)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return [future.result(PATIENCE) for future in [pool.submit(run, number) for number in range(count)]]
