"""OS::Heat::Value: an expression with a name; its attribute is the property's value, unchanged.

The type is checked but converts nothing, as in Heat: '080' is a valid number, and stays a text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.resources import properties
from heatlite.resources.base import Resource
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues

VALUE, TYPE = "value", "type"
TYPES = {
    "string": Type.STRING,
    "number": Type.NUMBER,
    "comma_delimited_list": Type.LIST,
    "json": Type.MAP,
    "boolean": Type.BOOLEAN,
}


class Value(Resource):
    """A value of any type, or of the type in ``type``."""

    support_status = SupportStatus(version="7.0.0")
    immediate = True
    properties_schema = {
        VALUE: Property(
            Type.ANY, 'The expression to generate the "value" attribute.', required=True, update_allowed=True
        ),
        TYPE: Property(
            Type.STRING,
            'The type of the "value" property.',
            constraints=(AllowedValues(tuple(TYPES)),),
            update_allowed=True,
        ),
    }
    attributes_schema = {VALUE: Attribute("The value, as it was written.")}

    @classmethod
    def checked_properties(
        cls, given: Mapping[str, Any], prefix: str = "", unknown: Any = properties.NOTHING
    ) -> dict[str, Any]:
        """Check the properties like any resource, and ``value`` against ``type``.

        :raises StackValidationFailed: if a property is wrong
        """
        plain = super().checked_properties(given, prefix, unknown)
        kind = plain[TYPE]
        if kind is not None and not properties.contains(kind, unknown):
            typed = Property(TYPES[kind])
            properties.checked(typed, plain[VALUE], properties.path_to(prefix, VALUE), unknown)
        return plain

    def handle_create(self) -> None:
        """Record the name as the physical id: nothing physical exists."""
        self.resource_id_set(self.physical_resource_name())

    def handle_update(self, prop_diff: Mapping[str, Any]) -> None:
        """Accept the new value: it is among the properties already."""

    def resolve_attribute(self, name: str) -> Any:
        """Return the current ``value``."""
        return self.properties[VALUE]
