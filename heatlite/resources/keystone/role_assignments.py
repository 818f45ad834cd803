"""OS::Keystone::UserRoleAssignment and GroupRoleAssignment: roles for somebody whom the stack hasn't made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from heatlite.resources.base import Resource
from heatlite.resources.keystone.memberships import (
    ROLES,
    ROLES_PROPERTY,
    are_grants,
    check_roles,
    give_roles,
    take_back,
)
from heatlite.resources.keystone.schemas import reference, supported


class RoleAssignment(Resource):
    """What both have in common. Nothing has an id here, so the resource's own uuid stands for it."""

    replace_when_failed = False  # what replaced it would lose its roles when it goes
    kind: ClassVar[str]
    support_status = supported("5.0.0")
    adoptable_data = {ROLES: are_grants}

    def validate(self) -> None:
        """Each role is for a project or for a domain."""
        check_roles(self)

    def handle_create(self) -> None:
        """Nothing is made but what the check gives."""
        self.resource_id_set(self.uuid)

    def check_create_complete(self, progress: Any) -> bool:
        """Give the roles."""
        return self._give()

    def handle_update(self, prop_diff: Mapping[str, Any]) -> None:
        """Nothing is changed but what the check gives and takes."""

    def check_update_complete(self, progress: Any) -> bool:
        """Give those that are new, also to somebody new, and take the others back."""
        return self._give()

    def handle_delete(self) -> None:
        """Take back what was given; who had it may be gone."""
        take_back(self, ROLES)

    def _give(self) -> bool:
        return give_roles(self, self.kind, self.cloud.identity.id_of(self.kind, self.properties[self.kind]))


class UserRoleAssignment(RoleAssignment):
    """Roles that a user has in projects and domains."""

    kind = "user"
    properties_schema = {
        "user": reference("user", "Name or id of keystone user.", required=True),
        ROLES: ROLES_PROPERTY,
    }


class GroupRoleAssignment(RoleAssignment):
    """Roles that a group has in projects and domains."""

    kind = "group"
    properties_schema = {
        "group": reference("group", "Name or id of keystone group.", required=True),
        ROLES: ROLES_PROPERTY,
    }
