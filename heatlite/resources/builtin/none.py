"""OS::Heat::None: a placeholder for a resource that isn't wanted. It accepts any properties and does nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.resources import properties
from heatlite.resources.base import Resource
from heatlite.resources.schema import SupportStatus


class NoneResource(Resource):
    """A resource with any properties and any attribute (always None), which no update replaces."""

    support_status = SupportStatus(version="5.0.0")
    immediate = True

    @classmethod
    def checked_properties(
        cls, given: Mapping[str, Any], prefix: str = "", unknown: Any = properties.NOTHING
    ) -> dict[str, Any]:
        """Return no properties: none has a meaning here, so none is stored and none can change."""
        return {}

    @classmethod
    def has_attribute(cls, name: str) -> bool:
        """Accept any attribute; its value is None."""
        return True

    def needs_replacement(self, before: Mapping[str, Any], after: Mapping[str, Any], changed: frozenset[str]) -> bool:
        """Return False: no change needs a replacement."""
        return False

    def handle_create(self) -> None:
        """Record the resource's uuid as the physical id: nothing physical exists."""
        self.resource_id_set(self.uuid)

    def handle_snapshot_delete(self, state: Any) -> None:
        """Accept a deletion policy that asks for a snapshot; nothing has to be kept."""

    def handle_update(self, prop_diff: Mapping[str, Any]) -> None:
        """Accept any change; nothing is to be done."""
