"""Functions that make texts, those of CloudFormation, and which version knows which function."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from heatlite.exception import InvalidTemplateReference, StackValidationFailed
from heatlite.template import resolve
from heatlite.template.functions import functions_of
from tests.unit.template.build import PSEUDO, FakeResource, World, bound, hot_of_value, value_of


def of_version(value: Any, version: str, world: World | None = None) -> Any:
    template = hot_of_value(value, version=version, parameters={"p": {"type": "string", "default": "given"}})
    return resolve(template.resources["web"].properties, world or World(bound(template)))["x"]


@pytest.mark.parametrize(
    ("parts", "url"),
    [
        ({"scheme": "http", "host": "example.com", "port": 80, "path": "/a b"}, "http://example.com:80/a%20b"),
        ({"scheme": "https", "host": "[::1]", "port": "443"}, "https://[::1]:443"),
        ({"host": "::1"}, "//[::1]"),
        ({"scheme": "http", "username": "u:", "password": "p@", "host": "h"}, "http://u%3A:p%40@h"),
        ({"scheme": "http", "host": "h", "query": {"a": "b/c", "d": 1}, "fragment": "f"}, "http://h?a=b/c&d=1#f"),
        ({"path": "/only"}, "/only"),
    ],
)
def test_make_url_quotes_each_part_as_its_place_asks(parts: dict, url: str) -> None:
    assert value_of({"make_url": parts}) == url


@pytest.mark.parametrize("algorithm", ["md5", "SHA512"])
def test_digest_is_the_hash_in_hex(algorithm: str) -> None:
    assert value_of({"digest": [algorithm, "secret"]}) == hashlib.new(algorithm, b"secret").hexdigest()


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ({"make_url": ["http"]}, "must be a map"),
        ({"make_url": {"schema": "http"}}, 'Invalid arguments to "make_url": schema'),
        ({"make_url": {"port": 0}}, "must be in range 1-65535"),
        ({"make_url": {"port": "x"}}, 'Invalid URL port "x"'),
        ({"make_url": {"scheme": "http:"}}, "should not contain"),
        ({"make_url": {"query": "a=b"}}, 'The "query" argument to "make_url" must be a map'),
        ({"make_url": {"host": 7}}, 'The "host" argument to "make_url" must be a string'),
        ({"digest": ["md6", "x"]}, "Algorithm must be one of"),
        ({"digest": ["md5"]}, "usage"),
        ({"digest": ["md5", 7]}, "must be a list of strings"),
        ({"digest": ["md5", "\u20ac"]}, "Latin-1"),
        ({"resource_facade": "name"}, "should be one of: metadata, deletion_policy, update_policy"),
        ({"resource_facade": "metadata"}, "this stack isn't nested"),
        ({"str_replace_strict": {"template": "$a", "params": {"$a": 1, "$b": 2, "$bc": 3}}}, r"not found .*: \$bc,\$b"),
        ({"str_replace_vstrict": {"template": "$a", "params": {"$a": ""}}}, "undefined or empty value for param"),
        ({"str_replace_vstrict": {"template": "$a", "params": {"$a": []}}}, "undefined or empty value for param"),
    ],
)
def test_wrong_arguments_are_refused_with_their_place(function: Any, message: str) -> None:
    [name] = function
    with pytest.raises(StackValidationFailed, match=rf"resources\.web\.properties\.x\.{name}: .*{message}"):
        value_of(function)


def test_a_strict_replacement_is_a_replacement() -> None:
    arguments = {"template": "$a is $b", "params": {"$a": 1, "$b": ["x"]}}
    for name in ("str_replace", "str_replace_strict", "str_replace_vstrict"):
        assert value_of({name: arguments}) == '1 is ["x"]'


def test_the_first_versions_replace_and_join_plain_values_only() -> None:
    with pytest.raises(StackValidationFailed, match="must be strings or numbers"):
        of_version({"str_replace": {"template": "$a", "params": {"$a": ["x"]}}}, "2014-10-16")
    with pytest.raises(StackValidationFailed, match="Items to join must be strings"):
        of_version({"list_join": [",", [["x"]]]}, "2014-10-16")
    with pytest.raises(StackValidationFailed, match="Incorrect arguments"):
        of_version({"list_join": [",", ["x"], ["y"]]}, "2014-10-16")
    with pytest.raises(StackValidationFailed, match="must be of the form"):
        of_version({"get_attr": ["database"]}, "2014-10-16")


def test_resource_facade_gives_what_the_parent_says() -> None:
    facade = {"metadata": {"a": 1}, "deletion_policy": "Retain", "update_policy": {}}
    assert value_of({"resource_facade": "metadata"}, World(facade=facade)) == {"a": 1}
    assert of_version({"Fn::ResourceFacade": "DeletionPolicy"}, "2013-05-23", World(facade=facade)) == "Retain"


@pytest.mark.parametrize(
    ("function", "result"),
    [
        ({"Ref": "p"}, "given"),
        ({"Ref": "OS::stack_name"}, PSEUDO.stack_name),
        ({"Fn::Select": [1, ["a", "b"]]}, "b"),
        ({"Fn::Select": ["1", '["a", "b"]']}, "b"),
        ({"Fn::Select": ["k", {"k": "v"}]}, "v"),
        ({"Fn::Select": ["nope", {"k": "v"}]}, ""),
        ({"Fn::Select": [9, ["a"]]}, ""),
        ({"Fn::Join": ["-", ["a", None, "b"]]}, "a--b"),
        ({"Fn::Split": [",", "a,b"]}, ["a", "b"]),
        ({"Fn::Replace": [{"$x": "y"}, "a $x"]}, "a y"),
        ({"Fn::Base64": "text"}, "text"),
        ({"Fn::GetAZs": ""}, ["nova"]),
        (
            {"Fn::MemberListToMap": ["Name", "Value", [".member.0.Name=k", ".member.0.Value=v=w"]]},
            {"k": "v=w"},
        ),
    ],
)
def test_the_first_version_knows_the_functions_of_cloudformation(function: Any, result: Any) -> None:
    assert of_version(function, "2013-05-23") == result


def test_ref_names_a_resource_where_there_is_no_such_parameter() -> None:
    world = World(resources={"database": FakeResource(reference="db-1")})
    assert of_version({"Ref": "database"}, "2013-05-23", world) == "db-1"
    with pytest.raises(InvalidTemplateReference):
        of_version({"Ref": "nobody"}, "2013-05-23")


def test_each_version_lists_its_functions() -> None:
    assert "Ref" in functions_of("2013-05-23")
    assert "Fn::Select" in functions_of("2015-04-30")
    assert "Fn::Select" not in functions_of("2015-10-15")
    assert "yaql" not in functions_of("2016-04-08")
    assert {"if", "yaql"} <= functions_of("2016-10-14").keys()
    assert "equals" not in functions_of("2021-04-16")
    assert {"equals", "not", "and", "or"} <= functions_of("2021-04-16", with_conditions=True).keys()
    assert all(description.endswith(".") for description in functions_of("2021-04-16").values())
