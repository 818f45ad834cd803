"""OS::Heat::AccessPolicy: which resources of its stack a user of CloudFormation's API may look at. It makes nothing."""

from __future__ import annotations

from heatlite.resources.base import Resource
from heatlite.resources.schema import Property, SupportStatus, Type

ALLOWED = "AllowedResources"


class AccessPolicy(Resource):
    """A list of names. They are held against no template: a name that isn't there allows nothing."""

    support_status = SupportStatus(version="2014.1")
    immediate = True
    properties_schema = {ALLOWED: Property(Type.LIST, "The names of the resources.", required=True)}

    def handle_create(self) -> None:
        """Nothing physical exists; the name stands for it."""
        self.resource_id_set(self.physical_resource_name())

    @classmethod
    def allows(cls, properties: dict[str, list[str]], resource_name: str) -> bool:
        """Whether a policy with these properties lets a user look at a resource."""
        return resource_name in (properties.get(ALLOWED) or [])
