"""A reply is made of so much, however many rows there are and whatever is in them: its size is asked for first.

Each is tried on every kind of database, with values of some kilobytes and a limit that is as small.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from heatlite import exception
from heatlite.db.api import Database
from heatlite.engine.common import reply_limits
from heatlite.engine.ports import software_store
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import stores, template

LARGE = "x" * 4000
MANY = 5
Refused = exception.RequestLimitExceeded
LARGE_COLUMNS = ("properties_data", "attr_data", "resource_metadata", "resource_data", "progress")


@pytest.fixture
def engine(database: Database) -> Endpoint:
    return Endpoint(database)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reply_limits, "LARGEST_REPLY", 2 * len(LARGE))


@pytest.fixture
def read(database: Database) -> Iterator[list[str]]:
    """The statements that read, as they are sent."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(database.engine, "before_cursor_execute", note)


def large(engine: Endpoint) -> dict[str, Any]:
    parts = {f"r{place}": {**stores(LARGE), "metadata": {"of": place}} for place in range(MANY)}
    outputs = {name: {"value": {"get_attr": [name, "output"]}} for name in parts}
    return engine.created("web", template(parts, outputs=outputs))


def of_resources(statements: list[str]) -> list[str]:
    return [it for it in statements if "FROM resource" in it]


def test_a_list_of_resources_reads_nothing_that_it_does_not_tell(engine: Endpoint, read: list[str]) -> None:
    identity = large(engine)
    read.clear()
    listed = engine.call("list_stack_resources", stack_identity=identity)
    assert len(listed) == MANY
    assert of_resources(read)
    for statement in of_resources(read):
        assert not [it for it in LARGE_COLUMNS if f"resource.{it}" in statement]


def test_one_resource_is_shown_without_reading_what_the_others_hold(engine: Endpoint, read: list[str]) -> None:
    identity = large(engine)
    read.clear()
    shown = engine.call("describe_stack_resource", stack_identity=identity, resource_name="r1")
    assert (shown["attributes"]["output"], shown["metadata"]) == (LARGE, {"of": 1})
    whole = [it for it in of_resources(read) if "resource.properties_data" in it]
    assert len(whole) == 1
    assert "resource.id IN" in whole[0]


def test_a_list_in_full_is_refused_where_it_would_hold_too_much(engine: Endpoint, small: None, read: list[str]) -> None:
    identity = large(engine)
    read.clear()
    with pytest.raises(Refused, match=r"\d+ bytes, .*8000.* list them without details"):
        engine.call("list_stack_resources", stack_identity=identity, with_detail=True)
    assert not [it for it in of_resources(read) if "length" not in it.lower() and "resource.attr_data" in it]
    [one] = engine.call("list_stack_resources", stack_identity=identity, with_detail=True, filters={"name": "r2"})
    assert (one["attributes"]["output"], one["metadata"]) == (LARGE, {"of": 2})


def test_a_list_in_full_tells_what_each_resource_has(engine: Endpoint) -> None:
    listed = engine.call("list_stack_resources", stack_identity=large(engine), with_detail=True)
    assert {it["resource_name"]: it["metadata"] for it in listed} == {f"r{at}": {"of": at} for at in range(MANY)}
    assert {it["attributes"]["output"] for it in listed} == {LARGE}


def test_outputs_that_read_too_much_together_are_shown_one_after_another(engine: Endpoint, small: None) -> None:
    identity = large(engine)
    with pytest.raises(Refused, match="show one output after another"):
        engine.call("show_stack", stack_identity=identity)
    [shown] = engine.call("show_stack", stack_identity=identity, resolve_outputs=False)
    assert shown["stack_status"] == "COMPLETE"


def test_one_output_reads_what_it_is_made_of(engine: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = large(engine)
    monkeypatch.setattr(reply_limits, "LARGEST_REPLY", 4 * len(LARGE))
    assert engine.call("show_output", stack_identity=identity, output_key="r3")["output_value"] == LARGE


def test_snapshots_that_hold_too_much_together_are_shown_one_after_another(
    engine: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = large(engine)
    for number in range(2):
        engine.call("stack_snapshot", stack_identity=identity, name=f"s{number}")
        engine.settle()
    monkeypatch.setattr(reply_limits, "LARGEST_REPLY", 2 * len(LARGE))
    with pytest.raises(Refused, match="show one snapshot after another"):
        engine.call("stack_list_snapshots", stack_identity=identity)


def config(engine: Endpoint, name: str, **parts: Any) -> str:
    return str(engine.call("create_software_config", group=None, name=name, **{"config": LARGE, **parts})["id"])


def test_a_list_of_configs_reads_nothing_of_what_is_in_them(engine: Endpoint, read: list[str], small: None) -> None:
    ids = {config(engine, f"c{number}") for number in range(MANY)}
    read.clear()
    assert {it["id"] for it in engine.call("list_software_configs")} == ids
    assert not [it for it in read if "software_config.config" in it]


def test_configs_for_one_server_are_refused_where_they_are_too_large_together(engine: Endpoint, small: None) -> None:
    for number in range(MANY):
        own = config(engine, f"c{number}")
        engine.call("create_software_deployment", server_id="busy", config_id=own)
        if not number:
            engine.call("create_software_deployment", server_id="other", config_id=own)
    with pytest.raises(Refused, match="deploy less to one server"):
        engine.call("metadata_software_deployments", server_id="busy")
    [told] = engine.call("metadata_software_deployments", server_id="other")
    assert told["config"] == LARGE
    assert engine.call("metadata_software_deployments", server_id="none") == []


def test_deployments_are_refused_where_they_hold_too_much_together(engine: Endpoint, small: None) -> None:
    own = config(engine, "c")
    for number in range(MANY):
        values = {"input_values": {"v": LARGE}, "server_id": "busy" if number else "other"}
        engine.call("create_software_deployment", config_id=own, **values)
    for arguments in ({}, {"server_id": "busy"}):
        with pytest.raises(Refused, match="list those of one server"):
            engine.call("list_software_deployments", **arguments)
    [one] = engine.call("list_software_deployments", server_id="other")
    assert one["input_values"] == {"v": LARGE}


def test_the_parts_of_a_config_have_one_limit_together(engine: Endpoint) -> None:
    half = "x" * 600_000
    config(engine, "half", config=half)
    with pytest.raises(Refused, match="A software config takes 1200"):
        config(engine, "whole", config=half, options={"o": half})


def test_signals_do_not_add_up_to_outputs_without_end(engine: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(software_store, "LARGEST", 2 * len(LARGE))
    own = config(engine, "c", outputs=[{"name": f"o{number}"} for number in range(MANY)])
    state = {"action": "CREATE", "status": "IN_PROGRESS"}
    deployment = engine.call("create_software_deployment", server_id="s", config_id=own, **state)["id"]

    call = {"deployment_id": deployment, "details": {"o0": LARGE}}
    engine.call("signal_software_deployment", **call)
    engine.call("update_software_deployment", deployment_id=deployment, **state)
    with pytest.raises(Refused, match="output values of deployment"):
        engine.call("signal_software_deployment", **{**call, "details": {"o1": LARGE}})
    shown = engine.call("show_software_deployment", deployment_id=deployment)
    assert sum(len(it or "") for it in shown["output_values"].values()) <= 2 * len(LARGE)
