"""Cooldown: for a while after a group was scaled, policies may not scale it again. The group's data records it.

::

    {"cooldown_end": {"2026-11-21T10:00:00": "change_in_capacity : 1"}, "scaling_in_progress": false}
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

LONGEST = 100 * 365 * 24 * 3600
"""Longest cooldown, in seconds. A larger number would exceed the range of dates, and has the same effect."""
END, IN_PROGRESS = "cooldown_end", "scaling_in_progress"


def refusal(metadata: Mapping[str, Any], now: float, seconds: float | None) -> str | None:
    """Return why a group may not be scaled now; None if it may.

    :param now: epoch seconds
    :param seconds: the cooldown that the policy asks for, for the text only
    """
    if metadata.get(IN_PROGRESS):
        return "due to scaling activity"
    end = next(iter(metadata.get(END) or ()), "")
    if isotime(now) < end:
        return f"due to cooldown, cooldown {seconds or 0}"
    return None


def after(metadata: Mapping[str, Any], now: float, seconds: float | None, reason: str) -> dict[str, Any]:
    """Return the metadata after a scaling; an existing later end stays.

    :param reason: the scaling: ``change_in_capacity : 1``
    """
    before = next(iter(metadata.get(END) or ()), "")
    end = max(before, isotime(now + max(0, min(seconds or 0, LONGEST))))
    return {**metadata, END: {end: reason}, IN_PROGRESS: False}


def isotime(moment: float) -> str:
    """Return ``2026-11-21T10:00:00.123456`` in UTC; these texts sort by time."""
    time = datetime.datetime.fromtimestamp(moment, datetime.UTC).replace(tzinfo=None)
    return time.isoformat(timespec="microseconds")
