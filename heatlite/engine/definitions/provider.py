"""Turn a template file into a plugin class, from its parameters and outputs.

    parameters: {size: {type: number}}   ──▶   properties_schema  {"size": NUMBER, may be updated}
    outputs:    {address: …}             ──▶   attributes_schema  {"address"}

The class depends only on the file's text, and is built once for each text.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from typing import Any

import cachetools

from heatlite import exception
from heatlite import template as language
from heatlite.resources.base import Resource
from heatlite.resources.builtin.template_resource import TemplateResource
from heatlite.resources.registry import Registry
from heatlite.resources.schema import Attribute, Property, Type
from heatlite.resources.stack_resource import StackResource
from heatlite.schema.provider import is_template
from heatlite.template import ParameterSchema, ParameterType, Template

CLASSES_KEPT = 200
LARGE_ONES_KEPT = 10
BYTES_A_CLASS = 16 * 1024
"""So much text counts as one class more, but at least ``LARGE_ONES_KEPT`` classes are kept."""
LARGEST_FILE = 64 * 1024 * 1024
"""Bytes of one file. The files of a request have been limited before, all together."""

KINDS = {
    ParameterType.STRING: Type.STRING,
    ParameterType.NUMBER: Type.NUMBER,
    ParameterType.BOOLEAN: Type.BOOLEAN,
    ParameterType.LIST: Type.LIST,
    ParameterType.JSON: Type.MAP,
}


def plugin_of(registry: Registry, type_name: str, files: Mapping[str, str]) -> type[Resource]:
    """Return the plugin class of a type, in a stack that has these files.

    :raises EntityNotFound: when there is no such type
    :raises StackValidationFailed: when the type's template isn't among the files, or isn't well-formed
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
    """Tell whether a resource of this type is a nested stack: the type is a template, or its class a nested stack's."""
    if is_template(type_name):
        return True
    try:
        return issubclass(registry.get(type_name), StackResource)
    except exception.EntityNotFound:
        return False


def weight(plugin: type[TemplateResource]) -> int:
    """Return the weight of a class in the cache: its text is kept with it."""
    return min(1 + len(plugin.content or "") // BYTES_A_CLASS, CLASSES_KEPT // LARGE_ONES_KEPT)


@cachetools.cached(cachetools.LRUCache(CLASSES_KEPT, weight), lock=threading.Lock())
def provider_class(type_name: str, content: str) -> type[TemplateResource]:
    """Build the plugin class of a file.

    :raises StackValidationFailed: when the text isn't a template
    """
    try:
        schemata, outputs, description = language.interface(language.load(content, LARGEST_FILE))
    except exception.HeatliteError as error:
        raise exception.StackValidationFailed(error=type_name, message=error) from None
    schemas: dict[str, Any] = {
        "__doc__": description or f"The resource that {type_name} makes.",
        "content": content,
        "properties_schema": {name: as_property(schema) for name, schema in schemata.items()},
        "attributes_schema": {name: Attribute(description) for name, description in outputs.items()},
    }
    return type("TemplateResource", (TemplateResource,), schemas)


def provider_classes(templates: Mapping[str, str]) -> dict[str, type[Resource]]:
    """Return the plugin classes of the operator's templates, by the URL that the registry maps a type to."""
    return {url: provider_class(url, text) for url, text in templates.items()}


def as_property(schema: ParameterSchema) -> Property:
    """Turn a parameter into a property. The parameter's constraints are checked later, when the template is bound."""
    kind, required = KINDS[schema.type], not schema.has_default
    return Property(kind, schema.description, required=required, update_allowed=True)


def check_facade(provider: type[Resource], facade: type[Resource], type_name: str) -> None:
    """Check that a template that replaces a type has the properties and attributes of that type.

    :raises StackValidationFailed: when one is missing or differs, in Heat's words
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
    """Return the type of the parameter that replaces a property of this type: parameters have no integers."""
    return {Type.INTEGER: Type.NUMBER, Type.ANY: Type.MAP}.get(kind, kind)


def differs(message: str) -> exception.StackValidationFailed:
    """Build the error; the caller raises it."""
    return exception.StackValidationFailed(message=message)


def is_immediate(registry: Registry, type_name: str) -> bool:
    """Whether the plugin of a type does no I/O. A nested stack's does."""
    try:
        return not is_template(type_name) and registry.get(type_name).immediate
    except exception.HeatliteError:
        return False  # whoever claims it says what is wrong


def is_quick(registry: Registry, template: Template) -> bool:
    """Whether nothing in a template does I/O: then a batch gains nothing by being cut up for several engines."""
    return are_quick(registry, {it.type for it in template.resources.values()})


def are_quick(registry: Registry, types: Collection[str]) -> bool:
    """Whether no resource of these types does I/O."""
    return all(is_immediate(registry, it) for it in types)
