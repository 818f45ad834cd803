"""Coercion of a value from a template or a parameter to a property's type, as generous as Heat's.

Parameters are often strings (``"16"``, ``"true"``, ``'[{"class": "hexdigits"}]'``). Therefore a string that clearly
denotes a number, a boolean, a list or a map is accepted as one.
"""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from heatlite.resources.schema import Type

LONGEST_PYTHON = 65_536
"""Most characters of a map or list as Python prints it. Parsing it takes many times the memory that JSON takes."""


def coerce(wanted: Type, value: Any) -> Any:
    """Return ``value`` as the wanted type; a map or list is a new one with the same items.

    None becomes the type's empty value (``""``, 0, False, ``{}``, ``[]``), as in Heat.

    :raises ValueError: with a sentence that says what the value is not
    """
    if wanted is Type.ANY:
        return value
    if value is None:
        return EMPTY[wanted]()
    return COERCIONS[wanted](value)


def to_string(value: Any) -> str:
    """Return a string; convert an integer or boolean as Python prints it. Raise ValueError for anything else.

    A float is refused: ``version: 1.10`` would silently become "1.1".
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int):
        return str(value)
    hint = "; write it in quotes" if isinstance(value, float) else ""
    raise ValueError(f"Value must be a string; got {value!r}{hint}")


def to_integer(value: Any) -> int:
    """Return an integer; convert its digits, a boolean (1 or 0) or a float, whose fraction is cut off, as in Heat.

    :raises ValueError: for anything else
    """
    try:
        if isinstance(value, str | int | float):
            return int(value)
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"Value '{value}' is not an integer")


def to_number(value: Any) -> int | float:
    """Return a finite number; convert the text of one. A boolean stays a boolean, as in Heat.

    :raises ValueError: for anything else
    """
    number: int | float = math.nan
    if isinstance(value, int | float):
        number = value
    elif isinstance(value, str):
        number = spelt_number(value)
    if isinstance(number, int) or math.isfinite(number):  # JSON, and so the database, knows neither infinity nor NaN
        return number
    raise ValueError(f"Value '{value}' is not a number")


def spelt_number(text: str) -> int | float:
    """Return the int or float that a text spells; NaN if it spells none."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return math.nan


def to_boolean(value: Any) -> bool:
    """Return a boolean; convert ``true`` and ``false`` in any letter case. Raise ValueError for anything else."""
    if isinstance(value, bool):
        return value
    word = value.lower() if isinstance(value, str) else ""
    if word in ("true", "false"):
        return word == "true"
    raise ValueError(f'"{value}" is not a valid boolean; use true or false')


def to_map(value: Any) -> dict[str, Any]:
    """Return a new dict from a mapping or from the JSON text of one. Raise ValueError for anything else."""
    found = from_json(value) if isinstance(value, str) else value
    if isinstance(found, Mapping):
        return dict(found)
    raise ValueError(f'"{value}" is not a map')


def to_list(value: Any) -> list[Any]:
    """Return a new list from a list, a tuple or the JSON text of one. Raise ValueError for anything else."""
    found = from_json(value) if isinstance(value, str) else value
    if isinstance(found, list | tuple):
        return list(found)
    raise ValueError(f'"{value}" is not a list')


def from_json(text: str) -> Any:
    """Parse a JSON text, or a map or list as Python prints it; return None if the text is neither.

    A string parameter turns a map or list into Python's notation.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return _from_python(text)


def _from_python(text: str) -> Any:
    if len(text) > LONGEST_PYTHON or not text.startswith(("[", "{")):
        return None
    try:
        return json.loads(json.dumps(ast.literal_eval(text), allow_nan=False))
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


COERCIONS: Mapping[Type, Callable[[Any], Any]] = {
    Type.STRING: to_string,
    Type.INTEGER: to_integer,
    Type.NUMBER: to_number,
    Type.BOOLEAN: to_boolean,
    Type.MAP: to_map,
    Type.LIST: to_list,
}
EMPTY: Mapping[Type, Callable[[], Any]] = {
    Type.STRING: str,
    Type.INTEGER: int,
    Type.NUMBER: int,
    Type.BOOLEAN: bool,
    Type.MAP: dict,
    Type.LIST: list,
}
