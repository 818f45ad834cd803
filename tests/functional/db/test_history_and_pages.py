"""History, and lists that are cut: each ends where ``max_listed`` says, and tells how to go on.

Each is tried on every kind of database.
"""

from __future__ import annotations

from typing import Any

import pytest

from heatlite import exception
from heatlite.db.api import Database
from heatlite.engine.api import paging
from heatlite.engine.common import reply_limits
from heatlite.engine.common.settings import Settings
from tests.functional.engine.endpoint import HANDS_OVER, Endpoint
from tests.functional.engine.templates import CHAIN, stores, template

EMPTY = template()


def listing(database: Database, most: int = 10_000) -> Endpoint:
    return Endpoint(database, Settings(max_listed=most, **HANDS_OVER))


@pytest.fixture
def engine(database: Database) -> Endpoint:
    return listing(database)


def test_the_history_of_an_operation_tells_who_did_what_exactly_when(engine: Endpoint) -> None:
    engine.clock.now += 0.25
    identity = engine.create("web", template({"a": stores(), "b": stores({"get_attr": ["a", "output"]})}))
    engine.clock.now += 0.5
    engine.settle()
    told = engine.call("list_history", stack_identity=identity)
    assert (told["action"], told["status"], told["whole"]) == ("CREATE", "COMPLETE", True)
    assert told["ended"] - told["began"] == pytest.approx(0.5)
    assert [(it["name"], it["status"]) for it in told["events"]] == [
        ("a", "IN_PROGRESS"),
        ("a", "COMPLETE"),
        ("b", "IN_PROGRESS"),
        ("b", "COMPLETE"),
    ]
    assert {it["engine_id"] for it in told["events"]} == {engine.shared.lease.engine_id}
    assert {it["at"] for it in told["events"]} == {told["ended"]}
    (stack,) = told["stacks"]
    assert stack["requires"] == {"a": [], "b": ["a"]}


def test_the_history_of_an_earlier_operation_ends_where_the_next_begins(engine: Endpoint) -> None:
    identity = engine.create("web", template({"a": stores()}))
    engine.clock.now += 3
    engine.update(identity, template({"a": stores("y")}))
    engine.settle()
    latest = engine.call("list_history", stack_identity=identity)
    earlier = engine.call("list_history", stack_identity=identity, back=1)
    assert (earlier["action"], earlier["status"]) == ("CREATE", "SUPERSEDED")
    assert earlier["ended"] == latest["began"] == earlier["follows"]
    with pytest.raises(exception.NotFound, match="2 operation"):
        engine.call("list_history", stack_identity=identity, back=2)


def test_of_a_deleted_stack_there_is_a_history(engine: Endpoint) -> None:
    identity = engine.created("web", template({"a": stores(), "b": stores(depends_on="a")}))
    engine.call("delete_stack", stack_identity=identity)
    engine.settle()
    told = engine.call("list_history", stack_identity=identity)
    assert told["action"] == "DELETE"
    assert told["stacks"][0]["requires"]["b"] == ["a"]
    assert [it["name"] for it in told["events"] if it["status"] == "COMPLETE"] == ["b", "a"]


def test_what_nothing_was_done_to_yet_has_its_requirements(engine: Endpoint) -> None:
    identity = engine.create("web", template({"a": stores(), "b": stores(depends_on="a")}))
    (stack,) = engine.call("list_requirements", stack_identity=identity)
    assert stack["requires"] == {"a": [], "b": ["a"]}


def test_a_list_of_events_without_a_limit_has_one_and_says_how_to_go_on(database: Database) -> None:
    engine = listing(database, 3)
    identity = engine.created("web", CHAIN)
    paged: list[Any] = []
    marker = None
    for _ in range(2):
        page = engine.call("list_events", stack_identity=identity, sort_dir="asc", marker=marker)
        assert len(page) == 3
        marker = page[-1].pop("next_marker", None)
        paged += page
    assert marker is None, "nothing is left out of the last page"
    whole = engine.call("list_events", stack_identity=identity, sort_dir="asc", limit=3)
    assert "next_marker" not in whole[-1], "who asked for three knows how to go on"
    assert paged[:3] == whole
    more = engine.call("list_events", stack_identity=identity, sort_dir="asc", limit=1000)
    assert more[-1]["next_marker"] == paged[2]["event_identity"]["path"].rpartition("/")[2]


def test_a_list_ends_where_its_reasons_are_too_long_together(engine: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = engine.created("web", template({f"r{number}": stores() for number in range(5)}))
    long = "why " * 500
    for number in range(5):
        asked = {"resource_name": f"r{number}", "mark_unhealthy": True, "resource_status_reason": long}
        engine.call("resource_mark_unhealthy", stack_identity=identity, **asked)
    asked = {"stack_identity": identity, "sort_dir": "asc"}
    whole = engine.call("list_events", **asked)
    assert "next_marker" not in whole[-1]
    told = engine.call("list_history", stack_identity=identity)
    monkeypatch.setattr(paging, "PIECE", 2)
    monkeypatch.setattr(reply_limits, "LARGEST_REPLY", len(long))
    paged, pages, marker = [], 0, None
    while True:
        page = engine.call("list_events", **asked, marker=marker)
        pages += 1
        marker = page[-1].pop("next_marker", None) if page else None
        paged += page
        if marker is None:
            break
    assert paged == whole
    assert pages == 3
    assert engine.call("list_events", **asked, limit=3)[:3] == whole[:3]
    cut = engine.call("list_history", stack_identity=identity)
    assert cut["next_marker"]
    assert cut["events"] == told["events"][: len(cut["events"])]


def test_all_stacks_in_full_are_refused_where_they_hold_too_much(
    engine: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        engine.created(
            name, template({"r": stores("x" * 4000)}, outputs={"o": {"value": {"get_attr": ["r", "output"]}}})
        )
    assert len(engine.call("show_stack", stack_identity=None)) == 3
    monkeypatch.setattr(reply_limits, "LARGEST_REPLY", 10_000)
    with pytest.raises(exception.RequestLimitExceeded, match="list the stacks, or show one after another"):
        engine.call("show_stack", stack_identity=None)
    assert len(engine.call("show_stack", stack_identity=None, resolve_outputs=False)) == 3


def test_a_history_that_is_cut_says_so_and_how_to_go_on(database: Database) -> None:
    engine = listing(database, 3)
    identity = engine.created("web", CHAIN)
    told = engine.call("list_history", stack_identity=identity)
    assert told["next_marker"]
    asked = {"stack_identity": identity, "sort_dir": "asc", "limit": 3}
    whole, marker = [(it["name"], it["status"]) for it in told["events"]], told["next_marker"]
    while page := engine.call("list_events", **asked, marker=marker):
        whole += [(it["resource_name"], it["resource_status"]) for it in page if it["resource_name"] != "web"]
        marker = page[-1]["event_identity"]["path"].rpartition("/")[2]
    engine = listing(database)
    told = engine.call("list_history", stack_identity=identity)
    assert (told["next_marker"], len(told["events"])) == (None, len(whole))
    assert whole == [(it["name"], it["status"]) for it in told["events"]]


def test_operations_beyond_what_a_history_reads_are_said_to_be_there(database: Database) -> None:
    engine = listing(database, 3)
    identity = engine.created("web", EMPTY)
    engine.update(identity, EMPTY)
    engine.settle()
    with pytest.raises(
        exception.NotFound, match=r"show only 1 operation\(s\)\. One call doesn.t read older .* max_listed, 3"
    ):
        engine.call("list_history", stack_identity=identity, back=1)


def test_all_stacks_in_full_say_where_the_list_of_stacks_goes_on(database: Database) -> None:
    engine = listing(database, 2)
    for name in ("a", "b", "c"):
        engine.created(name, EMPTY)
        engine.clock.now += 1
    shown = engine.call("show_stack", stack_identity=None)
    assert [stack["stack_name"] for stack in shown] == ["c", "b"]
    (rest,) = engine.call("list_stacks", marker=shown[-1]["next_marker"])
    assert rest["stack_name"] == "a"


def test_a_list_of_stacks_without_a_limit_has_one_too(database: Database) -> None:
    engine = listing(database, 2)
    for name in ("a", "b", "c"):
        engine.created(name, EMPTY)
    first = engine.call("list_stacks", sort_keys=["stack_name"])
    assert [stack["stack_name"] for stack in first] == ["a", "b"]
    (last,) = engine.call("list_stacks", sort_keys=["stack_name"], marker=first[-1]["next_marker"])
    assert (last["stack_name"], "next_marker" in last) == ("c", False)


def test_a_list_of_configs_is_cut_and_tells_how_to_go_on(database: Database) -> None:
    engine = listing(database, 2)
    made = []
    for name in "abc":
        engine.clock.now += 1
        made.append(engine.call("create_software_config", group="script", name=name, config="x")["id"])
    first = engine.call("list_software_configs", is_admin=True, limit=5)
    assert [each["id"] for each in first] == made[:0:-1]
    rest = engine.call("list_software_configs", is_admin=True, marker=first[-1]["next_marker"])
    assert [each["id"] for each in rest] == made[:1]
    assert "next_marker" not in rest[-1]
