"""Templates as plugins: what they take and give, and whether they may stand in for a type."""

from __future__ import annotations

import json
from typing import Any

import pytest

from heatlite.engine.definitions.provider import check_facade, plugin_of, provider_class
from heatlite.exception import EntityNotFound, StackValidationFailed
from heatlite.resources.base import Resource
from heatlite.resources.builtin.template_resource import TemplateResource
from heatlite.resources.registry import Registry
from heatlite.resources.schema import Attribute, Property, Type
from heatlite.resources.testing import instance_of
from heatlite.template import UNKNOWN


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
    assert plugin.update_when_unchanged


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


EVERY = {
    "text": {"type": "string", "default": "d"},
    "number": {"type": "number", "default": 7},
    "flag": {"type": "boolean", "default": True},
    "list": {"type": "comma_delimited_list", "default": "d,e"},
    "map": {"type": "json", "default": {"d": 1}},
}


def handed_on(given: Any) -> dict[str, Any]:
    """What a nested template's parameters are given for these properties."""
    plugin = plugin_of(REGISTRY, "every.yaml", {"every.yaml": template(EVERY, {})})
    resource = plugin(instance_of(plugin, given))
    assert isinstance(resource, TemplateResource)
    return dict(resource.child_parameters())


def test_a_null_is_empty_and_what_isnt_given_is_the_templates_own_default() -> None:
    nulls = handed_on(dict.fromkeys(EVERY))
    assert nulls == {"text": "", "number": 0, "flag": False, "list": "", "map": {}}
    assert [type(nulls[name]) for name in EVERY] == [str, int, bool, str, dict]
    assert handed_on({}) == {}
    assert handed_on({"number": 3}) == {"number": 3}


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (["a", "b"], "a,b"),
        (["a,b", "c", "d,"], "a,b,c,d,"),
        ([], ""),
        ([""], ""),
        (["a", None], "a,"),
        ([{"a": 1, "b": "x,y"}], ".member.0.a=1,.member.0.b=x,y"),
        ([{"a": None}, {"d": [1, "e"]}], ".member.0.a=None,.member.1.d=[1, 'e']"),
        ("a, b", "a, b"),
    ],
)
def test_a_list_is_one_text_whose_items_stand_between_commas(given: Any, text: str) -> None:
    assert handed_on({"list": given}) == {"list": text}


@pytest.mark.parametrize(
    ("name", "given", "handed"),
    [
        ("number", "080", 80),
        ("number", "1.50", 1.5),
        ("flag", "TRUE", True),
        ("text", True, "True"),
        ("text", 5, "5"),
        ("map", [1, {"a": None}], '[1, {"a": null}]'),
        ("map", '{"a": 1}', '{"a": 1}'),
        ("map", {"z": 1, "a": 2}, {"z": 1, "a": 2}),
        ("text", [1], [1]),
        ("number", "many", "many"),
        ("list", [1, 2], [1, 2]),
        ("list", [{"a": 1}, "b"], [{"a": 1}, "b"]),
        ("list", ["a", UNKNOWN], ["a", UNKNOWN]),
        ("map", [UNKNOWN], [UNKNOWN]),
        ("number", UNKNOWN, UNKNOWN),
    ],
)
def test_a_value_is_handed_on_as_its_parameters_type_or_as_it_is(name: str, given: Any, handed: Any) -> None:
    found = handed_on({name: given})[name]
    assert found == handed
    assert type(found) is type(handed)
