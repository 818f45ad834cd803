"""Waits without a thread: the progress is the end time, and a timer starts the next step.

Each step may run on another engine, so the end is a wall clock's time. A wait whose rest is longer than the whole was
begun by a clock that was ahead: it begins anew, and lasts at most twice as long as was asked for.
"""

from __future__ import annotations

from typing import Any

from heatlite.resources.base import Resource

FOREVER_POLL_SECONDS = 60.0


def wait(resource: Resource, seconds: float) -> dict[str, Any]:
    """Return the progress of a wait that begins now; negative seconds mean for ever."""
    return {"done_at": None if seconds < 0 else resource.now() + seconds, "seconds": seconds}


def is_over(resource: Resource, progress: dict[str, Any] | None) -> bool:
    """Tell whether the wait is over, and set the next check to its end. No progress means no wait."""
    if progress is None:
        return True
    done_at = progress["done_at"]
    if done_at is None:
        resource.poll_in(FOREVER_POLL_SECONDS)
        return False
    remaining = done_at - resource.now()
    whole = progress.get("seconds", remaining)  # an older engine didn't note it
    if remaining > whole:
        progress["done_at"], remaining = resource.now() + whole, whole
    resource.poll_in(remaining)
    return bool(remaining <= 0)
