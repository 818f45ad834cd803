"""The cloud that a plugin under test finds: a keystone in memory, and the real clients of it."""

from __future__ import annotations

from heatlite.clients.cloud import ServicesOf
from heatlite.clients.domain import Domain
from heatlite.clients.login import Login
from heatlite.engine.clouds import StackCloud
from heatlite.resources.cloud import StackUser
from tests.memory_keystone import MemoryKeystone


class Users:
    """The stack's own users, all in one project."""

    def __init__(self, keystone: MemoryKeystone) -> None:
        self._domain = Domain(keystone.sessions())

    def make(self, name: str, password: str) -> StackUser:
        project_id = self._domain.project("stack")
        return StackUser(self._domain.user(name, password, project_id), project_id, "heat", "http://keys/v3")

    def delete(self, name: str) -> None:
        self._domain.delete_user_named(name)

    def enable(self, user_id: str, *, enabled: bool) -> None:
        self._domain.enable(user_id, enabled=enabled)

    def token(self, user: StackUser, password: str) -> str:
        return self._domain.token(user.user_id, password, user.project_id)


def cloud_of(keystone: MemoryKeystone) -> ServicesOf:
    """The services of this keystone, as ann."""
    login = Login(user_id="u-ann", password="hunter2", project_id="p-shop")
    return StackCloud(keystone.sessions(), lambda: login, Users(keystone))
