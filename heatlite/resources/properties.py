"""Properties: from the values in a template, with functions resolved, to the mapping that a plugin reads.

::

    given --refuse unknown names--> each property of the schema: coerce -> nested schema -> constraints

A value may be unknown because it depends on a resource that doesn't exist yet. The caller marks it with a sentinel,
which passes through. The maps and lists around it get the shape and the defaults of their schema, so that a plugin
finds each key that it expects. The remaining checks follow once the whole value is known.

Values are coerced as generously as in Heat: a string that clearly denotes a number, a boolean, a list or a map is
accepted as one, because parameters are often strings.
"""

from __future__ import annotations

import ast
import copy
import difflib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from heatlite.exception import InvalidSchemaError, RequestLimitExceeded, StackValidationFailed, dotted
from heatlite.resources.schema import PropertiesSchema, Property, Type
from heatlite.schema import patterns
from heatlite.schema.constraints import check_all

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


NOTHING = object()  # a sentinel that no value holds
AS_IT_IS: Mapping[Type, type] = {Type.STRING: str, Type.BOOLEAN: bool, Type.INTEGER: int, Type.NUMBER: int}
"""Default values of these types need no coercion: most values of most resources are such defaults."""
CONTAINERS = frozenset({Type.MAP, Type.LIST})


def validate(
    schema: PropertiesSchema, given: Mapping[str, Any], prefix: str = "", unknown: Any = NOTHING
) -> dict[str, Any]:
    """Check and coerce; the result has every name of the schema, with None if there is no value and no default.

    :param prefix: the path of the properties in the template, such as ``resources.web.properties``
    :param unknown: the sentinel of a value that isn't known yet; a property that equals it is left unchanged
    :raises StackValidationFailed: with the dotted path of the wrong value and a sentence saying why
    """
    refuse_unknown_names(schema, given, prefix)
    return {name: value_of(name, schema[name], given, prefix, unknown) for name in schema}


def value_of(name: str, wanted: Property, given: Mapping[str, Any], prefix: str, unknown: Any) -> Any:
    """Return the checked value of one property; the parameters are those of :func:`validate`."""
    if name in given:
        return checked(wanted, given[name], path_to(prefix, name), unknown)
    if wanted.default is not None:
        if type(wanted.default) is AS_IT_IS.get(wanted.type) and not wanted.constraints:
            return wanted.default
        return checked(wanted, None, path_to(prefix, name), unknown)
    if wanted.required:
        raise property_error(prefix, f"Property {name} not assigned")
    return None


def checked(wanted: Property, value: Any, path: str, unknown: Any = NOTHING) -> Any:
    """Return ``value``, or the default in place of None, coerced and checked with everything nested in it.

    :raises StackValidationFailed: with the path of the wrong part
    :raises RequestLimitExceeded: if matching a pattern takes too long
    """
    if value is None:
        value = copy.deepcopy(wanted.default)
    if unknown is not NOTHING and contains(value, unknown):
        return shaped(wanted, value, path, unknown)
    try:
        plain = with_nested(wanted, coerce(wanted.type, value), path, unknown)
        check_all(wanted.constraints, plain)
    except patterns.TookTooLong as error:
        raise RequestLimitExceeded(message=f"{path}: {error}") from None
    except (ValueError, TypeError, OverflowError) as error:  # a constraint may not fit what an ANY holds
        raise property_error(path, str(error)) from None
    return plain


def with_nested(wanted: Property, value: Any, path: str, unknown: Any) -> Any:
    """Return a map or list with its items checked against the nested schema, if there is one."""
    if wanted.schema is None:
        return value
    if isinstance(wanted.schema, Property):
        return [checked(wanted.schema, item, path_to(path, i), unknown) for i, item in enumerate(value)]
    return validate(wanted.schema, value, path, unknown)


def shaped(wanted: Property, value: Any, path: str, unknown: Any) -> Any:
    """Return a partly unknown value in the shape of its schema: each map has all names, with their defaults.

    A number or text with an unknown part is unknown as a whole.

    :raises StackValidationFailed: if a list or map is required and the value is neither
    """
    if wanted.type is Type.ANY or value is unknown:
        return value
    if contains(value, unknown) and wanted.type not in CONTAINERS:
        return unknown
    try:
        plain = coerce(wanted.type, value)
    except ValueError as error:
        raise property_error(path, str(error)) from None
    if isinstance(wanted.schema, Property):
        return [shaped(wanted.schema, item, path_to(path, i), unknown) for i, item in enumerate(plain)]
    if wanted.schema is None:
        return plain
    found: dict[str, Any] = {}
    for name, nested in wanted.schema.items():
        part = copy.deepcopy(nested.default) if plain.get(name) is None else plain[name]
        found[name] = None if part is None else shaped(nested, part, path_to(path, name), unknown)
    return found


def completed(schema: PropertiesSchema, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return validated properties that an older plugin stored, adapted to the current schema.

    A new property gets its default; a property that no longer exists is left out. The same in nested maps.
    """
    found = {}
    for name, wanted in schema.items():
        if name not in stored:
            found[name] = value_of(name, replace(wanted, required=False), {}, "", NOTHING)
        else:
            found[name] = stored[name] if wanted.schema is None else completed_value(wanted, stored[name])
    return found


def completed_value(wanted: Property, stored: Any) -> Any:
    """Return one stored value with the maps in it adapted to the current schema."""
    if isinstance(wanted.schema, Property) and isinstance(stored, list):
        return [completed_value(wanted.schema, item) for item in stored]
    if isinstance(wanted.schema, Mapping) and isinstance(stored, Mapping):
        return completed(wanted.schema, stored)
    return stored


def refuse_unknown_names(schema: PropertiesSchema, given: Mapping[str, Any], prefix: str) -> None:
    """Refuse a property that isn't in the schema.

    :raises StackValidationFailed: naming the first such property, and the name that was probably meant
    """
    for name in given:
        if name not in schema:
            near = difflib.get_close_matches(str(name), schema, n=1)
            hint = f'; did you mean "{near[0]}"?' if near else ""
            raise property_error(prefix, f"Unknown Property {name}{hint}")


def contains(value: Any, sentinel: Any) -> bool:
    """Tell whether ``value`` equals the sentinel or contains it at any depth."""
    if isinstance(value, Mapping):
        return any(contains(item, sentinel) for item in value.values())
    if isinstance(value, list | tuple):
        return any(contains(item, sentinel) for item in value)
    return bool(value == sentinel)


def property_error(path: str, message: str) -> StackValidationFailed:
    """Return the error for a wrong property, as Heat words it: ``Property error: <path>: <message>``."""
    return StackValidationFailed(error="Property error", path=path, message=message)


def path_to(prefix: str, step: str | int) -> str:
    """Return ``prefix`` extended by one step: ``tags`` and 0 give ``tags[0]``."""
    return dotted([prefix, step] if prefix else [step])


def check_schema(schema: PropertiesSchema, path: str = "") -> None:
    """Check that each default satisfies its own property, nested ones too.

    :raises InvalidSchemaError: with the path of the first wrong default
    """
    for name, wanted in schema.items():
        where = path_to(path, name)
        if not isinstance(wanted, Property):
            raise InvalidSchemaError(message=f"{where} is {wanted!r}, not a Property")
        if isinstance(wanted.schema, Property):
            check_schema({"*": wanted.schema}, where)
        elif wanted.schema is not None:
            check_schema(wanted.schema, where)
        if wanted.default is not None:
            try:
                checked(wanted, None, where)
            except StackValidationFailed as error:
                raise InvalidSchemaError(message=f"Invalid default: {error}") from None
