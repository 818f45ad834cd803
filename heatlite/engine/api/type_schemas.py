"""Build the schema of a resource type as clients see it, and a sample template from that schema.

::

    plugin ──▶ schema      properties, attributes, support status       resource_schema
           └─▶ sample      a template with one resource of the type     generate_template

A sample has a parameter for each property and an output for each attribute, in HOT or in CloudFormation's format.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from heatlite.engine.api.parameter_replies import TYPES, constraint_words
from heatlite.resources.base import BASE_ATTRIBUTES, Resource
from heatlite.resources.schema import HIDDEN, Attribute, Property, Type
from heatlite.schema.constraints import (
    AllowedPattern,
    AllowedValues,
    Constraint,
    Custom,
    Length,
    Modulo,
    Range,
)
from heatlite.template import ParameterType

HOT, CFN = "hot", "cfn"
SAMPLE_VERSION = "2016-10-14"
STACK_ID_OUTPUT = "OS::stack_id"

PARAMETER_TYPES: Mapping[Type, ParameterType] = {
    Type.STRING: ParameterType.STRING,
    Type.INTEGER: ParameterType.NUMBER,
    Type.NUMBER: ParameterType.NUMBER,
    Type.BOOLEAN: ParameterType.BOOLEAN,
    Type.MAP: ParameterType.JSON,
    Type.LIST: ParameterType.LIST,
    Type.ANY: ParameterType.STRING,
}


def schema(type_name: str, plugin: type[Resource], *, with_description: bool) -> dict[str, Any]:
    """Return the properties, the attributes and the support status of a type."""
    reply = {
        "resource_type": type_name,
        "properties": {name: _property(each) for name, each in _properties(plugin).items()},
        "attributes": {name: _attribute(each) for name, each in _attributes(plugin).items()},
        "support_status": plugin.support_status.to_dict(),
    }
    return {**reply, "description": description(plugin)} if with_description else reply


def description(plugin: type[Resource]) -> str:
    """Return the description that the plugin's author wrote."""
    return inspect.getdoc(plugin) or "No description available"


def _properties(plugin: type[Resource]) -> Mapping[str, Property]:
    """Return the properties without the hidden ones, which exist only for old templates."""
    return {name: each for name, each in plugin.properties_schema.items() if each.status != HIDDEN}


def _attributes(plugin: type[Resource]) -> Mapping[str, Attribute]:
    every = {**plugin.attributes_schema, **BASE_ATTRIBUTES}
    return {name: each for name, each in every.items() if each.status != HIDDEN}


def _attribute(attribute: Attribute) -> dict[str, Any]:
    kind = {"type": attribute.type.lower()} if attribute.type else {}
    return {"description": attribute.description, **kind}


def _property(written: Property) -> dict[str, Any]:
    reply: dict[str, Any] = {"type": written.type.lower()}
    if written.description:
        reply["description"] = written.description
    if written.default is not None:
        reply["default"] = written.default
    if isinstance(written.schema, Property):
        reply["schema"] = {"*": _property(written.schema)}
    elif written.schema is not None:
        reply["schema"] = {name: _property(each) for name, each in written.schema.items()}
    reply["required"] = written.required
    if written.constraints:
        reply["constraints"] = [constraint(each) for each in written.constraints]
    return {**reply, "update_allowed": written.update_allowed, "immutable": written.immutable}


def constraint(written: Constraint) -> dict[str, Any]:
    """Return a constraint as HOT writes it."""
    words: dict[str, Any] = {}
    match written:
        case Range() | Length():
            name = "range" if isinstance(written, Range) else "length"
            words = {name: {k: v for k, v in (("min", written.min), ("max", written.max)) if v is not None}}
        case Modulo():
            words = {"modulo": {"step": written.step, "offset": written.offset}}
        case AllowedValues():
            words = {"allowed_values": list(written.allowed)}
        case AllowedPattern():
            words = {"allowed_pattern": written.pattern}
        case Custom():
            words = {"custom_constraint": written.name}
    text = getattr(written, "description", None)
    return {**words, "description": text} if text else words


def sample(type_name: str, plugin: type[Resource], template_type: str) -> dict[str, Any]:
    """Return a template with one resource of the type.

    :param template_type: ``hot`` or ``cfn``
    """
    name = plugin.__name__
    make = _hot_sample if template_type == HOT else _cfn_sample
    return make(type_name, name, plugin, f"Initial template of {name}")


def _hot_sample(type_name: str, name: str, plugin: type[Resource], description: str) -> dict[str, Any]:
    attributes = _attributes(plugin)
    outputs: dict[str, Any] = {
        key: {"value": {"get_attr": [name, key]}, "description": each.description} for key, each in attributes.items()
    }
    properties = _properties(plugin)
    return {
        "heat_template_version": SAMPLE_VERSION,
        "description": description,
        "parameters": {key: _hot_parameter(each) for key, each in properties.items()},
        "outputs": {**outputs, STACK_ID_OUTPUT: {"value": {"get_resource": name}}},
        "resources": {name: {"type": type_name, "properties": {key: {"get_param": key} for key in properties}}},
    }


def _hot_parameter(written: Property) -> dict[str, Any]:
    parameter: dict[str, Any] = {"type": str(PARAMETER_TYPES[written.type])}
    if written.description:
        parameter["description"] = written.description
    if written.default is not None:
        parameter["default"] = written.default
    if written.constraints:
        parameter["constraints"] = [constraint(each) for each in written.constraints]
    return parameter


def _cfn_sample(type_name: str, name: str, plugin: type[Resource], description: str) -> dict[str, Any]:
    attributes = _attributes(plugin)
    outputs: dict[str, Any] = {
        key: {"Value": {"Fn::GetAtt": [name, key]}, "Description": each.description} for key, each in attributes.items()
    }
    properties = _properties(plugin)
    values = {key: _cfn_value(key, each) for key, each in properties.items()}
    return {
        "HeatTemplateFormatVersion": "2012-12-12",
        "Description": description,
        "Parameters": {key: _cfn_parameter(each) for key, each in properties.items()},
        "Resources": {name: {"Type": type_name, "Properties": values}},
        "Outputs": {**outputs, STACK_ID_OUTPUT: {"Value": {"Ref": name}}},
    }


def _cfn_parameter(written: Property) -> dict[str, Any]:
    parameter: dict[str, Any] = {"Type": TYPES[PARAMETER_TYPES[written.type]]}
    if written.description:
        parameter["Description"] = written.description
    if written.default is not None:
        parameter["Default"] = written.default
    for each in written.constraints:
        parameter |= constraint_words(each)
    return parameter


def _cfn_value(name: str, written: Property) -> dict[str, Any]:
    reference = {"Ref": name}
    return {"Fn::Split": [",", reference]} if written.type is Type.LIST else reference
