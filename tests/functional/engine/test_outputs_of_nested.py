"""Outputs that can't be had: what is refused at once, and what is told where it is read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from heatlite import exception
from heatlite.db import stacks
from heatlite.engine.definitions import nested_values
from heatlite.resources.builtin.template_resource import TemplateResource
from heatlite.resources.nested.port import ERRORS
from heatlite.template.functions.get_attr import what_is_read
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import Template, stores, template

READS_NOBODY = {"o": {"value": {"get_param": "nobody"}}}


def begin(engine: Endpoint, outputs: Template, child: Template) -> Any:
    wanted = template({"web": {"type": "web.yaml"}}, outputs=outputs)
    return engine.create("s", wanted, files={"web.yaml": json.dumps(child)})


def test_a_parameter_that_is_not_declared_is_refused_in_an_output_of_the_root(engine: Endpoint) -> None:
    with pytest.raises(exception.StackValidationFailed, match=r'outputs\.o\.value: The parameter "nobody"'):
        engine.create("s", template(outputs=READS_NOBODY))


def test_an_output_of_a_nested_stack_may_have_no_value(engine: Endpoint) -> None:
    assert begin(engine, {"p": {"value": {"get_attr": ["web", "o"]}}}, template(outputs=READS_NOBODY))


def test_an_output_may_read_what_a_template_does_not_give_and_a_resource_may_not(engine: Endpoint) -> None:
    reads: Template = {"get_attr": ["web", "gone"]}
    assert begin(engine, {"p": {"value": reads}}, template())
    wanted = template({"web": {"type": "web.yaml"}, "a": stores(reads)})
    with pytest.raises(exception.StackValidationFailed, match="gone"):
        engine.create("t", wanted, files={"web.yaml": '{"heat_template_version": "2021-04-16"}'})


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
