"""TemplateResource: a resource made from a template: ``type: web.yaml``, or a type name that is mapped to a file.

Its properties are the template's parameters; its attributes are the outputs::

    web.yaml    parameters: size   ──▶   property size          engine.nested.provider makes a subclass
                outputs: address   ──▶   attribute address      for each file, with the two schemas

This class itself serves a row whose template isn't available: such a resource can be read and deleted, but not created.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from heatlite.exception import NotFound
from heatlite.resources import properties
from heatlite.resources.nested.port import ERRORS
from heatlite.resources.properties import EMPTY, coerce
from heatlite.resources.schema import Type
from heatlite.resources.stack_resource import StackResource
from heatlite.schema.attribute_paths import INNER

STACK_ID = "OS::stack_id"
"""The output that a template uses to set the ``get_resource`` value of its resource."""


class TemplateResource(StackResource):
    """A resource that is a nested stack from a template's file."""

    content: str | None = None
    """The file's text; subclasses set it."""

    def __init__(self, instance: Any) -> None:
        super().__init__(instance)
        self.template_place = self.type_name
        self._outputs: dict[str, Any] | None = None

    @classmethod
    def checked_properties(
        cls, given: Mapping[str, Any], prefix: str = "", unknown: Any = properties.NOTHING
    ) -> dict[str, Any]:
        """Check only the names: the values are the template's parameters, and the parameters check them.

        A null that is given doesn't mean the template's default: it is the empty value, as for any property. A number,
        a boolean or a text is equal to any other spelling of the same value.
        """
        properties.refuse_unknown_names(cls.properties_schema, given, prefix)
        return {name: as_property(schema.type, name, given) for name, schema in cls.properties_schema.items()}

    @classmethod
    def has_attribute(cls, name: str) -> bool:
        """Accept an output, or an attribute of a resource in the stack: ``resource.NAME.attribute``."""
        return cls.content is None or name.startswith(INNER) or super().has_attribute(name)

    def child_template(self) -> str | None:
        """Return the file's text."""
        return self.content

    def child_parameters(self) -> Mapping[str, Any]:
        """Return the given properties; the rest have defaults in the template. A list becomes one text, as in Heat."""
        schema = self.properties_schema
        return {
            name: as_parameter(schema[name].type, value) for name, value in self.properties.items() if value is not None
        }

    def resolve_attribute(self, name: str) -> Any:
        """Return an output."""
        return self._all_outputs().get(name)

    def _all_outputs(self) -> dict[str, Any]:
        """Return all outputs, and the reasons why some have no value; they are read once for each step."""
        if self._outputs is None:
            self._outputs = self.nested.outputs(self.uuid)
        return self._outputs

    def resolve_attributes(self) -> dict[str, Any]:
        """Return the outputs, and the reasons why some have no value."""
        found = super().resolve_attributes()
        errors = self.resolve_attribute(ERRORS)
        return {**found, ERRORS: errors} if errors else found

    @classmethod
    def read_attribute(cls, name: str, recorded: Mapping[str, Any], key: str, path: Sequence[Any]) -> Any:
        """Return an output, or a part of it.

        :raises NotFound: if it has no value; the message says why
        """
        error = (recorded.get(ERRORS) or {}).get(key)
        if error is not None:
            raise NotFound(msg_fmt=f"Error in {name} output {key}: {error}")
        return super().read_attribute(name, recorded, key, path)

    def reference(self) -> Any:
        """Return the output ``OS::stack_id``, of any type and null too; without a value the stack's identity."""
        found = self._all_outputs() if self.resource_id is not None and STACK_ID in self.attributes_schema else {}
        is_known = STACK_ID in found and STACK_ID not in found.get(ERRORS, {})
        return found[STACK_ID] if is_known else self.identity()


def as_property(kind: Type, name: str, given: Mapping[str, Any]) -> Any:
    """Return the value of a property; None if it isn't given."""
    if name not in given:
        return None
    value = EMPTY[kind]() if given[name] is None else given[name]
    return value if kind in (Type.LIST, Type.MAP) else as_parameter(kind, value)


def as_parameter(kind: Type, value: Any) -> Any:
    """Return a property's value in the form of the nested template's parameter.

    A value of another type is returned unchanged: the check of the parameter reports it.
    """
    if kind is Type.LIST:
        return value if not isinstance(value, list) or holds_no_texts(value) else as_one_text(value)
    try:
        if kind is Type.MAP:
            return json.dumps(value) if isinstance(value, list) else value
        return coerce(kind, value)
    except (TypeError, ValueError):  # the value may also be one that isn't known yet
        return value


def as_one_text(value: list[Any]) -> str:
    """Return a list as one text with its items between commas; a map becomes ``.member.0.name=value``."""
    if value and isinstance(value[0], Mapping):
        return ",".join(f".member.{n}.{key}={item}" for n, each in enumerate(value) for key, item in each.items())
    return ",".join("" if item is None else item for item in value)


def holds_no_texts(value: list[Any]) -> bool:
    """Tell whether a list can't be one text: an item isn't known yet, or is neither a text nor a map."""
    kind = Mapping if value and isinstance(value[0], Mapping) else str | None
    return not all(isinstance(item, kind) for item in value)
