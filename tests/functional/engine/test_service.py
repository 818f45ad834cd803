"""The client API over a real database: what it does with stacks, and what it shows of them."""

from __future__ import annotations

import json
import pathlib
from typing import Any

import pytest

from heatlite import exception
from tests.functional.engine.endpoint import Endpoint, opened
from tests.functional.engine.templates import CHAIN, stores, template


def test_a_created_stack_is_in_progress_when_the_reply_comes_and_complete_when_its_work_is_done(
    engine: Endpoint,
) -> None:
    identity = engine.create("web", CHAIN, args={"timeout_mins": "5", "tags": ["a", "b"], "disable_rollback": False})
    assert identity == {"tenant": "demo", "stack_name": "web", "stack_id": identity["stack_id"], "path": ""}
    before = engine.show(identity)
    assert (before["stack_action"], before["stack_status"]) == ("CREATE", "IN_PROGRESS")
    assert before["outputs"][0]["output_value"] is None
    engine.settle()
    shown = engine.show(identity)
    assert (shown["stack_action"], shown["stack_status"]) == ("CREATE", "COMPLETE")
    assert (shown["timeout_mins"], shown["tags"], shown["disable_rollback"]) == (5, ["a", "b"], False)
    assert shown["description"] == shown["template_description"] == "two in a row"
    assert shown["stack_owner"] == "ann"


def test_show_stack_has_the_fields_that_heat_has(engine: Endpoint) -> None:
    shown = engine.show(engine.created("web", CHAIN), resolve_outputs=False)
    assert set(shown) == {
        "capabilities", "creation_time", "deletion_time", "description", "disable_rollback", "notification_topics",
        "parameters", "parent", "stack_action", "stack_identity", "stack_name", "stack_owner", "stack_status",
        "stack_status_reason", "stack_user_project_id", "tags", "template_description", "timeout_mins", "updated_time",
    }  # fmt: skip


def test_outputs_are_resolved_and_hidden_parameters_are_not_shown(engine: Endpoint) -> None:
    identity = engine.created("web", CHAIN)
    shown = engine.show(identity)
    value, both = shown["outputs"]
    assert value == {"output_key": "value", "description": "what went through", "output_value": "one"}
    physical = engine.call("describe_stack_resource", stack_identity=identity, resource_name="first")
    assert both["output_value"] == [physical["physical_resource_id"], 3]
    assert both["description"] == "No description given"
    assert shown["parameters"]["secret"] == "******"
    assert shown["parameters"]["size"] == "3"
    assert engine.call("show_output", stack_identity=identity, output_key="value") == value
    keys = [output["output_key"] for output in engine.call("list_outputs", stack_identity=identity)]
    assert keys == ["value", "both"]


def test_an_output_that_cannot_be_resolved_says_why_and_the_others_are_shown(engine: Endpoint) -> None:
    outputs = {
        "bad": {"value": {"list_join": [",", {"get_attr": ["one", "output"]}]}},
        "good": {"value": "fine"},
    }
    identity = engine.created("web", template({"one": stores("text")}, outputs=outputs))
    bad, good = engine.show(identity)["outputs"]
    assert bad["output_value"] is None
    assert "outputs.bad" in bad["output_error"]
    assert good == {"output_key": "good", "description": "No description given", "output_value": "fine"}


HOPELESS: dict[str, Any] = {
    "parameter": {"get_param": "nobody"},
    "resource": {"get_resource": "nobody"},
    "attribute": {"get_attr": ["nobody", "x"]},
    "known at once": {"digest": ["nothing", "x"]},
    "known late": {"str_split": [",", {"get_attr": ["one", "value"]}]},
    "yaql": {"yaql": {"expression": "$.data.toUpper()", "data": {"a": 1}}},
}
"""Outputs that can't be had, by what is wrong with them."""


def test_no_output_keeps_a_stack_from_being_made_previewed_or_updated(engine: Endpoint) -> None:
    one = {"type": "OS::Heat::Value", "properties": {"value": {"a": 1}}}
    outputs = {name: {"value": value} for name, value in HOPELESS.items()}
    written = template({"one": one}, outputs={**outputs, "fine": {"value": 1}})
    warned = engine.call("validate_template", template=written)["Warnings"]
    assert {told.partition(": ")[0] for told in warned} == {f"outputs.{name}" for name in HOPELESS} - {
        "outputs.known late"
    }
    previewed = engine.call("preview_stack", stack_name="web", template=written, params={}, files={}, args={})[
        "outputs"
    ]
    assert sum("output_error" in it for it in previewed) == len(warned)
    identity = engine.created("web", written)
    found = {it["output_key"]: it for it in engine.show(identity)["outputs"]}
    assert found.pop("fine")["output_value"] == 1
    assert {name for name, it in found.items() if it["output_value"] is None and it["output_error"]} == set(HOPELESS)
    engine.update(identity, template({"one": one, "two": one}, outputs=outputs))
    engine.settle()
    assert engine.show(identity)["stack_status"] == "COMPLETE"


def test_an_output_key_that_does_not_exist_is_not_found(engine: Endpoint) -> None:
    identity = engine.created("web", CHAIN)
    with pytest.raises(exception.NotFound, match="Specified output key nope not found"):
        engine.call("show_output", stack_identity=identity, output_key="nope")


def test_a_poll_of_a_stack_costs_three_statements_at_most(engine: Endpoint) -> None:
    identity = engine.created("web", CHAIN)
    engine.shared.library.__init__()  # type: ignore[misc]  # as in a process that has never seen the stack
    with engine.statements() as first:
        engine.show(identity, resolve_outputs=False)
    with engine.statements() as again:
        engine.show(identity, resolve_outputs=False)
    assert len(first) == 3
    assert len(again) == 2


def test_outputs_cost_one_statement_more_and_none_where_they_read_no_resource(engine: Endpoint) -> None:
    identity = engine.created("web", CHAIN)
    plain = engine.created("plain", template({"one": stores()}, outputs={"fixed": {"value": 1}}))
    with engine.statements() as reading:
        engine.show(identity)
    with engine.statements() as reading_none:
        engine.show(plain)
    assert (len(reading), len(reading_none)) == (3, 2)


def test_a_stack_is_identified_by_name_and_by_id_also_after_its_deletion(engine: Endpoint) -> None:
    identity = engine.created("web", CHAIN)
    assert engine.call("identify_stack", stack_name="web") == identity
    assert engine.call("delete_stack", stack_identity=identity) is None
    engine.settle()
    assert engine.call("identify_stack", stack_name=identity["stack_id"]) == identity
    shown = engine.show(identity)
    assert (shown["stack_action"], shown["stack_status"]) == ("DELETE", "COMPLETE")
    assert shown["deletion_time"] is not None
    assert "outputs" not in shown
    assert engine.call("list_stack_resources", stack_identity=identity) == []
    with pytest.raises(exception.EntityNotFound):
        engine.call("identify_stack", stack_name="web")
    with pytest.raises(exception.EntityNotFound):
        engine.call("delete_stack", stack_identity=identity)
    with pytest.raises(exception.EntityNotFound):
        engine.update(identity, CHAIN)


@pytest.mark.parametrize(
    "method",
    [
        "show_stack", "get_template", "get_environment", "get_files", "list_outputs", "list_stack_resources",
        "list_events", "delete_stack",
    ],
)  # fmt: skip
def test_a_stack_of_another_project_is_not_found(engine: Endpoint, method: str) -> None:
    identity = engine.created("web", CHAIN, project="theirs")
    before = engine.rows()
    for claimed in (identity, {**identity, "tenant": "demo"}):
        with pytest.raises(exception.EntityNotFound) as caught:
            engine.call(method, stack_identity=claimed)
        assert caught.value.kwargs == {"entity": "Stack", "name": "web"}
    assert engine.rows() == before


def test_an_identity_that_does_not_fit_its_stack_is_refused(engine: Endpoint) -> None:
    identity = engine.created("web", CHAIN)
    with pytest.raises(exception.InvalidTenant):
        engine.show({**identity, "tenant": "theirs"})
    for wrong in ({"stack_name": "other"}, {"path": "/resources/first"}, {"stack_id": "no-uuid"}):
        with pytest.raises(exception.EntityNotFound):
            engine.show({**identity, **wrong})
    for nonsense in ("web", {"stack_id": 1}, {**identity, "more": 1}, {**identity, "stack_id": None}):
        with pytest.raises(exception.Invalid):
            engine.call("list_events", stack_identity=nonsense)


def test_an_administrator_finds_any_stack_by_its_id_and_lists_all(engine: Endpoint) -> None:
    identity = engine.created("web", CHAIN, project="theirs")
    (shown,) = engine.call("show_stack", project="ops", is_admin=True, stack_identity=identity)
    assert shown["stack_name"] == "web"
    assert engine.call("identify_stack", project="ops", is_admin=True, stack_name=identity["stack_id"]) == identity
    assert engine.call("count_stacks", project="ops", is_admin=True) == 1
    with pytest.raises(exception.EntityNotFound):
        engine.call("identify_stack", project="ops", is_admin=True, stack_name="web")


def test_show_without_an_identity_shows_the_live_stacks_of_the_project(engine: Endpoint) -> None:
    for name in ("one", "two"):
        engine.created(name, CHAIN)
    engine.created("theirs", CHAIN, project="other")
    shown = engine.call("show_stack", stack_identity=None)
    assert {stack["stack_name"] for stack in shown} == {"one", "two"}
    assert all(stack["outputs"][0]["output_value"] == "one" for stack in shown)


def test_what_requires_a_resource_is_known_before_anything_has_begun(engine: Endpoint) -> None:
    wanted = template({"a": stores(), "b": stores({"get_resource": "a"}), "c": stores(depends_on=["a", "b"])})
    identity = engine.create("web", wanted)
    found = {it["resource_name"]: it for it in engine.call("list_stack_resources", stack_identity=identity)}
    assert {it["resource_action"] for it in found.values()} == {"INIT"}
    assert {name: it["required_by"] for name, it in found.items()} == {"a": ["b", "c"], "b": ["c"], "c": []}
    one = engine.call("describe_stack_resource", stack_identity=identity, resource_name="a")
    assert one["required_by"] == ["b", "c"]


def test_what_a_type_needs_without_naming_it_is_known_before_anything_has_begun(engine: Endpoint) -> None:
    network = {"network": {"get_resource": "net"}}
    wanted = template(
        {
            "net": {"type": "OS::Neutron::Net"},
            "subnet": {"type": "OS::Neutron::Subnet", "properties": {"cidr": "10.0.0.0/24", **network}},
            "port": {"type": "OS::Neutron::Port", "properties": network},
        }
    )
    identity = engine.create("web", wanted)
    found = engine.call("list_stack_resources", stack_identity=identity)
    expected = {"net": ["port", "subnet"], "subnet": ["port"], "port": []}
    assert {it["resource_name"]: it["required_by"] for it in found} == expected
    one = engine.call("describe_stack_resource", stack_identity=identity, resource_name="subnet")
    assert one["required_by"] == ["port"]
    told = engine.call("preview_stack", stack_name="other", template=wanted, params=None, files=None, args={})
    assert {it["resource_name"]: it["required_by"] for it in told["resources"]} == expected


def test_resources_are_listed_with_what_requires_them(engine: Endpoint) -> None:
    identity = engine.created("web", CHAIN)
    first, second = engine.call("list_stack_resources", stack_identity=identity)
    assert (first["resource_name"], first["required_by"]) == ("first", ["second"])
    assert (second["resource_name"], second["required_by"]) == ("second", [])
    assert first["resource_identity"] == {**identity, "path": "/resources/first"}
    assert (first["resource_action"], first["resource_status"]) == ("CREATE", "COMPLETE")
    assert "attributes" not in first
    detailed, _ = engine.call("list_stack_resources", stack_identity=identity, with_detail=True)
    extra = {"attributes": {"output": "one"}, "metadata": {"tier": "db"}, "description": "the first"}
    assert detailed == {**first, **extra}


def test_resources_are_filtered(engine: Endpoint) -> None:
    identity = engine.created("web", CHAIN)

    def names(**filters: object) -> list[str]:
        found = engine.call("list_stack_resources", stack_identity=identity, filters=filters)
        return [resource["resource_name"] for resource in found]

    assert names(name="second") == ["second"]
    assert names(name=["first", "second"], status="CREATE_COMPLETE") == ["first", "second"]
    assert names(status="FAILED") == []
    assert names(type="TestResource") == ["first", "second"]
    with pytest.raises(exception.Invalid, match="colour"):
        names(colour="red")


def test_a_resource_in_full_has_the_recorded_attributes_and_those_asked_for(engine: Endpoint) -> None:
    identity = engine.created("web", CHAIN)
    arguments = {"stack_identity": identity, "resource_name": "first"}
    shown = engine.call("describe_stack_resource", **arguments)
    assert shown["attributes"] == {"output": "one"}
    assert (shown["description"], shown["metadata"]) == ("the first", {"tier": "db"})
    asked = engine.call("describe_stack_resource", **arguments, with_attr=["show"])
    assert asked["attributes"] == {"output": "one", "show": None}
    assert "attributes" not in engine.call("describe_stack_resource", **arguments, with_attr=False)
    with pytest.raises(exception.Invalid):
        engine.call("describe_stack_resource", **arguments, with_attr="show")
    with pytest.raises(exception.ResourceNotFound, match="third"):
        engine.call("describe_stack_resource", stack_identity=identity, resource_name="third")


def test_a_replaced_resource_is_listed_once_as_its_replacement(engine: Endpoint) -> None:
    def with_value(value: str) -> dict[str, object]:
        return template({"one": stores("x", properties={"update_replace_value": value})})

    identity = engine.created("web", with_value("a"))
    (old,) = engine.call("list_stack_resources", stack_identity=identity)
    engine.update(identity, with_value("b"))
    seen = [old]
    while engine.step():
        seen += engine.call("list_stack_resources", stack_identity=identity)
        assert seen[-1]["resource_name"] == "one"
    assert engine.show(identity)["stack_status"] == "COMPLETE"
    assert len(seen) > 2, "it was looked at while both rows were there"
    states = [(row["resource_action"], row["resource_status"]) for row in seen]
    assert ("DELETE", "IN_PROGRESS") not in states
    assert states[-1] == ("CREATE", "COMPLETE")
    assert seen[-1]["physical_resource_id"] != old["physical_resource_id"]


def test_template_files_and_environment_come_back_as_they_were_given_but_for_secrets(engine: Endpoint) -> None:
    params = {"parameters": {"secret": "mine", "size": 4}, "parameter_defaults": {"secret": "also"}}
    identity = engine.created("web", CHAIN, params=params, files={"a.txt": "content"})
    assert engine.call("get_template", stack_identity=identity) == CHAIN
    assert engine.call("get_files", stack_identity=identity) == {"a.txt": "content"}
    assert engine.call("get_environment", stack_identity=identity) == {
        "parameters": {"secret": "******", "size": 4},
        "parameter_defaults": {"secret": "******"},
        "resource_registry": {"resources": {}},
        "encrypted_param_names": [],
        "event_sinks": [],
    }


def test_names_of_encrypted_parameters_mask_nothing_in_an_environment(engine: Endpoint) -> None:
    declared = {"plain": {"type": "string"}, "secret": {"type": "string", "hidden": True}}
    given = {"plain": "open", "secret": "mine"}
    params = {"parameters": given, "encrypted_param_names": ["plain"]}
    identity = engine.created("web", template({}, parameters=declared), params=params)
    shown = engine.call("get_environment", stack_identity=identity)
    assert shown["parameters"] == {"plain": "open", "secret": "******"}
    assert shown["encrypted_param_names"] == ["plain"]


def test_an_environment_tells_what_an_engine_that_encrypts_has_encrypted(
    schema: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    declared = {name: {"type": "string", "hidden": name == "secret", "default": "x"} for name in ("plain", "secret")}
    with opened(schema, tmp_path / "encrypting.sqlite3", encrypts=True) as engine:
        params = {"parameters": {"plain": "open", "secret": "mine"}}
        identity = engine.created("web", template({}, parameters=declared), params=params)
        shown = engine.call("get_environment", stack_identity=identity)
        assert shown["encrypted_param_names"] == ["secret"]
        assert shown["parameters"] == {"plain": "open", "secret": "******"}


def test_an_environment_is_masked_where_a_template_hides_and_nowhere_else(engine: Endpoint) -> None:
    def declares(**hidden: bool) -> dict[str, Any]:
        return {name: {"type": "string", "default": "", "hidden": it} for name, it in hidden.items()}

    leaf = template(parameters=declares(inner=True, shown=True, plain=False))
    wanted = template({"w": {"type": "w.yaml"}}, parameters=declares(secret=True, shown=False))
    params = {
        "parameters": {"secret": "hunter2", "shown": "hunter2"},
        "parameter_defaults": {"inner": "hunter3", "plain": "hunter3", "shown": "x", "nobody's": "hunter2"},
    }
    files = {"w.yaml": json.dumps(leaf), "no template": "{", "a text": "x"}
    identity = engine.create("web", wanted, params=params, files=files)
    found = engine.call("get_environment", stack_identity=identity)
    assert found["parameters"] == {"secret": "******", "shown": "hunter2"}
    assert found["parameter_defaults"] == {**params["parameter_defaults"], "inner": "******"}


def test_old_flat_params_are_parameters(engine: Endpoint) -> None:
    identity = engine.created("web", CHAIN, params={"size": 7})
    assert engine.show(identity)["parameters"]["size"] == "7"


def test_environment_files_are_merged_in_order(engine: Endpoint) -> None:
    files = {"a.yaml": "parameters: {size: 5, secret: a}", "b.yaml": "parameters: {size: 6}"}
    identity = engine.created("web", CHAIN, params={"size": 1}, files=files, environment_files=["a.yaml", "b.yaml"])
    environment = engine.call("get_environment", stack_identity=identity)
    assert environment["parameters"] == {"size": 6, "secret": "******"}


def test_an_update_with_existing_keeps_template_files_environment_and_tags(engine: Endpoint) -> None:
    params, files = {"parameters": {"size": 4, "secret": "s"}}, {"a.txt": "1"}
    identity = engine.created("web", CHAIN, params=params, files=files, args={"tags": ["keep"]})
    args = {"existing": True, "clear_parameters": ["secret"]}
    engine.update(identity, None, params={"parameters": {"size": 8}}, files={"b.txt": "2"}, args=args)
    engine.settle()
    assert engine.call("get_template", stack_identity=identity) == CHAIN
    assert engine.call("get_files", stack_identity=identity) == {"a.txt": "1", "b.txt": "2"}
    assert engine.call("get_environment", stack_identity=identity)["parameters"] == {"size": 8}
    assert engine.show(identity)["tags"] == ["keep"]


def test_a_parameter_that_the_template_lacks_is_dropped_with_existing_be_it_stored_or_sent(engine: Endpoint) -> None:
    identity = engine.created("web", CHAIN, params={"parameters": {"size": 4}})
    smaller = template({"one": stores()})
    engine.update(identity, smaller, params={"parameters": {"size": 5, "nope": 1}}, args={"existing": True})
    engine.settle()
    assert engine.call("get_environment", stack_identity=identity)["parameters"] == {}
    assert [it["resource_name"] for it in engine.call("list_stack_resources", stack_identity=identity)] == ["one"]


def test_an_update_replaces_environment_and_tags_unless_existing_is_asked_for(engine: Endpoint) -> None:
    identity = engine.created("web", CHAIN, params={"size": 4}, args={"tags": ["a"], "timeout_mins": 9})
    engine.update(identity, CHAIN)
    engine.settle()
    shown = engine.show(identity)
    assert (shown["parameters"]["size"], shown["tags"], shown["timeout_mins"]) == ("3", [], 9)


def test_an_update_of_a_stack_that_is_being_deleted_is_refused(engine: Endpoint) -> None:
    identity = engine.created("web", CHAIN)
    engine.call("delete_stack", stack_identity=identity, cast=False)
    engine.call("delete_stack", stack_identity=identity)  # joins the one that runs
    with pytest.raises(exception.NotSupported):
        engine.update(identity, CHAIN)


def test_an_engine_is_up_while_it_was_heard_of_lately(engine: Endpoint) -> None:
    (service,) = engine.call("list_services")
    assert (service["status"], service["binary"], service["topic"]) == ("up", "heatlite-engine", "engine")
    assert service["engine_id"] == engine.shared.lease.engine_id
    engine.clock.now += 2 * service["report_interval"] + 1
    assert engine.call("list_services")[0]["status"] == "down"
    engine.shared.lease.renew()
    assert engine.call("list_services")[0]["status"] == "up"


def test_the_revision_is_text(engine: Endpoint) -> None:
    assert isinstance(engine.call("get_revision"), str)
