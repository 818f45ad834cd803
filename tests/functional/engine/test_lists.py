"""Lists of stacks and events: filters, order, pages."""

from __future__ import annotations

import pathlib
import re
from typing import Any

import pytest

from heatlite import exception
from tests.functional.engine.endpoint import Endpoint, opened
from tests.functional.engine.templates import CHAIN, stores, template

EMPTY = template()


@pytest.fixture
def five(engine: Endpoint) -> Endpoint:
    """Stacks s0 … s3, a minute apart; between s1 and s2, another project makes s4."""
    tags = {"s0": ["blue"], "s1": ["blue", "old"], "s4": ["blue"], "s2": ["red"], "s3": []}
    for name, own in tags.items():
        engine.created(name, EMPTY, args={"tags": own}, project="theirs" if name == "s4" else "demo")
        engine.clock.now += 60
    return engine


def names(engine: Endpoint, **query: Any) -> list[str]:
    """What a list holds, in its order; the count agrees where nothing is paged."""
    found = [stack["stack_name"] for stack in engine.call("list_stacks", **query)]
    paging = ("limit", "marker", "sort_keys", "sort_dir")
    if not query.get("limit") and not query.get("marker"):
        unpaged = {name: value for name, value in query.items() if name not in paging}
        assert engine.call("count_stacks", **unpaged) == len(found)
    return found


def test_a_project_lists_its_own_live_stacks_the_newest_first(five: Endpoint) -> None:
    assert names(five) == ["s3", "s2", "s1", "s0"]


def test_a_listed_stack_has_the_fields_that_heat_has(five: Endpoint) -> None:
    newest, *_ = five.call("list_stacks")
    assert set(newest) == {
        "creation_time", "deletion_time", "description", "parent", "stack_action", "stack_identity", "stack_name",
        "stack_owner", "stack_status", "stack_status_reason", "stack_user_project_id", "tags", "updated_time",
    }  # fmt: skip
    assert newest["tags"] is None
    assert newest["creation_time"].endswith("Z")


def test_deleted_stacks_are_listed_on_request(five: Endpoint) -> None:
    identity = five.call("identify_stack", stack_name="s2")
    five.call("delete_stack", stack_identity=identity)
    five.settle()
    assert names(five) == ["s3", "s1", "s0"]
    assert names(five, show_deleted=True) == ["s3", "s2", "s1", "s0"]


def test_nested_stacks_are_listed_on_request(five: Endpoint) -> None:
    with five.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE stack SET owner_id = 'parent' WHERE name = 's2'")
    assert names(five) == ["s3", "s1", "s0"]
    assert names(five, show_nested=True) == ["s3", "s2", "s1", "s0"]
    assert names(five, show_nested=True, filters={"parent": "parent"}) == ["s2"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"name": "s1"}, ["s1"]),
        ({"stack_name": ["s1", "s3"]}, ["s3", "s1"]),
        ({"name": []}, []),
        ({"status": "COMPLETE"}, ["s3", "s2", "s1", "s0"]),
        ({"status": "CREATE_COMPLETE", "name": "s0"}, ["s0"]),
        ({"status": ["CREATE_FAILED", "UPDATE_COMPLETE"]}, []),
        ({"status": "BOGUS"}, []),
        ({"status": "complete"}, []),
        ({"status": "create_complete"}, []),
        ({"action": "UPDATE"}, []),
        ({"username": "ann", "disable_rollback": "true"}, ["s3", "s2", "s1", "s0"]),
        ({"disable_rollback": False}, []),
        ({"tenant": "theirs"}, []),
        ({"owner_id": None}, ["s3", "s2", "s1", "s0"]),
    ],
)
def test_stacks_are_filtered(five: Endpoint, filters: dict[str, Any], expected: list[str]) -> None:
    assert names(five, filters=filters) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"tags": ["blue"]}, ["s1", "s0"]),
        ({"tags": ["blue", "old"]}, ["s1"]),
        ({"tags_any": ["old", "red"]}, ["s2", "s1"]),
        ({"not_tags": ["blue", "old"]}, ["s3", "s2", "s0"]),
        ({"not_tags_any": ["blue", "red"]}, ["s3"]),
    ],
)
def test_stacks_are_chosen_by_tags(five: Endpoint, query: dict[str, Any], expected: list[str]) -> None:
    assert names(five, **query) == expected


def test_stacks_are_sorted_and_unknown_keys_are_left_out(five: Endpoint) -> None:
    assert names(five, sort_keys=["stack_name"]) == ["s0", "s1", "s2", "s3"]
    assert names(five, sort_keys="stack_name", sort_dir="desc") == ["s3", "s2", "s1", "s0"]
    assert names(five, sort_keys=["colour"]) == ["s3", "s2", "s1", "s0"]
    assert names(five, sort_dir="asc") == ["s0", "s1", "s2", "s3"]


@pytest.mark.parametrize("sort_dir", ["asc", "desc", None])
@pytest.mark.parametrize("sort_keys", [None, ["stack_name"], ["stack_status"], ["updated_time"]])
def test_pages_hold_every_stack_once_in_the_order_of_the_whole_list(
    five: Endpoint, sort_keys: list[str] | None, sort_dir: str | None
) -> None:
    with five.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE stack SET updated_at = NULL WHERE name IN ('s0', 's2')")
    query = {"sort_keys": sort_keys, "sort_dir": sort_dir}
    whole = five.call("list_stacks", **query)
    paged: list[Any] = []
    while page := five.call(
        "list_stacks", **query, limit=1, marker=paged[-1]["stack_identity"]["stack_id"] if paged else None
    ):
        paged += page
        assert len(paged) <= len(whole)
    assert paged == whole


def test_stacks_that_were_never_updated_come_before_the_others_as_on_heats_mariadb(five: Endpoint) -> None:
    with five.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE stack SET updated_at = '2030-01-01 00:00:0' || substr(name, 2)")
        connection.exec_driver_sql("UPDATE stack SET updated_at = NULL WHERE name IN ('s1', 's2')")
    found = names(five, sort_keys=["updated_time"], sort_dir="asc")
    assert (set(found[:2]), found[2:]) == ({"s1", "s2"}, ["s0", "s3"])
    assert names(five, sort_keys=["updated_time"], sort_dir="desc") == found[::-1]


def test_a_marker_that_is_not_there_or_not_ours_is_no_marker(five: Endpoint) -> None:
    theirs = five.call("identify_stack", project="theirs", stack_name="s4")["stack_id"]
    for marker in ("nonsense", theirs):
        assert names(five, marker=marker, limit="2") == ["s3", "s2"]


def test_a_limit_of_zero_gives_none(five: Endpoint) -> None:
    assert names(five, limit=0, marker="x") == []


# --- events -----------------------------------------------------------------------------------------------------


def test_events_are_listed_the_newest_first(engine: Endpoint) -> None:
    identity = engine.created("web", CHAIN)
    found = engine.call("list_events", stack_identity=identity)
    assert (found[-1]["resource_name"], found[-1]["resource_status"]) == ("web", "IN_PROGRESS")
    assert (found[0]["resource_type"], found[0]["resource_status"]) == ("OS::Heat::Stack", "COMPLETE")
    oldest_first = engine.call("list_events", stack_identity=identity, sort_dir="asc")
    assert oldest_first == found[::-1]


def test_the_first_event_of_a_resource_tells_the_name_that_its_physical_resource_is_to_have(engine: Endpoint) -> None:
    identity = engine.created("web", template({"none": {"type": "OS::Heat::None"}}))
    events = engine.call("list_events", stack_identity=identity, sort_dir="asc")
    first, last = [it["physical_resource_id"] for it in events if it["resource_name"] == "none"]
    assert re.fullmatch(r"web-none-[a-z2-7]{12}", first)
    row = engine.call("describe_stack_resource", stack_identity=identity, resource_name="none")
    assert last == row["physical_resource_id"] != first


def test_an_event_has_the_fields_that_heat_has(engine: Endpoint) -> None:
    identity = engine.created("web", CHAIN)
    event, *_ = engine.call("list_events", stack_identity=identity, filters={"resource_name": "first"})
    uuid = event["event_identity"]["path"].removeprefix("/resources/first/events/")
    assert event["event_identity"] == {**identity, "path": f"/resources/first/events/{uuid}"}
    fields = {
        "event_identity", "event_time", "physical_resource_id", "resource_action", "resource_name", "resource_status",
        "resource_status_reason", "resource_type", "stack_identity", "stack_name",
    }  # fmt: skip
    assert set(event) == fields
    (single,) = engine.call("list_events", stack_identity=identity, filters={"uuid": uuid})
    assert single == {**event, "resource_properties": {}}
    nested, *_ = engine.call("list_events", stack_identity=identity, nested_depth=2)
    assert nested["root_stack_id"] == identity


def test_events_are_filtered_by_state_and_type(engine: Endpoint) -> None:
    identity = engine.created("web", CHAIN)

    def count(**filters: Any) -> int:
        return len(engine.call("list_events", stack_identity=identity, filters=filters))

    assert count(resource_name=["first", "second"], resource_status="COMPLETE") == 2
    assert count(resource_status="CREATE_COMPLETE") == 3
    assert count(resource_type="OS::Heat::Stack") == 2
    assert count(resource_action="DELETE") == 0


def test_pages_of_events_hold_each_once(engine: Endpoint) -> None:
    identity = engine.created("web", CHAIN)
    whole = engine.call("list_events", stack_identity=identity, sort_dir="asc")
    paged: list[Any] = []
    marker = None
    while page := engine.call("list_events", stack_identity=identity, sort_dir="asc", limit=2, marker=marker):
        paged += page
        marker = page[-1]["event_identity"]["path"].rpartition("/")[2]
        assert len(paged) <= len(whole)
    assert paged == whole


def test_another_stacks_event_is_no_marker(engine: Endpoint) -> None:
    identity, other = engine.created("web", CHAIN), engine.created("other", CHAIN)
    whole = engine.call("list_events", stack_identity=identity)
    marker = engine.call("list_events", stack_identity=other)[0]["event_identity"]["path"].rpartition("/")[2]
    assert engine.call("list_events", stack_identity=identity, marker=marker) == whole


def test_stacks_with_a_hidden_tag_are_listed_on_request(schema: pathlib.Path, tmp_path: pathlib.Path) -> None:
    with opened(schema, tmp_path / "db.sqlite3", hidden_stack_tags=("secret",)) as engine:
        engine.created("shown", EMPTY)
        engine.created("hidden", EMPTY, args={"tags": ["secret", "other"]})
        assert names(engine) == ["shown"]
        assert sorted(names(engine, show_hidden=True)) == ["hidden", "shown"]


def test_resources_are_listed_by_the_type_that_the_template_writes(engine: Endpoint) -> None:
    alias = {"resource_registry": {"My::Type": "OS::Heat::TestResource"}}
    identity = engine.created("s", template({"a": {"type": "My::Type"}, "b": stores()}), params=alias)
    listed = engine.call("list_stack_resources", stack_identity=identity)
    assert {each["resource_name"]: each["resource_type"] for each in listed} == {
        "a": "My::Type",
        "b": "OS::Heat::TestResource",
    }
    events = engine.call("list_events", stack_identity=identity, filters={"resource_name": "a"})
    assert {event["resource_type"] for event in events} == {"My::Type"}


# --- bounds -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["tags", "tags_any", "not_tags", "not_tags_any"])
def test_a_filter_by_tags_is_one_sub_query_however_often_a_tag_is_said(five: Endpoint, kind: str) -> None:
    with five.statements() as seen:
        once = names(five, **{kind: ["blue", "old"]})
        several = names(five, **{kind: ["blue", "old"] * 40})
    assert once == several
    for statement in seen:
        if "WHERE stack.tenant" in statement:
            assert statement.count("FROM stack_tag") == 1
            assert statement.count("?") < 10


@pytest.mark.parametrize("kind", ["tags", "tags_any", "not_tags", "not_tags_any"])
def test_a_filter_by_more_tags_than_a_stack_may_have_is_refused(five: Endpoint, kind: str) -> None:
    tags = [f"t{place}" for place in range(101)]
    for method in ("list_stacks", "count_stacks"):
        with pytest.raises(exception.Invalid, match=f"Invalid {kind}: at most 100 tags are allowed, and there are 101"):
            five.call(method, **{kind: tags})


def test_a_stack_has_so_many_tags_and_no_more(engine: Endpoint) -> None:
    tags = [f"t{place}" for place in range(101)]
    with pytest.raises(exception.Invalid, match="at most 100 tags are allowed, and there are 101"):
        engine.create("web", EMPTY, args={"tags": tags})
    identity = engine.created("web", EMPTY, args={"tags": [*tags[:50], *tags[:50]]})
    assert engine.show(identity)["tags"] == tags[:50]
    with pytest.raises(exception.Invalid, match="at most 100 tags"):
        engine.update(identity, EMPTY, args={"tags": tags})


def test_the_values_of_a_filter_are_each_said_once_and_not_too_many(five: Endpoint) -> None:
    with five.statements() as seen:
        assert names(five, filters={"name": ["s1", "s2"] * 400}) == ["s2", "s1"]
    assert all(statement.count("?") < 10 for statement in seen)
    many = [f"s{place}" for place in range(1001)]
    with pytest.raises(exception.Invalid, match='the filter "status" may have at most 1000 values, and has 1001'):
        five.call("list_stacks", filters={"status": many})
    identity = five.call("identify_stack", stack_name="s1")
    with pytest.raises(exception.Invalid, match='the filter "resource_name" may have at most 1000 values'):
        five.call("list_events", stack_identity=identity, filters={"resource_name": many})


def test_names_of_files_and_entries_of_the_registry_count_in_a_size(
    schema: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    with opened(schema, tmp_path / "db.sqlite3", max_template_size=1000, max_environment_size=1000) as engine:
        with pytest.raises(
            exception.RequestLimitExceeded, match=r"All files .* \(8000 bytes; option max_template_size"
        ):
            engine.create("web", EMPTY, files={f"a file of name {place}": "" for place in range(500)})
        registry = {f"Our::Type{place}": "OS::Heat::None" for place in range(100)}
        with pytest.raises(exception.RequestLimitExceeded, match="option max_environment_size"):
            engine.create("web", EMPTY, params={"resource_registry": registry})


def test_so_many_environment_files_are_read_and_no_more(engine: Endpoint) -> None:
    call = {"files": {"e.yaml": "{}"}, "environment_files": ["e.yaml"] * 101}
    with pytest.raises(
        exception.StackValidationFailed, match="at most 100 environment files are allowed, and there are 101"
    ):
        engine.create("web", EMPTY, **call)
