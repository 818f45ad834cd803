"""Nothing that one row holds stops a sweep or a list for the others; what no engine can read isn't gone on with for
ever."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from heatlite.convergence.model import Node
from heatlite.db import models, stacks
from heatlite.db.api import Database
from heatlite.db.crypt import METHOD, Vault
from heatlite.engine.definitions.traversals import Traversal
from heatlite.engine.runtime.recovery import Sweeper
from tests.functional.engine.fleet import Fleet
from tests.functional.engine.mishaps import LONG, SHORT, slow, threaded
from tests.story import hot, resource

UNREADABLE = {"heat_template_version": "1999-12-31", "resources": {}}
"""As an engine of another time may have stored it."""


@pytest.fixture
def fleet(database: Database) -> Fleet:
    return Fleet.on(database)


REFUSED = {"heat_template_version": "2021-04-16", "parameters": {"p": {"type": "number"}}, "resources": {}}
"""A template that no value is given to, as a nested stack may have that was refused when its values became known."""
SPOILT: Mapping[str, str] = {
    "of another version": json.dumps(UNREADABLE),
    "with values that can't be bound": json.dumps(REFUSED),
    "with no template at all": "[1]",
    "encrypted with a lost key": json.dumps([METHOD, Vault(("k" * 32,), encrypts=True).encrypt("{}")]),
    "cut off": '{"heat_template',
}
"""What stands in the column of a stack's template, so that no engine can go on with the stack."""


def begin_two(fleet: Fleet, **args: Any) -> list[dict[str, Any]]:
    """Two stacks whose casts are lost with the engine that took them; nobody can read the first one's template."""
    identities = create(fleet, ["unreadable", "sound"], resource("x"), **args)
    fleet.bus.lose_everything()
    fleet.engines[0].die()  # which has read both
    spoil(fleet, identities[0]["stack_id"], json.dumps(UNREADABLE))
    return identities


def create(fleet: Fleet, names: Iterable[str], a: Any, **args: Any) -> list[dict[str, Any]]:
    """Begin to create stacks of these names, each with a template of its own."""
    return [
        fleet.call("create_stack", name, {**hot(a=a), "description": name}, None, None, dict(args)) for name in names
    ]


def spoil(fleet: Fleet, stack_id: str, text: str) -> None:
    """Put a text that can't be used in place of a stack's template, which the engines that live forget."""
    row = stacks.get(fleet.context(), stack_id)
    assert row is not None
    statement = sa.text("UPDATE raw_template SET template = :text WHERE id = :id")
    with fleet.database.writer(fleet.context()) as connection:
        connection.execute(statement, {"text": text, "id": row.raw_template_id})
    for engine in fleet.living:
        engine.shared.library._templates.clear()
        engine.shared.library._traversals.clear()


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


# every look: what makes it necessary for several stacks, and what the last one comes to with it


def create_all(fleet: Fleet, a: Any, **args: Any) -> None:
    """A stack for each kind that no engine can go on with, and then a sound one."""
    create(fleet, [*(f"spoilt-{number}" for number, _ in enumerate(SPOILT)), "sound"], a, **args)


def claimed(fleet: Fleet) -> None:
    create_all(fleet, threaded())
    while fleet.message():
        pass


def an_engine_is_dead(fleet: Fleet) -> None:
    claimed(fleet)
    fleet.engines[0].die()
    for engine in fleet.living:
        engine.sweeper.dead_engines()  # sees the counter that won't change any more
    fleet.pass_time(fleet.settings.lease_seconds + 1)


def casts_are_lost(fleet: Fleet) -> None:
    create_all(fleet, resource("x"))
    fleet.bus.lose_everything()
    fleet.pass_time(fleet.settings.recast_after + 1)


def claims_are_lost(fleet: Fleet) -> None:
    claimed(fleet)
    fleet.engines[0].steps.waiting.clear()
    fleet.engines[0].shared.claims.clear()


def locks_are_lost(fleet: Fleet) -> None:
    claims_are_lost(fleet)
    delete_all(fleet)


def requests_are_lost(fleet: Fleet) -> None:
    create_all(fleet, slow(LONG))
    while fleet.message():
        pass
    delete_all(fleet)


def wake_ups_are_lost(fleet: Fleet) -> None:
    create_all(fleet, slow(SHORT))
    while fleet.message():
        pass
    delete_all(fleet)
    recorder = fleet.engines[0].recorder
    wake, recorder.wake = recorder.wake, lambda wakes: None  # type: ignore[method-assign]
    fleet.pass_time(SHORT + 1)
    fleet.engines[0].work()
    recorder.wake = wake  # type: ignore[method-assign]


def delete_all(fleet: Fleet) -> None:
    """Begin to delete them, which has to wait for the locks; the requests to let go of these are lost."""
    for stack in stacks.in_progress(fleet.context()):
        fleet.call("delete_stack", identity_of(fleet, stack.id))
    while fleet.message(to=1):
        pass
    fleet.bus.lose_everything()


def identity_of(fleet: Fleet, stack_id: str) -> dict[str, Any]:
    """What a client calls a stack."""
    stack = stacks.get(fleet.context(), stack_id)
    assert stack is not None
    return {"stack_id": stack.id, "stack_name": stack.name, "tenant": stack.tenant, "path": ""}


def time_is_over(fleet: Fleet) -> None:
    create_all(fleet, resource("x"), timeout_mins=1)
    fleet.bus.lose_everything()
    fleet.pass_time(61)


LOOKS: Mapping[str, tuple[Callable[[Fleet], None], str]] = {
    "dead_engines": (an_engine_is_dead, "CREATE_COMPLETE"),
    "lost_casts": (casts_are_lost, "CREATE_COMPLETE"),
    "lost_requests": (requests_are_lost, "DELETE_COMPLETE"),
    "lost_wakes": (wake_ups_are_lost, "DELETE_COMPLETE"),
    "lost_claims": (claims_are_lost, "CREATE_COMPLETE"),
    "lost_locks": (locks_are_lost, "DELETE_COMPLETE"),
    "overdue_stacks": (time_is_over, "CREATE_FAILED"),
}


READS_NO_CONTENT = {"lost_ends"}
"""It asks only which nested stacks are under way; each owner that it wakes is a step of its own."""


def test_every_look_is_tried() -> None:
    assert set(LOOKS) | READS_NO_CONTENT == {
        name for name, it in vars(Sweeper).items() if callable(it) and not name.startswith("_")
    }


@pytest.mark.parametrize("name", LOOKS)
def test_nothing_that_one_row_holds_stops_a_sweep_for_the_others(fleet: Fleet, name: str) -> None:
    build, ends = LOOKS[name]
    build(fleet)
    ids = spoil_all(fleet)
    assert state(fleet, {"stack_id": ids["sound"]}) != ends
    look(fleet, name)
    assert state(fleet, {"stack_id": ids["sound"]}) == ends


def spoil_all(fleet: Fleet) -> dict[str, str]:
    """Spoil all but the last; name → id of all."""
    ids = {stack.name: stack.id for stack in stacks.in_progress(fleet.context())}
    for number, text in enumerate(SPOILT.values()):
        spoil(fleet, ids[f"spoilt-{number}"], text)
    return ids


LISTS: Mapping[str, Callable[[Fleet], Any]] = {
    "list_stacks": lambda fleet: fleet.call("list_stacks"),
    "show_stack": lambda fleet: fleet.call("show_stack", None),
}


@pytest.mark.parametrize("name", LISTS)
def test_nothing_that_one_row_holds_stops_a_list_for_the_others(fleet: Fleet, name: str) -> None:
    create_all(fleet, resource("x"))
    ids = spoil_all(fleet)
    assert {it["stack_name"] for it in LISTS[name](fleet)} == set(ids)


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


def test_stacks_that_cannot_be_read_are_deleted(fleet: Fleet) -> None:
    create_all(fleet, resource("x"))
    ids = spoil_all(fleet)
    for stack_id in ids.values():
        fleet.call("delete_stack", identity_of(fleet, stack_id))
    fleet.work()
    assert [state(fleet, {"stack_id": it}) for it in ids.values()] == ["DELETE_COMPLETE"] * len(ids)


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
