"""Which row serves a name: the first difference decides, whatever the later ones say."""

import dataclasses

import pytest

from heatlite.convergence.model import Action, Status
from heatlite.convergence.plan import assign
from heatlite.convergence.serving import Now, serving
from tests.unit.convergence.build import row, want

PREVIOUS = 7

WORST = row(1, status=Status.FAILED, definition_hash="other", replaced_by=99)
"""A row that may serve, but has everything against it."""

MERITS = [
    ("it is not FAILED", {"status": Status.IN_PROGRESS}),
    ("it has the wanted definition", {"definition_hash": "new"}),
    ("it is of the previous template", {"current_template_id": PREVIOUS}),
    ("it is not replaced", {"replaced_by": None}),
    ("it is the newest", {"id": 50}),
]


def served_by(*rows, previous=PREVIOUS):
    """The id of the row that serves the one name that is wanted."""
    return assign([want()], rows, previous).serving["web"].id


@pytest.mark.parametrize("rank", range(len(MERITS)), ids=[reason for reason, _ in MERITS])
def test_the_first_difference_decides(rank):
    """One row has this merit alone; the other has all that count for less. Both have all that count for more."""
    shared = {key: value for _, merit in MERITS[:rank] for key, value in merit.items()}
    lesser = {key: value for _, merit in MERITS[rank + 1 :] for key, value in merit.items()}
    chosen = dataclasses.replace(WORST, **{"id": 10, **shared, **MERITS[rank][1]})
    passed_over = dataclasses.replace(WORST, **{"id": 20, **shared, **lesser})

    assert served_by(chosen, passed_over) == chosen.id
    assert served_by(passed_over, chosen) == chosen.id


@pytest.mark.parametrize("status", Status)
def test_a_row_in_deletion_serves_nothing(status):
    """It would be replaced at once; and its deletion may be completed by another while this is planned."""
    going = row(2, action=Action.DELETE, status=status, definition_hash="new", current_template_id=PREVIOUS)

    assert assign([want()], [going], PREVIOUS).missing == ("web",)
    assert served_by(WORST, going) == WORST.id


def test_rows_of_a_stack_without_a_previous_template_are_not_favoured_for_having_none():
    assert served_by(row(1, current_template_id=None), row(2, current_template_id=3), previous=None) == 2


def test_a_name_without_a_row_is_missing_and_a_row_without_a_name_is_left_out():
    assignment = assign([want("web"), want("database")], [row(1, "web"), row(2, "old")], None)

    assert {name: view.id for name, view in assignment.serving.items()} == {"web": 1}
    assert assignment.missing == ("database",)


def test_a_rollback_finds_the_row_that_was_replaced_and_says_that_it_returns():
    old = row(1, definition_hash="old", replaced_by=2)
    new = row(2, definition_hash="new", replaces=1)

    assignment = assign([want(definition="old")], [old, new], PREVIOUS)

    assert assignment.serving["web"] == old
    assert assignment.returned == (old,)


def test_a_failed_row_does_not_return_although_its_definition_is_wanted():
    broken = row(1, definition_hash="old", status=Status.FAILED, replaced_by=2)
    new = row(2, definition_hash="new", replaces=1)

    assignment = assign([want(definition="old")], [broken, new], PREVIOUS)

    assert assignment.serving["web"] == new
    assert assignment.returned == ()


STANDS_FOR_IT = [
    ("it is not replaced", {"replaced_by": None}),
    ("it isn't being deleted", {"action": Action.CREATE}),
    ("it is not FAILED", {"status": Status.IN_PROGRESS}),
    ("it fulfilled the stack's template", {"current_template_id": PREVIOUS}),
    ("it is the newest", {"id": 50}),
]
HARDLY_THERE = row(1, action=Action.DELETE, status=Status.FAILED, replaced_by=99)


@pytest.mark.parametrize("place", range(len(STANDS_FOR_IT)), ids=[merit for merit, _ in STANDS_FOR_IT])
def test_the_first_difference_decides_which_row_stands_for_a_name_now(place):
    better = dataclasses.replace(HARDLY_THERE, **{"id": 2, **STANDS_FOR_IT[place][1]})
    later = {name: value for _, merit in STANDS_FOR_IT[place + 1 :] for name, value in merit.items()}
    worse = dataclasses.replace(HARDLY_THERE, **{"id": 3, **later})
    assert serving([better, worse], Now(PREVIOUS)) == serving([worse, better], Now(PREVIOUS)) == {"web": better}


def test_what_is_deleted_stands_for_nothing_now():
    assert serving([row(1, action=Action.DELETE)], Now(PREVIOUS)) == {}
