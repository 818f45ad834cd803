"""Templates as plugins: what they take and give, and whether they may stand in for a type."""

from __future__ import annotations

import json
from typing import Any

import pytest

from heatlite.engine.nested.provider import check_facade, plugin_of, provider_class
from heatlite.exception import EntityNotFound, StackValidationFailed
from heatlite.resources.base import Resource
from heatlite.resources.registry import Registry
from heatlite.resources.schema import Attribute, Property, Type


class Facade(Resource):
    """A type that templates stand in for."""

    properties_schema = {"size": Property(Type.INTEGER, required=True), "tags": Property(Type.LIST)}
    attributes_schema = {"address": Attribute()}


REGISTRY = Registry({"My::Server": Facade})
SIZE, ADDRESS = {"size": {"type": "number"}}, {"address": {"value": 1}}
TAGS = {"tags": {"type": "comma_delimited_list"}}


def template(parameters: Any, outputs: Any) -> str:
    return json.dumps({"heat_template_version": "rocky", "parameters": parameters, "outputs": outputs})


def test_a_template_of_cloudformation_takes_and_gives_the_same() -> None:
    written = {"HeatTemplateFormatVersion": "2012-12-12", "Description": "A server"}
    written |= {"Parameters": {"size": {"Type": "Number"}}, "Outputs": {"address": {"Value": 1, "Description": "IP"}}}
    plugin = plugin_of(REGISTRY, "a.template", {"a.template": json.dumps(written)})
    assert plugin.properties_schema["size"].type is Type.NUMBER
    assert plugin.attributes_schema["address"].description == "IP"
    assert plugin.__doc__ == "A server"


def test_parameters_are_properties_that_may_be_updated_and_outputs_are_attributes() -> None:
    plugin = plugin_of(REGISTRY, "a.yaml", {"a.yaml": template(SIZE, ADDRESS)})
    assert plugin.properties_schema["size"].type is Type.NUMBER
    assert plugin.properties_schema["size"].update_allowed
    assert plugin.has_attribute("address")
    assert plugin.has_attribute("resource.server.name")
    assert not plugin.has_attribute("name")


def test_the_class_of_a_file_is_made_once() -> None:
    content = template(SIZE, {})
    assert provider_class("a.yaml", content) is provider_class("a.yaml", content)


def test_a_row_whose_template_is_not_at_hand_can_be_read_and_deleted() -> None:
    plugin = REGISTRY.get("gone.yaml")
    assert plugin.has_attribute("whatever")
    assert plugin.always_looks


@pytest.mark.parametrize(
    ("type_name", "files", "error"),
    [
        ("a.yaml", {}, StackValidationFailed),
        ("a.yaml", {"a.yaml": "- no template"}, StackValidationFailed),
        ("a.yaml", {"a.yaml": template({"x": {"type": "no"}}, {})}, StackValidationFailed),
        ("My::Other", {}, EntityNotFound),
    ],
)
def test_what_is_no_type_is_refused(type_name: str, files: dict[str, str], error: type[Exception]) -> None:
    with pytest.raises(error):
        plugin_of(REGISTRY, type_name, files)


@pytest.mark.parametrize(
    ("parameters", "outputs", "message"),
    [
        (TAGS, ADDRESS, "Required property size for facade My::Server missing in provider"),
        ({"size": {"type": "string"}}, ADDRESS, "Property size type mismatch between facade My::Server"),
        (SIZE, {}, "Attribute address for facade My::Server missing in provider"),
    ],
)
def test_a_template_that_stands_in_for_a_type_takes_and_gives_what_it_does(
    parameters: Any, outputs: Any, message: str
) -> None:
    with pytest.raises(StackValidationFailed, match=message):
        check_facade(provider_class("a.yaml", template(parameters, outputs)), Facade, "My::Server")
    check_facade(provider_class("a.yaml", template({**SIZE, **TAGS}, ADDRESS)), Facade, "My::Server")
