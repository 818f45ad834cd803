"""Operations that arrive while others run: the newest one wins, and nothing of the older ones is left.

What runs when a newer operation comes goes on to its end; only the node that needs the same resource waits for it.
"""

from __future__ import annotations

import pytest

from heatlite import exception
from tests.story import Story, hot, resource, slow


def chain(value: str, action: str) -> dict[str, dict]:
    """A resource that is slow at one action, and one that is made of its value."""
    return {"a": slow(action, value), "b": resource({"get_attr": ["a", "output"]})}


def test_an_update_during_the_create_takes_over(story: Story) -> None:
    story.create(hot(**chain("1", "create")))
    story.step_until("a", "CREATE_IN_PROGRESS")
    story.update(hot(**chain("2", "create"), c=resource()))
    assert story.state() == "UPDATE_IN_PROGRESS"
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "b", "c")
    story.verify_told("stack CREATE_IN_PROGRESS", "stack UPDATE_IN_PROGRESS", "a CREATE_COMPLETE", "a UPDATE_COMPLETE")
    assert "stack CREATE_COMPLETE" not in story.told()
    assert story.order("CREATE", "IN_PROGRESS").count("a") == 1
    assert (story.value("a"), story.value("b")) == ("2", "2")
    story.verify_nothing_left()


def test_an_update_during_the_create_drops_what_it_no_longer_names(story: Story) -> None:
    story.create(hot(**chain("1", "create"), never=resource(depends_on="b")))
    story.step_until("a", "CREATE_IN_PROGRESS")
    story.update(hot(c=resource()))
    story.settle("UPDATE_COMPLETE")
    story.verify("c")
    assert not {"b", "never"} & set(story.order("CREATE", "IN_PROGRESS"))
    story.verify_nothing_left()


def test_a_second_update_during_the_first_takes_over(story: Story) -> None:
    story.create(hot(**chain("1", "update"), old=resource()))
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    story.update(hot(**chain("2", "update"), first=resource(depends_on="b")))
    story.step_until("a", "UPDATE_IN_PROGRESS")
    story.update(hot(**chain("3", "update"), second=resource(depends_on="b")))
    assert story.state() == "UPDATE_IN_PROGRESS"
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "b", "second")
    assert (story.value("a"), story.value("b")) == ("3", "3")
    assert story.order("UPDATE") == ["a", "a", "b"]
    assert story.physical_ids()["a"] == before["a"]
    assert "first" not in story.order("CREATE", "IN_PROGRESS")
    story.verify_nothing_left()


def test_an_update_back_to_where_a_running_update_came_from_undoes_what_it_did(story: Story) -> None:
    first = hot(**chain("1", "update"), old=resource())
    story.create(first)
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    story.update(hot(**chain("2", "update"), new=resource()))
    story.step_until("a", "UPDATE_IN_PROGRESS")
    story.step_until("new", "CREATE_COMPLETE")
    story.update(first)
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "b", "old")
    assert (story.value("a"), story.value("b")) == ("1", "1")
    kept = {name: it for name, it in before.items() if name != "old"}  # without rollback, "old" may be gone already
    assert kept.items() <= story.physical_ids().items()
    story.verify_nothing_left()


def test_of_ten_updates_in_quick_succession_the_last_wins(story: Story) -> None:
    story.create(hot(a=resource("0"), b=resource({"get_attr": ["a", "output"]})))
    for number in range(1, 11):
        own = {f"own{number}": resource(depends_on="b")}
        story.update(hot(a=slow("update", str(number), seconds=0.2), b=resource({"get_attr": ["a", "output"]}), **own))
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "b", "own10")
    assert (story.value("a"), story.value("b")) == ("10", "10")
    assert story.order("CREATE").count("a") == 1
    assert story.told()[-1] == "stack UPDATE_COMPLETE"
    story.verify_nothing_left()


def test_of_ten_updates_that_replace_everything_one_set_of_resources_is_left(story: Story) -> None:
    story.create(hot(a=resource("0"), b=resource({"get_resource": "a"})))
    story.settle("CREATE_COMPLETE")
    for number in range(1, 11):
        a = resource(str(number), update_replace=True)
        story.update(hot(a=a, b=resource({"get_resource": "a"}, update_replace=True)))
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "b")
    assert story.value("a") == "10"
    assert story.value("b") == story.physical_ids()["a"]
    story.verify_nothing_left()


def test_what_fails_of_a_superseded_update_is_repaired_by_the_newer_one(story: Story) -> None:
    story.create(hot(a=resource("1"), b=resource(depends_on="a")))
    story.settle("CREATE_COMPLETE")
    story.update(hot(a=slow("update", "2", fail=True), b=resource(depends_on="a")))
    story.step_until("a", "UPDATE_IN_PROGRESS")
    story.update(hot(a=resource("3"), b=resource("3", depends_on="a")))
    story.settle("UPDATE_COMPLETE")
    story.verify_told("a UPDATE_IN_PROGRESS", "stack UPDATE_IN_PROGRESS", "a UPDATE_FAILED", "stack UPDATE_COMPLETE")
    assert "stack UPDATE_FAILED" not in story.told()
    assert (story.value("a"), story.value("b")) == ("3", "3")
    story.verify_nothing_left()


def test_a_name_that_comes_back_while_its_resource_is_deleted_gets_a_new_one(story: Story) -> None:
    story.create(hot(a=slow("delete", "1"), keep=resource()))
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()["a"]
    story.update(hot(keep=resource()))
    story.step_until("a", "DELETE_IN_PROGRESS")
    story.update(hot(a=resource("2"), keep=resource()))
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "keep")
    assert story.physical_ids()["a"] != before
    story.verify_nothing_left()


@pytest.mark.parametrize("rollback", [False, True])
def test_a_stack_is_deleted_during_its_create(story: Story, rollback: bool) -> None:
    story.create(hot(**chain("1", "create"), side=resource()), rollback=rollback)
    story.step_until("a", "CREATE_IN_PROGRESS")
    story.delete()
    assert story.state() in ("DELETE_IN_PROGRESS", "DELETE_COMPLETE")  # a step that is let go of may end it at once
    story.settle("DELETE_COMPLETE")
    assert "b" not in story.order("CREATE", "IN_PROGRESS")
    assert story.resources() == {}
    story.verify_nothing_left()


def test_a_stack_is_deleted_during_an_update(story: Story) -> None:
    story.create(hot(**chain("1", "update"), old=resource(), replaced=resource("1", update_replace=True)))
    story.settle("CREATE_COMPLETE")
    story.update(hot(**chain("2", "update"), new=resource(), replaced=resource("2", update_replace=True)))
    story.step_until("a", "UPDATE_IN_PROGRESS")
    story.step_until("new", "CREATE_COMPLETE")
    story.delete()
    assert story.state() in ("DELETE_IN_PROGRESS", "DELETE_COMPLETE")
    story.settle("DELETE_COMPLETE")
    assert story.resources() == {}
    story.verify_nothing_left()


def test_a_stack_is_deleted_while_an_update_replaces_a_resource(story: Story) -> None:
    story.create(hot(a=resource("1"), b=resource({"get_resource": "a"})))
    story.settle("CREATE_COMPLETE")
    story.update(hot(a=slow("create", "2", update_replace=True), b=resource({"get_resource": "a"})))
    story.step_until("a", "CREATE_IN_PROGRESS")
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert story.resources() == {}
    story.verify_nothing_left()


def test_a_stack_is_deleted_during_a_rollback(story: Story) -> None:
    story.create(hot(a=resource("1")), rollback=True)
    story.settle("CREATE_COMPLETE")
    story.update(hot(a=resource("2"), new=slow("delete"), bad=resource(depends_on=["a", "new"], fail=True)))
    story.step_until("new", "DELETE_IN_PROGRESS")
    assert story.state() == "ROLLBACK_IN_PROGRESS"
    story.delete()
    assert story.state() == "DELETE_IN_PROGRESS"
    story.settle("DELETE_COMPLETE")
    assert "stack ROLLBACK_COMPLETE" not in story.told()
    assert story.resources() == {}
    story.verify_nothing_left()


def test_deleting_twice_is_deleting(story: Story) -> None:
    story.create(hot(a=resource(), b=slow("delete", depends_on="a")))
    story.settle("CREATE_COMPLETE")
    story.delete()
    story.step_until("b", "DELETE_IN_PROGRESS")
    story.delete()
    assert story.state() == "DELETE_IN_PROGRESS"
    story.settle("DELETE_COMPLETE")
    assert story.order("DELETE") == ["b", "a"]
    story.verify_nothing_left()
    with pytest.raises(exception.EntityNotFound):
        story.delete()


def test_an_update_does_not_stop_a_deletion(story: Story) -> None:
    template = hot(a=slow("delete"))
    story.create(template)
    story.settle("CREATE_COMPLETE")
    story.delete()
    story.step_until("a", "DELETE_IN_PROGRESS")
    with pytest.raises(exception.HeatliteError):
        story.update(template)
    story.settle("DELETE_COMPLETE")
    story.verify_nothing_left()


def test_a_name_is_taken_until_its_stack_is_deleted_and_free_at_once_then(story: Story) -> None:
    story.create(hot(a=slow("delete")))
    story.settle("CREATE_COMPLETE")
    story.delete()
    story.step_until("a", "DELETE_IN_PROGRESS")
    with pytest.raises(exception.StackExists):
        story.create(hot(a=resource()))
    story.settle("DELETE_COMPLETE")
    story.verify_nothing_left()
    deleted = story.identity
    story.create(hot(a=resource()))
    story.settle("CREATE_COMPLETE")
    assert story.identity["stack_id"] != deleted["stack_id"]
    story.verify("a")
    story.verify_nothing_left()


def test_what_a_failed_create_left_running_is_taken_up_by_an_update(story: Story) -> None:
    story.create(hot(a=slow("create", "1"), bad=resource(fail=True), b=resource(depends_on="a")))
    story.settle("CREATE_FAILED")
    assert story.resources()["a"]["resource_status"] == "IN_PROGRESS"
    story.update(hot(a=slow("create", "2"), b=resource("2", depends_on="a")))
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "b")
    assert story.value("a") == "2"
    assert story.order("CREATE", "IN_PROGRESS").count("a") == 1
    story.verify_nothing_left()


def test_what_a_failed_create_left_running_is_deleted_with_its_stack(story: Story) -> None:
    story.create(hot(a=slow("create"), bad=resource(fail=True)))
    story.settle("CREATE_FAILED")
    story.delete()
    story.settle("DELETE_COMPLETE")
    story.verify_nothing_left()
