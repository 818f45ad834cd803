"""Notifications: written with what they tell of, sent in each stack's order, and twice rather than never."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from heatlite.context import EngineContext
from heatlite.convergence.model import Status
from heatlite.db import migration, notifications, stacks
from heatlite.db.api import Database, Settings
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.observability.notification_sender import NO_DESCRIPTION, SENT_WITHIN, NotificationSender
from heatlite.engine.traversal.transactions import stack_event, write_events
from heatlite.notifications import SCALING
from tests.functional.db.build import add_stack, template_of

NOW = 1_000.0


class Listener:
    """Who listens; ``dies`` after it has heard so many."""

    def __init__(self, dies: int | None = None) -> None:
        self.heard = []
        self.dies = dies

    def send(self, notification):
        self.heard.append(notification)
        if len(self.heard) == self.dies:
            raise SystemExit

    @property
    def types(self):
        return [it.event_type for it in self.heard]


class Clock:
    now = NOW


@pytest.fixture
def database(tmp_path):
    database = Database(Settings(f"sqlite:///{tmp_path}/ours.sqlite3"), notifies=True)
    migration.sync(database.engine)
    yield database
    database.dispose()


@pytest.fixture
def context(database):
    return EngineContext(database)


def teller(database, listener):
    return NotificationSender(database, Inputs(now=lambda: Clock.now), listener)


def happens(context, stack_id, *states):
    """Note that a stack came to these states, as transactions do."""
    stack = stacks.get(context, stack_id)
    for state in states:
        action, status = state.split("_", 1)
        write_events(context, Inputs(now=lambda: NOW), stack_id, [stack_event(stack, action, status, "because")])


def tell_all(database, listener):
    while teller(database, listener).tell():
        pass
    return listener


def test_what_happens_is_told_in_heats_words(context, database):
    stack = add_stack(context, "shop", username="ann")
    stacks.replace_tags(context, stack, ["blue"])
    happens(context, stack, "CREATE_IN_PROGRESS", "CREATE_FAILED")

    first, second = tell_all(database, Listener()).heard

    assert (first.event_type, first.is_error) == ("orchestration.stack.create.start", False)
    assert (second.event_type, second.is_error) == ("orchestration.stack.create.error", True)
    assert second.body == {
        "tenant_id": "project",
        "user_id": "ann",
        "user_identity": "ann",
        "username": "ann",
        "stack_identity": stack,
        "stack_name": "shop",
        "state": "CREATE_FAILED",
        "state_reason": "because",
        "create_at": "2030-01-02T03:04:05Z",
        "updated_at": None,
        "description": "empty",
        "tags": ["blue"],
    }


def test_each_stack_is_told_of_in_its_own_order(context, database):
    one, two = add_stack(context, "one"), add_stack(context, "two")
    happens(context, one, "CREATE_IN_PROGRESS")
    happens(context, two, "CREATE_IN_PROGRESS", "CREATE_COMPLETE")
    happens(context, one, "CREATE_COMPLETE", "DELETE_IN_PROGRESS", "DELETE_COMPLETE")

    heard = tell_all(database, Listener()).heard

    of_one = [it.event_type.split(".", 2)[2] for it in heard if it.body["stack_name"] == "one"]
    assert of_one == ["create.start", "create.end", "delete.start", "delete.end"]
    assert len(heard) == 6


def test_a_template_that_cannot_be_read_stops_no_notification(context, database):
    unreadable, sound = (
        add_stack(context, "unreadable"),
        add_stack(context, "sound", raw_template_id=template_of(context, "another")),
    )
    with database.writer(context) as connection:
        spoilt = sa.text("UPDATE raw_template SET template = '{' WHERE id = :id")
        connection.execute(spoilt, {"id": stacks.get(context, unreadable).raw_template_id})
    happens(context, unreadable, "CREATE_IN_PROGRESS")
    happens(context, sound, "CREATE_IN_PROGRESS")
    listener = Listener()
    teller(database, listener).tell()
    assert [it.body["description"] for it in listener.heard] == [NO_DESCRIPTION, "another"]


def test_an_engine_that_dies_while_it_sends_has_another_send_it_again(context, database):
    stack = add_stack(context)
    happens(context, stack, "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE")
    dying, living = Listener(dies=1), Listener()
    with pytest.raises(SystemExit):
        teller(database, dying).tell()

    assert tell_all(database, living).types == [], "it is another's, and the next has to wait for it"
    Clock.now = NOW + SENT_WITHIN
    try:
        tell_all(database, living)
    finally:
        Clock.now = NOW
    assert dying.types == ["orchestration.stack.update.start"]
    assert living.types == ["orchestration.stack.update.start", "orchestration.stack.update.end"]


def test_of_two_engines_one_sends(context, database):
    happens(context, add_stack(context), "CREATE_IN_PROGRESS")
    (record,) = notifications.due(context, NOW, 10)

    assert notifications.claim(context, record, NOW + 1)
    assert not notifications.claim(context, record, NOW + 1)


def test_what_is_undone_is_never_told(context, database):
    stack = add_stack(context)

    def undone():
        with database.writer(context):
            happens(context, stack, "CREATE_COMPLETE")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()

    assert tell_all(database, Listener()).heard == []


def test_nothing_is_noted_where_nobody_listens(context, database):
    database.notifies = False
    happens(context, add_stack(context), "CREATE_IN_PROGRESS")

    assert notifications.due(context, NOW, 10) == []


def test_a_scaling_is_told_of_with_its_numbers(context, database):
    stack = add_stack(context)
    details = {"adjustment": 1, "adjustment_type": "ChangeInCapacity", "capacity": 2, "groupname": "g", "message": "m"}
    notifications.insert(context, stack, [(SCALING, Status.IN_PROGRESS, "m")], NOW, details)

    (heard,) = tell_all(database, Listener()).heard

    assert heard.event_type == "orchestration.autoscaling.start"
    assert {name: heard.body[name] for name in details} == details
