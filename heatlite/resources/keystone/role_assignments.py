"""OS::Keystone::UserRoleAssignment and GroupRoleAssignment: roles for a user or group outside the stack."""

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
    """The base of both types. Role assignments have no id, so the resource's uuid is the physical id."""

    replace_when_failed = False  # the deletion of the old resource would remove the roles of its replacement
    kind: ClassVar[str]
    support_status = supported("5.0.0")
    adoptable_data = {ROLES: are_grants}

    def validate(self) -> None:
        """Check that each role is for a project or for a domain."""
        check_roles(self)

    def handle_create(self) -> None:
        """Record the physical id; the check gives the roles."""
        self.resource_id_set(self.uuid)

    def check_create_complete(self, progress: Any) -> bool:
        """Give the roles."""
        return self._give()

    def handle_update(self, prop_diff: Mapping[str, Any]) -> None:
        """Change nothing: the check gives and removes roles."""

    def check_update_complete(self, progress: Any) -> bool:
        """Give the new roles, even to another user or group, and remove the others."""
        return self._give()

    def handle_delete(self) -> None:
        """Remove the roles that were given; their owner may be deleted."""
        take_back(self, ROLES)

    def _give(self) -> bool:
        return give_roles(self, self.kind, self.cloud.identity.id_of(self.kind, self.properties[self.kind]))


class UserRoleAssignment(RoleAssignment):
    """The roles of a user in projects and domains."""

    kind = "user"
    properties_schema = {
        "user": reference("user", "The name or id of the user.", required=True),
        ROLES: ROLES_PROPERTY,
    }


class GroupRoleAssignment(RoleAssignment):
    """The roles of a group in projects and domains."""

    kind = "group"
    properties_schema = {
        "group": reference("group", "The name or id of the group.", required=True),
        ROLES: ROLES_PROPERTY,
    }
