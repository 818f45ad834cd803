"""OS::Heat::SwiftSignalHandle and SwiftSignal: wait conditions whose signals are objects in Swift.

::

    handle   container STACK-ID, with versions ◀── PUT of an object, by a signed URL that needs no token
                  │
    signal   each version of the object is a signal: JSON with status, reason, data and id, all of them optional

The handle is referred to by its URL. The URL is signed with the project's key for such URLs, which is made if there is
none. Requests of a creation may be repeated: they overwrite nothing, because the container keeps versions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from heatlite.resources.builtin.mailbox import ObjectBox
from heatlite.resources.builtin.wait_condition import (
    LONGEST_SECONDS,
    WaitConditionFailure,
    WaitConditionTimeout,
    pause_of_wait,
)
from heatlite.resources.builtin.wait_condition_handle import CURL_CLI, ENDPOINT, FAILURE, SUCCESS, TOKEN
from heatlite.resources.openstack.base import Body, CloudResource
from heatlite.resources.openstack.marks import ByContent
from heatlite.resources.openstack.swift.temp_url import temp_url
from heatlite.resources.schema import Attribute, CacheMode, Property, SupportStatus, Type
from heatlite.schema.constraints import Range

MADE = "made"
"""The key of a deletion's progress: whether there may be anything."""
HANDLE, TIMEOUT, COUNT = "handle", "timeout", "count"
STATUS, REASON, DATA, ID = "status", "reason", "data", "id"


class InContainer(CloudResource):
    """A resource whose objects are in the stack's container."""

    service, path, key, mark = "object_store", "", "object", ByContent()
    support_status = SupportStatus(version="2014.2")

    @property
    def container(self) -> str:
        """The path of the container, which the stack's handles share."""
        return f"/{self.stack_id}"

    def find(self) -> list[str]:
        """Return nothing: requests may be repeated, and a wait has no object of its own."""
        return []


class SwiftSignalHandle(InContainer):
    """A handle that is signalled by a signed URL of Swift's."""

    attributes_schema = {
        TOKEN: Attribute("Empty: the URL needs no token.", Type.STRING, CacheMode.NONE),
        ENDPOINT: Attribute("The URL to put signals to.", Type.STRING, CacheMode.NONE),
        CURL_CLI: Attribute(
            """A command for the signal; append the signal to it: --data-binary '{"status": "SUCCESS"}'.""",
            Type.STRING,
            CacheMode.NONE,
        ),
    }

    @property
    def box(self) -> ObjectBox:
        """The object with its versions."""
        return ObjectBox(self.cloud, self.stack_id, self.resource_id or self.physical_resource_name())

    def handle_create(self) -> Any:
        """Make the container and the first version, and sign the URL."""
        self.box.make()
        self.data_set(ENDPOINT, temp_url(self.cloud, self.random, self.box.place, "PUT"))
        self.resource_id_set(self.box.name)
        return {}

    def check_create_complete(self, progress: Any) -> bool:
        """Return True: there is nothing to wait for."""
        return True

    def handle_delete(self) -> Any:
        """Leave the deletion to the check, which deletes one version after another."""
        return {MADE: self.resource_id is not None or self.is_repeated}

    def check_delete_complete(self, progress: Any) -> bool:
        """Delete some versions, and at the end the container, unless other handles are in it."""
        return not progress[MADE] or self.box.remove()

    def look(self, thing_id: str) -> Body:
        """Read the newest version's headers."""
        headers, _ = self.api.answer("HEAD", f"{self.container}/{quote(thing_id, safe='')}")
        return dict(headers)

    def reference(self) -> str:
        """Return the URL."""
        return str(self.data.get(ENDPOINT) or super().reference())

    def resolve_attribute(self, name: str) -> Any:
        """Return an attribute; none needs a request."""
        url = self.data.get(ENDPOINT)
        return {TOKEN: "", ENDPOINT: url, CURL_CLI: f"curl -i -X PUT '{url}'"}[name]


class SwiftSignal(InContainer):
    """A wait for signals to a handle."""

    properties_schema = {
        HANDLE: Property(Type.STRING, "The get_resource value of the handle to wait for.", required=True),
        TIMEOUT: Property(
            Type.NUMBER, "Seconds to wait for the signals.", required=True, constraints=(Range(1, LONGEST_SECONDS),)
        ),
        COUNT: Property(Type.INTEGER, "The number of successes to wait for.", default=1, constraints=(Range(1, 1000),)),
    }
    attributes_schema = {DATA: Attribute("The data of each signal by its id, as JSON.", Type.STRING)}

    def handle_create(self) -> Any:
        """Begin to wait.

        :raises ValueError: if ``handle`` isn't the URL of a handle of this stack
        """
        self._object()
        self.resource_id_set(self.physical_resource_name())
        return {"until": self.now() + self.properties[TIMEOUT]}

    def _object(self) -> str:
        path = urlsplit(self.properties[HANDLE]).path
        parts = path.split("/")
        if len(parts) != 5 or parts[:2] != ["", "v1"] or not parts[4]:
            raise ValueError(f'"{path}" is not a valid SwiftSignalHandle.  The Swift TempURL path is invalid')
        if parts[3] != self.stack_id:
            raise ValueError(f'"{path}" is not a valid SwiftSignalHandle.  The container name is invalid')
        return unquote(parts[4])

    def check_create_complete(self, progress: Any) -> bool:
        """Tell whether enough signals have arrived.

        :raises WaitConditionFailure: if one of them is a failure
        :raises WaitConditionTimeout: if the time is over
        :raises ValueError: if an object is no signal
        """
        signals, wanted = self.signals(), self.properties[COUNT]
        for each in signals:
            if each[STATUS] not in (SUCCESS, FAILURE):
                raise ValueError(f"Unknown status: {each[STATUS]}")
        if failures := [str(it[REASON]) for it in signals if it[STATUS] == FAILURE]:
            raise WaitConditionFailure(";".join(failures))
        if len(signals) >= wanted:
            return True
        left = progress["until"] - self.now()
        if left <= 0:
            reasons = ";".join(str(it[REASON]) for it in signals)
            raise WaitConditionTimeout(f"{len(signals)} of {wanted} received{f' - {reasons}' if reasons else ''}")
        self.poll_in(pause_of_wait(self.properties[TIMEOUT], left))
        return False

    def signals(self) -> list[Body]:
        """Return the signals, the oldest first; a later one replaces an earlier one with the same id."""
        found: dict[Any, Body] = {}
        for number, content in enumerate(self._letters(), 1):
            name = content.get(ID, number)
            defaults = {DATA: None, ID: name, REASON: f"Signal {name} received", STATUS: SUCCESS}
            found.pop(name, None)
            found[name] = {**defaults, **content}
        return list(found.values())

    def _letters(self) -> list[Mapping[str, Any]]:
        return [*ObjectBox(self.cloud, self.stack_id, self._object()).letters().values()]

    def look(self, thing_id: str) -> Body:
        """Return nothing: the wait is over, and has no object of its own."""
        return {}

    def handle_delete(self) -> Any:
        """Delete nothing: the signals belong to the handle."""
        return None

    def check_delete_complete(self, progress: Any) -> bool:
        """Return True: there is nothing to delete."""
        return True

    def show(self) -> None:
        """Return nothing: there is no object of its own."""

    def resolve_attribute(self, name: str) -> Any:
        """Return the data of the signals."""
        signals = self.signals()
        return json.dumps({it[ID]: it[DATA] for it in signals} if signals else None)
