"""TemplateResource: a resource that is made of a template: ``type: web.yaml``, or a name that is mapped to such a file.

What it takes are the template's parameters, what it gives are the outputs::

    web.yaml    parameters: size   ──▶   property size          engine.nested.provider makes a subclass
                outputs: address   ──▶   attribute address      for each file, with the two schemas

This class by itself serves a row whose template isn't at hand: it may be deleted and read, and never made.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from heatlite.exception import NotFound
from heatlite.resources import properties
from heatlite.resources.coercion import EMPTY, coerce
from heatlite.resources.nested.port import ERRORS
from heatlite.resources.schema import Type
from heatlite.resources.stack_resource import StackResource
from heatlite.schema.attribute_paths import INNER

STACK_ID = "OS::stack_id"
"""The output by which a template says what ``get_resource`` gives for the resource that it stands in for."""


class TemplateResource(StackResource):
    """A resource that is the nested stack of a template's file."""

    content: str | None = None
    """The file's text; subclasses have it."""

    def __init__(self, instance: Any) -> None:
        super().__init__(instance)
        self.template_place = self.type_name
        self._outputs: dict[str, Any] | None = None

    @classmethod
    def checked_properties(
        cls, given: Mapping[str, Any], prefix: str = "", unknown: Any = properties.NOTHING
    ) -> dict[str, Any]:
        """Only the names are checked here: the values are the template's parameters, which know what they take.

        A null that is given isn't what the template has for a default: it is empty, as for any property. A number, a
        boolean or a text is the same however it is written.
        """
        properties.refuse_unknown_names(cls.properties_schema, given, prefix)
        return {name: as_property(schema.type, name, given) for name, schema in cls.properties_schema.items()}

    @classmethod
    def has_attribute(cls, name: str) -> bool:
        """An output, or an attribute of a resource in the stack: ``resource.NAME.attribute``."""
        return cls.content is None or name.startswith(INNER) or super().has_attribute(name)

    def child_template(self) -> str | None:
        """The file's text."""
        return self.content

    def child_parameters(self) -> Mapping[str, Any]:
        """The properties that are given; for the others the template has defaults. A list is one text, as in Heat."""
        schema = self.properties_schema
        return {
            name: as_parameter(schema[name].type, value) for name, value in self.properties.items() if value is not None
        }

    def resolve_attribute(self, name: str) -> Any:
        """An output."""
        if self._outputs is None:
            self._outputs = self.nested.outputs(self.uuid)
        return self._outputs.get(name)

    def resolve_attributes(self) -> dict[str, Any]:
        """The outputs, and why those have no value that have none."""
        found = super().resolve_attributes()
        errors = self.resolve_attribute(ERRORS)
        return {**found, ERRORS: errors} if errors else found

    @classmethod
    def read_attribute(cls, name: str, recorded: Mapping[str, Any], key: str, path: Sequence[Any]) -> Any:
        """An output, or what is inside it.

        :raises NotFound: where it has no value, saying why
        """
        error = (recorded.get(ERRORS) or {}).get(key)
        if error is not None:
            raise NotFound(msg_fmt=f"Error in {name} output {key}: {error}")
        return super().read_attribute(name, recorded, key, path)

    def reference(self) -> Any:
        """The output ``OS::stack_id``, of whatever type, where the template has it, else the nested stack's identity as
        Heat writes it."""
        has_output = self.resource_id is not None and STACK_ID in self.attributes_schema
        said = self.resolve_attribute(STACK_ID) if has_output else None
        return self.identity() if said is None else said


def as_property(kind: Type, name: str, given: Mapping[str, Any]) -> Any:
    """The value of a property; None where it isn't given."""
    if name not in given:
        return None
    value = EMPTY[kind]() if given[name] is None else given[name]
    return value if kind in (Type.LIST, Type.MAP) else as_parameter(kind, value)


def as_parameter(kind: Type, value: Any) -> Any:
    """A property's value as the nested template's parameter is given it.

    One that isn't of the type is left as it is: the parameter says what is wrong with it.
    """
    if kind is Type.LIST:
        return value if not isinstance(value, list) or holds_no_texts(value) else as_one_text(value)
    try:
        if kind is Type.MAP:
            return json.dumps(value) if isinstance(value, list) else value
        return coerce(kind, value)
    except (TypeError, ValueError):  # also of what isn't known yet
        return value


def as_one_text(value: list[Any]) -> str:
    """A list as a text, so that its items become what stands between commas; a map becomes ``.member.0.name=value``."""
    if value and isinstance(value[0], Mapping):
        return ",".join(f".member.{n}.{key}={item}" for n, each in enumerate(value) for key, item in each.items())
    return ",".join("" if item is None else item for item in value)


def holds_no_texts(value: list[Any]) -> bool:
    """Whether a list can't be one text: something in it isn't known yet, or is neither a text nor a map."""
    kind = Mapping if value and isinstance(value[0], Mapping) else str | None
    return not all(isinstance(item, kind) for item in value)
