"""Deployments where stacks have users of their own: a server can log in, see what it is to do, and signal.

::

    HEAT_SIGNAL: create ─▶ a user in the stack's project ─▶ his password among the inputs that the server reads
                 delete ─▶ the deployment goes, and the user with it, found by his name

They take the place of the plain types where a domain for such users is configured.
"""

from __future__ import annotations

from typing import Any

from heatlite.resources.base import Resource
from heatlite.resources.builtin.characters import CLASSES, LETTERS_AND_DIGITS, random_string
from heatlite.resources.builtin.outside_handle import HEAT_SIGNAL, LONGEST_USER_NAME, PASSWORD_LENGTH
from heatlite.resources.builtin.software_deployment import TRANSPORT, Progress, SoftwareDeployment
from heatlite.resources.builtin.structured_deployment import StructuredDeployment
from heatlite.resources.cloud import USER_ID
from heatlite.resources.naming import physical_name
from heatlite.resources.software.port import Config


class WithUser(SoftwareDeployment):
    """What both types have in common."""

    @property
    def user_name(self) -> str:
        """By which the user is found again: it tells whose he is."""
        return physical_name(self.stack_name, self.name, self.uuid, LONGEST_USER_NAME)

    def begin(self, action: str, source: Config | None = None) -> Progress:
        """Have it applied; before the first time there has to be a user."""
        source = self.source() if source is None else source
        if self.properties[TRANSPORT] == HEAT_SIGNAL and USER_ID not in self.data and self.applies(action, source):
            self.make_user()
        return super().begin(action, source)

    def make_user(self) -> None:
        """Make the user; made twice, it is the same one with a new password."""
        password = random_string(self.random, PASSWORD_LENGTH, [(CLASSES[LETTERS_AND_DIGITS], 1)])
        user = self.cloud.users.make(self.user_name, password)
        told: dict[str, Any] = {
            USER_ID: user.user_id,
            "deploy_auth_url": user.auth_url,
            "deploy_username": self.user_name,
            "deploy_user_id": user.user_id,
            "deploy_password": password,
            "deploy_project_id": user.project_id,
        }
        for key, value in told.items():
            self.data_set(key, value)

    def check_delete_complete(self, progress: Progress) -> bool:
        """As of any deployment; then the user goes, who may be gone already, or never have been."""
        if not super().check_delete_complete(progress):
            return False
        if self.properties[TRANSPORT] in (None, HEAT_SIGNAL):
            self.cloud.users.delete(self.user_name)
        return True


class OutsideDeployment(WithUser):
    """OS::Heat::SoftwareDeployment."""


class OutsideStructuredDeployment(WithUser, StructuredDeployment):
    """OS::Heat::StructuredDeployment."""


IN_PLACE_OF: dict[str, type[Resource]] = {
    "OS::Heat::SoftwareDeployment": OutsideDeployment,
    "OS::Heat::StructuredDeployment": OutsideStructuredDeployment,
}
"""What serves these types where stacks have users of their own."""
