"""A thread that sends what is due, again and again, for as long as an engine runs."""

from __future__ import annotations

import logging

from heatlite.engine.common import executors

LOG = logging.getLogger(__name__)


class Sender:
    """Calls ``tell`` repeatedly until it is stopped. While that fails, it is logged once.

    :param what: what is sent, for the log
    :param pause: seconds until the next look, if nothing was due
    """

    def __init__(self, what: str, pause: float) -> None:
        self._what = what
        self._pause = pause
        self._failing = False
        self._thread = executors.BackgroundThread(f"sends {what}", self._run)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, seconds: float = 5) -> None:
        """End the thread. Another engine sends what this one can't send within so many seconds."""
        self._thread.end(seconds)

    @property
    def is_ending(self) -> bool:
        """True as soon as the thread is to end: ``tell`` begins nothing new then."""
        return self._thread.ended.is_set()

    def tell(self) -> int:
        """Send what is due, and return how much was sent."""
        raise NotImplementedError

    def _run(self) -> None:
        while not self.is_ending:
            if not self._try():
                self._thread.ended.wait(self._pause)

    def _try(self) -> int:
        try:
            sent = self.tell()
        except Exception:
            if not self._failing:
                LOG.exception("%s can't be sent now; logged once until they can", self._what.capitalize())
            self._failing = True
            return 0
        self._failing = False
        return sent
