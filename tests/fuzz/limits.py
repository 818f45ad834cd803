"""What each example must keep to (a named error or none, and soon), and how many there are.

In the suite they are always the same, and few. ``tools/fuzz`` draws as many others as it is told to.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import resource
import signal
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, Phase, settings

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES") or 0)
"""How many ``tools/fuzz`` asks for of each kind; 0 in the suite."""

MOST_SECONDS = 5.0
"""Of processor time: what else runs on the machine doesn't count. Most examples take a thousandth of it."""

MOST_MEMORY = 1024 * 1024 * 1024
"""Bytes of address space that an example may add."""


class TooSlow(AssertionError):
    """An example took longer than any input may."""


class Stopwatch:
    """Interrupts the main thread when its time is over. The handler stays: a late signal must find one."""

    running = False

    def expired(self, signal_number: int, frame: Any) -> None:
        if self.running:
            raise TooSlow(f"more than {MOST_SECONDS:g} seconds of processor time")


STOPWATCH = Stopwatch()


@contextlib.contextmanager
def soon() -> Iterator[None]:
    """Interrupt what takes too long, and what takes too much memory. The main thread only."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MOST_MEMORY, hard))
    signal.signal(signal.SIGPROF, STOPWATCH.expired)
    STOPWATCH.running = True
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
    try:
        yield
    finally:
        STOPWATCH.running = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def examples(number: int) -> settings:
    """So many in the suite, and there always the same."""
    return settings(
        max_examples=EXAMPLES or number,
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
    )
