"""Build parameters as ``validate_template`` lists them: with the keys of the CloudFormation API, as in Heat."""

from __future__ import annotations

from typing import Any

from heatlite.schema.constraints import AllowedPattern, AllowedValues, Constraint, Custom, Length, Modulo, Range
from heatlite.template import Environment, ParameterSchema, ParameterType
from heatlite.template.parameters import MASKED

TYPES = {
    ParameterType.STRING: "String",
    ParameterType.NUMBER: "Number",
    ParameterType.LIST: "CommaDelimitedList",
    ParameterType.JSON: "Json",
    ParameterType.BOOLEAN: "Boolean",
}


def parameter(schema: ParameterSchema, environment: Environment) -> dict[str, Any]:
    """Return a declared parameter, with the default and the value that an environment gives it, if any."""
    name, default = schema.name, environment.parameter_defaults.get(schema.name)
    default = schema.default if default is None else default
    reply: dict[str, Any] = {
        "Type": TYPES[schema.type],
        "Description": schema.description,
        "NoEcho": "true" if schema.hidden else "false",
        "Label": schema.label or name,
    }
    if default is not None:
        reply["Default"] = default
    if environment.parameters.get(name):
        is_secret = schema.hidden or name in environment.encrypted_param_names
        reply["Value"] = MASKED if is_secret else environment.parameters[name]
    if schema.tags:
        reply["Tags"] = list(schema.tags)
    for constraint in schema.constraints:
        reply |= constraint_words(constraint)
    descriptions = [text for each in schema.constraints if (text := getattr(each, "description", None))]
    return {**reply, "ConstraintDescription": " ".join(descriptions)} if descriptions else reply


def constraint_words(constraint: Constraint) -> dict[str, Any]:
    """Return the keys that a constraint adds to its parameter; a limit that isn't set is left out."""
    words: dict[str, Any] = {}
    match constraint:
        case Length():
            words = {"MinLength": constraint.min, "MaxLength": constraint.max}
        case Range():
            words = {"MinValue": constraint.min, "MaxValue": constraint.max}
        case Modulo():
            words = {"Step": constraint.step, "Offset": constraint.offset}
        case AllowedValues():
            words = {"AllowedValues": list(constraint.allowed)}
        case AllowedPattern():
            words = {"AllowedPattern": constraint.pattern}
        case Custom():
            words = {"CustomConstraint": constraint.name}
    return {word: value for word, value in words.items() if value is not None}
