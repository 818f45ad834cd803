"""Clients' calls are fair between projects, over a real broker: who waits for whom is held by events, not by time.

First a server with an endpoint that a test holds back, then engine processes and patterns that take long to match.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import functools
import pathlib
import statistics
import threading
import time
from collections.abc import Iterator
from typing import Any

import oslo_messaging
import pytest

from heatlite import exception
from heatlite.cmd.connect import client_of
from heatlite.engine.traversal.fair_thread_pool import FairThreadPool
from heatlite.rpc import messages, server, transport
from heatlite.rpc.engine_client import MessagingCaller
from heatlite.rpc.server import Fairness
from tests.deployment import Daemons, conf, running
from tests.integration import gates
from tests.story import Story, Template, hot, resource
from tests.waiting import PATIENCE, wait_until

THREADS, MOST_THREADS, MOST_CALLS = 4, 3, 6


class Patient:
    """An endpoint whose ``hold`` comes back when the test says so."""

    target = oslo_messaging.Target(version="1.0")

    def __init__(self) -> None:
        self.held, self.told = 0, 0
        self.may_end = threading.Event()
        self._lock = threading.Lock()

    def hold(self, context: Any) -> str:
        with self._lock:
            self.held += 1
        self.may_end.wait(2 * PATIENCE)
        return "held"

    def answer(self, context: Any) -> str:
        return str(context["project_id"])

    def tell(self, context: Any) -> None:
        with self._lock:
            self.told += 1


class Calls:
    """A server, and clients of several projects."""

    def __init__(self, bus: Any, pool: concurrent.futures.Executor) -> None:
        self.patient, self._pool = Patient(), pool
        target = oslo_messaging.Target(exchange=messages.EXCHANGE, topic="fair", version="1.0")
        self._client = oslo_messaging.get_rpc_client(bus, target, timeout=PATIENCE)
        self.caller = MessagingCaller(self._client)

    def begin(self, project: str, method: str) -> concurrent.futures.Future[Any]:
        return self._pool.submit(self.caller.call, {"project_id": project}, method, "1.0", PATIENCE)

    def cast(self, project: str, method: str) -> None:
        self._client.cast({"project_id": project}, method)


@pytest.fixture
def calls(rabbitmq: Any) -> Iterator[Calls]:
    transport.bound_prefetch(conf(), 4)
    bus = transport.get(conf(), rabbitmq.fresh_vhost())
    with contextlib.ExitStack() as ends, concurrent.futures.ThreadPoolExecutor(60) as pool:
        ends.callback(bus.cleanup)
        made = Calls(bus, pool)
        fair = Fairness(functools.partial(FairThreadPool, most_of_one=MOST_THREADS), MOST_CALLS)
        serving = server.serve(bus, "fair", [made.patient], host="one", threads=THREADS, fair=fair)
        ends.callback(serving.leave)
        yield made
        made.patient.may_end.set()


def test_a_call_is_answered_though_another_project_has_many_that_are_not(calls: Calls) -> None:
    crowd = [calls.begin("crowd", "hold") for _ in range(MOST_CALLS)]
    wait_until(lambda: calls.patient.held == MOST_THREADS, PATIENCE, "the crowd to have all the threads that it may")
    assert calls.begin("neighbour", "answer").result(PATIENCE) == "neighbour"
    assert calls.patient.held == MOST_THREADS
    calls.patient.may_end.set()
    assert [it.result(PATIENCE) for it in crowd] == ["held"] * MOST_CALLS


def test_one_call_too_many_of_a_project_is_refused_at_once_and_no_others(calls: Calls) -> None:
    crowd = [calls.begin("crowd", "hold") for _ in range(20)]
    wait_until(lambda: sum(it.done() for it in crowd) == 20 - MOST_CALLS, PATIENCE, "those that are too many")
    refused = [it.exception() for it in crowd if it.done()]
    assert {type(error) for error in refused} == {exception.RequestLimitExceeded}
    assert "calls_per_project). This call was not carried out: repeat it later" in str(refused[0])
    assert calls.begin("neighbour", "answer").result(PATIENCE) == "neighbour"
    calls.patient.may_end.set()
    assert sum(it.exception() is None for it in crowd) == MOST_CALLS
    assert calls.begin("crowd", "answer").result(PATIENCE) == "crowd", "and later it is answered again"


def test_a_message_that_nobody_waits_for_is_never_refused(calls: Calls) -> None:
    for _ in range(2 * MOST_CALLS):
        calls.cast("crowd", "tell")
    crowd = [calls.begin("crowd", "hold") for _ in range(MOST_CALLS)]
    wait_until(lambda: calls.patient.held == MOST_THREADS, PATIENCE, "the crowd to have all the threads that it may")
    for _ in range(3):
        calls.cast("crowd", "tell")
    calls.patient.may_end.set()
    wait_until(lambda: calls.patient.told == 2 * MOST_CALLS + 3, PATIENCE, "every cast")
    concurrent.futures.wait(crowd)


# --- engine processes ----------------------------------------------------------------------------------------------


class Crowd:
    """One project's creates at once, each of which is refused for its parameter; so nothing comes of them."""

    def __init__(
        self, deployment: Daemons, count: int, constraint: Template, value: str, pool: concurrent.futures.Executor
    ) -> None:
        client = client_of(deployment.transport, timeout=10 * PATIENCE)
        template = hot({"p": {"type": "string", "constraints": [constraint]}})

        def call(place: int) -> None:
            client.create_stack(
                {"project_id": "crowd"}, f"slow-{place}", template, {"parameters": {"p": value}}, {}, {}
            )

        self._calls = [pool.submit(call, place) for place in range(count)]

    def answers(self) -> list[str]:
        """The errors of the calls that have been answered by now."""
        return [str(it.exception()) for it in self._calls if it.done()]

    def refused(self) -> int:
        """How many of them were one too many."""
        return sum("calls_per_project" in answer for answer in self.answers())

    def wait(self) -> list[str]:
        """Wait for all of them; their errors."""
        concurrent.futures.wait(self._calls)
        return self.answers()


def test_an_engine_process_answers_one_project_beside_anothers_slow_calls(
    mariadb: Any, rabbitmq: Any, tmp_path: pathlib.Path
) -> None:
    """One of two threads is the crowd's, and its first call ends when the neighbour's stack is complete."""
    options = {"workers": 1, "worker_threads": 2, "calls_per_project": 2}
    daemons = Daemons(tmp_path, mariadb.fresh_database(), rabbitmq.fresh_vhost(), **options)
    daemons.environment = gates.install(tmp_path / "installed")
    gate = tmp_path / "open"
    with running(daemons) as deployment, concurrent.futures.ThreadPoolExecutor(6) as pool:
        crowd = Crowd(deployment, 6, {"custom_constraint": gates.CONSTRAINT}, str(gate), pool)
        try:
            wait_until(lambda: crowd.refused() == 4, PATIENCE, "the crowd")
            neighbour = Story(deployment)
            neighbour.create(hot(a=resource()))
            neighbour.settle("CREATE_COMPLETE")
            assert len(crowd.answers()) == 4, "the neighbour waited for a call of the crowd"
        finally:
            gate.touch()
        assert sum("the gate was opened" in answer for answer in crowd.wait()) == 2


@pytest.mark.slow
def test_forty_validations_with_a_slow_pattern_do_not_hold_up_a_neighbours_create(
    mariadb: Any, rabbitmq: Any, tmp_path: pathlib.Path
) -> None:
    """The figures are in doc/load.md; the verdict is by the order of answers."""
    daemons = Daemons(tmp_path, mariadb.fresh_database(), rabbitmq.fresh_vhost(), workers=1, calls_per_project=40)
    with running(daemons) as deployment, concurrent.futures.ThreadPoolExecutor(40) as pool:
        idle = [seconds_of_a_create(deployment) for _ in range(20)]
        crowd, beside = Crowd(deployment, 40, {"allowed_pattern": "(a+)+$"}, "a" * 40 + "!", pool), []
        wait_until(lambda: crowd.answers() != [], PATIENCE, "the crowd to be at it")
        while len(beside) < 20 and len(crowd.answers()) < 40:
            beside.append(seconds_of_a_create(deployment))
        answered = len(crowd.answers())
        for name, seconds in (("idle", idle), ("beside", beside)):
            print(f"{name}: {len(seconds)} creates, median {statistics.median(seconds):.3f}, most {max(seconds):.3f} s")
        print(f"beside to idle: {statistics.median(beside) / statistics.median(idle):.1f}; {answered} of 40 answered")
        crowd.wait()
    assert answered < 20, "the neighbour waited for the crowd"


def seconds_of_a_create(deployment: Daemons) -> float:
    """From a neighbour's call to its answer."""
    story, begun = Story(deployment), time.monotonic()
    story.create(hot(a=resource()))
    return time.monotonic() - begun
