"""OS::Heat::Delay: which actions take how long."""

from __future__ import annotations

import random

import pytest

from heatlite.exception import StackValidationFailed
from heatlite.resources.builtin.delay import Delay
from heatlite.resources.outcomes import Done, Update, Waiting
from heatlite.resources.steps import assess_update, start
from heatlite.resources.testing import FakeClock, drive, instance_of


def seconds(action: str, **properties: object) -> float:
    """How long an action takes."""
    clock = FakeClock()
    begun = clock()
    assert isinstance(drive(Delay, action, properties, clock=clock), Done)
    return clock() - begun


def test_it_takes_its_time_over_a_creation_and_nothing_else() -> None:
    assert seconds("CREATE", min_wait=30) == pytest.approx(30, abs=0.01)
    assert [seconds(action, min_wait=30) for action in ("DELETE", "SUSPEND", "RESUME", "CHECK")] == [0] * 4


@pytest.mark.parametrize("action", ["DELETE", "SUSPEND", "RESUME"])
def test_other_actions_are_delayed_where_that_is_asked_for(action: str) -> None:
    assert seconds(action, min_wait=7, actions=["CREATE", action]) == pytest.approx(7, abs=0.01)


def test_without_anything_said_it_takes_no_time() -> None:
    assert seconds("CREATE") == 0


def test_jitter_is_chance_decided_once() -> None:
    instance = instance_of(Delay, {"min_wait": 1, "max_jitter": 2, "jitter_multiplier": 10}, random=random.Random(5))
    begun = start(Delay(instance), "CREATE")
    assert isinstance(begun, Waiting)
    expected = 1 + random.Random(5).random() * 20
    assert begun.progress["done_at"] - instance.now() == pytest.approx(expected)
    assert 1 <= begun.poll_after <= 21


def test_every_property_changes_in_place() -> None:
    before, after = Delay.checked_properties({}), Delay.checked_properties({"min_wait": 3, "actions": ["DELETE"]})
    assert isinstance(assess_update(Delay(instance_of(Delay)), before, after), Update)


@pytest.mark.parametrize("properties", [{"min_wait": -1}, {"max_jitter": "x"}, {"actions": ["UPDATE"]}])
def test_what_makes_no_sense_is_refused(properties: dict) -> None:
    with pytest.raises(StackValidationFailed, match=next(iter(properties))):
        Delay.checked_properties(properties, "resources.web.properties")
