"""Slips in what is planned, and in how arrivals are counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heatlite.convergence import plan
from heatlite.convergence.model import COMMIT, Node, NodeKind, NodeState
from heatlite.db import resources, sync_points
from heatlite.db.api import rows, writer
from heatlite.engine.decision import row_changes
from heatlite.engine.traversal.transactions import begin, finish
from tests.simulator.mutations.base import Patch, mutation, sa


@mutation(600)
def drop_the_retrigger_on_a_superseded_exit() -> Sequence[Patch]:
    real = finish.finish

    def silent(*args: Any, **kwargs: Any) -> finish.Finished:
        return finish.Finished(real(*args, **kwargs).ready, {})

    return [(finish, "finish", silent)]


@mutation(600)
def decrement_without_the_done_check() -> Sequence[Patch]:
    real = sync_points.finish

    def credulous(context: Any, traversal: str, nodes: Any, *mine: Any) -> set[Node]:
        real(context, traversal, nodes, *mine)
        return set(nodes)

    return [(sync_points, "finish", credulous)]


@mutation(50)
def count_a_duplicate_arrival() -> Sequence[Patch]:
    @writer
    def claim(context: Any, traversal_id: str, nodes: Any, engine_id: str, claim_id: str) -> int:
        taken = [NodeState.SCHEDULED, NodeState.RUNNING, NodeState.DONE]
        statement = sa.update(sync_points.TABLE).where(
            sync_points.TABLE.c.traversal_id == traversal_id,
            sync_points.TABLE.c.state.in_(taken),
            sync_points.these(nodes),
        )
        values = {"state": NodeState.RUNNING, "engine_id": engine_id, "claim_id": claim_id}
        return rows(context.connection.execute(statement.values(**values)))

    return [(sync_points, "claim", claim)]


@mutation(5000)
def check_a_fence_row_in_place_of_writing_it() -> Sequence[Patch]:
    @writer
    def finish_unfenced(
        context: Any, traversal: str, nodes: Any, engine_id: str, claims: Any, state: NodeState = NodeState.DONE
    ) -> set[Node]:
        mine = (sync_points.TABLE.c.traversal_id == traversal, sync_points.these(nodes))
        held = sa.select(sync_points.TABLE.c.resource_id, sync_points.TABLE.c.kind).where(
            *mine, sync_points.TABLE.c.engine_id == engine_id, sync_points.TABLE.c.state == NodeState.RUNNING
        )
        found = {Node(row, NodeKind(kind)) for row, kind in context.connection.execute(held)}
        statement = sa.update(sync_points.TABLE).where(*mine).values(state=state, engine_id=None)
        context.connection.execute(statement)
        return found

    return [(sync_points, "finish", finish_unfenced)]


@mutation(20)
def schedule_what_still_waits_for_one() -> Sequence[Patch]:
    real = begin.waiting_counts

    def fewer(graph: Any) -> dict[Node, int]:
        return {node: count - (node == COMMIT and count > 1) for node, count in real(graph).items()}

    return [(begin, "waiting_counts", fewer)]


@mutation(20)
def take_cleanup_edges_from_the_template() -> Sequence[Patch]:
    def arrange(wanted: Any, serving: Mapping[str, int], existing: Any, **options: Any) -> Any:
        import dataclasses

        of_template = {serving[want.name]: frozenset(serving[name] for name in want.requires) for want in wanted}
        views = [dataclasses.replace(view, requires=of_template.get(view.id, frozenset())) for view in existing]
        return plan.arrange(wanted, serving, views, **options)

    return [(begin, "arrange", arrange)]


@mutation(8000)
def forget_what_was_required_before_the_action() -> Sequence[Patch]:
    real = row_changes.begun

    def begun(work: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        changes = real(work, *args, **kwargs)
        return {**changes, "requires": sorted(work.evaluated.requires)} if work.evaluated else changes

    return [(row_changes, "begun", begun)]


@mutation(20)
def delete_a_replaced_row_before_its_dependents_have_moved() -> Sequence[Patch]:
    def cleanups(follows: Any, existing: Any) -> None:
        for view in existing:
            follows[Node(view.id, NodeKind.CLEANUP)] = []

    return [(plan, "_cleanups", cleanups)]


@mutation(600)
def leave_replaced_by_on_a_row_that_serves_again() -> Sequence[Patch]:
    return [(resources, "clear_replaced_by", lambda context, ids: None)]
