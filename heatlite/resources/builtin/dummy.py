"""OS::Heat::Dummy: takes time like a real resource, but makes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.resources.base import Resource
from heatlite.resources.builtin.characters import CLASSES, LETTERS_AND_DIGITS, random_string
from heatlite.resources.builtin.waiting import is_over, wait
from heatlite.resources.schema import Attribute, Property, Type
from heatlite.schema.constraints import Range

NAME_LEN, WAIT_SECS = "name_len", "wait_secs"
UPDATE_IN_PLACE_PROP, FAIL_PROP = "update_in_place_prop", "fail_prop"
VALUE = "value"


class Dummy(Resource):
    """A resource with a random string as its id. Create, update and delete take ``wait_secs``, or 1 to 5 s."""

    immediate = True
    properties_schema = {
        NAME_LEN: Property(Type.INTEGER, "Length of the random name.", default=32, constraints=(Range(1, 512),)),
        UPDATE_IN_PLACE_PROP: Property(
            Type.STRING, "The one property that changes without a replacement.", update_allowed=True
        ),
        FAIL_PROP: Property(Type.STRING, '"yes" makes the creation fail.', default="no"),
        WAIT_SECS: Property(
            Type.NUMBER, "Seconds that each action takes; without it 1 to 5.", constraints=(Range(min=0),)
        ),
    }
    attributes_schema = {VALUE: Attribute("The random name.", Type.STRING)}

    def handle_create(self) -> dict[str, Any]:
        """Choose a name and wait."""
        characters = CLASSES[LETTERS_AND_DIGITS]
        self.resource_id_set(random_string(self.random, self.properties[NAME_LEN], [(characters, 1)]))
        return self.wait()

    def check_create_complete(self, progress: dict[str, Any]) -> bool:
        """Succeed or fail as asked, after the wait."""
        if not is_over(self, progress):
            return False
        if self.properties[FAIL_PROP] == "yes":
            raise ValueError(f'the creation fails because the property {FAIL_PROP} is "yes"')
        return True

    def handle_update(self, prop_diff: Mapping[str, Any]) -> dict[str, Any]:
        """Wait; nothing else changes."""
        return self.wait()

    def check_update_complete(self, progress: dict[str, Any]) -> bool:
        """Tell whether the wait is over."""
        return is_over(self, progress)

    def handle_delete(self) -> dict[str, Any] | None:
        """Wait, if there is something to delete."""
        return None if self.resource_id is None else self.wait()

    def check_delete_complete(self, progress: dict[str, Any] | None) -> bool:
        """Tell whether the wait is over."""
        return is_over(self, progress)

    def resolve_attribute(self, name: str) -> str | None:
        """Return ``value``: the name."""
        return self.resource_id

    def wait(self) -> dict[str, Any]:
        """Return the progress of one action's wait. It records the random length, which is chosen once."""
        seconds = self.properties[WAIT_SECS]
        return wait(self, self.random.uniform(1, 5) if seconds is None else seconds)
