"""The observer's decisions: whose turn it is, what is told, and what may be repaired."""

from __future__ import annotations

import random
from typing import Any

import pytest

from heatlite.convergence.model import Action, Status
from heatlite.db.observations import ObservationRecord
from heatlite.engine.common.settings import ObserverSettings
from heatlite.engine.decision import observing
from heatlite.engine.decision.observing import Asked, Drift, asked, changes, held_by_limits, held_by_plan, words
from heatlite.resources.sight import IS_GONE, Sight
from heatlite.template import Mask
from tests.unit.engine.records import stack

ALLOWS = ObserverSettings(resources_per_second=1, allow_replacing=True)
FORBIDS = ObserverSettings(resources_per_second=1)
NOW = 1_000_000.0


def drift(name: str = "a", words: str = "gone", since: float = 1.0) -> Drift:
    return Drift("stack", name, "Some::Type", "id", words, since)


def record(**values: Any) -> ObservationRecord:
    return ObservationRecord("stack", 0.0, **values)


def change(name: str, fate: str, **more: Any) -> dict[str, Any]:
    return {"resource_name": name, "fate": fate, "reason": "", "properties": [], **more}


# --- pace and turns -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resources", "requests", "settings", "seconds"),
    [
        (10, 2, ObserverSettings(resources_per_second=5, requests_per_second=0), 2.0),
        (10, 40, ObserverSettings(resources_per_second=5, requests_per_second=4), 10.0),
        (10, 2, ObserverSettings(resources_per_second=5, requests_per_second=4), 2.0),
        (0, 0, ObserverSettings(resources_per_second=4, requests_per_second=4), 0.25),
    ],
)
def test_a_look_costs_what_is_slower(resources: int, requests: int, settings: ObserverSettings, seconds: float) -> None:
    assert observing.cost(resources, requests, settings) == seconds


def test_who_has_waited_longest_is_next_and_chance_decides_between_equals() -> None:
    due = [ObservationRecord(str(it), next_look_at=at) for it, at in enumerate([3.0, 1.0, 2.0, 1.0])]
    orders = {tuple(it.stack_id for it in observing.in_turn(due, random.Random(seed))) for seed in range(20)}
    assert orders == {("1", "3", "2", "0"), ("3", "1", "2", "0")}


# --- what is told ---------------------------------------------------------------------------------------------------


def test_only_what_is_other_than_before_is_told() -> None:
    before = {1: drift("same"), 2: drift("other"), 3: drift("over"), 4: drift("unseen"), 5: drift("left")}
    found = {1: drift("same", since=9.0), 2: drift("other", "broken", 9.0), 6: drift("new", since=9.0)}
    result = changes(before, found, alike={3, 7}, active={1, 2, 3, 4, 6, 7})
    assert [it.name for it in result.begun] == ["other", "new"]
    assert [(it.name, why) for it, why in result.over] == [
        ("over", observing.AS_IT_SHOULD_BE_AGAIN),
        ("left", observing.NOT_THIS_ONE),
    ]
    assert {it.name: it.since for it in result.now.values()} == {"same": 1.0, "other": 9.0, "new": 9.0, "unseen": 1.0}
    again = changes(result.now, found, alike={3, 7}, active={1, 2, 3, 4, 6, 7})
    assert (again.begun, again.over, again.now) == ([], [], result.now)


def test_drift_is_stored_as_json_and_read_back() -> None:
    found = {7: drift("a"), 12: drift("b", since=2.5)}
    assert observing.read(observing.stored(found)) == found


def test_words_say_what_differs_and_hide_what_is_hidden() -> None:
    sight = Sight(properties={"size": 3, "name": "window", "password": "found out"})
    recorded = {"size": 1, "name": "door", "password": "secret"}
    mask = Mask(["secret"])
    assert words(sight, recorded, mask, with_values=True) == (
        'changed outside: name is "window" and should be "door"; password is "******" and should be "******"; '
        "size is 3 and should be 1"
    )
    assert words(sight, recorded, mask, with_values=False) == "changed outside: name; password; size"
    assert words(IS_GONE, recorded, mask, with_values=True) == "it doesn't exist any more"
    assert words(Sight(trouble="its status is secret"), {}, mask, with_values=True) == "its status is ******"


def test_words_are_bounded() -> None:
    many = Sight(properties={f"p{it:03}": "x" * 10_000 for it in range(50)})
    assert len(words(many, {}, Mask(), with_values=True)) <= observing.LONGEST_WORDS
    assert words(many, {}, Mask(), with_values=False).endswith("p009; and 40 more")


def test_a_summary_names_a_few() -> None:
    assert observing.summary({}) == "Nothing differs"
    many = {it: drift(f"r{it}") for it in range(7)}
    assert observing.summary(many) == "7 resources differ: r0, r1, r2, r3, r4 and 2 more"


# --- what may be repaired -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "settings", "wanted"),
    [
        ([], ALLOWS, Asked(False, False)),
        (["heatlite.keep"], ALLOWS, Asked(True, False)),
        (["heatlite.keep", "heatlite.keep-by-replacing"], ALLOWS, Asked(True, True)),
        (["heatlite.keep", "heatlite.keep-by-replacing"], FORBIDS, Asked(True, False)),
        (["heatlite.keep-by-replacing"], ALLOWS, Asked(False, False)),
    ],
)
def test_a_stack_is_repaired_by_replacing_only_if_it_and_the_operator_say_so(
    tags: list[str], settings: ObserverSettings, wanted: Asked
) -> None:
    assert asked(tags, settings) == wanted


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("status", list(Status))
def test_only_a_stack_at_rest_that_can_be_updated_is_repaired(action: Action, status: Status) -> None:
    if action is Action.INIT:
        return
    there = stack(action=action, status=status, prev_raw_template_id=1)
    may = status is Status.COMPLETE and action not in (Action.DELETE, Action.SUSPEND)
    assert (observing.held_by_state(there, [there]) == "") is may


def test_a_stack_whose_update_was_left_or_whose_nested_stack_changes_is_not_repaired() -> None:
    there = stack(prev_raw_template_id=1)
    nested = stack(status=Status.IN_PROGRESS)
    assert "nested" in observing.held_by_state(there, [there, nested])
    assert "completed" in observing.held_by_state(stack(prev_raw_template_id=2), [there])


def test_repairs_are_limited_for_a_stack_and_for_all() -> None:
    settings = ObserverSettings(repairs_per_hour=3, repairs_per_hour_of_a_stack=2)
    assert held_by_limits(record(), (), NOW, settings) == ""
    assert "2 times" in held_by_limits(record(repairs=(NOW - 3000, NOW - 10)), (), NOW, settings)
    assert held_by_limits(record(repairs=(NOW - 3601, NOW - 10)), (), NOW, settings) == ""
    assert "3 times" in held_by_limits(record(), (NOW - 3, NOW - 2, NOW - 1), NOW, settings)
    assert held_by_limits(record(), (NOW - 3600, NOW - 2, NOW - 1), NOW, settings) == ""
    assert held_by_limits(record(), (), NOW, ObserverSettings(repairs_per_hour=0)) != ""
    assert held_by_limits(record(), (), NOW, ObserverSettings(repairs_per_hour_of_a_stack=0)) != ""


@pytest.mark.parametrize(("tries", "pause"), [(1, 600), (2, 1200), (3, 2400), (20, 86_400)])
def test_a_repair_that_did_not_help_is_followed_by_a_longer_pause(tries: int, pause: int) -> None:
    settings = ObserverSettings(repairs_per_hour=100, repairs_per_hour_of_a_stack=100)
    tried = record(repairs=(NOW,), tries=tries)
    assert "didn't help" in held_by_limits(tried, (), NOW + pause - 1, settings)
    assert held_by_limits(tried, (), NOW + pause, settings) == ""
    assert (observing.tries_after(tried, differs=True), observing.tries_after(tried, differs=False)) == (tries, 0)


@pytest.mark.parametrize(("gone", "seen", "is_believed"), [(1, 1, True), (1, 9, True), (2, 3, False), (5, 10, True)])
def test_that_most_is_gone_at_once_is_not_believed(gone: int, seen: int, is_believed: bool) -> None:
    assert (observing.held_by_doubt(gone, seen) == "") is is_believed


@pytest.mark.parametrize(
    ("fate", "in_place", "by_replacing"),
    [
        ("unchanged", True, True),
        ("updated", True, True),
        ("replaced", False, True),
        ("added", False, True),
        ("deleted", False, True),
        ("may change", False, True),
        ("would fail", False, False),
    ],
)
def test_a_plan_holds_only_what_is_allowed(fate: str, in_place: bool, by_replacing: bool) -> None:
    planned = [change("ok", "unchanged"), change("x", fate, reason="for a reason")]
    below = {"nested": [{"stack_id": "child", "changes": planned}]}
    for plan, stack_id in ((planned, "stack"), ([change("group", "updated", **below)], "child")):
        for replaces, may in ((False, in_place), (True, by_replacing)):
            blamed = held_by_plan(plan, "stack", replaces=replaces)
            assert [(it.stack_id, it.name) for it in blamed] == ([] if may else [(stack_id, "x")])
            assert all("for a reason" in it.why for it in blamed)


@pytest.mark.parametrize(("at_most", "may"), [("updated", True), ("unchanged", True), ("replaced", False)])
def test_what_may_change_is_allowed_if_it_is_updated_at_most(at_most: str, may: bool) -> None:
    planned = [change("x", "may change", at_most=at_most, reason="it reads a.output, which may change")]
    assert (held_by_plan(planned, "stack", replaces=False) == []) is may


def test_the_reason_says_which_flag_is_missing() -> None:
    blamed = held_by_plan([change("db", "replaced", reason="it doesn't exist any more")], "stack", replaces=False)
    told = observing.plan_words(blamed, Asked(True, False), ALLOWS)
    assert told == (
        "db would be replaced (it doesn't exist any more): the stack hasn't the tag heatlite.keep-by-replacing"
    )
    assert observing.plan_words(blamed, Asked(True, False), FORBIDS).endswith("[observer] allow_replacing is off")
    assert observing.plan_words([], Asked(True, False), FORBIDS) == ""
