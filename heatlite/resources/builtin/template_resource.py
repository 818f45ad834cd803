"""TemplateResource: a resource that is made of a template: ``type: web.yaml``, or a name that is mapped to such a file.

What it takes are the template's parameters, what it gives are the outputs::

    web.yaml    parameters: size   ──▶   property size          engine.nested.provider makes a subclass
                outputs: address   ──▶   attribute address      for each file, with the two schemas

This class by itself serves a row whose template isn't at hand: it may be deleted and read, and never made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heatlite.exception import NotFound
from heatlite.resources import properties
from heatlite.resources.nested.port import ERRORS
from heatlite.resources.stack_resource import StackResource

STACK_ID = "OS::stack_id"
"""The output by which a template says what ``get_resource`` gives for the resource that it stands in for."""

INNER = "resource."


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
        """Only the names are checked here: the values are the template's parameters, which know what they take."""
        properties.refuse_unknown_names(cls.properties_schema, given, prefix)
        return {name: given.get(name) for name in cls.properties_schema}

    @classmethod
    def has_attribute(cls, name: str) -> bool:
        """An output, or an attribute of a resource in the stack: ``resource.NAME.attribute``."""
        return cls.content is None or name.startswith(INNER) or super().has_attribute(name)

    def child_template(self) -> str | None:
        """The file's text."""
        return self.content

    def child_parameters(self) -> Mapping[str, Any]:
        """The properties that are given; for the others the template has defaults."""
        return {name: value for name, value in self.properties.items() if value is not None}

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

    def reference(self) -> str:
        """The output ``OS::stack_id`` where the template has it, else the nested stack's identity as Heat writes it."""
        has_output = self.resource_id is not None and STACK_ID in self.attributes_schema
        said = self.resolve_attribute(STACK_ID) if has_output else None
        return self.identity() if said is None else str(said)
