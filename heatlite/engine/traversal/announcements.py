"""Announcements: what the cloud's services have said of late, and which waits may rely on hearing of their end.

::

    heard ──┬─ somebody waits for the id ─▶ gathered ──▶ woken together: the first at once, the others each GATHERED s
            └─ nobody does ─▶ remembered for REMEMBERED s: a step that runs now may be about to wait for it

    a wait of a kind (type, action) that an announcement has ended before     polls every ``poll_interval`` s
    any other, and every wait while nothing can be heard                      polls as its plugin says

So a service that announces nothing costs nothing but the polls that it always cost. A wait that relied on an
announcement in vain ends at its next poll, and its kind isn't relied on again before one comes.
An announcement is a hint: a step looks at the service, and only what the service answers counts. A false one costs a
look; false ones that happen to come at the right moment can make a wait last for ``poll_interval`` seconds longer.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Hashable

import cachetools

from heatlite.db import outage
from heatlite.engine.common import executors
from heatlite.engine.common.counts import Count, Counts

LOG = logging.getLogger(__name__)

GATHERED = 1.0
"""Seconds for which announcements gather, after some have woken what waits, so that those who look share a list."""
REMEMBERED = 60.0
"""Seconds for which an id is remembered that nobody waits for yet."""
MOST_REMEMBERED = 10_000
"""Ids that are remembered: of more, the oldest are forgotten, and their waits end at a poll."""
MOST_KINDS = 10_000


class Announcements:
    """The announcements that one engine hears.

    :param poll_interval: seconds between two looks of a wait that relies on an announcement
    :param hears: tells whether announcements can reach this engine, as far as is known
    """

    def __init__(
        self,
        poll_interval: float,
        counts: Counts,
        hears: Callable[[], bool],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._poll_interval = poll_interval
        self._counts = counts
        self._hears = hears
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._heard: cachetools.TTLCache[str, float] = cachetools.TTLCache(MOST_REMEMBERED, REMEMBERED, monotonic)
        self._relied_on: cachetools.LRUCache[Hashable, bool] = cachetools.LRUCache(MOST_KINDS)
        self._gathered: set[str] = set()
        self._asked = threading.Event()
        self._is_awaited: Callable[[str], bool] = lambda name: False
        self._wake: Callable[[Collection[str]], int] = lambda names: 0
        self._thread = executors.BackgroundThread("announcements", self._run)

    def serve(self, is_awaited: Callable[[str], bool], wake: Callable[[Collection[str]], int]) -> None:
        """Say who waits.

        :param is_awaited: tells, at once, whether something waits for an id here
        :param wake: makes what waits for these ids look now, and returns how many there were
        """
        self._is_awaited, self._wake = is_awaited, wake

    def start(self) -> None:
        """Start the thread that wakes what waits."""
        self._thread.start()

    def stop(self) -> None:
        """End it."""
        self._thread.ended.set()
        self._asked.set()
        self._thread.end()

    def hear(self, ids: Collection[str]) -> None:
        """Take an announcement: ids of objects that may have come to rest. This neither blocks nor raises."""
        now = self._monotonic()
        with self._lock:
            for it in ids:
                self._heard[it] = now
        self.gather([it for it in ids if self._is_awaited(it)])

    def gather(self, awaited: Collection[str]) -> None:
        """Have what waits for these ids woken soon; without any, count an announcement that nobody waited for."""
        if not awaited:
            self._counts.add(Count.UNAWAITED)
            return
        with self._lock:
            self._gathered.update(awaited)
        self._asked.set()

    def came_since(self, ids: Collection[str], moment: float) -> bool:
        """Tell whether one of these ids was announced after a moment of the monotonic clock."""
        with self._lock:
            return any(self._heard.get(it, float("-inf")) >= moment for it in ids)

    def pause(self, kind: Hashable, poll_after: float) -> float:
        """Return the seconds until the next look of a wait: ``poll_after``, or longer if it relies on hearing."""
        relies = poll_after > 0 and kind in self._relied_on and self._hears()
        return max(poll_after, self._poll_interval) if relies else poll_after

    def learn(self, kind: Hashable, *, is_over: bool, was_woken: bool, relied: bool) -> None:
        """Learn from the look of a wait.

        :param is_over: whether it found what was waited for
        :param was_woken: whether an announcement was its reason
        :param relied: whether the wait relied on one
        """
        with self._lock:
            if is_over and was_woken:
                self._relied_on[kind] = True
            elif is_over and relied:
                self._relied_on.pop(kind, None)

    def _run(self) -> None:
        while not self._thread.ended.is_set():
            self._asked.wait()
            self._asked.clear()
            with self._lock:
                gathered, self._gathered = self._gathered, set()
            if gathered and not self._thread.ended.is_set():
                try:
                    self._counts.add(Count.WOKEN, self._wake(gathered))
                except Exception as error:
                    outage.log_failure(LOG, error, "%d announcements of services are lost", len(gathered))
                self._thread.ended.wait(GATHERED)
