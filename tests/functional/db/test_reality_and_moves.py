"""Rows of updates that repair and of resources that move, on every kind of database."""

from __future__ import annotations

import pathlib
from collections.abc import Sequence
from typing import Any

import pytest

from heatlite import exception
from heatlite.convergence.model import Action, Status
from heatlite.db import migration, resources, stacks
from heatlite.db.api import Database, Settings
from heatlite.engine.decision.reality import SEEN
from heatlite.resources.base import Resource
from heatlite.resources.builtin.test_resource import TestResource
from heatlite.resources.sight import IS_GONE, Sight
from tests.functional.engine.breaking import BreakingDatabase
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import stores, template

EXISTING: dict[str, Any] = {"existing": True}
Identity = dict[str, Any]


@pytest.fixture
def engine(database: Database) -> Endpoint:
    return Endpoint(database)


def rows(engine: Endpoint, identity: Identity) -> dict[str, Any]:
    found = resources.by_stack(engine.shared.context(), identity["stack_id"])
    return {row.name: row for row in found}


def see(sights: dict[str, Sight], patch: pytest.MonkeyPatch) -> None:
    def see_all(cls: type[Resource], there: Sequence[Resource]) -> dict[str, Sight | str]:
        return {it.uuid: sights.get(it.name, Sight()) for it in there}

    patch.setattr(TestResource, "see_all", classmethod(see_all))


def test_what_was_seen_is_in_the_rows_from_the_begin_of_the_update_to_the_repair(
    engine: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = engine.created("web", template({"a": stores("1"), "b": stores("2"), "c": stores("3")}))
    before = rows(engine, identity)
    see({"a": Sight(properties={"value": "é\U0001f600"}), "b": IS_GONE}, monkeypatch)
    engine.update(identity, None, args={**EXISTING, "refresh": True})
    begun = rows(engine, identity)
    assert begun["a"].progress == {SEEN: {"properties": {"value": "é\U0001f600"}}}
    assert begun["b"].progress == {SEEN: {"gone": True}}
    assert begun["c"] == before["c"]
    assert {name: begun[name].atomic_key - before[name].atomic_key for name in "abc"} == {"a": 1, "b": 1, "c": 0}
    engine.settle()
    after = rows(engine, identity)
    assert (after["a"].action, after["a"].status, after["a"].progress) == (Action.UPDATE, Status.COMPLETE, None)
    assert (after["b"].id != before["b"].id, after["b"].progress) == (True, None)
    assert after["c"].updated_at == before["c"].updated_at


def test_a_row_that_is_locked_or_has_changed_keeps_what_it_has(
    engine: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = engine.created("web", template({"a": stores("1"), "b": stores("2")}))
    context, there = engine.shared.context(), rows(engine, identity)

    def see_all(cls: type[Resource], seen: Sequence[Resource]) -> dict[str, Sight | str]:
        keys = {there["a"].id: there["a"].atomic_key}
        changes: dict[int, Any] = {there["a"].id: {"status_reason": "somebody was here"}}
        resources.write(context, keys, changes, engine.shared.inputs.utcnow(), locked_by=None, lock_for=None)
        return {it.uuid: IS_GONE for it in seen}

    monkeypatch.setattr(TestResource, "see_all", classmethod(see_all))
    engine.update(identity, None, args={**EXISTING, "refresh": True})
    begun = rows(engine, identity)
    assert begun["a"].progress is None
    assert begun["b"].progress == {SEEN: {"gone": True}}


def test_a_moved_row_keeps_all_but_its_place_and_its_stacks_their_states(engine: Endpoint) -> None:
    shop = engine.created("shop", template({"a": stores("1"), "b": stores("2", depends_on="a")}))
    web = engine.created("web", template({"c": stores("3")}))
    engine.update(shop, template({"a": stores("1"), "b": stores("2")}))
    engine.settle()
    context, row = engine.shared.context(), rows(engine, shop)["a"]
    engine.call("move_resource", stack_identity=shop, resource_name="a", target_identity=web, new_name="née")
    moved = rows(engine, web)["née"]
    assert (moved.id, moved.uuid, moved.physical_resource_id) == (row.id, row.uuid, row.physical_resource_id)
    assert (moved.action, moved.status, moved.properties_data) == (row.action, row.status, row.properties_data)
    assert (moved.atomic_key, moved.stack_id) == (row.atomic_key + 1, web["stack_id"])
    for identity, action in ((shop, Action.UPDATE), (web, Action.CREATE)):
        stack = stacks.get(context, identity["stack_id"])
        assert stack is not None
        assert (stack.action, stack.status) == (action, Status.COMPLETE)
        assert stack.prev_raw_template_id == stack.raw_template_id
        found = stacks.by_traversal(context, stack.current_traversal)
        assert found is not None
        assert set((found[1] or {})["serving"]) == set(rows(engine, identity))


def test_a_row_that_an_engine_has_locked_does_not_move(engine: Endpoint) -> None:
    shop, web = engine.created("shop", template({"a": stores("1")})), engine.created("web", template())
    row = rows(engine, shop)["a"]
    keys, now = {row.id: row.atomic_key}, engine.shared.inputs.utcnow()
    locked = {"locked_by": None, "lock_for": engine.shared.lease.engine_id}
    assert resources.write(engine.shared.context(), keys, {row.id: {"status_reason": "x"}}, now, **locked) == 1
    before = rows(engine, shop)
    with pytest.raises(exception.ActionInProgress):
        engine.call("move_resource", stack_identity=shop, resource_name="a", target_identity=web)
    assert rows(engine, shop) == before


@pytest.mark.parametrize("new", [None, "b"])
def test_a_move_whose_commit_was_not_answered_is_made_once(tmp_path: pathlib.Path, new: str | None) -> None:
    database = BreakingDatabase(Settings(f"sqlite:///{tmp_path}/db"))
    migration.sync(database.engine)
    engine = Endpoint(database)
    shop, web = engine.created("shop", template({"a": stores("1")})), engine.created("web", template())
    target, name = (web, "a") if new is None else (shop, new)
    row = rows(engine, shop)["a"]
    database.break_after(lambda: name in rows(engine, target) and (new is None or "a" not in rows(engine, shop)))
    engine.call("move_resource", stack_identity=shop, resource_name="a", target_identity=target, new_name=new)
    assert rows(engine, target)[name].id == row.id
    told = [it["resource_status_reason"] for it in engine.call("list_events", stack_identity=target)]
    assert len([it for it in told if it.startswith("Moved from")]) == 1
    database.dispose()
