"""Validation of properties: what is wrong, and where in the template."""

import pytest

from heatlite.exception import StackValidationFailed
from heatlite.resources.properties import completed, validate
from heatlite.resources.schema import Property, Type
from heatlite.schema.constraints import AllowedValues, Length, Modulo, Range

PREFIX = "resources.web.properties"
UNKNOWN = object()
SCHEMA = {
    "length": Property(Type.INTEGER, default=32, constraints=(Range(1, 512),)),
    "name": Property(Type.STRING, required=True),
    "tags": Property(Type.LIST, schema=Property(Type.STRING, constraints=(Length(1, 5),))),
    "disk": Property(
        Type.MAP,
        schema={
            "size": Property(Type.INTEGER, default=10, constraints=(Modulo(10),)),
            "kind": Property(Type.STRING, required=True, constraints=(AllowedValues(("ssd", "hdd")),)),
        },
    ),
    "anything": Property(Type.ANY),
}


def error_of(given):
    with pytest.raises(StackValidationFailed) as caught:
        validate(SCHEMA, given, PREFIX)
    return str(caught.value)


def test_every_name_of_the_schema_is_there_with_its_default_or_none():
    assert validate(SCHEMA, {"name": "a"}) == {
        "length": 32,
        "name": "a",
        "tags": None,
        "disk": None,
        "anything": None,
    }


def test_values_are_coerced_and_nested_defaults_filled_in():
    plain = validate(SCHEMA, {"name": 7, "length": "16", "tags": "[1, 2]", "disk": {"kind": "ssd"}})
    assert plain["name"] == "7"
    assert plain["length"] == 16
    assert plain["tags"] == ["1", "2"]
    assert plain["disk"] == {"size": 10, "kind": "ssd"}


def test_a_text_may_spell_a_number_that_is_allowed():
    schema = {"protocol": Property(Type.STRING, constraints=(AllowedValues((6, "tcp")),))}
    assert [validate(schema, {"protocol": it}) for it in ("6", 6)] == [{"protocol": "6"}] * 2
    with pytest.raises(StackValidationFailed, match="not an allowed value"):
        validate(schema, {"protocol": "7"})


def test_a_null_is_the_default():
    assert validate(SCHEMA, {"name": "a", "length": None})["length"] == 32


def test_a_default_is_a_copy_that_a_plugin_may_change():
    schema = {"list": Property(Type.LIST, default=[["a"]])}
    validate(schema, {})["list"][0].append("b")
    assert validate(schema, {})["list"] == [["a"]]


def test_an_unknown_property_is_refused_and_the_likeliest_suggested():
    expected = f'Property error: {PREFIX}: Unknown Property lenght; did you mean "length"?'
    assert error_of({"name": "a", "lenght": 3}) == expected


def test_an_unknown_property_like_no_other_is_refused_without_a_suggestion():
    assert error_of({"name": "a", 42: 3}) == f"Property error: {PREFIX}: Unknown Property 42"


def test_a_missing_required_property_is_refused():
    assert error_of({}) == f"Property error: {PREFIX}: Property name not assigned"


@pytest.mark.parametrize(
    ("given", "place", "complaint"),
    [
        ({"length": "many"}, "length", "Value 'many' is not an integer"),
        ({"length": 513}, "length", "513 is out of range (min: 1, max: 512)"),
        ({"length": "9" * 400}, "length", "int too large to convert to float"),
        ({"tags": ["ok", "", "x"]}, "tags[1]", "length (0) is out of range (min: 1, max: 5)"),
        ({"tags": 3}, "tags", '"3" is not a list'),
        ({"disk": {"kind": "tape"}}, "disk.kind", '"tape" is not an allowed value [ssd, hdd]'),
        ({"disk": {"kind": "ssd", "size": 15}}, "disk.size", "15 is not a multiple of 10 with an offset of 0"),
        ({"disk": {}}, "disk", "Property kind not assigned"),
        ({"disk": {"kind": "ssd", "sise": 1}}, "disk", 'Unknown Property sise; did you mean "size"?'),
    ],
)
def test_an_error_says_where_and_why(given, place, complaint):
    assert error_of({"name": "a", **given}) == f"Property error: {PREFIX}.{place}: {complaint}"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(UNKNOWN, UNKNOWN), ([UNKNOWN], [UNKNOWN]), (["", {"deep": [UNKNOWN]}], ["", UNKNOWN])],
    ids=["itself", "an item", "deep inside"],
)
def test_the_constraints_of_a_value_that_holds_an_unknown_wait(value, expected):
    plain = validate(SCHEMA, {"name": "a", "tags": value, "length": "16"}, PREFIX, UNKNOWN)
    assert plain["tags"] == expected
    assert plain["length"] == 16


@pytest.mark.parametrize(
    ("disk", "expected"),
    [
        ({"kind": UNKNOWN}, {"kind": UNKNOWN, "size": 10}),
        ({"kind": [UNKNOWN], "size": "5"}, {"kind": UNKNOWN, "size": 5}),
        ({"size": UNKNOWN, "sise": 1}, {"kind": None, "size": UNKNOWN}),
    ],
)
def test_what_stands_around_an_unknown_has_the_shape_of_its_schema(disk, expected):
    assert validate(SCHEMA, {"name": "a", "disk": disk}, PREFIX, UNKNOWN)["disk"] == expected


def test_what_is_no_map_is_refused_although_a_part_of_it_is_unknown():
    with pytest.raises(StackValidationFailed, match="is not a map"):
        validate(SCHEMA, {"name": "a", "disk": [UNKNOWN]}, PREFIX, UNKNOWN)


def test_an_unknown_beside_it_does_not_hide_an_error():
    with pytest.raises(StackValidationFailed, match="length"):
        validate(SCHEMA, {"name": UNKNOWN, "length": 0}, PREFIX, UNKNOWN)


def test_an_unknown_equal_to_the_sentinel_counts_too():
    assert validate(SCHEMA, {"name": "a", "length": "<unknown>"}, PREFIX, "<unknown>")["length"] == "<unknown>"


def test_properties_of_an_older_plugin_get_the_new_defaults_and_lose_what_is_no_more():
    stored = {"name": "a", "length": 5, "colour": "red"}
    assert completed(SCHEMA, stored) == {"length": 5, "name": "a", "tags": None, "disk": None, "anything": None}
    assert completed(SCHEMA, {})["length"] == 32
    assert completed(SCHEMA, {})["name"] is None
