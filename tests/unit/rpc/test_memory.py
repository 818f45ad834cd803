"""The transport in memory: who waits for a message sleeps until one arrives."""

from __future__ import annotations

import threading

import kombu
import pytest

from heatlite.rpc import memory
from tests.waiting import PATIENCE


@pytest.fixture
def connection() -> kombu.Connection:
    """A connection whose looks into its queues are counted by ``looks``."""
    memory.take_over()
    return kombu.Connection("memory://")


def test_a_message_wakes_who_waits_for_it(connection: kombu.Connection) -> None:
    found: list[str] = []
    with connection.Consumer(kombu.Queue("letters"), callbacks=[lambda body, message: found.append(body)]):
        waiting = threading.Thread(target=lambda: connection.drain_events(timeout=PATIENCE))
        waiting.start()
        with kombu.Connection("memory://") as other, other.SimpleQueue("letters") as same:
            same.put("a letter")
        waiting.join(PATIENCE)
    assert found == ["a letter"]


def test_who_waits_in_vain_looks_once_and_again_at_the_end(
    connection: kombu.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []
    look = memory.Channel._get

    def counted(channel: memory.Channel, queue: str, timeout: float | None = None) -> object:
        looks.append(queue)
        return look(channel, queue, timeout)

    monkeypatch.setattr(memory.Channel, "_get", counted)
    with connection.Consumer(kombu.Queue("nothing"), callbacks=[print]):
        with pytest.raises(TimeoutError):
            connection.drain_events(timeout=0.2)
        assert looks == ["nothing"] * 2


def test_messages_that_arrived_before_are_handed_over_at_once(connection: kombu.Connection) -> None:
    with connection.SimpleQueue("early") as early:
        for number in range(3):
            early.put(number)
        assert [early.get(timeout=PATIENCE).payload for _ in range(3)] == [0, 1, 2]
