"""Find dead engines.

LeaseWatch   watches the counters of all engines, on this process's own monotonic clock. An engine is dead if its
             counter hasn't changed for a lease, and the database was usable all that time. A failed look starts every
             watch again. The time in which this process couldn't renew its own lease (the database was read-only, or
             the machine was stopped) doesn't count either: in an outage no engine can renew.
FileLocks    for embedded engines: every process keeps a lock on its own file, which the kernel releases when it dies.
             A process that can take another's lock knows at once that the other is dead.
"""

from __future__ import annotations

import fcntl
import os
import pathlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from heatlite.context import EngineContext
from heatlite.db import services
from heatlite.db.api import Database


@dataclass(frozen=True)
class Seen:
    """A counter's value, and when this process first saw it."""

    counter: int
    since: float


class Liveness(Protocol):
    """Tells which engines are alive."""

    def look(self) -> dict[str, int]:
        """Return the dead engines, each with the counter at which it died."""

    @property
    def alive(self) -> int:
        """Number of engines that were alive at the last look, including this one."""


class LeaseWatch:
    """Watches the leases of all engines.

    :param holds_since: time since when this process can renew without a gap; None if it can't now
    """

    def __init__(
        self,
        database: Database,
        monotonic: Callable[[], float],
        lease_seconds: float,
        holds_since: Callable[[], float | None] = lambda: float("-inf"),
    ) -> None:
        self._database = database
        self._monotonic = monotonic
        self._lease = lease_seconds
        self._holds_since = holds_since
        self._watched: dict[str, Seen] = {}
        self.alive = 1

    def look(self) -> dict[str, int]:
        """Return the engines whose counter hasn't changed for a lease.

        :raises Exception: when the database can't be reached; then every watch starts again
        """
        try:
            counters = services.leases(EngineContext(self._database))
        except Exception:
            self._watched.clear()
            raise
        now = self._monotonic()
        self._watched = {engine_id: self._seen(engine_id, counter, now) for engine_id, counter in counters.items()}
        own = self._holds_since()
        since = now if own is None else own
        dead = {
            engine_id: seen.counter
            for engine_id, seen in self._watched.items()
            if now - max(seen.since, since) > self._lease
        }
        self.alive = max(1, len(counters) - len(dead))
        return dead

    def _seen(self, engine_id: str, counter: int, now: float) -> Seen:
        before = self._watched.get(engine_id)
        return before if before is not None and before.counter == counter else Seen(counter, now)


class FileLocks:
    """Locks on files in a directory, one file for each engine: ``engine-<id>.lock``."""

    def __init__(self, database: Database, directory: pathlib.Path) -> None:
        self._database = database
        self._directory = directory
        self._own: dict[str, int] = {}
        self.alive = 1

    def hold(self, engine_id: str) -> None:
        """Lock this process's file, for as long as the process lives."""
        handle = os.open(self._path(engine_id), os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)
        self._own[engine_id] = handle

    def drop(self, engine_id: str) -> None:
        """Release the lock, and delete its file."""
        os.close(self._own.pop(engine_id))
        self._path(engine_id).unlink(missing_ok=True)

    def look(self) -> dict[str, int]:
        """Return the engines whose lock can be taken."""
        counters = services.leases(EngineContext(self._database))
        others = {engine_id: counter for engine_id, counter in counters.items() if engine_id not in self._own}
        dead = {engine_id: counter for engine_id, counter in others.items() if self._is_dead(engine_id)}
        self.alive = max(1, len(counters) - len(dead))
        return dead

    def _path(self, engine_id: str) -> pathlib.Path:
        return self._directory / f"engine-{engine_id}.lock"

    def _is_dead(self, engine_id: str) -> bool:
        try:
            handle = os.open(self._path(engine_id), os.O_RDWR)
        except FileNotFoundError:
            return True
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            self._path(engine_id).unlink(missing_ok=True)
            return True
        finally:
            os.close(handle)
