"""Waiting without a thread: the time at which a wait is over is the progress, and a timer does the rest."""

from __future__ import annotations

from typing import Any

from heatlite.resources.base import Resource

FOREVER_POLL_SECONDS = 60.0


def wait(resource: Resource, seconds: float) -> dict[str, Any]:
    """The progress of a wait that begins now; negative seconds wait for ever."""
    return {"done_at": None if seconds < 0 else resource.now() + seconds}


def is_over(resource: Resource, progress: dict[str, Any] | None) -> bool:
    """Whether the wait is over; if not, the next check comes when it will be. No progress is no wait."""
    if progress is None:
        return True
    done_at = progress["done_at"]
    if done_at is None:
        resource.poll_in(FOREVER_POLL_SECONDS)
        return False
    remaining = done_at - resource.now()
    resource.poll_in(remaining)
    return bool(remaining <= 0)
