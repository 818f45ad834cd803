"""Build the sentences that explain a stack. Pure.

headline   the stack, its operation, when it began, when it times out
trouble    a problem that stops everything: no engine is alive, or the time limit has passed
nodes      a sentence for each unfinished node: ready, running, waiting for which, blocked by which, paused where
after      for a stack at rest: the failures, the locked rows, what to do
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator

from heatlite.convergence.model import Action, NodeKind, NodeState, Status
from heatlite.db.records import ResourceRecord
from heatlite.db.sync_points import NodeStatus
from heatlite.engine.observability.explaining.facts import Facts, seconds
from heatlite.resources.steps import AGAIN

DOES = {
    NodeKind.CLEANUP: "cleanup",
    NodeKind.UPDATE: "update",
    NodeKind.VISIT: "visit",
    NodeKind.PLAN: "planning the rollback",
    NodeKind.COMMIT: "commit point",
    NodeKind.EPILOGUE: "end of the operation",
}
ENDED = (NodeState.DONE, NodeState.FAILED)
MOST_SENTENCES = 50  # nodes with a sentence of their own; the others are only counted


def explained(facts: Facts) -> list[str]:
    """Return the explanation of a stack, line by line."""
    body = under_way(facts) if facts.stack.is_in_progress else at_rest(facts)
    return [*headline(facts), *body]


def headline(facts: Facts) -> Iterator[str]:
    """Yield the stack's name and state."""
    stack = facts.stack
    yield f"Stack {stack.name} ({stack.id}) of project {stack.tenant} is {stack.action}_{stack.status}."
    if stack.status_reason:
        yield f"Reason: {stack.status_reason}"
    if facts.root is not None:
        root = facts.root
        yield f"It is nested in {root.name} ({root.id}), which is {root.action}_{root.status}."
    if stack.is_in_progress and (since := stack.updated_at or stack.created_at):
        line = f"The operation began {ago(facts, seconds(since))}"
        if stack.deadline is not None:
            left = stack.deadline - facts.now
            line += (
                f" and fails in {span(left)}" if left > 0 else f" and is {span(-left)} past its time: a sweep fails it"
            )
        yield f"{line}."


def under_way(facts: Facts) -> Iterator[str]:
    """Yield what an operation in progress waits for."""
    yield from no_engine(facts)
    if not facts.nodes:
        yield "It has no nodes: its operation ended or was superseded a moment ago. Look again."
        return
    counts = Counter(it.state for it in facts.nodes)
    states = ", ".join(f"{counts[state]} {state.name}" for state in NodeState if counts[state])
    yield f"Of {len(facts.nodes)} nodes: {states}."
    open_nodes = [it for it in facts.nodes if it.state not in ENDED]
    by_interest = sorted(open_nodes, key=lambda it: (it.state is NodeState.WAITING, it.node))
    yield from (f"  {of_node(facts, it)}" for it in by_interest[:MOST_SENTENCES])
    if len(open_nodes) > MOST_SENTENCES:
        yield f"  … and {len(open_nodes) - MOST_SENTENCES} more."
    yield (
        f"Each engine looks for lost work every {span(facts.sweep_interval)}; the work of an engine that is silent for "
        f"{span(facts.lease_seconds)} is taken over."
    )


def no_engine(facts: Facts) -> Iterator[str]:
    """Yield that no engine works, if none does: engines that died together leave rows that nobody marks as dead."""
    silent = [engine.silent for engine in facts.engines.values() if not engine.is_gone]
    if silent and min(silent) <= facts.lease_seconds:
        return
    heard = f" (the last report was {span(min(silent))} ago, by this machine's clock)" if silent else ""
    yield f"No engine is alive{heard}: the operation continues when one is started. Nothing is lost meanwhile."


def of_node(facts: Facts, it: NodeStatus) -> str:
    """Describe one unfinished node."""
    return f"{named(it)}: {state_of(facts, it)}"


def state_of(facts: Facts, it: NodeStatus) -> str:
    """Describe a node's state, and what it needs to go on."""
    match it.state:
        case NodeState.WAITING:
            return f"waits for {waits_for(facts, it)}"
        case NodeState.SCHEDULED:
            return f"ready; {announced(facts, it)}"
        case NodeState.RUNNING:
            return running(facts, it)
        case NodeState.BLOCKED:
            return blocked(facts, it)
        case NodeState.PAUSED:
            return (
                f"paused at its hook {it.hook}, until that is cleared by "
                f'a signal to the resource with {{"unset_hook": "{it.hook}"}}'
            )
        case _:
            return it.state.name.lower()


def waits_for(facts: Facts, it: NodeStatus) -> str:
    """Name the unfinished predecessors of a node."""
    if facts.graph is None or it.node not in facts.graph:
        return f"{it.remaining} others"
    by_node = {other.node: other for other in facts.nodes}
    before = [by_node[node] for node in facts.graph.predecessors(it.node) if node in by_node]
    names = [named(other) for other in before if other.state not in ENDED]
    return some(names) if names else f"{it.remaining} others"


def announced(facts: Facts, it: NodeStatus) -> str:
    """Describe how a ready node has been announced."""
    if it.held_for is not None:
        return f"queued: project {it.held_for} has used up its share; an engine with a free thread takes it in its turn"
    again = "" if it.next_cast_at is None else in_or_now(it.next_cast_at - facts.now)
    times = f"queued by a sweep {it.casts} times so far" if it.casts else "announced"
    return f"{times}; if no engine takes it, a sweep queues it {again or 'again'}"


def running(facts: Facts, it: NodeStatus) -> str:
    """Describe which engine runs a node, since when, and when it polls next."""
    words = f"running on {engine(facts, it.engine_id)}"
    row = it.resource
    if row is None:
        return words
    if row.updated_at is not None:
        words += f", {row.action} begun {ago(facts, seconds(row.updated_at))}"
    if row.due_at is not None and row.progress:
        words += f", polls again {in_or_now(row.due_at - facts.now)}"
    token = (row.progress or {}).get("token")
    if isinstance(token, dict) and AGAIN in token:
        words += f"; {token[AGAIN]['reason']}; tried {token[AGAIN]['tries']} times"
    child = facts.children.get(row.uuid)
    if child is not None and child.is_in_progress:
        words += (
            f"; it waits for its nested stack {child.name} ({child.id}), {child.action}_{child.status}: explain that"
        )
    return words


def blocked(facts: Facts, it: NodeStatus) -> str:
    """Describe which engine holds the row that a node needs."""
    row = it.resource
    if row is None or row.engine_id is None:
        return f"was blocked by a lock that is free now; a sweep schedules it within {span(facts.sweep_interval)}"
    holder = engine(facts, row.engine_id)
    return (
        f"needs the row that {holder} has locked for an earlier operation ({row.action}); goes on when it is unlocked"
    )


def at_rest(facts: Facts) -> Iterator[str]:
    """Yield the result of the last operation, and what can be done."""
    failed = [row for row in facts.rows if row.status is Status.FAILED]
    held = [row for row in facts.rows if row.engine_id is not None]
    yield "No operation is under way."
    yield from (f"  {row.name}: {row.action}_FAILED: {row.status_reason}" for row in failed[:MOST_SENTENCES])
    for row in held[:MOST_SENTENCES]:
        yield f"  {row.name}: {engine(facts, row.engine_id)} is still at its {row.action}; no operation waits for that"
    yield advice(facts)


def advice(facts: Facts) -> str:
    """Return what an operator, or the stack's owner, can do."""
    stack = facts.stack
    if stack.deleted_at is not None:
        return "The stack is deleted: nothing needs to be done."
    if stack.status is Status.COMPLETE:
        return "Nothing needs to be done."
    if facts.root is not None:
        return f"To repair a nested stack, repair its root: heatlite-manage stack repair {facts.root.id}"
    again = "deletes it again" if stack.action is Action.DELETE else "brings it to its template again"
    return f"When the cause is fixed, run: heatlite-manage stack repair {stack.id}   (a new operation that {again})"


def engine(facts: Facts, engine_id: str | None) -> str:
    """Name an engine, and say whether it is alive."""
    if engine_id is None:
        return "an engine"
    known = facts.engines.get(engine_id)
    if known is None:
        return f"engine {engine_id}, which has left: a sweep takes over within {span(facts.sweep_interval)}"
    name = f"engine {engine_id} ({known.name})"
    if known.is_gone:
        return f"{name}, which is dead: a sweep takes over within {span(facts.sweep_interval)}"
    if known.silent > facts.lease_seconds / 2:
        return f"{name}, silent for {span(known.silent)}"
    return name


def named(it: NodeStatus) -> str:
    """Return a node's name for people: ``server (update)``."""
    does = DOES[it.node.kind]
    if it.node.resource_id == 0:
        return does
    return f"{of_row(it.resource) if it.resource else f'row {it.node.resource_id}, which is gone'} ({does})"


def of_row(row: ResourceRecord) -> str:
    """Return a resource's name; for a replaced row, with the row's id."""
    return row.name if row.replaced_by is None else f"{row.name}, replaced, row {row.id}"


def some(names: list[str]) -> str:
    """Join five names, and say how many more there are."""
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def ago(facts: Facts, moment: float) -> str:
    """Return how long ago a moment was, and its time in UTC."""
    at = datetime.datetime.fromtimestamp(moment, datetime.UTC)
    return f"{span(facts.now - moment)} ago ({at:%Y-%m-%d %H:%M:%S} UTC)"


def in_or_now(left: float) -> str:
    """Return ``in 5 s``, or ``now``."""
    return f"in {span(left)}" if left > 0 else "now"


def span(length: float) -> str:
    """Format a duration in seconds for people: ``4 s``, ``3 min 20 s``, ``2 h 5 min``."""
    whole = max(0, round(length))
    minutes, rest = divmod(whole, 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes_left} min"
    if minutes:
        return f"{minutes} min {rest} s"
    return f"{length:.1f} s" if 0 < length < 1 else f"{whole} s"
