"""Handles of wait conditions: a server, or another sender, signals its handle when it is ready.

The handle's metadata stores the signals::

    resource_signal(handle, {"status": "SUCCESS", "id": "web-1", "data": "10.0.0.1"})
      ─▶ metadata {"web-1": {"status": "SUCCESS", "reason": "Signal 1 received", "data": "10.0.0.1"}}

A signal with the id of an earlier one replaces it; a signal without an id counts as a new one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from heatlite.resources.base import Resource
from heatlite.resources.builtin.mailbox import TEMP_URL_SIGNAL, ZAQAR_SIGNAL, Mailbox
from heatlite.resources.cloud import Cloud
from heatlite.resources.schema import Attribute, CacheMode, Property, SupportStatus, Type
from heatlite.resources.siblings import Sibling
from heatlite.schema.constraints import AllowedValues

SUCCESS, FAILURE = "SUCCESS", "FAILURE"
TRANSPORT, NO_SIGNAL, TOKEN_SIGNAL = "signal_transport", "NO_SIGNAL", "TOKEN_SIGNAL"
TRANSPORTS = ("CFN_SIGNAL", TEMP_URL_SIGNAL, "HEAT_SIGNAL", NO_SIGNAL, ZAQAR_SIGNAL, TOKEN_SIGNAL)
TOKEN, ENDPOINT, CURL_CLI, SIGNAL = "token", "endpoint", "curl_cli", "signal"


@dataclass(frozen=True)
class Words:
    """The names of the parts of a signal."""

    status: str
    reason: str
    data: str
    id: str


@dataclass(frozen=True)
class Received:
    """The signals that a handle has received, with its own names of parts."""

    words: Words
    signals: Mapping[str, Mapping[str, Any]]
    needs_none: bool = False

    def reasons(self, *, failed: bool) -> list[str]:
        """Return the reasons of the failures, or of the successes."""
        every = self.signals.values()
        return [str(it[self.words.reason]) for it in every if (it[self.words.status] != SUCCESS) == failed]

    def data(self) -> dict[str, Any]:
        """Return the data of each signal by its id."""
        return {name: signal[self.words.data] for name, signal in self.signals.items()}


class Handle(Resource):
    """The base of all handles."""

    words: ClassVar[Words]
    immediate = True
    keeps_metadata = True

    @classmethod
    def received(cls, sibling: Sibling) -> Received:
        """Return the signals in the metadata of a handle of this type; skip entries that aren't signals."""
        there = {
            name: signal
            for name, signal in sibling.metadata.items()
            if isinstance(signal, Mapping) and {cls.words.status, cls.words.reason, cls.words.data} <= set(signal)
        }
        return Received(cls.words, there, cls.needs_no_signal(sibling.properties))

    @classmethod
    def needs_no_signal(cls, properties: Mapping[str, Any]) -> bool:
        """Tell whether conditions for this handle complete without signals."""
        return False

    @classmethod
    def mailbox(cls, sibling: Sibling, cloud: Cloud, stack_id: str) -> Mailbox | None:
        """Return the place at another service where signals to this handle arrive; None if there is none."""
        return None

    @classmethod
    def completed(cls, details: Mapping[str, Any], number: int) -> dict[str, Any]:
        """Return a signal with defaults for missing parts.

        :param number: what the signal counts as, if it has no id
        """
        return dict(details)

    @classmethod
    def checked(cls, given: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Return a signal's id and its other parts.

        :raises ValueError: if it isn't a signal
        """
        if set(given) != {cls.words.status, cls.words.reason, cls.words.data, cls.words.id}:
            raise ValueError("Metadata format invalid")
        if given[cls.words.status] not in (SUCCESS, FAILURE):
            raise ValueError("Metadata format invalid")
        return str(given[cls.words.id]), {name: it for name, it in given.items() if name != cls.words.id}

    def handle_create(self) -> None:
        """Record the resource's uuid as the physical id, which conditions refer to: nothing physical exists."""
        self.resource_id_set(self.uuid)

    def handle_update(self, prop_diff: Mapping[str, Any]) -> None:
        """Accept any change; the signals stay."""

    def handle_signal(self, details: Any) -> str | None:
        """Store a signal in the metadata.

        :raises ValueError: if it isn't a signal
        """
        details = self.given_signal(details)
        if not isinstance(details, Mapping):
            raise ValueError("Metadata format invalid")
        name, given = self.checked(self.completed(details, len(self.metadata) + 1))
        self.metadata_set({**self.metadata, name: given})
        return f"status:{given[self.words.status]} reason:{given[self.words.reason]}"

    def given_signal(self, details: Any) -> Any:
        """Return what a signal without details means."""
        return details


class WaitConditionHandle(Handle):
    """OS::Heat::WaitConditionHandle: any part of a signal may be missing, which makes it a success.

    A signal from outside needs a token and an endpoint, which come from the identity service. Without one, ``token``,
    ``endpoint``, ``curl_cli`` and, except for NO_SIGNAL, ``signal`` are None; ``resource_signal`` always works.
    """

    words = Words("status", "reason", "data", "id")
    support_status = SupportStatus(version="2014.2")
    properties_schema = {
        TRANSPORT: Property(
            Type.STRING,
            "How the handle is signalled. With NO_SIGNAL its wait conditions complete at once.",
            default=TOKEN_SIGNAL,
            constraints=(AllowedValues(TRANSPORTS),),
        ),
    }
    attributes_schema = {
        TOKEN: Attribute("A token for the signal, for TOKEN_SIGNAL.", Type.STRING, CacheMode.NONE),
        ENDPOINT: Attribute("The URL for the signal, for TOKEN_SIGNAL.", Type.STRING, CacheMode.NONE),
        CURL_CLI: Attribute(
            "A command for the signal, for TOKEN_SIGNAL; append the signal to it: "
            """--data-binary '{"status": "SUCCESS"}'.""",
            Type.STRING,
            CacheMode.NONE,
        ),
        SIGNAL: Attribute("The facts needed to signal, as JSON; they depend on the transport.", Type.STRING),
    }

    @classmethod
    def needs_no_signal(cls, properties: Mapping[str, Any]) -> bool:
        """Tell whether the transport is NO_SIGNAL."""
        return properties.get(TRANSPORT) == NO_SIGNAL

    @classmethod
    def completed(cls, details: Mapping[str, Any], number: int) -> dict[str, Any]:
        """Return a signal with defaults for missing parts."""
        defaults = {
            cls.words.status: SUCCESS,
            cls.words.reason: f"Signal {number} received",
            cls.words.data: None,
            cls.words.id: number,
        }
        return {**defaults, **details}

    def given_signal(self, details: Any) -> Any:
        """Return an empty map for a signal without details: it is a success."""
        return details or {}

    def resolve_attribute(self, name: str) -> Any:
        """Return the value of an attribute as far as it is known without an identity service."""
        if name == SIGNAL:
            return json.dumps({}) if self.needs_no_signal(self.properties) else None
        if name != CURL_CLI:
            return self.data.get(name)
        token, endpoint = self.data.get(TOKEN), self.data.get(ENDPOINT)
        return curl(token, endpoint) if token and endpoint else None


class CfnWaitConditionHandle(Handle):
    """AWS::CloudFormation::WaitConditionHandle: each part of a signal is required, under its CloudFormation name.

    In Heat ``Ref`` returns a signed URL. That needs an identity service: without one it returns the physical id.
    """

    words = Words("Status", "Reason", "Data", "UniqueId")
    support_status = SupportStatus(version="2014.1")

    def handle_signal(self, details: Any) -> str | None:
        """Store a signal as any handle does; ignore a signal without details."""
        return None if details is None else super().handle_signal(details)


class UpdateWaitConditionHandle(CfnWaitConditionHandle):
    """OS::Heat::UpdateWaitConditionHandle: each update makes a new handle, which needs all signals again."""

    update_when_unchanged = True

    def needs_replacement(self, before: Mapping[str, Any], after: Mapping[str, Any], changed: frozenset[str]) -> bool:
        """Return True: every update makes a new handle."""
        return True


def curl(token: str, endpoint: str) -> str:
    """Return the command that signals a handle, without the signal itself."""
    headers = (f"X-Auth-Token: {token}", "Content-Type: application/json", "Accept: application/json")
    return " ".join(["curl -i -X POST", *(f"-H '{header}'" for header in headers), endpoint])
