"""The plain life of a stack, on every database and backend."""

from __future__ import annotations

import pytest

from heatlite import exception
from tests.story import Story, hot, resource


def test_a_stack_is_created_in_the_order_of_its_dependencies(story: Story) -> None:
    story.create(hot(a=resource(), b=resource(depends_on="a"), c=resource({"get_attr": ["b", "output"]})))
    story.settle("CREATE_COMPLETE")
    story.verify("a", "b", "c")
    assert story.order("CREATE") == ["a", "b", "c"]


def test_what_depends_on_nothing_is_created_side_by_side(story: Story) -> None:
    story.create(hot(a=resource(wait_secs=0.5), b=resource(wait_secs=0.5), c=resource(depends_on=["a", "b"])))
    story.settle("CREATE_COMPLETE")
    begun, done = story.order("CREATE", "IN_PROGRESS"), story.order("CREATE")
    assert set(begun[:2]) == {"a", "b"}
    assert done[-1] == "c"


def test_an_attribute_flows_from_one_resource_to_the_next_and_out(story: Story) -> None:
    outputs = {"last": {"value": {"get_attr": ["c", "output"]}}}
    story.create(
        hot(
            {"word": {"type": "string", "default": "hello"}},
            outputs,
            a=resource({"get_param": "word"}),
            b=resource({"get_attr": ["a", "output"]}),
            c=resource({"str_replace": {"template": "say $it", "params": {"$it": {"get_attr": ["b", "output"]}}}}),
        )
    )
    stack = story.settle("CREATE_COMPLETE")
    assert stack["outputs"][0]["output_value"] == "say hello"


def test_an_update_changes_in_place_adds_and_removes(story: Story) -> None:
    story.create(hot(keep=resource("1"), change=resource("1"), leave=resource("1")))
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    story.update(hot(keep=resource("1"), change=resource("2"), new=resource("1")))
    story.settle("UPDATE_COMPLETE")
    story.verify("keep", "change", "new")
    after = story.physical_ids()
    assert (after["keep"], after["change"]) == (before["keep"], before["change"])
    found = story.resources()
    assert found["keep"]["resource_action"] == "CREATE"
    assert found["change"]["resource_action"] == "UPDATE"


def test_a_replacement_is_made_before_the_old_one_goes_and_dependents_follow(story: Story) -> None:
    story.create(hot(a=resource("1"), b=resource({"get_resource": "a"})))
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    story.update(hot(a=resource("2", update_replace=True), b=resource({"get_resource": "a"})))
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "b")
    after = story.physical_ids()
    assert after["a"] != before["a"]
    assert after["b"] == before["b"]
    shown = story.client.describe_stack_resource(story.context, story.identity, "b")
    assert shown["attributes"]["output"] == after["a"]
    sequence = [
        (it["resource_name"], it["resource_action"])
        for it in story.events()
        if it["resource_status"] == "COMPLETE" and it["resource_name"] in ("a", "b")
    ]
    assert sequence[-3:] == [("a", "CREATE"), ("b", "UPDATE"), ("a", "DELETE")]


def test_a_changed_type_is_a_replacement(story: Story) -> None:
    story.create(hot(a=resource("1")))
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    value = {"type": "OS::Heat::RandomString", "properties": {"length": 8}}
    story.update(hot(a=value))
    story.settle("UPDATE_COMPLETE")
    assert story.physical_ids()["a"] != before["a"]
    assert story.resources()["a"]["resource_type"] == "OS::Heat::RandomString"


def test_what_goes_is_deleted_in_the_reverse_order_of_its_dependencies(story: Story) -> None:
    story.create(hot(a=resource(), b=resource(depends_on="a"), c=resource(depends_on="b")))
    story.settle("CREATE_COMPLETE")
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert story.order("DELETE") == ["c", "b", "a"]
    assert story.resources() == {}


def test_an_update_to_the_same_template_touches_nothing(story: Story) -> None:
    template = hot(a=resource("1"), b=resource({"get_attr": ["a", "output"]}))
    story.create(template)
    story.settle("CREATE_COMPLETE")
    story.update(template)
    story.settle("UPDATE_COMPLETE")
    assert story.order("UPDATE", "IN_PROGRESS") == []
    assert story.order("DELETE", "IN_PROGRESS") == []


def test_the_name_of_a_deleted_stack_is_free_again(story: Story) -> None:
    story.create(hot(a=resource()))
    story.settle("CREATE_COMPLETE")
    with pytest.raises(exception.StackExists):
        story.create(hot(a=resource()))
    story.delete()
    story.settle("DELETE_COMPLETE")
    story.create(hot(a=resource()))
    story.settle("CREATE_COMPLETE")


def test_an_empty_stack_is_a_stack(story: Story) -> None:
    story.create(hot())
    story.settle("CREATE_COMPLETE")
    story.update(hot(a=resource()))
    story.settle("UPDATE_COMPLETE")
    story.update(hot())
    story.settle("UPDATE_COMPLETE")
    assert story.resources() == {}
    story.delete()
    story.settle("DELETE_COMPLETE")


def test_nothing_is_left_behind_when_operations_have_ended(story: Story) -> None:
    story.create(hot(a=resource("1"), b=resource(depends_on="a")))
    story.settle("CREATE_COMPLETE")
    story.update(hot(a=resource("2", update_replace=True), b=resource(depends_on="a")))
    story.settle("UPDATE_COMPLETE")
    assert remains(story) == {"sync_points": 0, "locks": 0}
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert remains(story) == {"sync_points": 0, "locks": 0}


def remains(story: Story) -> dict[str, int]:
    """Sync points and locks that a stack still has."""
    import sqlalchemy as sa

    from heatlite.context import EngineContext
    from heatlite.db import models

    stack_id = story.identity["stack_id"]
    context = EngineContext(story.deployment.database)
    points = sa.select(sa.func.count()).where(models.sync_point.c.stack_id == stack_id)
    locks = sa.select(sa.func.count()).where(
        models.resource.c.stack_id == stack_id, models.resource.c.engine_id.is_not(None)
    )
    with story.deployment.database.reader(context) as connection:
        return {"sync_points": connection.execute(points).scalar_one(), "locks": connection.execute(locks).scalar_one()}
