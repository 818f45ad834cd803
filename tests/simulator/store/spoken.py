"""Have ``heatlite.db`` speak the store's own language in place of SQLAlchemy's, for a while.

Its modules keep tables and prebuilt statements in module-level names. Those assignments are evaluated once more, in the
other language, and both they and ``sa`` are exchanged; the functions themselves are the very same.
"""

from __future__ import annotations

import ast
import inspect
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest import mock

import sqlalchemy

from heatlite.db import (
    bulk,
    event_sinks,
    events,
    lengths,
    models,
    purge,
    resources,
    services,
    snapshots,
    stacks,
    sync_points,
    templates,
    user_creds,
)
from heatlite.db.api import reader
from heatlite.db.sync_points import Prepared
from tests.simulator.store.language import LANGUAGE, stand_in

MODULES = (
    bulk,
    events,
    purge,
    resources,
    services,
    snapshots,
    stacks,
    sync_points,
    templates,
    user_creds,
)


@cache
def stand_in_models() -> SimpleNamespace:
    """``heatlite.db.models`` as far as statements need it."""
    tables = {name: stand_in(it) for name, it in vars(models).items() if isinstance(it, sqlalchemy.Table)}
    return SimpleNamespace(**tables)


@cache
def exchanged(module: ModuleType) -> dict[str, Any]:
    """The module's names that depend on the language, in this one."""
    namespace = {**vars(module), "sa": LANGUAGE, "models": stand_in_models()}
    changed: dict[str, Any] = {"sa": LANGUAGE, "models": namespace["models"]}
    for statement in ast.parse(inspect.getsource(module)).body:
        if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
            continue
        target = statement.target if isinstance(statement, ast.AnnAssign) else statement.targets[0]
        if isinstance(target, ast.Name):
            mentioned = {node.id for node in ast.walk(statement.value) if isinstance(node, ast.Name)}
            if mentioned & changed.keys():
                name = target.id
                code = compile(ast.Expression(statement.value), module.__name__, "eval")
                namespace[name] = changed[name] = eval(code, namespace)
    return {name: value for name, value in changed.items() if name in vars(module)}


@contextmanager
def own_language() -> Iterator[None]:
    """Within this, statements are made in the store's own language."""
    with ExitStack() as stack:
        for module in MODULES:
            for it in vars(module).values():
                if isinstance(it, Prepared):
                    stack.enter_context(mock.patch.dict(it.built, clear=True))
            stack.enter_context(mock.patch.dict(vars(module), exchanged(module)))
        yield


def swapped(
    context: Any,
    keys: Mapping[int, int],
    changes: Mapping[int, Mapping[str, Any]],
    common: Mapping[str, Any],
    locked_by: str | None,
) -> int:
    """``bulk.compare_and_swap``, as expressions: of SQL that is text the store understands nothing."""
    table = resources.TABLE
    counted = {**common, "atomic_key": table.c.atomic_key + 1}
    if not changes:
        return 0
    columns = next(iter(changes.values())).keys()
    own = {
        name: bulk.per_row(table.c[name], table.c.id, {row: values[name] for row, values in changes.items()})
        for name in columns
    }
    seen = (table.c.id.in_(list(changes)), resources._locked_by_condition(locked_by), resources._seen(keys))
    found = context.connection.execute(bulk.sa.update(table).where(*seen).values({**counted, **own}))
    return int(found.rowcount)


def cast_by_project(context: Any, now: float) -> list[tuple[str, int]]:
    """``sync_points.cast_by_project``, with the groups made here: the store has none."""
    table, stack = sync_points.TABLE, stacks.TABLE
    cast = sync_points.sa.select(table.c.traversal_id, table.c.stack_id).where(
        sync_points.IS_CAST, table.c.next_cast_at > now
    )
    counts = Counter((row[0], row[1]) for row in context.connection.execute(cast))
    tenants = {
        row[0]: row[1]
        for row in context.connection.execute(
            stacks.sa.select(stack.c.id, stack.c.tenant).where(stack.c.id.in_(sorted({it for _, it in counts})))
        )
    }
    return [(tenants[stack_id], count) for (_, stack_id), count in counts.items() if stack_id in tenants]


@contextmanager
def in_expressions() -> Iterator[None]:
    """Within this, every statement is one that the store understands.

    How many bytes something has is a text of SQL, and nothing here is too large; and nobody wants events elsewhere.
    """
    with (
        mock.patch.object(bulk, "compare_and_swap", swapped),
        mock.patch.object(sync_points, "cast_by_project", reader(cast_by_project)),
        mock.patch.object(lengths, "total", return_value=0),
        mock.patch.object(event_sinks, "need", return_value=False),
    ):
        yield
