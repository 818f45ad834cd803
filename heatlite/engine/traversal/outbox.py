"""Outbox: results that arrive one by one are handled together.

Steps on threads end when they like. While the results of one traversal are being written, those that arrive meanwhile
gather, and are written together next: the busier the engine, the larger the batches.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from heatlite.db import outage

LOG = logging.getLogger(__name__)

Item = TypeVar("Item")


class Outbox(Generic[Item]):
    """Items by key; for each key at most one handler runs at a time.

    :param submit: runs a function soon, on another thread
    :param handle: is given a key and the items that have gathered for it, at most ``most`` items at once
    """

    def __init__(
        self, submit: Callable[[Callable[[], None]], object], handle: Callable[[str, Sequence[Item]], None], most: int
    ) -> None:
        self._submit = submit
        self._handle = handle
        self._most = most
        self._lock = threading.Lock()
        self._gathered: dict[str, deque[Item]] = {}

    def put(self, key: str, *items: Item) -> None:
        """Have items handled soon; those that are put together are handled together."""
        with self._lock:
            if key in self._gathered:
                self._gathered[key].extend(items)
                return
            self._gathered[key] = deque(items)
        self._submit(lambda: self._drain(key))

    def _drain(self, key: str) -> None:
        while items := self._take(key):
            try:
                self._handle(key, items)
            except Exception as error:  # what gathered meanwhile has nobody else to handle it
                outage.log_failure(LOG, error, "Handling %d results of %s failed", len(items), key)

    def _take(self, key: str) -> list[Item]:
        with self._lock:
            gathered = self._gathered[key]
            items = [gathered.popleft() for _ in range(min(self._most, len(gathered)))]
            if not items:
                del self._gathered[key]
            return items
