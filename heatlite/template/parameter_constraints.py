"""Reader of the constraints that a parameter declares under ``constraints``.

::

    constraints:
      - length: {min: 6, max: 8}
        description: User name must be between 6 and 8 characters
      - allowed_pattern: "[a-z]+"
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from heatlite.schema import patterns
from heatlite.schema.constraints import AllowedPattern, AllowedValues, Constraint, Custom, Length, Modulo, Range
from heatlite.template.parameter_types import ParameterType, coerce, to_number
from heatlite.template.path import Path, refused_schema

_STRING, _NUMBER, _JSON, _LIST, _BOOLEAN = (
    ParameterType.STRING,
    ParameterType.NUMBER,
    ParameterType.JSON,
    ParameterType.LIST,
    ParameterType.BOOLEAN,
)

FITS: Mapping[str, frozenset[ParameterType]] = {
    "length": frozenset({_STRING, _LIST, _JSON}),
    "range": frozenset({_NUMBER}),
    "modulo": frozenset({_NUMBER}),
    "allowed_values": frozenset({_STRING, _NUMBER, _BOOLEAN, _LIST}),
    "allowed_pattern": frozenset({_STRING}),
    "custom_constraint": frozenset(ParameterType),
}
"""Constraint → the parameter types that it applies to."""


def read_constraints(written: Any, kind: ParameterType, path: Path) -> tuple[Constraint, ...]:
    """Read the constraints of a parameter of the type ``kind``, in the order in which they are written.

    :param path: their place, such as ``("parameters", "name", "constraints")``
    :raises InvalidSchemaError: when one isn't well-formed, or doesn't apply to this type
    """
    if written is None:
        return ()
    if not isinstance(written, list):
        raise refused_schema(path, "Invalid parameter constraints, expected a list")
    found: list[Constraint] = []
    for place, entry in enumerate(written):
        found += _read_entry(entry, kind, (*path, place))
    return tuple(found)


def _read_entry(entry: Any, kind: ParameterType, path: Path) -> list[Constraint]:
    if not isinstance(entry, Mapping):
        raise refused_schema(path, "Invalid parameter constraint, expected a map")
    names = [name for name in entry if name != "description"]
    if not names:
        raise refused_schema(path, f"No constraint expressed; valid constraints are {', '.join(FITS)}")
    return [_read_one(name, entry, kind, path) for name in names]


def _read_one(name: str, entry: Mapping[str, Any], kind: ParameterType, path: Path) -> Constraint:
    if name not in FITS:
        raise refused_schema(path, f'Invalid key "{name}"; constraints are {", ".join(FITS)}')
    _check_fits(name, kind, path)
    return read_constraint(name, entry[name], kind, entry.get("description"), (*path, name))


def _check_fits(name: str, kind: ParameterType, path: Path) -> None:
    if kind not in FITS[name]:
        raise refused_schema(path, f"The constraint {name} is not for parameters of the type {kind}")


def read_constraint(name: str, written: Any, kind: ParameterType, description: Any, path: Path) -> Constraint:
    """Read one constraint.

    :param name: one of ``FITS``
    :param written: the value under its name in HOT
    :param path: its place
    :raises InvalidSchemaError: when it isn't well-formed, or doesn't apply to this type
    """
    _check_fits(name, kind, path)
    try:
        return _READERS[name](written, kind, None if description is None else str(description))
    except ValueError as error:
        raise refused_schema(path, str(error)) from error


def _read_length(written: Any, _kind: ParameterType, description: str | None) -> Constraint:
    limits = _numbers(written, ("min", "max"), whole=True)
    return Length(limits.get("min"), limits.get("max"), description)


def _read_range(written: Any, _kind: ParameterType, description: str | None) -> Constraint:
    limits = _numbers(written, ("min", "max"), whole=False)
    return Range(limits.get("min"), limits.get("max"), description)


def _read_modulo(written: Any, _kind: ParameterType, description: str | None) -> Constraint:
    numbers = _numbers(written, ("step", "offset"), whole=True)
    step, offset = numbers.get("step"), numbers.get("offset")
    if step is None or offset is None:
        raise ValueError("A modulo constraint must have a step value and an offset value specified")
    return Modulo(step, offset, description)


def _read_allowed_values(written: Any, kind: ParameterType, description: str | None) -> Constraint:
    if not isinstance(written, list):
        raise ValueError("allowed_values must be a list")
    each = _STRING if kind is _LIST else kind
    return AllowedValues(tuple(coerce(each, value) for value in written), description)


def _read_allowed_pattern(written: Any, _kind: ParameterType, description: str | None) -> Constraint:
    if not isinstance(written, str):
        raise ValueError("allowed_pattern must be a string")
    patterns.check(written)
    return AllowedPattern(written, description)


def _read_custom(written: Any, _kind: ParameterType, description: str | None) -> Constraint:
    if not isinstance(written, str) or not written:
        raise ValueError("custom_constraint must be the name of one")
    return Custom(written, description)


def _numbers(written: Any, keys: tuple[str, str], whole: bool) -> dict[str, Any]:
    """Read the numbers under one or both of two keys, without ``None``."""
    if not isinstance(written, Mapping) or not set(written) <= set(keys):
        raise ValueError(f"expected a map with the keys {keys[0]} and {keys[1]}")
    numbers = {key: to_number(value) for key, value in written.items() if value is not None}
    if not numbers:
        raise ValueError(f"at least one of {keys[0]} and {keys[1]} must be specified")
    if whole and any(number != int(number) for number in numbers.values()):
        raise ValueError(f"{keys[0]} and {keys[1]} must be whole numbers")
    return {key: int(number) for key, number in numbers.items()} if whole else dict(numbers)


_READERS: Mapping[str, Callable[[Any, ParameterType, str | None], Constraint]] = {
    "length": _read_length,
    "range": _read_range,
    "modulo": _read_modulo,
    "allowed_values": _read_allowed_values,
    "allowed_pattern": _read_allowed_pattern,
    "custom_constraint": _read_custom,
}
