"""Parameter declarations of CloudFormation templates: the same content as HOT's, in a flat map.

::

    Parameters:
      size: {Type: Number, Default: 2, MinValue: 1, MaxValue: 9, ConstraintDescription: from 1 to 9}
      word: {Type: String, NoEcho: true, AllowedPattern: "[a-z]+"}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from heatlite.schema.constraints import Constraint
from heatlite.template.parameter_constraints import read_constraint
from heatlite.template.parameter_schema import ParameterSchema
from heatlite.template.parameter_types import ParameterType
from heatlite.template.path import Path, refused_schema

TYPES: Mapping[str, ParameterType] = {
    "String": ParameterType.STRING,
    "Number": ParameterType.NUMBER,
    "CommaDelimitedList": ParameterType.LIST,
    "Json": ParameterType.JSON,
    "Boolean": ParameterType.BOOLEAN,
}

PAIRS: Mapping[str, tuple[str, str]] = {"range": ("MinValue", "MaxValue"), "length": ("MinLength", "MaxLength")}
SINGLE: Mapping[str, str] = {"allowed_values": "AllowedValues", "allowed_pattern": "AllowedPattern"}
"""A constraint's name in HOT → CloudFormation's key, or its two keys."""

KEYWORDS = frozenset(
    {
        "Type",
        "Default",
        "NoEcho",
        "Description",
        "ConstraintDescription",
        "Label",
        *SINGLE.values(),
        *(key for pair in PAIRS.values() for key in pair),
    }
)


def read_cfn_parameter_schema(name: str, written: Any) -> ParameterSchema:
    """Read the schema of a parameter.

    :raises InvalidSchemaError: when the declaration isn't well-formed
    """
    path: Path = ("Parameters", name)
    if not isinstance(written, Mapping):
        raise refused_schema(path, "A parameter's declaration must be a map")
    for key in written:
        if key not in KEYWORDS:
            raise refused_schema(path, f'Invalid key "{key}"; valid keys are {", ".join(sorted(KEYWORDS))}')
    kind = TYPES.get(str(written.get("Type")))
    if kind is None:
        raise refused_schema(
            (*path, "Type"), f"Invalid type ({written.get('Type')}); valid types are {', '.join(TYPES)}"
        )
    return ParameterSchema(
        name=name,
        type=kind,
        default=written.get("Default"),
        constraints=tuple(_constraints(written, kind, path)),
        hidden=str(written.get("NoEcho")).lower() == "true",
        label=str(written.get("Label") or ""),
        description=str(written.get("Description") or ""),
    )


def _constraints(written: Mapping[str, Any], kind: ParameterType, path: Path) -> Iterator[Constraint]:
    description = written.get("ConstraintDescription")
    for name, (lowest, highest) in PAIRS.items():
        present = [key for key in (lowest, highest) if key in written]
        if present:
            limits = {"min": written.get(lowest), "max": written.get(highest)}
            yield read_constraint(name, limits, kind, description, (*path, present[0]))
    for name, key in SINGLE.items():
        if key in written:
            yield read_constraint(name, written[key], kind, description, (*path, key))
