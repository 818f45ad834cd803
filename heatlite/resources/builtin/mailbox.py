"""Mailboxes: places at other services where a sender leaves signals for a resource. The engine fetches them.

::

    TEMP_URL_SIGNAL   PUT, by a URL that needs no login ──▶ an object in Swift, in the stack's container
    ZAQAR_SIGNAL      a message from the resource's own user ──▶ a queue, in the project of the stack's users

Whoever waits for a signal reads the mailbox at each look. A letter is read as often as the engine needs, and is removed
only with the mailbox, or when a new wait begins: so an engine that dies between reading and recording loses none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

from heatlite.exception import CloudConflict, CloudNotFound
from heatlite.resources.cloud import Api, Cloud

TEMP_URL_SIGNAL, ZAQAR_SIGNAL = "TEMP_URL_SIGNAL", "ZAQAR_SIGNAL"
SWIFT_URL, SWIFT_OBJECT, QUEUE = "swift_signal_url", "swift_signal_object_name", "zaqar_signal_queue_id"
"""Keys of a resource's data, as Heat has them."""
IN_PROGRESS = b"in progress"
"""The content of an object's first version, which is no signal."""
DELETIONS_A_STEP, MOST_BATCHES = 100, 20
MOST_IN_A_PAGE = 20


class Mailbox(Protocol):
    """A place for signals to one resource. Each method may be repeated after a crash."""

    def make(self) -> None:
        """Make the mailbox, if it doesn't exist."""

    def empty(self) -> None:
        """Remove the letters: a new wait begins."""

    def letters(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the letters by a key that stays the same, the oldest first.

        :raises ValueError: if one isn't a signal
        """

    def remove(self) -> bool:
        """Remove the mailbox, if it exists; return False if the next step has to go on."""


@dataclass(frozen=True)
class ObjectBox:
    """An object in Swift. With ``versions`` each of its versions is a signal; without, only the last one counts."""

    cloud: Cloud
    stack_id: str
    name: str
    versions: bool = True

    @property
    def container(self) -> str:
        """The path of the container, which all mailboxes of the stack share."""
        return f"/{self.stack_id}"

    @property
    def place(self) -> str:
        """The path of the object."""
        return f"{self.container}/{quote(self.name, safe='')}"

    @property
    def _api(self) -> Api:
        return self.cloud.api("object_store")

    def make(self) -> None:
        """Make the container, and the object with a content that is no signal. It may hide letters, and loses none."""
        self._api.answer("PUT", self.container, headers={"X-Versions-Location": self.stack_id} if self.versions else {})
        self._api.answer("PUT", self.place, data=IN_PROGRESS if self.versions else b"")

    def empty(self) -> None:
        """Remove the letters."""
        if self.versions:
            any(self._is_deleted() for _ in range(MOST_BATCHES))
        self.make()

    def letters(self) -> dict[str, dict[str, Any]]:
        """Return the signals. Their keys are the places in their order: Swift keeps earlier versions as they are."""
        contents = self._versions() if self.versions else [it for it in [self._content(self.place)] if it]
        return {str(number): parsed(it) for number, it in enumerate(contents, 1)}

    def _versions(self) -> list[bytes]:
        earlier = f"{len(self.name):03x}{self.name}/"  # how Swift names earlier versions
        try:
            there = self._api.get(self.container, params={"format": "json"}) or []
        except CloudNotFound:
            return []
        names = [it["name"] for it in there if it["name"] == self.name or it["name"].startswith(earlier)]
        found = [self._content(f"{self.container}/{quote(it)}") for it in sorted(names, key=self.name.__eq__)]
        return [it for it in found if it not in (None, IN_PROGRESS)]

    def _content(self, place: str) -> bytes | None:
        try:
            return self._api.answer("GET", place)[1]
        except CloudNotFound:
            return None

    def remove(self) -> bool:
        """Delete some versions, and at the end the container, unless other mailboxes are in it."""
        if not self._is_deleted():
            return False
        with suppress(CloudNotFound, CloudConflict):
            self._api.delete(self.container)
        return True

    def _is_deleted(self) -> bool:
        for _ in range(DELETIONS_A_STEP):
            try:
                self._api.delete(self.place)
            except CloudNotFound:
                return True
        return False


@dataclass(frozen=True)
class QueueBox:
    """A queue in Zaqar. ``cloud`` is that of the user whose project has the queue."""

    cloud: Cloud
    name: str
    client_id: str

    @property
    def _api(self) -> Api:
        return self.cloud.api("message")

    @property
    def _place(self) -> str:
        return f"/queues/{quote(self.name, safe='')}"

    @property
    def _sent(self) -> dict[str, Any]:
        return {"headers": {"Client-ID": self.client_id}}

    def make(self) -> None:
        """Make the queue."""
        self._api.put(self._place, {}, **self._sent)

    def empty(self) -> None:
        """Remove the messages."""
        self._api.post(f"{self._place}/purge", {"resource_types": ["messages"]}, **self._sent)

    def letters(self) -> dict[str, dict[str, Any]]:
        """Return the messages by their ids."""
        asked = {"echo": "true", "include_claimed": "true", "limit": MOST_IN_A_PAGE}
        found = self._api.listed(f"{self._place}/messages", "messages", params=asked, **self._sent)
        return {str(it["id"]): parsed(it["body"]) for it in found}

    def post(self, bodies: Iterable[Any], ttl: int) -> None:
        """Leave messages, each for so many seconds."""
        messages = [{"body": it, "ttl": ttl} for it in bodies]
        self._api.post(f"{self._place}/messages", {"messages": messages}, **self._sent)

    def remove(self) -> bool:
        """Delete the queue with its messages."""
        with suppress(CloudNotFound):
            self._api.delete(self._place, **self._sent)
        return True


def parsed(content: Any) -> dict[str, Any]:
    """Return the content of a signal; an empty one is an empty signal.

    :raises ValueError: if it isn't a map in JSON
    """
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
    try:
        found = json.loads(text or "{}") if isinstance(text, str) else text
    except ValueError:
        found = None
    if not isinstance(found, Mapping):
        raise ValueError(f"Failed to parse JSON data: {text!s:.255}")
    return dict(found)
