"""OS::Heat::None: stands in for a resource that isn't wanted. It takes any properties and does nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.resources import properties
from heatlite.resources.base import Resource
from heatlite.resources.schema import SupportStatus


class NoneResource(Resource):
    """Any properties, any attribute (always None), and no update ever replaces it."""

    support_status = SupportStatus(version="5.0.0")
    immediate = True

    @classmethod
    def checked_properties(
        cls, given: Mapping[str, Any], prefix: str = "", unknown: Any = properties.NOTHING
    ) -> dict[str, Any]:
        """No property means anything here, so none is kept and none can change."""
        return {}

    @classmethod
    def has_attribute(cls, name: str) -> bool:
        """Every attribute of whatever it stands in for exists, and is None."""
        return True

    def needs_replacement(self, before: Mapping[str, Any], after: Mapping[str, Any], changed: frozenset[str]) -> bool:
        """Never."""
        return False

    def handle_create(self) -> None:
        """Take the resource's own uuid for a physical id: nothing physical exists that could have another."""
        self.resource_id_set(self.uuid)

    def handle_snapshot_delete(self, state: Any) -> None:
        """Nothing to keep: a deletion policy that asks for a snapshot is taken as any other."""

    def handle_update(self, prop_diff: Mapping[str, Any]) -> None:
        """Nothing to do, whatever changed."""
