"""Inputs and outputs that a config declares, each a map with a name.

::

    {"name": "size", "type": "Number", "default": 3, "replace_on_change": true}      an input
    {"name": "address", "type": "String", "error_output": false}                     an output
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from heatlite.exception import StackValidationFailed
from heatlite.resources import properties
from heatlite.resources.schema import PropertiesSchema, Property, Type
from heatlite.schema.constraints import AllowedValues

NAME, DESCRIPTION, TYPE, DEFAULT, VALUE = "name", "description", "type", "default", "value"
REPLACE_ON_CHANGE, ERROR_OUTPUT = "replace_on_change", "error_output"

TYPES: Mapping[str, Type] = {
    "String": Type.STRING,
    "Number": Type.NUMBER,
    "CommaDelimitedList": Type.LIST,
    "Json": Type.MAP,
    "Boolean": Type.BOOLEAN,
}


def _common(what: str) -> dict[str, Property]:
    return {
        NAME: Property(Type.STRING, f"Name of the {what}.", required=True),
        DESCRIPTION: Property(Type.STRING, f"Description of the {what}."),
        TYPE: Property(
            Type.STRING,
            f"Type of the {what}'s value.",
            default="String",
            constraints=(AllowedValues(tuple(TYPES)),),
        ),
    }


INPUT_SCHEMA: PropertiesSchema = {
    **_common("input"),
    DEFAULT: Property(Type.ANY, "The value if none is given."),
    REPLACE_ON_CHANGE: Property(Type.BOOLEAN, "Whether a changed value replaces the deployment.", default=False),
}
OUTPUT_SCHEMA: PropertiesSchema = {
    **_common("output"),
    ERROR_OUTPUT: Property(
        Type.BOOLEAN, "Whether a value of this output means that the deployment failed.", default=False
    ),
}


def inputs(written: Any) -> list[dict[str, Any]]:
    """Return checked inputs without unset keys. An input may have a ``value`` already.

    :raises ValueError: with the path of the first mistake
    """
    return [_input(each, f"inputs[{place}]") for place, each in enumerate(_maps("inputs", written))]


def outputs(written: Any) -> list[dict[str, Any]]:
    """Return checked outputs without unset keys.

    :raises ValueError: with the path of the first mistake
    """
    checked = [_checked(OUTPUT_SCHEMA, each, f"outputs[{at}]") for at, each in enumerate(_maps("outputs", written))]
    return [without_unset(each) for each in checked]


def without_unset(checked: Mapping[str, Any]) -> dict[str, Any]:
    """Return an input or output without unset keys."""
    return {key: it for key, it in checked.items() if it is not None and not (key == REPLACE_ON_CHANGE and not it)}


def _input(written: Mapping[str, Any], path: str) -> dict[str, Any]:
    schema = dict(INPUT_SCHEMA)
    kind, default = TYPES.get(str(written.get(TYPE))), written.get(DEFAULT)
    if kind is not None and default is not None and default != "":  # older clients send every default as a text
        schema[DEFAULT] = replace(schema[DEFAULT], type=kind)
    value = {VALUE: written[VALUE]} if VALUE in written else {}
    rest = {key: it for key, it in written.items() if key != VALUE}
    return {**without_unset(_checked(schema, rest, path)), **value}


def _checked(schema: PropertiesSchema, written: Mapping[str, Any], path: str) -> dict[str, Any]:
    try:
        return properties.validate(schema, written, path)
    except StackValidationFailed as error:
        raise ValueError(f"{error.path}: {error.message}") from None


def _maps(what: str, written: Any) -> Sequence[Mapping[str, Any]]:
    if not isinstance(written, list | tuple) or not all(isinstance(each, Mapping) for each in written):
        raise ValueError(f"{what}: a list of maps is expected, each with a name")
    return written
