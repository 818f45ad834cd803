"""The observer on every kind of database: what it records and tells, and that one engine looks at a stack at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from heatlite import exception
from heatlite.context import EngineContext
from heatlite.convergence.model import Status
from heatlite.db import events, gauges, models, notifications, observations, purge, services
from heatlite.db.api import Database
from heatlite.engine.common.counts import Count
from heatlite.engine.runtime.observer import IDLE
from heatlite.resources.base import Resource
from heatlite.resources.sight import IS_GONE, Sight
from tests.functional.engine.templates import stores, template
from tests.functional.engine.watching import INTERVAL, Watch, World

PAIR = template({"a": stores("1"), "b": stores("2")})


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


@pytest.fixture
def watch(database: Database) -> Watch:
    return Watch(database)


def changed(value: str) -> Sight:
    return Sight(properties={"value": value})


def stack_rows(database: Database) -> list[Any]:
    with database.reader(EngineContext(database)) as connection:
        rows = connection.execute(sa.select(models.stack)).all()
        return [*rows, *connection.execute(sa.select(models.resource)).all()]


def test_drift_is_recorded_and_told_once_and_so_is_its_end(watch: Watch, world: World, database: Database) -> None:
    identity = watch.engine.created("web", PAIR)
    before = stack_rows(database)
    watch.round()
    assert (watch.drifted(identity), watch.told(identity)) == ({}, [])
    assert watch.record(identity).seen == 2
    world.sights |= {"a": changed("other"), "b": IS_GONE}
    for _ in range(3):
        watch.round()
    began = [
        ("a", "CHECK_FAILED", 'Drift: changed outside: value is "other" and should be "1"'),
        ("b", "CHECK_FAILED", "Drift: it doesn't exist any more"),
    ]
    assert sorted(watch.told(identity)) == began
    since = {it["since"] for it in watch.record(identity).drift.values()}
    world.sights["a"] = changed("another")
    watch.round()
    watch.round()
    more = ("a", "CHECK_FAILED", 'Drift: changed outside: value is "another" and should be "1"')
    assert watch.told(identity)[2:] == [more]
    assert {it["since"] for it in watch.record(identity).drift.values() if it["name"] == "b"} <= since
    world.sights.clear()
    watch.round()
    watch.round()
    over = [(name, "CHECK_COMPLETE", "Drift: it is as it should be again") for name in "ab"]
    assert sorted(watch.told(identity)[3:]) == over
    assert (watch.record(identity).drifted, watch.drifted(identity)) == (0, {})
    assert stack_rows(database) == before  # neither the stack's status nor a row is written
    assert watch.shared.counts[Count.OBSERVED] == 2 * len(world.looks)


def test_what_can_not_be_seen_counts_as_it_was(watch: Watch, world: World) -> None:
    identity = watch.engine.created("web", PAIR)
    world.sights["a"] = IS_GONE
    watch.round()
    world.sights |= {"a": "Nova answered 503", "b": "Nova answered 503"}
    watch.round()
    assert watch.drifted(identity) == {"a": "it doesn't exist any more"}
    assert (watch.record(identity).seen, watch.record(identity).unseen) == (0, 2)
    assert len(watch.told(identity)) == 1


def test_drift_of_what_is_replaced_or_deleted_is_over(watch: Watch, world: World) -> None:
    identity = watch.engine.created("web", PAIR)
    world.sights["a"] = IS_GONE
    watch.round()
    watch.engine.update(identity, template({"b": stores("2")}))
    watch.engine.settle()
    watch.round()
    assert watch.drifted(identity) == {}
    assert watch.told(identity)[-1] == ("a", "CHECK_COMPLETE", "Drift: it was replaced or deleted since")


def test_a_stack_is_not_looked_at_while_it_changes_nor_after_it_is_gone(watch: Watch, world: World) -> None:
    identity = watch.engine.create("web", PAIR)
    watch.pass_time(1)
    for _ in range(3):
        watch.pass_time(watch.observer.turn())
    assert world.looks == []
    watch.engine.settle()
    watch.round()
    assert world.looks == [["a", "b"]]
    watch.engine.call("delete_stack", stack_identity=identity)
    watch.engine.settle()
    watch.round()
    assert observations.get(watch.shared.context(), identity["stack_id"]) is None
    assert len(world.looks) == 1


def test_a_row_that_changed_during_the_look_counts_as_it_was(watch: Watch, world: World) -> None:
    identity = watch.engine.created("web", PAIR)
    seen = world.see_all

    def then_updated(resources: Sequence[Resource]) -> dict[str, Sight | str]:
        found = seen(resources)
        watch.engine.update(identity, template({"a": stores("3"), "b": stores("2")}))
        watch.engine.settle()
        return found

    world.sights |= {"a": changed("3"), "b": changed("x")}
    world.see_all = then_updated  # type: ignore[method-assign]
    watch.round()
    assert watch.drifted(identity).keys() == {"b"}


def test_hidden_values_are_told_neither_as_recorded_nor_as_found(watch: Watch, world: World) -> None:
    secret = {"type": "string", "hidden": True, "default": "tell no one"}
    wanted = template({"a": stores({"get_param": "secret"})}, parameters={"secret": secret})
    identity = watch.engine.created("web", wanted)
    world.sights["a"] = changed("found instead")
    watch.round()
    said = watch.drifted(identity)["a"]
    assert said == 'changed outside: value is "******" and should be "******"'
    assert watch.told(identity)[0][2] == f"Drift: {said}"


def test_what_is_recorded_and_told_is_bounded(watch: Watch, world: World) -> None:
    identity = watch.engine.created("web", PAIR)
    world.sights |= {"a": changed("é\U0001f600" * 5000), "b": Sight(trouble="x" * 5000)}
    watch.round()
    assert all(len(it) <= 1000 for it in watch.drifted(identity).values())
    assert len(watch.told(identity)) == 2


# --- many engines ---------------------------------------------------------------------------------------------------


def test_of_two_engines_one_looks(watch: Watch, world: World, database: Database) -> None:
    identity = watch.engine.created("web", PAIR)
    watch.round()
    other = Watch(database, watch.engine.clock)
    for each in (watch, other):
        each.pass_time(INTERVAL + 1)
    context = watch.shared.context()
    [record] = observations.due(context, watch.engine.clock.now, 10)
    state = observations.state(context)
    claims = [each.observer._claim(record, state, each.engine.clock.now) for each in (watch, other)]
    assert claims[0] is not None
    assert claims[1] is None
    assert observations.due(context, watch.engine.clock.now, 10) == []
    assert observations.claim(context, record, other.shared.lease.engine_id) is None
    assert watch.record(identity).engine_id == watch.shared.lease.engine_id
    assert other.observer.turn() > 0
    assert len(world.looks) == 1
    watch.observer._look(claims[0], 0.0)
    assert len(world.looks) == 2
    assert watch.record(identity).engine_id is None


def test_the_claim_of_a_dead_engine_is_taken_over_and_it_writes_nothing_more(
    watch: Watch, world: World, database: Database
) -> None:
    identity = watch.engine.created("web", PAIR)
    watch.round()
    other = Watch(database, watch.engine.clock)
    world.sights["a"] = IS_GONE
    seen, dead = world.see_all, watch.shared.lease.engine_id
    during: list[float] = []

    def then_dies(resources: Sequence[Resource]) -> dict[str, Sight | str]:
        """The engine stands still in the middle of its look, and the other one finds it dead."""
        found = seen(resources)
        world.see_all = seen  # type: ignore[method-assign]
        other.pass_time(INTERVAL + 2)
        during.append(other.observer.turn())
        assert len(world.looks) == 2  # the claim holds as long as the lease does
        assert services.declare_dead(other.shared.context(), dead, None, other.shared.inputs.utcnow())
        other.round()
        assert len(world.looks) == 3
        world.sights.clear()
        other.round()
        return found

    world.see_all = then_dies  # type: ignore[method-assign]
    watch.engine.clock.now += INTERVAL + 1
    watch.shared.lease.renew()
    watch.observer.turn()
    assert during[0] > 0
    assert watch.drifted(identity) == {}  # what the dead one saw is worth nothing
    assert [it[1] for it in watch.told(identity)] == ["CHECK_FAILED", "CHECK_COMPLETE"]
    assert watch.record(identity).engine_id is None


def test_a_claim_that_its_own_engine_has_lost_track_of_is_free_again(
    watch: Watch, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = watch.engine.created("web", PAIR)
    with monkeypatch.context() as patch:
        patch.setattr(watch.observer, "_look", lambda record, expected: None)
        watch.observer.turn()
        watch.observer.turn()
    assert watch.record(identity).engine_id == watch.shared.lease.engine_id
    watch.round()
    assert watch.record(identity).engine_id is None
    assert world.looks == [["a", "b"]]


def test_a_stack_whose_look_fails_keeps_no_other_from_its_turn(
    watch: Watch, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = watch.engine.created("bad", PAIR), watch.engine.created("good", PAIR)
    from heatlite.engine.operations import reality

    see = reality.see

    def fails(shared: Any, context: Any, stack: Any) -> Any:
        if stack.name == "bad":
            raise ValueError("a fault in a plugin")
        return see(shared, context, stack)

    monkeypatch.setattr(reality, "see", fails)
    watch.round()
    assert (watch.record(bad).looked_at, watch.record(good).seen) == (None, 2)
    assert watch.record(bad).engine_id is None
    assert watch.record(bad).next_look_at > watch.engine.clock.now


# --- pace, and the stop switch ----------------------------------------------------------------------------------------


def test_the_pace_holds_for_all_engines_together(world: World, database: Database) -> None:
    one = Watch(database, resources_per_second=0.5)
    two = Watch(database, one.engine.clock, resources_per_second=0.5)
    for name in ("w", "x", "y", "z"):
        one.engine.created(name, PAIR)
    looked: list[int] = []
    for second in range(40):
        for each in (one, two):
            each.engine.clock.now = one.engine.clock.now
            each.shared.lease.renew()
            each.observer.turn()
        looked.append(sum(map(len, world.looks)))
        one.engine.clock.now += 1
        assert looked[-1] <= 0.5 * (second + 1) + 2, looked
    assert looked[-1] == 8  # each stack once: its interval isn't over
    assert max(map(len, world.looks)) == 2


def test_a_new_stack_gets_its_turn_though_others_are_always_due(world: World, database: Database) -> None:
    watch = Watch(database, resources_per_second=1.0, interval=0.01)
    watch.engine.created("old", PAIR)
    watch.observer.turn()
    new = watch.engine.created("new", template({"c": stores("1")}))
    for _ in range(100):
        watch.pass_time(1)
        watch.observer.turn()
    assert observations.get(watch.shared.context(), new["stack_id"]) is not None
    assert {tuple(it) for it in world.looks} == {("a", "b"), ("c",)}


def test_a_part_of_the_pace_is_taken_once_and_not_from_a_stopped_observer(
    watch: Watch, world: World, database: Database
) -> None:
    for name in ("x", "y"):
        watch.engine.created(name, PAIR)
    watch.round()
    other = Watch(database, watch.engine.clock)
    for each in (watch, other):
        each.pass_time(INTERVAL + 1)
    context, now = watch.shared.context(), watch.engine.clock.now
    first, second = observations.due(context, now, 10)
    state = observations.state(context)
    assert watch.observer._claim(first, state, now) is not None
    assert other.observer._claim(second, state, now) is None  # a stack of its own, and the same moment of the pace
    state = observations.state(context)
    observations.switch(context, stopped=True)
    assert other.observer._claim(second, state, now) is None
    observations.switch(context, stopped=False)
    assert other.observer._claim(second, state, now) is not None


def test_requests_count_for_the_pace_too(world: World, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    from heatlite.clients import meter

    watch = Watch(database, requests_per_second=2.0)
    waits: list[float] = []
    object.__setattr__(watch.shared.inputs, "sleep", waits.append)
    watch.engine.created("web", PAIR)
    seen = world.see_all

    def with_requests(resources: Sequence[Resource]) -> dict[str, Sight | str]:
        for _ in range(10):
            meter.tick()
        return seen(resources)

    world.see_all = with_requests  # type: ignore[method-assign]
    watch.observer.turn()
    watch.observer.turn()
    assert len(world.looks) == 1
    assert waits == [pytest.approx(0.5 * it) for it in range(1, 10)]  # the clock stands still meanwhile
    assert watch.observer.turn() == pytest.approx(10 / 2.0)


def test_an_operator_stops_and_starts_the_observer_of_all_engines(watch: Watch, world: World) -> None:
    watch.engine.created("web", PAIR)
    watch.round()
    context = watch.shared.context()
    assert observations.switch(context, stopped=True)
    assert not observations.switch(context, stopped=True)
    watch.round()
    assert watch.observer.turn() == IDLE
    assert len(world.looks) == 1
    assert observations.switch(context, stopped=False)
    watch.round()
    assert len(world.looks) == 2


def test_an_engine_without_a_lease_does_not_observe(watch: Watch, world: World) -> None:
    watch.engine.created("web", PAIR)
    watch.engine.clock.now += 1000
    assert watch.observer.turn() == IDLE
    assert world.looks == []


# --- around it ------------------------------------------------------------------------------------------------------


def test_a_notification_tells_of_drift_where_anybody_listens(
    watch: Watch, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = watch.engine.created("web", PAIR)
    monkeypatch.setattr(watch.shared.database, "notifies", True)
    world.sights |= {"a": IS_GONE, "b": IS_GONE}
    watch.round()
    watch.round()
    world.sights.clear()
    watch.round()
    context, now = watch.shared.context(), watch.engine.clock.now
    told = []
    while found := notifications.due(context, now, 10):
        told += [(it.stack_id, it.action, it.status, it.reason) for it in found]
        for it in found:
            notifications.remove(context, it.id)
    assert told == [
        (identity["stack_id"], "DRIFT", "FAILED", "2 resources differ: a, b"),
        (identity["stack_id"], "DRIFT", "COMPLETE", "Nothing differs"),
    ]


def test_events_of_drift_are_limited_as_others_are(world: World, database: Database) -> None:
    watch = Watch(database)
    identity = watch.engine.created("web", PAIR)
    object.__setattr__(watch.shared.settings, "max_events_per_stack", 5)
    for number in range(10):
        world.sights["a"] = changed(str(number))
        watch.round()
    stack = [models.event.c.stack_id == identity["stack_id"]]
    found = events.listed(watch.shared.context(), stack, [models.event.c.id], None)
    assert len(found) == 5
    assert {it.resource_status for it in found} == {str(Status.FAILED)}


def test_purging_a_stack_takes_its_observation(watch: Watch, world: World) -> None:
    identity = watch.engine.created("web", PAIR)
    watch.round()
    purge.remove(watch.shared.context(), [identity["stack_id"]])
    assert observations.get(watch.shared.context(), identity["stack_id"]) is None


# --- lists ------------------------------------------------------------------------------------------------------------


def drifted(watch: Watch, **query: Any) -> list[str]:
    return [it["stack_name"] for it in watch.engine.call("list_drifted", **query)]


def test_stacks_with_drift_are_listed_with_their_numbers_to_their_own_project(watch: Watch, world: World) -> None:
    web = watch.engine.created("web", PAIR)
    watch.engine.created("same", template({"c": stores("1")}))
    watch.engine.created("foreign", PAIR, project="other")
    world.sights |= {"a": IS_GONE, "b": changed("x")}
    assert drifted(watch) == []
    watch.round()
    [found] = watch.engine.call("list_drifted")
    [plain] = watch.engine.call("list_stacks", filters={"name": "web"})
    assert found == plain | {"drifted": 2, "looked_at": found["looked_at"]}
    assert found["looked_at"].startswith("2026-11-")
    assert drifted(watch, project="other") == ["foreign"]
    assert sorted(drifted(watch, project="third", is_admin=True)) == ["foreign", "web"]
    assert drifted(watch, filters={"name": "same"}) == []
    shown = watch.engine.call("show_drift", stack_identity=web)
    assert (shown["seen"], shown["unseen"], shown["left_alone"], shown["repairs"]) == (2, 0, None, [])
    assert [(it["resource_name"], it["details"]) for it in shown["drift"]] == [
        ("a", "it doesn't exist any more"),
        ("b", 'changed outside: value is "x" and should be "1"'.replace("1", "2")),
    ]
    with pytest.raises(exception.EntityNotFound):
        watch.engine.call("show_drift", stack_identity=web, project="other")


def test_a_list_of_stacks_with_drift_is_paged_as_any_other(world: World, database: Database) -> None:
    watch = Watch(database)
    object.__setattr__(watch.shared.settings, "max_listed", 2)
    for number in range(3):
        watch.engine.clock.now += 1
        watch.engine.created(f"s{number}", template({"a": stores("1")}))
    world.sights["a"] = IS_GONE
    watch.round()
    first = watch.engine.call("list_drifted")
    assert [it["stack_name"] for it in first] == ["s2", "s1"]
    assert drifted(watch, marker=first[-1]["next_marker"]) == ["s0"]
    assert drifted(watch, limit=1) == ["s2"]


def test_a_stack_that_was_not_looked_at_says_so(watch: Watch, world: World) -> None:
    identity = watch.engine.created("web", PAIR)
    shown = watch.engine.call("show_drift", stack_identity=identity)
    assert shown == {"looked_at": None, "seen": 0, "unseen": 0, "left_alone": None, "repairs": [], "drift": []}


def test_gauges_and_the_operators_overview_count_drift(watch: Watch, world: World) -> None:
    watch.engine.created("web", PAIR)
    watch.engine.created("same", template({"c": stores("1")}))
    world.sights |= {"a": IS_GONE, "b": IS_GONE}
    watch.round()
    context, now = watch.shared.context(), watch.engine.clock.now
    read = gauges.read(context, now)
    assert (read.drifted_stacks, read.drifted_resources) == (1, 2)
    found = observations.overview(context, now + INTERVAL)
    assert (found.looked_at, found.due, found.drifted, found.resources, found.claims) == (2, 2, 1, 2, [])
