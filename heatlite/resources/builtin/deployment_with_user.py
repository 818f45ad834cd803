"""Deployments for clouds where stacks have their own users: a server can log in, read its deployments, and signal.

::

    HEAT_SIGNAL: create ─▶ a user in the stack's project ─▶ the password among the inputs that the server reads
    CFN_SIGNAL:  create ─▶ such a user, with keys        ─▶ a URL signed with them, a new one for each deployment
                 delete ─▶ the deployment is deleted, and the user with it, found by name

They replace the plain types if a domain for stack users is configured.
"""

from __future__ import annotations

from typing import Any

from heatlite.resources.base import Resource
from heatlite.resources.builtin.own_user import CFN_SIGNAL, HEAT_SIGNAL, OwnUser, Signal
from heatlite.resources.builtin.software_deployment import TRANSPORT, Progress, SoftwareDeployment
from heatlite.resources.builtin.structured_deployment import StructuredDeployment
from heatlite.resources.cloud import USER_ID
from heatlite.resources.software.port import Config

SIGNAL_ID, SIGNAL_VERB, PROJECT_ID = "deploy_signal_id", "deploy_signal_verb", "deploy_project_id"


class WithUser(OwnUser, SoftwareDeployment):
    """The base of both types."""

    def begin(self, action: str, source: Config | None = None) -> Progress:
        """Begin the deployment; before the first one, create the user that the transport needs."""
        source = self.source() if source is None else source
        if self.applies(action, source):
            match self.properties[TRANSPORT]:
                case "HEAT_SIGNAL" if USER_ID not in self.data:
                    self.make_login()
                case "CFN_SIGNAL":
                    self.make_keys()
        return super().begin(action, source)

    def facts(self, action: str) -> dict[str, Any]:
        """Return the inputs with facts for the server; with CFN_SIGNAL also the URL that it posts its result to."""
        facts = super().facts(action)
        url = self.signed_url(Signal.ANY) if self.properties[TRANSPORT] == CFN_SIGNAL else None
        return {**facts, SIGNAL_ID: url, SIGNAL_VERB: "POST"} if url else facts

    def make_login(self) -> None:
        """Create a user, and keep the credentials that the server needs to log in as that user."""
        user, password = self.make_user()
        credentials = {
            "deploy_auth_url": user.auth_url,
            "deploy_username": self.user_name,
            "deploy_user_id": user.user_id,
            "deploy_password": password,
            PROJECT_ID: user.project_id,
        }
        for key, value in credentials.items():
            self.data_set(key, value)

    def check_delete_complete(self, progress: Progress) -> bool:
        """Tell whether the deployment is deleted; then delete the user, if there is one."""
        if not super().check_delete_complete(progress):
            return False
        if self.properties[TRANSPORT] in (None, HEAT_SIGNAL, CFN_SIGNAL):
            self.delete_user()
        return True


class DeploymentWithUser(WithUser):
    """OS::Heat::SoftwareDeployment."""


class StructuredDeploymentWithUser(WithUser, StructuredDeployment):
    """OS::Heat::StructuredDeployment."""


IN_PLACE_OF: dict[str, type[Resource]] = {
    "OS::Heat::SoftwareDeployment": DeploymentWithUser,
    "OS::Heat::StructuredDeployment": StructuredDeploymentWithUser,
}
"""Resource type → class that replaces the plain one."""
