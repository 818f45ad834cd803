"""What one row holds stops no sweep for the others, and what no engine can read isn't gone on with for ever."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import sqlalchemy as sa

from heatlite.convergence.model import Node
from heatlite.db import models, stacks
from heatlite.db.api import Database
from heatlite.engine.definitions.traversals import Traversal
from tests.functional.engine.fleet import Fleet
from tests.story import hot, resource

UNREADABLE = {"heat_template_version": "1999-12-31", "resources": {}}
"""As an engine of another time may have stored it."""


@pytest.fixture
def fleet(database: Database) -> Fleet:
    return Fleet.on(database)


def begin_two(fleet: Fleet, **args: Any) -> list[dict[str, Any]]:
    """Two stacks whose casts are lost with the engine that took them; nobody can read the first one's template."""
    identities = []
    for name in ("unreadable", "sound"):
        identities.append(fleet.call("create_stack", name, hot(a=resource(name)), None, None, dict(args)))
    fleet.bus.lose_everything()
    fleet.engines[0].die()  # which has read both
    spoil(fleet, identities[0])
    return identities


def spoil(fleet: Fleet, identity: dict[str, Any]) -> None:
    """Put what can't be read in place of a stack's template."""
    row = stacks.get(fleet.context(), identity["stack_id"])
    assert row is not None
    table = models.raw_template
    with fleet.database.writer(fleet.context()) as connection:
        statement = sa.update(table).where(table.c.id == row.raw_template_id).values(template=UNREADABLE)
        connection.execute(statement)


def state(fleet: Fleet, identity: dict[str, Any]) -> str:
    row = stacks.get(fleet.context(), identity["stack_id"])
    assert row is not None
    return f"{row.action}_{row.status}"


def look(fleet: Fleet, name: str) -> None:
    """One look of every engine, and what comes of it; a message that can't be understood harms nobody."""
    for engine in fleet.living:
        getattr(engine.sweeper, name)()
    while fleet.bus.casts:
        traversal_id, nodes = fleet.bus.casts.popleft()
        try:
            fleet.living[0].checker.check(traversal_id, nodes)
        except Exception:
            logging.debug("As the worker does: left for a sweep")
    for engine in fleet.living:
        engine.work()


def test_a_stack_that_cannot_be_read_keeps_no_lost_cast_of_another_from_being_found(fleet: Fleet) -> None:
    unreadable, sound = begin_two(fleet)
    fleet.pass_time(fleet.settings.recast_after + 1)
    look(fleet, "lost_casts")
    assert state(fleet, sound) == "CREATE_COMPLETE"
    assert state(fleet, unreadable) == "CREATE_IN_PROGRESS"


def test_an_operation_that_no_engine_can_read_fails_after_some_casts(fleet: Fleet) -> None:
    unreadable, _ = begin_two(fleet)
    for _ in range(fleet.settings.max_attempts + 1):
        fleet.pass_time(fleet.settings.recast_after * 60)
        look(fleet, "lost_casts")
    assert state(fleet, unreadable) == "CREATE_FAILED"
    row = stacks.get(fleet.context(), unreadable["stack_id"])
    assert row is not None
    assert row.status_reason.startswith("The template can't be read: ")


def test_a_stack_that_cannot_be_read_is_deleted(fleet: Fleet) -> None:
    unreadable, _ = begin_two(fleet)
    fleet.call("delete_stack", unreadable)
    fleet.work()
    assert state(fleet, unreadable) == "DELETE_COMPLETE"


def test_a_stack_that_cannot_be_read_is_shown(fleet: Fleet) -> None:
    unreadable, _ = begin_two(fleet)
    [shown] = fleet.call("show_stack", unreadable)
    assert shown["stack_name"] == "unreadable"
    assert fleet.call("get_template", unreadable) == UNREADABLE
    assert len(fleet.call("list_stack_resources", unreadable)) == 1
    assert len(fleet.call("show_stack", None)) == 2


def test_the_time_of_a_stack_that_cannot_be_read_is_over_as_that_of_others(fleet: Fleet) -> None:
    both = begin_two(fleet, timeout_mins=1)
    fleet.pass_time(61)
    look(fleet, "overdue_stacks")
    assert [state(fleet, it) for it in both] == ["CREATE_FAILED", "CREATE_FAILED"]


def test_what_fails_for_one_traversal_is_told_once_and_harms_no_other(
    fleet: Fleet, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the reason is: here it is no error that anybody thought of."""
    unreadable, sound = begin_two(fleet)
    row = stacks.get(fleet.context(), unreadable["stack_id"])
    assert row is not None
    engine = fleet.living[0]
    announce = engine.recorder.announce

    def stumble(ready: dict[str, list[Node]], *args: Any, **more: Any) -> None:
        if row.current_traversal in ready:
            raise ZeroDivisionError
        announce(ready, *args, **more)

    monkeypatch.setattr(engine.recorder, "announce", stumble)
    fleet.pass_time(fleet.settings.recast_after + 1)
    engine.sweeper.lost_casts()
    fleet.work()
    assert state(fleet, sound) == "CREATE_COMPLETE"
    fleet.pass_time(fleet.settings.recast_after * 60)
    engine.sweeper.lost_casts()
    assert len([it for it in caplog.records if it.levelno >= logging.ERROR]) == 1


def test_a_rollback_that_cannot_be_read_fails(fleet: Fleet) -> None:
    """It is planned by whoever takes its only node, which is a stack's own."""
    fleet.create(hot(a=resource("x")), rollback=True)
    fleet.work()
    fleet.update(hot(a=resource("y"), b=resource("z", fail=True)), disable_rollback=False)
    before = fleet.stack().prev_raw_template_id
    table = models.raw_template
    with fleet.database.writer(fleet.context()) as connection:
        connection.execute(sa.update(table).where(table.c.id == before).values(template=UNREADABLE))
    fleet.bus.lose_everything()
    fleet.engines[0].die()
    for _ in range(fleet.settings.max_attempts + 3):
        fleet.pass_time(fleet.settings.recast_after * 60)
        look(fleet, "lost_casts")
        fleet.work()
    assert fleet.state() == "ROLLBACK_FAILED"


def test_traversals_that_can_be_read_are_not_ended(fleet: Fleet) -> None:
    fleet.create(hot(a=resource("x")))
    engine = fleet.living[0]
    assert engine.recorder.end_unreadable(fleet.stack().current_traversal) is False
    assert engine.recorder.end_unreadable("no such traversal") is False
    loaded = engine.shared.library.traversal(fleet.context(), fleet.stack().current_traversal)
    assert isinstance(loaded, Traversal)
