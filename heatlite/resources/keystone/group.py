"""OS::Keystone::Group: users who have something in common, such as their roles."""

from __future__ import annotations

from heatlite.resources.keystone.entity import Entity, Value
from heatlite.resources.keystone.memberships import ROLES, ROLES_PROPERTY, are_grants, check_roles, give_roles
from heatlite.resources.keystone.schemas import domain, supported, text


class Group(Entity):
    """Groups are sets of users. A group's name is unique in its domain."""

    kind = "group"
    support_status = supported("2015.1")
    properties_schema = {
        "name": text("The name of the group."),
        "domain": domain(),
        "description": text("The description of the group.", default=""),
        ROLES: ROLES_PROPERTY,
    }
    adoptable_data = {ROLES: are_grants}
    values = {
        "name": Value("name"),
        "domain": Value("domain_id", names="domain"),
        "description": Value("description"),
    }

    def validate(self) -> None:
        """Check that each role is for a project or for a domain."""
        check_roles(self)

    def settle(self) -> bool:
        """Give the group its roles, and remove those that the resource gave before."""
        return give_roles(self, "group", str(self.resource_id))
