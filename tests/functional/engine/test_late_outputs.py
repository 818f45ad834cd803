"""A resource of a nested stack that ends just as the stack above records its failure: the outputs have its value."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from heatlite.resources.builtin.stack import Stack
from tests.functional.engine.fleet import Fleet
from tests.story import hot, resource

LATE = 5.0
"""Seconds after which the nested stack's second resource ends."""


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Fleet]:
    fleet = Fleet(schema, tmp_path / "fleet.sqlite3", **{"OS::Heat::Stack": Stack})
    yield fleet
    fleet.database.dispose()


def work_until_no_wake_is_told(fleet: Fleet) -> None:
    """Do all but deliver the wake-ups."""
    bus = (fleet.message, fleet.request, fleet.operation, fleet.over)
    while any([*(deliver() for deliver in bus), *(engine.work() for engine in fleet.living)]):
        pass


def before_a_failure_is_recorded(fleet: Fleet, name: str, happens: Callable[[], None]) -> None:
    """Let something happen once, when a resource's failure is about to be written."""
    left = [happens]

    def watch(recorder: Any) -> None:
        settle = recorder.settle

        def settles(traversal: Any, settled: Any) -> None:
            if left and name in {it.work.row.name for it in settled}:
                left.pop()()
            settle(traversal, settled)

        recorder.settle = settles

    for engine in fleet.engines:
        watch(engine.recorder)


@pytest.mark.parametrize("goes_on", [Fleet.work, work_until_no_wake_is_told])
def test_a_value_that_comes_as_the_failure_is_recorded_is_in_the_outputs(
    fleet: Fleet, goes_on: Callable[[Fleet], None]
) -> None:
    """Whoever holds the resource is woken while it records, or when it has released the resource."""
    bad = resource(fail=True, action_wait_secs={"create": 1})
    child = hot({}, {"value": {"value": {"get_attr": ["a", "output"]}}}, a=resource("late", **wait(LATE)), bad=bad)
    nested = {"type": "OS::Heat::Stack", "properties": {"template": json.dumps(child)}}

    def ends() -> None:
        fleet.pass_time(LATE)
        goes_on(fleet)

    before_a_failure_is_recorded(fleet, "nested", ends)
    fleet.create(hot({}, {"value": {"value": {"get_attr": ["nested", "outputs", "value"]}}}, nested=nested))
    fleet.work()
    fleet.pass_time(2)
    fleet.work()
    assert fleet.state() == "CREATE_FAILED"
    [shown] = fleet.call("show_stack", fleet.identity)
    assert [it["output_value"] for it in shown["outputs"]] == ["late"]


def wait(seconds: float) -> dict[str, Any]:
    return {"action_wait_secs": {"create": seconds}}
