"""Timelines: what waited, what ran, and what the whole took so long for."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from heatlite.drawing.bars import Bar, bars
from heatlite.drawing.history import Event, History, Stack
from heatlite.drawing.picture import State
from heatlite.drawing.timeline import busy, duration, step_of, timeline

START = 1000.0


def event(name: str, action: str, status: str, at: float, stack: str = "s", engine: str = "e-1") -> Event:
    return Event(stack, name, "T", action, status, "", engine, START + at)


def run(name: str, began: float, ended: float, action: str = "CREATE", **more: Any) -> list[Event]:
    return [event(name, action, "IN_PROGRESS", began, **more), event(name, action, "COMPLETE", ended, **more)]


def history(*events: Event, requires: dict[str, tuple[str, ...]] | None = None, **more: Any) -> History:
    found = History(
        stack_name="web",
        action="CREATE",
        status="COMPLETE",
        began=START,
        ended=START + 10,
        follows=None,
        now=START + 12,
        whole=True,
        cleans_last=False,
        stacks=(Stack("s", None, None, requires or {}),),
        events=tuple(events),
    )
    return dataclasses.replace(found, **more)


def named(found: list[Bar]) -> dict[str, Bar]:
    return {f"{bar.path} {bar.action}": bar for bar in found}


def critical(found: list[Bar]) -> list[str]:
    return [bar.path for bar in found if bar.is_critical]


def test_a_history_that_was_cut_is_drawn_with_a_note():
    events = run("a", 1, 3)
    assert "only its first 2 events are drawn" in timeline(history(*events, next_marker="e"), {}, "now")
    assert "only its first" not in timeline(history(*events), {}, "now")


def test_a_resource_waits_from_the_end_of_what_it_requires_to_its_beginning():
    found = named(bars(history(*run("a", 1, 3), *run("b", 4, 6), requires={"b": ("a",)})))
    first, second = found["a CREATE"], found["b CREATE"]
    assert (first.waited, first.ran) == (1, 2)
    assert (second.ready, second.waited, second.ran) == (3, 1, 2)


def test_the_critical_path_is_what_the_end_waited_for():
    requires = {"b": ("a",), "d": ("b", "c")}
    events = [*run("a", 0, 1), *run("c", 0, 2), *run("b", 1, 5), *run("d", 5, 6)]
    assert critical(bars(history(*events, requires=requires))) == ["a", "b", "d"]


def test_what_was_not_touched_is_passed_through():
    requires = {"b": ("kept",), "kept": ("a",)}
    found = named(bars(history(*run("a", 0, 2, "UPDATE"), *run("b", 3, 4, "UPDATE"), requires=requires)))
    assert found["b UPDATE"].ready == 2


def test_a_deletion_waits_for_the_deletion_of_what_requires_it():
    requires = {"b": ("a",)}
    found = bars(history(*run("b", 0, 2, "DELETE"), *run("a", 3, 4, "DELETE"), requires=requires))
    assert named(found)["a DELETE"].ready == 2
    assert critical(found) == ["b", "a"]


@pytest.mark.parametrize(("cleans_last", "ready"), [(False, 1), (True, 4)])
def test_with_rollback_what_is_replaced_goes_after_all_updates(cleans_last, ready):
    events = [*run("a", 0, 1), *run("other", 0, 4), *run("a", 5, 6, "DELETE")]
    assert named(bars(history(*events, cleans_last=cleans_last)))["a DELETE"].ready == ready


def test_the_critical_path_goes_through_a_nested_stack():
    inner = Stack("n", "s", "group", {"1": ("0",)})
    events = [*run("group", 1, 8), *run("0", 2, 4, stack="n"), *run("1", 4, 7, stack="n"), *run("z", 0, 1)]
    found = bars(history(*events, stacks=(Stack("s", None, None, {}), inner)))
    assert critical(found) == ["group", "group.0", "group.1"]
    assert named(found)["group.0 CREATE"].ready == 1


def test_what_goes_on_lasts_until_now():
    found = bars(history(event("a", "CREATE", "IN_PROGRESS", 2), ended=None, status="IN_PROGRESS"))
    assert (found[0].state, found[0].ended) == (State.IN_PROGRESS, 12)


def test_what_begins_after_the_next_operation_is_not_of_this_one():
    found = bars(history(*run("a", 1, 5), *run("b", 4, 6), follows=START + 3))
    assert [bar.path for bar in found] == ["a"]


def test_an_operation_without_events_is_drawn_too():
    assert "0" in timeline(history())


def test_a_page_tells_engines_bars_and_the_path():
    events = [*run("a", 0, 1), *run("b", 1, 3, engine="e-2"), *run("<i>", 0, 2)]
    page = timeline(history(*events, requires={"b": ("a",)}), {"e-1": "north"}, "today")
    assert "north" in page
    assert page.count('class="engine"') == 2
    assert page.count("◆ ") == 2
    assert "&lt;i&gt;" in page
    assert "<i>" not in page
    assert "http" not in page


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.08, "80 ms"), (0.0999, "0.0999 s"), (2.5, "2.5 s"), (185, "3:05 min")]
)
def test_seconds_are_told_as_people_say_them(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(("length", "step"), [(10, 1), (11, 2), (0.05, 0.005), (3600, 500), (49, 5)])
def test_the_axis_has_ten_marks_at_most(length, step):
    assert step_of(length) == pytest.approx(step)


def test_an_engine_is_busy_once_however_much_it_does():
    found = bars(history(*run("a", 0, 2), *run("b", 1, 3), *run("c", 5, 6)))
    assert busy(found) == 4
