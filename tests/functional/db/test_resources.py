"""Resources: whoever lost a row's lock, or never had it, changes nothing and is told so."""

import pytest

from heatlite.convergence.model import Action, Status
from heatlite.db import resources
from tests.functional.db.build import LATER, NOW, add_resources, add_stack, together


@pytest.fixture
def row(context):
    """A free row whose atomic_key is 5."""
    (id_,) = add_resources(context, add_stack(context, id="s"), atomic_key=5)
    return id_


def lock(context, row, *, key=5, engine="e1"):
    """Take the row's lock: how many rows that changed."""
    changes = {row: {"status": Status.IN_PROGRESS}}
    return resources.write(context, {row: key}, changes, NOW, locked_by=None, lock_for=engine)


def read(context, row):
    (record,) = resources.by_ids(context, [row])
    return record


def test_a_free_row_is_locked_by_whoever_saw_it_last(context, row):
    assert lock(context, row) == 1

    held = read(context, row)
    assert (held.engine_id, held.atomic_key, held.status, held.updated_at) == ("e1", 6, Status.IN_PROGRESS, NOW)


def test_a_lock_is_not_taken_by_who_saw_an_older_row(context, row):
    assert lock(context, row, key=4) == 0
    assert read(context, row).engine_id is None


def test_a_lock_that_another_holds_is_not_taken(context, row):
    lock(context, row)

    assert lock(context, row, key=6, engine="e2") == 0
    assert read(context, row).engine_id == "e1"


def test_of_many_that_lock_at_once_one_wins(context, database, row):
    won = together(4, lambda number: lock(type(context)(database), row, engine=f"e{number}"))

    assert sorted(won) == [0, 0, 0, 1]
    assert read(context, row).engine_id == f"e{won.index(1)}"


@pytest.mark.parametrize(
    ("holder", "key"), [("e2", 6), (None, 6), ("e1", 5)], ids=["another", "nobody", "the holder, with an old key"]
)
def test_only_the_holder_with_the_newest_key_writes(context, row, holder, key):
    lock(context, row)

    changes = {row: {"status": Status.COMPLETE}}
    assert resources.write(context, {row: key}, changes, LATER, locked_by=holder, lock_for=None) == 0
    assert read(context, row).status is Status.IN_PROGRESS


def test_the_holder_writes_and_lets_go(context, row):
    lock(context, row)

    changes = {row: {"status": Status.COMPLETE}}
    assert resources.write(context, {row: 6}, changes, LATER, locked_by="e1", lock_for=None) == 1

    freed = read(context, row)
    assert (freed.engine_id, freed.atomic_key, freed.status, freed.updated_at) == (None, 7, Status.COMPLETE, LATER)


def test_of_a_batch_those_that_were_not_lost_are_written_and_counted(context):
    one, lost, two = add_resources(context, add_stack(context), 3)
    lock(context, lost, key=0, engine="other")

    keys = dict.fromkeys((one, lost, two), 0)
    changes = {id_: {"physical_resource_id": f"p{id_}"} for id_ in keys}
    assert resources.write(context, keys, changes, NOW, locked_by=None, lock_for=None) == 2

    physical = {it.id: it.physical_resource_id for it in resources.by_ids(context, keys)}
    assert physical == {one: f"p{one}", lost: None, two: f"p{two}"}


def test_each_row_of_a_batch_is_held_to_its_own_key(context):
    stack = add_stack(context)
    (one,), (two,) = add_resources(context, stack, atomic_key=1), add_resources(context, stack, atomic_key=2)
    changes = {one: {"attempts": 9}, two: {"attempts": 9}}

    assert resources.write(context, {one: 2, two: 1}, changes, NOW, locked_by=None, lock_for=None) == 0
    assert resources.write(context, {one: 1, two: 2}, changes, NOW, locked_by=None, lock_for=None) == 2


def test_a_write_of_no_rows_writes_none(context, row):
    assert resources.write(context, {}, {}, NOW, locked_by=None, lock_for="e1") == 0
    assert resources.remove(context, {}, locked_by=None) == 0
    assert read(context, row).engine_id is None


def test_a_row_is_removed_by_its_holder_only(context, row):
    lock(context, row)

    assert resources.remove(context, {row: 6}, locked_by=None) == 0
    assert resources.remove(context, {row: 6}, locked_by="e2") == 0
    assert resources.remove(context, {row: 5}, locked_by="e1") == 0
    assert resources.remove(context, {row: 6}, locked_by="e1") == 1
    assert resources.by_ids(context, [row]) == []


def test_asking_for_a_row_that_nobody_holds_is_in_vain(context, row):
    assert not resources.request_lock(context, row, "t2")
    assert resources.waiting_traversals(context, [row]) == {}


def test_asking_for_a_row_that_is_gone_is_in_vain(context):
    assert not resources.request_lock(context, 12345, "t2")


def test_who_asks_for_a_held_row_is_found_by_who_lets_go(context, row):
    lock(context, row)
    for _ in range(2):  # a message that comes twice asks twice
        assert resources.request_lock(context, row, "t2")

    resources.write(context, {row: 6}, {row: {"attempts": 0}}, NOW, locked_by="e1", lock_for=None)

    assert resources.waiting_traversals(context, [row]) == {row: "t2"}


def test_rows_that_engines_hold_are_found(context):
    one, two, _free = add_resources(context, add_stack(context), 3)
    lock(context, one, key=0, engine="e1")
    lock(context, two, key=0, engine="e2")

    assert {it.id for it in resources.locked_by(context, ["e1", "e2"], 10)} == {one, two}
    assert [it.id for it in resources.locked_by(context, ["e2"], 10)] == [two]
    assert len(resources.locked_by(context, ["e1", "e2"], 1)) == 1
    assert resources.locked_by(context, ["e3"], 10) == []


def test_a_row_is_read_as_it_was_written(context):
    written = {
        "action": Action.UPDATE,
        "status": Status.FAILED,
        "status_reason": "größer als 64 KiB? " + "x" * 100,
        "requires": [3, 1],
        "replaces": 2**40,
        "progress": {"token": None, "list": [1, 2.5, "drei", True]},
        "due_at": 1893466245.123456,
        "properties_data": {"name": "wéb 💡", "nothing": None},
        "attr_data": {"text": "x" * 70_000},
        "resource_metadata": {},
    }
    (row,) = add_resources(context, add_stack(context), **written)

    record = read(context, row)

    assert record.requires == (3, 1)
    assert {name: getattr(record, name) for name in written} == written | {"requires": (3, 1)}
    assert record.resource_data is None


def test_rows_inserted_by_the_thousand_get_an_id_each(context):
    ids = add_resources(context, add_stack(context, id="many"), 1201)

    assert len(set(ids)) == 1201
    assert [it.id for it in resources.by_stack(context, "many")] == ids
    assert [it.id for it in resources.listed(context, "many")] == ids
    assert resources.insert(context, []) == {}


def test_rows_that_serve_again_are_replaced_by_nothing(context):
    one, two = add_resources(context, add_stack(context), 2, replaced_by=99)

    resources.clear_replaced_by(context, [one])

    assert (read(context, one).replaced_by, read(context, one).atomic_key) == (None, 1)
    assert (read(context, two).replaced_by, read(context, two).atomic_key) == (99, 0)


def test_unfinished_rows_are_counted_by_stack(context):
    stack, other = add_stack(context, "a"), add_stack(context, "b")
    add_resources(context, stack, 2, status=Status.IN_PROGRESS)
    add_resources(context, stack, 1, status=Status.COMPLETE)
    add_resources(context, other, 1, status=Status.IN_PROGRESS)

    assert resources.unfinished(context, stack) == 2
