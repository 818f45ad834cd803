"""What each example must keep to (a named error or none, and soon), and how many there are.

In the suite they are always the same, and few. ``tools/fuzz`` draws as many others as it is told to.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, Phase, settings

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES") or 0)
"""How many ``tools/fuzz`` asks for of each kind; 0 in the suite."""

MOST_SECONDS = 5.0
"""Of processor time: what else runs on the machine doesn't count. Most examples take a thousandth of it."""


class TooSlow(AssertionError):
    """An example took longer than any input may."""


def _too_slow(signal_number: int, frame: Any) -> None:
    raise TooSlow(f"more than {MOST_SECONDS:g} seconds of processor time")


@contextlib.contextmanager
def soon() -> Iterator[None]:
    """Interrupt what takes too long. The main thread only."""
    before = signal.signal(signal.SIGPROF, _too_slow)
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


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
