"""Own users: the user of a resource that is signalled from outside, if there is a domain for stack users.

::

    create ─▶ a user in the stack's project ─┬─ a password      to log in with, or to request a token at once
                                             └─ a key pair      to sign a URL: heat-api-cfn accepts it as a login
    delete ─▶ the user and the keys are deleted; the user is found by a name that contains the resource's

The access key is the resource's uuid. So if an engine dies and another one creates the keys again, there is one pair.
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Mapping
from typing import Any

from heatlite.exception import CloudError
from heatlite.resources.base import Resource
from heatlite.resources.builtin.characters import CLASSES, LETTERS_AND_DIGITS, random_string
from heatlite.resources.builtin.mailbox import (
    QUEUE,
    SWIFT_OBJECT,
    SWIFT_URL,
    TEMP_URL_SIGNAL,
    ZAQAR_SIGNAL,
    ObjectBox,
    QueueBox,
)
from heatlite.resources.cloud import USER_ID, StackUser
from heatlite.resources.openstack.swift.temp_url import temp_url
from heatlite.resources.signing import ACCESS_KEY, SECRET_KEY, Keys, resource_arn, signed_url
from heatlite.resources.tools import physical_name

PASSWORD = "password"
"""The key of the data for the password of the user that has a queue; Heat's key, too."""
PASSWORD_LENGTH = 32
UNAUTHORIZED = 401
LONGEST_USER_NAME = 64
"""Characters, the least limit of keystone's back ends."""
CFN_SIGNAL, HEAT_SIGNAL = "CFN_SIGNAL", "HEAT_SIGNAL"


class Signal(enum.Enum):
    """The purpose of a signed URL: its path in heat-api-cfn, and its method."""

    CONDITION = ("waitcondition", "PUT")
    ANY = ("signal", "POST")


class OwnUser(Resource):
    """A resource that may have a user. It does I/O."""

    immediate = False

    @property
    def user_name(self) -> str:
        """The user's name, made from the resource's, so that the user can be found again."""
        return physical_name(self.stack_name, self.name, self.uuid, LONGEST_USER_NAME)

    def make_own(self) -> None:
        """Create what a sender of signals needs. A creation calls it; types that create it later leave it empty."""

    def handle_adopt(self, resource_data: Mapping[str, Any] | None) -> None:
        """Adopt the resource with a new user of this stack: the old user belongs to the stack that abandoned it."""
        super().handle_adopt(resource_data)
        self.make_own()

    def make_user(self, password: str | None = None) -> tuple[StackUser, str]:
        """Create the user; return user and password. A second call returns the same user with a new password.

        :param password: the password, if the template gives one
        """
        password = password or self._secret()
        user = self.cloud.users.make(self.user_name, password)
        self.data_set(USER_ID, user.user_id)
        return user, password

    def delete_user(self) -> None:
        """Delete the user, if there is one."""
        self.cloud.users.delete(self.user_name)

    def enable_user(self, *, enabled: bool) -> None:
        """Enable or disable the user's signals, if there is a user."""
        if USER_ID in self.data:
            self.cloud.users.enable(self.data[USER_ID], enabled=enabled)

    def make_keys(self) -> bool:
        """Create a user with keys, if there are no keys yet; return False if no service accepts signed requests."""
        if Keys.of(self.data) is not None:
            return True
        if self.cloud.signal_url() is None:
            return False
        user, _ = self.make_user()
        keys = Keys(uuid.UUID(self.uuid).hex, self._secret())
        self.cloud.users.keypair(user, keys.access, keys.secret)
        self.data_set(ACCESS_KEY, keys.access)
        self.data_set(SECRET_KEY, keys.secret)
        return True

    def signed_url(self, signal: Signal, *, expires: bool = True) -> str | None:
        """Return a URL that signals this resource; None without keys, or if no service accepts it.

        :param expires: whether it expires after keystone's time limit (``[credential] auth_ttl``)
        """
        keys, base = Keys.of(self.data), self.cloud.signal_url()
        if keys is None or base is None:
            return None
        kind, method = signal.value
        arn = resource_arn(self.project_id, self.stack_name, self.stack_id, self.name)
        return signed_url(method, f"{base}/{kind}", arn, keys, made_at=self.now() if expires else None)

    def make_object_box(self, *, versions: bool) -> None:
        """Make an object in Swift to signal by, and record its URL.

        :param versions: each signal counts, not only the last one
        """
        box = self.object_box(versions=versions)
        box.make()
        self.data_set(SWIFT_URL, temp_url(self.cloud, self.random, box.place, "PUT"))
        self.data_set(SWIFT_OBJECT, box.name)

    def object_box(self, *, versions: bool) -> ObjectBox:
        """Return the object in Swift; it may not exist."""
        return ObjectBox(self.cloud, self.stack_id, self.physical_resource_name(), versions)

    def make_queue_box(self, user: StackUser, password: str) -> str:
        """Make a queue of the user's in Zaqar to signal by, and return its name."""
        box = self.queue_box(user, password)
        box.make()
        self.data_set(QUEUE, box.name)
        self.data_set(PASSWORD, password)
        return box.name

    def queue_box(self, user: StackUser, password: str) -> QueueBox:
        """Return the queue; it may not exist."""
        return QueueBox(self.cloud.as_user(user, password), self.user_name, self.uuid)

    def remove_box(self, transport: str | None) -> bool:
        """Remove the object or the queue of a transport, if it exists; return False if the next step has to go on."""
        if transport == TEMP_URL_SIGNAL and self.cloud.endpoint("object-store"):
            return self.object_box(versions=False).remove()
        if transport == ZAQAR_SIGNAL and self.cloud.endpoint("messaging"):
            return self._remove_queue()
        return True

    def _remove_queue(self) -> bool:
        """Delete the queue as its user; return False if the next step has to do it, with a new password.

        A new password voids the user's tokens, and Keystone counts in seconds: a token of the same second is void, too.
        """
        user, password = self.cloud.users.find(self.user_name), self.data.get(PASSWORD)
        if user is None:
            return True
        if password is not None:
            try:
                return self.queue_box(user, str(password)).remove()
            except CloudError as error:
                if error.kwargs["status"] != UNAUTHORIZED:
                    raise
        self.data_set(PASSWORD, self.make_user()[1])
        return False

    def api_url(self, project_id: str) -> str | None:
        """Return heat-api's URL for signals from a user of this project; None if the catalogue has no orchestration."""
        endpoint = self.cloud.endpoint("orchestration")
        if endpoint is None:
            return None
        base = endpoint.rstrip("/").removesuffix(f"/{self.project_id}")
        return f"{base}/{project_id}/stacks/{self.stack_name}/{self.stack_id}/resources/{self.name}/signal"

    def _secret(self) -> str:
        return random_string(self.random, PASSWORD_LENGTH, [(CLASSES[LETTERS_AND_DIGITS], 1)])


class SuspendableUser(OwnUser):
    """A resource whose user is disabled while it is suspended: nobody can signal it, or sign in as it, meanwhile."""

    def handle_suspend(self) -> None:
        """Disable the user."""
        self.enable_user(enabled=False)

    def handle_resume(self) -> None:
        """Enable the user again."""
        self.enable_user(enabled=True)
