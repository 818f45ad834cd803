"""Clock, ids and random numbers as inputs. The engine takes them from nowhere else, so a test can control them."""

from __future__ import annotations

import datetime
import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field


def boot_time() -> float:
    """Return the seconds since boot, including suspended time, so an engine doesn't trust its lease after a suspend."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def new_uuid() -> str:
    """Return a random id."""
    return str(uuid.uuid4())


def timed_uuid(now: float) -> str:
    """Return a random id that holds its time in milliseconds: a UUID of version 7 (RFC 9562).

    A column for people stores whole seconds; such an id adds the exact time at no cost. Growing ids are cheap to index.

    :param now: seconds since the epoch
    """
    milliseconds, chance = int(now * 1000) & (1 << 48) - 1, uuid.uuid4().int
    head = milliseconds << 80 | 7 << 76 | (chance >> 112) << 64 & 0xFFF << 64
    return str(uuid.UUID(int=head | 2 << 62 | chance & (1 << 62) - 1))


def time_of(timed_id: str) -> float | None:
    """Return the seconds since the epoch that ``timed_uuid`` put into an id; None for an id of another kind."""
    value = uuid.UUID(timed_id)
    return (value.int >> 80) / 1000 if value.version == 7 else None


@dataclass(frozen=True)
class Inputs:
    """The engine's inputs beside its database and its messages."""

    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = boot_time
    new_id: Callable[[], str] = new_uuid
    new_timed_id: Callable[[float], str] = timed_uuid
    random: random.Random = field(default_factory=random.SystemRandom)
    sleep: Callable[[float], None] = time.sleep
    recast_after: float = 10.0
    """Seconds after which a ready node without a claim is queued for engines with room; option ``recast_after``."""

    def next_cast_at(self) -> float:
        """Return the time at which a node that becomes ready now is queued, if no engine has claimed it."""
        return self.now() + self.recast_after

    def utcnow(self) -> datetime.datetime:
        """Return the time for people: UTC, without a zone, in whole seconds, as Heat stores it."""
        return datetime.datetime.fromtimestamp(int(self.now()), datetime.UTC).replace(tzinfo=None)
