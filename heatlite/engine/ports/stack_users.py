"""Stack users: what ``heatlite.resources.cloud.StackUsers`` promises a plugin, for one stack.

A tree of stacks has one project in the domain, its root's. That it may exist is written before it is made, so that the
root's deletion knows to look for it.
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
"""Characters that keystone takes for a project's name."""


class UsersOf:
    """The users of one stack."""

    def __init__(self, database: Database, domain: Domain, stack: StackRecord) -> None:
        self._database = database
        self._domain = domain
        self._root_id = stack.root_id or stack.id
        self.project_name = f"{stack.tenant}-{self._root_id}"[:LONGEST_NAME]

    def make(self, name: str, password: str) -> StackUser:
        """A user of this name; made twice, it is the same one."""
        project_id = self._project()
        user_id = self._domain.user(name, password, project_id)
        settings = self._domain.settings
        return StackUser(user_id, project_id, self._domain.id, settings.server_auth_url or settings.auth_url)

    def delete(self, name: str) -> None:
        """Delete the user of this name; he may be gone."""
        self._domain.delete_user_named(name)

    def enable(self, user_id: str, *, enabled: bool) -> None:
        """Let a user log in, or no longer. One that isn't the stack's own is left as he is, and that is told."""
        project_id = stack_projects.get(EngineContext(self._database), self._root_id)
        is_there = project_id not in (None, stack_projects.INTENDED)
        if not (is_there and self._domain.enable(user_id, str(project_id), enabled=enabled)):
            LOG.warning("User %s isn't one of stack %s: he is left as he is", user_id, self._root_id)

    def token(self, user: StackUser, password: str) -> str:
        """A token of a user's."""
        return self._domain.token(user.user_id, password, user.project_id)

    def keypair(self, user: StackUser, access: str, secret: str) -> None:
        """Let a user sign URLs by this key; made twice, it is the same key with the new secret."""
        self._domain.keypair(user.user_id, user.project_id, access, secret)

    def delete_all(self) -> None:
        """Delete the project with all users in it, if it may be there."""
        if stack_projects.get(EngineContext(self._database), self._root_id) is not None:
            self._domain.delete_projects(self.project_name)

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
