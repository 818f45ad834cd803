"""What all types of AWS::EC2 have in common: tags, and properties that CloudFormation has and nothing comes of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from heatlite.resources import properties as checking
from heatlite.resources.openstack.base import CloudResource
from heatlite.resources.properties import path_to, property_error
from heatlite.resources.schema import Property, Type


class EC2(CloudResource):
    """A type by CloudFormation's words. ``not_implemented`` are properties that are refused, as in Heat."""

    not_implemented: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def checked_properties(
        cls, given: Mapping[str, Any], prefix: str = "", unknown: Any = checking.NOTHING
    ) -> dict[str, Any]:
        """As any type's, without what isn't implemented.

        :raises StackValidationFailed: where such a property is given
        """
        for name in cls.not_implemented:
            if name in given:
                raise property_error(path_to(prefix, name), f"Property {name} not implemented yet")
        return super().checked_properties(given, prefix, unknown)


def tags(*, immutable: bool = False) -> Property:
    """The property ``Tags``."""
    pair = {
        "Key": Property(Type.STRING, "Its key.", required=True),
        "Value": Property(Type.STRING, "Its value.", required=True),
    }
    return Property(Type.LIST, "Tags.", immutable=immutable, schema=Property(Type.MAP, "A tag.", schema=pair))
