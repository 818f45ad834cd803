"""Events are sent to the queues that a stack names in its environment: all of them, in its name, also the last one."""

from __future__ import annotations

import pathlib
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from heatlite import exception
from heatlite.context import EngineContext
from heatlite.db import event_sinks, events, models
from heatlite.db.api import Database, Settings
from heatlite.db.crypt import Vault
from heatlite.db.events import Happening
from heatlite.db.records import StackRecord
from heatlite.engine.observability.event_sender import AGAIN_AFTER, CLAIMED_FOR, EventSender, batches
from heatlite.engine.ports.clouds import Clouds
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import stores, template
from tests.functional.engine.test_trusting import ANN
from tests.memory_keystone import MemoryKeystone

ONE, TWO = template({"one": stores()}), template({"one": stores(), "two": stores()})
SINK = {"event_sinks": [{"type": "zaqar-queue", "target": "news", "ttl": 900}]}


class Queues(Clouds):
    """The cloud, with a Zaqar that notes what it is sent, and that the stack may still use.

    ``dies``: raised by the next request; after ``heeds``, it has done what it was asked for.
    """

    def __init__(self, database: Database, keystone: MemoryKeystone) -> None:
        super().__init__(database, keystone.sessions())
        self.keystone = keystone
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.dies: BaseException | None = None
        self.heeds = False

    def of_stack(self, stack: StackRecord) -> Any:
        trust_id = self._login(stack).trust_id
        assert trust_id in self.keystone.things["trust"]
        return self

    def api(self, service: str) -> Any:
        assert service == "message"
        return self

    def post(self, place: str, body: dict[str, Any], headers: dict[str, str]) -> None:
        assert headers["Client-ID"]
        dies, self.dies = self.dies, None
        if dies is None or self.heeds:
            self.sent += [(place, message) for message in body["messages"]]
        if dies is not None:
            raise dies

    def told(self, queue: str = "news") -> list[str]:
        """What a queue was told, the resource and its state."""
        found = [it["body"]["payload"] for place, it in self.sent if place == f"/queues/{queue}/messages"]
        return [f"{it['resource_name']} {it['resource_action']}_{it['resource_status']}" for it in found]


@pytest.fixture
def queues(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Queues]:
    shutil.copy(schema, tmp_path / "keyed.sqlite3")
    database = Database(Settings(f"sqlite:///{tmp_path / 'keyed.sqlite3'}"), Vault(("k" * 32,)))
    yield Queues(database, MemoryKeystone())
    database.dispose()


@pytest.fixture
def engine(queues: Queues) -> Endpoint:
    return Endpoint(queues._database, clouds=queues)


@pytest.fixture
def sender(engine: Endpoint, queues: Queues) -> EventSender:
    return EventSender(engine.shared, queues)


def all_of(sender: EventSender) -> None:
    while sender.tell():
        pass


def sinks(engine: Endpoint) -> int:
    with engine.database.engine.connect() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(models.event_sink)).scalar() or 0


CREATED = ["web CREATE_IN_PROGRESS", "one CREATE_IN_PROGRESS", "one CREATE_COMPLETE", "web CREATE_COMPLETE"]


def test_events_are_sent_once_as_heat_sends_them(engine: Endpoint, queues: Queues, sender: EventSender) -> None:
    identity = engine.created("web", ONE, params=SINK, wire=ANN)
    all_of(sender)
    all_of(sender)
    assert sorted(queues.told()) == sorted(CREATED)
    listed = engine.call("list_events", stack_identity=identity)
    assert [it["body"]["id"] for _, it in queues.sent] == [
        it["event_identity"]["path"].rpartition("/")[2] for it in reversed(listed)
    ]
    _, last = queues.sent[-1]
    assert last["ttl"] == 900
    assert last["body"] == {
        "timestamp": last["body"]["timestamp"],
        "version": "0.1",
        "type": "os.heat.event",
        "id": last["body"]["id"],
        "payload": {
            "resource_name": "web",
            "physical_resource_id": identity["stack_id"],
            "stack_id": identity["stack_id"],
            "resource_action": "CREATE",
            "resource_status": "COMPLETE",
            "resource_status_reason": "Stack CREATE completed successfully",
            "resource_type": "OS::Heat::Stack",
            "resource_properties": {},
            "version": "0.1",
        },
    }


def test_a_deleted_stack_keeps_its_trust_until_its_last_event_is_sent(
    engine: Endpoint, queues: Queues, sender: EventSender
) -> None:
    identity = engine.created("web", ONE, params=SINK, wire=ANN)
    engine.call("delete_stack", stack_identity=identity)
    engine.settle()
    assert len(queues.keystone.things["trust"]) == 1
    all_of(sender)
    assert queues.told()[-1] == "web DELETE_COMPLETE"
    engine.clock.now += event_sinks.SETTLES
    all_of(sender)
    engine.clock.now += event_sinks.SETTLES
    all_of(sender)
    assert queues.keystone.things["trust"] == {}
    assert sinks(engine) == 0
    with engine.database.engine.connect() as connection:
        assert connection.execute(sa.select(models.user_creds)).all() == []


def test_the_update_that_gives_a_stack_its_first_credentials_is_told_too(
    engine: Endpoint, queues: Queues, sender: EventSender
) -> None:
    identity = engine.created("web", ONE)
    with engine.database.engine.begin() as connection:  # as an import leaves a stack without credentials
        connection.execute(sa.update(models.stack).values(user_creds_id=None))
    engine.update(identity, TWO, params=SINK, wire=ANN)
    engine.settle()
    engine.call("delete_stack", stack_identity=identity)
    engine.settle()
    all_of(sender)
    assert (queues.told()[0], queues.told()[-1]) == ("web UPDATE_IN_PROGRESS", "web DELETE_COMPLETE")
    for _ in range(2):
        engine.clock.now += event_sinks.SETTLES
        all_of(sender)
    assert queues.keystone.things["trust"] == {}


def test_without_sinks_a_trust_goes_with_its_stack(engine: Endpoint, queues: Queues) -> None:
    identity = engine.created("web", ONE, wire=ANN)
    engine.call("delete_stack", stack_identity=identity)
    engine.settle()
    assert queues.keystone.things["trust"] == {}


def test_an_update_adds_and_removes_sinks(engine: Endpoint, queues: Queues, sender: EventSender) -> None:
    identity = engine.created("web", ONE, wire=ANN)
    all_of(sender)
    both = {"event_sinks": [*SINK["event_sinks"], {"type": "zaqar-queue", "target": "more"}]}
    engine.update(identity, TWO, params=both, wire=ANN)
    engine.settle()
    all_of(sender)
    assert queues.told()[0] == "web UPDATE_IN_PROGRESS", "what was before isn't news"
    assert queues.told("more") == queues.told()
    engine.update(identity, ONE, params=SINK, wire=ANN)
    engine.settle()
    all_of(sender)
    assert queues.told("more")[-1] == "web UPDATE_COMPLETE"
    assert len(queues.told()) > len(queues.told("more"))
    assert sinks(engine) == 1


def test_what_zaqar_refuses_is_given_up_and_what_it_cannot_take_now_is_sent_later(
    engine: Endpoint, queues: Queues, sender: EventSender
) -> None:
    identity = engine.created("web", ONE, params=SINK, wire=ANN)
    queues.dies = exception.CloudError(service="Zaqar", status=403, message="no")
    all_of(sender)
    assert queues.told() == []
    engine.update(identity, TWO, params=SINK, wire=ANN)
    engine.settle()
    queues.dies = exception.CloudUnavailable(service="Zaqar", status=503, message="not now")
    all_of(sender)
    assert queues.told() == []
    engine.clock.now += AGAIN_AFTER
    all_of(sender)
    assert (queues.told()[0], queues.told()[-1]) == ("web UPDATE_IN_PROGRESS", "web UPDATE_COMPLETE")


def test_what_is_older_than_its_time_in_the_queue_is_not_sent(
    engine: Endpoint, queues: Queues, sender: EventSender
) -> None:
    engine.created("web", ONE, params=SINK, wire=ANN)
    engine.clock.now += 901
    all_of(sender)
    assert queues.told() == []


def test_an_engine_that_dies_while_it_sends_has_another_send_it_again(
    engine: Endpoint, queues: Queues, sender: EventSender
) -> None:
    engine.created("web", ONE, params=SINK, wire=ANN)
    queues.dies, queues.heeds = SystemExit(), True
    with pytest.raises(SystemExit):
        sender.tell()
    all_of(sender)
    assert sorted(queues.told()) == sorted(CREATED), "it is another's for a while"
    engine.clock.now += CLAIMED_FOR
    all_of(sender)
    assert sorted(queues.told()) == sorted(2 * CREATED)


def test_an_event_that_is_committed_late_is_sent_too(engine: Endpoint, queues: Queues, sender: EventSender) -> None:
    identity = engine.created("web", ONE, params=SINK, wire=ANN)
    late = sa.delete(models.event).where(models.event.c.resource_name == "one")
    context = EngineContext(engine.database)
    with engine.database.writer(context):
        ids = list(context.connection.execute(sa.select(models.event.c.id).where(late.whereclause)).scalars())
        context.connection.execute(late)
    all_of(sender)
    assert queues.told() == ["web CREATE_IN_PROGRESS", "web CREATE_COMPLETE"]
    happening = Happening("one", "OS::Heat::TestResource", None, "CREATE", "COMPLETE", "late")
    with engine.database.writer(context):
        events.insert(context, identity["stack_id"], [happening], ["7" * 36], engine.shared.inputs.utcnow())
        written = models.event.c.uuid == "7" * 36
        context.connection.execute(sa.update(models.event).where(written).values(id=ids[0]))
    engine.clock.now += event_sinks.SETTLES
    all_of(sender)
    assert queues.told()[2:] == ["one CREATE_COMPLETE"]


def test_a_stack_that_can_not_be_read_holds_up_no_other(engine: Endpoint, queues: Queues, sender: EventSender) -> None:
    broken = engine.created("broken", template({"one": stores("other")}), params=SINK, wire=ANN)
    engine.created("web", ONE, params=SINK, wire=ANN)
    with engine.database.engine.begin() as connection:
        of_broken = sa.select(models.stack.c.raw_template_id).where(models.stack.c.id == broken["stack_id"])
        spoil = "UPDATE raw_template SET environment = '{' WHERE id = :id"
        connection.execute(sa.text(spoil), {"id": connection.execute(of_broken).scalar()})
    all_of(sender)
    assert sorted(queues.told()) == sorted(CREATED)


def test_messages_fit_into_a_request() -> None:
    assert [len(it) for it in batches([{"a": 1}] * 25)] == [10, 10, 5]
    assert [len(it) for it in batches([{"a": "x" * 40_000}] * 3)] == [1, 1, 1]
    assert list(batches([])) == []
