"""The engine's ``heatlite.resources.cloud.StackUsers``: create keystone users for one stack's resources.

A tree of stacks has one project in the stack domain, that of its root. The engine records the intent before it creates
the project, so that the root's deletion looks for it.
"""

from __future__ import annotations

import logging

from heatlite.clients.domain import Domain
from heatlite.context import EngineContext
from heatlite.db import stack_projects
from heatlite.db.api import Database
from heatlite.db.records import StackRecord
from heatlite.db.retry import retried
from heatlite.engine.ports.nested_stacks import answered
from heatlite.resources.cloud import StackUser

LOG = logging.getLogger(__name__)

LONGEST_NAME = 64
"""Characters that a project's name in keystone may have."""


class UsersOf:
    """The users of one stack."""

    def __init__(self, database: Database, domain: Domain, stack: StackRecord) -> None:
        self._database = database
        self._domain = domain
        self._root_id = stack.root_id or stack.id
        self._own_project = stack.stack_user_project_id
        self.project_name = f"{stack.tenant}-{self._root_id}"[:LONGEST_NAME]

    def make(self, name: str, password: str) -> StackUser:
        """Create a user of this name; a second call returns the same user."""
        project_id = self._project()
        return self._user(self._domain.user(name, password, project_id), project_id)

    def find(self, name: str) -> StackUser | None:
        """Return the user of this name in the stack's project; None if there is none."""
        for project_id in self._projects():
            if user_id := self._domain.user_named(name, project_id):
                return self._user(user_id, project_id)
        return None

    def _user(self, user_id: str, project_id: str) -> StackUser:
        settings = self._domain.settings
        return StackUser(user_id, project_id, self._domain.id, settings.server_auth_url or settings.auth_url)

    def delete(self, name: str) -> None:
        """Delete the user of this name, if it exists."""
        self._domain.delete_user_named(name)

    def enable(self, user_id: str, *, enabled: bool) -> None:
        """Enable or disable a user. A user that isn't the stack's is left alone, with a warning."""
        if not any(self._domain.enable(user_id, each, enabled=enabled) for each in self._projects()):
            LOG.warning("User %s doesn't belong to stack %s, and is left as it is", user_id, self._root_id)

    def token(self, user: StackUser, password: str) -> str:
        """Return a token of a user."""
        return self._domain.token(user.user_id, password, user.project_id)

    def keypair(self, user: StackUser, access: str, secret: str) -> None:
        """Create a key by which a user's URLs are signed; a second call sets the new secret of the same key."""
        self._domain.keypair(user.user_id, user.project_id, access, secret)

    def delete_keypair(self, user: StackUser, access: str) -> None:
        """Delete a key of a user, if it exists."""
        self._domain.delete_keypair(user.user_id, access)

    def delete_all(self) -> None:
        """Delete the project with all its users, if it may exist."""
        if stack_projects.get(EngineContext(self._database), self._root_id) is not None:
            self._domain.delete_projects(self.project_name)

    def _projects(self) -> list[str]:
        """Return the projects that the stack's users may be in.

        A nested stack that was a root in Heat has a project of its own, with the users that Heat made.
        """
        of_root = stack_projects.get(EngineContext(self._database), self._root_id)
        return sorted({str(it) for it in (of_root, self._own_project) if it not in (None, stack_projects.INTENDED)})

    def _project(self) -> str:
        self._intend()
        project_id = self._domain.project(self.project_name)
        self._record(project_id)
        return project_id

    @answered
    @retried
    def _intend(self) -> None:
        stack_projects.intend(EngineContext(self._database), self._root_id)

    @answered
    @retried
    def _record(self, project_id: str) -> None:
        stack_projects.record(EngineContext(self._database), self._root_id, project_id)
