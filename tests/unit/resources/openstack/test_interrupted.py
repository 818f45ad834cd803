"""Every type whose service doesn't run here, while engines die, or get no answer, after each request that changes it.

The service then has what it has after a life without interruptions. tests/cloud has the same for all other types.
"""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import pytest

from heatlite.resources.difference import changed
from heatlite.resources.outcomes import Done, Waiting
from heatlite.resources.testing import FakeClock, carried
from tests.interrupted import Interruptions, Way
from tests.reference.cases import CASES, Case
from tests.unit.resources.openstack.test_by_reference import Life

MOST_STEPS = 200
FOUND = [it for it in CASES if it.is_found]


def run(life: Life, interruptions: Interruptions, action: str, properties: dict[str, Any] | None = None) -> None:
    """An action to its end."""
    given = []
    if properties is not None:
        after = life.plugin.checked_properties(properties)
        given = [changed(life.instance.properties, after)]
        life.instance = dataclasses.replace(life.instance, properties=after)
    clock = FakeClock()
    life.instance = dataclasses.replace(life.instance, now=clock)
    outcome = interruptions.first_step(life.plugin, life.instance, action, *given)
    for _ in range(MOST_STEPS):
        if not isinstance(outcome, Waiting):
            break
        clock.advance(outcome.poll_after)
        life.instance = carried(life.instance, outcome)
        outcome = interruptions.next_step(life.plugin, life.instance, action, outcome.progress, *given)
    assert isinstance(outcome, Done), outcome
    life.instance = carried(life.instance, outcome)


def lived(case: Case, interruptions: Interruptions) -> list[Any]:
    """What the service has after each of a resource's actions."""
    life, seen = Life(case), []
    for action, given in (("CREATE", None), ("UPDATE", case.new if case.changed else None), ("DELETE", None)):
        if action == "UPDATE" and given is None:
            continue
        if action == "UPDATE" and life.there[0].get(case.kind.status) in case.kind.frozen.split():
            life.there[0][case.kind.status] = "ACTIVE"
        run(life, interruptions, action, given)
        seen.append({path: [settled(it) for it in things.values()] for path, things in life.service.objects.items()})
    return seen


def settled(thing: dict[str, Any]) -> dict[str, Any]:
    """A copy of an object, without the rules of a share that Manila still has to deny."""
    found = copy.deepcopy(thing)
    if "access" in found:
        found["access"] = [it for it in found["access"] if it["state"] != "denying"]
    return found


@pytest.mark.parametrize("way", Way, ids=lambda way: way.name.lower())
@pytest.mark.parametrize("case", FOUND, ids=str)
def test_a_life_with_interruptions_comes_to_the_same_as_one_without(
    case: Case, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = lived(case, Interruptions())
    interruptions = Interruptions(way).install(monkeypatch)
    assert lived(case, interruptions) == expected
    assert interruptions.number > 0
