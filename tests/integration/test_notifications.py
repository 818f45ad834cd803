"""Notifications on a real broker: whoever listens hears of starts, ends and errors; of each at least once."""

from __future__ import annotations

import os
import pathlib
import signal
import threading
from collections.abc import Iterator
from typing import Any

import oslo_messaging
import pytest

from heatlite.db import models
from tests.deployment import Daemons, conf, running
from tests.story import Story, hot, resource, slow
from tests.waiting import PATIENCE, wait_until


class Ear:
    """An endpoint for every level."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str, dict[str, Any]]] = []
        self._lock = threading.Lock()

    def _hear(self, level: str, publisher: str, event_type: str, body: dict[str, Any]) -> None:
        with self._lock:
            self.heard.append((level, event_type, body))

    def info(self, context: Any, publisher: str, event_type: str, body: Any, metadata: Any) -> None:
        self._hear("info", publisher, event_type, body)

    def error(self, context: Any, publisher: str, event_type: str, body: Any, metadata: Any) -> None:
        self._hear("error", publisher, event_type, body)

    def of(self, story: Story) -> list[str]:
        """What was told of one stack, each once: ``create.start`` …"""
        mine = [it[1] for it in self.heard if it[2]["stack_identity"] == story.identity["stack_id"]]
        return list(dict.fromkeys(it.removeprefix("orchestration.").removeprefix("stack.") for it in mine))


@pytest.fixture
def daemons(mariadb: Any, rabbitmq: Any, tmp_path: pathlib.Path) -> Iterator[Daemons]:
    deployment = Daemons(tmp_path, mariadb.fresh_database(), rabbitmq.fresh_vhost())
    with deployment.config.open("a") as file:
        file.write("\n[oslo_messaging_notifications]\ndriver = messagingv2\n")
    with running(deployment):
        yield deployment


@pytest.fixture
def ear(daemons: Daemons) -> Iterator[Ear]:
    ear = Ear()
    url = daemons.config.read_text().split("transport_url = ")[1].split("\n")[0]
    oslo_messaging.set_transport_defaults("heat")
    bus = oslo_messaging.get_notification_transport(conf(), url=url)
    target = oslo_messaging.Target(topic="notifications")
    listener = oslo_messaging.get_notification_listener(bus, [target], [ear], executor="threading")
    listener.start()
    yield ear
    listener.stop()
    listener.wait()
    bus.cleanup()


def hears(ear: Ear, story: Story, *expected: str) -> None:
    wait_until(lambda: set(expected) <= set(ear.of(story)), PATIENCE, f"{expected}", lambda: f"{ear.heard}")
    assert ear.of(story) == list(expected)


def test_a_listener_hears_of_starts_ends_and_errors(daemons: Daemons, ear: Ear) -> None:
    """One deployment for all of it."""
    good, bad = Story(daemons), Story(daemons)
    good.create(hot(a=resource("1")), tags=["blue"])
    good.settle("CREATE_COMPLETE")
    good.update(hot(a=resource("2")), existing=True)
    good.settle("UPDATE_COMPLETE")
    bad.create(hot(a=resource("1", fail=True)))
    bad.settle("CREATE_FAILED")
    hears(ear, bad, "create.start", "create.error")
    hears(ear, good, "create.start", "create.end", "update.start", "update.end")
    level, event_type, body = next(it for it in ear.heard if it[1].endswith("error"))
    assert (level, event_type) == ("error", "orchestration.stack.create.error")
    assert (body["state"], body["stack_name"]) == ("CREATE_FAILED", bad.name)
    assert "Test Resource failed a" in body["state_reason"]
    good.delete()
    good.settle("DELETE_COMPLETE")
    hears(ear, good, "create.start", "create.end", "update.start", "update.end", "delete.start", "delete.end")
    a_group_that_is_scaled_tells_of_it(daemons, ear)
    what_dead_engines_left_unsent_is_sent_by_the_next(daemons, ear)


def a_group_that_is_scaled_tells_of_it(daemons: Daemons, ear: Ear) -> None:
    story = Story(daemons)
    sizes = {"min_size": 1, "max_size": 3, "resource": resource("member")}
    by = {"auto_scaling_group_id": {"get_resource": "group"}, "adjustment_type": "change_in_capacity"}
    policy = {"type": "OS::Heat::ScalingPolicy", "properties": {**by, "scaling_adjustment": 1}}
    story.create(hot(group={"type": "OS::Heat::AutoScalingGroup", "properties": sizes}, policy=policy))
    story.settle("CREATE_COMPLETE")
    daemons.client.resource_signal(story.context, story.identity, "policy", None)
    hears(ear, story, "create.start", "create.end", "autoscaling.start", "autoscaling.end")
    numbers = [(it[2]["adjustment"], it[2]["capacity"]) for it in ear.heard if ".autoscaling." in it[1]]
    assert numbers == [(1, 1), (1, 2)]


def what_dead_engines_left_unsent_is_sent_by_the_next(daemons: Daemons, ear: Ear) -> None:
    story = Story(daemons)
    story.create(
        hot(last=slow("create", seconds=20.0), **{f"r{number}": resource(str(number)) for number in range(20)})
    )
    (launcher,) = daemons.launchers
    os.killpg(launcher.pid, signal.SIGKILL)
    launcher.wait()
    assert "create.end" not in ear.of(story), "all was told before they died: nothing is shown by this"
    daemons.launch()
    story.settle("CREATE_COMPLETE")
    wait_until(lambda: "create.end" in ear.of(story), PATIENCE, "the end to be told", daemons.tail)
    hears(ear, story, "create.start", "create.end")
    wait_until(lambda: unsent(daemons) == [], PATIENCE, "what was sent to go", daemons.tail)


def unsent(daemons: Daemons) -> list[Any]:
    with daemons.database.engine.connect() as connection:
        return list(connection.execute(models.notification.select()))
