"""Wait condition handles for clouds where stacks have their own users: they can be signalled from outside.

::

    TOKEN_SIGNAL      the user's token, and the URL to post the signal to
    HEAT_SIGNAL       the user's password, to log in with and then to signal
    CFN_SIGNAL        a URL signed with the user's keys; CloudFormation handles have only this, and Ref returns it
    TEMP_URL_SIGNAL   a URL of Swift's to put signals to          ┐ a condition fetches the signals,
    ZAQAR_SIGNAL      the user's password, and a queue of Zaqar's ┘ because nobody tells the engine of them

They replace the plain types if a domain for stack users is configured, because they do I/O.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from heatlite.resources.base import Resource
from heatlite.resources.builtin.mailbox import (
    SWIFT_OBJECT,
    SWIFT_URL,
    TEMP_URL_SIGNAL,
    ZAQAR_SIGNAL,
    Mailbox,
    ObjectBox,
    QueueBox,
)
from heatlite.resources.builtin.own_user import CFN_SIGNAL, HEAT_SIGNAL, Signal, SuspendableUser
from heatlite.resources.builtin.wait_condition_handle import (
    ENDPOINT,
    SIGNAL,
    TOKEN,
    TOKEN_SIGNAL,
    TRANSPORT,
    CfnWaitConditionHandle,
    UpdateWaitConditionHandle,
    WaitConditionHandle,
)
from heatlite.resources.cloud import Cloud, StackUser
from heatlite.resources.schema import CacheMode
from heatlite.resources.siblings import Sibling
from heatlite.resources.signing import SIGNED_URL

WITH_USER = (TOKEN_SIGNAL, HEAT_SIGNAL, CFN_SIGNAL, ZAQAR_SIGNAL)


class Signed(SuspendableUser):
    """A handle whose URL is signed once, so that its attributes stay the same."""

    def make_url(self) -> None:
        """Create the user, the keys and the URL, if a service accepts signed signals."""
        if self.make_keys():
            self.data_set(SIGNED_URL, self.signed_url(Signal.CONDITION))


class HandleWithUser(Signed, WaitConditionHandle):
    """OS::Heat::WaitConditionHandle: any part of a signal may be missing, which makes it a success.

    It has a user of its own, whose token, password or signature is among its attributes: everyone who may read them may
    signal. With CFN_SIGNAL and without heat-api-cfn only ``resource_signal`` works.
    """

    attributes_schema = {  # none of them changes once it is made
        name: dataclasses.replace(attribute, cache_mode=CacheMode.LOCAL)
        for name, attribute in WaitConditionHandle.attributes_schema.items()
    }

    def handle_create(self) -> None:
        """Create what the transport needs."""
        super().handle_create()
        self.make_own()

    def make_own(self) -> None:
        """Create the user, and the credentials or URL to signal with."""
        match self.properties[TRANSPORT]:
            case "CFN_SIGNAL":
                self.make_url()
            case "TOKEN_SIGNAL":
                user, password = self.make_user()
                self.data_set(TOKEN, self.cloud.users.token(user, password))
                self.data_set(ENDPOINT, self.api_url(user.project_id))
            case "HEAT_SIGNAL":
                credentials = self._credentials(*self.make_user())
                self.data_set(SIGNAL, {**credentials, "alarm_url": self.api_url(credentials["project_id"])})
            case "TEMP_URL_SIGNAL":
                self.make_object_box(versions=True)
            case "ZAQAR_SIGNAL":
                user, password = self.make_user()
                queue = self.make_queue_box(user, password)
                self.data_set(SIGNAL, {**self._credentials(user, password), "queue_id": queue})

    @classmethod
    def mailbox(cls, sibling: Sibling, cloud: Cloud, stack_id: str) -> Mailbox | None:
        """Return the place of the signals, by what the creation recorded."""
        if name := sibling.data.get(SWIFT_OBJECT):
            return ObjectBox(cloud, stack_id, name)
        signal = sibling.data.get(SIGNAL) or {}
        if name := signal.get("queue_id"):
            user = StackUser(signal["user_id"], signal["project_id"], signal["domain_id"], signal["auth_url"])
            return QueueBox(cloud.as_user(user, signal["password"]), name, stack_id)
        return None

    def handle_delete(self) -> None:
        """Leave the deletion to the check."""

    def check_delete_complete(self, progress: Any) -> bool:
        """Remove the place of the signals, then the user."""
        transport = self.properties[TRANSPORT]
        if not self.remove_box(transport):
            return False
        if transport in (None, *WITH_USER):
            self.delete_user()
        return True

    def resolve_attribute(self, name: str) -> Any:
        """Return what a sender needs for the transport; None for an attribute of another transport."""
        if name == SIGNAL and self.properties[TRANSPORT] in (HEAT_SIGNAL, ZAQAR_SIGNAL):
            return json.dumps(self.data.get(SIGNAL))
        if name == SIGNAL and self.properties[TRANSPORT] == CFN_SIGNAL:
            return json.dumps({"alarm_url": self.data.get(SIGNED_URL)})
        if name == SIGNAL and self.properties[TRANSPORT] == TEMP_URL_SIGNAL:
            return json.dumps({"alarm_url": self.data.get(SWIFT_URL)})
        return super().resolve_attribute(name)

    def _credentials(self, user: StackUser, password: str) -> Mapping[str, Any]:
        return {
            "auth_url": user.auth_url,
            "username": self.user_name,
            "user_id": user.user_id,
            "password": password,
            "project_id": user.project_id,
            "domain_id": user.domain_id,
            "region_name": None,
        }


class CfnHandleWithUser(Signed, CfnWaitConditionHandle):
    """AWS::CloudFormation::WaitConditionHandle: ``Ref`` returns the URL to put a signal to."""

    def handle_create(self) -> None:
        """Create the URL."""
        super().handle_create()
        self.make_own()

    def make_own(self) -> None:
        """Create the user and the signed URL."""
        self.make_url()

    def handle_delete(self) -> None:
        """Delete the user, if there is one."""
        self.delete_user()

    def reference(self) -> str:
        """Return the URL; the physical id if there is no heat-api-cfn."""
        return self.data.get(SIGNED_URL) or super().reference()


class UpdateHandleWithUser(CfnHandleWithUser, UpdateWaitConditionHandle):
    """OS::Heat::UpdateWaitConditionHandle: each update makes a new handle, with another URL."""


IN_PLACE_OF: dict[str, type[Resource]] = {
    "OS::Heat::WaitConditionHandle": HandleWithUser,
    "AWS::CloudFormation::WaitConditionHandle": CfnHandleWithUser,
    "OS::Heat::UpdateWaitConditionHandle": UpdateHandleWithUser,
}
"""Resource type → class that replaces the plain one."""
