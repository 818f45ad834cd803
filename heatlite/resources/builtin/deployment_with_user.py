"""Deployments for clouds where stacks have their own users: a server can log in, read its deployments, and signal.

::

    HEAT_SIGNAL:      create ─▶ a user in the stack's project ─▶ the password among the inputs that the server reads
    CFN_SIGNAL:       create ─▶ such a user, with keys        ─▶ a URL signed with them, a new one for each deployment
    TEMP_URL_SIGNAL:  create ─▶ an object in Swift            ─▶ a URL to put the result to; the engine reads the object
    ZAQAR_SIGNAL:     create ─▶ a user, and a queue of Zaqar's ─▶ both among the inputs; the engine reads the queue
                      delete ─▶ the deployment is deleted, and the object, queue and user with it, found by name

They replace the plain types if a domain for stack users is configured.
"""

from __future__ import annotations

from typing import Any

from heatlite.resources.base import Resource
from heatlite.resources.builtin.mailbox import SWIFT_URL, ZAQAR_SIGNAL, Mailbox
from heatlite.resources.builtin.own_user import CFN_SIGNAL, HEAT_SIGNAL, OwnUser, Signal
from heatlite.resources.builtin.software_deployment import SERVER, TRANSPORT, Progress, SoftwareDeployment
from heatlite.resources.builtin.structured_deployment import StructuredDeployment
from heatlite.resources.cloud import USER_ID, StackUser
from heatlite.resources.software.delivery import push
from heatlite.resources.software.port import Config

SIGNAL_ID, SIGNAL_VERB, PROJECT_ID = "deploy_signal_id", "deploy_signal_verb", "deploy_project_id"
AUTH_URL, USER, PASSWORD, QUEUE_ID = "deploy_auth_url", "deploy_user_id", "deploy_password", "deploy_queue_id"


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
                case "TEMP_URL_SIGNAL":
                    self.make_object_box(versions=False)  # an earlier result is overwritten
                case "ZAQAR_SIGNAL":
                    self._make_queue()
        return super().begin(action, source)

    def _make_queue(self) -> None:
        """Make the queue with its user; remove earlier results from it."""
        if PASSWORD not in self.data:
            self.make_login()
        box = self.mailbox()
        if box is not None:
            box.make()
            box.empty()
            self.data_set(QUEUE_ID, self.user_name)

    def mailbox(self) -> Mailbox | None:
        """Return the place at another service where the server leaves its result; None if the transport has none."""
        match self.properties[TRANSPORT]:
            case "TEMP_URL_SIGNAL":
                return self.object_box(versions=False)
            case "ZAQAR_SIGNAL" if PASSWORD in self.data:
                user = StackUser(self.data[USER], self.data[PROJECT_ID], "", self.data[AUTH_URL])
                return self.queue_box(user, self.data[PASSWORD])
        return None

    def push(self) -> None:
        """Send the server what is deployed to it, if its agent doesn't ask."""
        push(self.cloud, self.software.served(self.properties[SERVER]), self.uuid)

    def is_over(self, progress: Progress) -> bool:
        """Pass a result that the server left elsewhere to the deployment; then tell whether it is over."""
        box = self.mailbox() if progress is not None else None
        for details in box.letters().values() if box else ():
            self.software.signal(self.uuid, details)
        return super().is_over(progress)

    def facts(self, action: str) -> dict[str, Any]:
        """Return the inputs with facts for the server, among them the URL to send its result to, if there is one."""
        facts = super().facts(action)
        match self.properties[TRANSPORT]:
            case "CFN_SIGNAL":
                url, verb = self.signed_url(Signal.ANY), "POST"
            case "TEMP_URL_SIGNAL":
                url, verb = self.data.get(SWIFT_URL), "PUT"
            case _:
                return facts
        return {**facts, SIGNAL_ID: url, SIGNAL_VERB: verb} if url else facts

    def make_login(self) -> None:
        """Create a user, and keep the credentials that the server needs to log in as that user."""
        user, password = self.make_user()
        credentials = {
            AUTH_URL: user.auth_url,
            "deploy_username": self.user_name,
            USER: user.user_id,
            PASSWORD: password,
            PROJECT_ID: user.project_id,
        }
        for key, value in credentials.items():
            self.data_set(key, value)

    def check_delete_complete(self, progress: Progress) -> bool:
        """Tell whether the deployment is deleted; then remove what the transport needed, and the user."""
        transport = self.properties[TRANSPORT]
        if not super().check_delete_complete(progress) or not self.remove_box(transport):
            return False
        if transport in (None, HEAT_SIGNAL, CFN_SIGNAL, ZAQAR_SIGNAL):
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
