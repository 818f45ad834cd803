"""A template's interface: its parameters and the names of its outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from heatlite.template.cfn_parameter_schema import TYPES as CFN_TYPES
from heatlite.template.cfn_parameter_schema import read_cfn_parameter_schema
from heatlite.template.dialects import AWS, HOT, Dialect, dialect_of, version_of
from heatlite.template.parameter_schema import TYPES, ParameterSchema, read_parameter_schema
from heatlite.template.parameter_types import ParameterType
from heatlite.template.path import section_of


class Interface(NamedTuple):
    """The interface of a template."""

    parameters: dict[str, ParameterSchema]
    outputs: dict[str, str]
    """Name → description; ``""`` when there is none."""
    description: str


def interface(raw: Mapping[str, Any]) -> Interface:
    """Read a template's interface.

    :raises InvalidTemplateVersion: when the version is missing or unknown
    :raises InvalidSchemaError: when a parameter declaration is wrong
    :raises StackValidationFailed: when a section isn't a map
    """
    dialect = dialect_of(version_of(raw))
    word = dialect.word("description")
    outputs = section_of(raw, "outputs", dialect)
    return Interface(
        parameters=parameters_of(raw, dialect),
        outputs={str(name): _text(it.get(word)) if isinstance(it, Mapping) else "" for name, it in outputs.items()},
        description=_text(raw.get(word)),
    )


def parameters_of(raw: Mapping[str, Any], dialect: Dialect) -> dict[str, ParameterSchema]:
    """Read the declared parameters.

    :raises InvalidSchemaError: when a declaration is wrong
    :raises StackValidationFailed: when the section isn't a map
    """
    read = read_parameter_schema if dialect is HOT else read_cfn_parameter_schema
    return {name: read(name, declared) for name, declared in section_of(raw, "parameters", dialect).items()}


def declared_parameters(template: Any) -> Mapping[str, Any]:
    """Return the raw declarations of a template's parameters, as far as the template is well-formed."""
    if not isinstance(template, Mapping):
        return {}
    sections = (template.get(dialect.word("parameters")) for dialect in (HOT, AWS))
    return next((section for section in sections if isinstance(section, Mapping)), {})


def declared_type(written: Any) -> ParameterType | None:
    """Return the type that a declaration names in either dialect, or None."""
    if not isinstance(written, Mapping):
        return None
    return TYPES.get(str(written.get("type"))) or CFN_TYPES.get(str(written.get("Type")))


def _text(value: Any) -> str:
    return str(value or "")
