"""heatlite's own methods: history, plans that hold or are refused, and a look for drift that changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite import exception
from heatlite.engine.common.inputs import time_of, timed_uuid
from heatlite.engine.decision.resource_decision import same_kind
from heatlite.engine.operations import planning
from heatlite.resources.builtin.test_resource import TestResource
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import Template, stores, template

REQUEST: dict[str, Any] = {"params": None, "files": None, "args": {}}
Identity = dict[str, Any]


def breaks(name: str, **words: Any) -> dict[str, Any]:
    """An environment with breakpoints at a resource."""
    return {"resource_registry": {"resources": {name: words}}}


def plan(engine: Endpoint, identity: Identity, wanted: Template | None, **more: Any) -> dict[str, Any]:
    before = engine.rows()
    reply = engine.call("plan_update", stack_identity=identity, template=wanted, **{**REQUEST, **more})
    assert engine.rows() == before
    return reply


def changes(reply: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {it["resource_name"]: (it["fate"], it["reason"]) for it in reply["changes"]}


def apply(engine: Endpoint, identity: Identity, wanted: Template | None, digest: str, **more: Any) -> Identity:
    request = {**REQUEST, **more}
    return engine.call("update_as_planned", stack_identity=identity, template=wanted, digest=digest, **request)


# --- history --------------------------------------------------------------------------------------------------------


def test_an_id_tells_its_millisecond() -> None:
    moment = 1_795_000_000.123
    made = {timed_uuid(moment) for _ in range(100)}
    assert len(made) == 100
    assert {time_of(each) for each in made} == {moment}
    assert time_of("3b241101-e2bb-4255-8caf-4136c566a962") is None


# --- plans ----------------------------------------------------------------------------------------------------------


def test_a_plan_tells_which_property_is_the_reason(engine: Endpoint) -> None:
    identity = engine.created("web", template({"a": stores("1"), "b": stores("1"), "c": stores()}))
    wanted = template(
        {
            "a": stores("2"),
            "b": stores("2", properties={"update_replace": True}),
            "d": stores(),
        }
    )
    reply = plan(engine, identity, wanted)
    assert {name: fate for name, (fate, _) in changes(reply).items()} == {
        "a": "updated",
        "b": "replaced",
        "c": "deleted",
        "d": "added",
    }
    of_a = next(it for it in reply["changes"] if it["resource_name"] == "a")
    assert of_a["properties"] == [{"name": "value", "before": "1", "after": "2", "forces_replacement": False}]


def test_a_plan_names_the_property_that_forces_a_replacement(engine: Endpoint) -> None:
    kind = {"type": "OS::Heat::RandomString", "properties": {"length": 8}}
    identity = engine.created("web", template({"a": kind}))
    reply = plan(engine, identity, template({"a": {**kind, "properties": {"length": 9}}}))
    (change,) = reply["changes"]
    assert change["fate"] == "replaced"
    assert [(it["name"], it["forces_replacement"]) for it in change["properties"]] == [("length", True)]


def test_a_plan_says_where_no_property_by_itself_is_the_reason(
    engine: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = engine.created("web", template({"a": stores("1")}))
    monkeypatch.setattr(TestResource, "needs_replacement", lambda self, before, after, changed: len(changed) == 2)
    wanted = template({"a": stores("2", properties={"fail": True})})
    (change,) = plan(engine, identity, wanted)["changes"]
    assert (change["fate"], change["reason"]) == ("replaced", "these changes together need a new one")


def test_a_plan_says_what_it_can_not_know(engine: Endpoint) -> None:
    reads = stores({"get_attr": ["a", "output"]})
    chain = {"b": reads, "c": stores({"get_attr": ["b", "output"]})}
    identity = engine.created("web", template({"a": stores("1"), **chain}))
    updated = plan(engine, identity, template({"a": stores("2"), **chain}))
    assert changes(updated)["b"] == ("may change", "it reads a.output, which may change")
    assert changes(updated)["c"] == ("may change", "it reads b.output, which may change")
    replaced = plan(
        engine,
        identity,
        template(
            {"a": {"type": "OS::Heat::Value", "properties": {"value": 1}}, "b": stores({"get_attr": ["a", "value"]})}
        ),
    )
    of_b = next(it for it in replaced["changes"] if it["resource_name"] == "b")
    assert (of_b["fate"], of_b["properties"][0]["after"]) == ("may change", "(known later)")


def test_a_plan_tells_no_secret_of_before_or_after(engine: Endpoint) -> None:
    declared = {"pin": {"type": "string", "hidden": True}}
    wanted = template({"a": stores({"get_param": "pin"})}, parameters=declared)
    identity = engine.created("web", wanted, params={"parameters": {"pin": "swordfish"}})
    reply = plan(engine, identity, wanted, params={"parameters": {"pin": "tell no one"}})
    (change,) = reply["changes"]
    assert change["fate"] == "updated"
    assert "swordfish" not in str(reply)
    assert "tell no one" not in str(reply)


def test_what_was_planned_is_done(engine: Endpoint) -> None:
    identity = engine.created("web", template({"a": stores("1")}))
    wanted = template({"a": stores("2")})
    digest = plan(engine, identity, wanted)["digest"]
    apply(engine, identity, wanted, digest)
    engine.settle()
    assert engine.show(identity)["stack_action"] == "UPDATE"
    assert plan(engine, identity, wanted)["changes"][0]["fate"] == "unchanged"


def test_a_plan_is_refused_once_the_stack_has_moved_on(engine: Endpoint) -> None:
    identity = engine.created("web", template({"a": stores("1")}))
    wanted = template({"a": stores("3")})
    digest = plan(engine, identity, wanted)["digest"]
    engine.update(identity, template({"a": stores("2")}))
    engine.settle()
    before = engine.rows()
    with pytest.raises(exception.PlanOutdated, match="web"):
        apply(engine, identity, wanted, digest)
    assert engine.rows() == before


def test_an_update_that_slips_in_before_a_plan_is_begun_has_the_plan_refused(
    engine: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = engine.created("web", template({"a": stores("1")}))
    wanted = template({"a": stores("3")})
    digest = plan(engine, identity, wanted)["digest"]
    check, rivals = planning.check, [template({"a": stores("2")})]

    def check_and_be_late(*arguments: Any) -> None:
        check(*arguments)
        if rivals:
            engine.update(identity, rivals.pop())

    monkeypatch.setattr(planning, "check", check_and_be_late)
    with pytest.raises(exception.PlanOutdated):
        apply(engine, identity, wanted, digest)
    engine.settle()
    (row,) = engine.call("list_stack_resources", stack_identity=identity)
    assert (row["resource_action"], rivals) == ("UPDATE", [])
    assert plan(engine, identity, template({"a": stores("2")}))["changes"][0]["fate"] == "unchanged"


def test_a_plan_is_refused_where_something_else_is_sent(engine: Endpoint) -> None:
    identity = engine.created("web", template({"a": stores("1")}))
    digest = plan(engine, identity, template({"a": stores("2")}))["digest"]
    with pytest.raises(exception.PlanOutdated):
        apply(engine, identity, template({"a": stores("3")}), digest)


def test_a_plan_is_refused_where_a_resource_is_not_what_it_was(engine: Endpoint) -> None:
    identity = engine.created("web", template({"a": stores("1"), "b": stores()}))
    wanted = template({"a": stores("2"), "b": stores()})
    digest = plan(engine, identity, wanted)["digest"]
    engine.call("resource_mark_unhealthy", stack_identity=identity, resource_name="b", mark_unhealthy=True)
    with pytest.raises(exception.PlanOutdated):
        apply(engine, identity, wanted, digest)


def test_a_plan_may_be_laid_over_what_the_stack_has(engine: Endpoint) -> None:
    shop = template({"a": stores({"get_param": "v"})}, parameters={"v": {"type": "string", "default": "x"}})
    identity = engine.created("web", shop)
    more = {"params": {"parameters": {"v": "z"}}, "args": {"existing": True}}
    digest = plan(engine, identity, None, **more)["digest"]
    apply(engine, identity, None, digest, **more)
    engine.settle()
    assert engine.show(identity)["parameters"]["v"] == "z"


def test_a_suspended_stack_has_neither_plan_nor_preview_of_an_update_that_would_be_refused(engine: Endpoint) -> None:
    identity = engine.created("web", template({"a": stores("1")}))
    digest = plan(engine, identity, template({"a": stores("2")}))["digest"]
    engine.call("stack_suspend", stack_identity=identity)
    engine.settle()
    before = engine.rows()
    wanted = {"stack_identity": identity, "template": template({"a": stores("2")}), **REQUEST}
    for method, more in (
        ("plan_update", {}),
        ("preview_update_stack", {}),
        ("update_as_planned", {"digest": digest}),
        ("update_stack", {}),
    ):
        with pytest.raises(exception.NotSupported, match="Updating a stack when it is suspended"):
            engine.call(method, **wanted, **more)
    assert engine.rows() == before


def test_a_stack_that_could_not_be_deleted_has_no_plan(engine: Endpoint) -> None:
    identity = engine.created("web", template({"a": stores("1", properties={"wait_secs": 0})}))
    engine.call("delete_stack", stack_identity=identity)
    with pytest.raises(exception.NotSupported, match="Updating a stack when it is deleting"):
        plan(engine, identity, template({"a": stores("2")}))


def test_a_plan_names_what_would_fail_and_is_not_begun(engine: Endpoint) -> None:
    identity = engine.created("web", template({"a": stores("1"), "b": stores("1")}))
    wanted, params = template({"a": stores("2"), "b": stores("2")}), breaks("b", restricted_actions="update")
    reply = plan(engine, identity, wanted, params=params)
    fate, reason = changes(reply)["b"]
    assert (fate, "update is restricted" in reason) == ("would fail", True)
    before = engine.rows()
    with pytest.raises(exception.PlanNotPossible, match=r"b: .*update is restricted for resource"):
        apply(engine, identity, wanted, reply["digest"], params=params)
    assert engine.rows() == before


def test_a_parameter_that_may_not_change_is_refused_by_the_plan(engine: Endpoint) -> None:
    declared = {"size": {"type": "string", "immutable": True}}
    shop = template({"a": stores({"get_param": "size"})}, parameters=declared)
    identity = engine.created("web", shop, params={"parameters": {"size": "1"}})
    with pytest.raises(exception.ImmutableParameterModified, match="size"):
        plan(engine, identity, shop, params={"parameters": {"size": "2"}})


def test_what_failed_before_anything_was_made_is_created_again_in_its_row(engine: Endpoint) -> None:
    fails = template({"a": stores("1", properties={"fail": True})})
    identity = engine.created("web", fails)
    assert changes(plan(engine, identity, template({"a": stores("1")}))) == {
        "a": ("added", "it is CREATE_FAILED, and nothing was made")
    }


def test_one_template_in_place_of_another_is_no_replacement_and_neither_is_a_plan_of_it(engine: Endpoint) -> None:
    """Heat's type of a nested stack is the name of its file, and another file is an update of it."""
    assert same_kind("old.yaml", "new.yaml") == "old.yaml"
    assert same_kind("OS::Heat::Value", "new.yaml") == "new.yaml"


def test_metadata_that_signals_make_is_no_change(engine: Endpoint) -> None:
    handle = {"type": "OS::Heat::WaitConditionHandle", "metadata": {"written": "once"}}
    identity = engine.created("web", template({"a": handle}))
    engine.call("resource_signal", stack_identity=identity, resource_name="a", details={"id": "1", "data": "x"})
    assert changes(plan(engine, identity, template({"a": handle}))) == {"a": ("unchanged", "")}


# --- drift ----------------------------------------------------------------------------------------------------------


def look(engine: Endpoint, identity: Identity, name: str, **more: Any) -> dict[str, Any]:
    with engine.statements() as statements:
        reply = engine.call("look_for_drift", stack_identity=identity, resource_name=name, **more)
    assert [it for it in statements if not it.startswith("SELECT")] == []
    return reply


def test_a_resource_that_is_as_it_should_be_has_not_drifted(engine: Endpoint) -> None:
    identity = engine.created("web", template({"a": stores("1")}))
    assert look(engine, identity, "a")["finding"] == "same"
    with pytest.raises(exception.ResourceNotFound):
        look(engine, identity, "nobody")


def test_an_attribute_that_is_another_now_is_told(engine: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = engine.created("web", template({"a": stores("1")}))
    monkeypatch.setattr(TestResource, "resolve_attribute", lambda self, name: "moved")
    reply = look(engine, identity, "a")
    assert (reply["finding"], reply["attributes"]["output"]) == ("differs", ["1", "moved"])


def test_drift_tells_no_hidden_value(engine: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    declared = {"pin": {"type": "string", "hidden": True, "default": "swordfish"}}
    identity = engine.created("web", template({"a": stores({"get_param": "pin"})}, parameters=declared))
    monkeypatch.setattr(TestResource, "resolve_attribute", lambda self, name: "moved")
    assert look(engine, identity, "a")["attributes"]["output"] == ["******", "moved"]


def test_what_a_check_complains_of_is_told(engine: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(self: TestResource) -> None:
        raise ValueError("it was deleted behind our back")

    identity = engine.created("web", template({"a": stores("1")}))
    monkeypatch.setattr(TestResource, "handle_check", gone)
    reply = look(engine, identity, "a")
    assert (reply["finding"], reply["reason"]) == (
        "differs",
        "ValueError: resources.a: it was deleted behind our back",
    )


def test_a_check_of_several_steps_goes_on_from_where_it_was(engine: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = engine.created("web", template({"a": stores("1")}))
    monkeypatch.setattr(TestResource, "handle_check", lambda self: {"looks": 0})

    def check(self: TestResource, progress: dict[str, int]) -> bool:
        progress["looks"] += 1
        return progress["looks"] == 2

    monkeypatch.setattr(TestResource, "check_check_complete", check)
    reply = look(engine, identity, "a")
    assert reply["finding"] == "waiting"
    assert look(engine, identity, "a", going_on=[reply["progress"]])["finding"] == "same"


def test_a_look_goes_on_with_nothing_but_what_a_look_at_that_resource_replied(engine: Endpoint) -> None:
    """A plugin's progress is its own word: a client can neither read nor write it."""
    slow = {"action_wait_secs": {"check": 5}}
    identity = engine.created("s", template({name: stores(properties=slow) for name in "ab"}))
    progress = look(engine, identity, "a")["progress"]
    assert isinstance(progress, str)
    assert "until" not in progress
    sealed = engine.database.vault.encrypt("{}")
    for going_on in ([{"until": 0}], [[]], [None], "x", {}, 1, [progress, progress], [progress[:-9]], ["x"], [sealed]):
        if going_on:
            with pytest.raises(exception.Invalid, match="start again without it"):
                look(engine, identity, "a", going_on=going_on)
    with pytest.raises(exception.Invalid, match="start again without it"):
        look(engine, identity, "b", going_on=[progress])
    assert look(engine, identity, "a", going_on=[progress])["finding"] == "waiting"


def test_what_is_suspended_is_not_looked_at_as_a_check_does_not(engine: Endpoint) -> None:
    identity = engine.created("web", template({"a": stores("1")}))
    engine.call("stack_suspend", stack_identity=identity)
    engine.settle()
    reply = look(engine, identity, "a")
    assert (reply["finding"], reply["reason"]) == ("not looked at", "it is SUSPEND_COMPLETE")


def test_what_is_not_at_rest_is_not_looked_at(engine: Endpoint) -> None:
    identity = engine.create("web", template({"a": stores("1")}))
    reply = look(engine, identity, "a")
    assert (reply["finding"], reply["reason"]) == ("not looked at", "it is INIT_COMPLETE")
