"""The table of states in doc/transactions.md, walked: no state that isn't final waits for somebody who won't come.

Each line is built in a real database, and left twice: by who the table says moves it on, and, when that one has died
or what it sent was lost, by the sweep that the table names and no other.
"""

from __future__ import annotations

import inspect
import pathlib
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from heatlite.convergence.model import NodeState
from heatlite.engine.runtime.recovery import Sweeper, Sweeps
from heatlite.resources.builtin.stack import Stack
from tests.functional.engine import states_of_nodes, states_of_rows, states_of_services, states_of_stacks
from tests.functional.engine.fleet import Fleet
from tests.functional.engine.mishaps import LONG, slow, threaded
from tests.functional.engine.states import NO_SWEEP, Act, Case, is_unfinished, left, table
from tests.functional.engine.templates import template

CASES = states_of_stacks.CASES | states_of_nodes.CASES | states_of_rows.CASES | states_of_services.CASES
LINES = {line.state: line for line in table()}
LOOKS = sorted(name for name, _ in inspect.getmembers(Sweeper, inspect.isfunction) if not name.startswith("_"))
FINAL = {NodeState.DONE, NodeState.FAILED}
FAILURES = [(state, sweep) for state, case in CASES.items() for sweep in case.fails]


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Fleet]:
    fleet = Fleet(schema, tmp_path / "heatlite.sqlite3", **{"OS::Heat::Stack": Stack})
    yield fleet
    fleet.database.dispose()


def test_every_line_of_the_table_has_a_case_and_every_case_a_line() -> None:
    assert list(LINES) == list(CASES)


@pytest.mark.parametrize("state", CASES)
def test_a_line_names_the_sweeps_of_its_case_or_says_why_there_is_none(state: str) -> None:
    line = LINES[state]
    assert line.sweeps == CASES[state].sweeps
    assert bool(line.sweeps) != line.gives_reason
    assert len(line.sweep_cell) > len(NO_SWEEP)
    assert line.mover
    assert line.after_death


def test_every_sweep_that_the_table_names_exists_and_every_sweep_is_named() -> None:
    assert sorted({sweep for line in LINES.values() for sweep in line.sweeps}) == LOOKS


def test_every_look_of_the_sweeper_is_among_those_that_an_engine_sweeps_with(fleet: Fleet) -> None:
    looked: list[str] = []

    def look(name: str) -> object:
        return lambda: looked.append(name)

    sweeper = SimpleNamespace(**{name: look(name) for name in LOOKS})
    for name, act in vars(sweeper).items():
        act.__name__ = name
    Sweeps(fleet.engines[0].shared, sweeper).sweep()
    assert sorted(looked) == LOOKS


def test_every_state_of_a_node_that_is_not_final_is_in_the_table() -> None:
    nodes = " ".join(state for state in LINES if state.startswith("node: "))
    assert [state.name for state in NodeState if state not in FINAL and state.name not in nodes] == []


@pytest.mark.parametrize("state", CASES)
def test_who_the_table_names_moves_the_state_on(fleet: Fleet, state: str) -> None:
    case = built(fleet, state)
    move(fleet, case.moves)
    assert not case.holds(fleet)
    fleet.settle()
    verify_end(fleet, case)


@pytest.mark.parametrize(("state", "sweep"), FAILURES, ids=[f"{state}-{sweep}" for state, sweep in FAILURES])
def test_when_that_fails_the_sweep_that_the_table_names_moves_the_state_on(
    fleet: Fleet, state: str, sweep: str
) -> None:
    case = built(fleet, state)
    case.fails[sweep](fleet)
    fleet.work()
    if sweep == NO_SWEEP:
        fleet.sweep(*LOOKS)
    else:
        assert case.holds(fleet), "it was moved on without any sweep"
        fleet.sweep(sweep)
        fleet.work()
        assert not case.holds(fleet)
    fleet.settle()
    verify_end(fleet, case)


def built(fleet: Fleet, state: str) -> Case:
    """The fleet is in the state; and it doesn't get out of it by itself."""
    case = CASES[state]
    case.build(fleet)
    assert case.holds(fleet)
    return case


def move(fleet: Fleet, by: Act | str) -> None:
    if isinstance(by, str):
        fleet.sweep(by)
    else:
        by(fleet)


def verify_end(fleet: Fleet, case: Case) -> None:
    """See that the operation has come to its end, and that, when all sweeps have been by, nothing is left of it."""
    assert fleet.state() == case.ends
    fleet.sweep(*LOOKS)
    fleet.settle()
    assert left(fleet) == (0, 0, 0)
    assert fleet.state() == case.ends


def test_what_was_given_back_before_its_stack_failed_does_not_stay_in_progress(fleet: Fleet) -> None:
    fleet.create(template({"a": slow(LONG), "b": threaded(fail=True)}))
    fleet.message()
    fleet.engines[0].steps.waiting.popleft()()  # the step of "b", which ends while its engine leaves
    fleet.engines[0].leave()  # "a" is given back, and what "b" came to ends the stack before anybody takes "a" up
    assert fleet.state() == "CREATE_FAILED"
    assert not is_unfinished(fleet)
