"""A resource moves to another stack or another name: nothing real is touched, and the next update has nothing to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from heatlite import exception
from heatlite.engine.operations import moving
from heatlite.resources.builtin.test_resource import TestResource
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import Template, stores, template

Identity = dict[str, Any]


def move(engine: Endpoint, source: Identity, name: str, target: Identity | None = None, new: str | None = None) -> None:
    given = {"stack_identity": source, "resource_name": name, "target_identity": target, "new_name": new}
    engine.call("move_resource", **given)


def resources(engine: Endpoint, identity: Identity) -> dict[str, str]:
    found = engine.call("list_stack_resources", stack_identity=identity)
    return {it["resource_name"]: it["physical_resource_id"] for it in found}


def has_nothing_to_do(engine: Endpoint, identity: Identity) -> None:
    """A plan of the stored template says so, and an update touches no physical resource."""
    request: dict[str, Any] = {"template": None, "params": None, "files": None, "args": {"existing": True}}
    reply = engine.call("plan_update", stack_identity=identity, **request)
    assert {it["fate"] for it in reply["changes"]} <= {"unchanged"}
    before = resources(engine, identity)
    with pytest.MonkeyPatch.context() as patch:
        for action in ("create", "update", "delete"):
            patch.setattr(
                TestResource, f"handle_{action}", lambda self, *given: pytest.fail(f"{self.name} was touched")
            )
        engine.update(identity, None, args={"existing": True})
        engine.settle()
    assert engine.show(identity)["stack_status"] == "COMPLETE"
    assert resources(engine, identity) == before


def reasons(engine: Endpoint, identity: Identity) -> list[tuple[str, str]]:
    found = engine.call("list_events", stack_identity=identity)
    told = [(it["resource_name"], it["resource_status_reason"]) for it in found]
    return [it for it in told if it[1].startswith("Moved")]


def untouched(engine: Endpoint, *stacks: Identity) -> list[Any]:
    return [(engine.show(it), resources(engine, it), engine.call("get_template", stack_identity=it)) for it in stacks]


def test_a_resource_moves_to_another_stack(engine: Endpoint) -> None:
    shop = engine.created("shop", template({"a": stores("1"), "b": stores("2")}))
    web = engine.created("web", template({"c": stores("3")}))
    before = resources(engine, shop)
    move(engine, shop, "a", web)
    assert resources(engine, shop) == {"b": before["b"]}
    assert resources(engine, web)["a"] == before["a"]
    assert list(engine.call("get_template", stack_identity=shop)["resources"]) == ["b"]
    assert set(engine.call("get_template", stack_identity=web)["resources"]) == {"a", "c"}
    assert reasons(engine, shop) == [("a", "Moved to a in stack web")]
    assert reasons(engine, web) == [("a", "Moved from a in stack shop")]
    has_nothing_to_do(engine, shop)
    has_nothing_to_do(engine, web)
    for identity in (shop, web):
        engine.call("delete_stack", stack_identity=identity)
        engine.settle()
        assert engine.call("list_stack_resources", stack_identity=identity) == []


def test_a_resource_gets_another_name_and_all_that_refers_to_it_follows(engine: Endpoint) -> None:
    reads = {"b": stores({"get_attr": ["a", "output"]}), "c": stores({"get_resource": "a"}, depends_on=["a", "b"])}
    outputs = {"it": {"value": {"list_join": ["-", [{"get_attr": ["a", "output"]}, "x"]]}}}
    shop = engine.created("shop", template({"a": stores("1"), **reads}, outputs=outputs))
    before = resources(engine, shop)
    move(engine, shop, "a", new="first")
    now = resources(engine, shop)
    assert now == {"first": before["a"], "b": before["b"], "c": before["c"]}
    stored = engine.call("get_template", stack_identity=shop)
    assert stored["resources"]["c"]["depends_on"] == ["first", "b"]
    assert '"a"' not in str(stored).replace("'", '"')
    [output] = engine.show(shop)["outputs"]
    assert output["output_value"] == "1-x"
    has_nothing_to_do(engine, shop)
    engine.update(shop, template({"first": stores("9"), "b": stores({"get_attr": ["first", "output"]})}))
    engine.settle()
    details = engine.call("describe_stack_resource", stack_identity=shop, resource_name="b", with_attr=["output"])
    assert details["attributes"]["output"] == "9"


def test_it_moves_into_a_stack_where_it_refers_to_something_else_that_is_the_same(engine: Endpoint) -> None:
    sized = {"size": {"type": "string", "default": "7"}}
    shop = engine.created("shop", template({"a": stores({"get_param": "size"})}, parameters=sized))
    web = engine.created("web", template({}, parameters=sized))
    move(engine, shop, "a", web, "b")
    assert list(resources(engine, web)) == ["b"]
    has_nothing_to_do(engine, web)


def other_value(engine: Endpoint) -> tuple[Identity, Identity, str]:
    sized = {"size": {"type": "string"}}
    shop = template({"a": stores({"get_param": "size"})}, parameters=sized)
    one = engine.created("shop", shop, params={"size": "1"})
    return one, engine.created("web", template({}, parameters=sized), params={"size": "2"}), "a in web would be updated"


def no_parameter(engine: Endpoint) -> tuple[Identity, Identity, str]:
    shop = template({"a": stores({"get_param": "size"})}, parameters={"size": {"type": "string", "default": "1"}})
    return engine.created("shop", shop), engine.created("web", template()), "size"


def refers(engine: Endpoint) -> tuple[Identity, Identity, str]:
    shop = template({"a": stores({"get_resource": "b"}), "b": stores("1")})
    return engine.created("shop", shop), engine.created("web", template()), '"b"'


def referred_to(engine: Endpoint) -> tuple[Identity, Identity, str]:
    shop = template({"a": stores("1"), "b": stores({"get_attr": ["a", "output"]})})
    return engine.created("shop", shop), engine.created("web", template()), '"a"'


def taken(engine: Endpoint) -> tuple[Identity, Identity, str]:
    return (
        engine.created("shop", template({"a": stores()})),
        engine.created("web", template({"a": stores()})),
        "already",
    )


def signalled(engine: Endpoint) -> tuple[Identity, Identity, str]:
    kind = {"type": "OS::Heat::WaitConditionHandle"}
    handle = {"a": {**kind, "properties": {}}}
    return engine.created("shop", template(handle)), engine.created("web", template()), "signals"


def failed(engine: Endpoint) -> tuple[Identity, Identity, str]:
    shop = engine.created("shop", template({"a": stores("1")}))
    engine.update(shop, template({"a": stores("2", properties={"fail": True})}))
    engine.settle()
    return shop, engine.created("web", template()), "UPDATE_FAILED"


def missing(engine: Endpoint) -> tuple[Identity, Identity, str]:
    return engine.created("shop", template()), engine.created("web", template()), "a"


def busy_target(engine: Endpoint) -> tuple[Identity, Identity, str]:
    shop = engine.created("shop", template({"a": stores("1")}))
    return shop, engine.create("web", template({"b": stores()})), "in progress"


def busy_source(engine: Endpoint) -> tuple[Identity, Identity, str]:
    web = engine.created("web", template())
    shop = engine.created("shop", template({"a": stores("1")}))
    engine.update(shop, template({"a": stores("1"), "b": stores()}))
    return shop, web, "in progress"


def cloudformation(engine: Endpoint) -> tuple[Identity, Identity, str]:
    cfn: Template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"a": {"Type": "OS::Heat::TestResource"}}}
    return engine.created("shop", cfn), engine.created("web", template()), "HOT"


CASES = [
    other_value,
    no_parameter,
    refers,
    referred_to,
    taken,
    failed,
    missing,
    busy_target,
    busy_source,
    cloudformation,
]


@pytest.mark.parametrize("case", [*CASES, signalled], ids=lambda it: it.__name__)
def test_a_move_that_would_change_anything_is_refused_and_nothing_is_written(
    engine: Endpoint, case: Callable[[Endpoint], tuple[Identity, Identity, str]]
) -> None:
    shop, web, word = case(engine)
    before = untouched(engine, shop, web)
    with pytest.raises(exception.HeatliteError, match=word):
        move(engine, shop, "a", web)
    assert untouched(engine, shop, web) == before


def test_what_is_not_to_move_is_refused(engine: Endpoint) -> None:
    shop = engine.created("shop", template({"a": stores("1"), "b": stores("2")}))
    with pytest.raises(exception.Invalid, match="already"):
        move(engine, shop, "a")
    with pytest.raises(exception.Invalid, match="already"):
        move(engine, shop, "a", new="b")
    theirs = engine.created("theirs", template(), project="others")
    with pytest.raises(exception.HeatliteError, match="theirs"):
        move(engine, shop, "a", theirs)
    with pytest.raises(exception.NotSupported, match="another project"):
        engine.call(
            "move_resource",
            stack_identity=shop,
            resource_name="a",
            target_identity=theirs,
            is_admin=True,
            project="demo",
        )


@pytest.mark.parametrize("which", ["shop", "web"])
def test_an_operation_that_begins_meanwhile_has_the_move_refused_whole(
    engine: Endpoint, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    wanted = {"shop": template({"a": stores("1")}), "web": template({"b": stores("2")})}
    stacks = {name: engine.created(name, it) for name, it in wanted.items()}
    plans = moving.check_plans

    def then_updated(*given: Any) -> None:
        plans(*given)
        engine.update(stacks[which], template({**wanted[which]["resources"], "new": stores()}))

    monkeypatch.setattr(moving, "check_plans", then_updated)
    with pytest.raises(exception.ActionInProgress, match="shop"):
        move(engine, stacks["shop"], "a", stacks["web"])
    engine.settle()
    assert "a" in resources(engine, stacks["shop"])
    assert "a" not in resources(engine, stacks["web"])


def test_hooks_of_the_resource_follow_it(engine: Endpoint) -> None:
    hooks = {"resource_registry": {"resources": {"a": {"restricted_actions": "replace"}}}}
    shop = engine.created("shop", template({"a": stores("1")}), params=hooks)
    move(engine, shop, "a", new="b")
    stored = engine.call("get_environment", stack_identity=shop)
    assert stored["resource_registry"]["resources"] == {"b": {"restricted_actions": "replace"}}
    web = engine.created("web", template())
    move(engine, shop, "b", web, "c")
    stored = engine.call("get_environment", stack_identity=web)
    assert stored["resource_registry"]["resources"] == {"c": {"restricted_actions": "replace"}}
