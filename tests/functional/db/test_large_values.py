"""Large values of rows are read only by whoever needs them, and only as many together as one read may bring.

Each is tried on every kind of database.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from heatlite import exception
from heatlite.db import large_columns, resources, snapshots, stacks, sync_points
from heatlite.db.api import Database
from heatlite.engine.common import reply_limits
from heatlite.engine.common.settings import Settings
from heatlite.engine.definitions import nested_values
from heatlite.engine.observability.explaining import facts
from heatlite.engine.traversal.transactions import claim
from tests.functional.engine.endpoint import HANDS_OVER, Endpoint
from tests.functional.engine.templates import stores, template

LARGE = "x" * (large_columns.LARGEST_INLINE + 4_000)
MANY = 5
Refused = exception.RequestLimitExceeded
LEAVES = {f"r{place}": stores(LARGE) for place in range(MANY)}
BARE = re.compile(r"(?<![\w.(])resource\.(" + "|".join(large_columns.NAMES) + r")\b(?! IS)")
"""A large column that a statement brings as it is, however large."""


@pytest.fixture
def engine(database: Database) -> Endpoint:
    return Endpoint(database)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reply_limits, "LARGEST_REPLY", 2 * len(LARGE))


def read(*names: str) -> Any:
    """Return a value that reads the attributes of these resources; only its length counts."""
    return {"list_join": ["", [{"get_attr": [name, "output"]} for name in names]]}


def status(engine: Endpoint, identity: dict[str, Any]) -> tuple[str, str]:
    shown = engine.show(identity, resolve_outputs=False)
    return f"{shown['stack_action']}_{shown['stack_status']}", shown["stack_status_reason"]


def stored(engine: Endpoint, identity: dict[str, Any], name: str) -> Any:
    [row] = resources.by_names(engine.shared.context(), identity["stack_id"], [name])
    return (row.properties_data or {})["value"]


def brought_whole(statements: list[str]) -> list[str]:
    """Return those of these statements that bring a large column of many rows whole."""
    selecting = [it.split("FROM")[0] for it in statements if it.startswith(("SELECT", "SET STATEMENT"))]
    bare = [it for it in selecting if BARE.search(re.sub(r"CASE WHEN.*?END", "", it, flags=re.DOTALL))]
    return [it for it in bare if "resource.id, resource.uuid" in it]


def test_a_claim_holds_large_values_back(engine: Endpoint) -> None:
    identity = engine.create("web", template({"a": stores(LARGE), "b": stores("x"), "c": stores(read("a"))}))
    context = engine.shared.context()
    engine.settle()
    rows = {row.name: row for row in resources.results(context, identity["stack_id"])}
    assert rows["a"].attr_data is None
    assert rows["a"].held_back > len(LARGE)
    assert (rows["b"].attr_data or {})["attributes"]["output"] == "x"
    assert rows["b"].held_back == 0
    assert stored(engine, identity, "c") == LARGE


def test_a_row_that_acts_comes_with_its_small_values_only(engine: Endpoint) -> None:
    identity = engine.created("web", template({"a": stores(LARGE), "b": stores("x")}))
    engine.update(identity, template({"a": stores("y"), "b": stores("y")}))
    context = engine.shared.context()
    stack = stacks.get(context, identity["stack_id"])
    assert stack is not None
    nodes = [node for _, batch in engine.announcements.waiting for node in batch]
    found = {
        it.resource.name: it.resource
        for it in sync_points.acting(context, stack.current_traversal, nodes)
        if it.resource
    }
    assert (found["a"].properties_data, found["a"].held_back > 2 * len(LARGE)) == (None, True)
    assert (found["b"].properties_data or {})["value"] == "x"
    assert found["b"].held_back == 0
    engine.settle()
    assert status(engine, identity)[0] == "UPDATE_COMPLETE"
    assert (stored(engine, identity, "a"), stored(engine, identity, "b")) == ("y", "y")


def test_what_reads_much_together_is_done_in_parts(engine: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim, "READ_BYTES", 2 * len(LARGE))
    readers = {f"by{name}": stores(read(name)) for name in LEAVES}
    identity = engine.created("web", template({**LEAVES, **readers}))
    assert status(engine, identity)[0] == "CREATE_COMPLETE"
    assert {stored(engine, identity, name) for name in readers} == {LARGE}


def test_what_has_much_together_is_done_in_parts(engine: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = engine.created("web", template(LEAVES))
    monkeypatch.setattr(claim, "BATCH_BYTES", 3 * len(LARGE))  # a row holds the value twice
    engine.update(identity, template({name: stores("y") for name in LEAVES}))
    with monkeypatch.context() as watched:
        at_once: list[int] = []
        by_ids = resources.by_ids

        def note(context: Any, ids: Any) -> Any:
            at_once.append(len(ids))
            return by_ids(context, ids)

        watched.setattr(resources, "by_ids", note)
        engine.settle()
    assert set(at_once) == {1}
    assert status(engine, identity)[0] == "UPDATE_COMPLETE"
    assert {stored(engine, identity, name) for name in LEAVES} == {"y"}


def claims_of_an_update(database: Database, monkeypatch: pytest.MonkeyPatch, value: str) -> int:
    """Return how many claims the update of a chain of two takes in an engine that goes on with successors itself."""
    engine = Endpoint(database, Settings(local_hops=1, **HANDS_OVER))
    identity = engine.created(f"web{len(value)}", template({"a": stores("x"), "b": stores(value, depends_on=["a"])}))
    engine.update(identity, template({"a": stores("y"), "b": stores("z", depends_on=["a"])}))
    claims: list[Any] = []
    claimed = sync_points.claimed

    def note(*arguments: Any) -> Any:
        claims.append(arguments)
        return claimed(*arguments)

    with monkeypatch.context() as watched:
        watched.setattr(sync_points, "claimed", note)
        engine.settle()
    assert status(engine, identity)[0] == "UPDATE_COMPLETE"
    assert stored(engine, identity, "b") == "z"
    return len(claims)


def test_a_successor_with_large_values_is_claimed_by_itself(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert claims_of_an_update(database, monkeypatch, "x") == 1
    assert claims_of_an_update(database, monkeypatch, LARGE) > 1


def test_one_that_reads_too_much_fails_and_says_what_to_do(engine: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim, "READ_BYTES", 2 * len(LARGE))
    follower = {**stores("x"), "depends_on": list(LEAVES)}
    identity = engine.created("web", template({**LEAVES, "follower": follower}))
    assert status(engine, identity)[0] == "CREATE_COMPLETE"  # what only has to be there isn't read

    engine.update(identity, template({**LEAVES, "follower": follower, "all": stores(read(*LEAVES))}))
    engine.settle()
    state, reason = status(engine, identity)
    assert state == "UPDATE_FAILED"
    assert re.search(r"resources\.all.*reads attributes of 5 resources \(r0, r1, r2, …\) that take \d{6} bytes", reason)
    engine.update(identity, template({**LEAVES, "all": stores(read("r0"))}))
    engine.settle()
    assert status(engine, identity)[0] == "UPDATE_COMPLETE"
    assert stored(engine, identity, "all") == LARGE


def test_members_are_told_though_their_values_are_large(engine: Endpoint) -> None:
    identity = engine.created("web", template({**LEAVES, "small": stores("x")}))
    context = engine.shared.context()
    stack = stacks.get(context, identity["stack_id"])
    assert stack is not None
    with engine.statements() as seen:
        members = nested_values.members(context, stack)
    assert {it.name: it.reference for it in members} == {
        row.name: row.physical_resource_id for row in resources.light(context, stack.id)
    }
    assert not brought_whole(seen)


def test_attributes_of_a_nested_stack_are_refused_when_they_are_too_large(engine: Endpoint, small: None) -> None:
    identity = engine.created("web", template(LEAVES))
    context, registry = engine.shared.context(), engine.shared.registry
    stack = stacks.get(context, identity["stack_id"])
    assert stack is not None
    asked = [f"resource.{name}.output" for name in LEAVES]
    with pytest.raises(Refused, match="read fewer or smaller attributes of stack web"):
        nested_values.attributes(context, registry, stack, asked)
    assert nested_values.attributes(context, registry, stack, asked[:1]) == {asked[0]: LARGE}


@pytest.mark.parametrize("method", ["export_stack", "abandon_stack"])
def test_an_export_that_would_be_too_large_is_refused(engine: Endpoint, small: None, method: str) -> None:
    parts = {name: {**stores("x"), "metadata": {"m": LARGE}} for name in LEAVES}
    identity = engine.created("web", template(parts))
    with engine.statements() as seen, pytest.raises(Refused, match="export of stack web would hold"):
        engine.call(method, stack_identity=identity)
    assert not brought_whole(seen)
    assert status(engine, identity)[0] == "CREATE_COMPLETE"


def test_an_export_brings_only_what_it_has(engine: Endpoint) -> None:
    identity = engine.created("web", template({**LEAVES, "m": {**stores("x"), "metadata": {"m": 1}}}))
    with engine.statements() as seen:
        exported = engine.call("export_stack", stack_identity=identity)
    assert exported["resources"]["m"]["metadata"] == {"m": 1}
    assert not [it for it in brought_whole(seen) if "resource.properties_data" in it or "resource.attr_data" in it]


def test_a_snapshot_that_would_be_too_large_fails_with_the_reason(
    engine: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = engine.created("web", template({name: {**stores("x"), "metadata": {"m": LARGE}} for name in LEAVES}))
    with monkeypatch.context() as less:
        less.setattr(reply_limits, "LARGEST_REPLY", 2 * len(LARGE))
        taken = engine.call("stack_snapshot", stack_identity=identity, name="s")
        engine.settle()
    state, reason = status(engine, identity)
    assert state == "SNAPSHOT_FAILED"
    assert re.search(r"The snapshot of web would hold \d+ bytes, and may hold at most \d+", reason)
    shown = engine.call("show_snapshot", stack_identity=identity, snapshot_id=taken["id"])
    assert (shown["status"], shown["status_reason"], shown["data"]) == ("FAILED", reason, {})
    again = engine.call("stack_snapshot", stack_identity=identity, name="t")
    engine.settle()
    shown = engine.call("show_snapshot", stack_identity=identity, snapshot_id=again["id"])
    assert (shown["status"], shown["data"]["resources"]["r0"]["metadata"]) == ("COMPLETE", {"m": LARGE})


def test_a_preview_of_an_update_is_refused_where_the_rows_are_too_large(engine: Endpoint, small: None) -> None:
    identity = engine.created("web", template(LEAVES))
    request = {"stack_identity": identity, "template": template(LEAVES), "params": {}, "files": {}, "args": {}}
    with engine.statements() as seen, pytest.raises(Refused, match="A preview of stack web would hold"):
        engine.call("preview_update_stack", **request)
    assert not brought_whole(seen)


def test_the_snapshots_of_a_deleted_stack_are_read_one_by_one(engine: Endpoint) -> None:
    identity = engine.created("web", template(LEAVES))
    for name in ("s", "t"):
        engine.call("stack_snapshot", stack_identity=identity, name=name)
        engine.settle()
    with engine.statements() as seen:
        engine.call("delete_stack", stack_identity=identity, cast=False)
        engine.settle()
    reading = [it for it in seen if "snapshot.data" in it.split("FROM")[0]]
    assert len(reading) == 2
    assert all("snapshot.id =" in it for it in reading)
    assert snapshots.ids(engine.shared.context(), identity["stack_id"]) == []


def test_finding_and_explaining_bring_no_large_values(engine: Endpoint) -> None:
    identity = engine.created("web", template(LEAVES))
    context = engine.shared.context()
    [row] = [it for it in resources.light(context, identity["stack_id"]) if it.name == "r1"]
    stack = stacks.get(context, identity["stack_id"])
    assert stack is not None
    with engine.statements() as seen:
        found = engine.call("find_physical_resource", physical_resource_id=row.physical_resource_id)
        mark = {"resource_name": row.physical_resource_id, "mark_unhealthy": True, "resource_status_reason": "why"}
        facts.facts_of(context, stack, 0.0, sweep_interval=1.0, lease_seconds=1.0)
        resources.locked(context, stack.id)
        resources.locked_by(context, ["nobody"], 10)
        resources.by_types(context, stack.id, ["OS::Heat::TestResource"])
        resources.listed_of(context, [stack.id])
    assert found["path"] == "/resources/r1"
    assert not brought_whole(seen)
    engine.call("resource_mark_unhealthy", stack_identity=identity, **mark)
    assert {it.name for it in resources.light(context, stack.id) if it.action == "CHECK"} == {"r1"}


def test_a_list_in_full_brings_nothing_that_it_does_not_tell(engine: Endpoint) -> None:
    identity = engine.created("web", template(LEAVES))
    with engine.statements() as seen:
        listed = engine.call("list_stack_resources", stack_identity=identity, with_detail=True)
    assert {it["attributes"]["output"] for it in listed} == {LARGE}
    assert not [it for it in seen if it.startswith("SELECT") and "resource.properties_data" in it.split("FROM")[0]]
