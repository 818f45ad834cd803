"""OS::Keystone::User: a user of a cloud, with his groups and roles."""

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
    """Users are those who use a cloud. A user's name is unique in his domain."""

    kind = "user"
    support_status = supported("2015.1")
    properties_schema = {
        "name": text("Name of keystone user."),
        "domain": domain(),
        "description": text("Description of keystone user.", default=""),
        "enabled": switch("Keystone user is enabled or disabled."),
        "email": text("Email address of keystone user."),
        "password": text("Password of keystone user."),
        "default_project": reference("project", "Name or ID of default project of keystone user."),
        GROUPS: Property(
            Type.LIST,
            "Keystone user groups.",
            update_allowed=True,
            schema=Property(Type.STRING, "Keystone user group.", constraints=(Custom("keystone.group"),)),
        ),
        ROLES: ROLES_PROPERTY,
    }
    adoptable_data = {ROLES: are_grants, GROUPS: are_memberships}
    attributes_schema = {
        "name": Attribute("User name.", Type.STRING),
        "default_project_id": Attribute("Default project id for user.", Type.STRING),
        "domain_id": Attribute("Domain id for user.", Type.STRING),
        "enabled": Attribute("Flag of enable user.", Type.BOOLEAN),
        "password_expires_at": Attribute("Show user password expiration time.", Type.STRING),
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
        """Give the user his groups and roles, and remove those that the resource gave before."""
        in_groups = join_groups(self, str(self.resource_id), self.properties[GROUPS] or ())
        return give_roles(self, "user", str(self.resource_id)) and in_groups
