"""How large a scaling policy makes a group."""

from __future__ import annotations

import math
from enum import StrEnum

MOST_PERCENT = 10**12
"""Percent that are reckoned with, up or down; more of them make no other size, since a group has bounds."""


class Adjustment(StrEnum):
    """What the number in a policy means."""

    CHANGE = "change_in_capacity"
    EXACT = "exact_capacity"
    PERCENT = "percent_change_in_capacity"


def adjusted(current: int, by: float, kind: Adjustment, least_step: int | None, smallest: int, largest: int) -> int:
    """The new size, within the group's bounds.

    :param by: members to add (less than 0: to remove), members to have, or percent to add
    :param least_step: for percents: members to add or remove at least
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
    """So many percent of the members: at least one, and beyond that rounded towards none."""
    change = current * max(-MOST_PERCENT, min(percent, MOST_PERCENT)) / 100
    whole = math.ceil(abs(change)) if abs(change) < 1 else math.floor(abs(change))
    return int(math.copysign(whole, change))


def stepped(change: int, least: int) -> int:
    """The change, or the least step in its direction. No change is a step down, as in Heat."""
    if least <= abs(change):
        return change
    return least if change > 0 else -least
