"""Guest: the programs inside of a stack's servers, which signal. The cloud's servers have nothing in them.

Whatever in a stack waits for a guest gets one: a deployment reports success, a handle gets the signals that a
condition waits for.
"""

from __future__ import annotations

import contextlib
import itertools
from typing import Any

from heatlite.exception import HeatliteError
from tests.story import Story

DEEPEST = 5
DEPLOYMENTS = ("OS::Heat::SoftwareDeployment", "OS::Heat::StructuredDeployment")
HANDLES = {
    "OS::Heat::WaitConditionHandle": ("id", "status", "reason", "data"),
    "AWS::CloudFormation::WaitConditionHandle": ("UniqueId", "Status", "Reason", "Data"),
}
"""Type → its words for a signal."""
CONDITIONS = ("OS::Heat::WaitCondition", "AWS::CloudFormation::WaitCondition")


class Guest:
    """The programs of one story's servers."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._numbers = itertools.count(1)

    def act(self) -> None:
        """Signal everything that waits for it now."""
        story = self._story
        found = story.client.list_stack_resources(story.context, story.identity, nested_depth=DEEPEST)
        busy = [it for it in found if it["resource_status"] == "IN_PROGRESS" and it["resource_action"] != "DELETE"]
        for it in busy:
            if it["resource_type"] in DEPLOYMENTS:
                self._signal(it, {"deploy_stdout": "", "deploy_stderr": "", "deploy_status_code": 0})
        if any(it["resource_type"] in CONDITIONS for it in busy):
            for it in found:
                if it["resource_type"] in HANDLES and it["resource_status"] == "COMPLETE":
                    number = str(next(self._numbers))
                    said = (number, "SUCCESS", "a guest", number)
                    self._signal(it, dict(zip(HANDLES[it["resource_type"]], said, strict=True)))

    def _signal(self, resource: dict[str, Any], details: dict[str, Any]) -> None:
        story = self._story
        with contextlib.suppress(HeatliteError):  # it has ended meanwhile
            story.client.resource_signal(story.context, resource["stack_identity"], resource["resource_name"], details)
