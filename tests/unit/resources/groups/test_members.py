"""Which members a group has, and which definition each of them."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatlite.resources.groups import batches, members, naming, removal
from heatlite.resources.groups.batches import Batch
from heatlite.resources.groups.members import Definitions, Member


def version(number: int) -> dict[str, object]:
    return {"type": "T", "properties": {"version": number}}


def versions(definitions: Definitions) -> dict[str, int]:
    return {name: definition["properties"]["version"] for name, definition in definitions.items()}


def resized(old: Definitions, size: int, changes: int, *names: str) -> dict[str, int]:
    return versions(members.changed(old, lambda name: version(2), size, changes, iter(names)))


def test_numbers_are_names_and_a_number_that_was_removed_is_not_used_again():
    assert naming.indexed(3, set()) == ["0", "1", "2"]
    assert naming.indexed(3, {"0", "2", "web"}) == ["1", "3", "4"]
    assert naming.indexed(0, {"0"}) == []


def test_short_ids_differ_and_come_from_chance_alone():
    first, again = naming.short_ids(random.Random(1), ()), naming.short_ids(random.Random(1), ())
    names = [next(first) for _ in range(100)]
    assert names == [next(again) for _ in range(100)]
    assert len(set(names)) == 100
    assert all(len(name) == 12 and name.isalnum() and name.lower() == name for name in names)


def test_a_short_id_that_is_taken_is_passed_over():
    taken = next(naming.short_ids(random.Random(1), ()))
    assert next(naming.short_ids(random.Random(1), {taken})) != taken


def test_the_index_variable_is_replaced_in_every_text():
    written = {"name": "web-%index%-%index%", "tags": ["%index%", 3], "%index%": {"deep": "x%index%"}}
    expected = {"name": "web-7-7", "tags": ["7", 3], "%index%": {"deep": "x7"}}
    assert naming.with_index(written, "%index%", "7") == expected


REFERENCES = {"0": "server-a", "1": "server-b", "2": "server-c"}


@pytest.mark.parametrize(
    ("listed", "expected"),
    [(["1"], {"1"}), ([2], {"2"}), (["server-b"], {"1"}), (["server-x", "9"], set()), (["0", "server-a"], {"0"})],
)
def test_members_are_removed_by_name_number_or_reference(listed: list, expected: set):
    assert removal.removed([{"resource_list": listed}], removal.APPEND, (), REFERENCES) == expected


def test_names_removed_before_stay_removed_unless_the_policies_are_to_replace_them():
    policies = [{"resource_list": ["1"]}]
    assert removal.removed(policies, removal.APPEND, {"0", "5"}, REFERENCES) == {"0", "1", "5"}
    assert removal.removed(policies, removal.UPDATE, {"0", "5"}, REFERENCES) == {"1"}
    assert removal.removed([{"resource_list": ["5"]}], removal.UPDATE, {"0", "5"}, REFERENCES) == {"5"}


def test_a_group_that_does_not_exist_yet_takes_any_name_at_its_word():
    assert removal.removed([{"resource_list": ["0", 3]}, {}], removal.APPEND, (), None) == {"0", "3"}


def test_the_failed_go_first_then_the_oldest():
    there = [
        Member("new", created="2026-02-02"),
        Member("old", created="2026-01-01"),
        Member("also old", created="2026-01-01"),
        Member("failed", failed=True, created="2026-03-03"),
    ]
    assert [member.name for member in members.oldest_first(there)] == ["failed", "also old", "old", "new"]


def test_a_shrinking_group_loses_those_at_the_front_and_changes_nothing_else():
    old = {name: version(1) for name in "abcd"}
    assert resized(old, 2, 0) == {"c": 1, "d": 1}
    assert resized(old, 0, 0) == {}


def test_a_growing_group_gets_new_members_with_the_new_definition():
    assert resized({"a": version(1)}, 3, 0, "n", "m") == {"a": 1, "n": 2, "m": 2}


def test_new_members_count_as_changes_and_the_rest_is_made_up_by_old_ones():
    old = {name: version(1) for name in "abc"}
    assert resized(old, 4, 3, "n") == {"a": 2, "b": 2, "c": 1, "n": 2}


def test_a_member_that_is_new_already_does_not_use_up_a_change():
    assert resized({"a": version(2), "b": version(1)}, 2, 1) == {"a": 2, "b": 2}


def rolled(old: Definitions, target: int, size: int, changes: int, *removed: str) -> dict[str, int]:
    return versions(members.rolled(old, lambda name: version(2), removed, target, size, changes))


def test_of_numbered_members_the_higher_ones_change_first():
    old = {name: version(1) for name in "0123"}
    assert rolled(old, 4, 4, 2) == {"0": 1, "1": 1, "2": 2, "3": 2}


def test_members_that_will_go_are_not_changed_any_more():
    old = {name: version(1) for name in "0123"}
    assert rolled(old, 2, 4, 1) == {"0": 1, "1": 2, "2": 1, "3": 1}


def test_a_removed_number_goes_with_the_next_batch_and_another_takes_its_place():
    old = {name: version(1) for name in "012"}
    assert rolled(old, 3, 3, 1, "1") == {"0": 1, "2": 1, "3": 2}


Inputs = tuple[int, int, int, int]
sizes = st.integers(0, 12)


def limited(steps: Iterator[Batch], limit: int = 100) -> list[Batch]:
    found = []
    for step in steps:
        found.append(step)
        assert len(found) < limit, "it never ends"
    return found


@given(sizes, sizes, st.integers(1, 12), sizes)
def test_numbered_groups_reach_their_size_with_every_member_new(target: int, current: int, batch: int, least: int):
    definitions: Definitions = {str(number): version(1) for number in range(current)}
    serving = min(least, target, current)
    for step in limited(batches.by_index(target, current, batch, least)):
        before = definitions
        definitions = members.rolled(before, lambda name: version(2), (), target, step.size, step.changes)
        touched = sum(definitions.get(name) != before[name] for name in before)
        assert len(before) - touched >= serving
        assert sum(before.get(name) != definitions[name] for name in definitions) <= batch
    assert versions(definitions) == {str(number): 2 for number in range(target)}


@given(sizes, sizes, st.integers(1, 12), sizes)
def test_groups_by_age_reach_their_size_with_every_member_new(target: int, current: int, batch: int, least: int):
    names = (f"n{number}" for number in range(1000))
    definitions: Definitions = {f"o{number}": version(1) for number in range(current)}
    for step in limited(batches.by_age(min(target, current), current, batch, least)):
        before = definitions
        # as the group finds them at each step: the oldest first, and those made in this roll behind them
        ordered = members.outdated_first(before, lambda name: version(2))
        definitions = members.changed(ordered, lambda name: version(2), step.size, step.changes, names)
        assert sum(before.get(name) != definitions[name] for name in definitions) <= batch
    assert len(definitions) == min(target, current)
    assert set(versions(definitions).values()) <= {2}


def test_creating_in_batches_is_a_roll_from_nothing():
    assert list(batches.by_index(5, 0, 2, 0)) == [Batch(2, 2), Batch(4, 2), Batch(5, 1)]


def test_while_some_change_others_serve_by_way_of_an_extra_member():
    steps = list(batches.by_index(4, 4, 2, 3))
    assert steps[0] == Batch(5, 2)
    assert steps[-1].size == 4
