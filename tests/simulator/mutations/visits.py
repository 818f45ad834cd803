"""Slips in what is suspended, resumed and checked, in which order, and in what is remembered of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from heatlite.convergence import decide, visits
from heatlite.convergence.model import Action, Node, NodeState, Status
from heatlite.engine.decision import row_changes
from heatlite.engine.traversal.transactions import begin, end, finish
from tests.simulator.mutations.base import Patch, mutation


@mutation(300)
def suspend_in_the_order_of_an_update() -> Sequence[Patch]:
    real = begin.arrange_visits
    return [(begin, "arrange_visits", lambda views, action: real(views, Action.RESUME))]


@mutation(300)
def count_no_arrival_of_a_check_that_failed() -> Sequence[Patch]:
    real = finish._end_nodes

    def end_nodes(context: Any, traversal: Any, works: Any, state: NodeState) -> set[Node]:
        ended = real(context, traversal, works, state)
        return ended if state is NodeState.DONE else set()

    return [(finish, "_end_nodes", end_nodes)]


@mutation(400)
def update_what_is_suspended() -> Sequence[Patch]:
    real = decide.decide_update

    def decide_update(view: Any, comparison: decide.Comparison) -> decide.UpdateDecision:
        decision = real(view, comparison)
        if not isinstance(decision, decide.Resume):
            return decision
        return decide.UpdateInPlace(comparison.changed) if comparison.changed else decide.Keep()

    return [(decide, "decide_update", decide_update)]


@mutation(100)
def move_the_last_complete_template_after_a_check() -> Sequence[Patch]:
    return [(end, "VISITS", frozenset())]


@mutation(2500)
def forget_what_came_before_a_visit() -> Sequence[Patch]:
    return [(row_changes, "remembered", lambda work: {})]


@mutation(2500)
def resume_nothing_that_failed_to_be_suspended() -> Sequence[Patch]:
    real = visits.decide_visit

    def decide_visit(view: Any, action: Action, **facts: bool) -> decide.VisitDecision:
        decision = real(view, action, **facts)
        if action is Action.RESUME and isinstance(decision, decide.Perform) and view.status is not Status.COMPLETE:
            return decide.Nothing()
        return decision

    return [(visits, "decide_visit", decide_visit)]
