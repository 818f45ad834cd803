"""Capacity: the size that a scaling policy sets."""

from __future__ import annotations

import math
from enum import StrEnum

MOST_PERCENT = 10**12
"""Largest percentage in calculations, up or down; a larger one gives the same size, because a group has limits."""


class Adjustment(StrEnum):
    """The meaning of the number in a policy."""

    CHANGE = "change_in_capacity"
    EXACT = "exact_capacity"
    PERCENT = "percent_change_in_capacity"


def adjusted(current: int, by: float, kind: Adjustment, least_step: int | None, smallest: int, largest: int) -> int:
    """Return the new size, within the group's limits.

    :param by: the number of members to add (negative: to remove), the new size, or the percentage to add
    :param least_step: for percentages: least number of members to add or remove
    """
    match kind:
        case Adjustment.CHANGE:
            wanted = current + by
        case Adjustment.EXACT:
            wanted = by
        case Adjustment.PERCENT:
            wanted = current + stepped(percents(current, by), least_step or 0)
    return int(max(smallest, min(largest, wanted)))


def percents(current: int, percent: float) -> int:
    """Return this percentage of the members: at least one, otherwise rounded towards zero."""
    change = current * max(-MOST_PERCENT, min(percent, MOST_PERCENT)) / 100
    whole = math.ceil(abs(change)) if abs(change) < 1 else math.floor(abs(change))
    return int(math.copysign(whole, change))


def stepped(change: int, least: int) -> int:
    """Return the change, or the least step in its direction. No change counts as a step down, as in Heat."""
    if least <= abs(change):
        return change
    return least if change > 0 else -least
