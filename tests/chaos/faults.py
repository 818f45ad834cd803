"""Faults: what breaks, drawn from a seed. Each is a block: it begins, lasts a while, and is over when it returns.

kill       a worker, by SIGKILL; its launcher starts another
kill all   a launcher and its workers, by SIGKILL; another launcher is started
pause      a worker, by SIGSTOP, for longer than its lease; then SIGCONT
restart    a launcher, by SIGTERM; it drains, and another is started meanwhile
cut        all connections to the database, or to the broker, once
away       nobody reaches the database, or the broker, for a while
database   killed, and started again
broker     killed, and started again (``broker=True`` only: it takes Erlang many seconds)
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from random import Random

from tests.chaos.fleet import LEASE, Fleet, stop_process

WEIGHTS = {
    "kill": 6,
    "kill all": 2,
    "pause": 5,
    "restart": 2,
    "cut database": 2,
    "cut broker": 2,
    "database away": 2,
    "broker away": 1,
    "database": 2,
    "broker": 1,
}


def drawn(seed: str, broker: bool) -> Iterator[str]:
    """Names of faults, for ever: first each once in some order, then by weight."""
    random = Random(f"{seed}/faults")
    names = [name for name in WEIGHTS if broker or name != "broker"]
    yield from random.sample(names, len(names))
    while True:
        yield random.choices(names, [WEIGHTS[name] for name in names])[0]


class Faults:
    """Makes them happen to a fleet."""

    def __init__(self, fleet: Fleet, random: Random, sleep: Callable[[float], object] = time.sleep) -> None:
        self._fleet = fleet
        self._random = random
        self._sleep = sleep  # how long a fault lasts is what it is

    def happen(self, name: str) -> bool:
        """Have one fault happen, to its end: False where there was nobody it could happen to."""
        match name.split():
            case ["kill"]:
                return self._kill()
            case ["kill", "all"]:
                return self._end_launcher(signal.SIGKILL)
            case ["restart"]:
                return self._end_launcher(signal.SIGTERM)
            case ["pause"]:
                return self._pause()
            case ["cut", server]:
                return self._fleet.proxies[server].cut() > 0
            case [server, "away"]:
                with self._fleet.proxies[server].away():
                    self._sleep(self._random.uniform(0.5, 2 * LEASE))
            case [server]:
                with self._fleet.servers[server].down():
                    self._sleep(self._random.uniform(0, LEASE))
        return True

    def _kill(self) -> bool:
        victims = self._fleet.engines_at_work()
        return bool(victims) and stop_process(self._random.choice(victims), signal.SIGKILL)

    def _pause(self) -> bool:
        victims = self._fleet.engines_at_work()
        if not victims:
            return False
        victim = self._random.choice(victims)
        self._fleet.stopped.add(victim.pid)
        try:
            if not stop_process(victim, signal.SIGSTOP):
                return False
            self._sleep(LEASE * self._random.choice([0.4, 1.5, 2.5]))
            return stop_process(victim, signal.SIGCONT)
        finally:
            self._fleet.stopped.discard(victim.pid)

    def _end_launcher(self, number: int) -> bool:
        running = self._fleet.running()
        self._fleet.spawn()
        self._fleet.reap(self._random.choice(running), number)
        return True
