"""Faults: what breaks, drawn from a seed. Each is a block: it begins, lasts a while, and is over when it returns.

kill       a worker, by SIGKILL; its launcher starts another
kill all   a launcher and its workers, by SIGKILL; another launcher is started
pause      a worker, by SIGSTOP, for longer than its lease; then SIGCONT
restart    a launcher, by SIGTERM; it drains, and another is started meanwhile
cut        all connections to the database, or to the broker, once
away       nobody reaches the database, or the broker, for a while
frozen     bytes to the database, or to the broker, stand still for a while
database   killed, and started again
read-only  the database takes no writes for a while
sessions   the database ends those of the engines, in mid-transaction or not
deadlock   somebody takes the engines' rows in the opposite of their order
commits    the answers to some commits are lost, each after it was done
clock      that of one launcher is wrong by half a minute or ten for a while
queues     all are deleted under their consumers
broker     killed, and started again         (these three with ``broker=True`` only: an Erlang takes many seconds)
stop app   ``rabbitmqctl stop_app``, ``start_app``
alarm      the broker believes that it is out of memory, and blocks whoever publishes
"""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from random import Random

from tests.chaos.fleet import LEASE, Fleet, stop_process
from tests.servers import breakages

WEIGHTS = {
    "kill": 6,
    "kill all": 2,
    "pause": 5,
    "restart": 2,
    "cut database": 2,
    "cut broker": 2,
    "database away": 2,
    "broker away": 1,
    "database frozen": 1,
    "broker frozen": 1,
    "database": 2,
    "read-only": 2,
    "sessions": 2,
    "deadlock": 2,
    "commits": 3,
    "clock": 2,
    "queues": 2,
    "broker": 1,
    "stop app": 1,
    "alarm": 1,
}
HEAVY = ("broker", "stop app", "alarm")
"""What takes Erlang many seconds."""
JUMPS = (-600, -30, 30, 600)
"""Seconds that a clock is ahead."""


def drawn(seed: str, broker: bool, only: Collection[str] = (), weights: Mapping[str, int] = WEIGHTS) -> Iterator[str]:
    """Names of faults, for ever: first each once in some order, then by weight.

    :param only: these alone
    """
    random = Random(f"{seed}/faults")
    names = [name for name in weights if (name in only if only else broker or name not in HEAVY)]
    yield from random.sample(names, len(names))
    while True:
        yield random.choices(names, [weights[name] for name in names])[0]


class Faults:
    """Makes them happen to a fleet."""

    def __init__(self, fleet: Fleet, random: Random, sleep: Callable[[float], object] = time.sleep) -> None:
        self.fleet = fleet
        self.random = random
        self.sleep = sleep  # how long a fault lasts is what it is

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
                return self.fleet.proxies[server].cut() > 0
            case [server, "away"]:
                self.last(self.fleet.proxies[server].away())
            case [server, "frozen"]:
                self.last(self.fleet.proxies[server].frozen())
            case [("database" | "broker") as server]:
                self.last(self.fleet.servers[server].down(), least=0.0, most=LEASE)
            case _:
                return self._break_server(name)
        return True

    def _break_server(self, name: str) -> bool:
        """What is done to a server that goes on running."""
        proxied = self.fleet.proxied
        match name:
            case "read-only":
                self.last(breakages.read_only(proxied))
            case "sessions":
                return breakages.kill_sessions(proxied) > 0
            case "deadlock":
                return breakages.deadlock(proxied) > 0
            case "commits":
                return breakages.lose_commits(proxied, self.random.randint(1, 6)).happened.wait(LEASE)
            case "clock":
                return self._let_a_clock_jump()
            case "queues":
                return bool(breakages.delete_queues(proxied))
            case "stop app":
                self.last(breakages.application_stopped(proxied), least=0.0, most=LEASE)
            case "alarm":
                self.last(breakages.memory_alarm(proxied))
        return True

    def _let_a_clock_jump(self) -> bool:
        clocks = self.fleet.clocks
        running = clocks.files()[-len(self.fleet.running()) :]
        self.last(clocks.jumped(self.random.choice(running), self.random.choice(JUMPS)), LEASE, 3 * LEASE)
        return True

    def last(self, fault: contextlib.AbstractContextManager[None], least: float = 0.5, most: float = 2 * LEASE) -> None:
        with fault:
            self.sleep(self.random.uniform(least, most))

    def _kill(self) -> bool:
        victims = self.fleet.engines_at_work()
        return bool(victims) and stop_process(self.random.choice(victims), signal.SIGKILL)

    def _pause(self) -> bool:
        victims = self.fleet.engines_at_work()
        if not victims:
            return False
        victim = self.random.choice(victims)
        self.fleet.stopped.add(victim.pid)
        try:
            if not stop_process(victim, signal.SIGSTOP):
                return False
            self.sleep(LEASE * self.random.choice([0.4, 1.5, 2.5]))
            return stop_process(victim, signal.SIGCONT)
        finally:
            self.fleet.stopped.discard(victim.pid)

    def _end_launcher(self, number: int) -> bool:
        running = self.fleet.running()
        self.fleet.spawn()
        self.fleet.reap(self.random.choice(running), number)
        return True
