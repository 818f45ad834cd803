"""Leaving: engines are told to stop under load, and one after the other all of them are replaced by new ones.

What was accepted is finished, what was called is answered, and nobody holds anything in the name of who has left.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import pathlib
import signal
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import oslo_messaging
import pytest

from heatlite.rpc import messages, server, transport
from tests.deployment import cfg_value, conf
from tests.integration.replaceable import Replaceable, things
from tests.servers.guard import free_port
from tests.story import Story
from tests.waiting import PATIENCE, wait_until

CLIENTS = 2
GRACE = 20


@pytest.fixture
def engines(mariadb: Any, rabbitmq: Any, tmp_path: pathlib.Path) -> Iterator[Replaceable]:
    options = {"graceful_shutdown_timeout": GRACE, "metrics_port": free_port()}
    deployment = Replaceable(tmp_path, mariadb.fresh_database(), rabbitmq.fresh_vhost(), **options)
    try:
        deployment.launch()
        deployment.launch()
        yield deployment
    finally:
        deployment.stop()


@dataclass
class Load:
    """Clients that create a stack, show it and begin with the next, until they are told to stop."""

    deployment: Replaceable
    stories: list[Story] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def __enter__(self) -> Load:
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._work) for _ in range(CLIENTS)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while not self._over.wait(0.5):
            story = Story(self.deployment, "load")
            try:
                story.create(things(6, 0.4))
                story.show(resolve_outputs=False)
            except Exception as error:
                self.refused.append(f"{type(error).__name__}: {error}")
            else:
                self.stories.append(story)


def metrics(deployment: Replaceable) -> str:
    """What one of the engines shows to Prometheus; which of them is for the ports to say."""
    first = int(cfg_value(deployment.config, "metrics_port"))
    for port in range(first, first + 8):
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE) as it,
        ):
            return str(it.read().decode())
    return ""


@dataclass
class Gaps:
    """Watches for how long nothing was completed."""

    deployment: Replaceable
    longest: float = 0.0

    def __enter__(self) -> Gaps:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        seen, since = self.deployment.completions(), time.monotonic()
        while not self._over.wait(0.05):
            now = self.deployment.completions()
            if now != seen:
                self.longest = max(self.longest, time.monotonic() - since)
                seen, since = now, time.monotonic()


def test_engines_that_are_replaced_one_after_the_other_fail_and_forget_nothing(engines: Replaceable) -> None:
    with Load(engines) as load, Gaps(engines) as gaps:
        wait_until(lambda: len(load.stories) > 5, PATIENCE, "some load", engines.tail)
        took = [replace(engines, launcher) for launcher in list(engines.launchers)]
        wait_until(lambda: len(load.stories) > 15, PATIENCE, "more load", engines.tail)
    assert not load.refused, load.refused[:3]
    assert "heatlite_database_up 1.0" in metrics(engines)
    wait_until(lambda: engines.states() == {"COMPLETE"}, PATIENCE, "every stack", engines.tail)
    assert engines.completions() >= 6 * len(load.stories)
    assert "didn't end in time" not in engines.log.read_text()
    print(f"\n{len(load.stories)} stacks; engines left after {took} s; longest gap {gaps.longest:.2f} s")


def replace(engines: Replaceable, launcher: Any) -> float:
    """End a launcher and start another; seconds that the first one took to leave."""
    begun = time.monotonic()
    launcher.send_signal(signal.SIGTERM)
    launcher.wait(PATIENCE)
    took = time.monotonic() - begun
    assert launcher.returncode == 0
    assert engines.held_by_nobody() == set()
    engines.launch()
    return took


@pytest.mark.slow
def test_the_last_engine_leaves_everything_to_whoever_comes_next(engines: Replaceable) -> None:
    stories = [Story(engines) for _ in range(10)]
    for story in stories:
        story.create(things(6, 0.4))
    wait_until(lambda: engines.completions() > 3, PATIENCE, "some work", engines.tail)
    for launcher in engines.launchers:
        launcher.send_signal(signal.SIGTERM)
    for launcher in engines.launchers:
        assert launcher.wait(PATIENCE) == 0
    assert engines.held_by_nobody() == set()
    before = engines.completions()
    assert before < 60, "all was done before they left: nothing is shown by this"
    engines.launch()
    for story in stories:
        story.settle("CREATE_COMPLETE")


class Patient:
    """An endpoint whose ``hold`` comes back when the test says so."""

    target = oslo_messaging.Target(version="1.0")

    def __init__(self) -> None:
        self.begun, self.may_end = threading.Event(), threading.Event()

    def hold(self, context: Any) -> str:
        self.begun.set()
        self.may_end.wait(PATIENCE)
        return "held"

    def answer(self, context: Any, number: int) -> int:
        return number


def test_calls_that_come_while_a_server_leaves_are_answered(rabbitmq: Any) -> None:
    """What the broker hands out to a server that is leaving would be dropped as its connection closes."""
    transport.bound_prefetch(conf(), 4)
    bus = transport.get(conf(), rabbitmq.fresh_vhost())
    target = oslo_messaging.Target(exchange=messages.EXCHANGE, topic="patience", version="1.0")
    client = oslo_messaging.get_rpc_client(bus, target, timeout=30)
    patient = Patient()
    leaving = server.serve(bus, "patience", [patient], host="leaving", threads=1)
    with concurrent.futures.ThreadPoolExecutor(40) as threads:
        held = threads.submit(client.call, {}, "hold")
        assert patient.begun.wait(PATIENCE)
        staying = server.serve(bus, "patience", [Patient()], host="staying", threads=4)
        gone = threads.submit(leaving.leave)
        answers = [threads.submit(client.call, {}, "answer", number=number) for number in range(30)]
        wait_until(lambda: sum(it.done() for it in answers) >= 20, PATIENCE, "most answers")
        patient.may_end.set()
        assert held.result() == "held"
        gone.result()
        assert sorted(it.result() for it in answers) == list(range(30))
    staying.leave()
    bus.cleanup()
