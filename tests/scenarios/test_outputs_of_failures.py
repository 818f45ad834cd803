"""What a stack shows of what failed: a failure hides nothing that is there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.family import inline, nested, text
from tests.scenarios.test_time_limits import time_out
from tests.story import Story, Template, hot, resource
from tests.waiting import PATIENCE, wait_until

SIZE_OUT = {"size": {"value": {"get_attr": ["server", "output"]}}}
KINDS = ("template", "stack", "group", "scaling group")
ASKS: dict[str, Any] = {
    "template": {"get_attr": ["web", "size"]},
    "stack": {"get_attr": ["web", "outputs", "size"]},
    "group": {"get_attr": ["web", "resource.0", "size"]},
    "scaling group": {"get_attr": ["web", "resource.0", "size"]},
}
OUTPUT = "size"


def inner(size: str, *, fails: bool) -> Template:
    """What is nested: a server whose size is its output, and another resource, which may fail."""
    return hot(None, SIZE_OUT, server=resource(size), bad=resource(size, depends_on="server", fail=fails))


def outer(kind: str, size: str, *, fails: bool) -> tuple[Template, dict[str, str]]:
    """A template with that in it, and its files."""
    files = {"inner.yaml": text(inner(size, fails=fails))}
    group = {"count": 1, "resource_def": {"type": "inner.yaml"}}
    web = {
        "template": nested("inner.yaml"),
        "stack": inline(inner(size, fails=fails)),
        "group": {"type": "OS::Heat::ResourceGroup", "properties": group},
        "scaling group": {
            "type": "OS::Heat::AutoScalingGroup",
            "properties": {"min_size": 1, "max_size": 1, "resource": group["resource_def"]},
        },
    }[kind]
    outputs = {OUTPUT: {"value": ASKS[kind]}, "id": {"value": {"get_resource": "web"}}}
    return hot(None, outputs, web=web), files


def outputs(story: Story) -> dict[str, Any]:
    return {it["output_key"]: it.get("output_value", it.get("output_error")) for it in story.show()["outputs"]}


def described(story: Story, kind: str) -> Any:
    """The output of what is nested, as the description of its resource has it."""
    asked = ["resource.0.size"] if kind.endswith("group") else None
    shown = story.client.describe_stack_resource(story.context, story.identity, "web", asked)["attributes"]
    return shown[asked[0]] if asked else shown["outputs"][OUTPUT] if kind == "stack" else shown[OUTPUT]


@pytest.mark.parametrize("kind", KINDS)
def test_the_outputs_of_a_nested_stack_are_there_after_a_failed_create(story: Story, kind: str) -> None:
    template, files = outer(kind, "large", fails=True)
    story.create(template, files=files)
    story.settle("CREATE_FAILED")
    assert outputs(story)[OUTPUT] == "large"
    assert story.physical_ids()["web"] in outputs(story)["id"] or kind.endswith("group")
    assert described(story, kind) == "large"


@pytest.mark.parametrize("kind", KINDS)
def test_the_outputs_of_a_nested_stack_are_new_after_a_failed_update(story: Story, kind: str) -> None:
    template, files = outer(kind, "small", fails=False)
    story.create(template, files=files)
    story.settle("CREATE_COMPLETE")
    template, files = outer(kind, "large", fails=True)
    story.update(template, files=files)
    story.settle("UPDATE_FAILED")
    assert outputs(story)[OUTPUT] == "large"
    assert described(story, kind) == "large"


def waiting(count: int) -> Template:
    wait = {"handle": {"get_resource": "handle"}, "timeout": 600, "count": count}
    return hot(
        None,
        {"data": {"value": {"get_attr": ["wait", "data"]}}},
        handle={"type": "OS::Heat::WaitConditionHandle"},
        wait={"type": "OS::Heat::WaitCondition", "properties": wait},
    )


def signal(story: Story, number: str, status: str) -> None:
    details = {"id": number, "status": status, "data": f"data {number}", "reason": "told"}
    story.client.resource_signal(story.context, story.identity, "handle", details)


def test_what_came_to_a_wait_condition_is_there_after_its_failure(story: Story) -> None:
    story.create(waiting(2))
    story.step_until("wait", "CREATE_IN_PROGRESS")
    signal(story, "1", "SUCCESS")
    signal(story, "2", "FAILURE")
    story.settle("CREATE_FAILED")
    assert outputs(story)["data"] == '{"1": "data 1", "2": "data 2"}'


def test_what_came_to_a_wait_condition_is_there_after_the_end_of_the_time(story: Story) -> None:
    story.create(waiting(2))
    story.step_until("wait", "CREATE_IN_PROGRESS")
    signal(story, "1", "SUCCESS")
    time_out(story, "CREATE")
    assert outputs(story)["data"] == '{"1": "data 1"}'
    signal(story, "2", "SUCCESS")
    wait_until(lambda: '"2"' in outputs(story)["data"], PATIENCE, "the signal to be shown", story.explain)


def test_get_resource_of_a_failed_resource_gives_what_it_is_called_by(story: Story) -> None:
    told = {name: {"value": {"get_resource": name}} for name in ("made", "bad")}
    story.create(hot(None, told, made=resource(), bad=resource(fail=True)))
    story.settle("CREATE_FAILED")
    wait_until(lambda: not any(story.left()), PATIENCE, "all to rest", story.explain)
    found = outputs(story)
    assert found["made"] == story.physical_ids()["made"]
    assert found["bad"] == (story.physical_ids()["bad"] or "bad")


def test_the_outputs_of_all_members_come_whichever_fails_first(story: Story) -> None:
    """The group fails with its first member; what the others still come to is in its outputs all the same."""
    count = 4
    group = {"count": count, "resource_def": {"type": "inner.yaml"}}
    web = {"type": "OS::Heat::ResourceGroup", "properties": group}
    sizes = {"sizes": {"value": {"get_attr": ["web", OUTPUT]}}}
    story.create(hot(None, sizes, web=web), files={"inner.yaml": text(inner("large", fails=True))})
    story.settle("CREATE_FAILED")
    wait_until(lambda: outputs(story)["sizes"] == ["large"] * count, PATIENCE, "every member has its output")
