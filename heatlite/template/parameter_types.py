"""The types of parameters: the accepted values of each, the result, and its text.

==================== ============================= ==============================
type                 accepted                      result
==================== ============================= ==============================
string               anything                      str, as Python prints it
number               a number, or its text         int or float (true stays true)
boolean              true, "yes", "1", 0, "off" …  bool
comma_delimited_list "a,b" or a list               list of str
json                 anything, or JSON text        its value ("" stays "")
==================== ============================= ==============================
"""

from __future__ import annotations

import json
import math
from enum import StrEnum
from typing import Any

from heatlite.template.text import as_json, as_python, as_text

TRUE_WORDS = frozenset({"1", "t", "true", "on", "y", "yes"})
FALSE_WORDS = frozenset({"0", "f", "false", "off", "n", "no"})


class ParameterType(StrEnum):
    """A parameter's type, as templates write it."""

    STRING = "string"
    NUMBER = "number"
    JSON = "json"
    LIST = "comma_delimited_list"
    BOOLEAN = "boolean"


def coerce(kind: ParameterType, value: Any) -> Any:
    """Convert ``value``, which isn't ``None``, to the value of a parameter of this type.

    :raises ValueError: with a sentence for the user, when that is impossible
    """
    match kind:
        case ParameterType.STRING:
            return as_python(value)
        case ParameterType.NUMBER:
            return to_number(value)
        case ParameterType.BOOLEAN:
            return to_boolean(value)
        case ParameterType.LIST:
            return _to_list(value)
        case ParameterType.JSON:
            return _to_json(value)


def show(kind: ParameterType, value: Any) -> str:
    """Return a coerced value as Heat's API shows it."""
    match kind:
        case ParameterType.LIST:
            return ",".join(value)
        case ParameterType.JSON:
            return as_json(value)
        case _:
            return str(value)


def to_number(value: Any) -> int | float:
    """Convert a value to an int or a finite float. A boolean stays a boolean, as in Heat.

    :raises ValueError: when it isn't a number or its text
    """
    try:
        number = value if isinstance(value, int | float) else _spelt_number(value)
        if math.isfinite(number):
            return number
    except (ValueError, OverflowError):
        pass
    raise ValueError(f'"{as_text(value):.80}" is not a number')


def _spelt_number(value: Any) -> int | float:
    text = as_text(value)
    try:
        return int(text)
    except ValueError:
        return float(text)


def to_boolean(value: Any) -> bool:
    """Convert a value or its text, in upper or lower case, to a bool.

    :raises ValueError: when it isn't one
    """
    word = as_text(value).strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    known = ", ".join(sorted(TRUE_WORDS | FALSE_WORDS))
    raise ValueError(f'Unrecognized value "{word:.80}", acceptable values are: {known}')


def _to_list(value: Any) -> list[str]:
    if isinstance(value, list):
        return [as_python(item) for item in value]
    if not isinstance(value, str):
        raise ValueError(f"Value must be a comma-delimited list string: {as_text(value):.80}")
    return value.split(",") if value else []


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number in JSON")


def _to_json(value: Any) -> Any:
    if isinstance(value, str) and value:
        try:
            value = json.loads(value, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"Value must be valid JSON: {error}") from error
    return value
