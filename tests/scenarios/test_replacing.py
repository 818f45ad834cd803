"""Replacement: the new one is made first, what reads it follows, and the old one goes when nothing uses it any more.

replaced(x):  update makes x2 ──▶ dependents point to x2 ──▶ the old x is deleted
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.story import Story, Template, hot, resource, slow


def replaceable(value: object, depends_on: str | list[str] | None = None, **properties: Any) -> Template:
    """A resource that a change of its value replaces."""
    return resource(value, depends_on, update_replace=True, **properties)


def reading(name: str, **properties: Any) -> Template:
    """A resource that is updated in place to the physical id of another."""
    return resource({"get_resource": name}, **properties)


def test_all_that_depend_on_a_replaced_resource_are_moved_before_the_old_one_goes(story: Story) -> None:
    dependents = {name: reading("a") for name in ("b", "c", "d")}
    story.create(hot(a=replaceable("1"), **dependents))
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    story.update(hot(a=replaceable("2"), **dependents))
    story.settle("UPDATE_COMPLETE")
    after = story.physical_ids()
    assert after["a"] != before["a"]
    assert {name for name in after if after[name] == before[name]} == {"b", "c", "d"}
    assert {story.value(name) for name in dependents} == {after["a"]}
    for name in dependents:
        story.verify_told(
            "stack UPDATE_IN_PROGRESS", "a CREATE_COMPLETE", f"{name} UPDATE_COMPLETE", "a DELETE_COMPLETE"
        )
    story.verify_nothing_left()


def test_of_two_replaced_of_which_one_reads_the_other_the_reader_goes_first(story: Story) -> None:
    story.create(hot(a=replaceable("1"), b=replaceable({"get_attr": ["a", "output"]})))
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    story.update(hot(a=replaceable("2"), b=replaceable({"get_attr": ["a", "output"]})))
    story.settle("UPDATE_COMPLETE")
    assert not set(before.values()) & set(story.physical_ids().values())
    assert story.value("b") == "2"
    story.verify_told("stack UPDATE_IN_PROGRESS", "a CREATE_COMPLETE", "b CREATE_COMPLETE", "b DELETE_COMPLETE",
                      "a DELETE_COMPLETE")  # fmt: skip
    story.verify_nothing_left()


def test_a_resource_replaced_again_before_the_first_cleanup_leaves_one(story: Story) -> None:
    story.create(hot(a=replaceable("1"), b=reading("a", action_wait_secs={"update": 1})))
    story.settle("CREATE_COMPLETE")
    story.update(hot(a=replaceable("2"), b=reading("a", action_wait_secs={"update": 1})))
    story.step_until("b", "UPDATE_IN_PROGRESS")
    assert story.order("DELETE", "IN_PROGRESS") == []
    story.update(hot(a=replaceable("3"), b=reading("a")))
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "b")
    assert story.value("a") == "3"
    assert story.value("b") == story.physical_ids()["a"]
    assert story.order("CREATE").count("a") == 3
    assert story.order("DELETE") == ["a", "a"]
    story.verify_nothing_left()


def test_a_resource_replaced_again_while_the_first_replacement_is_made_leaves_one(story: Story) -> None:
    story.create(hot(a=replaceable("1"), b=reading("a")))
    story.settle("CREATE_COMPLETE")
    story.update(hot(a=slow("create", "2", update_replace=True), b=reading("a")))
    story.step_until("a", "CREATE_IN_PROGRESS")
    story.update(hot(a=replaceable("3"), b=reading("a")))
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "b")
    assert story.value("a") == "3"
    assert story.value("b") == story.physical_ids()["a"]
    story.verify_nothing_left()


def test_a_resource_replaced_again_while_the_old_one_is_deleted_leaves_one(story: Story) -> None:
    story.create(hot(a=slow("delete", "1", update_replace=True), b=reading("a")))
    story.settle("CREATE_COMPLETE")
    story.update(hot(a=replaceable("2"), b=reading("a")))
    story.step_until("a", "DELETE_IN_PROGRESS")
    story.update(hot(a=replaceable("3"), b=reading("a")))
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "b")
    assert story.value("b") == story.physical_ids()["a"]
    story.verify_nothing_left()


def replaced_and_held(story: Story) -> None:
    """An update has made the replacement of ``a``, and hasn't come to the cleanup: ``b`` holds it up."""
    story.create(hot(a=replaceable("1"), b=reading("a", action_wait_secs={"update": 1})))
    story.settle("CREATE_COMPLETE")
    story.update(hot(a=replaceable("2"), b=reading("a", action_wait_secs={"update": 1})))
    story.step_until("b", "UPDATE_IN_PROGRESS")


def test_a_cleanup_that_an_interrupted_update_missed_is_done_by_the_next(story: Story) -> None:
    replaced_and_held(story)
    replacement = story.physical_ids()["a"]
    story.update(hot(a=replaceable("2"), b=reading("a"), c=resource()))
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "b", "c")
    assert story.physical_ids()["a"] == replacement, "what the interrupted update had made already is made use of"
    assert story.order("DELETE") == ["a"]
    story.verify_nothing_left()


def test_a_cleanup_that_an_interrupted_update_missed_is_done_by_the_delete(story: Story) -> None:
    replaced_and_held(story)
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert story.order("DELETE").count("a") == 2
    story.verify_nothing_left()


def test_a_cleanup_missed_twice_is_done_by_the_third(story: Story) -> None:
    replaced_and_held(story)
    story.update(hot(a=replaceable("3"), b=reading("a", action_wait_secs={"update": 1})))
    story.step_until("b", "UPDATE_IN_PROGRESS")
    story.update(hot(a=replaceable("3"), b=reading("a")))
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "b")
    story.verify_nothing_left()


def test_an_update_to_a_template_without_either_deletes_old_and_new(story: Story) -> None:
    replaced_and_held(story)
    story.update(hot(c=resource()))
    story.settle("UPDATE_COMPLETE")
    story.verify("c")
    story.verify_nothing_left()


@pytest.mark.parametrize("replaces", [False, True], ids=["in place", "replaced"])
def test_dependencies_are_inverted_between_two_templates(story: Story, replaces: bool) -> None:
    story.create(hot(a=resource("1"), b=resource({"get_resource": "a"}, update_replace=replaces)))
    story.settle("CREATE_COMPLETE")
    story.update(
        hot(a=resource({"get_resource": "b"}, update_replace=replaces), b=resource("2", update_replace=replaces))
    )
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "b")
    assert (story.value("a"), story.value("b")) == (story.physical_ids()["b"], "2")
    story.verify_nothing_left()
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert story.order("DELETE")[-2:] == ["a", "b"]
    story.verify_nothing_left()


def test_dependencies_are_inverted_by_an_update_that_is_interrupted_half_way_and_inverted_back(story: Story) -> None:
    forwards = hot(a=replaceable("1"), b=replaceable({"get_resource": "a"}))
    story.create(forwards)
    story.settle("CREATE_COMPLETE")
    story.update(hot(b=replaceable("2"), a=slow("create", {"get_resource": "b"}, update_replace=True)))
    story.step_until("a", "CREATE_IN_PROGRESS")
    story.update(forwards)
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "b")
    assert (story.value("a"), story.value("b")) == ("1", story.physical_ids()["a"])
    story.verify_nothing_left()


def test_dependencies_inverted_half_way_can_be_deleted(story: Story) -> None:
    story.create(hot(a=replaceable("1"), b=replaceable({"get_resource": "a"})))
    story.settle("CREATE_COMPLETE")
    story.update(hot(b=replaceable("2"), a=slow("create", {"get_resource": "b"}, update_replace=True)))
    story.step_until("a", "CREATE_IN_PROGRESS")
    story.delete()
    story.settle("DELETE_COMPLETE")
    story.verify_nothing_left()


def test_a_changed_type_moves_its_dependents_and_can_change_back(story: Story) -> None:
    first = hot(a=resource("1"), b=reading("a"))
    story.create(first)
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    story.update(hot(a={"type": "OS::Heat::RandomString", "properties": {"length": 8}}, b=reading("a")))
    story.settle("UPDATE_COMPLETE")
    assert story.resources()["a"]["resource_type"] == "OS::Heat::RandomString"
    assert story.value("b") not in before.values()
    story.update(first)
    story.settle("UPDATE_COMPLETE")
    after = story.physical_ids()
    assert story.resources()["a"]["resource_type"] == "OS::Heat::TestResource"
    assert (story.value("b"), after["b"]) == (after["a"], before["b"])
    story.verify_nothing_left()


def test_a_type_changed_while_the_resource_is_being_made_waits_for_it_and_replaces_it(story: Story) -> None:
    story.create(hot(a=slow("create", "1"), b=reading("a")))
    story.step_until("a", "CREATE_IN_PROGRESS")
    story.update(hot(a={"type": "OS::Heat::RandomString", "properties": {"length": 8}}, b=reading("a")))
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "b")
    assert story.resources()["a"]["resource_type"] == "OS::Heat::RandomString"
    story.verify_told("stack UPDATE_IN_PROGRESS", "a CREATE_COMPLETE", "a CREATE_COMPLETE", "a DELETE_COMPLETE")
    story.verify_nothing_left()


def test_when_a_replacement_cannot_be_made_a_rollback_returns_to_the_old_one(story: Story) -> None:
    story.create(hot(a=replaceable("1"), b=reading("a")), rollback=True)
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    story.update(hot(a=replaceable("2", fail=True), b=reading("a")))
    story.settle("ROLLBACK_COMPLETE")
    story.verify("a", "b")
    assert story.physical_ids() == before
    assert story.order("CREATE") == ["a", "b"], "nothing was made anew"
    assert (story.value("a"), story.value("b")) == ("1", before["a"])
    story.verify_nothing_left()


def test_when_a_replacement_cannot_be_made_an_update_back_returns_to_the_old_one(story: Story) -> None:
    first = hot(a=replaceable("1"), b=reading("a"))
    story.create(first)
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    story.update(hot(a=replaceable("2", fail=True), b=reading("a")))
    story.settle("UPDATE_FAILED")
    story.update(first)
    story.settle("UPDATE_COMPLETE")
    assert story.physical_ids() == before
    assert story.order("CREATE") == ["a", "b"], "nothing was made anew"
    story.verify_nothing_left()


def test_a_replacement_that_could_not_be_made_is_made_by_the_next_update(story: Story) -> None:
    story.create(hot(a=replaceable("1"), b=reading("a")))
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    story.update(hot(a=replaceable("2", fail=True), b=reading("a")))
    story.settle("UPDATE_FAILED")
    story.update(hot(a=replaceable("2"), b=reading("a")))
    story.settle("UPDATE_COMPLETE")
    after = story.physical_ids()
    assert after["a"] != before["a"]
    assert story.value("b") == after["a"]
    story.verify_nothing_left()


def test_an_update_back_while_the_replacement_is_made_keeps_the_old_one(story: Story) -> None:
    first = hot(a=replaceable("1"), b=reading("a"))
    story.create(first)
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    story.update(hot(a=slow("create", "2", update_replace=True), b=reading("a")))
    story.step_until("a", "CREATE_IN_PROGRESS")
    story.update(first)
    story.settle("UPDATE_COMPLETE")
    assert story.physical_ids() == before
    assert story.value("b") == before["a"]
    story.verify_nothing_left()
