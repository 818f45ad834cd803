"""Outputs that can't be had, and attributes that aren't there: what is refused, and what is told where it is read."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from heatlite import exception
from heatlite.db import stacks
from heatlite.engine.definitions import nested_values
from heatlite.engine.definitions.scope import LiveResource
from heatlite.resources.builtin.resource_group import ResourceGroup
from heatlite.resources.builtin.template_resource import TemplateResource
from heatlite.resources.nested.port import ERRORS
from heatlite.resources.schema import Attribute
from heatlite.template.functions.get_attr import what_is_read
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import Template, stores, template

READS_NOBODY = {"o": {"value": {"get_param": "nobody"}}}


def begin(engine: Endpoint, outputs: Template, child: Template) -> Any:
    wanted = template({"web": {"type": "web.yaml"}}, outputs=outputs)
    return engine.create("s", wanted, files={"web.yaml": json.dumps(child)})


def test_a_parameter_that_is_not_declared_is_told_with_the_output_that_reads_it_as_in_heat(engine: Endpoint) -> None:
    identity = engine.created("s", template(outputs=READS_NOBODY))
    [output] = engine.show(identity)["outputs"]
    assert (output["output_key"], output["output_value"]) == ("o", None)
    assert "nobody" in output["output_error"]


def test_an_output_of_a_nested_stack_may_have_no_value(engine: Endpoint) -> None:
    assert begin(engine, {"p": {"value": {"get_attr": ["web", "o"]}}}, template(outputs=READS_NOBODY))


def test_an_output_may_read_what_a_template_does_not_give_and_a_resource_may_not(engine: Endpoint) -> None:
    reads: Template = {"get_attr": ["web", "gone"]}
    assert begin(engine, {"p": {"value": reads}}, template())
    wanted = template({"web": {"type": "web.yaml"}, "a": stores(reads)})
    with pytest.raises(exception.StackValidationFailed, match="gone"):
        engine.create("t", wanted, files={"web.yaml": '{"heat_template_version": "2021-04-16"}'})


@pytest.mark.parametrize(
    ("key", "is_there"),
    [
        ("nothing", False),
        ("resource.0.nothing", False),
        ("value", True),
        ("resource.0.value", True),
        ("resource.0", True),
        ("refs", True),
        ("show", True),
    ],
)
@pytest.mark.parametrize("kind", ["group", "chain", "group of groups"])
def test_a_resource_may_read_of_a_group_what_its_members_have(
    engine: Endpoint, kind: str, key: str, is_there: bool
) -> None:
    member: Template = {"type": "OS::Heat::RandomString"}
    group: Template = {"type": "OS::Heat::ResourceGroup", "properties": {"count": 2, "resource_def": member}}
    if kind == "chain":
        group = {"type": "OS::Heat::ResourceChain", "properties": {"resources": ["OS::Heat::RandomString"]}}
    if kind == "group of groups":
        group = {"type": "OS::Heat::ResourceGroup", "properties": {"count": 1, "resource_def": group}}
        is_there = True  # what a group in a group reads of its own members is found out as it is made
    reads: Template = {"get_attr": ["g", key]}
    engine.create("o", template({"g": group}, outputs={"o": {"value": reads}}))
    wanted = template({"g": group, "a": stores(reads)})
    if is_there:
        assert engine.create("s", wanted)
        return
    text = rf"resources\.a\.properties: The Referenced Attribute \(g {key}\) is incorrect"
    with pytest.raises(exception.StackValidationFailed, match=text):
        engine.create("s", wanted)


def test_why_an_output_has_no_value_is_told_to_who_reads_it(engine: Endpoint) -> None:
    identity = engine.created("s", template({"a": stores("x")}))
    with engine.database.engine.begin() as connection:
        connection.exec_driver_sql(
            'UPDATE raw_template SET template = json_set(template, \'$.outputs\', json(\'{"o": {"value": '
            '{"get_param": "nobody"}}, "fine": {"value": 1}}\'))'
        )
    shared = engine.shared
    stack = stacks.get(shared.context(), identity["stack_id"])
    assert stack is not None
    shared.library._templates.clear()
    found = nested_values.outputs(shared.context(), shared.library, shared.registry, stack)
    assert found == {"o": None, "fine": 1, ERRORS: {"o": "The Parameter (nobody) was not provided."}}
    with pytest.raises(exception.NotFound, match=r"^Error in web output o: The Parameter \(nobody\) was not provided"):
        TemplateResource.read_attribute("web", found, "o", ())
    assert TemplateResource.read_attribute("web", found, "fine", ()) == 1


def test_the_log_tells_no_hidden_value_of_an_output_without_a_value(
    engine: Endpoint, caplog: pytest.LogCaptureFixture
) -> None:
    declared = {"pin": {"type": "string", "hidden": True}}
    wanted = template({"a": stores("x")}, parameters=declared)
    identity = engine.created("s", wanted, params={"parameters": {"pin": "hunter2-hidden"}})
    with engine.database.engine.begin() as connection:
        reads = json.dumps({"it": {"value": {"get_attr": ["a", {"get_param": "pin"}]}}})
        connection.exec_driver_sql(
            "UPDATE raw_template SET template = json_set(template, '$.outputs', json(?))", (reads,)
        )
    shared = engine.shared
    shared.library._templates.clear()
    stack = stacks.get(shared.context(), identity["stack_id"])
    assert stack is not None
    found = nested_values.outputs(shared.context(), shared.library, shared.registry, stack)
    [line] = [it for it in caplog.messages if "output it has no value" in it]
    assert line.endswith(found[ERRORS]["it"])
    assert "******" in line
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize(
    ("keys", "attribute"),
    [
        ([], "*"),
        (["ip"], "ip"),
        (["addresses", "private"], "addresses"),
        (["resource.web"], "resource.web"),
        (["resource.web", "ip"], "resource.web.ip"),
        (["resource.web.ip", 0], "resource.web.ip"),
        (["resource.0", 1], "resource.0"),
    ],
)
def test_an_inner_resources_attribute_is_one_name_however_it_is_written(keys: list[Any], attribute: str) -> None:
    assert what_is_read(keys) == attribute
    recorded = {"resource.web": "ref", "resource.web.ip": ["1", "2"]}
    if attribute == "resource.web.ip":
        key, *path = keys
        assert TemplateResource.read_attribute("r", recorded, key, path) in (["1", "2"], "1")


def test_the_whole_of_a_group_has_heats_keys_and_an_output_may_be_called_as_what_groups_record() -> None:
    recorded = {"refs": [], "refs_map": {}, "removed_rsrc_list": [], "members": {}, "resource.0.resource.a.b": 1}
    group = LiveResource("g", ResourceGroup, {"attributes": recorded})
    assert set(group.attributes()) == {"refs", "refs_map", "removed_rsrc_list"}
    assert dict(dataclasses.replace(group, for_group=True).attributes()) == recorded

    class Web(TemplateResource):
        attributes_schema = {"members": Attribute("An output.")}

    assert LiveResource("w", Web, {"attributes": {"members": 1, ERRORS: {}}}).attributes() == {"members": 1}
