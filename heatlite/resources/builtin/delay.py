"""OS::Heat::Delay: makes nothing, and takes its time over it: put between others, it keeps them apart.

The chance in it is taken once, as an action begins: its end is the progress, and no thread waits for it.
"""

from __future__ import annotations

from typing import Any

from heatlite.resources.base import Resource
from heatlite.resources.builtin.waiting import is_over, wait
from heatlite.resources.schema import Property, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues, Range

MIN_WAIT, MAX_JITTER, JITTER_MULTIPLIER, ACTIONS = "min_wait", "max_jitter", "jitter_multiplier", "actions"
DELAYED = ("CREATE", "DELETE", "SUSPEND", "RESUME")
POSITIVE = (Range(min=0),)


class Delay(Resource):
    """Each of ``actions`` takes ``min_wait`` seconds, and up to ``max_jitter`` × ``jitter_multiplier`` more."""

    support_status = SupportStatus(version="11.0.0")
    immediate = True
    properties_schema = {
        MIN_WAIT: Property(
            Type.NUMBER, "Seconds that an action takes at least.", default=0, constraints=POSITIVE, update_allowed=True
        ),
        MAX_JITTER: Property(
            Type.NUMBER, "How much more it may take.", default=0, constraints=POSITIVE, update_allowed=True
        ),
        JITTER_MULTIPLIER: Property(
            Type.NUMBER, f"Seconds in one {MAX_JITTER}.", default=1.0, constraints=POSITIVE, update_allowed=True
        ),
        ACTIONS: Property(
            Type.LIST,
            "The actions that are delayed.",
            default=["CREATE"],
            constraints=(AllowedValues(DELAYED),),
            update_allowed=True,
        ),
    }

    def handle_create(self) -> Any:
        """Wait, if creations are delayed."""
        return self.delay("CREATE")

    def handle_update(self, prop_diff: Any) -> None:
        """Take the new properties: they count from the next action on."""

    def handle_delete(self) -> Any:
        """Wait, if deletions are delayed."""
        return self.delay("DELETE")

    def handle_suspend(self) -> Any:
        """Wait, if suspensions are delayed."""
        return self.delay("SUSPEND")

    def handle_resume(self) -> Any:
        """Wait, if resumptions are delayed."""
        return self.delay("RESUME")

    def check_create_complete(self, progress: Any) -> bool:
        """Whether the wait is over."""
        return is_over(self, progress)

    check_delete_complete = check_suspend_complete = check_resume_complete = check_create_complete

    def delay(self, action: str) -> dict[str, Any] | None:
        """The wait of an action; None where it isn't delayed."""
        if action not in self.properties[ACTIONS]:
            return None
        jitter = self.properties[MAX_JITTER] * self.properties[JITTER_MULTIPLIER]
        return wait(self, self.properties[MIN_WAIT] + self.random.random() * jitter)
