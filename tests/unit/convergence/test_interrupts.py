"""Which operation may interrupt which."""

import itertools

import pytest

from heatlite import exception
from heatlite.convergence.interrupts import check
from heatlite.convergence.model import Action, Status

REFUSED = {
    (Action.DELETE, Status.IN_PROGRESS, Action.UPDATE): exception.ActionInProgress,
    (Action.DELETE, Status.COMPLETE, Action.UPDATE): exception.EntityNotFound,
    (Action.DELETE, Status.COMPLETE, Action.DELETE): exception.EntityNotFound,
}
RUNNING = [Action.CREATE, Action.UPDATE, Action.ROLLBACK, Action.DELETE]
ALLOWED = [it for it in itertools.product(RUNNING, Status, [Action.UPDATE, Action.DELETE]) if it not in REFUSED]


@pytest.mark.parametrize(("action", "status", "operation"), ALLOWED)
def test_an_operation_is_let_through(action, status, operation):
    check("shop", action, status, operation)


@pytest.mark.parametrize(("action", "status", "operation"), REFUSED)
def test_an_operation_is_refused_with_the_error_that_clients_know(action, status, operation):
    with pytest.raises(REFUSED[action, status, operation]):
        check("shop", action, status, operation)


def test_the_refusal_names_the_stack_and_what_runs():
    with pytest.raises(exception.ActionInProgress, match=r"Stack shop already has an action \(DELETE\) in progress"):
        check("shop", Action.DELETE, Status.IN_PROGRESS, Action.UPDATE)


def test_a_stack_that_is_gone_is_not_found():
    with pytest.raises(exception.EntityNotFound, match=r"The Stack \(shop\) could not be found"):
        check("shop", Action.DELETE, Status.COMPLETE, Action.DELETE)
