"""From plain values to a template: what is accepted, what it becomes, and how each mistake is named."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite.exception import (
    HeatliteError,
    InvalidTemplateReference,
    InvalidTemplateSection,
    InvalidTemplateVersion,
    StackValidationFailed,
)
from heatlite.template import ResourceDefinition, parse, resolve
from heatlite.template.dialects import RELEASES, VERSIONS
from tests.unit.template.build import World, bound, hot, hot_of_value


def resource(**keywords: Any) -> ResourceDefinition:
    """The resource ``web`` with some keywords, beside ``a`` and ``b``."""
    resources = {"web": {"type": "T", **keywords}, "a": {"type": "T"}, "b": {"type": "T"}}
    return hot(resources=resources).resources["web"]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_dated_version_is_taken(version: str) -> None:
    assert parse({"heat_template_version": version}).version == version


@pytest.mark.parametrize("release", RELEASES)
def test_a_release_stands_for_the_date_of_its_version(release: str) -> None:
    assert parse({"heat_template_version": release}).version == RELEASES[release]


@pytest.mark.parametrize("raw", [{}, {"heat_template_version": None}, {"AWSTemplateFormatVersion": 2010}])
def test_a_template_without_a_version_is_refused(raw: dict) -> None:
    with pytest.raises(InvalidTemplateVersion, match="Template version was not provided"):
        parse(raw)


def test_an_unknown_version_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(InvalidTemplateVersion) as caught:
        parse({"heat_template_version": "2099-01-01"})
    assert "2099-01-01" in str(caught.value)
    assert all(known in str(caught.value) for known in (*VERSIONS, *RELEASES))


def test_empty_sections_are_like_none() -> None:
    template = hot(parameters=None, resources=None, outputs=None, parameter_groups=None, description=None)
    assert (dict(template.resources), dict(template.outputs), dict(template.parameter_schemata)) == ({}, {}, {})
    assert template.description == "No description"


def test_an_unknown_section_is_refused() -> None:
    with pytest.raises(InvalidTemplateSection, match="resuorces"):
        hot(resuorces={})


def test_conditions_are_unknown_before_they_came() -> None:
    with pytest.raises(InvalidTemplateSection, match="conditions"):
        hot("2013-05-23", conditions={})
    with pytest.raises(StackValidationFailed, match=r'resources\.web: "condition" is not a valid keyword'):
        hot("2013-05-23", resources={"web": {"type": "T", "condition": True}})


@pytest.mark.parametrize("section", ["parameters", "resources", "outputs"])
def test_a_section_that_is_not_a_map_is_refused(section: str) -> None:
    with pytest.raises(StackValidationFailed, match=f'{section}: "{section}" must be a map, not a list'):
        hot(**{section: ["x"]})


def test_a_plain_resource_has_the_defaults_of_heat() -> None:
    web = resource()
    assert (web.name, web.type, web.properties, web.metadata, web.depends_on) == ("web", "T", {}, {}, ())
    assert (web.deletion_policy, web.description, web.external_id) == ("Delete", "", None)
    assert web.requires == web.reads == web.references == frozenset()


def test_what_a_resource_says_is_kept() -> None:
    web = resource(
        properties={"size": 3},
        metadata={"owner": "me"},
        update_policy={"batch": 2},
        description="front",
        external_id="e-1",
    )
    assert (web.properties, web.metadata, web.update_policy) == ({"size": 3}, {"owner": "me"}, {"batch": 2})
    assert (web.description, web.external_id) == ("front", "e-1")


@pytest.mark.parametrize(("written", "policy"), [("Retain", "Retain"), ("snapshot", "Snapshot"), ("delete", "Delete")])
def test_a_deletion_policy_may_be_written_in_lower_case(written: str, policy: str) -> None:
    assert resource(deletion_policy=written).deletion_policy == policy


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"type": None}, r"resources\.web: Each resource must contain a type key"),
        ({"type": ["T"]}, r'resources\.web\.type: "type" must be a string'),
        ({"propertys": {}}, r'resources\.web: "propertys" is not a valid keyword.* properties'),
        ({"properties": ["a"]}, r'resources\.web\.properties: "properties" must be a map, not a list'),
        ({"metadata": "a"}, r'resources\.web\.metadata: "metadata" must be a map'),
        ({"update_policy": 1}, r'resources\.web\.update_policy: "update_policy" must be a map'),
        ({"description": 1}, r'resources\.web\.description: "description" must be a string'),
        ({"deletion_policy": "Keep"}, r'resources\.web\.deletion_policy: Invalid deletion policy "Keep"'),
        ({"depends_on": 7}, r'resources\.web\.depends_on: "depends_on" must be the name of a resource or a list'),
        ({"depends_on": ["a", 7]}, r"resources\.web\.depends_on\[1\]: The name of a resource must be a string"),
        ({"depends_on": [["a"]]}, r"resources\.web\.depends_on\[0\]: The name of a resource must be a string"),
    ],
)
def test_an_ill_formed_resource_is_refused_with_its_place(keywords: dict, message: str) -> None:
    with pytest.raises(StackValidationFailed, match=message):
        resource(**keywords)


@pytest.mark.parametrize("definition", [None, "OS::Heat::None", ["T"]])
def test_a_resource_that_is_not_a_map_is_refused(definition: Any) -> None:
    with pytest.raises(StackValidationFailed, match=r"resources\.web: The resource's definition must be a map"):
        hot(resources={"web": definition})


@pytest.mark.parametrize("name", ["a/b", "", "x" * 256, 7, "a\x00", "\ud800"])
def test_a_resource_whose_name_can_not_stand_in_a_url_or_a_row_is_refused(name: Any) -> None:
    with pytest.raises(StackValidationFailed, match="resources"):
        hot(resources={name: {"type": "T"}})


@pytest.mark.parametrize("name", [7, "a\x00", "\ud800"])
def test_an_output_whose_name_not_every_database_takes_is_refused(name: Any) -> None:
    with pytest.raises(StackValidationFailed, match="outputs"):
        hot(outputs={name: {"value": 1}})


@pytest.mark.parametrize("name", ["a/b", "", "x" * 256])
def test_an_output_may_have_any_other_name(name: str) -> None:
    assert hot(outputs={name: {"value": 1}}).outputs[name].value == 1


@pytest.mark.parametrize("section", ["parameters", "resources", "outputs"])
@pytest.mark.parametrize("empty", [None, [], "", False, 0])
def test_whatever_is_empty_is_an_empty_section(section: str, empty: Any) -> None:
    assert not hot(**{section: empty}).resources


@pytest.mark.parametrize(("written", "told"), [(5, "5"), (["a"], "['a']"), (None, "No description")])
def test_a_description_may_be_written_as_anything(written: Any, told: str) -> None:
    template = hot(description=written, outputs={"ip": {"value": 1, "description": written}})
    assert template.description == told
    assert template.outputs["ip"].description == ("" if written is None else told)


def test_depends_on_is_one_name_or_a_list() -> None:
    assert resource(depends_on="a").depends_on == ("a",)
    assert resource(depends_on=["b", "a"]).depends_on == ("b", "a")
    assert resource(depends_on=None).depends_on == ()


@pytest.mark.parametrize(
    ("keywords", "place"),
    [
        ({"depends_on": "nobody"}, "resources.web.depends_on"),
        ({"depends_on": ["a", "nobody"]}, "resources.web.depends_on[1]"),
        ({"properties": {"x": [{"get_resource": "nobody"}]}}, "resources.web.properties.x[0].get_resource"),
        ({"metadata": {"x": {"get_attr": ["nobody", "y"]}}}, "resources.web.metadata.x.get_attr"),
    ],
)
def test_a_reference_to_a_resource_that_does_not_exist_is_refused(keywords: dict, place: str) -> None:
    with pytest.raises(InvalidTemplateReference) as caught:
        resource(**keywords)
    assert caught.value.kwargs == {"resource": "nobody", "key": place}


def test_requirements_are_what_depends_on_and_the_functions_name() -> None:
    resources = {name: {"type": "T"} for name in "abcde"}
    deep = {"str_replace": {"template": "t", "params": {"p": {"get_attr": ["c", "out", "deep"]}}}}
    properties = {"x": {"get_resource": "b"}, "y": [deep, {"get_attr": ["d"]}]}
    metadata = {"z": {"get_attr": ["e", {"get_param": "OS::region"}]}}
    resources["web"] = {"type": "T", "depends_on": "a", "properties": properties, "metadata": metadata}
    web = hot(resources=resources).resources["web"]
    assert web.requires == {"a", "b", "c", "d", "e"}
    assert web.references == {"b"}
    assert web.reads == {("c", "out"), ("d", "*"), ("e", "*")}


def test_a_circle_is_left_to_the_graph() -> None:
    template = hot(resources={"a": {"type": "T", "depends_on": "b"}, "b": {"type": "T", "depends_on": "a"}})
    assert template.resources["a"].requires == {"b"}


def test_properties_without_a_function_are_the_very_values_that_were_written() -> None:
    properties = {"deep": [{"list": [1, 2, {"and": "map"}]}]}
    assert resource(properties=properties).properties is properties


def test_the_definition_hash_does_not_depend_on_order_or_on_empty_keywords() -> None:
    one = resource(properties={"a": 1, "b": {"get_param": "OS::region"}})
    other = resource(properties={"b": {"get_param": "OS::region"}, "a": 1}, metadata=None, depends_on="a")
    assert one.definition_hash == other.definition_hash
    assert len(one.definition_hash) == 64


@pytest.mark.parametrize("change", [{"type": "U"}, {"properties": {"x": 2}}, {"metadata": {"x": 1}}])
def test_the_definition_hash_changes_with_type_properties_and_metadata(change: dict) -> None:
    before = {"type": "T", "properties": {"x": 1}}
    assert resource(**before).definition_hash != resource(**{**before, **change}).definition_hash


def test_an_output_knows_what_it_reads() -> None:
    value = [{"get_resource": "a"}, {"get_attr": ["b", "show"]}]
    template = hot(
        resources={"a": {"type": "T"}, "b": {"type": "T"}},
        outputs={"both": {"value": value, "description": "Both"}, "none": {"value": None}},
    )
    both = template.outputs["both"]
    assert (both.references, both.reads, both.description) == ({"a"}, {("b", "show")}, "Both")
    assert template.outputs["none"].value is None


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ({"description": "x"}, r"outputs\.ip: Each output must contain a value key"),
        ({"value": {"list_join": [","]}}, r'outputs\.ip\.value\.list_join: Incorrect arguments to "list_join"'),
        ("text", r"outputs\.ip: The output's definition must be a map"),
    ],
)
def test_an_ill_formed_output_is_refused_with_its_place(definition: Any, message: str) -> None:
    with pytest.raises(StackValidationFailed, match=message):
        hot(outputs={"ip": definition})


def test_an_output_may_have_keys_that_mean_nothing() -> None:
    assert hot(outputs={"ip": {"value": 1, "type": "x"}}).outputs["ip"].value == 1


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"get_attr": ["nobody", "ip"]}, r'"nobody" \(in outputs\.ip\.value\.get_attr\) is incorrect'),
        ({"get_resource": "nobody"}, r'"nobody" \(in outputs\.ip\.value\.get_resource\) is incorrect'),
        ({"get_resource": 7}, r"outputs\.ip\.value\.get_resource: The name of a resource must be a string"),
        ({"get_param": "nobody"}, r"The Parameter \(nobody\) was not provided"),
        ({"get_file": "nobody"}, r"outputs\.ip\.value\.get_file: "),
        ({"digest": ["nothing", "x"]}, r"outputs\.ip\.value\.digest: Algorithm must be one of"),
        ({"make_url": {"port": "x"}}, r"outputs\.ip\.value\.make_url: "),
        ({"list_join": [",", 5]}, r'outputs\.ip\.value\.list_join: "list_join" must operate on a list'),
        ({"map_replace": [{}, {"other": {}}]}, r"outputs\.ip\.value\.map_replace: "),
        ([{"list_join": [",", [{"get_resource": "nobody"}]]}], r'"nobody" .*outputs\.ip\.value\[0\]\.list_join'),
    ],
)
def test_an_output_that_can_not_be_had_harms_only_who_asks_for_it(value: Any, told: str) -> None:
    template = hot(outputs={"ip": {"value": value}, "other": {"value": 1}})
    assert template.outputs["other"].value == 1
    with pytest.raises(HeatliteError, match=told):
        resolve(template.outputs["ip"].value, World(parameters=bound(template)))
    with pytest.raises(HeatliteError):
        hot_of_value(value)  # in a property it is a mistake, told at once


def test_what_an_output_reads_beside_a_mistake_is_known() -> None:
    value = [{"get_attr": ["web", "ip"]}, {"get_resource": "nobody"}]
    template = hot(resources={"web": {"type": "T"}}, outputs={"ip": {"value": value}})
    assert template.outputs["ip"].reads == {("web", "ip")}
    assert not template.outputs["ip"].references


def test_what_is_a_function_only_in_later_versions_is_plain_data() -> None:
    value = {"digest": ["md5", "x"]}
    template = hot_of_value(value, version="2013-05-23")
    assert template.resources["web"].properties == {"x": value}


def test_a_function_that_was_removed_is_refused() -> None:
    with pytest.raises(StackValidationFailed, match=r'"Ref" was removed in heat_template_version 2014-10-16'):
        hot_of_value({"Ref": "database"}, version="2014-10-16")


@pytest.mark.parametrize("value", [{"cidr": "10.0.0.0/8"}, {"get_param": "x", "and": "more"}, {}])
def test_any_other_map_is_plain_data(value: dict) -> None:
    assert hot_of_value(value).resources["web"].properties == {"x": value}


def test_parameter_groups_are_checked() -> None:
    declared = {"a": {"type": "string"}, "b": {"type": "string"}}
    hot(parameters=declared, parameter_groups=[{"label": "all", "parameters": ["a", "b"]}])
    for groups, message in [
        ({"a": 1}, r"parameter_groups: The parameter_groups should be a list"),
        ([{"label": "x"}], r"parameter_groups\[0\]: The parameters must be provided"),
        ([{"parameters": ["a", "c"]}], r"parameter_groups\[0\]: The grouped parameter c does not reference"),
        ([{"parameters": ["a"]}, {"parameters": ["a"]}], r"parameter_groups\[1\]: The a parameter must be assigned"),
    ]:
        with pytest.raises(StackValidationFailed, match=message):
            hot(parameters=declared, parameter_groups=groups)


def test_a_template_nested_too_deep_is_refused_also_where_it_never_was_text() -> None:
    value: Any = "core"
    for _ in range(5000):
        value = [value]
    with pytest.raises(StackValidationFailed, match="nested deeper than 100 levels"):
        hot_of_value(value)


def test_what_is_read_can_not_be_changed() -> None:
    template = hot(resources={"a": {"type": "T"}})
    with pytest.raises(TypeError):
        template.resources["b"] = template.resources["a"]  # type: ignore[index]
    with pytest.raises(AttributeError):
        template.resources["a"].type = "U"  # type: ignore[misc]
