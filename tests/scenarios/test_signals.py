"""Stories of wait conditions: signals from outside complete them, or fail them, or come too late."""

from __future__ import annotations

import json
import threading
from typing import Any

from tests.story import Story, hot, resource

HANDLE = {"type": "OS::Heat::WaitConditionHandle"}
OUTPUTS = {"data": {"value": {"get_attr": ["wait", "data"]}}}


def condition(timeout: float = 60, **properties: Any) -> dict[str, Any]:
    written = {"handle": {"get_resource": "handle"}, "timeout": timeout, **properties}
    return {"type": "OS::Heat::WaitCondition", "properties": written}


def signal(story: Story, details: dict[str, Any] | None = None) -> None:
    story.client.resource_signal(story.context, story.identity, "handle", details)


def test_what_depends_on_a_condition_waits_for_the_signals(story: Story) -> None:
    after = resource("after", depends_on="wait")
    story.create(hot({}, OUTPUTS, handle=HANDLE, wait=condition(count=2), after=after))
    story.step_until("wait", "CREATE_IN_PROGRESS")
    signal(story, {"data": "a"})
    signal(story, {"id": "web", "data": {"b": 1}})
    stack = story.settle("CREATE_COMPLETE")
    assert json.loads(stack["outputs"][0]["output_value"]) == {"1": "a", "web": {"b": 1}}
    story.verify("handle", "wait", "after")
    story.verify_told(
        "handle SIGNAL_COMPLETE", "handle SIGNAL_COMPLETE", "wait CREATE_COMPLETE", "after CREATE_COMPLETE"
    )
    story.delete()
    story.settle("DELETE_COMPLETE")
    story.verify_nothing_left()


def test_a_signal_that_comes_later_is_among_the_data(story: Story) -> None:
    story.create(hot({}, OUTPUTS, handle=HANDLE, wait=condition()))
    story.step_until("handle", "CREATE_COMPLETE")
    signal(story, {"data": "a"})
    story.settle("CREATE_COMPLETE")
    signal(story, {"data": "b"})
    assert json.loads(story.show()["outputs"][0]["output_value"]) == {"1": "a", "2": "b"}


def test_signals_sent_at_once_all_count(story: Story) -> None:
    story.create(hot(handle=HANDLE, wait=condition(count=12)))
    story.step_until("handle", "CREATE_COMPLETE")
    senders = [threading.Thread(target=signal, args=(story, {"id": number})) for number in range(12)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    story.settle("CREATE_COMPLETE")


def test_a_failure_fails_the_stack_with_its_reason(story: Story) -> None:
    story.create(hot(handle=HANDLE, wait=condition(count=3)))
    story.step_until("handle", "CREATE_COMPLETE")
    signal(story, {"status": "FAILURE", "reason": "no disk"})
    stack = story.settle("CREATE_FAILED")
    reason = "Resource CREATE failed: WaitConditionFailure: resources.wait: no disk"
    assert stack["stack_status_reason"] == reason


def test_too_few_signals_in_time_fail_the_stack(story: Story) -> None:
    story.create(hot(handle=HANDLE, wait=condition(timeout=1, count=2)))
    story.step_until("handle", "CREATE_COMPLETE")
    signal(story, {"reason": "one"})
    stack = story.settle("CREATE_FAILED")
    reason = "Resource CREATE failed: WaitConditionTimeout: resources.wait: 1 of 2 received - one"
    assert stack["stack_status_reason"] == reason
    story.update(hot(handle=HANDLE, wait=condition(timeout=60, count=2)))
    story.step_until("wait", "CREATE_IN_PROGRESS")
    signal(story)
    story.settle("UPDATE_COMPLETE")


def test_a_larger_count_waits_for_what_is_missing(story: Story) -> None:
    story.create(hot(handle=HANDLE, wait=condition()))
    story.step_until("handle", "CREATE_COMPLETE")
    signal(story)
    story.settle("CREATE_COMPLETE")
    story.update(hot(handle=HANDLE, wait=condition(count=2)))
    story.step_until("wait", "UPDATE_IN_PROGRESS")
    signal(story)
    story.settle("UPDATE_COMPLETE")


def test_a_condition_that_waits_does_not_hold_up_a_deletion(story: Story) -> None:
    story.create(hot(handle=HANDLE, wait=condition(timeout=3600)))
    story.step_until("wait", "CREATE_IN_PROGRESS")
    story.delete()
    story.settle("DELETE_COMPLETE")
    story.verify_nothing_left()
