"""OS::Heat::TestResource: stores a string, and waits, fails or is replaced on demand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.resources.adoptable import is_scalar
from heatlite.resources.base import Resource
from heatlite.resources.builtin.waiting import is_over, wait
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type

VALUE, FAIL, OUTPUT = "value", "fail", "output"
UPDATE_REPLACE, UPDATE_REPLACE_VALUE = "update_replace", "update_replace_value"
WAIT_SECS, ACTION_WAIT_SECS, ATTR_WAIT_SECS = "wait_secs", "action_wait_secs", "attr_wait_secs"
CREATE, UPDATE, DELETE = "create", "update", "delete"
SUSPEND, RESUME, CHECK = "suspend", "resume", "check"


def changeable(kind: Type, description: str, default: Any = None) -> Property:
    """Return a property that an update may change in place."""
    return Property(kind, description, default=default, update_allowed=True)


class TestResource(Resource):
    """A resource for tests of stacks only."""

    __test__ = False  # pytest would take it for a test case

    support_status = SupportStatus(version="5.0.0")
    immediate = True
    properties_schema = {
        VALUE: changeable(Type.STRING, "The input string to be stored.", "test_string"),
        FAIL: changeable(Type.BOOLEAN, "Whether create and update fail, after waiting.", False),
        UPDATE_REPLACE: changeable(Type.BOOLEAN, "Whether a change of value replaces the resource.", False),
        UPDATE_REPLACE_VALUE: Property(Type.STRING, "A value whose change always replaces the resource."),
        WAIT_SECS: changeable(Type.NUMBER, "Seconds that create, update and delete take; -1 is for ever.", 0),
        ACTION_WAIT_SECS: Property(
            Type.MAP,
            "Seconds by action. Without a value, create, update and delete take wait_secs; other actions take no time.",
            update_allowed=True,
            schema={
                action: changeable(Type.NUMBER, f"Seconds to wait after a {action}.")
                for action in (CREATE, UPDATE, DELETE, SUSPEND, RESUME, CHECK)
            },
        ),
        ATTR_WAIT_SECS: changeable(Type.NUMBER, "Seconds that reading output takes.", 0),
        "constraint_prop_secs": changeable(Type.NUMBER, "Accepted for older templates; without effect.", 0),
        "client_name": changeable(Type.STRING, "Accepted for older templates; without effect.", ""),
        "entity_name": changeable(Type.STRING, "Accepted for older templates; without effect.", ""),
    }
    adoptable_data = {VALUE: is_scalar}
    attributes_schema = {OUTPUT: Attribute("The string that was stored.", Type.STRING)}

    def needs_replacement(self, before: Mapping[str, Any], after: Mapping[str, Any], changed: frozenset[str]) -> bool:
        """Tell whether the schema, or a changed value together with ``update_replace``, requires a replacement."""
        asked = VALUE in changed and bool(after[UPDATE_REPLACE])
        return asked or super().needs_replacement(before, after, changed)

    def handle_create(self) -> dict[str, Any]:
        """Store the value, unless the creation is to fail; then nothing is left behind."""
        if not self.properties[FAIL]:
            self.data_set(VALUE, self.properties[VALUE])
            self.resource_id_set(self.physical_resource_name())
        return self.wait(CREATE)

    def check_create_complete(self, progress: dict[str, Any]) -> bool:
        """Succeed or fail as asked, after the wait."""
        return self.ended(progress)

    def handle_update(self, prop_diff: Mapping[str, Any]) -> dict[str, Any] | None:
        """Store a new value. Only a new value takes time; other changes don't."""
        if not prop_diff.get(VALUE):
            return wait(self, 0)
        if not self.properties[FAIL]:
            self.data_set(VALUE, self.properties[VALUE])
        return self.wait(UPDATE)

    def check_update_complete(self, progress: dict[str, Any]) -> bool:
        """Succeed or fail as asked, after the wait."""
        return self.ended(progress)

    def handle_delete(self) -> dict[str, Any] | None:
        """Wait, if there is something to delete."""
        return None if self.resource_id is None else self.wait(DELETE)

    def check_delete_complete(self, progress: dict[str, Any] | None) -> bool:
        """Tell whether the wait is over. A deletion never fails."""
        return is_over(self, progress)

    def handle_suspend(self) -> dict[str, Any]:
        """Wait as long as ``action_wait_secs`` says."""
        return self.wait(SUSPEND)

    def check_suspend_complete(self, progress: dict[str, Any]) -> bool:
        """Tell whether the wait is over."""
        return is_over(self, progress)

    def handle_resume(self) -> dict[str, Any]:
        """Wait as long as ``action_wait_secs`` says."""
        return self.wait(RESUME)

    def check_resume_complete(self, progress: dict[str, Any]) -> bool:
        """Tell whether the wait is over."""
        return is_over(self, progress)

    def handle_check(self) -> dict[str, Any]:
        """Wait as long as ``action_wait_secs`` says; a resource that was never created isn't in order."""
        if self.resource_id is None:
            raise ValueError("Resource not created")
        return self.wait(CHECK)

    def check_check_complete(self, progress: dict[str, Any]) -> bool:
        """Tell whether the wait is over."""
        return is_over(self, progress)

    def resolve_attribute(self, name: str) -> Any:
        """Return ``output``: the stored value."""
        return self.data.get(VALUE)

    def wait(self, action: str) -> dict[str, Any]:
        """Return the progress of an action's wait; ``attr_wait_secs`` is part of it: reads must not block."""
        seconds = (self.properties[ACTION_WAIT_SECS] or {}).get(action)
        if seconds is None:
            seconds = self.properties[WAIT_SECS] if action in (CREATE, UPDATE, DELETE) else 0
        if seconds >= 0 and action in (CREATE, UPDATE):
            seconds += max(0, self.properties[ATTR_WAIT_SECS])
        return wait(self, seconds)

    def ended(self, progress: dict[str, Any]) -> bool:
        """Tell whether a create or update is over. Raise ValueError if it is to fail."""
        if not is_over(self, progress):
            return False
        if self.properties[FAIL]:
            raise ValueError(f"Test Resource failed {self.name}")
        return True
