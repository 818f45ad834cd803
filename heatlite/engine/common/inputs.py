"""Time, ids and chance, as inputs: a test hands in its own, and the engine never asks the world behind their back."""

from __future__ import annotations

import datetime
import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field


def boot_time() -> float:
    """Seconds since boot, suspended time included, so that a laptop that slept doesn't believe in an old lease."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def new_uuid() -> str:
    """A random id."""
    return str(uuid.uuid4())


def timed_uuid(now: float) -> str:
    """A random id that tells its millisecond: a UUID of version 7 (RFC 9562); ``now`` in seconds since the epoch.

    Where a column for people keeps whole seconds, such an id tells the exact time at no cost; and ids that grow are
    cheap to index.
    """
    milliseconds, chance = int(now * 1000) & (1 << 48) - 1, uuid.uuid4().int
    head = milliseconds << 80 | 7 << 76 | (chance >> 112) << 64 & 0xFFF << 64
    return str(uuid.UUID(int=head | 2 << 62 | chance & (1 << 62) - 1))


def time_of(timed_id: str) -> float | None:
    """The seconds since the epoch that ``timed_uuid`` put into an id; None where it is of another kind."""
    value = uuid.UUID(timed_id)
    return (value.int >> 80) / 1000 if value.version == 7 else None


@dataclass(frozen=True)
class Inputs:
    """What the engine takes from the world beside its database and its messages."""

    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = boot_time
    new_id: Callable[[], str] = new_uuid
    new_timed_id: Callable[[float], str] = timed_uuid
    random: random.Random = field(default_factory=random.SystemRandom)
    sleep: Callable[[float], None] = time.sleep

    def utcnow(self) -> datetime.datetime:
        """The time for people: UTC, without a zone, to the second, as Heat keeps it."""
        return datetime.datetime.fromtimestamp(int(self.now()), datetime.UTC).replace(tzinfo=None)
