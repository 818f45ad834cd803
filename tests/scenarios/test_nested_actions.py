"""Suspend, resume and check of stacks in stacks: what is done to a root is done to all that is below it."""

from __future__ import annotations

from tests.family import nested, of, stacks_of, states_of, text, verify_family
from tests.story import Story, hot, resource, vanish

OUT = {"size": {"value": {"get_attr": ["server", "output"]}}}
SIZE = {"size": {"type": "string", "default": "small"}}
SERVER = text(hot(SIZE, OUT, server=resource({"get_param": "size"})))
DEEP = text(
    hot(
        SIZE,
        {"size": {"value": {"get_attr": ["inner", "size"]}}},
        inner=nested("server.yaml", size={"get_param": "size"}),
    )
)
FILES = {"server.yaml": SERVER, "deep.yaml": DEEP}
GROUP = {"type": "OS::Heat::ResourceGroup", "properties": {"count": 2, "resource_def": resource("member")}}
ROOT = hot(
    {},
    {"size": {"value": {"get_attr": ["web", "size"]}}, "members": {"value": {"get_attr": ["group", "output"]}}},
    web=nested("deep.yaml", size="large"),
    group=GROUP,
)
BELOW = ("web", "web.inner", "group")


def created(story: Story) -> None:
    story.create(ROOT, files=FILES)
    story.settle("CREATE_COMPLETE")


def values(story: Story) -> dict[str, object]:
    return {it["output_key"]: it["output_value"] for it in story.show()["outputs"]}


def rows_of(story: Story) -> set[str]:
    """The states of all resources of a tree that aren't stacks."""
    found = {it["resource_name"]: it for place in BELOW for it in of(story, place).resources().values()}
    del found["inner"]
    return {f"{it['resource_action']}_{it['resource_status']}" for it in found.values()}


def test_a_tree_is_suspended_and_resumed_as_one(story: Story) -> None:
    created(story)
    ids = {place: it["id"] for place, it in stacks_of(story).items()}
    before = values(story)
    assert before == {"size": "large", "members": ["member", "member"]}
    for act, state in ((story.suspend, "SUSPEND_COMPLETE"), (story.resume, "RESUME_COMPLETE")):
        act()
        story.settle(state)
        assert states_of(story) == dict.fromkeys(BELOW, state)
        assert rows_of(story) == {state}
        assert values(story) == before
    verify_family(story)
    template = {**ROOT, "resources": {**ROOT["resources"], "web": nested("deep.yaml", size="tiny")}}
    story.update(template, files=FILES)
    story.settle("UPDATE_COMPLETE")
    assert values(story)["size"] == "tiny"
    assert {place: it["id"] for place, it in stacks_of(story).items()} == ids


def test_a_check_finds_what_is_wrong_far_below_and_an_update_repairs_it_there(story: Story) -> None:
    created(story)
    story.check()
    story.settle("CHECK_COMPLETE")
    assert states_of(story) == dict.fromkeys(BELOW, "CHECK_COMPLETE")
    ids = of(story, "group").physical_ids()
    vanish(of(story, "web.inner"), "server")
    story.check()
    reason = story.settle("CHECK_FAILED")["stack_status_reason"]
    place = "resources.web.resources.inner.resources.server"
    assert reason == f"Resource CHECK failed: web: ValueError: {place}: Resource not created"
    assert states_of(story) == {"web": "CHECK_FAILED", "web.inner": "CHECK_FAILED", "group": "CHECK_COMPLETE"}
    story.update(ROOT, files=FILES)
    story.settle("UPDATE_COMPLETE")
    assert of(story, "web.inner").physical_ids()["server"] is not None
    assert of(story, "group").physical_ids() == ids
    assert set(stacks_of(story)) == set(BELOW)


def test_a_suspended_tree_is_deleted(story: Story) -> None:
    created(story)
    story.suspend()
    story.settle("SUSPEND_COMPLETE")
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert states_of(story) == {}


def test_what_an_update_left_undone_is_done_by_the_next_one_whatever_was_visited_between(story: Story) -> None:
    """A nested stack that was suspended and resumed is COMPLETE, and not what its template says."""
    created(story)
    bad = text(hot(SIZE, OUT, server=resource({"get_param": "size"}, fail=True)))
    changed = {**ROOT, "resources": {**ROOT["resources"], "web": nested("deep.yaml", size="new")}}
    story.update(changed, files={**FILES, "server.yaml": bad})
    story.settle("UPDATE_FAILED")
    story.suspend()
    story.settle("SUSPEND_COMPLETE")
    story.resume()
    story.settle("RESUME_COMPLETE")
    story.update(changed, files=FILES)
    story.settle("UPDATE_COMPLETE")
    assert values(story)["size"] == "new"
    assert of(story, "web.inner").value("server") == "new"


def test_a_tree_whose_nested_stack_was_deleted_behind_its_back_is_not_stuck(story: Story) -> None:
    """There is nothing in it to be suspended or resumed; a check says so, and an update makes it anew."""
    created(story)
    inner = of(story, "web")
    inner.delete()
    inner.settle("DELETE_COMPLETE")
    story.suspend()
    story.settle("SUSPEND_COMPLETE")
    story.resume()
    story.settle("RESUME_COMPLETE")
    story.check()
    assert "There is no such nested stack" in story.settle("CHECK_FAILED")["stack_status_reason"]
    story.update(ROOT, files=FILES)
    story.settle("UPDATE_COMPLETE")
    assert set(stacks_of(story)) == set(BELOW)
