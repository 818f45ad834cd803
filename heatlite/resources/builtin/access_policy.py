"""OS::Heat::AccessPolicy: the resources of its stack that a CloudFormation user may read. It makes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.resources.base import Resource
from heatlite.resources.schema import Property, SupportStatus, Type

ALLOWED = "AllowedResources"


class AccessPolicy(Resource):
    """A list of resource names. They aren't checked against the template: an unknown name allows nothing."""

    support_status = SupportStatus(version="2014.1")
    immediate = True
    properties_schema = {ALLOWED: Property(Type.LIST, "The names of the resources.", required=True)}

    def handle_create(self) -> None:
        """Record the name as the physical id: nothing physical exists."""
        self.resource_id_set(self.physical_resource_name())

    def reference(self) -> str:
        """Return the name in the template, by which an AWS::IAM::User finds its policies."""
        return self.name

    @classmethod
    def allows(cls, properties: Mapping[str, Any], resource_name: str) -> bool:
        """Tell whether a policy with these properties lets a user read a resource."""
        return resource_name in (properties.get(ALLOWED) or [])
