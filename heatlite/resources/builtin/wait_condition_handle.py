"""Handles: what a server, or whoever else is waited for, signals when it is ready. The signals are its metadata.

::

    resource_signal(handle, {"status": "SUCCESS", "id": "web-1", "data": "10.0.0.1"})
      ─▶ metadata {"web-1": {"status": "SUCCESS", "reason": "Signal 1 received", "data": "10.0.0.1"}}

A signal with an id that was there before takes its place; without an id it counts as one more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from heatlite.resources.base import Resource, UpdateReplace
from heatlite.resources.schema import Attribute, CacheMode, Property, SupportStatus, Type
from heatlite.resources.siblings import Sibling
from heatlite.schema.constraints import AllowedValues

SUCCESS, FAILURE = "SUCCESS", "FAILURE"
TRANSPORT, NO_SIGNAL, TOKEN_SIGNAL = "signal_transport", "NO_SIGNAL", "TOKEN_SIGNAL"
TRANSPORTS = ("CFN_SIGNAL", "TEMP_URL_SIGNAL", "HEAT_SIGNAL", NO_SIGNAL, "ZAQAR_SIGNAL", TOKEN_SIGNAL)
TOKEN, ENDPOINT, CURL_CLI, SIGNAL = "token", "endpoint", "curl_cli", "signal"


@dataclass(frozen=True)
class Words:
    """What the parts of a signal are called."""

    status: str
    reason: str
    data: str
    id: str


@dataclass(frozen=True)
class Received:
    """The signals that a handle has received, in its own words."""

    words: Words
    signals: Mapping[str, Mapping[str, Any]]
    needs_none: bool = False

    def reasons(self, *, failed: bool) -> list[str]:
        """What the failures say, or the successes."""
        every = self.signals.values()
        return [str(it[self.words.reason]) for it in every if (it[self.words.status] != SUCCESS) == failed]

    def data(self) -> dict[str, Any]:
        """The data of each signal by its id."""
        return {name: signal[self.words.data] for name, signal in self.signals.items()}


class Handle(Resource):
    """What all handles have in common."""

    words: ClassVar[Words]
    immediate = True
    keeps_metadata = True

    @classmethod
    def received(cls, sibling: Sibling) -> Received:
        """What a handle of this type, seen by another resource, has received. What isn't a signal is left out."""
        there = {
            name: signal
            for name, signal in sibling.metadata.items()
            if isinstance(signal, Mapping) and {cls.words.status, cls.words.reason, cls.words.data} <= set(signal)
        }
        return Received(cls.words, there, cls.needs_no_signal(sibling.properties))

    @classmethod
    def needs_no_signal(cls, properties: Mapping[str, Any]) -> bool:
        """Whether whoever waits for this handle need not wait at all."""
        return False

    def handle_create(self) -> None:
        """Nothing physical exists; the resource's own uuid stands for it, and is what conditions refer to."""
        self.resource_id_set(self.uuid)

    def handle_update(self, prop_diff: Mapping[str, Any]) -> None:
        """Nothing to do; the signals stay."""

    def handle_signal(self, details: Any) -> str | None:
        """Keep a signal.

        :raises ValueError: where it isn't one
        """
        given = self.completed_signal(details)
        if set(given) != {self.words.status, self.words.reason, self.words.data, self.words.id}:
            raise ValueError("Metadata format invalid")
        if given[self.words.status] not in (SUCCESS, FAILURE):
            raise ValueError("Metadata format invalid")
        name = str(given.pop(self.words.id))
        self.metadata_set({**self.metadata, name: given})
        return f"status:{given[self.words.status]} reason:{given[self.words.reason]}"

    def completed_signal(self, details: Any) -> dict[str, Any]:
        """A signal with all of its parts. Raises ValueError where it isn't a map."""
        if not isinstance(details, Mapping):
            raise ValueError("Metadata format invalid")
        return dict(details)


class WaitConditionHandle(Handle):
    """OS::Heat::WaitConditionHandle: any part of a signal may be missing, which makes it a success.

    To signal it from outside takes a token and an endpoint, which come from the identity service. Without one
    ``token``, ``endpoint``, ``curl_cli`` and, but for NO_SIGNAL, ``signal`` are None; ``resource_signal`` always works.
    """

    words = Words("status", "reason", "data", "id")
    support_status = SupportStatus(version="2014.2")
    properties_schema = {
        TRANSPORT: Property(
            Type.STRING,
            "How the handle will be signalled. With NO_SIGNAL whoever waits for it goes on at once.",
            default=TOKEN_SIGNAL,
            constraints=(AllowedValues(TRANSPORTS),),
        ),
    }
    attributes_schema = {
        TOKEN: Attribute("A token to signal with, for TOKEN_SIGNAL.", Type.STRING, CacheMode.NONE),
        ENDPOINT: Attribute("The URL to signal, for TOKEN_SIGNAL.", Type.STRING, CacheMode.NONE),
        CURL_CLI: Attribute(
            "A command to signal with, for TOKEN_SIGNAL, to which the signal is added: "
            """--data-binary '{"status": "SUCCESS"}'.""",
            Type.STRING,
            CacheMode.NONE,
        ),
        SIGNAL: Attribute("All that it takes to signal, as JSON; what is in it depends on the transport.", Type.STRING),
    }

    @classmethod
    def needs_no_signal(cls, properties: Mapping[str, Any]) -> bool:
        """With the transport NO_SIGNAL."""
        return properties.get(TRANSPORT) == NO_SIGNAL

    def completed_signal(self, details: Any) -> dict[str, Any]:
        """Any part that is missing has a default; a text that isn't a map is refused."""
        number = len(self.metadata) + 1
        defaults = {
            self.words.status: SUCCESS,
            self.words.reason: f"Signal {number} received",
            self.words.data: None,
            self.words.id: number,
        }
        return {**defaults, **super().completed_signal(details or {})}

    def resolve_attribute(self, name: str) -> Any:
        """What can be said of an attribute without an identity service."""
        if name == SIGNAL:
            return json.dumps({}) if self.needs_no_signal(self.properties) else None
        if name != CURL_CLI:
            return self.data.get(name)
        token, endpoint = self.data.get(TOKEN), self.data.get(ENDPOINT)
        return curl(token, endpoint) if token and endpoint else None


class CfnWaitConditionHandle(Handle):
    """AWS::CloudFormation::WaitConditionHandle: every part of a signal must be there, under its CloudFormation name.

    The signed URL that ``Ref`` gives in Heat needs an identity service: here it gives the physical id.
    """

    words = Words("Status", "Reason", "Data", "UniqueId")
    support_status = SupportStatus(version="2014.1")

    def handle_signal(self, details: Any) -> str | None:
        """As for any handle; a signal without details is none."""
        return None if details is None else super().handle_signal(details)


class UpdateWaitConditionHandle(CfnWaitConditionHandle):
    """OS::Heat::UpdateWaitConditionHandle: each update makes a new one, for which all must be signalled again."""

    always_looks = True

    def handle_update(self, prop_diff: Mapping[str, Any]) -> None:
        """Make another.

        :raises UpdateReplace: always
        """
        raise UpdateReplace


def curl(token: str, endpoint: str) -> str:
    """The command that signals a handle, but for the signal itself."""
    headers = (f"X-Auth-Token: {token}", "Content-Type: application/json", "Accept: application/json")
    return " ".join(["curl -i -X POST", *(f"-H '{header}'" for header in headers), endpoint])
