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


@dataclass(frozen=True)
class Inputs:
    """What the engine takes from the world beside its database and its messages."""

    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = boot_time
    new_id: Callable[[], str] = new_uuid
    random: random.Random = field(default_factory=random.SystemRandom)
    sleep: Callable[[float], None] = time.sleep

    def utcnow(self) -> datetime.datetime:
        """The time for people: UTC, without a zone, to the second, as Heat keeps it."""
        return datetime.datetime.fromtimestamp(int(self.now()), datetime.UTC).replace(tzinfo=None)
