"""The form in which clients see times."""

from __future__ import annotations

import datetime


def shown_time(moment: datetime.datetime | None) -> str | None:
    """Format a time like ``2026-11-20T22:11:37Z``."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")
