"""What ends beside its stack's operation is told to the stacks above; one that fails in it keeps no other from it.

A resource of a nested stack may end just as the stack above records its failure: the outputs have its value.
"""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest

from heatlite.db import resources, stacks
from heatlite.engine.definitions.traversals import Traversal
from heatlite.engine.traversal.nested_family import Family
from heatlite.engine.traversal.refresh import refresh_released
from heatlite.resources.builtin.stack import Stack
from heatlite.resources.builtin.test_resource import TestResource
from tests.functional.engine.fleet import Fleet
from tests.story import hot, resource

LATE = 5.0
"""Seconds after which the nested stack's second resource ends."""


class Changing(TestResource):
    """Its output changes beside its stack's operation; that of a resource named bad can't be read any more."""

    word: ClassVar[str] = ""

    def resolve_attributes(self) -> dict[str, Any]:
        if self.word and self.name == "bad":
            raise ZeroDivisionError
        return {"output": self.word}


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Fleet]:
    fleet = Fleet(schema, tmp_path / "fleet.sqlite3", **{"OS::Heat::Stack": Stack, "Test::Changing": Changing})
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


def test_one_whose_attributes_cannot_be_read_again_keeps_no_other_from_it(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    changing = {"type": "Test::Changing"}
    fleet.create(hot(bad=changing, good=changing))
    fleet.settle()
    monkeypatch.setattr(Changing, "word", "changed")
    engine = fleet.living[0]
    bad, good = resources.by_stack(fleet.context(), fleet.stack().id)
    refresh_released(engine.shared, [bad.id, good.id])
    [good] = resources.by_ids(fleet.context(), [good.id])
    assert good.attr_data is not None
    assert good.attr_data["attributes"] == {"output": "changed"}


def test_one_nested_stack_that_cannot_be_ended_keeps_no_other_from_its_end(fleet: Fleet) -> None:
    child = hot(a=resource("x", **wait(LATE)))
    nested = {"type": "OS::Heat::Stack", "properties": {"template": json.dumps(child)}}
    fleet.create(hot(one=nested, other=nested))
    fleet.work()
    shared, tried = fleet.living[0].shared, []

    def end(traversal: Traversal) -> None:
        tried.append(traversal.stack.id)
        if len(tried) == 1:
            raise ZeroDivisionError

    above = shared.library.traversal(fleet.context(), fleet.stack().current_traversal)
    assert above is not None
    Family(shared).end_below(above, end)
    assert sorted(tried) == sorted(it.id for it in stacks.children(fleet.context(), [fleet.stack().id]))
    assert len(tried) == 2
