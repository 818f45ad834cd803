"""Waiting for what another process does: asks until it is so, and says what it waited for where it never is."""

from __future__ import annotations

import time
from collections.abc import Callable

PAUSE = 0.02


def wait_until(holds: Callable[[], object], seconds: float, what: str, explain: Callable[[], str] = lambda: "") -> None:
    """Ask until it holds.

    :raises AssertionError: where it doesn't within so many seconds
    """
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}\n{explain()}")
        time.sleep(PAUSE)  # the other process has no event to offer
