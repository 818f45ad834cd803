"""Wait conditions: complete after enough signals to their handle, failed after a failure signal or the timeout.

::

    handle ◀── signals           condition ──▶ look at the handle's signals ─┬─ count of successes: complete
                                     ▲                                       ├─ one failure, or too late: FAILED
                                     └── later, or when a signal wakes it ◀──┘

No thread waits: each step looks at the signals and ends, and a signal starts the next step at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from heatlite.exception import CloudError
from heatlite.resources.base import Resource
from heatlite.resources.builtin.mailbox import Mailbox
from heatlite.resources.builtin.wait_condition_handle import CfnWaitConditionHandle, Handle, Received
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type
from heatlite.resources.siblings import Sibling
from heatlite.schema.constraints import Range

FETCHED = "fetched"
"""The key of a condition's data for signals from a mailbox: the letter's key → the signal."""
LONGEST_SECONDS = 43200
LONGEST_PAUSE_SECONDS = 15.0


class WaitConditionFailure(Exception):
    """A signal reported a failure; the text is its reason, or the reasons of several."""


class WaitConditionTimeout(Exception):
    """Too few signals arrived in time; the text says how many."""


class WaitCondition(Resource):
    """OS::Heat::WaitCondition."""

    handle_name, timeout_name, count_name = "handle", "timeout", "count"
    handle_type: type[Handle] = Handle
    follows_signals = True
    support_status = SupportStatus(version="2014.2")
    properties_schema = {
        "handle": Property(Type.STRING, "The get_resource value of the handle to wait for.", required=True),
        "timeout": Property(
            Type.NUMBER, "Seconds to wait for the signals.", required=True, constraints=(Range(1, LONGEST_SECONDS),)
        ),
        "count": Property(
            Type.INTEGER,
            "The number of successes to wait for.",
            default=1,
            constraints=(Range(min=1),),
            update_allowed=True,
        ),
    }
    attributes_schema = {
        "data": Attribute("The data of each signal by its id, as JSON.", Type.STRING),
    }

    def handle_create(self) -> dict[str, Any]:
        """Begin to wait.

        :raises ValueError: if ``handle`` isn't a handle
        """
        self.received(self.handle())
        self.resource_id_set(self.physical_resource_name())
        return self.wait()

    def check_create_complete(self, progress: dict[str, Any]) -> bool:
        """Tell whether enough signals have arrived.

        :raises WaitConditionFailure: if one of them is a failure
        :raises WaitConditionTimeout: if the time is over
        """
        handle = self.handle()
        self.fetch(handle)
        received, wanted = self.received(handle), self.properties[self.count_name]
        if failures := received.reasons(failed=True):
            raise WaitConditionFailure(";".join(failures))
        successes = received.reasons(failed=False)
        if len(successes) >= wanted or received.needs_none:
            return True
        left = progress["until"] - self.now()
        if left <= 0:
            reasons = f" - {';'.join(successes)}" if successes else ""
            raise WaitConditionTimeout(f"{len(successes)} of {wanted} received{reasons}")
        self.poll_in(pause_of_wait(self.properties[self.timeout_name], left))
        return False

    def handle_update(self, prop_diff: Mapping[str, Any]) -> dict[str, Any]:
        """Begin a new wait, for another count."""
        return self.wait()

    def check_update_complete(self, progress: dict[str, Any]) -> bool:
        """Tell whether enough signals have arrived."""
        return self.check_create_complete(progress)

    def handle_delete(self) -> None:
        """Clear the signals: a later condition for this handle waits for new ones."""
        reference = self.properties[self.handle_name]
        if self.siblings is None or reference is None:
            return
        self.siblings.clear_metadata(reference)
        sibling = self.siblings.by_reference(reference)
        if sibling is not None and (box := self._mailbox(sibling)):
            with suppress(CloudError):  # a suspended handle's user can't log in; the letters go with the handle
                box.empty()

    def resolve_attribute(self, name: str) -> str:
        """Return ``data``: the data of the present signals."""
        return json.dumps(self.received(self.handle()).data())

    def wait(self) -> dict[str, Any]:
        """Return the progress of a wait that begins now."""
        return {"until": self.now() + self.properties[self.timeout_name]}

    def received(self, handle: Sibling) -> Received:
        """Return the signals of the handle, with those that were fetched for it."""
        found = handle.plugin.received(handle)
        fetched = map(handle.plugin.checked, (self.data.get(FETCHED) or {}).values())
        return replace(found, signals={**found.signals, **dict(fetched)})

    def fetch(self, handle: Sibling) -> None:
        """Fetch the signals that a sender left for the handle at another service, and keep them.

        :raises ValueError: if one isn't a signal
        """
        box = self._mailbox(handle)
        letters = box.letters() if box else {}
        kept = dict(self.data.get(FETCHED) or {})
        for key, details in letters.items():
            if key not in kept:
                kept[key] = handle.plugin.completed(details, len(handle.metadata) + len(kept) + 1)
                handle.plugin.checked(kept[key])
        if kept:
            self.data_set(FETCHED, kept)

    def _mailbox(self, sibling: Sibling) -> Mailbox | None:
        is_handle = issubclass(sibling.plugin, Handle) and self._cloud is not None
        return sibling.plugin.mailbox(sibling, self.cloud, self.stack_id) if is_handle else None

    def handle(self) -> Sibling:
        """Return the handle.

        :raises ValueError: if ``handle`` isn't a handle
        """
        reference = self.properties[self.handle_name]
        sibling = self.siblings.by_reference(reference) if self.siblings is not None else None
        if sibling is None or not issubclass(sibling.plugin, self.handle_type):
            raise ValueError(f"{sibling.name if sibling else reference} is not a valid wait condition handle.")
        return sibling


def pause_of_wait(timeout: float, left: float) -> float:
    """Return the seconds until the next look: the longer the wait has taken, the longer, and not past its end.

    :param left: seconds until the end of the wait, which takes ``timeout``
    """
    return min(left, LONGEST_PAUSE_SECONDS, max(1.0, (timeout - left) / 4))


class CfnWaitCondition(WaitCondition):
    """AWS::CloudFormation::WaitCondition: the same, for CloudFormation handles only."""

    handle_name, timeout_name, count_name = "Handle", "Timeout", "Count"
    handle_type = CfnWaitConditionHandle
    support_status = SupportStatus(version="2014.1")
    properties_schema = {
        "Handle": WaitCondition.properties_schema["handle"],
        "Timeout": Property(
            Type.INTEGER, "Seconds to wait for the signals.", required=True, constraints=(Range(1, LONGEST_SECONDS),)
        ),
        "Count": WaitCondition.properties_schema["count"],
    }
    attributes_schema = {"Data": WaitCondition.attributes_schema["data"]}
