"""OS::Keystone::User: a user of a cloud, with groups and roles."""

from __future__ import annotations

from heatlite.resources.keystone.entity import Entity, Value
from heatlite.resources.keystone.memberships import (
    GROUPS,
    ROLES,
    ROLES_PROPERTY,
    are_grants,
    are_memberships,
    check_roles,
    give_roles,
    join_groups,
)
from heatlite.resources.keystone.schemas import domain, reference, supported, switch, text
from heatlite.resources.schema import Attribute, Property, Type
from heatlite.schema.constraints import Custom


class User(Entity):
    """Users are those who use a cloud. A user's name is unique in its domain."""

    kind = "user"
    support_status = supported("2015.1")
    properties_schema = {
        "name": text("The name of the user."),
        "domain": domain(),
        "description": text("The description of the user.", default=""),
        "enabled": switch("Whether the user is enabled."),
        "email": text("The email address."),
        "password": text("The password."),
        "default_project": reference("project", "The name or id of the default project."),
        GROUPS: Property(
            Type.LIST,
            "The groups of the user.",
            update_allowed=True,
            schema=Property(Type.STRING, "The name or id of a group.", constraints=(Custom("keystone.group"),)),
        ),
        ROLES: ROLES_PROPERTY,
    }
    adoptable_data = {ROLES: are_grants, GROUPS: are_memberships}
    attributes_schema = {
        "name": Attribute("The name of the user.", Type.STRING),
        "default_project_id": Attribute("The id of the default project.", Type.STRING),
        "domain_id": Attribute("The id of the domain.", Type.STRING),
        "enabled": Attribute("Whether the user is enabled.", Type.BOOLEAN),
        "password_expires_at": Attribute("The time at which the password expires.", Type.STRING),
    }
    values = {
        "name": Value("name"),
        "domain": Value("domain_id", names="domain"),
        "description": Value("description"),
        "enabled": Value("enabled"),
        "email": Value("email"),
        "password": Value("password"),
        "default_project": Value("default_project_id", names="project"),
    }

    def validate(self) -> None:
        """Check that each role is for a project or for a domain."""
        check_roles(self)

    def settle(self) -> bool:
        """Give the user the groups and roles, and remove those that the resource gave before."""
        in_groups = join_groups(self, str(self.resource_id), self.properties[GROUPS] or ())
        return give_roles(self, "user", str(self.resource_id)) and in_groups
