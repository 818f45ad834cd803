"""A resource that is held when a newer operation reaches it: only its own node waits, and is woken at once.

    older    held: a ────────────────────────┐ done, and let go of
    newer    a: BLOCKED ░░░░░░░░░░░░░░░░░░░░░└─▶ woken: a ─▶ what follows a
             b, c, …: go on meanwhile

The engines here sweep and cast again after a day only: what only a sweep would find shows as a story that never
settles.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.deployment import Daemons, Deployment, in_process, running
from tests.scenarios.conftest import ALWAYS, EMBEDDED, THOROUGH
from tests.story import HELD, Story, hot, resource, slow

NO_SWEEPS = {"sweep_interval": 86_400, "recast_after": 86_400}


@pytest.fixture(scope="module", params=[*ALWAYS, *(pytest.param(it, marks=pytest.mark.slow) for it in THOROUGH)])
def unswept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Engines that find nothing by sweeping, started once for the stories of this file."""
    directory = tmp_path_factory.mktemp("deployment")
    if request.param == EMBEDDED:
        local = in_process(directory, **NO_SWEEPS)
        yield local
        local.stop()
        return
    database, backend = request.param.split("-")
    url = request.getfixturevalue(database).fresh_database()
    bus = request.getfixturevalue("rabbitmq").fresh_vhost()
    with running(Daemons(directory, url, bus, backend=backend, **NO_SWEEPS)) as daemons:
        yield daemons


@pytest.fixture
def story(unswept: Deployment) -> Story:
    """A stack of its own, in a project of its own."""
    return Story(unswept)


def test_what_needs_nothing_of_a_held_resource_goes_on_at_once(story: Story) -> None:
    story.create(hot(a=slow("create", "1"), after=resource(depends_on="a")))
    story.step_until("a", "CREATE_IN_PROGRESS")
    others = {f"b{number}": resource(depends_on=f"b{number - 1}" if number else None) for number in range(5)}
    story.update(hot(a=slow("create", "2"), after=resource(depends_on="a"), **others))
    story.settle("UPDATE_COMPLETE")
    story.verify_told("stack UPDATE_IN_PROGRESS", "b0 CREATE_COMPLETE", "b4 CREATE_COMPLETE", "a CREATE_COMPLETE",
                      "a UPDATE_COMPLETE", "after CREATE_COMPLETE")  # fmt: skip
    story.verify_nothing_left()


def test_an_update_that_waits_is_woken_when_the_resource_is_let_go_of(story: Story) -> None:
    story.create(hot(a=resource("1"), b=resource({"get_attr": ["a", "output"]})))
    story.settle("CREATE_COMPLETE")
    story.update(hot(a=slow("update", "2"), b=resource({"get_attr": ["a", "output"]})))
    story.step_until("a", "UPDATE_IN_PROGRESS")
    story.update(hot(a=resource("3"), b=resource({"get_attr": ["a", "output"]})))
    story.settle("UPDATE_COMPLETE")
    assert (story.value("a"), story.value("b")) == ("3", "3")
    story.verify_nothing_left()


def test_an_update_that_waits_is_woken_when_what_it_waits_for_fails(story: Story) -> None:
    story.create(hot(a=slow("create", "1", fail=True), b=resource(depends_on="a")))
    story.step_until("a", "CREATE_IN_PROGRESS")
    story.update(hot(a=resource("2"), b=resource(depends_on="a")))
    story.settle("UPDATE_COMPLETE")
    story.verify_told("stack UPDATE_IN_PROGRESS", "a CREATE_FAILED", "a CREATE_COMPLETE")
    story.verify("a", "b")
    story.verify_nothing_left()


def test_of_several_updates_that_wait_for_one_resource_the_newest_is_woken(unswept: Deployment) -> None:
    for seconds in (HELD, 10 * HELD, 60 * HELD, 300 * HELD):  # a busy machine may need longer for three updates
        story = Story(unswept)
        story.create(hot(a=slow("create", "1", seconds=seconds)))
        story.step_until("a", "CREATE_IN_PROGRESS")
        for value in ("2", "3", "4"):
            story.update(hot(a=resource(value), b=resource(value)))
            story.step_until("b", "CREATE_COMPLETE" if value == "2" else "UPDATE_COMPLETE")
        all_waited = "a CREATE_COMPLETE" not in story.told()
        story.settle("UPDATE_COMPLETE")
        assert story.value("a") == "4"
        story.verify_nothing_left()
        if all_waited:
            assert story.order("UPDATE").count("a") == 1
            story.verify_told("b UPDATE_COMPLETE", "b UPDATE_COMPLETE", "a CREATE_COMPLETE", "a UPDATE_COMPLETE")
            return
    pytest.fail("a was never held until the last of the updates waited for it")


def test_many_held_resources_are_all_taken_up(story: Story) -> None:
    names = [f"r{number}" for number in range(60)]
    story.create(hot(**{name: slow("create", "1") for name in names}))
    for name in names:
        story.step_until(name, "CREATE_IN_PROGRESS")
    story.update(hot(last=resource(depends_on=names), **{name: resource("2") for name in names}))
    story.settle("UPDATE_COMPLETE")
    assert {story.value(name) for name in names} == {"2"}
    story.verify_nothing_left()


def test_a_deletion_that_reaches_a_held_resource_ends(story: Story) -> None:
    story.create(hot(base=resource(), a=slow("create", depends_on="base"), b=resource(depends_on="a")))
    story.step_until("a", "CREATE_IN_PROGRESS")
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert story.order("DELETE")[-1] == "base"
    story.verify_nothing_left()


def test_a_removed_resource_that_is_held_is_deleted_when_it_is_let_go_of(story: Story) -> None:
    story.create(hot(a=slow("create")))
    story.step_until("a", "CREATE_IN_PROGRESS")
    story.update(hot(b=resource()))
    story.settle("UPDATE_COMPLETE")
    story.verify("b")
    story.verify_nothing_left()


@pytest.mark.parametrize("then", ["update", "delete"])
def test_who_waits_for_a_resource_that_is_being_deleted_is_woken_when_it_is_gone(story: Story, then: str) -> None:
    story.create(hot(base=resource(), a=slow("delete", depends_on="base")))
    story.settle("CREATE_COMPLETE")
    story.update(hot(base=resource()))
    story.step_until("a", "DELETE_IN_PROGRESS")
    if then == "update":
        story.update(hot(base=resource("2"), b=resource()))
        story.settle("UPDATE_COMPLETE")
        story.verify("base", "b")
    else:
        story.delete()
        story.settle("DELETE_COMPLETE")
    story.verify_nothing_left()


def test_a_replacement_that_is_held_does_not_hold_up_another(story: Story) -> None:
    story.create(hot(a=resource("1", update_replace=True), b=resource({"get_resource": "a"})))
    story.settle("CREATE_COMPLETE")
    story.update(hot(a=slow("create", "2", update_replace=True), b=resource({"get_resource": "a"})))
    story.step_until("a", "CREATE_IN_PROGRESS")
    story.update(hot(a=resource("3", update_replace=True), b=resource({"get_resource": "a"})))
    story.settle("UPDATE_COMPLETE")
    assert (story.value("a"), story.value("b")) == ("3", story.physical_ids()["a"])
    story.verify_nothing_left()


def test_a_rollback_that_reaches_held_resources_ends(story: Story) -> None:
    story.create(hot(a=resource("1"), b=resource("1", depends_on="a")), rollback=True)
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    story.update(
        hot(a=slow("update", "2"), b=resource("2", depends_on="a"), new=slow("create"), bad=resource(fail=True))
    )
    story.settle("ROLLBACK_COMPLETE")
    assert story.physical_ids() == before
    assert (story.value("a"), story.value("b")) == ("1", "1")
    story.verify_nothing_left()


def test_what_a_failed_operation_left_running_wakes_who_waits_for_it(story: Story) -> None:
    story.create(hot(a=slow("create", "1"), bad=resource(fail=True)))
    story.settle("CREATE_FAILED")
    story.update(hot(a=resource("2"), b=resource(depends_on="a")))
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "b")
    story.verify_nothing_left()
