"""Operations whose time is over: what hangs in them is let go of, and the next operation goes on at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from heatlite.context import EngineContext
from heatlite.db import models
from tests.family import nested, of, states_of, text, wait_for
from tests.story import Story, Template, hot, resource
from tests.waiting import PATIENCE, wait_until

LONG = 3600


def hanging(value: object = "x", action: str = "create", **properties: object) -> Template:
    """A resource of which one action takes longer than any operation may."""
    return resource(value, action_wait_secs={action: LONG}, **properties)


def expire(story: Story) -> None:
    """Let a stack's time be over."""
    statement = sa.update(models.stack).where(models.stack.c.id == story.identity["stack_id"]).values(deadline=1.0)
    with story.deployment.database.writer(EngineContext(story.deployment.database)) as connection:
        connection.execute(statement)


def time_out(story: Story, action: str) -> None:
    """Let the time of an operation be over, and see that nothing is held any more."""
    expire(story)
    assert story.settle(f"{action}_FAILED")["stack_status_reason"] == f"{action.capitalize()} timed out"
    story.verify_nothing_left()


def state(story: Story, name: str) -> str:
    found = story.resources()[name]
    return f"{found['resource_action']}_{found['resource_status']}"


OTHERS: dict[str, Callable[[], Template]] = {
    "the same": lambda: resource("y"),
    "another type": lambda: {"type": "OS::Heat::Value", "properties": {"value": "y"}},
    "a template": lambda: nested("inner.yaml"),
}


@pytest.mark.parametrize("other", OTHERS)
def test_what_hung_in_a_create_is_failed_and_repaired_by_an_update(story: Story, other: str) -> None:
    story.create(hot(a=hanging(), b=resource(depends_on="a")))
    story.step_until("a", "CREATE_IN_PROGRESS")
    time_out(story, "CREATE")
    assert state(story, "a") == "CREATE_FAILED"
    reason = story.resources()["a"]["resource_status_reason"]
    assert reason.startswith("CREATE aborted (Task create from TestResource")
    assert reason.endswith("Timed out)")
    files = {"inner.yaml": text(hot(x=resource()))}
    story.update(hot(a=OTHERS[other](), b=resource(depends_on="a")), files=files)
    story.settle("UPDATE_COMPLETE")
    story.verify("a", "b")
    story.verify_nothing_left()


def test_what_hung_in_an_update_is_repaired_by_another(story: Story) -> None:
    story.create(hot(a=hanging("1", "update")))
    story.settle("CREATE_COMPLETE")
    story.update(hot(a=hanging("2", "update")))
    story.step_until("a", "UPDATE_IN_PROGRESS")
    time_out(story, "UPDATE")
    assert state(story, "a") == "UPDATE_FAILED"
    story.update(hot(a=resource("3")))
    story.settle("UPDATE_COMPLETE")
    assert story.value("a") == "3"
    story.verify_nothing_left()


def test_what_hung_in_a_delete_is_deleted_by_another(story: Story) -> None:
    story.create(hot(a=resource(action_wait_secs={"delete": LONG})))
    story.settle("CREATE_COMPLETE")
    story.delete()
    story.step_until("a", "DELETE_IN_PROGRESS")
    time_out(story, "DELETE")
    assert state(story, "a") == "DELETE_FAILED"
    story.delete()
    story.step_until("a", "DELETE_IN_PROGRESS")
    assert story.told().count("a DELETE_IN_PROGRESS") == 2


def test_what_hung_in_a_visit_does_not_keep_the_next_one(story: Story) -> None:
    story.create(hot(a=resource(action_wait_secs={"suspend": LONG, "check": LONG})))
    story.settle("CREATE_COMPLETE")
    story.suspend()
    story.step_until("a", "SUSPEND_IN_PROGRESS")
    time_out(story, "SUSPEND")
    story.resume()
    story.settle("RESUME_COMPLETE")
    story.check()
    story.step_until("a", "CHECK_IN_PROGRESS")
    time_out(story, "CHECK")
    story.delete()
    story.settle("DELETE_COMPLETE")


def test_a_group_whose_members_hang_is_repaired(story: Story) -> None:
    def group(member: Template) -> Template:
        return {"type": "OS::Heat::ResourceGroup", "properties": {"count": 2, "resource_def": member}}

    story.create(hot(g=group(hanging())))
    wait_for(story, "g", "CREATE_IN_PROGRESS").step_until("1", "CREATE_IN_PROGRESS")
    time_out(story, "CREATE")
    wait_until(lambda: states_of(story)["g"] == "CREATE_FAILED", PATIENCE, "the group to fail", story.explain)
    members = of(story, "g")
    members.verify_nothing_left()
    assert {state(members, name) for name in ("0", "1")} == {"CREATE_FAILED"}
    story.update(hot(g=group(resource("y"))))
    story.settle("UPDATE_COMPLETE")
    assert {of(story, "g").value(name) for name in ("0", "1")} == {"y"}


def test_a_nested_update_that_hangs_is_rolled_back(story: Story) -> None:
    def files(inner: Template) -> dict[str, str]:
        return {"inner.yaml": text(hot(a=inner))}

    story.create(hot(web=nested("inner.yaml")), rollback=True, files=files(hanging("1", "update")))
    story.settle("CREATE_COMPLETE")
    inner = of(story, "web")
    story.update(hot(web=nested("inner.yaml")), files=files(hanging("2", "update")), disable_rollback=False)
    inner.step_until("a", "UPDATE_IN_PROGRESS")
    expire(story)
    story.settle("ROLLBACK_COMPLETE")
    assert "a UPDATE_FAILED" in inner.told()
    assert inner.value("a") == "1"
    inner.verify_nothing_left()


def test_a_deployment_that_nobody_signals_is_followed_by_one_of_a_new_config(story: Story) -> None:
    """The server is told the new one, and nothing of the old one any more."""

    def template(config: str) -> Template:
        deployment = {
            "config": {"get_resource": "config"},
            "server": {"get_resource": "server"},
            "signal_transport": "NO_SIGNAL" if config == "new" else "HEAT_SIGNAL",
        }
        return hot(
            config={"type": "OS::Heat::SoftwareConfig", "properties": {"config": config, "group": "script"}},
            server=resource("s"),
            deploy={"type": "OS::Heat::SoftwareDeployment", "properties": deployment},
        )

    story.create(template("old"))
    story.step_until("deploy", "CREATE_IN_PROGRESS")
    time_out(story, "CREATE")
    server = story.physical_ids()["server"]
    story.update(template("new"))
    story.settle("UPDATE_COMPLETE")
    told = story.client.metadata_software_deployments(story.context, server)
    assert [it["config"] for it in told] == ["new"]


def test_a_wait_condition_that_nobody_signals_keeps_no_update(story: Story) -> None:
    handle = {"type": "OS::Heat::WaitConditionHandle"}
    wait = {"type": "OS::Heat::WaitCondition", "properties": {"handle": {"get_resource": "handle"}, "timeout": LONG}}
    story.create(hot(handle=handle, wait=wait))
    story.step_until("wait", "CREATE_IN_PROGRESS")
    time_out(story, "CREATE")
    assert state(story, "wait") == "CREATE_FAILED"
    story.update(hot(handle=handle, wait=wait, more=resource()))
    story.step_until("wait", "CREATE_IN_PROGRESS")
    story.client.resource_signal(story.context, story.identity, "handle", {"status": "SUCCESS"})
    story.settle("UPDATE_COMPLETE")


def test_what_hung_can_be_marked_unhealthy(story: Story) -> None:
    story.create(hot(a=hanging(), b=resource()))
    story.step_until("a", "CREATE_IN_PROGRESS")
    time_out(story, "CREATE")
    for name in ("a", "b"):
        story.client.resource_mark_unhealthy(story.context, story.identity, name, True, "by hand")
    assert (state(story, "a"), state(story, "b")) == ("CHECK_FAILED", "CHECK_FAILED")
    before = story.physical_ids()
    story.update(hot(a=resource(), b=resource()))
    story.settle("UPDATE_COMPLETE")
    assert all(before[name] != it for name, it in story.physical_ids().items())
