"""Metrics: what Prometheus reads, and that it tells what an operator has to be called for."""

from __future__ import annotations

import json
import pathlib
import re
import socket
import urllib.error
import urllib.request
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from heatlite.db import gauges, migration, sync_points
from heatlite.db.api import Database
from heatlite.db.api import Settings as DatabaseSettings
from heatlite.engine.common.counts import Count
from heatlite.engine.common.settings import Settings
from heatlite.engine.observability import metrics
from heatlite.engine.observability.metrics import EngineCollector, Health
from heatlite.engine.runtime.recovery import Sweeps
from tests.functional.engine.endpoint import HANDS_OVER, Endpoint
from tests.functional.engine.fleet import Fleet
from tests.functional.engine.mishaps import LONG, lost_sight_of, running, slow
from tests.functional.engine.templates import stores, template
from tests.servers.proxied import socket_of, through
from tests.servers.proxy import Proxy, to_path
from tests.waiting import PATIENCE

METRICS = pathlib.Path(__file__).parents[3] / "doc" / "metrics.md"


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Fleet:
    return Fleet(schema, tmp_path / "heatlite.sqlite3")


@pytest.fixture
def port() -> int:
    """A port that is free, and whose neighbour is likely to be."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def collector_of(fleet: Fleet, number: int = 0) -> EngineCollector:
    return EngineCollector(fleet.engines[number].shared, lambda: 3, lambda: False)


def health_of(engine: Any, overdue: bool = False, stuck: bool = False) -> Health:
    shared = engine.engines[0].shared if isinstance(engine, Fleet) else engine.shared
    return Health(shared, lambda: overdue, lambda: stuck)


def read(fleet: Fleet, number: int = 0) -> dict[str, float]:
    """name, with its label, → value."""
    samples = [sample for metric in collector_of(fleet, number).collect() for sample in metric.samples]
    return {sample.name + "".join(f"|{it}" for it in sample.labels.values()): sample.value for sample in samples}


def test_a_deployment_at_rest_has_nothing_under_way(fleet: Fleet) -> None:
    seen = read(fleet)
    assert seen["heatlite_database_up"] == 1
    assert seen["heatlite_stacks_in_progress"] == 0
    assert seen["heatlite_nodes_ready|cast"] == seen["heatlite_nodes_ready|held"] == 0
    assert seen["heatlite_steps_waiting"] == 3
    assert seen["heatlite_lease_valid"] == 1


def test_a_stack_that_nobody_works_on_grows_old_in_sight(fleet: Fleet) -> None:
    fleet.create(template({"a": stores("1"), "b": stores("2")}))
    fleet.pass_time(100)
    seen = read(fleet)
    assert seen["heatlite_stacks_in_progress"] == 1
    assert seen["heatlite_stacks_oldest_seconds"] == pytest.approx(100, abs=1)
    assert seen["heatlite_nodes_ready|cast"] == 2
    assert seen["heatlite_nodes_ready_oldest_seconds|cast"] == pytest.approx(100, abs=1)
    assert seen["heatlite_stacks_overdue"] == 0
    fleet.pass_time(3600)
    assert read(fleet)["heatlite_stacks_overdue"] == 1


def test_what_is_held_is_told_apart_from_what_was_cast(fleet: Fleet) -> None:
    fleet.create(template({"a": stores("1"), "b": stores("2")}))
    (traversal_id, nodes), *_ = fleet.bus.casts
    sync_points.queue(fleet.context(), traversal_id, nodes[:1], "demo")
    seen = read(fleet)
    assert (seen["heatlite_nodes_ready|cast"], seen["heatlite_nodes_ready|held"]) == (1, 1)
    assert seen["heatlite_projects_held"] == 1


def test_a_dead_engine_is_seen_by_its_lease_and_by_what_is_taken_over(fleet: Fleet) -> None:
    fleet.create(template({"a": {"type": "Test::Threaded"}}))
    fleet.message()
    fleet.engines[0].die()
    fleet.bus.lose_everything()
    before = read(fleet, 1)
    fleet.pass_time(15)
    ages = {name: seconds for name, seconds in read(fleet, 1).items() if name.startswith("heatlite_lease_age")}
    assert ages[f"heatlite_lease_age_seconds|{fleet.first}"] >= 14
    assert sorted(ages.values())[-2] < 10
    fleet.sweep("dead_engines", "lost_casts")
    counted = [read(fleet, number) for number in (1, 2)]
    assert sum(it["heatlite_engines_found_dead_total"] for it in counted) == 1
    assert sum(it["heatlite_nodes_taken_over_total"] for it in counted) == 1
    assert before["heatlite_nodes_taken_over_total"] == 0


def test_casts_that_get_lost_again_and_again_are_counted(fleet: Fleet) -> None:
    fleet.create(template({"a": stores("1")}))
    fleet.bus.cut = True
    fleet.sweep("lost_casts")
    recast = sum(engine.shared.counts[Count.RECASTS] for engine in fleet.engines)
    assert recast == 2
    assert read(fleet)["heatlite_nodes_cast_again"] == 1


def test_what_an_engine_gives_back_as_it_leaves_is_counted(fleet: Fleet) -> None:
    fleet.create(template({"a": slow(LONG), "b": slow(LONG)}))
    while fleet.message():
        pass
    fleet.engines[0].leave()
    assert read(fleet)["heatlite_nodes_given_back_total"] == 2


def test_what_an_engine_has_lost_sight_of_is_counted(fleet: Fleet) -> None:
    lost_sight_of(fleet)
    fleet.sweep("lost_claims")
    assert read(fleet)["heatlite_nodes_lost_sight_of_total"] == 1


def test_a_resource_that_too_many_engines_died_at_is_counted(schema: pathlib.Path, tmp_path: pathlib.Path) -> None:
    fleet = Fleet(schema, tmp_path / "heatlite.sqlite3", Settings(**HANDS_OVER | {"max_attempts": 1}))
    running(fleet)
    fleet.engines[0].die()
    fleet.sweep("dead_engines")
    fleet.settle()
    assert fleet.state() == "CREATE_FAILED"
    assert sum(read(fleet, number)["heatlite_resources_worn_out_total"] for number in (1, 2)) == 1


def test_a_look_of_the_sweep_is_counted_when_it_begins_to_fail(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise ConnectionError("nobody is there")

    engine = fleet.engines[0]
    looks = iter((fails, fails, engine.sweeper.lost_wakes, fails))
    monkeypatch.setattr(engine.sweeper, "lost_wakes", lambda: next(looks)())
    sweeps = Sweeps(engine.shared, engine.sweeper)
    counted = []
    for _ in range(4):
        sweeps.sweep()
        counted.append(read(fleet)["heatlite_sweep_outages_total"])
    assert counted == [1, 1, 1, 2]


def test_without_a_database_an_engine_still_says_so(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*arguments: Any) -> None:
        raise ConnectionError("nobody is there")

    monkeypatch.setattr(gauges, "read", away)
    seen = read(fleet)
    assert seen["heatlite_database_up"] == 0
    assert "heatlite_stacks_in_progress" not in seen
    assert "heatlite_lease_valid" in seen


def test_prometheus_can_read_it_and_each_process_has_a_port(fleet: Fleet, port: int) -> None:
    first, stop_first = metrics.serve(collector_of(fleet), health_of(fleet), "127.0.0.1", port)
    second, stop_second = metrics.serve(collector_of(fleet, 1), health_of(fleet), "127.0.0.1", port)
    try:
        assert port <= first < second
        with urllib.request.urlopen(f"http://127.0.0.1:{second}/metrics", timeout=PATIENCE) as reply:
            families = list(text_string_to_metric_families(reply.read().decode()))
        assert {"heatlite_stacks_in_progress", "heatlite_nodes_recast"} <= {family.name for family in families}
    finally:
        stop_first()
        stop_second()


# --- health -----------------------------------------------------------------------------------------------------


def asked(port: int, path: str = "/health") -> tuple[int, Any]:
    """The status of a reply, and what it says."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE) as reply:
            return reply.status, json.loads(reply.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def test_an_engine_that_can_work_says_so_and_one_that_cannot_says_why(fleet: Fleet, port: int) -> None:
    healthy = {"can_work": True, **dict.fromkeys(("database", "lease", "broker", "steps"), "ok")}
    for health, wrong in (
        (health_of(fleet), None),
        (health_of(fleet, overdue=True), "steps"),
        (health_of(fleet, stuck=True), "broker"),
    ):
        found, stop = metrics.serve(collector_of(fleet), health, "127.0.0.1", port)
        try:
            status, told = asked(found)
        finally:
            stop()
        assert status == (200 if wrong is None else 503)
        assert [name for name in healthy if told[name] != healthy[name]] == (
            [] if wrong is None else ["can_work", wrong]
        )


def test_an_engine_whose_lease_ran_out_cannot_work(fleet: Fleet) -> None:
    health = health_of(fleet)
    assert set(health.checks().values()) == {"ok"}
    fleet.clock.now += fleet.settings.lease_seconds / 2  # and nobody renews
    assert "no step is started" in health.checks()["lease"]


@pytest.mark.parametrize("server", ["mariadb", "postgresql"])
def test_an_engine_without_its_database_cannot_work_until_it_is_back(
    request: pytest.FixtureRequest, server: str
) -> None:
    direct = request.getfixturevalue(server).fresh_database()
    proxy = Proxy(to_path(socket_of(request.getfixturevalue(server))))
    database = Database(DatabaseSettings(through(direct, proxy.port), max_retries=0))
    try:
        migration.sync(database.engine)
        health = health_of(Endpoint(database))
        assert health.checks()["database"] == "ok"
        with proxy.away():
            told = health.checks()["database"]
            assert told == "it can't be read"
        assert health.checks()["database"] == "ok"
    finally:
        database.dispose()
        proxy.close()


def test_an_address_that_is_not_here_is_refused(fleet: Fleet, port: int) -> None:
    with pytest.raises(OSError, match="assign"):
        metrics.serve(collector_of(fleet), health_of(fleet), "192.0.2.1", port)


def test_each_metric_is_documented_and_nothing_else(fleet: Fleet) -> None:
    shown = {metric.name for metric in collector_of(fleet).collect()}
    shown |= {f"heatlite_{count.value}_total" for count in Count}
    shown -= {f"heatlite_{count.value}" for count in Count}
    documented = set(re.findall(r"heatlite_[a-z_]+", METRICS.read_text()))
    assert documented == shown
