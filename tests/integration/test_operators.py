"""What operators have, on real daemons: repair, reports on a signal; and guests and messages that daemons must bear."""

from __future__ import annotations

import os
import pathlib
import signal
from collections.abc import Iterator
from typing import Any

import kombu
import pytest

from heatlite.context import EngineContext
from heatlite.db import stacks
from heatlite.rpc import messages
from tests.chaos.thing import HANGER, install
from tests.deployment import KEY, Daemons, running
from tests.story import Story, hot, resource, vanish
from tests.waiting import PATIENCE, wait_until

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture
def daemons(mariadb: Any, rabbitmq: Any, tmp_path: pathlib.Path) -> Iterator[Daemons]:
    install(tmp_path / "plugins")
    environment = {
        "PYTHONPATH": os.pathsep.join([str(tmp_path / "plugins"), str(ROOT)]),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    options = {"step_time_limit": 1, "max_attempts": 2, "graceful_shutdown_timeout": 5, "workers": 1}
    guarded = type("Guarded", (Daemons,), {"environment": environment})
    with running(guarded(tmp_path, mariadb.fresh_database(), rabbitmq.fresh_vhost(), **options)) as deployment:
        yield deployment


@pytest.fixture
def story(daemons: Daemons) -> Story:
    return Story(daemons)


def test_operators_repair_look_and_survive(story: Story, daemons: Daemons) -> None:
    """One deployment for all of it: starting one takes longer than each of these."""
    story.create(hot(a=resource("1"), b=resource("2", depends_on="a")))
    story.settle("CREATE_COMPLETE")
    a_broken_stack_is_repaired_by_a_new_operation(story, daemons)
    a_process_reports_on_a_signal(daemons)
    messages_of_nonsense_are_dropped(story, daemons)
    a_step_that_hangs_costs_its_own_resource(daemons)
    story.delete()
    story.settle("DELETE_COMPLETE")


def a_broken_stack_is_repaired_by_a_new_operation(story: Story, daemons: Daemons) -> None:
    vanish(story, "b")
    story.check()
    story.settle("CHECK_FAILED")
    stack_id = story.identity["stack_id"]
    explained = daemons.manage("stack", "explain", stack_id)
    assert "b: CHECK_FAILED" in explained
    assert f"heatlite-manage stack repair {stack_id}" in explained
    assert "UPDATE has begun" in daemons.manage("stack", "repair", story.name)
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "b")


def a_process_reports_on_a_signal(daemons: Daemons) -> None:
    (worker,) = daemons.workers()
    os.kill(worker.pid, signal.SIGUSR2)
    wait_until(lambda: "Guru Meditation" in daemons.log.read_text(), PATIENCE, "the report", daemons.tail)
    wait_until(lambda: "Configuration" in daemons.log.read_text(), PATIENCE, "its end", daemons.tail)
    said = daemons.log.read_text()
    assert "heatlite/engine/runtime/recovery.py" in said, "where threads stand"
    assert KEY not in said
    assert worker.is_running()


def messages_of_nonsense_are_dropped(story: Story, daemons: Daemons) -> None:
    bus = daemons.bus.split("?")[0].replace("rabbit://", "amqp://")
    (worker,) = daemons.workers()
    bodies = [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"oslo.version": "9.0"}',
        b'{"oslo.version": "2.0", "oslo.message": "x"}',
    ]
    calls = [
        '{"method": "check_resource", "args": {}, "version": "1.0"}',
        '{"method": "check_resource", "args": {"traversal_id": 1, "nodes": "x"}, "version": "7.3"}',
        '{"method": "no_such", "args": {}, "version": "1.0"}',
    ]
    quoted = [call.replace('"', '\\"') for call in calls]
    bodies += [f'{{"oslo.version": "2.0", "oslo.message": "{call}"}}'.encode() for call in quoted]
    with kombu.Connection(bus) as connection, connection.Producer() as producer:
        for body in [*bodies, b"[" * 3_000_000]:
            for content_type in ("application/json", "application/x-unheard-of"):
                producer.publish(
                    body,
                    exchange=messages.EXCHANGE,
                    routing_key=messages.WORKER_TOPIC,
                    content_type=content_type,
                    content_encoding="utf-8",
                )
    story.update(hot(a=resource("3"), b=resource("2", depends_on="a")))
    story.settle("UPDATE_COMPLETE")
    assert worker.is_running()


def a_step_that_hangs_costs_its_own_resource(daemons: Daemons) -> None:
    hangs = Story(daemons)
    hangs.create(hot(a=resource("1"), hanger={"type": HANGER, "depends_on": "a"}))
    wait_until(lambda: ended(daemons, hangs), PATIENCE, "the creation to end", daemons.tail)
    wait_until(daemons.answers, PATIENCE, "an engine to answer", daemons.tail)
    stack = hangs.settle("CREATE_FAILED")
    assert "resources.hanger: 2 engines died at it" in stack["stack_status_reason"]
    assert hangs.resources()["a"]["resource_status"] == "COMPLETE"
    said = daemons.log.read_text()
    assert f"CREATE of hanger ({HANGER}) has been in one step" in said
    assert "time.sleep(600)" in said


def ended(daemons: Daemons, story: Story) -> bool:
    """Whether its operation is over, as the database says: a call to an engine that has to go may be lost with it."""
    stack = stacks.get(EngineContext(daemons.database), story.identity["stack_id"])
    return stack is not None and not stack.is_in_progress
