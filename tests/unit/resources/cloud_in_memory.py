"""The cloud that a plugin under test finds: a keystone in memory, and the real clients of it."""

from __future__ import annotations

import dataclasses

from heatlite.clients.cloud import ServicesOf
from heatlite.clients.domain import Domain
from heatlite.clients.login import Login
from heatlite.clients.settings import Settings
from heatlite.engine.ports.clouds import StackCloud
from heatlite.resources.cloud import StackUser
from tests.memory_keystone import SETTINGS, MemoryKeystone
from tests.reference import kinds
from tests.reference.standin import StandIn


class Users:
    """The stack's own users, all in one project."""

    def __init__(self, keystone: MemoryKeystone) -> None:
        self._domain = Domain(keystone.sessions())

    def make(self, name: str, password: str) -> StackUser:
        project_id = self._domain.project("stack")
        return StackUser(self._domain.user(name, password, project_id), project_id, "heat", "http://keys/v3")

    def find(self, name: str) -> StackUser | None:
        project_id = self._domain.project("stack")
        user_id = self._domain.user_named(name, project_id)
        return user_id and StackUser(user_id, project_id, "heat", "http://keys/v3")

    def delete(self, name: str) -> None:
        self._domain.delete_user_named(name)

    def enable(self, user_id: str, *, enabled: bool) -> None:
        self._domain.enable(user_id, self._domain.project("stack"), enabled=enabled)

    def keypair(self, user: StackUser, access: str, secret: str) -> None:
        self._domain.keypair(user.user_id, user.project_id, access, secret)

    def delete_keypair(self, user: StackUser, access: str) -> None:
        self._domain.delete_keypair(user.user_id, access)

    def token(self, user: StackUser, password: str) -> str:
        return self._domain.token(user.user_id, password, user.project_id)


SIGNED = dataclasses.replace(SETTINGS, waitcondition_url="http://cfn.invalid:8000/v1/waitcondition")
"""Where there is a heat-api-cfn."""


def beside_zaqar(keystone: MemoryKeystone) -> StandIn:
    """Put Zaqar beside this keystone."""
    zaqar = StandIn(kinds.QUEUE, kinds.MESSAGE)
    keystone.beside, keystone.catalog = zaqar, zaqar.catalog()
    return zaqar


def cloud_of(keystone: MemoryKeystone, settings: Settings = SETTINGS) -> ServicesOf:
    """The services of this keystone, as ann."""
    login = Login(user_id="u-ann", password="hunter2", project_id="p-shop")
    return StackCloud(keystone.sessions(settings), lambda: login, Users(keystone))
