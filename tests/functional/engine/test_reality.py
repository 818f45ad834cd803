"""Plans and updates that look at the physical resources first: what differs is told, and repaired when asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from heatlite import exception
from heatlite.resources.base import Resource
from heatlite.resources.builtin.test_resource import TestResource
from heatlite.resources.sight import IS_GONE, Sight
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import Template, stores, template

Identity = dict[str, Any]
EXISTING: dict[str, Any] = {"params": None, "files": None}


class World:
    """What is to be seen of resources by their names; ``looks`` counts the resources of each look."""

    def __init__(self) -> None:
        self.sights: dict[str, Sight | str] = {}
        self.looks: list[int] = []

    def see_all(self, resources: Sequence[Resource]) -> dict[str, Sight | str]:
        self.looks.append(len(resources))
        return {it.uuid: self.sights.get(it.name, Sight()) for it in resources}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    there = World()
    monkeypatch.setattr(TestResource, "see_all", classmethod(lambda cls, resources: there.see_all(resources)))
    return there


def plan(engine: Endpoint, identity: Identity, wanted: Template | None = None, **args: Any) -> dict[str, Any]:
    before = engine.rows()
    given = {"existing": wanted is None, "refresh": True, **args}
    reply = engine.call("plan_update", stack_identity=identity, template=wanted, **EXISTING, args=given)
    assert engine.rows() == before
    return reply


def fates(reply: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {it["resource_name"]: (it["fate"], it["reason"]) for it in reply["changes"]}


def update(engine: Endpoint, identity: Identity, wanted: Template | None = None, **args: Any) -> None:
    engine.update(identity, wanted, args={"existing": wanted is None, **args})
    engine.settle()
    assert engine.show(identity)["stack_status"] == "COMPLETE"


def ids(engine: Endpoint, identity: Identity) -> dict[str, str]:
    found = engine.call("list_stack_resources", stack_identity=identity)
    return {it["resource_name"]: it["physical_resource_id"] for it in found}


def changed(value: str) -> Sight:
    return Sight(properties={"value": value})


def test_what_was_changed_outside_is_told_by_a_plan_that_looks_and_by_no_other(engine: Endpoint, world: World) -> None:
    identity = engine.created("web", template({"a": stores("1"), "b": stores("2")}))
    world.sights["a"] = changed("other")
    assert fates(plan(engine, identity, refresh=False)) == {"a": ("unchanged", ""), "b": ("unchanged", "")}
    assert world.looks == []
    reply = plan(engine, identity)
    assert fates(reply) == {"a": ("updated", ""), "b": ("unchanged", "")}
    [change] = reply["changes"][0]["properties"]
    assert change == {"name": "value", "before": "other", "after": "1", "forces_replacement": False, "drifted": True}
    assert (world.looks, reply["seen"], reply["unseen"]) == ([2], 2, [])


def test_an_update_repairs_in_place_when_it_is_asked_to_look(engine: Endpoint, world: World) -> None:
    identity = engine.created("web", template({"a": stores("1"), "b": stores("2")}))
    before = ids(engine, identity)
    world.sights["a"] = changed("other")
    repaired: list[Any] = []

    def handle_update(self: TestResource, prop_diff: Any) -> None:
        repaired.append((self.name, prop_diff))
        world.sights.clear()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TestResource, "handle_update", handle_update)
        patch.setattr(TestResource, "check_update_complete", lambda self, progress: True)
        update(engine, identity)
        assert repaired == []
        update(engine, identity, refresh=True)
        assert repaired == [("a", {"value": "1"})]
        update(engine, identity)
        assert repaired == [("a", {"value": "1"})]
    assert ids(engine, identity) == before
    assert set(fates(plan(engine, identity)).values()) == {("unchanged", "")}


def test_what_is_gone_or_broken_is_made_again_and_what_reads_it_follows(engine: Endpoint, world: World) -> None:
    reads = stores({"get_resource": "a"})
    identity = engine.created("web", template({"a": stores("1"), "b": reads, "c": stores("3")}))
    before = ids(engine, identity)
    world.sights |= {"a": IS_GONE, "c": Sight(trouble="its status is ERROR")}
    found = fates(plan(engine, identity))
    assert found["a"] == ("replaced", "it doesn't exist any more")
    assert found["c"] == ("replaced", "its status is ERROR")
    assert found["b"][0] == "may change"
    update(engine, identity, refresh=True)
    after = ids(engine, identity)
    assert {name for name in after if after[name] != before[name]} == {"a", "c"}
    resource = engine.call("describe_stack_resource", stack_identity=identity, resource_name="b", with_attr=["output"])
    assert resource["attributes"]["output"] == after["a"]


def test_what_no_update_can_set_back_is_replaced(
    engine: Endpoint, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = engine.created("web", template({"a": stores("1")}))
    before = ids(engine, identity)
    monkeypatch.setattr(TestResource, "beyond_repair", lambda self, found: frozenset(found))
    world.sights["a"] = changed("other")
    reply = plan(engine, identity)
    assert fates(reply) == {"a": ("replaced", "")}
    assert reply["changes"][0]["properties"][0]["forces_replacement"] is True
    update(engine, identity, refresh=True)
    assert ids(engine, identity) != before


def test_a_template_that_wants_what_was_found_changes_nothing_and_records_it(engine: Endpoint, world: World) -> None:
    identity = engine.created("web", template({"a": stores("1")}))
    world.sights["a"] = changed("2")
    wanted = template({"a": stores("2")})
    assert fates(plan(engine, identity, wanted)) == {"a": ("unchanged", "")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TestResource, "handle_update", lambda self, prop_diff: pytest.fail("nothing is to be done"))
        update(engine, identity, wanted, refresh=True)
    world.sights.clear()
    assert fates(plan(engine, identity)) == {"a": ("unchanged", "")}


def test_what_can_not_be_seen_is_told_and_left_alone(engine: Endpoint, world: World) -> None:
    identity = engine.created("web", template({"a": stores("1"), "b": stores("2")}))
    world.sights |= {"a": "Neutron answered 403", "b": changed("x")}
    reply = plan(engine, identity)
    assert fates(reply) == {"a": ("unchanged", ""), "b": ("updated", "")}
    assert (reply["seen"], reply["unseen"]) == (1, [{"resource_name": "a", "reason": "Neutron answered 403"}])


def test_a_plan_that_looked_is_carried_out_only_if_all_still_looks_so(engine: Endpoint, world: World) -> None:
    identity = engine.created("web", template({"a": stores("1"), "b": stores("2")}))
    world.sights["a"] = changed("x")
    digest = plan(engine, identity)["digest"]
    args = {"existing": True, "refresh": True}
    request = {"stack_identity": identity, "template": None, **EXISTING, "args": args, "digest": digest}
    world.sights["b"] = changed("y")
    with pytest.raises(exception.PlanOutdated):
        engine.call("update_as_planned", **request)
    del world.sights["b"]
    engine.call("update_as_planned", **request)
    engine.settle()
    assert engine.show(identity)["stack_status"] == "COMPLETE"


def test_what_was_seen_of_a_row_that_has_changed_since_does_not_count(engine: Endpoint, world: World) -> None:
    identity = engine.created("web", template({"a": stores("1")}))
    before = ids(engine, identity)
    seen = world.see_all

    def then_changed(resources: Sequence[Resource]) -> dict[str, Sight | str]:
        found = seen(resources)
        engine.update(identity, template({"a": stores("2")}))
        engine.settle()
        return found

    world.sights["a"] = IS_GONE
    world.see_all = then_changed  # type: ignore[method-assign]
    engine.update(identity, template({"a": stores("2")}), args={"refresh": True})
    engine.settle()
    assert ids(engine, identity) == before


@pytest.mark.parametrize("given", ["perhaps", 1, [True]])
def test_to_look_is_true_or_false(engine: Endpoint, given: Any) -> None:
    identity = engine.created("web", template({"a": stores("1")}))
    with pytest.raises(exception.Invalid, match="refresh"):
        engine.call("plan_update", stack_identity=identity, template=None, **EXISTING, args={"refresh": given})
    with pytest.raises(exception.Invalid, match="refresh"):
        engine.update(identity, template({"a": stores("1")}), args={"refresh": given})


@pytest.mark.parametrize(("looks", "finding"), [(True, "same"), (False, "differs")])
def test_attributes_that_others_change_are_no_drift_of_what_can_be_seen(
    engine: Endpoint, monkeypatch: pytest.MonkeyPatch, looks: bool, finding: str
) -> None:
    identity = engine.created("web", template({"one": stores()}))
    if looks:
        monkeypatch.setattr(TestResource, "see_all", classmethod(lambda cls, there: {it.uuid: Sight() for it in there}))
    monkeypatch.setattr(TestResource, "resolve_attribute", lambda self, name: "a subnet more")
    look = engine.call("look_for_drift", stack_identity=identity, resource_name="one")
    assert (look["finding"], bool(look["attributes"])) == (finding, not looks)


def test_what_can_not_be_seen_now_has_not_drifted(
    engine: Endpoint, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = engine.created("web", template({"one": stores()}))
    monkeypatch.setattr(TestResource, "resolve_attribute", lambda self, name: "a subnet more")
    world.sights["one"] = "the service is away"
    assert engine.call("look_for_drift", stack_identity=identity, resource_name="one")["finding"] == "same"
