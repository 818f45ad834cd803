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


def left_unmade(value: Any, **keywords: Any) -> Template:
    """A stack whose first resource fails, so that the second is never made."""
    fails = stores("1", properties={"fail": True})
    return template({"bad": fails, "never": stores(value, depends_on=["bad"], **keywords)})


def test_what_was_never_made_is_compared_with_the_definition_that_the_stack_has(engine: Endpoint) -> None:
    identity = engine.created("web", left_unmade("1", metadata={"tier": "db"}))
    [row] = engine.call("list_stack_resources", stack_identity=identity, filters={"name": "never"})
    assert row["resource_action"] == "INIT"
    told = {
        "unchanged": left_unmade("1", metadata={"tier": "db"}),
        "updated": left_unmade("2", metadata={"tier": "db"}),
        "replaced": template({"never": {"type": "OS::Heat::RandomString"}}),
        "deleted": template({"other": stores()}),
    }
    for fate, wanted in told.items():
        assert "never" in fates(engine, identity, wanted)[fate], fate
    assert "never" in fates(engine, identity, left_unmade("1"))["updated"]
    forced = left_unmade("2", properties={"update_replace": True})
    assert "never" in fates(engine, identity, forced)["replaced"]


def test_values_that_are_not_known_are_the_same_where_they_are_written_alike(engine: Endpoint) -> None:
    def reads(attribute: str) -> Template:
        wanted = left_unmade({"get_attr": ["bad", attribute]})
        wanted["resources"]["after"] = stores({"get_attr": ["never", "output"]})
        return wanted

    identity = engine.created("web", reads("output"))
    assert fates(engine, identity, reads("output")) == {"replaced": ["bad"], "unchanged": ["after", "never"]}
    assert fates(engine, identity, reads("show"))["updated"] == ["never"]


def test_a_group_that_was_never_made_is_unchanged_with_all_that_it_would_hold(engine: Endpoint) -> None:
    def grouped(count: int) -> Template:
        wanted = left_unmade("1")
        definition = {"count": count, "resource_def": {"type": "OS::Heat::TestResource"}}
        wanted["resources"]["never"] |= {"type": "OS::Heat::ResourceGroup", "properties": definition}
        return wanted

    identity, args = engine.created("web", grouped(2)), {"show_nested": True}
    assert fates(engine, identity, grouped(2), args=args) == {"replaced": ["bad"], "unchanged": ["never"]}
    assert fates(engine, identity, grouped(3), args=args)["updated"] == ["never"]


def test_what_goes_is_told_with_what_requires_it_now(engine: Endpoint) -> None:
    chain = {"a": stores(description="the first"), "b": stores(depends_on=["a"])}
    identity = engine.created("web", template(chain))
    told = engine.call("preview_update_stack", stack_identity=identity, template=template({"c": stores()}), **REQUEST)
    found = {it["resource_name"]: it for it in told["deleted"]}
    assert {name: it["required_by"] for name, it in found.items()} == {"a": ["b"], "b": []}
    assert found["a"]["description"] == "the first"


def test_what_reads_an_attribute_that_the_update_changes_is_told_to_change_too(engine: Endpoint) -> None:
    """As in Heat, where there is no "may"; and what can't be changed in place is told to be replaced."""

    def wanted(value: str) -> Template:
        reads: Template = {"get_attr": ["a", "output"]}
        return template(
            {
                "a": stores(value),
                "b": stores(reads),
                "c": stores({"get_attr": ["b", "output"]}),
                "fixed": {"type": "OS::Heat::RandomString", "properties": {"salt": reads}},
                "by_name": stores({"get_resource": "a"}),
                "other": stores("x"),
            }
        )

    identity = engine.created("web", wanted("1"))
    assert fates(engine, identity, wanted("1")) == {"unchanged": ["a", "b", "by_name", "c", "fixed", "other"]}
    assert fates(engine, identity, wanted("2")) == {
        "updated": ["a", "b", "c"],
        "replaced": ["fixed"],
        "unchanged": ["by_name", "other"],
    }
