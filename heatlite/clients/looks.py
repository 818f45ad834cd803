"""Looks: those who wait for objects of one collection share a list of it, in place of a request for each.

::

    server 1 ─┐
    server 2 ─┼─▶ GET /servers/detail, when the last list is older than SHARED ──▶ each finds its own object in it
    server 3 ─┘

Few that wait are looked at one by one, and so are those in a collection that is much larger than what is waited for.

A list may be older than the question, and must not be older than what the asker did before. Within a process each
change is recorded with the ids that it names, and an object is never taken from a list that began before its last
change. Between processes, a resource is looked at again only after its ``poll_seconds``, which are more than SHARED.
A service may announce its own changes: then a list is read anew if it began before, and those who are announced
together share it at once.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import cachetools

SHARED = 0.8
"""Seconds for which a list is used."""
ENOUGH = 3
"""Objects that must be waited for in a collection, or each is looked at by itself."""
RECENT = 3.0
"""Seconds for which an object that was asked for is taken to be waited for."""
LARGEST = 10
"""Objects in a list for each that is waited for; a longer one costs more than it saves."""
UNFIT = 60.0
"""Seconds for which a collection that is too large isn't listed again."""
MOST_CHANGED = 10_000
ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
Body = dict[str, Any]


@dataclass
class Watched:
    """A collection: who waits for what in it, and what was listed last."""

    asked: dict[str, float] = field(default_factory=dict)
    """Id → when it was asked for."""
    unfit_until: float = 0.0
    begun: float = float("-inf")
    bodies: Mapping[str, Body] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Held by the one who lists."""


class SharedLooks:
    """The shared lists of one login. ``clock`` returns seconds that never decrease."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._watched: dict[Hashable, Watched] = {}
        self._told: frozenset[str] = frozenset()
        self._told_at = float("-inf")
        self._changed: cachetools.LRUCache[str, float] = cachetools.LRUCache(MOST_CHANGED)

    def look(self, place: Hashable, thing_id: str, list_all: Callable[[], Iterable[Body]]) -> Body | None:
        """Return an object as it is, or was a moment ago.

        :param place: the collection
        :param list_all: lists it; its errors are the caller's
        :return: None if the object has to be looked at by itself: few are waited for, or it isn't in the list
        """
        now = self._clock()
        with self._lock:
            watched = self._watched.setdefault(place, Watched())
            watched.asked = {it: at for it, at in watched.asked.items() if now - at < RECENT} | {thing_id: now}
            told = thing_id in self._told and now - self._told_at < RECENT
            share = max(len(watched.asked), len(self._told) if told else 0)
            if share < ENOUGH or now < watched.unfit_until:
                watched.bodies = {}  # the last ones to wait leave nothing in memory
                return None
        with watched.lock:
            if watched.begun < max(now - SHARED, self._told_at if told else float("-inf")):
                self._list(watched, list_all, share)
            begun, body = watched.begun, watched.bodies.get(thing_id)
        with self._lock:
            return None if self._changed.get(thing_id, float("-inf")) >= begun else body

    def _list(self, watched: Watched, list_all: Callable[[], Iterable[Body]], share: int) -> None:
        begun, bodies = self._clock(), {str(it["id"]): it for it in list_all()}
        with self._lock:
            watched.begun = begun
            watched.bodies = bodies
            if len(bodies) > LARGEST * max(len(watched.asked), share):
                watched.unfit_until = self._clock() + UNFIT

    def announced(self, ids: Collection[str]) -> None:
        """Record that the service said just now that these objects have changed, and that they are looked at next."""
        with self._lock:
            self._told, self._told_at = frozenset(ids), self._clock()
            for it in ids if self._watched else ():
                self._changed[it] = self._told_at

    def changed(self, path: str, body: Any) -> None:
        """Record that a request was sent which may have changed the objects that it names.

        As long as nobody has waited for anything there is no list, and the next one begins after this change.
        """
        if not self._watched:
            return
        ids = {*ID.findall(path), *ID.findall(json.dumps(body, default=str))}
        now = self._clock()
        with self._lock:
            for it in ids:
                self._changed[it] = now
