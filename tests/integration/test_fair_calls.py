"""Clients' calls are fair between projects, over a real broker: who waits for whom is held by events, not by time."""

from __future__ import annotations

import concurrent.futures
import contextlib
import functools
import threading
from collections.abc import Iterator
from typing import Any

import oslo_messaging
import pytest

from heatlite import exception
from heatlite.engine.traversal.fair_thread_pool import Lanes
from heatlite.rpc import messages, server, transport
from heatlite.rpc.engine_client import MessagingCaller
from heatlite.rpc.server import Fairness
from tests.deployment import conf
from tests.waiting import wait_until

THREADS, MOST_THREADS, MOST_CALLS = 4, 3, 6
LONG = 30


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
        self.may_end.wait(2 * LONG)
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
        self._client = oslo_messaging.get_rpc_client(bus, target, timeout=LONG)
        self.caller = MessagingCaller(self._client)

    def begin(self, project: str, method: str) -> concurrent.futures.Future[Any]:
        return self._pool.submit(self.caller.call, {"project_id": project}, method, "1.0", LONG)

    def cast(self, project: str, method: str) -> None:
        self._client.cast({"project_id": project}, method)


@pytest.fixture
def calls(rabbitmq: Any) -> Iterator[Calls]:
    transport.bound_prefetch(conf(), 4)
    bus = transport.get(conf(), rabbitmq.fresh_vhost())
    with contextlib.ExitStack() as ends, concurrent.futures.ThreadPoolExecutor(60) as pool:
        ends.callback(bus.cleanup)
        made = Calls(bus, pool)
        fair = Fairness(functools.partial(Lanes, most_of_one=MOST_THREADS), MOST_CALLS)
        serving = server.serve(bus, "fair", [made.patient], host="one", threads=THREADS, fair=fair)
        ends.callback(serving.leave)
        yield made
        made.patient.may_end.set()


def test_a_call_is_answered_though_another_project_has_many_that_are_not(calls: Calls) -> None:
    crowd = [calls.begin("crowd", "hold") for _ in range(MOST_CALLS)]
    wait_until(lambda: calls.patient.held == MOST_THREADS, LONG, "the crowd to have all the threads that it may")
    assert calls.begin("neighbour", "answer").result(LONG) == "neighbour"
    assert calls.patient.held == MOST_THREADS
    calls.patient.may_end.set()
    assert [it.result(LONG) for it in crowd] == ["held"] * MOST_CALLS


def test_one_call_too_many_of_a_project_is_refused_at_once_and_no_others(calls: Calls) -> None:
    crowd = [calls.begin("crowd", "hold") for _ in range(20)]
    wait_until(lambda: sum(it.done() for it in crowd) == 20 - MOST_CALLS, LONG, "those that are too many")
    refused = [it.exception() for it in crowd if it.done()]
    assert {type(error) for error in refused} == {exception.RequestLimitExceeded}
    assert "calls_per_project). This one was not carried out: make it again" in str(refused[0])
    assert calls.begin("neighbour", "answer").result(LONG) == "neighbour"
    calls.patient.may_end.set()
    assert sum(it.exception() is None for it in crowd) == MOST_CALLS
    assert calls.begin("crowd", "answer").result(LONG) == "crowd", "and later it is answered again"


def test_a_message_that_nobody_waits_for_is_never_refused(calls: Calls) -> None:
    for _ in range(2 * MOST_CALLS):
        calls.cast("crowd", "tell")
    crowd = [calls.begin("crowd", "hold") for _ in range(MOST_CALLS)]
    wait_until(lambda: calls.patient.held == MOST_THREADS, LONG, "the crowd to have all the threads that it may")
    for _ in range(3):
        calls.cast("crowd", "tell")
    calls.patient.may_end.set()
    wait_until(lambda: calls.patient.told == 2 * MOST_CALLS + 3, LONG, "every cast")
    concurrent.futures.wait(crowd)
