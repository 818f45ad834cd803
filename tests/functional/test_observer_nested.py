"""The observer in an engine of its own thread, on stacks with nested stacks, and the commands that show it."""

from __future__ import annotations

import io
import json
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite.cmd import manage_observer
from heatlite.cmd.cli import HeatliteApp
from heatlite.engine.common.settings import ObserverSettings
from heatlite.engine.decision.evaluate import NOT_IN_PLACE
from heatlite.resources.base import UpdateReplace
from heatlite.resources.builtin.test_resource import TestResource
from heatlite.resources.sight import IS_GONE, Sight
from heatlite.rpc.queries import EventQuery, StackQuery
from tests.deployment import InProcess, in_process
from tests.functional.engine.watching import World
from tests.functional.test_command_line_see import LastingSession
from tests.story import Story, hot, resource
from tests.waiting import PATIENCE, wait_until

FAST = ObserverSettings(resources_per_second=1000, requests_per_second=0, interval=0.05)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


@pytest.fixture
def engine(world: World, tmp_path: pathlib.Path) -> Iterator[InProcess]:
    deployment = in_process(tmp_path, observer=FAST)
    yield deployment
    deployment.stop()


@pytest.fixture
def story(engine: InProcess) -> Story:
    return Story(engine)


def tree() -> dict[str, Any]:
    """A stack with a group of two."""
    group = {"type": "OS::Heat::ResourceGroup", "properties": {"count": 2, "resource_def": resource("x")}}
    return hot(a=resource("1"), group=group)


def drift_of(story: Story) -> dict[str, str]:
    shown = story.client.show_drift(story.context, story.identity)
    return {it["resource_name"]: it["details"] for it in shown["drift"]}


def ids(story: Story) -> dict[str, str]:
    found = story.client.list_stack_resources(story.context, story.identity, nested_depth=5)
    return {it["resource_name"]: it["physical_resource_id"] for it in found}


def repaired(story: Story) -> None:
    wait_until(lambda: story.state() == "UPDATE_COMPLETE", PATIENCE, "the repair", story.explain)


def run(story: Story, *arguments: str, status: int = 0) -> str:
    out, err = io.StringIO(), io.StringIO()
    assert isinstance(story.deployment, InProcess)
    session = LastingSession(story.deployment)
    app = HeatliteApp(lambda files: session, stdout=out, stderr=err)
    project = ("--os-project-id", story.context["project_id"])
    assert app.run([*project, *arguments]) == status, err.getvalue()
    return out.getvalue()


def test_drift_in_a_nested_stack_belongs_to_its_root_and_commands_show_it(
    story: Story, world: World, tmp_path: pathlib.Path
) -> None:
    story.create(tree())
    story.settle("CREATE_COMPLETE")
    world.sights["1"] = Sight(properties={"value": "other"})
    wait_until(lambda: drift_of(story) != {}, PATIENCE, "the observer to look")
    assert drift_of(story) == {"1": 'changed outside: value is "other" and should be "x"'}
    [listed] = json.loads(run(story, "stack", "list", "--drifted", "-f", "json"))
    assert (listed["Stack Name"], listed["Drifted"]) == (story.name, 1)
    [found] = json.loads(run(story, "stack", "drift", "--recorded", story.name, "-f", "json"))
    assert found["resource_name"] == "1"
    found = story.client.list_events(story.context, story.identity, EventQuery(nested_depth=5))
    [nested] = [it for it in found if it["resource_status_reason"].startswith("Drift: ")]
    assert (nested["resource_name"], nested["resource_action"], nested["resource_status"]) == ("1", "CHECK", "FAILED")
    page = tmp_path / "page.html"
    run(story, "stack", "timeline", story.name, "--nested-depth", "5", "--output", str(page))
    assert "CREATE_COMPLETE" in page.read_text()
    [inner] = [it for it in story.client.list_stacks(story.context, StackQuery(show_nested=True)) if it["parent"]]
    shown = story.client.show_drift(story.context, inner["stack_identity"])
    assert [it["resource_name"] for it in shown["drift"]] == ["1"]
    world.sights.clear()
    wait_until(lambda: drift_of(story) == {}, PATIENCE, "the observer to look again")
    assert json.loads(run(story, "stack", "list", "--drifted", "-f", "json")) == []


def test_a_nested_stack_is_kept_in_place(story: Story, world: World) -> None:
    story.create(tree(), tags=["heatlite.keep"])
    story.settle("CREATE_COMPLETE")
    before = ids(story)
    world.sights["1"] = Sight(properties={"value": "other"})
    repaired(story)
    assert world.sights == {}
    assert ids(story) == before
    wait_until(lambda: drift_of(story) == {}, PATIENCE, "the observer to look again")


def test_an_operator_stops_it_by_the_database(story: Story, world: World, capsys: pytest.CaptureFixture[str]) -> None:
    story.create(hot(a=resource("1"), b=resource("2"), c=resource("3")), tags=["heatlite.keep"])
    story.settle("CREATE_COMPLETE")
    wait_until(lambda: len(world.looks) > 1, PATIENCE, "the observer to look")
    manage_observer.switch(story.deployment.database, stopped=True)
    world.sights["a"] = IS_GONE
    manage_observer.switch(story.deployment.database, stopped=True)
    manage_observer.show(story.deployment.database)
    said = capsys.readouterr().out
    assert "The observer is stopped.\nThe observer is stopped already.\n" in said
    assert "Switch                      stopped" in said
    world.sights["a"] = Sight(properties={"value": "other"})
    manage_observer.switch(story.deployment.database, stopped=False)
    repaired(story)
    manage_observer.show(story.deployment.database)
    assert "Repairs in the last hour    1" in capsys.readouterr().out


def test_what_turns_out_to_need_a_replacement_in_a_nested_stack_fails_and_stays(
    story: Story, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.create(tree(), rollback=True, tags=["heatlite.keep"])
    story.settle("CREATE_COMPLETE")
    before = ids(story)

    def handle_update(resource: TestResource, diff: Any) -> None:
        raise UpdateReplace

    monkeypatch.setattr(TestResource, "handle_update", handle_update)
    world.sights["1"] = Sight(properties={"value": "other"})
    wait_until(lambda: story.state() == "UPDATE_FAILED", PATIENCE, "the repair to fail", story.explain)
    assert NOT_IN_PLACE in story.show()["stack_status_reason"]
    assert ids(story) == before
