"""Every type whose service doesn't run here, while engines die, or get no answer, after each request that changes it.

The service then has what it has after a life without interruptions. tests/cloud has the same for all other types.
"""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import pytest

from heatlite.resources.difference import changed
from heatlite.resources.instance import Instance
from heatlite.resources.keystone.catalogue import Endpoint, Region, Service
from heatlite.resources.keystone.domain import Domain
from heatlite.resources.keystone.group import Group
from heatlite.resources.keystone.project import Project
from heatlite.resources.keystone.role import Role
from heatlite.resources.keystone.role_assignments import GroupRoleAssignment, UserRoleAssignment
from heatlite.resources.keystone.user import User
from heatlite.resources.outcomes import Done, Waiting
from heatlite.resources.testing import FakeClock, carried, instance_of
from tests.interrupted import Interruptions, Way
from tests.memory_keystone import MemoryKeystone
from tests.reference.cases import CASES, Case
from tests.unit.resources.cloud_in_memory import cloud_of
from tests.unit.resources.openstack.test_by_reference import Life
from tests.unit.resources.test_keystone import ASSIGNMENTS, ENTITIES

MOST_STEPS = 200
FOUND = [it for it in CASES if it.is_found]


def run(life: Any, interruptions: Interruptions, action: str, properties: dict[str, Any] | None = None) -> None:
    """An action to its end; ``life`` has a plugin and an instance."""
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


CHANGES: dict[type[Any], dict[str, Any]] = {
    Project: {"name": "shop 2", "tags": ["b"]},
    User: {"email": "bob@shop", "groups": [], "roles": [{"role": "reader", "domain": "default"}]},
    Group: {"description": "new", "roles": [{"role": "reader", "domain": "default"}]},
    Role: {"name": "plumber"},
    Service: {"type": "plumbing"},
    Endpoint: {"url": "http://b", "enabled": False},
    Region: {"description": "new"},
    Domain: {"enabled": False},
    UserRoleAssignment: {"roles": [{"role": "reader", "project": "shop"}]},
    GroupRoleAssignment: {"roles": [{"role": "reader", "project": "shop"}]},
}


@dataclasses.dataclass
class InKeystone:
    """A resource of keystone's."""

    plugin: type[Any]
    instance: Instance


def lived_in_keystone(plugin: type[Any], interruptions: Interruptions) -> list[Any]:
    """What keystone has after each of a resource's actions; ids are of no account."""
    keystone, given = MemoryKeystone(), {**ENTITIES, **ASSIGNMENTS}[plugin]
    life, seen = InKeystone(plugin, instance_of(plugin, given, cloud=cloud_of(keystone))), []
    for action, properties in (("CREATE", None), ("UPDATE", {**given, **CHANGES[plugin]}), ("DELETE", None)):
        run(life, interruptions, action, properties)
        own = str(life.instance.resource_id)
        things = {kind: [{**it, "id": ""} for it in there.values()] for kind, there in keystone.things.items()}
        seen.append(copy.deepcopy((things, {it.replace(own, "") for it in keystone.paths})))
    return seen


@pytest.mark.parametrize("plugin", CHANGES)
def test_so_does_a_life_in_keystone_whose_engines_die(plugin: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    expected = lived_in_keystone(plugin, Interruptions())
    interruptions = Interruptions(Way.DIES).install(monkeypatch)
    assert lived_in_keystone(plugin, interruptions) == expected
    assert interruptions.number > 1
