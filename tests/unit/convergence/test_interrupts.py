"""Which operation may interrupt which, and which running step is let go of."""

from __future__ import annotations

import pathlib

import pytest

from heatlite import exception
from heatlite.convergence.interrupts import DOING, MATRIX, Answer, Operation, admit, yields
from heatlite.convergence.model import Action, NodeKind, Status

DOCUMENT = pathlib.Path(__file__).parents[3] / "doc" / "matrix.md"
CELLS = [
    (action, status, operation, said) for (action, status), row in MATRIX.items() for operation, said in row.items()
]
ERRORS = {
    Answer.DELETING: (exception.NotSupported, "{} a stack when it is deleting is not supported."),
    Answer.SUSPENDED: (exception.NotSupported, "{} a stack when it is suspended is not supported."),
    Answer.BUSY: (exception.ActionInProgress, "Stack shop already has an action ("),
    Answer.NOTHING_TO_CANCEL: (exception.NotSupported, "Cancelling update when stack is "),
    Answer.GONE: (exception.EntityNotFound, "The Stack (shop) could not be found."),
}


@pytest.mark.parametrize(("action", "status", "operation", "said"), CELLS)
def test_each_cell_lets_through_or_refuses_in_heats_words(
    action: Action, status: Status, operation: Operation, said: Answer
) -> None:
    if said not in ERRORS:
        assert admit("shop", action, status, operation) is said
        return
    error, text = ERRORS[said]
    with pytest.raises(error) as refused:
        admit("shop", action, status, operation)
    assert str(refused.value).startswith(text.format(DOING.get(operation, "")))


def test_every_state_that_a_stack_can_be_in_has_every_operation() -> None:
    assert set(MATRIX) == {(action, status) for action in Action if action is not Action.INIT for status in Status}
    assert all(set(row) == set(Operation) for row in MATRIX.values())


def test_the_table_in_the_documentation_is_the_data() -> None:
    rows = [line.strip("| ").split(" | ") for line in DOCUMENT.read_text().splitlines() if "_" in line and "|" in line]
    told = {row[0]: [cell.strip() for cell in row[1:]] for row in rows if row[0].split("_")[0] in set(Action)}
    assert told == {f"{action}_{status}": [row[it] for it in Operation] for (action, status), row in MATRIX.items()}


def test_what_would_be_deleted_is_let_go_of() -> None:
    for wanting in (Action.UPDATE, Action.DELETE, Action.ROLLBACK):
        assert yields(Action.CREATE, wanting, NodeKind.CLEANUP)
        assert yields(Action.UPDATE, wanting, NodeKind.CLEANUP)


def test_a_deletion_goes_on_to_its_end() -> None:
    assert not any(yields(Action.DELETE, wanting, kind) for wanting in Action for kind in NodeKind)


def test_a_plain_update_waits_for_what_runs() -> None:
    assert not yields(Action.CREATE, Action.UPDATE, NodeKind.UPDATE)
    assert not yields(Action.UPDATE, Action.UPDATE, NodeKind.UPDATE)


def test_nothing_that_runs_is_superseded_by_what_makes_no_template_true() -> None:
    for (_, status), row in MATRIX.items():
        if status is Status.IN_PROGRESS:
            assert not {row[it] for it in (Operation.SUSPEND, Operation.RESUME, Operation.CHECK)} & {Answer.SUPERSEDE}


def test_a_delete_gets_through_to_whatever_is_not_gone() -> None:
    assert {row[Operation.DELETE] for row in MATRIX.values()} == {Answer.SUPERSEDE, Answer.JOIN, Answer.GONE}


def test_a_visit_waits_for_what_runs_and_is_let_go_of_for_a_deletion() -> None:
    for visit in (Action.SUSPEND, Action.RESUME, Action.CHECK):
        assert not any(yields(step, visit, NodeKind.VISIT) for step in Action)
        assert yields(visit, Action.DELETE, NodeKind.CLEANUP)
        assert not yields(visit, Action.UPDATE, NodeKind.UPDATE)


def test_a_rollback_takes_an_update_back_at_once_but_lets_a_creation_end() -> None:
    assert yields(Action.UPDATE, Action.ROLLBACK, NodeKind.UPDATE)
    assert not yields(Action.CREATE, Action.ROLLBACK, NodeKind.UPDATE)


def test_a_step_that_only_waits_for_a_nested_stack_gives_way_to_whatever_wants_the_row():
    for wanting in Action:
        assert yields(Action.CREATE, wanting, NodeKind.UPDATE, preemptible=True)
        assert yields(Action.UPDATE, wanting, NodeKind.CLEANUP, preemptible=True)
        assert not yields(Action.DELETE, wanting, NodeKind.CLEANUP, preemptible=True)
