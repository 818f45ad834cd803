"""Notifications of services, over a real broker: they wake what waits, and are believed in nothing else.

The engine is the embedded one; its resources are of a type whose objects are in this process. What the broker carries
is what Nova and Cinder send, byte for byte of its form; tests/cloud/test_notifications.py has these two themselves.
"""

from __future__ import annotations

import json
import pathlib
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import kombu
import pytest

from heatlite.engine.common.counts import Count, Counts
from heatlite.engine.common.settings import CloudNotificationSettings
from heatlite.engine.runtime import cloud_listener, embedded
from heatlite.engine.runtime.cloud_listener import CloudListener
from heatlite.engine.runtime.process import Surroundings
from heatlite.engine.traversal.announcements import Announcements
from heatlite.resources.base import Resource
from heatlite.resources.registry import Registry
from heatlite.rpc import connection, messages, notification_listener
from tests.deployment import InProcess, conf, in_process
from tests.servers.rabbitmq import RabbitMQ, vhost_of
from tests.story import Story, Template, hot
from tests.waiting import PATIENCE, wait_until

NEVER = 600.0
"""Seconds between two looks that a test never waits for."""
TYPE = "Test::Told"


class Told(Resource):
    """An object that is ready when the test says so, and is looked at by nobody's clock."""

    immediate = False
    looks: Counter[str] = Counter()
    ready: set[str] = set()
    made: dict[str, str] = {}
    polls = NEVER
    during = staticmethod(lambda thing_id: None)
    """What happens just after a look has found an object that isn't ready."""

    def handle_create(self) -> Any:
        self.resource_id_set(str(uuid.uuid4()))
        return {}

    def check_create_complete(self, progress: Any) -> bool:
        thing = str(self.resource_id)
        self.looks[thing] += 1
        is_ready = thing in self.ready
        if not is_ready:
            self.during(thing)
            self.poll_in(self.polls)
            self.wake_on(thing)
        self.made[self.name] = thing  # from now on a test sees it
        return is_ready


class Services:
    """Nova and Cinder as the broker sees them: exchanges of their own kind, and messages in oslo.messaging's form."""

    def __init__(self, url: str) -> None:
        self._connection = kombu.Connection(url.replace("rabbit://", "amqp://").partition("?")[0])
        self._channel = self._connection.channel()

    def begin(self, *names: str) -> None:
        """Make exchanges as the services make theirs by default: not durable."""
        for name in names:
            kombu.Exchange(name, "topic", durable=False)(self._channel).declare()

    def say(self, event_type: Any, payload: Any, level: str = "info", exchange: str = "nova", **more: Any) -> None:
        """Send a notification."""
        body = {"event_type": event_type, "payload": payload, "priority": level.upper(), "publisher_id": "compute.x"}
        message = {**body, "message_id": str(uuid.uuid4()), "timestamp": "2026-12-01 00:00:00.0", **more}
        envelope = {"oslo.version": "2.0", "oslo.message": json.dumps(message)}
        self.send(json.dumps(envelope), f"notifications.{level}", exchange)

    def created(self, thing_id: str) -> None:
        """Say what Nova says of a server that is ACTIVE."""
        self.say("compute.instance.create.end", {"instance_id": thing_id, "state": "active"})

    def send(self, body: str | bytes, key: str = "notifications.info", exchange: str = "nova", **more: Any) -> None:
        """Send a message of any form."""
        with kombu.Producer(self._channel) as producer:
            producer.publish(body, key, exchange=exchange, content_type="application/json", **more)

    def close(self) -> None:
        self._connection.release()


class World:
    """An engine that listens, and services that tell it something."""

    def __init__(self, directory: pathlib.Path, rabbitmq: RabbitMQ, patch: pytest.MonkeyPatch) -> None:
        self.rabbitmq, self.directory, self._patch = rabbitmq, directory, patch
        self.url = rabbitmq.fresh_vhost()
        self.services = Services(self.url)
        self.engines: list[InProcess] = []

    def start(self, poll_interval: float = NEVER) -> InProcess:
        """One engine more, on a database of its own."""
        bus = notification_listener.transport_of(conf(), self.url)
        registry = Registry.load().with_others({TYPE: Told})
        made = partial(Surroundings, services_bus=bus, registry=registry)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(embedded, "Surroundings", made)
            place = self.directory / str(len(self.engines))
            settings = CloudNotificationSettings(enabled=True, poll_interval=poll_interval)
            self.engines.append(in_process(place, cloud_notifications=settings))
        return self.engines[-1]

    def listens(self, number: int = 1) -> None:
        """Wait until so many engines hear."""
        wait_until(lambda: len(self.queues()) == number, PATIENCE, f"{number} queues", lambda: str(self.queues()))
        wait_until(lambda: all(self.hears(it) for it in self.engines), PATIENCE, "engines to hear")

    def hears(self, engine: InProcess) -> bool:
        listener = engine.engine.engine._cloud_listener
        return listener is not None and listener.hears

    def queues(self) -> dict[str, Any]:
        found = self.rabbitmq.queues(vhost_of(self.url))
        return {name: it for name, it in found.items() if messages.is_for_notifications(name)}

    def counted(self, what: Count, number: int = 0) -> int:
        return self.engines[number].engine.engine.shared.counts[what]

    def stop(self) -> None:
        for it in self.engines:
            it.stop()
        self.services.close()


@pytest.fixture
def world(rabbitmq: RabbitMQ, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    Told.looks, Told.ready, Told.made, Told.polls = Counter(), set(), {}, NEVER
    Told.during = staticmethod(lambda thing_id: None)
    monkeypatch.setattr(cloud_listener, "PAUSE", 0.2)
    monkeypatch.setattr(cloud_listener, "LOOKS_FOR_MORE", 1)
    world = World(tmp_path, rabbitmq, monkeypatch)
    yield world
    world.stop()


def things(*names: str) -> Template:
    return hot(**{name: {"type": TYPE} for name in names})


def begun(engine: InProcess, *names: str) -> tuple[Story, list[str]]:
    """Begin to create a stack; the ids of its objects, once each of them has been looked at and isn't ready."""
    story = Story(engine)
    for name in names:
        Told.made.pop(name, None)
    story.create(things(*names))
    wait_until(lambda: all(name in Told.made for name in names), PATIENCE, "objects to be made")
    waits = engine.engine.engine.runner._timers
    wait_until(lambda: all(waits.has_name(Told.made[it]) for it in names), PATIENCE, "them to be waited for")
    return story, [Told.made[name] for name in names]


def test_each_is_looked_at_when_a_service_tells_of_it_and_never_else(world: World) -> None:
    world.services.begin("nova", "cinder")
    engine = world.start()
    world.listens()
    story, made = begun(engine, *(f"r{number}" for number in range(10)))
    Told.ready.update(made)
    world.services.created(str(uuid.uuid4()))
    world.services.say("compute.instance.create.start", {"instance_id": made[0]})
    for it in made[:5]:
        world.services.created(it)
    for it in made[5:]:
        world.services.say("volume.create.end", {"volume_id": it}, exchange="cinder")
    story.settle("CREATE_COMPLETE")
    assert dict(Told.looks) == dict.fromkeys(made, 2), "one when it was made, one when it was told of"
    assert world.counted(Count.WOKEN) == 10
    assert world.counted(Count.UNAWAITED) == 1
    only_heard = [it.engine.engine.shared.counts[Count.REFUSED] for it in world.engines]
    assert only_heard == [0]


def test_what_was_told_while_a_step_looked_is_not_missed(world: World) -> None:
    world.services.begin("nova", "cinder")
    engine = world.start()
    world.listens()
    announcements = engine.engine.engine._announcements
    assert announcements is not None

    def is_ready_and_told_at_once(thing_id: str) -> None:
        since = announcements._monotonic()
        Told.ready.add(thing_id)
        world.services.created(thing_id)
        wait_until(lambda: announcements.came_since({thing_id}, since), PATIENCE, "the notification to be heard")

    Told.during = staticmethod(is_ready_and_told_at_once)
    story = Story(engine)
    story.create(things("a"))
    story.settle("CREATE_COMPLETE")
    assert sorted(Told.looks.values()) == [2]


def test_false_notifications_cost_a_look_each_at_most(world: World) -> None:
    world.services.begin("nova", "cinder")
    engine = world.start()
    world.listens()
    story, [made] = begun(engine, "a")
    say = world.services.say
    say("compute.instance.create.end", {"instance_id": made})
    wait_until(lambda: Told.looks[made] == 2, PATIENCE, "it to be looked at")
    for event_type, payload in (
        (None, None),
        (["compute.instance.create.end"], {"instance_id": made}),
        ("compute.instance.create.end", [made]),
        ("compute.instance.create.end", {"instance_id": [made]}),
        ("compute.instance.create.end", {"instance_id": made, **{str(number): made for number in range(1000)}}),
        ("x" * 100_000 + ".end", {"instance_id": made}),
    ):
        say(event_type, payload)
    say("compute.instance.create.end", {"instance_id": made, "padding": "x" * connection.LARGEST_NOTIFICATION})
    say("compute.instance.create.end", {"instance_id": made}, priority=7)
    say("compute.instance.create.end", {"instance_id": made}, priority=None)
    for body in (
        b"",
        b"[]",
        b"{",
        b"\xff",
        b"7",
        b'"x"',
        b'{"oslo.version": "2.0", "oslo.message": "["}',
        b"[" * 50_000,
    ):
        world.services.send(body)
    world.services.send(b"x", headers={"x": "y" * 50_000})
    wait_until(lambda: world.counted(Count.REFUSED) == 1, PATIENCE, "what is too large to be refused")
    Told.ready.add(made)
    world.services.created(made)
    story.settle("CREATE_COMPLETE")
    assert Told.looks[made] == 3


def test_each_engine_hears_all_and_those_that_do_not_wait_do_nothing(world: World) -> None:
    """The second is a listener without an engine: two embedded engines of one process would share their calls."""
    world.services.begin("nova", "cinder")
    engine = world.start()
    counts, woken = Counts(), threading.Event()
    other = CloudListener(notification_listener.transport_of(conf(), world.url), CloudNotificationSettings(), counts)
    heard = Announcements(NEVER, counts, lambda: other.hears)
    heard.serve(lambda it: it == "nobody's", lambda ids: woken.set() or 0)
    other.start(heard, lambda: None)
    try:
        world.listens(2)
        story, [made] = begun(engine, "a")
        Told.ready.add(made)
        world.services.created(made)
        story.settle("CREATE_COMPLETE")
        wait_until(lambda: counts[Count.UNAWAITED] == 1, PATIENCE, "the other one to hear of it, too")
        assert (world.counted(Count.WOKEN), world.counted(Count.UNAWAITED)) == (1, 0)
        assert not woken.is_set()
    finally:
        other.stop()
    assert len(world.queues()) == 1


def test_a_queue_is_bounded_and_goes_with_its_engine(world: World) -> None:
    world.services.begin("nova", "cinder")
    world.start()
    world.listens()
    [queue] = world.queues().values()
    assert queue["arguments"] == connection.NOTIFICATION_QUEUE
    assert queue["durable"]
    world.engines.pop().stop()
    assert world.queues() == {}


def test_a_service_that_comes_later_is_heard_and_none_is_waited_for(world: World) -> None:
    Told.polls = 0.05
    engine = world.start()
    story, [made] = begun(engine, "a")
    Told.ready.add(made)
    story.settle("CREATE_COMPLETE")
    assert world.queues() == {}, "nobody has made an exchange, and it isn't for a listener to make them"
    Told.polls = NEVER
    world.services.begin("cinder")
    world.listens()
    world.services.begin("nova")
    both = lambda: engine.engine.engine._cloud_listener._heard_on == ["nova", "cinder"]  # type: ignore[union-attr]  # noqa: E731
    wait_until(both, PATIENCE, "both to be heard")
    story, [made] = begun(engine, "b")
    Told.ready.add(made)
    world.services.created(made)
    story.settle("CREATE_COMPLETE")


def test_who_was_told_before_relies_on_it_and_polls_again_when_the_broker_is_gone(world: World) -> None:
    Told.polls = 0.05
    world.services.begin("nova", "cinder")
    engine = world.start()
    world.listens()
    reliable(world, engine)
    story, [made] = begun(engine, "b")
    looks = Told.looks[made]  # polled once at most; it relies on being told from its second wait on
    assert looks == 1
    Told.ready.add(made)
    before = threading.Event()
    deafen(world, before)
    story.settle("CREATE_COMPLETE")
    assert before.is_set()
    assert Told.looks[made] == 2, "it wasn't polled before the broker was gone"


def test_who_relied_in_vain_polls_again(world: World) -> None:
    """Its service tells nothing any more: the first wait takes as long as the interval, the next one doesn't."""
    Told.polls = 0.05
    world.services.begin("nova", "cinder")
    engine = world.start(poll_interval=2.0)
    world.listens()
    reliable(world, engine)
    story, [made] = begun(engine, "b")
    Told.ready.add(made)
    story.settle("CREATE_COMPLETE")
    assert Told.looks[made] == 2
    story, [made] = begun(engine, "c")
    wait_until(lambda: Told.looks[made] > 5, PATIENCE, "it to be polled as its plugin says")
    Told.ready.add(made)
    story.settle("CREATE_COMPLETE")


def reliable(world: World, engine: InProcess) -> None:
    """Let the engine learn that this type's creations end with a notification.

    While it is told, the type isn't polled: otherwise a poll could be quicker.
    """
    polls, Told.polls = Told.polls, NEVER
    story, [made] = begun(engine, "a")
    Told.ready.add(made)
    world.services.created(made)
    story.settle("CREATE_COMPLETE")
    Told.polls = polls


def deafen(world: World, happened: threading.Event) -> None:
    """Take the engine's queue away, and its listener's connection with it."""
    [engine] = world.engines
    listener = engine.engine.engine._cloud_listener
    assert listener is not None
    current = listener._listener
    assert current is not None
    world._patch.setattr(type(current), "is_consuming", property(lambda self: self is not current))
    wait_until(lambda: listener._listener is not current, PATIENCE, "the listener to be given up")
    happened.set()
