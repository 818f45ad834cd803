"""OS::Heat::Delay: makes nothing but takes time, to keep other resources apart.

The random part of a delay is chosen once, when an action begins. The progress is the end time, and no thread waits.
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
    """Each of ``actions`` takes ``min_wait`` seconds, plus at most ``max_jitter`` × ``jitter_multiplier``."""

    support_status = SupportStatus(version="11.0.0")
    immediate = True
    properties_schema = {
        MIN_WAIT: Property(
            Type.NUMBER, "Seconds that an action takes at least.", default=0, constraints=POSITIVE, update_allowed=True
        ),
        MAX_JITTER: Property(
            Type.NUMBER, "The largest random addition.", default=0, constraints=POSITIVE, update_allowed=True
        ),
        JITTER_MULTIPLIER: Property(
            Type.NUMBER, f"Seconds in a unit of {MAX_JITTER}.", default=1.0, constraints=POSITIVE, update_allowed=True
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
        """Begin the delay, if creations are delayed."""
        return self.delay("CREATE")

    def handle_update(self, prop_diff: Any) -> None:
        """Accept the new properties: they apply from the next action on."""

    def handle_delete(self) -> Any:
        """Begin the delay, if deletions are delayed."""
        return self.delay("DELETE")

    def handle_suspend(self) -> Any:
        """Begin the delay, if suspensions are delayed."""
        return self.delay("SUSPEND")

    def handle_resume(self) -> Any:
        """Begin the delay, if resumptions are delayed."""
        return self.delay("RESUME")

    def check_create_complete(self, progress: Any) -> bool:
        """Tell whether the delay is over."""
        return is_over(self, progress)

    check_delete_complete = check_suspend_complete = check_resume_complete = check_create_complete

    def delay(self, action: str) -> dict[str, Any] | None:
        """Return the progress of an action's delay; None if the action isn't delayed."""
        if action not in self.properties[ACTIONS]:
            return None
        jitter = self.properties[MAX_JITTER] * self.properties[JITTER_MULTIPLIER]
        return wait(self, self.properties[MIN_WAIT] + self.random.random() * jitter)
