"""The observer of two real engines: one is killed in the middle of a look, and an operator stops both."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite.context import EngineContext
from heatlite.db import observations
from tests.deployment import Daemons
from tests.integration import observed
from tests.story import Story, hot, resource
from tests.waiting import PATIENCE, wait_until

OPTIONS = "\n[observer]\nresources_per_second = 1000\nrequests_per_second = 0\ninterval = 0.05\n"


class Observed(Daemons):
    """Engines that see what files say."""

    program = "tests.integration.observed"

    def record(self, story: Story) -> observations.ObservationRecord:
        found = observations.get(EngineContext(self.database), story.identity["stack_id"])
        return found or observations.ObservationRecord(story.identity["stack_id"], 0.0)

    def held(self) -> list[int]:
        """The processes whose look is held."""
        return sorted(int(it.name.partition("-")[2]) for it in self.directory.glob("held-*"))


@pytest.fixture(params=["threading", "eventlet"])
def engines(request: pytest.FixtureRequest, mariadb: Any, rabbitmq: Any, tmp_path: pathlib.Path) -> Iterator[Observed]:
    deployment = Observed(tmp_path, mariadb.fresh_database(), rabbitmq.fresh_vhost(), backend=request.param)
    deployment.environment = {observed.DIRECTORY: str(tmp_path)}
    deployment.config.write_text(deployment.config.read_text() + OPTIONS)
    try:
        deployment.launch()
        yield deployment
    finally:
        (tmp_path / "hold").unlink(missing_ok=True)
        deployment.stop()


def test_a_look_is_taken_over_from_a_killed_engine_and_an_operator_stops_them_all(engines: Observed) -> None:
    story, hold = Story(engines), engines.directory / "hold"
    story.create(hot(a=resource("1"), b=resource("2")))
    story.settle("CREATE_COMPLETE")
    wait_until(lambda: engines.record(story).seen == 2, PATIENCE, "the first look", engines.tail)

    (engines.directory / "gone").write_text("a")
    wait_until(lambda: engines.record(story).drifted == 1, PATIENCE, "drift to be seen", engines.tail)
    hold.touch()
    wait_until(engines.held, PATIENCE, "a look to begin", engines.tail)
    holder, [process] = engines.record(story).engine_id, engines.held()
    assert holder in engines.engines()
    (engines.directory / "gone").write_text("b")
    next(it for it in engines.workers() if it.pid == process).kill()
    hold.unlink()
    names = lambda: {it["name"] for it in engines.record(story).drift.values()}  # noqa: E731
    wait_until(lambda: names() == {"b"}, PATIENCE, "another engine to look", engines.tail)
    assert holder not in engines.engines()
    told = [(it["resource_name"], it["resource_status"]) for it in story.events() if "Drift" in str(it)]
    assert sorted(told) == [("a", "COMPLETE"), ("a", "FAILED"), ("b", "FAILED")]
    assert [it["stack_name"] for it in story.client.list_drifted(story.context)] == [story.name]
    assert story.state() == "CREATE_COMPLETE"

    assert engines.manage("observer", "stop") == "The observer is stopped.\n"
    wait_until(lambda: engines.record(story).engine_id is None, PATIENCE, "the last look to end", engines.tail)
    last = engines.record(story)
    assert "Switch                      stopped" in engines.manage("observer", "status")
    assert "1, in 1 resources" in engines.manage("observer", "status")
    (engines.directory / "gone").write_text("")
    assert engines.record(story) == last
    assert engines.manage("observer", "start") == "The observer is started.\n"
    wait_until(lambda: engines.record(story).drifted == 0, PATIENCE, "another look", engines.tail)
