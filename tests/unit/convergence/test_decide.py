"""What a node has to do with its row, now: a test for each line of the table in ``decide``."""

import pytest

from heatlite.convergence.decide import (
    Adopt,
    Blocked,
    Collect,
    Continue,
    Create,
    Delete,
    Forget,
    Keep,
    Leave,
    Nothing,
    Replace,
    Resume,
    UpdateInPlace,
    decide_cleanup,
    decide_update,
)
from heatlite.convergence.model import Action, Status
from tests.unit.convergence.build import compared, row

CHANGED = [Action.CREATE, Action.UPDATE, Action.ADOPT, Action.RESTORE]
VISITED = [Action.SUSPEND, Action.RESUME, Action.CHECK, Action.SNAPSHOT]
MADE = [*CHANGED, *VISITED]
AWAKE = [action for action in MADE if action is not Action.SUSPEND]
STATES = [(action, status) for action in Action for status in Status]


def new_row(**changes):
    return row(1, action=Action.INIT, physical_id=None, definition_hash=None, **changes)


def test_a_creation_that_was_left_half_way_is_gone_on_with_whatever_is_wanted_now():
    left = row(1, status=Status.FAILED, physical_id=None, attempts=1)
    assert decide_update(left, compared("size")) == Continue()
    assert decide_update(row(1, type="Volume", status=Status.FAILED, physical_id=None, attempts=1), compared()) == (
        Continue()
    )


def test_nothing_made_yet_is_created():
    assert decide_update(new_row(), compared("size")) == Create()


def test_a_row_to_which_nothing_was_done_takes_on_another_type_without_a_replacement():
    assert decide_update(new_row(type="Volume"), compared(wanted_type="Server")) == Create()


def test_a_creation_that_made_nothing_is_tried_again_in_the_same_row():
    failed = row(1, status=Status.FAILED, physical_id=None)

    assert decide_update(failed, compared(replace_when_failed=True)) == Create()


def test_a_creation_of_another_type_that_made_nothing_is_replaced():
    failed = row(1, type="Volume", status=Status.FAILED, physical_id=None)

    assert decide_update(failed, compared(wanted_type="Server")) == Replace()


@pytest.mark.parametrize("wanted_type", ["Server", "Volume"])
def test_a_creation_whose_owner_died_goes_on(wanted_type):
    """Also where another type is wanted by now: what the dead engine made must be known before it can be replaced."""
    creating = row(1, status=Status.IN_PROGRESS, physical_id=None)

    assert decide_update(creating, compared("size", wanted_type=wanted_type, needs_replacement=True)) == Continue()


@pytest.mark.parametrize("action", MADE)
def test_another_type_is_a_replacement(action):
    assert decide_update(row(1, action=action, type="Volume"), compared(wanted_type="Server")) == Replace()


@pytest.mark.parametrize("status", Status)
def test_a_row_being_deleted_is_replaced(status):
    assert decide_update(row(1, action=Action.DELETE, status=status), compared()) == Replace()


@pytest.mark.parametrize("action", CHANGED)
def test_what_failed_beyond_repair_is_replaced(action):
    failed = row(1, action=action, status=Status.FAILED)

    assert decide_update(failed, compared(replace_when_failed=True)) == Replace()


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("action", VISITED)
def test_what_had_failed_before_a_visit_or_is_found_damaged_by_one_is_replaced_however_the_visit_ended(action, status):
    damaged = row(1, action=action, status=status, is_damaged=True)

    assert decide_update(damaged, compared(replace_when_failed=True)) == Replace()


@pytest.mark.parametrize("status", [Status.IN_PROGRESS, Status.FAILED])
@pytest.mark.parametrize("action", [Action.CHECK, Action.SNAPSHOT])
def test_a_look_that_did_not_end_is_no_damage(action, status):
    assert decide_update(row(1, action=action, status=status), compared(replace_when_failed=True)) == Keep()


MAYBE_SUSPENDED = [*((Action.SUSPEND, status) for status in Status), (Action.RESUME, Status.IN_PROGRESS)]
MAYBE_SUSPENDED += [(Action.RESUME, Status.FAILED)]


@pytest.mark.parametrize("changed", [(), ("size",)])
@pytest.mark.parametrize(("action", "status"), MAYBE_SUSPENDED)
def test_what_may_be_suspended_is_resumed_before_it_is_looked_at_again(action, status, changed):
    assert decide_update(row(1, action=action, status=status), compared(*changed)) == Resume()
    replaced = compared(*changed, replace_when_failed=True)
    assert decide_update(row(1, action=action, status=status), replaced) == Resume()


@pytest.mark.parametrize(("action", "status"), MAYBE_SUSPENDED)
def test_what_will_be_replaced_is_not_resumed_first(action, status):
    assert decide_update(row(1, action=action, status=status), compared("image", needs_replacement=True)) == Replace()


@pytest.mark.parametrize("action", CHANGED)
def test_what_failed_and_can_be_repaired_is_updated_even_if_no_property_differs(action):
    assert decide_update(row(1, action=action, status=Status.FAILED), compared()) == UpdateInPlace(frozenset())


def test_what_a_check_found_not_to_be_made_is_replaced_since_there_is_nothing_to_repair():
    found = {"action": Action.CHECK, "status": Status.FAILED, "is_damaged": True}

    assert decide_update(row(1, **found, physical_id=None), compared()) == Replace()
    assert decide_update(row(1, **found), compared()) == UpdateInPlace(frozenset())


@pytest.mark.parametrize("action", AWAKE)
def test_what_is_as_wanted_is_kept(action):
    assert decide_update(row(1, action=action), compared(replace_when_failed=True)) == Keep()


def test_a_change_that_the_type_cannot_take_is_a_replacement():
    assert decide_update(row(1), compared("image", needs_replacement=True)) == Replace()


def test_a_change_that_the_type_can_take_names_the_properties():
    assert decide_update(row(1), compared("size", "name")) == UpdateInPlace(frozenset({"size", "name"}))


def test_an_update_whose_owner_died_is_done_again():
    interrupted = row(1, action=Action.UPDATE, status=Status.IN_PROGRESS)

    assert decide_update(interrupted, compared("size")) == UpdateInPlace(frozenset({"size"}))
    assert decide_update(interrupted, compared()) == UpdateInPlace(frozenset())


@pytest.mark.parametrize(("action", "status"), STATES)
def test_an_update_of_a_row_that_another_engine_holds_waits(action, status):
    held = row(1, action=action, status=status, engine_id="other")

    assert decide_update(held, compared("size", needs_replacement=True, replace_when_failed=True)) == Blocked()


def test_no_row_is_nothing_to_clean_up():
    assert decide_cleanup(None, serves=False) == Nothing()
    assert decide_cleanup(None, serves=True) == Nothing()


@pytest.mark.parametrize("engine_id", [None, "other"])
@pytest.mark.parametrize(("action", "status"), STATES)
def test_a_row_that_serves_a_name_is_left_alone_whoever_holds_it(action, status, engine_id):
    assert decide_cleanup(row(1, action=action, status=status, engine_id=engine_id), serves=True) == Nothing()


@pytest.mark.parametrize("serves", [True, False])
@pytest.mark.parametrize(("action", "status"), STATES)
def test_cleaning_up_a_row_that_another_engine_holds_waits(action, status, serves):
    replaced = row(1, action=action, status=status, engine_id="other", replaced_by=2)

    assert decide_cleanup(replaced, serves=serves) == Blocked()


@pytest.mark.parametrize("status", Status)
def test_a_row_for_which_nothing_was_ever_made_just_goes(status):
    assert decide_cleanup(new_row(status=status), serves=False) == Forget()


def test_a_row_whose_deletion_is_complete_just_goes():
    assert decide_cleanup(row(1, action=Action.DELETE), serves=False) == Forget()


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("action", MADE)
def test_anything_else_that_serves_nothing_is_deleted(action, status):
    assert decide_cleanup(row(1, action=action, status=status), serves=False) == Delete()


@pytest.mark.parametrize("status", [Status.IN_PROGRESS, Status.FAILED])
def test_a_deletion_that_did_not_end_well_is_done_again(status):
    assert decide_cleanup(row(1, action=Action.DELETE, status=status), serves=False) == Delete()


def test_a_failed_creation_that_told_no_id_is_deleted_all_the_same():
    """Its engine may have died between the making and the telling: only the plugin can say that nothing is there."""
    assert decide_cleanup(row(1, status=Status.FAILED, physical_id=None), serves=False) == Delete()


def test_a_row_that_the_plan_chose_and_its_update_replaced_is_deleted():
    assert decide_cleanup(row(1, replaced_by=2), serves=True) == Delete()


@pytest.mark.parametrize(
    ("action", "status", "attempts"),
    [(Action.CREATE, Status.IN_PROGRESS, 0), (Action.CREATE, Status.FAILED, 1), (Action.UPDATE, Status.FAILED, 0)],
)
def test_a_nested_stack_is_turned_to_what_is_wanted_now_whatever_was_being_made(action, status, attempts):
    left = row(1, action=action, status=status, attempts=attempts)

    assert decide_update(left, compared(updatable_while_creating=True)) == UpdateInPlace(frozenset())


def test_a_nested_stack_whose_creation_was_left_before_it_told_an_id_is_turned_likewise():
    left = row(1, status=Status.IN_PROGRESS, physical_id=None)

    assert decide_update(left, compared(updatable_while_creating=True)) == UpdateInPlace(frozenset())


def test_a_nested_stack_is_never_kept_without_a_look():
    assert decide_update(row(1), compared(update_when_unchanged=True)) == UpdateInPlace(frozenset())


def test_what_a_nested_stack_left_is_collected_where_it_stays_and_nobody_holds_it():
    assert decide_cleanup(row(1), serves=True, collects=True) == Collect()
    assert decide_cleanup(row(1, engine_id="other"), serves=True, collects=True) == Blocked()
    assert decide_cleanup(row(1), serves=False, collects=True) == Delete()
    assert decide_cleanup(row(1, replaced_by=2), serves=True, collects=True) == Delete()


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("action", [Action.INIT, Action.ADOPT, Action.CHECK, Action.SNAPSHOT])
def test_what_is_still_to_be_taken_over_is_never_made_whatever_was_tried_before(action, status):
    waiting = row(1, action=action, status=status)

    assert decide_update(waiting, compared("size", replace_when_failed=True, adoption_pending=True)) == Adopt()


def test_what_is_wanted_of_another_type_than_what_is_to_be_taken_over_is_made_beside_it():
    waiting = new_row(type="Volume")

    assert decide_update(waiting, compared(wanted_type="Server", adopts=True, adoption_pending=True)) == Replace()


@pytest.mark.parametrize("action", [Action.INIT, Action.ADOPT])
def test_what_is_still_to_be_taken_over_is_left_by_a_cleanup(action):
    assert decide_cleanup(row(1, action=action), serves=False, not_adopted_yet=True) == Leave()
    assert decide_cleanup(row(1, action=action), serves=False, retains=True, not_adopted_yet=True) == Leave()
    assert decide_cleanup(row(1, action=action), serves=True, not_adopted_yet=True) == Nothing()
    assert decide_cleanup(row(1, action=action, engine_id="e1"), serves=False, not_adopted_yet=True) == Blocked()
