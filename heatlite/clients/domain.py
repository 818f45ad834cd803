"""Users that belong to a stack, for servers, alarms and handles, which call the API from outside.

They live in a separate domain, where one administrator may create them and nobody else logs in. Each stack has one
project there. Each resource that needs a user has one in this project, with a role that allows almost nothing::

    domain "heat" ─┬─ project <project>-<stack>  ─── role heat_stack_user ─── user <stack>-<resource>-<id>
                   └─ …

The names say which stack and resource a user belongs to. So a retry after a crash finds what exists, and creates
nothing twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from heatlite import exception
from heatlite.clients.failures import as_cloud_errors
from heatlite.clients.identity import Identity
from heatlite.clients.login import Login
from heatlite.clients.sessions import Sessions
from heatlite.clients.settings import Settings, StackDomain


class Domain:
    """Creates and deletes the projects and users of stacks.

    :raises ConfigurationError: in each method, when no domain is configured
    :raises CloudError: in each method, when keystone refuses or can't be reached
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    @property
    def settings(self) -> Settings:
        """The settings of the cloud's services."""
        return self._sessions.settings

    @property
    def id(self) -> str:
        """The domain's id."""
        admin = self._domain.admin
        if admin.domain_id is not None:
            return admin.domain_id
        session = self._sessions.of(admin)
        with as_cloud_errors():
            plugin: Any = session.auth
            return str(plugin.get_access(session).domain_id)

    def project(self, name: str) -> str:
        """Return the id of the project of this name. Create it if it doesn't exist."""
        return self._create_or_get("project", {"name": name, "description": "Heat stack user project"})

    def delete_projects(self, name: str) -> None:
        """Delete the project of this name and its users. They may be gone."""
        for project in self._identity.listed("project", name=name, domain_id=self.id):
            for user in self._users_in(project["id"]):
                self.delete_user(user)
            self._identity.delete("project", project["id"])

    def _users_in(self, project_id: str) -> list[str]:
        listed = self._identity.listed("role_assignment", **{"scope.project.id": project_id})
        return [it["user"]["id"] for it in listed if "user" in it]

    def user(self, name: str, password: str, project_id: str) -> str:
        """Return the id of the user of this name. Create the user if needed, with this password and the users' role."""
        values = {"name": name, "password": password, "default_project_id": project_id}
        user_id = self._create_or_get("user", values, renewed={"password": password, "enabled": True})
        role_id = self._identity.id_of("role", self._domain.role)
        self._identity.put(f"projects/{project_id}/users/{user_id}/roles/{role_id}")
        return user_id

    def delete_user(self, user_id: str) -> bool:
        """Delete a user. Return False when the user was gone."""
        return self._identity.delete("user", user_id)

    def delete_user_named(self, name: str) -> bool:
        """Delete the user of this name, whose id was lost in a crash. Return False when there is none."""
        users = self._identity.listed("user", name=name, domain_id=self.id)
        return sum(self.delete_user(user["id"]) for user in users) > 0

    def user_named(self, name: str, project_id: str) -> str | None:
        """Return the id of the user of this name in a project. Return None when there is none."""
        users = self._identity.listed("user", name=name, domain_id=self.id)
        return next((str(it["id"]) for it in users if it.get("default_project_id") == project_id), None)

    def enable(self, user_id: str, project_id: str, *, enabled: bool) -> bool:
        """Let a user of a project in the domain log in, or forbid it.

        The domain's administrator may change the users of every stack, and an id may come from an untrusted source. So
        the user is looked up first, and changed only if the user belongs to this project.

        :returns: False when the project has no such user; the user may be gone
        """
        user = self._identity.get("user", user_id) if isinstance(user_id, str) and user_id else None
        if user is None or user.get("default_project_id") != project_id or user.get("domain_id") != self.id:
            return False
        return self._identity.update("user", user_id, {"enabled": enabled}) is not None

    def token(self, user_id: str, password: str, project_id: str) -> str:
        """Return a token of a user's. It lasts for as long as keystone's configuration says."""
        with as_cloud_errors():
            login = Login(password=password, user_id=user_id, project_id=project_id)
            return str(self._sessions.of(login).get_token())

    def keypair(self, user_id: str, project_id: str, access: str, secret: str) -> None:
        """Let a user sign requests with this access key and secret, for as long as the user exists.

        A second call with the same key replaces its secret.
        """
        blob = json.dumps({"access": access, "secret": secret})
        values = {"type": "ec2", "blob": blob, "user_id": user_id, "project_id": project_id}
        try:
            self._identity.create("credential", values)
        except exception.CloudConflict:
            self._identity.update("credential", id_of_key(access), {"blob": blob})

    def delete_keypair(self, user_id: str, access: str) -> bool:
        """Delete a key of a user. Return False when the user has no such key."""
        found = self._identity.get("credential", id_of_key(access))
        return (
            found is not None and found.get("user_id") == user_id and self._identity.delete("credential", found["id"])
        )

    def _create_or_get(self, kind: str, values: Mapping[str, Any], renewed: Mapping[str, Any] | None = None) -> str:
        """Create a thing in the domain. If it exists, update it with ``renewed`` instead."""
        domain_id = self.id
        try:
            return str(self._identity.create(kind, {**values, "domain_id": domain_id})["id"])
        except exception.CloudConflict:
            [found] = self._identity.listed(kind, name=values["name"], domain_id=domain_id)
        if renewed:
            self._identity.update(kind, found["id"], renewed)
        return str(found["id"])

    @property
    def _domain(self) -> StackDomain:
        domain = self._sessions.settings.stack_domain
        if domain is None:
            raise exception.ConfigurationError(
                reason="stack_user_domain_id or stack_user_domain_name, stack_domain_admin and "
                "stack_domain_admin_password must be set, because the stack needs users in that domain"
            )
        return domain

    @property
    def _identity(self) -> Identity:
        return Identity(self._sessions.of(self._domain.admin), self._sessions.settings.auth_url)


def id_of_key(access: str) -> str:
    """Return keystone's id of the credential with an access key."""
    return hashlib.sha256(access.encode()).hexdigest()
