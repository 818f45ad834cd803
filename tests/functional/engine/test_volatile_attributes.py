"""Attributes that change by themselves: a client is told what they are now, a template what they were last."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from heatlite.resources.base import Resource
from heatlite.resources.schema import Attribute, CacheMode, Property, Type
from tests.functional.engine.fleet import Fleet
from tests.story import hot, resource


class Server(Resource):
    """A server of a service whose word changes."""

    properties_schema = {"name": Property(Type.STRING, update_allowed=True)}
    attributes_schema = {
        "address": Attribute("Stored.", Type.STRING),
        "console": Attribute("Volatile.", Type.STRING, CacheMode.NONE),
    }
    word: ClassVar[str] = ""
    asked: ClassVar[list[str]] = []

    def handle_create(self) -> None:
        self.resource_id_set("server-1")

    def handle_update(self, prop_diff: Any) -> None:
        """It is renamed."""

    def resolve_attribute(self, name: str) -> Any:
        self.asked.append(name)
        return f"{name} {self.word}"

    def show(self) -> dict[str, Any]:
        self.asked.append("show")
        if self.word == "broken":
            raise ValueError("the service is broken")
        return {"id": self.resource_id, "word": self.word}


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Fleet]:
    Server.word, Server.asked = "then", []
    fleet = Fleet(schema, tmp_path / "fleet.sqlite3", **{"Test::Server": Server})
    yield fleet
    fleet.database.dispose()


SERVER = {"type": "Test::Server"}
OUTPUTS = {name: {"value": {"get_attr": ["server", name]}} for name in ("show", "console", "address")}
OUTPUTS["word"] = {"value": {"get_attr": ["server", "show", "word"]}}


def created(fleet: Fleet, outputs: dict[str, Any], **more: Any) -> None:
    fleet.create(hot(None, outputs, server=SERVER, **more))
    fleet.settle()
    assert fleet.state() == "CREATE_COMPLETE"


def outputs(fleet: Fleet) -> dict[str, Any]:
    [shown] = fleet.call("show_stack", fleet.identity, True)
    return {it["output_key"]: it.get("output_error") or it["output_value"] for it in shown["outputs"]}


def test_outputs_tell_what_they_are_now(fleet: Fleet) -> None:
    created(fleet, OUTPUTS)
    Server.word = "now"
    found = outputs(fleet)
    assert found == {
        "show": {"id": "server-1", "word": "now"},
        "console": "console now",
        "address": "address then",
        "word": "now",
    }
    told = fleet.call("show_output", fleet.identity, "word")
    assert told["output_value"] == "now"


def test_another_resource_sees_what_they_were_after_the_action(fleet: Fleet) -> None:
    created(fleet, {}, copy=resource({"get_attr": ["server", "show", "word"]}))
    [copied] = fleet.call("describe_stack_resource", fleet.identity, "copy", None)["attributes"].values()
    assert copied == "then"


def test_what_nobody_reads_is_not_asked_for(fleet: Fleet) -> None:
    created(fleet, {"address": OUTPUTS["address"]})
    assert outputs(fleet) == {"address": "address then"}
    assert Server.asked == ["address"]


def test_a_client_may_ask_for_them_by_name(fleet: Fleet) -> None:
    created(fleet, {})
    Server.word = "now"
    told = fleet.call("describe_stack_resource", fleet.identity, "server", ["show", "console"])
    assert told["attributes"]["show"] == {"id": "server-1", "word": "now"}
    assert told["attributes"]["console"] == "console now"
    assert told["attributes"]["address"] == "address then"


def test_one_that_can_not_be_had_harms_no_other(fleet: Fleet) -> None:
    created(fleet, OUTPUTS)
    Server.word = "broken"
    found = outputs(fleet)
    assert "the service is broken" in found["show"]
    assert found["address"] == "address then"
