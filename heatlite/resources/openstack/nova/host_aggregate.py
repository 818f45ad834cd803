"""OS::Nova::HostAggregate: a group of hosts for the scheduler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.exception import CloudConflict, CloudNotFound
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.claims import InGeneratedName, NamedLater
from heatlite.resources.openstack.fields import text
from heatlite.resources.schema import Property, SupportStatus, Type
from heatlite.schema.constraints import Custom

HOSTS, METADATA, ZONE = "hosts", "metadata", "availability_zone"


class HostAggregate(NamedLater):
    """A host aggregate: hosts with metadata that flavors may require, or with an availability zone."""

    service, path, key = "compute", "/os-aggregates", "aggregate"
    mark = InGeneratedName(filtered=False)
    support_status = SupportStatus(version="6.0.0")
    properties_schema = {
        "name": text("The name of the aggregate.", required=True, update_allowed=True),
        ZONE: text("The availability zone of its hosts.", update_allowed=True),
        HOSTS: Property(
            Type.LIST,
            "The hosts of the aggregate.",
            update_allowed=True,
            schema=Property(Type.STRING, "The name of a host.", constraints=(Custom("nova.host"),)),
        ),
        METADATA: Property(Type.MAP, "Keys and values that flavors may require.", default={}, update_allowed=True),
    }

    def create(self, body: Body) -> Body:
        """Send the creation. Nova's answer lacks hosts and metadata; the zone is part of the metadata."""
        zone = body.get(ZONE)
        return {HOSTS: [], METADATA: {ZONE: zone} if zone else {}, **super().create(body)}

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """Return the changed fields without the zone, which is set as metadata after hosts were removed.

        Nova refuses a new zone while a host has servers.
        """
        return super().update_body({key: it for key, it in prop_diff.items() if key != ZONE})

    def settle(self, progress: Any) -> bool:
        """Remove hosts, then set the metadata, then add hosts, and finally set the name."""
        changed = (progress or {}).get("changed")
        wanted = set(self.properties[HOSTS] or ()) if changed is None or HOSTS in changed else None
        for host in sorted(set(self.seen()[HOSTS]) - wanted) if wanted is not None else ():
            self._act("remove_host", {"host": host})
        if changed is None or {METADATA, ZONE} & set(changed):
            self._set_metadata()
        for host in sorted(wanted - set(self.seen()[HOSTS])) if wanted is not None else ():
            self._act("add_host", {"host": host})
        return super().settle(progress)

    def _set_metadata(self) -> None:
        """Set the metadata. The zone is part of them, and None removes a key."""
        wanted = {key: str(it) for key, it in (self.properties[METADATA] or {}).items()}
        if self.properties[ZONE]:
            wanted[ZONE] = self.properties[ZONE]
        current = self.seen()[METADATA]
        differing = {key: wanted.get(key) for key in {*current, *wanted} if wanted.get(key) != current.get(key)}
        if differing:
            self._act("set_metadata", {METADATA: differing})

    def _act(self, verb: str, given: Body) -> None:
        self._seen = self.api.post(f"{self.one}/action", {verb: given})[self.key]

    def forget_ties(self, thing_id: str) -> None:
        """Remove its hosts."""
        for host in self.look(thing_id)[HOSTS]:
            try:
                self.api.post(f"{self.place(thing_id)}/action", {"remove_host": {"host": host}})
            except (CloudConflict, CloudNotFound):  # the host is removed already
                continue
