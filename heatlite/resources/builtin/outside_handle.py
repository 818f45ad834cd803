"""OS::Heat::WaitConditionHandle where stacks have users of their own: it can be signalled from outside.

::

    create ─▶ a user in the stack's project ─┬─ TOKEN_SIGNAL   his token, and the URL to post the signal to
                                             └─ HEAT_SIGNAL    his password, to log in by and signal when it is time
    delete ─▶ the user goes, found by his name, which tells whose he is

It takes the place of the plain type where a domain for such users is configured, since it does I/O and that doesn't.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from heatlite.resources.base import Resource
from heatlite.resources.builtin.characters import CLASSES, LETTERS_AND_DIGITS, random_string
from heatlite.resources.builtin.wait_condition_handle import (
    ENDPOINT,
    SIGNAL,
    TOKEN,
    TOKEN_SIGNAL,
    TRANSPORT,
    WaitConditionHandle,
)
from heatlite.resources.cloud import USER_ID, StackUser
from heatlite.resources.schema import CacheMode

HEAT_SIGNAL = "HEAT_SIGNAL"
WITH_USER = (TOKEN_SIGNAL, HEAT_SIGNAL)
PASSWORD_LENGTH = 32
LONGEST_USER_NAME = 64
"""Characters, as the strictest of keystone's back ends take them."""


class OutsideHandle(WaitConditionHandle):
    """OS::Heat::WaitConditionHandle: any part of a signal may be missing, which makes it a success.

    It has a user of its own to be signalled by, whose token or password is among its attributes: whoever may read them
    may signal. Signals by CFN_SIGNAL, TEMP_URL_SIGNAL and ZAQAR_SIGNAL need other services, and come by
    ``resource_signal`` only.
    """

    immediate = False
    attributes_schema = {  # none of which changes once it is made
        name: dataclasses.replace(attribute, cache_mode=CacheMode.LOCAL)
        for name, attribute in WaitConditionHandle.attributes_schema.items()
    }
    physical_resource_name_limit = LONGEST_USER_NAME

    def handle_create(self) -> None:
        """Make the user; made twice, it is the same one with a new password."""
        super().handle_create()
        if self.properties[TRANSPORT] not in WITH_USER:
            return
        password = random_string(self.random, PASSWORD_LENGTH, [(CLASSES[LETTERS_AND_DIGITS], 1)])
        user = self.cloud.users.make(self.physical_resource_name(), password)
        self.data_set(USER_ID, user.user_id)
        url = self._url(user)
        if self.properties[TRANSPORT] == TOKEN_SIGNAL:
            self.data_set(TOKEN, self.cloud.users.token(user, password))
            self.data_set(ENDPOINT, url)
        else:
            self.data_set(SIGNAL, self._credentials(user, password, url))

    def handle_delete(self) -> None:
        """Delete the user; he may be gone, or never have been."""
        if self.properties[TRANSPORT] in (None, *WITH_USER):
            self.cloud.users.delete(self.physical_resource_name())

    def handle_suspend(self) -> None:
        """Let nobody signal it."""
        self._enable(enabled=False)

    def handle_resume(self) -> None:
        """Let its user signal it again."""
        self._enable(enabled=True)

    def resolve_attribute(self, name: str) -> Any:
        """What it takes to signal, by the transport; None for another one's."""
        if name == SIGNAL and self.properties[TRANSPORT] == HEAT_SIGNAL:
            return json.dumps(self.data.get(SIGNAL))
        return super().resolve_attribute(name)

    def _enable(self, *, enabled: bool) -> None:
        if USER_ID in self.data:
            self.cloud.users.enable(self.data[USER_ID], enabled=enabled)

    def _url(self, user: StackUser) -> str | None:
        """Where to post a signal, as the user; None where the catalogue has no orchestration."""
        endpoint = self.cloud.endpoint("orchestration")
        if endpoint is None:
            return None
        base = endpoint.rstrip("/").removesuffix(f"/{self.project_id}")
        return f"{base}/{user.project_id}/stacks/{self.stack_name}/{self.stack_id}/resources/{self.name}/signal"

    def _credentials(self, user: StackUser, password: str, url: str | None) -> Mapping[str, Any]:
        return {
            "auth_url": user.auth_url,
            "username": self.physical_resource_name(),
            "user_id": user.user_id,
            "password": password,
            "project_id": user.project_id,
            "domain_id": user.domain_id,
            "region_name": None,
            "alarm_url": url,
        }


IN_PLACE_OF: dict[str, type[Resource]] = {"OS::Heat::WaitConditionHandle": OutsideHandle}
"""What serves these types where stacks have users of their own."""
