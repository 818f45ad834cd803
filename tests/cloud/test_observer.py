"""The observer on a real cloud: what others did to resources is seen, and repaired if the stack asks for it."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from heatlite.context import EngineContext
from heatlite.db import models, observations
from heatlite.engine.common.settings import ObserverSettings
from heatlite.rpc.queries import EventQuery
from tests.cloud.left import everything
from tests.cloud.reached import Reached
from tests.cloud.shop import Outside, shop
from tests.cloud.test_reality import looks
from tests.deployment import InProcess, in_process
from tests.story import Story
from tests.waiting import PATIENCE, wait_until

PROJECT = "observed"
OBSERVES = ObserverSettings(
    resources_per_second=1000, requests_per_second=0, interval=3600, repairs_per_hour_of_a_stack=9, allow_replacing=True
)
"""Each look is asked for by ``look``: the interval never ends."""
KEEP, BY_REPLACING = "heatlite.keep", "heatlite.keep-by-replacing"
A_ROUND: dict[str, int] = {"neutron": 4, "nova": 1, "cinder": 1}
"""One list a type and project; what is alone in its type is read."""


@pytest.fixture
def engine(cloud: Reached, tmp_path: pathlib.Path) -> Iterator[InProcess]:
    """An engine that observes."""
    deployment = in_process(tmp_path, cloud=cloud.settings, observer=OBSERVES)
    yield deployment
    deployment.stop()


def look(story: Story) -> dict[str, str]:
    """Have the observer look once more, and let what it begins end. Return name → what differs."""
    database, stack_id = story.deployment.database, story.identity["stack_id"]
    before = observations.get(EngineContext(database), stack_id)
    table = models.observation
    due = sa.update(table).where(table.c.stack_id == stack_id).values(next_look_at=0.0)
    with database.writer(EngineContext(database)) as connection:
        connection.execute(due)

    def has_looked() -> bool:
        now = observations.get(EngineContext(database), stack_id)
        is_new = now is not None and now.looked_at is not None and (before is None or now.looked_at != before.looked_at)
        return is_new and now is not None and now.engine_id is None

    wait_until(has_looked, PATIENCE, "the observer to look", story.explain)
    wait_until(lambda: not story.state().endswith("IN_PROGRESS"), story.patience, "the repair", story.explain)
    return {it["resource_name"]: it["details"] for it in shown(story)["drift"]}


def shown(story: Story) -> dict[str, Any]:
    found: dict[str, Any] = story.client.show_drift(story.context, story.identity)
    return found


def told(story: Story) -> list[tuple[str, str]]:
    """The events of drift, oldest first."""
    found = story.client.list_events(story.context, story.identity, EventQuery(sort_dir="asc"))
    of_drift = [it for it in found if it["resource_status_reason"].startswith("Drift: ")]
    return [(it["resource_name"], f"{it['resource_action']}_{it['resource_status']}") for it in of_drift]


def listed(story: Story) -> list[str]:
    return [it["stack_name"] for it in story.client.list_drifted(story.context)]


def ask(story: Story, *tags: str) -> None:
    """Have the stack ask to be kept: an update that looks at nothing, and changes nothing else."""
    story.update(None, existing=True, tags=list(tags))
    story.settle("UPDATE_COMPLETE")


def test_what_was_done_behind_the_engine_is_seen_and_repaired_if_the_stack_asks_to_be_kept(
    story: Story, cloud: Reached
) -> None:
    cloud.fresh_project(PROJECT)
    story.context = cloud.context(PROJECT, PROJECT)
    before = everything(cloud, PROJECT, admins=False)
    story.create(shop())
    story.settle("CREATE_COMPLETE")
    outside = Outside(cloud, PROJECT, story.physical_ids())
    look(story)
    with cloud.recorded() as asked:
        assert look(story) == {}
    assert looks(asked) == A_ROUND
    assert (shown(story)["seen"], told(story), listed(story)) == (9, [], [])

    outside.delete_server("db")
    outside.remove_rule()
    outside.rename_port()
    outside.extend_volume(2)
    with cloud.changes() as changes:
        found = look(story)
        assert look(story) == found
    assert not changes  # it doesn't ask to be kept
    assert found.keys() == {"db", "group", "port", "data"}
    assert found["db"] == "it doesn't exist any more"
    assert found["port"] == 'changed outside: name is "window" and should be "door"'
    assert found["data"] == "changed outside: size is 2 and should be 1"
    assert sorted(told(story)) == [(it, "CHECK_FAILED") for it in ("data", "db", "group", "port")]
    assert listed(story) == [story.name]
    assert story.state() == "CREATE_COMPLETE"

    ask(story, KEEP)
    with cloud.changes() as changes:
        assert look(story) == found
    assert not changes  # a server and a volume would have to be made anew
    assert "hasn't the tag heatlite.keep-by-replacing" in shown(story)["left_alone"]

    story.update(shop(size=2), refresh=True, tags=[KEEP])
    story.settle("UPDATE_COMPLETE")
    assert look(story) == {}
    over = [it for it in told(story) if it[1] == "CHECK_COMPLETE"]
    assert sorted(over) == [(it, "CHECK_COMPLETE") for it in ("data", "db", "group", "port")]
    assert listed(story) == []

    outside.ids = kept = story.physical_ids()
    outside.remove_rule()
    outside.rename_port()
    assert look(story).keys() == {"group", "port"}
    assert story.state() == "UPDATE_COMPLETE"
    assert outside.port() == "door"
    assert 22 in [it["port_range_min"] for it in outside.rules()]
    assert story.physical_ids() == kept
    assert look(story) == {}
    assert len(shown(story)["repairs"]) == 1

    outside.delete_server("db")
    outside.extend_volume(3)
    with cloud.changes() as changes:
        assert look(story).keys() == {"db", "data"}
    assert not changes
    assert "db would be replaced" in shown(story)["left_alone"]
    assert "data would be replaced" in shown(story)["left_alone"]

    ask(story, KEEP, BY_REPLACING)
    look(story)
    outside.ids = now = story.physical_ids()
    assert {it for it in kept if kept[it] != now[it]} == {"db", "data"}
    assert outside.compute.get(f"/servers/{now['db']}")["server"]["status"] == "ACTIVE"
    assert outside.volume()["size"] == 2
    assert look(story) == {}
    assert (len(shown(story)["repairs"]), shown(story)["left_alone"]) == (2, None)

    story.delete()
    story.settle("DELETE_COMPLETE")
    assert everything(cloud, PROJECT, admins=False) == before
