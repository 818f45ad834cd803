"""Own users: what a resource has that is signalled from outside, where there is a domain for stacks' users.

::

    create ─▶ a user in the stack's project ─┬─ a password        to log in by, or to have a token made at once
                                             └─ a pair of keys    to sign a URL by: heat-api-cfn takes it for a login
    delete ─▶ the user goes and his keys with him, found by his name, which tells whose he is

The access key is made of the resource's uuid, so that keys made twice, by an engine that died in between, are one pair.
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Mapping
from typing import Any

from heatlite.resources.base import Resource
from heatlite.resources.builtin.characters import CLASSES, LETTERS_AND_DIGITS, random_string
from heatlite.resources.cloud import USER_ID, StackUser
from heatlite.resources.naming import physical_name
from heatlite.resources.signing import ACCESS_KEY, SECRET_KEY, Keys, resource_arn, signed_url

PASSWORD_LENGTH = 32
LONGEST_USER_NAME = 64
"""Characters, as the strictest of keystone's back ends take them."""
CFN_SIGNAL, HEAT_SIGNAL = "CFN_SIGNAL", "HEAT_SIGNAL"


class Signal(enum.Enum):
    """What a signed URL is for: where heat-api-cfn takes it, and by which method."""

    CONDITION = ("waitcondition", "PUT")
    ANY = ("signal", "POST")


class OwnUser(Resource):
    """A resource that may have a user. It does I/O."""

    immediate = False

    @property
    def user_name(self) -> str:
        """By which the user is found again: it tells whose he is."""
        return physical_name(self.stack_name, self.name, self.uuid, LONGEST_USER_NAME)

    def make_own(self) -> None:
        """Make what it takes to be signalled, as a creation does; nothing where that is made later."""

    def handle_adopt(self, resource_data: Mapping[str, Any] | None) -> None:
        """Take it over with a user of this stack's own: the one that it had is of the stack that left it."""
        super().handle_adopt(resource_data)
        self.make_own()

    def make_user(self) -> tuple[StackUser, str]:
        """The user and his password. Made twice, he is the same one with a new password."""
        password = self._secret()
        user = self.cloud.users.make(self.user_name, password)
        self.data_set(USER_ID, user.user_id)
        return user, password

    def delete_user(self) -> None:
        """Delete the user; he may be gone, or never have been."""
        self.cloud.users.delete(self.user_name)

    def enable_user(self, *, enabled: bool) -> None:
        """Let the user signal, or no longer, if there is one."""
        if USER_ID in self.data:
            self.cloud.users.enable(self.data[USER_ID], enabled=enabled)

    def make_keys(self) -> bool:
        """Make a user with keys, unless there are some: False where signed requests could be sent to nobody."""
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
        """A URL that signals this resource; None without keys, or where nobody would take it.

        :param expires: whether it is good only for as long as keystone has it (``[credential] auth_ttl``)
        """
        keys, base = Keys.of(self.data), self.cloud.signal_url()
        if keys is None or base is None:
            return None
        kind, method = signal.value
        arn = resource_arn(self.project_id, self.stack_name, self.stack_id, self.name)
        return signed_url(method, f"{base}/{kind}", arn, keys, made_at=self.now() if expires else None)

    def api_url(self, project_id: str) -> str | None:
        """Where heat-api takes a signal from a user of this project; None where the catalogue has no orchestration."""
        endpoint = self.cloud.endpoint("orchestration")
        if endpoint is None:
            return None
        base = endpoint.rstrip("/").removesuffix(f"/{self.project_id}")
        return f"{base}/{project_id}/stacks/{self.stack_name}/{self.stack_id}/resources/{self.name}/signal"

    def _secret(self) -> str:
        return random_string(self.random, PASSWORD_LENGTH, [(CLASSES[LETTERS_AND_DIGITS], 1)])
