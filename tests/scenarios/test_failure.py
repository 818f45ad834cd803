"""What becomes of a stack when a resource fails, on every database and backend."""

from __future__ import annotations

from tests.story import Story, hot, resource, slow
from tests.waiting import PATIENCE, wait_until

BROKEN = {"type": "OS::Heat::TestResource", "properties": {"value": "x", "fail": True}}


def test_a_failed_resource_fails_its_stack_and_what_follows_it_never_starts(story: Story) -> None:
    story.create(hot(a=resource(), bad={**BROKEN, "depends_on": "a"}, c=resource(depends_on="bad")))
    stack = story.settle("CREATE_FAILED")
    assert "resources.bad" in stack["stack_status_reason"]
    found = story.resources()
    assert found["bad"]["resource_status"] == "FAILED"
    assert found["c"]["resource_action"] == "INIT"


def test_without_rollback_a_later_update_repairs_the_stack(story: Story) -> None:
    story.create(hot(a=resource("1"), b={**BROKEN, "depends_on": "a"}))
    story.settle("CREATE_FAILED")
    kept = story.physical_ids()["a"]
    story.update(hot(a=resource("1"), b=resource("1", depends_on="a")))
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "b")
    assert story.physical_ids()["a"] == kept


def test_a_failed_create_with_rollback_leaves_nothing(story: Story) -> None:
    story.create(hot(a=resource(), bad={**BROKEN, "depends_on": "a"}), rollback=True)
    story.settle("ROLLBACK_COMPLETE")
    assert story.resources() == {}


def test_a_failed_update_with_rollback_returns_to_the_same_physical_resources(story: Story) -> None:
    story.create(hot(a=resource("1"), b=resource("1"), gone=resource("1")), rollback=True)
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    replaced = resource("2", update_replace=True)
    story.update(hot(a=replaced, b=resource("2"), bad={**BROKEN, "depends_on": ["a", "b"]}))
    story.settle("ROLLBACK_COMPLETE")
    story.verify("a", "b", "gone")
    assert story.physical_ids() == before


def test_a_failed_resource_can_be_deleted(story: Story) -> None:
    story.create(hot(bad=BROKEN))
    story.settle("CREATE_FAILED")
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert story.resources() == {}


def test_a_stack_that_takes_too_long_fails_although_no_message_arrives(story: Story) -> None:
    story.create(hot(slow=resource(wait_secs=3600), next=resource(depends_on="slow")))
    expire(story)
    stack = story.settle("CREATE_FAILED")
    assert stack["stack_status_reason"] == "Create timed out"


def test_waiting_resources_hold_no_thread(story: Story) -> None:
    """The engines have fewer threads than there are resources, all of which wait at once."""
    waiting = {f"r{number}": slow("create", number, seconds=3600) for number in range(100)}
    story.create(hot(**waiting))
    begun = lambda: len(story.order("CREATE", "IN_PROGRESS"))  # noqa: E731
    wait_until(lambda: begun() == len(waiting), PATIENCE, "all to wait", story.explain)
    story.delete()
    story.settle("DELETE_COMPLETE")


def expire(story: Story) -> None:
    """Let a stack's time be over."""
    import sqlalchemy as sa

    from heatlite.context import EngineContext
    from heatlite.db import models

    statement = sa.update(models.stack).where(models.stack.c.id == story.identity["stack_id"]).values(deadline=1.0)
    with story.deployment.database.writer(EngineContext(story.deployment.database)) as connection:
        connection.execute(statement)
