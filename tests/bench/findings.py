"""Findings: a figure that was promised, beside what it is; and the means to find it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.bench.meters import Meters

PAUSE = 0.05
"""Seconds between two looks of a watch."""
ANYBODY = {"project_id": "anybody", "username": "anybody"}


@dataclass(frozen=True)
class Finding:
    """A figure: what it is, what it was to be at most (or, where ``at_least``, at least), and what it is here."""

    what: str
    reach: float
    found: float
    unit: str = ""
    at_least: bool = False

    @property
    def is_met(self) -> bool:
        return self.found >= self.reach if self.at_least else self.found <= self.reach


Goal = Callable[[Meters], Iterator[Finding]]


def timed(call: Callable[[], Any]) -> float:
    """Seconds that a call takes."""
    began = time.monotonic()
    call()
    return time.monotonic() - began


class Watch:
    """Measures something again and again in a thread, within a block."""

    def __init__(self, measure: Callable[[], float]) -> None:
        self.seen: list[float] = []
        self._measure, self._over = measure, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._over.is_set():
            self.seen.append(self._measure())
            self._over.wait(PAUSE)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()
