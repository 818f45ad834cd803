"""The base of all AWS:: types: tags, and CloudFormation properties that aren't implemented."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from heatlite.resources import properties as checking
from heatlite.resources.base import Resource
from heatlite.resources.openstack.base import CloudResource
from heatlite.resources.properties import path_to, property_error
from heatlite.resources.schema import Property, Type


class CloudFormationNames(Resource):
    """A type with CloudFormation's names. ``not_implemented`` are properties that are refused, as in Heat."""

    not_implemented: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def checked_properties(
        cls, given: Mapping[str, Any], prefix: str = "", unknown: Any = checking.NOTHING
    ) -> dict[str, Any]:
        """Check the properties like any type, and refuse those that aren't implemented.

        :raises StackValidationFailed: if such a property is given
        """
        for name in cls.not_implemented:
            if name in given:
                raise property_error(path_to(prefix, name), f"Property {name} not implemented yet")
        return super().checked_properties(given, prefix, unknown)


class EC2(CloudFormationNames, CloudResource):
    """A type of AWS::EC2 that is one object of a service."""


def tags(*, immutable: bool = False) -> Property:
    """Return the property ``Tags``."""
    pair = {
        "Key": Property(Type.STRING, "The tag's key.", required=True),
        "Value": Property(Type.STRING, "The tag's value.", required=True),
    }
    return Property(Type.LIST, "Tags.", immutable=immutable, schema=Property(Type.MAP, "A tag.", schema=pair))
