"""Schemas: contradictions are refused when the schema is made or when the plugin is registered."""

import pytest

from heatlite.exception import InvalidSchemaError
from heatlite.resources.properties import check_schema
from heatlite.resources.schema import Property, Type
from heatlite.schema.constraints import Length, Range


def test_a_property_cannot_be_both_update_allowed_and_immutable():
    with pytest.raises(InvalidSchemaError, match="cannot both be True"):
        Property(Type.STRING, update_allowed=True, immutable=True)


@pytest.mark.parametrize(
    ("kind", "nested"),
    [
        (Type.STRING, Property(Type.STRING)),
        (Type.MAP, Property(Type.STRING)),
        (Type.LIST, {"a": Property(Type.STRING)}),
        (Type.ANY, {"a": Property(Type.STRING)}),
    ],
)
def test_a_nested_schema_must_fit_its_type(kind, nested):
    with pytest.raises(InvalidSchemaError, match="nested schema"):
        Property(kind, schema=nested)


def test_a_default_that_breaks_its_own_constraint_is_found():
    with pytest.raises(InvalidSchemaError, match=r"Invalid default.*size.*out of range"):
        check_schema({"size": Property(Type.INTEGER, default=0, constraints=(Range(1, 9),))})


def test_a_wrong_default_is_found_however_deep():
    deep = Property(Type.LIST, schema=Property(Type.MAP, schema={"n": Property(Type.INTEGER, default="many")}))
    with pytest.raises(InvalidSchemaError, match=r"outer\.\*\.n"):
        check_schema({"outer": deep})


def test_a_constraint_that_makes_no_sense_for_the_type_is_refused():
    with pytest.raises(InvalidSchemaError, match="Range constraint invalid for String"):
        Property(Type.STRING, constraints=(Range(1),))


def test_what_is_no_property_is_named():
    with pytest.raises(InvalidSchemaError, match="size is 'Integer', not a Property"):
        check_schema({"size": "Integer"})


def test_a_required_property_without_default_is_well_formed():
    assert check_schema({"name": Property(Type.STRING, required=True, constraints=(Length(1),))}) is None
