"""A template's file as a plugin: a class made from what the template says of its parameters and outputs.

    parameters: {size: {type: number}}   ──▶   properties_schema  {"size": NUMBER, may be updated}
    outputs:    {address: …}             ──▶   attributes_schema  {"address"}

The class depends on nothing but the file's text, and is made once for each.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from heatlite import exception
from heatlite import template as language
from heatlite.resources.base import Resource
from heatlite.resources.builtin.template_resource import TemplateResource
from heatlite.resources.registry import Registry
from heatlite.resources.schema import Attribute, Property, Type
from heatlite.resources.stack_resource import StackResource
from heatlite.schema.provider import is_template
from heatlite.template import ParameterSchema, ParameterType

CLASSES_KEPT = 200
LARGEST_FILE = 64 * 1024 * 1024
"""Bytes; what may be sent at all is limited before, with all files together."""

KINDS = {
    ParameterType.STRING: Type.STRING,
    ParameterType.NUMBER: Type.NUMBER,
    ParameterType.BOOLEAN: Type.BOOLEAN,
    ParameterType.LIST: Type.LIST,
    ParameterType.JSON: Type.MAP,
}


def plugin_of(registry: Registry, type_name: str, files: Mapping[str, str]) -> type[Resource]:
    """The class that serves a type in a stack that has these files.

    :raises EntityNotFound: when there is no such type
    :raises StackValidationFailed: when its template isn't among the files, or isn't one
    """
    if not is_template(type_name):
        return registry.get(type_name)
    content = files.get(type_name)
    if content is not None:
        return provider_class(type_name, content)
    of_operator = registry.get(type_name)
    if of_operator is TemplateResource:
        raise exception.StackValidationFailed(
            message=f'The template "{type_name}" is not among the files that were sent'
        )
    return of_operator


def is_nested_type(registry: Registry, type_name: str) -> bool:
    """Whether a resource of this type is a nested stack: a template's, or of a class that is one."""
    if is_template(type_name):
        return True
    try:
        return issubclass(registry.get(type_name), StackResource)
    except exception.EntityNotFound:
        return False


@functools.lru_cache(CLASSES_KEPT)
def provider_class(type_name: str, content: str) -> type[TemplateResource]:
    """The class of a file.

    :raises StackValidationFailed: when the text isn't a template
    """
    try:
        schemata, outputs, said = language.interface(language.load(content, LARGEST_FILE))
    except exception.HeatliteError as error:
        raise exception.StackValidationFailed(error=type_name, message=error) from None
    schemas: dict[str, Any] = {
        "__doc__": said or f"The resource that {type_name} makes.",
        "content": content,
        "properties_schema": {name: as_property(schema) for name, schema in schemata.items()},
        "attributes_schema": {name: Attribute(description) for name, description in outputs.items()},
    }
    return type("TemplateResource", (TemplateResource,), schemas)


def provider_classes(templates: Mapping[str, str]) -> dict[str, type[Resource]]:
    """Return the classes of an operator's templates, by the URL that his registry maps a type to."""
    return {url: provider_class(url, text) for url, text in templates.items()}


def as_property(schema: ParameterSchema) -> Property:
    """A parameter as a property. What values it takes is for the parameter to say, when the template is bound."""
    kind, required = KINDS[schema.type], not schema.has_default
    return Property(kind, schema.description, required=required, update_allowed=True)


def check_facade(provider: type[Resource], facade: type[Resource], type_name: str) -> None:
    """Check that a template that stands in for a type takes and gives what the type does.

    :raises StackValidationFailed: with what is missing or differs, in Heat's words
    """
    offered = provider.properties_schema
    for name, wanted in facade.properties_schema.items():
        if name not in offered and wanted.required:
            raise differs(f"Required property {name} for facade {type_name} missing in provider")
        if name in offered and offered[name].type is not as_parameter_type(wanted.type):
            ours, theirs = wanted.type, offered[name].type
            raise differs(f"Property {name} type mismatch between facade {type_name} ({ours}) and provider ({theirs})")
    for name in facade.attributes_schema:
        if not provider.has_attribute(name):
            raise differs(f"Attribute {name} for facade {type_name} missing in provider")


def as_parameter_type(kind: Type) -> Type:
    """The type that a parameter has that stands in for a property: there are no integers among them."""
    return {Type.INTEGER: Type.NUMBER, Type.ANY: Type.MAP}.get(kind, kind)


def differs(message: str) -> exception.StackValidationFailed:
    """The error, to be raised by the caller."""
    return exception.StackValidationFailed(message=message)
