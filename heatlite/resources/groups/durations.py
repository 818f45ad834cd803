"""Durations in CloudFormation's notation: ``PT1H30M``, ``PT5M``, ``PT0S``."""

from __future__ import annotations

import re

DURATION = re.compile(r"PT(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?")


def seconds(written: str) -> int:
    """Return the duration in seconds.

    :raises ValueError: if it isn't a duration
    """
    found = DURATION.fullmatch(written)
    if found is None:
        raise ValueError(f"A duration is written like PT1H30M or PT10S, not like {written!r:.40}")
    hours, minutes, rest = (int(part or 0) for part in found.groups())
    return 3600 * hours + 60 * minutes + rest
