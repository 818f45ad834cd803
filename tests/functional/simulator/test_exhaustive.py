"""Every order of the transactions, with every death of an engine in between: see ``tests.simulator.exhaustive``."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest

from heatlite.convergence.model import Action
from heatlite.db import stacks, sync_points
from heatlite.engine.traversal.transactions import begin
from tests.simulator.exhaustive import LARGE, SCENARIOS, Scenario, Search, Violation

SMALL = Scenario(resources=2)
Slip = tuple[Callable[..., Any], str, Scenario, str]
"""The function, what it lacks of its source, the scenario in which that is found, and what is told."""
SLIPS: dict[str, Slip] = {
    "an older traversal may write": (
        stacks.advance,
        "TABLE.c.current_traversal == traversal_id,",
        SMALL,
        "first was superseded, and wrote",
    ),
    "what is over may go on": (
        stacks.advance,
        "TABLE.c.status == Status.IN_PROGRESS,",
        Scenario(then=None, failures=1, resources=2),
        "an operation went on after its end",
    ),
    "a node may be claimed in any state": (
        sync_points.claiming,
        ", in_state(NodeState.SCHEDULED)",
        SMALL,
        "a run that never ends",
    ),
    "what another has claimed may be given back": (
        sync_points.hand_back,
        "TABLE.c.claim_id.in_(list(claims)),",
        Scenario(then=None, deaths=1, leaves=1, resources=2),
        "which lives",
    ),
    "a node is woken whatever it does": (
        sync_points.unblock,
        "TABLE.c.state == NodeState.BLOCKED,",
        SMALL,
        "of what it follows aren't done",
    ),
    "a row may be freed as if its operation still ran": (
        stacks.hold,
        ", TABLE.c.status == Status.IN_PROGRESS",
        Scenario(then=None, deaths=1, failures=1, resources=2, apart=True),
        "an operation went on after its end",
    ),
    "the superseded keep their nodes": (
        begin.supersede,
        "sync_points.delete_all(context, seen.id)",
        SMALL,
        "of an older traversal is there",
    ),
}


@contextmanager
def lacking(function: Callable[..., Any], clause: str) -> Iterator[None]:
    """Within this, the function lacks a piece of its source."""
    module, source = sys.modules[function.__module__], inspect.getsource(function)
    assert source.count(clause) == 1, f"{function.__name__} has no {clause}"
    names = dict(vars(module))
    exec(compile(source.replace(clause, ""), str(module.__file__), "exec"), names)
    with mock.patch.object(module, function.__name__, names[function.__name__]):
        yield


def searched(scenario: Scenario) -> Search:
    search = Search(scenario)
    search.run()
    return search


def ends(scenario: Scenario) -> set[str]:
    """The states in which the stack may end: the creation is over before the next operation begins, or superseded."""
    operations = {"CREATE"} | ({str(scenario.then)} if scenario.then else set())
    failed = {f"{it}_FAILED" for it in operations} if scenario.failures and not scenario.rolls_back else set()
    back = {"ROLLBACK_COMPLETE"} if scenario.failures and scenario.rolls_back else set()
    return {f"{it}_COMPLETE" for it in operations} | failed | back


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", SCENARIOS)
def test_whatever_the_order_of_transactions_the_operation_ends_and_nothing_is_lost(name: str) -> None:
    search = searched(SCENARIOS[name])
    assert search.ends.keys() == ends(SCENARIOS[name])
    assert search.states > 50


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("name", LARGE)
def test_the_same_with_more_resources_and_faults(name: str) -> None:
    assert searched(LARGE[name]).states > 1000


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_in_a_transaction_is_found(slip: str) -> None:
    function, clause, scenario, told = SLIPS[slip]
    with lacking(function, clause), pytest.raises(Violation, match=told):
        searched(scenario)


def test_a_search_tells_the_steps_that_led_there() -> None:
    function, clause, scenario, _ = SLIPS["an older traversal may write"]
    with lacking(function, clause), pytest.raises(Violation) as caught:
        searched(scenario)
    steps = str(caught.value).splitlines()
    assert steps[1] == "after:"
    assert f"{Action.UPDATE} begins" in steps
    assert steps[-1] == "the first is ended late"
