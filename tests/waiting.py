"""Waiting for what another process does: asks until it is so, and says what it waited for where it never is.

The longer it has waited, the longer it pauses: asking costs the other process its time.
"""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 600.0
"""Seconds that any wait of any test may take: so many that only what hangs takes as long, on whatever machine."""
PAUSE, LONGEST_PAUSE, PART = 0.02, 0.25, 0.02
"""Seconds between two questions: at least, at most, and as a part of the time that has passed."""


def wait_until(holds: Callable[[], object], seconds: float, what: str, explain: Callable[[], str] = lambda: "") -> None:
    """Ask until it holds.

    :raises AssertionError: where it doesn't within so many seconds
    """
    begun = time.monotonic()
    while not holds():
        waited = time.monotonic() - begun
        if waited > seconds:
            raise AssertionError(f"waited {seconds} s for {what}\n{explain()}")
        time.sleep(min(max(PAUSE, PART * waited), LONGEST_PAUSE))  # the other process has no event to offer
