"""Previews: what a create or an update would do, with nothing written."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite import exception
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import CHAIN, Template, stores, template

REQUEST: dict[str, Any] = {"params": None, "files": None, "args": {}}


def fates(engine: Endpoint, identity: dict[str, Any], wanted: Template, **more: Any) -> dict[str, list[str]]:
    before = engine.rows()
    told = engine.call("preview_update_stack", stack_identity=identity, template=wanted, **{**REQUEST, **more})
    assert engine.rows() == before
    return {fate: sorted(it["resource_name"] for it in found) for fate, found in told.items() if found}


def test_a_stack_is_shown_as_it_would_be_and_is_not_made(engine: Endpoint) -> None:
    before = engine.rows()
    reply = engine.call("preview_stack", stack_name="web", template=CHAIN, **REQUEST)
    assert engine.rows() == before
    assert reply["stack_identity"] == {"tenant": "demo", "stack_name": "web", "stack_id": "None", "path": ""}
    assert reply["parameters"]["secret"] == "******"
    assert [output["output_value"] for output in reply["outputs"]] == [None, [None, 3]]
    first, second = reply["resources"]
    assert first["properties"]["value"] == "one"
    assert second["properties"]["value"] is None
    assert (first["required_by"], first["resource_action"]) == (["second"], "INIT")


def test_a_preview_is_validated_as_a_create_is(engine: Endpoint) -> None:
    engine.created("web", CHAIN)
    with pytest.raises(exception.StackExists):
        engine.call("preview_stack", stack_name="web", template=CHAIN, **REQUEST)
    with pytest.raises(exception.StackValidationFailed, match=r"resources\.a\.type"):
        engine.call("preview_stack", stack_name="w2", template=template({"a": {"type": "No::Such"}}), **REQUEST)


def test_an_update_tells_the_fate_of_each_resource(engine: Endpoint) -> None:
    old = {"same": stores("1"), "changed": stores("1"), "gone": stores(), "other": stores()}
    identity = engine.created("web", template(old))
    new = {
        "same": stores("1"),
        "changed": stores("2"),
        "other": {"type": "OS::Heat::RandomString"},
        "fresh": stores(),
    }
    assert fates(engine, identity, template(new)) == {
        "unchanged": ["same"],
        "updated": ["changed"],
        "replaced": ["other"],
        "added": ["fresh"],
        "deleted": ["gone"],
    }
    assert fates(engine, identity, template(old)) == {"unchanged": ["changed", "gone", "other", "same"]}


def test_what_reads_something_made_anew_changes(engine: Endpoint) -> None:
    reads = stores({"get_attr": ["a", "output"]})
    identity = engine.created("web", template({"a": stores("1"), "b": reads}))
    replaced = stores("2", properties={"update_replace": True})
    assert fates(engine, identity, template({"a": replaced, "b": reads})) == {"replaced": ["a"], "updated": ["b"]}


def test_an_update_with_existing_is_laid_over_what_there_is(engine: Endpoint) -> None:
    declared = {"v": {"type": "string", "default": "x"}}
    shop = template({"a": stores({"get_param": "v"})}, parameters=declared)
    identity = engine.created("web", shop, params={"parameters": {"v": "y"}})
    args = {"existing": True}
    assert fates(engine, identity, shop, args=args) == {"unchanged": ["a"]}
    assert fates(engine, identity, shop) == {"updated": ["a"]}
    assert fates(engine, identity, shop, args={**args, "clear_parameters": ["v"]}) == {"updated": ["a"]}
