"""Read the facts that explain a stack, in one transaction. The next look may find other facts."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from heatlite import exception
from heatlite.context import EngineContext
from heatlite.convergence.graph import Graph
from heatlite.convergence.model import Node
from heatlite.db import resources, services, stacks, sync_points
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.db.sync_points import NodeStatus
from heatlite.engine.definitions.traversals import decode


@dataclass(frozen=True)
class EngineFacts:
    """An engine process. ``silent``: seconds since its last report, by this machine's clock."""

    name: str
    is_gone: bool
    silent: float


@dataclass(frozen=True)
class Facts:
    """The facts from which a stack's explanation is built.

    ``now`` is in seconds since the epoch. ``graph`` is None while the traversal is being planned. The keys of
    ``children`` are the uuids of the rows that own them.
    """

    now: float
    stack: StackRecord
    nodes: Sequence[NodeStatus] = ()
    rows: Sequence[ResourceRecord] = ()
    graph: Graph[Node] | None = None
    engines: Mapping[str, EngineFacts] = field(default_factory=dict)
    children: Mapping[str, StackRecord] = field(default_factory=dict)
    root: StackRecord | None = None
    sweep_interval: float = 5
    lease_seconds: float = 20


def find(context: EngineContext, name: str) -> StackRecord:
    """Return the stack with this id, or the live stack with this name, of any project.

    :raises EntityNotFound: when there is none
    :raises Invalid: when several projects have a stack of this name
    """
    by_id = stacks.get(context, name)
    if by_id is not None:
        return by_id
    found = stacks.live_by_name(context, name)
    if not found:
        raise exception.EntityNotFound(entity="Stack", name=name)
    if len(found) > 1:
        which = ", ".join(f"{it.id} (project {it.tenant})" for it in found)
        raise exception.Invalid(reason=f"several stacks are named {name}; give the id of one: {which}")
    return found[0]


def facts_of(
    context: EngineContext, stack: StackRecord, now: float, *, sweep_interval: float, lease_seconds: float
) -> Facts:
    """Read the facts that explain a stack.

    :param now: seconds since the epoch
    """
    with context.database.reader(context):
        stack = stacks.get(context, stack.id) or stack
        seen = stacks.by_traversal(context, stack.current_traversal)
        deps = seen[1] if seen else None
        under_way = sync_points.node_statuses(context, stack.current_traversal)
        rows = resources.with_progress(context, stack.id)
        children = stacks.children(context, [stack.id])
        root = stacks.get(context, stack.root_id) if stack.root_id not in (None, stack.id) else None
        engines = engine_facts(context, now)
    return Facts(
        now,
        stack,
        under_way,
        rows,
        decode(deps) if deps else None,
        engines,
        {child.id: child for child in children},
        root,
        sweep_interval,
        lease_seconds,
    )


def engine_facts(context: EngineContext, now: float) -> dict[str, EngineFacts]:
    """Return engine id → facts, for every engine that has a row."""
    found = {}
    for it in services.listed(context):
        heard = it.updated_at or it.created_at
        silent = now - seconds(heard) if heard else 0.0
        found[it.engine_id] = EngineFacts(it.hostname, it.deleted_at is not None, max(0.0, silent))
    return found


def seconds(moment: datetime.datetime) -> float:
    """Convert a time of the database, which is UTC without a zone, to seconds since the epoch."""
    return moment.replace(tzinfo=datetime.UTC).timestamp()
