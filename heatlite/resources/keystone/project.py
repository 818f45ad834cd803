"""OS::Keystone::Project: the owner of all other resources of a cloud."""

from __future__ import annotations

from typing import Any

from heatlite.resources.keystone.entity import Entity, Value
from heatlite.resources.keystone.schemas import domain, reference, supported, switch, text
from heatlite.resources.schema import Attribute, Property, Type


class Project(Entity):
    """Projects own all other resources of a cloud. A project's name is unique in its domain."""

    kind = "project"
    support_status = supported("2015.1")
    properties_schema = {
        "name": text("The name of the project."),
        "domain": domain(),
        "description": text("The description of the project.", default=""),
        "enabled": switch("Whether the project is enabled."),
        "parent": reference("project", "The name or id of the parent project.", fixed=True),
        "tags": Property(Type.LIST, "The tags of the project.", default=[], update_allowed=True),
    }
    attributes_schema = {
        "name": Attribute("The name of the project.", Type.STRING),
        "parent_id": Attribute("The id of the parent project.", Type.STRING),
        "domain_id": Attribute("The id of the domain.", Type.STRING),
        "enabled": Attribute("Whether the project is enabled.", Type.BOOLEAN),
        "is_domain": Attribute("Whether the project is also a domain.", Type.BOOLEAN),
    }
    values = {
        "name": Value("name"),
        "domain": Value("domain_id", names="domain"),
        "description": Value("description"),
        "enabled": Value("enabled"),
        "parent": Value("parent_id", names="project"),
        "tags": Value("tags"),
    }

    def delete(self, thing_id: str) -> None:
        """Delete the project, and the default security groups that a network service, if any, created for it."""
        if self.cloud.endpoint("network") is not None:
            network: Any = self.cloud.client("network")
            for group in network.security_groups(project_id=thing_id, name="default"):
                network.delete_security_group(group, ignore_missing=True)
        super().delete(thing_id)
