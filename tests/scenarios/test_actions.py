"""Suspend, resume and check: actions that change no template, and what comes of them when others come in between."""

from __future__ import annotations

import pytest

from heatlite import exception
from tests.story import Story, Template, hot, resource, slow, vanish

FOREVER = 3600


def chain(value: str = "1") -> Template:
    """``b`` requires ``a``, and ``c`` requires ``b``."""
    return hot(a=resource(value), b=resource(value, depends_on="a"), c=resource(value, depends_on="b"))


def created(story: Story, template: Template) -> None:
    story.create(template)
    story.settle("CREATE_COMPLETE")


def states(story: Story) -> set[str]:
    return {f"{it['resource_action']}_{it['resource_status']}" for it in story.resources().values()}


def test_a_stack_is_suspended_from_its_end_and_resumed_from_its_beginning(story: Story) -> None:
    created(story, chain())
    before = story.physical_ids()
    story.suspend()
    assert story.state().startswith("SUSPEND_")
    shown = story.settle("SUSPEND_COMPLETE")
    assert shown["stack_status_reason"] == "Stack SUSPEND completed successfully"
    assert states(story) == {"SUSPEND_COMPLETE"}
    assert story.order("SUSPEND") == ["c", "b", "a"]
    story.resume()
    story.settle("RESUME_COMPLETE")
    assert states(story) == {"RESUME_COMPLETE"}
    assert story.order("RESUME") == ["a", "b", "c"]
    assert story.physical_ids() == before
    story.verify_nothing_left()


def test_an_update_of_a_suspended_stack_is_refused_and_of_a_resumed_one_does_what_has_changed(story: Story) -> None:
    created(story, chain("1"))
    before = story.physical_ids()
    story.suspend()
    story.settle("SUSPEND_COMPLETE")
    with pytest.raises(exception.NotSupported, match="Updating a stack when it is suspended is not supported"):
        story.update(chain("2"))
    assert story.state() == "SUSPEND_COMPLETE"
    story.resume()
    story.settle("RESUME_COMPLETE")
    story.update(hot(**{**chain("1")["resources"], "b": resource("2", depends_on="a")}))
    story.settle("UPDATE_COMPLETE")
    assert story.order("UPDATE") == ["b"]
    assert story.physical_ids() == before
    story.verify_nothing_left()


def test_what_is_so_already_is_accepted_and_nothing_happens(story: Story) -> None:
    created(story, chain())
    story.suspend()
    story.settle("SUSPEND_COMPLETE")
    told = story.told()
    story.suspend()
    assert story.told() == told
    story.resume()
    story.settle("RESUME_COMPLETE")
    told = story.told()
    story.resume()
    assert (story.told(), story.state()) == (told, "RESUME_COMPLETE")


def test_a_stack_that_was_never_suspended_is_resumed_by_doing_nothing(story: Story) -> None:
    created(story, chain())
    story.resume()
    story.settle("RESUME_COMPLETE")
    assert states(story) == {"CREATE_COMPLETE"}


def test_a_stack_without_resources_is_suspended_and_resumed(story: Story) -> None:
    created(story, hot())
    story.suspend()
    story.settle("SUSPEND_COMPLETE")
    story.resume()
    story.settle("RESUME_COMPLETE")


def test_a_deletion_does_not_wait_for_a_suspension(story: Story) -> None:
    created(story, hot(a=slow("suspend", seconds=FOREVER), b=resource(depends_on="a")))
    story.suspend()
    story.step_until("a", "SUSPEND_IN_PROGRESS")
    story.delete()
    story.settle("DELETE_COMPLETE")
    story.verify_nothing_left()


def test_nothing_else_may_begin_while_a_stack_is_being_suspended(story: Story) -> None:
    created(story, hot(a=slow("suspend")))
    story.suspend()
    story.step_until("a", "SUSPEND_IN_PROGRESS")
    for begin in (story.suspend, story.resume, story.check):
        with pytest.raises(exception.ActionInProgress, match=r"already has an action \(SUSPEND\) in progress"):
            begin()
    with pytest.raises(exception.NotSupported):
        story.update(hot(a=resource()))
    story.settle("SUSPEND_COMPLETE")


def test_an_update_during_the_resumption_resumes_the_rest_before_it_changes_anything(story: Story) -> None:
    created(story, hot(a=slow("resume", "1"), b=resource("1", depends_on="a"), c=resource("1", depends_on="b")))
    story.suspend()
    story.settle("SUSPEND_COMPLETE")
    story.resume()
    story.step_until("a", "RESUME_IN_PROGRESS")
    story.update(hot(a=slow("resume", "1"), b=resource("2", depends_on="a"), c=resource("1", depends_on="b")))
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "b", "c")
    assert story.order("RESUME") == ["a", "b", "c"]
    story.verify_told("b RESUME_COMPLETE", "b UPDATE_IN_PROGRESS", "b UPDATE_COMPLETE", "stack UPDATE_COMPLETE")
    assert "c" not in story.order("UPDATE")
    assert story.value("b") == "2"
    story.verify_nothing_left()


def test_a_check_that_finds_nothing_wrong_changes_nothing(story: Story) -> None:
    created(story, chain())
    before = story.physical_ids()
    story.check()
    story.settle("CHECK_COMPLETE")
    assert states(story) == {"CHECK_COMPLETE"}
    assert story.order("CHECK") == ["a", "b", "c"]
    story.update(chain())
    story.settle("UPDATE_COMPLETE")
    assert (story.physical_ids(), story.order("UPDATE")) == (before, [])
    story.verify_nothing_left()


def test_a_check_goes_on_past_failures_and_names_each_of_them_but_not_what_requires_them(story: Story) -> None:
    template = hot(
        a=resource(), b=resource(depends_on="a"), c=resource(), d=resource(depends_on="c"), e=resource(depends_on="b")
    )
    created(story, template)
    before = story.physical_ids()
    vanish(story, "a", "d")
    story.check()
    reason = story.settle("CHECK_FAILED")["stack_status_reason"]
    assert reason.startswith("Resource CHECK failed: ")
    assert sorted(reason.removeprefix("Resource CHECK failed: ").split("; ")) == [
        "a: ValueError: resources.a: Resource not created",
        "d: ValueError: resources.d: Resource not created",
    ]
    found = {name: f"{it['resource_action']}_{it['resource_status']}" for name, it in story.resources().items()}
    untouched = dict.fromkeys(("b", "e"), "CREATE_COMPLETE")
    assert found == {"a": "CHECK_FAILED", "c": "CHECK_COMPLETE", "d": "CHECK_FAILED", **untouched}
    story.update(template)
    story.settle("UPDATE_COMPLETE")
    after = story.physical_ids()
    assert {name for name in before if before[name] != after[name]} == {"a", "d"}
    story.verify("a", "b", "c", "d", "e")


def test_a_check_does_not_look_at_what_is_suspended(story: Story) -> None:
    created(story, chain())
    story.suspend()
    story.settle("SUSPEND_COMPLETE")
    story.check()
    story.settle("CHECK_COMPLETE")
    assert states(story) == {"SUSPEND_COMPLETE"}
    story.update(chain())
    story.settle("UPDATE_COMPLETE")
    assert states(story) == {"RESUME_COMPLETE"}
    assert story.order("RESUME") == ["a", "b", "c"]


def test_what_an_update_has_left_undone_fails_a_check_and_is_made_by_the_next_update(story: Story) -> None:
    created(story, hot(a=resource("1")))
    story.update(hot(a=resource("2", fail=True), b=resource(depends_on="a")))
    story.settle("UPDATE_FAILED")
    story.check()
    shown = story.settle("CHECK_FAILED")
    assert "b: Resource b not created yet." in shown["stack_status_reason"]
    story.update(hot(a=resource("2"), b=resource(depends_on="a")))
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "b")
    assert story.value("a") == "2"


def test_a_check_tells_of_a_replacement_that_failed(story: Story) -> None:
    created(story, hot(a=resource("1", update_replace=True)))
    story.update(hot(a=resource("2", update_replace=True, fail=True)))
    story.settle("UPDATE_FAILED")
    story.check()
    assert "a: Resource a not created yet." in story.settle("CHECK_FAILED")["stack_status_reason"]
    story.update(hot(a=resource("2", update_replace=True)))
    story.settle("UPDATE_COMPLETE")
    story.verify("a")
    story.verify_nothing_left()


def test_a_failed_update_is_not_forgotten_by_being_suspended_and_resumed(story: Story) -> None:
    created(story, hot(a=resource("1"), b=resource()))
    before = story.physical_ids()
    story.update(hot(a=resource("2", fail=True), b=resource()))
    story.settle("UPDATE_FAILED")
    story.suspend()
    story.settle("SUSPEND_COMPLETE")
    story.resume()
    story.settle("RESUME_COMPLETE")
    assert states(story) == {"RESUME_COMPLETE"}
    story.update(hot(a=resource("2"), b=resource()))
    story.settle("UPDATE_COMPLETE")
    after = story.physical_ids()
    assert {name for name in before if before[name] != after[name]} == {"a"}
    assert story.value("a") == "2"
    story.verify_nothing_left()


def test_neither_suspension_nor_check_moves_the_template_that_a_rollback_goes_back_to(story: Story) -> None:
    created(story, hot(a=resource("1")))
    story.update(hot(a=resource("2"), bad=resource(fail=True, depends_on="a")))
    story.settle("UPDATE_FAILED")
    story.suspend()
    story.settle("SUSPEND_COMPLETE")
    story.resume()
    story.settle("RESUME_COMPLETE")
    story.check()
    story.settle("CHECK_FAILED")
    story.update(hot(a=resource("3"), bad=resource("3", fail=True, depends_on="a")), disable_rollback=False)
    story.settle("ROLLBACK_COMPLETE")
    story.verify("a")
    assert story.value("a") == "1"
    story.verify_nothing_left()


def test_a_check_while_an_update_runs_is_refused_and_the_update_goes_on(story: Story) -> None:
    created(story, hot(a=slow("update", "1")))
    story.update(hot(a=slow("update", "2")))
    story.step_until("a", "UPDATE_IN_PROGRESS")
    with pytest.raises(exception.ActionInProgress, match=r"\(UPDATE\)"):
        story.check()
    story.settle("UPDATE_COMPLETE")
    assert story.value("a") == "2"


def test_what_a_failed_update_left_running_is_waited_for_by_a_suspension(story: Story) -> None:
    created(story, hot(a=slow("update", "1", seconds=5.0), bad=resource("1")))
    story.update(hot(a=slow("update", "2", seconds=5.0), bad=resource("2", fail=True)))
    story.settle("UPDATE_FAILED")
    assert story.resources()["a"]["resource_status"] == "IN_PROGRESS"
    story.suspend()
    story.settle("SUSPEND_COMPLETE")
    assert states(story) == {"SUSPEND_COMPLETE"}
    story.verify_told("a UPDATE_COMPLETE", "a SUSPEND_IN_PROGRESS", "a SUSPEND_COMPLETE")
    story.verify_nothing_left()


def test_a_suspended_stack_is_deleted(story: Story) -> None:
    created(story, chain())
    story.suspend()
    story.settle("SUSPEND_COMPLETE")
    story.delete()
    story.settle("DELETE_COMPLETE")
    story.verify_nothing_left()
