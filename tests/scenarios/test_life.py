"""What outlives a stack, or a change of it: snapshots, adoption, policies; with stacks in stacks."""

from __future__ import annotations

import pytest

from heatlite import exception
from heatlite.rpc.engine_client import Record
from tests.family import inline, nested, of, stacks_of, states_of, text, verify_family
from tests.story import Story, Template, hot, resource, slow, vanish

FOREVER = 3600
SIZED = {"size": {"type": "string", "default": "small"}}
FILES = {"server.yaml": text(hot(SIZED, server=resource({"get_param": "size"})))}
STICKY = {"action_wait_secs": {"delete": FOREVER}}
"""Of a resource that nobody could delete while a test runs."""


def created(story: Story, template: Template, **args: object) -> None:
    story.create(template, **args)
    story.settle("CREATE_COMPLETE")


def snapshots(story: Story) -> list[Record]:
    return story.client.stack_list_snapshots(story.context, story.identity)


def test_a_stack_returns_to_its_snapshot(story: Story) -> None:
    created(story, hot(a=resource("1"), b=resource("1", depends_on="a")))
    before = story.physical_ids()
    then = story.snapshot("monday")
    assert story.state().startswith("SNAPSHOT_")
    story.settle("SNAPSHOT_COMPLETE")
    assert story.order("SNAPSHOT") == ["a", "b"]
    [taken] = snapshots(story)
    assert (taken["id"], taken["name"], taken["status"]) == (then, "monday", "COMPLETE")
    story.update(hot(a=resource("2"), c=resource("2")))
    story.settle("UPDATE_COMPLETE")
    story.restore(then)
    story.settle("RESTORE_COMPLETE")
    story.verify("a", "b")
    assert [story.value(name) for name in "ab"] == ["1", "1"]
    assert story.physical_ids()["a"] == before["a"]
    story.verify_nothing_left()
    story.delete()
    story.settle("DELETE_COMPLETE")


def test_a_tree_returns_to_its_snapshot(story: Story) -> None:
    created(story, hot(web=nested("server.yaml", size="small"), deep=inline(hot(x=resource("1")))), files=FILES)
    then = story.snapshot()
    story.settle("SNAPSHOT_COMPLETE")
    [taken] = snapshots(story)
    assert taken["data"]["resources"]["web"]["resources"]["server"]["resource_data"] == {"value": "small"}
    story.update(hot(web=nested("server.yaml", size="large")), files=FILES)
    story.settle("UPDATE_COMPLETE")
    story.restore(then)
    story.settle("RESTORE_COMPLETE")
    assert of(story, "web").value("server") == "small"
    assert of(story, "deep").value("x") == "1"
    verify_family(story)


def test_a_restoration_that_is_cancelled_returns_to_what_was_before_it(story: Story) -> None:
    created(story, hot(a=resource("1", action_wait_secs={"update": 5})))
    then = story.snapshot()
    story.settle("SNAPSHOT_COMPLETE")
    story.update(hot(a=resource("2")))
    story.settle("UPDATE_COMPLETE")
    story.restore(then)
    story.step_until("a", "UPDATE_IN_PROGRESS")
    story.cancel(rollback=True)
    story.settle("ROLLBACK_COMPLETE")
    assert story.value("a") == "2"
    story.verify_nothing_left()


def test_a_snapshot_does_not_outlive_its_stack(story: Story) -> None:
    created(story, hot(a=slow("delete")))
    then = story.snapshot()
    story.settle("SNAPSHOT_COMPLETE")
    story.delete()
    story.settle("DELETE_COMPLETE")
    with pytest.raises(exception.EntityNotFound):
        story.client.show_snapshot(story.context, story.identity, then)


def test_a_retained_resource_is_not_deleted_with_its_stack_nor_by_an_update(story: Story) -> None:
    kept = {**resource("1", **STICKY), "deletion_policy": "Retain"}
    created(story, hot(a=kept, b=kept, c=resource("1", depends_on="a")))
    story.update(hot(a=kept))
    story.settle("UPDATE_COMPLETE")
    story.verify("a")
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert sorted(story.order("DELETE")) == ["a", "b", "c"]


def test_an_external_resource_is_looked_at_once_and_never_deleted(story: Story) -> None:
    theirs = {"type": "OS::Heat::TestResource", "external_id": "theirs", "properties": STICKY}
    created(story, hot(a=theirs, b=resource({"get_resource": "a"})))
    assert story.physical_ids()["a"] == "theirs"
    assert story.value("b") == "theirs"
    story.update(hot(a={**theirs, "external_id": "others"}, b=resource({"get_resource": "a"})))
    reason = story.settle("UPDATE_FAILED")["stack_status_reason"]
    assert "Update to property external_id of a (OS::Heat::TestResource) is not supported." in reason
    story.delete()
    story.settle("DELETE_COMPLETE")


def test_what_a_tree_abandons_another_adopts(story: Story) -> None:
    created(story, hot(web=nested("server.yaml", size="large"), a=resource("1"), b=resource("2")), files=FILES)
    before, inner = story.physical_ids(), of(story, "web").physical_ids()
    data = story.abandon()
    assert story.state() == "DELETE_COMPLETE"
    assert stacks_of(story) == {}
    other = Story(story.deployment, story.context["project_id"])
    other.adopt(data)
    other.settle("ADOPT_COMPLETE")
    assert states_of(other) == {"web": "ADOPT_COMPLETE"}
    after = other.physical_ids()
    assert (after["a"], after["b"]) == (before["a"], before["b"])
    assert of(other, "web").physical_ids() == inner
    assert of(other, "web").value("server") == "large"
    other.update(hot(web=nested("server.yaml", size="small"), a=resource("3")), files=FILES)
    other.settle("UPDATE_COMPLETE")
    assert (other.value("a"), of(other, "web").value("server")) == ("3", "small")
    assert of(other, "web").physical_ids() == inner
    verify_family(other)
    other.delete()
    other.settle("DELETE_COMPLETE")


def test_an_update_right_after_an_adoption_changes_what_there_is_and_makes_nothing(story: Story) -> None:
    then = hot(web=nested("server.yaml", size="small"), a=resource("1"), b=resource("1", depends_on="a"))
    created(story, then, files=FILES)
    before, inner = story.physical_ids(), of(story, "web").physical_ids()
    data = story.abandon()
    other = Story(story.deployment, story.context["project_id"])
    other.adopt(data)
    now = hot(web=nested("server.yaml", size="large"), a=resource("2"), b=resource("2", depends_on="a"))
    other.update(now, files=FILES)
    other.settle("UPDATE_COMPLETE")
    after = other.physical_ids()
    assert (after["a"], after["b"], of(other, "web").physical_ids()) == (before["a"], before["b"], inner)
    assert [other.value("a"), other.value("b"), of(other, "web").value("server")] == ["2", "2", "large"]
    other.delete()
    other.settle("DELETE_COMPLETE")


def test_a_stack_in_progress_is_not_abandoned(story: Story) -> None:
    story.create(hot(a=slow("create", seconds=FOREVER)))
    with pytest.raises(exception.ActionInProgress):
        story.abandon()
    assert story.state() == "CREATE_IN_PROGRESS"
    story.delete()
    story.settle("DELETE_COMPLETE")


def test_what_cannot_be_adopted_fails_and_a_rollback_gives_the_rest_back(story: Story) -> None:
    data = {"template": hot(a=resource(**STICKY), b=resource(depends_on="a")), "files": {}}
    story.adopt({**data, "resources": {"a": {"resource_id": "theirs"}}}, rollback=True)
    story.settle("ROLLBACK_COMPLETE")
    assert story.resources() == {}


def test_a_check_finds_what_an_adopted_stack_lacks(story: Story) -> None:
    data = {"template": hot(a=resource("1")), "files": {}, "resources": {"a": {"resource_id": "theirs"}}}
    story.adopt(data)
    story.settle("ADOPT_COMPLETE")
    vanish(story, "a")
    story.check()
    story.settle("CHECK_FAILED")
    story.update(hot(a=resource("1")))
    story.settle("UPDATE_COMPLETE")
    story.verify("a")
