"""Rollback, and the order of deletion that its setting asks for.

on    update ──▶ update ──▶ commit ──▶ deletions     a failure before the commit finds all that was there before
off   update ──▶ update                              what runs ends, nothing new starts, an update repairs
         └──▶ deletion, as soon as nothing uses it
"""

from __future__ import annotations

import pytest

from tests.scenarios.test_failure import expire
from tests.story import Story, Template, hot, resource, slow


def bad(*depends_on: str, **properties: object) -> Template:
    """A resource that can't be made, and isn't tried before these are there."""
    return resource("x", list(depends_on), fail=True, **properties)


def test_a_rollback_of_a_create_deletes_also_what_was_still_being_made(story: Story) -> None:
    story.create(hot(a=slow("create"), b=resource(depends_on="a"), c=resource(), bad=bad("c")), rollback=True)
    story.settle("ROLLBACK_COMPLETE")
    assert story.resources() == {}
    story.verify_told("a CREATE_IN_PROGRESS", "bad CREATE_FAILED")
    assert "b" not in story.order("CREATE", "IN_PROGRESS")
    story.verify_nothing_left()


def test_a_stack_that_was_rolled_back_to_nothing_can_be_updated(story: Story) -> None:
    story.create(hot(a=resource(), bad=bad("a")), rollback=True)
    story.settle("ROLLBACK_COMPLETE")
    story.update(hot(a=resource("2")))
    story.settle("UPDATE_COMPLETE")
    story.verify("a")
    story.verify_nothing_left()


def test_a_rollback_of_an_update_undoes_changes_additions_and_removals(story: Story) -> None:
    story.create(hot(a=resource("1"), b=resource({"get_attr": ["a", "output"]}), gone=resource()), rollback=True)
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    story.update(hot(a=resource("2"), b=resource({"get_attr": ["a", "output"]}), new=resource(), bad=bad("b", "new")))
    story.settle("ROLLBACK_COMPLETE")
    story.verify("a", "b", "gone")
    assert story.physical_ids() == before
    assert (story.value("a"), story.value("b")) == ("1", "1")
    assert sorted(story.order("DELETE", "IN_PROGRESS")) == ["bad", "new"]
    story.verify_nothing_left()


def test_a_rollback_undoes_what_still_ran_when_it_began(story: Story) -> None:
    story.create(hot(a=resource("1")), rollback=True)
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    story.update(hot(a=slow("update", "2"), new=slow("create"), bad=bad(wait_secs=0.2)))
    story.settle("ROLLBACK_COMPLETE")
    story.verify("a")
    assert (story.physical_ids(), story.value("a")) == (before, "1")
    story.verify_nothing_left()


def test_two_failures_begin_one_rollback(story: Story) -> None:
    story.create(hot(a=resource("1")), rollback=True)
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    story.update(hot(a=resource("2"), first=bad("a"), second=bad("a"), late=bad("a", wait_secs=0.5)))
    story.settle("ROLLBACK_COMPLETE")
    assert (story.physical_ids(), story.value("a")) == (before, "1")
    assert story.told().count("stack ROLLBACK_COMPLETE") == 1
    assert story.told().count("stack UPDATE_FAILED") <= 1
    story.verify_nothing_left()


def test_a_failed_resource_alone_is_made_anew_by_a_rollback(story: Story) -> None:
    story.create(hot(a=resource("1"), b=resource("1")), rollback=True)
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    story.update(hot(a=resource("2"), b=resource("2", depends_on="a", fail=True)))
    story.settle("ROLLBACK_COMPLETE")
    after = story.physical_ids()
    assert after["a"] == before["a"]
    assert after["b"] != before["b"], "one that failed can't be relied on"
    assert (story.value("a"), story.value("b")) == ("1", "1")
    story.verify_nothing_left()


def test_an_update_that_only_removes_is_committed_before_it_deletes(story: Story) -> None:
    """There is no way back from a deletion, so that one that takes too long fails the update, and the next goes on."""
    story.create(hot(keep=resource(), gone=slow("delete")), rollback=True)
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    story.update(hot(keep=resource()))
    story.step_until("gone", "DELETE_IN_PROGRESS")
    expire(story)
    assert story.settle("UPDATE_FAILED")["stack_status_reason"] == "Update timed out"
    story.update(hot(keep=resource()))
    story.settle("UPDATE_COMPLETE")
    assert story.physical_ids() == {"keep": before["keep"]}
    assert story.order("DELETE") == ["gone"]
    story.verify_nothing_left()


def test_a_removal_that_was_not_reached_is_undone_by_doing_nothing(story: Story) -> None:
    story.create(hot(a=resource("1"), gone=resource()), rollback=True)
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    story.update(hot(a=resource("1"), bad=bad("a")))
    story.settle("ROLLBACK_COMPLETE")
    assert story.physical_ids() == before
    assert story.order("DELETE", "IN_PROGRESS") == ["bad"]
    assert story.order("UPDATE", "IN_PROGRESS") == []
    story.verify_nothing_left()


def test_a_rollback_of_an_update_that_interrupted_another_returns_to_the_last_that_was_complete(story: Story) -> None:
    story.create(hot(a=resource("1"), gone=resource()), rollback=True)
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    story.update(hot(a=slow("update", "2"), first=resource()))
    story.step_until("a", "UPDATE_IN_PROGRESS")
    story.step_until("first", "CREATE_COMPLETE")
    story.update(hot(a=resource("3"), first=resource(), second=resource(), bad=bad("a", "second")))
    story.settle("ROLLBACK_COMPLETE")
    story.verify("a", "gone")
    assert (story.physical_ids(), story.value("a")) == (before, "1")
    story.verify_nothing_left()


def test_a_rollback_of_an_update_that_interrupted_the_create_leaves_nothing(story: Story) -> None:
    story.create(hot(a=slow("create", "1")), rollback=True)
    story.step_until("a", "CREATE_IN_PROGRESS")
    story.update(hot(a=resource("2"), b=resource(), bad=bad("b")))
    story.settle("ROLLBACK_COMPLETE")
    assert story.resources() == {}
    story.verify_nothing_left()


def test_an_update_with_rollback_that_meets_one_without_rolls_both_back(story: Story) -> None:
    story.create(hot(a=resource("1"), b=resource("1")))
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    story.update(hot(a=slow("update", "2"), b=resource("2")))
    story.step_until("a", "UPDATE_IN_PROGRESS")
    story.update(hot(a=resource("3"), b=resource("3"), bad=bad("a", "b")), disable_rollback=False)
    story.settle("ROLLBACK_COMPLETE")
    story.verify("a", "b")
    assert story.physical_ids() == before
    assert (story.value("a"), story.value("b")) == ("1", "1")
    story.verify_nothing_left()


def test_a_failure_of_a_superseded_update_rolls_nothing_back(story: Story) -> None:
    story.create(hot(a=resource("1")), rollback=True)
    story.settle("CREATE_COMPLETE")
    story.update(hot(a=resource("2"), b=slow("create", fail=True)))
    story.step_until("b", "CREATE_IN_PROGRESS")
    story.update(hot(a=resource("3"), b=resource()))
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "b")
    assert story.value("a") == "3"
    story.verify_told("stack UPDATE_IN_PROGRESS", "b CREATE_FAILED", "stack UPDATE_COMPLETE")
    story.verify_nothing_left()


def rolling_back(story: Story, seconds: float = 1) -> dict[str, str]:
    """A rollback is at deleting what the update had made. What there was physically before the update."""
    story.create(hot(a=resource("1"), b=resource("1")), rollback=True)
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    story.update(hot(a=resource("2"), new=slow("delete", seconds=seconds), bad=bad("a", "new")))
    story.step_until("new", "DELETE_IN_PROGRESS")
    assert story.state() == "ROLLBACK_IN_PROGRESS"
    return before


def test_an_update_during_a_rollback_takes_over(story: Story) -> None:
    before = rolling_back(story)
    story.update(hot(a=resource("3"), new=resource("3")))
    assert story.state() == "UPDATE_IN_PROGRESS"
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "new")
    assert story.value("a") == "3"
    assert story.physical_ids()["a"] == before["a"]
    assert "stack ROLLBACK_COMPLETE" not in story.told()
    story.verify_nothing_left()


def test_an_update_during_a_rollback_that_fails_is_rolled_back_to_the_same_template(story: Story) -> None:
    before = rolling_back(story)
    story.update(hot(a=resource("3"), other=resource(), bad=bad("a", "other")))
    story.settle("ROLLBACK_COMPLETE")
    story.verify("a", "b")
    assert (story.physical_ids(), story.value("a")) == (before, "1")
    story.verify_nothing_left()


@pytest.mark.parametrize("after", ["update", "delete"])
def test_a_rollback_that_fails_is_not_rolled_back_and_can_be_followed(story: Story, after: str) -> None:
    before = rolling_back(story)
    expire(story)
    assert story.settle("ROLLBACK_FAILED")["stack_status_reason"] == "Rollback timed out"
    if after == "update":
        story.update(hot(a=resource("1"), b=resource("1")))
        story.settle("UPDATE_COMPLETE")
        assert story.physical_ids() == before
    else:
        story.delete()
        story.settle("DELETE_COMPLETE")
    assert "stack ROLLBACK_COMPLETE" not in story.told()
    story.verify_nothing_left()


def test_without_rollback_what_runs_ends_nothing_new_starts_and_an_update_repairs(story: Story) -> None:
    story.create(hot(a=slow("create", "1"), after=resource(depends_on="a"), b=resource(), bad=bad("b")))
    story.settle("CREATE_FAILED")
    story.verify_nothing_left()
    found = story.resources()
    assert found["a"]["resource_status"] == "COMPLETE", "it ran when the other failed"
    assert found["after"]["resource_action"] == "INIT"
    before = story.physical_ids()
    story.update(hot(a=resource("1"), after=resource(depends_on="a"), b=resource(), bad=resource(depends_on="b")))
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "after", "b", "bad")
    assert {name: story.physical_ids()[name] for name in ("a", "b")} == {name: before[name] for name in ("a", "b")}
    story.verify_nothing_left()


def test_without_rollback_a_failed_update_stays_where_it_is_and_a_later_one_repairs_it(story: Story) -> None:
    story.create(hot(a=resource("1"), b=resource("1", depends_on="a"), c=resource("1", depends_on="b")))
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    story.update(hot(a=resource("2"), b=resource("2", depends_on="a", fail=True), c=resource("2", depends_on="b")))
    story.settle("UPDATE_FAILED")
    assert (story.value("a"), story.value("c")) == ("2", "1")
    story.update(hot(a=resource("2"), b=resource("2", depends_on="a"), c=resource("2", depends_on="b")))
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "b", "c")
    assert (story.value("b"), story.value("c")) == ("2", "2")
    assert story.physical_ids()["a"] == before["a"]
    story.verify_nothing_left()


def collecting(story: Story, *, rollback: bool) -> None:
    """``quick`` is free to go at once, while ``last`` takes its time to be updated."""
    story.create(hot(quick=resource(), old=resource("1", update_replace=True), last=resource("1")), rollback=rollback)
    story.settle("CREATE_COMPLETE")
    story.update(hot(old=resource("2", update_replace=True), last=slow("update", "2")))
    story.settle("UPDATE_COMPLETE")
    story.verify("old", "last")
    assert sorted(story.order("DELETE")) == ["old", "quick"]
    story.verify_nothing_left()


def test_with_rollback_nothing_is_deleted_before_every_update_has_succeeded(story: Story) -> None:
    collecting(story, rollback=True)
    story.verify_told("last UPDATE_COMPLETE", "quick DELETE_COMPLETE", "stack UPDATE_COMPLETE")
    story.verify_told("last UPDATE_COMPLETE", "old DELETE_COMPLETE", "stack UPDATE_COMPLETE")


def test_without_rollback_what_nothing_uses_is_deleted_at_once(story: Story) -> None:
    collecting(story, rollback=False)
    story.verify_told("quick DELETE_COMPLETE", "last UPDATE_COMPLETE")
    story.verify_told("old CREATE_COMPLETE", "old DELETE_COMPLETE", "last UPDATE_COMPLETE")


@pytest.mark.parametrize("rollback", [False, True])
def test_an_update_that_changes_nothing_does_nothing(story: Story, rollback: bool) -> None:
    template = hot(a=slow("create", "1", seconds=0), b=resource({"get_resource": "a"}))
    story.create(template, rollback=rollback)
    story.settle("CREATE_COMPLETE")
    before, told = story.physical_ids(), len(story.told())
    story.update(template)
    story.settle("UPDATE_COMPLETE")
    assert story.told()[told:] == ["stack UPDATE_IN_PROGRESS", "stack UPDATE_COMPLETE"]
    assert story.physical_ids() == before
    story.verify_nothing_left()
