"""OS::Manila::Share and ShareType: shared file systems, and their kinds."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from heatlite.exception import CloudError, CloudNotFound, CloudUnavailable, ResourceInError
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.claims import Claimed
from heatlite.resources.openstack.fields import Field, description, flag, integer, name, named, text
from heatlite.resources.openstack.manila.base import ManilaResource
from heatlite.resources.openstack.marks import InMetadata
from heatlite.resources.openstack.states import states
from heatlite.resources.schema import Attribute, Property, Type
from heatlite.schema.constraints import AllowedValues

RULES, METADATA, EXPORTS = "access_rules", "metadata", "export_locations"
ACCESS, TO, LEVEL = "access_type", "access_to", "access_level"
NAMES = {"name": "display_name", "description": "display_description"}
"""Property → its field in a change."""
SPECS, HANDLES, SNAPSHOTS = "extra_specs", "driver_handles_share_servers", "snapshot_support"
PUBLIC = "share_type_access:is_public"
Rule = tuple[str, str, str]
DENIED = "denied"
"""The key of a progress: the ids of the rules that Manila was asked to deny."""
LEAVING = ("queued_to_deny", "denying")
"""States of such a rule."""


class Share(ManilaResource):
    """A shared file system, and who may use it."""

    path, key, mark, is_gone_at_once = "/shares", "share", InMetadata(), False
    states = states(
        good="available",
        pending="creating creating_from_snapshot deleting",
        failed="error error_deleting",
    )
    properties_schema = {
        "share_protocol": text(
            "The protocol.",
            field="share_proto",
            required=True,
            constraints=(AllowedValues(("NFS", "CIFS", "GlusterFS", "HDFS", "CEPHFS")),),
        ),
        "size": integer("The size, in GB.", required=True),
        "snapshot": named("manila.share_snapshot", "The snapshot that it is made from.", field="snapshot_id"),
        "name": name("share"),
        METADATA: Field(Type.MAP, "The metadata of the share.", update_allowed=True),
        "share_network": named("manila.share_network", "The network of the share.", field="share_network_id"),
        "description": description("share"),
        "share_type": named("manila.share_type", "The type of the share."),
        "is_public": flag("Whether all projects see it.", default=False, update_allowed=True),
        RULES: Property(
            Type.LIST,
            "Who may use the share.",
            default=[],
            update_allowed=True,
            schema=Property(
                Type.MAP,
                schema={
                    TO: Property(Type.STRING, "The address, or the name of the user.", required=True),
                    ACCESS: Property(
                        Type.STRING,
                        "What it is.",
                        required=True,
                        constraints=(AllowedValues(("ip", "user", "cert", "cephx")),),
                    ),
                    LEVEL: Property(Type.STRING, "Whether it may write.", constraints=(AllowedValues(("ro", "rw")),)),
                },
            ),
        ),
    }
    attributes_schema = {
        "availability_zone": Attribute("The availability zone.", Type.STRING),
        "host": Attribute("Where the share is.", Type.STRING),
        EXPORTS: Attribute("The paths to mount it by.", Type.LIST),
        "share_server_id": Attribute("The server of the share.", Type.STRING),
        "created_at": Attribute("When it was created.", Type.STRING),
        "status": Attribute("The status of the share.", Type.STRING),
        "project_id": Attribute("The project of the share.", Type.STRING),
    }

    @property
    def list_path(self) -> str:
        """The path of the list that shows metadata."""
        return f"{self.path}/detail"

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """Return the changed fields, under the names that they have in a change; metadata need another request."""
        body = super().update_body({name: value for name, value in prop_diff.items() if name not in (METADATA, RULES)})
        return {NAMES.get(name, name): value for name, value in body.items()}

    def update_rest(self, prop_diff: Mapping[str, Any]) -> None:
        """Replace the metadata, all but the mark."""
        if METADATA in prop_diff:
            body: Body = {METADATA: dict(self.properties[METADATA] or {})}
            self.mark.put(self, body)
            self.api.put(f"{self.one}/metadata", body, **self.sent)

    def settle(self, progress: Any) -> bool:
        """Let those use the share who may.

        :raises ResourceInError: if Manila refuses a rule of a new share
        """
        progress = progress or {}
        if progress.get("changed") is not None:
            return RULES not in progress["changed"] or self._allow(progress)
        if not self.properties[RULES]:
            return True
        try:
            return self._allow(progress)
        except CloudUnavailable:
            raise
        except CloudError as error:
            reason = f'Error during applying access rules to share "{self.resource_id}": {error}'
            raise ResourceInError(resource_status=self.seen()["status"], status_reason=reason) from None

    def _allow(self, progress: Body) -> bool:
        """Deny all others, and allow those who may use the share.

        Manila denies some time after its answer, and has one rule for each address or user: whose rule changes is
        allowed in a later step.

        :returns: whether all who may are allowed
        """
        wanted = [rule(it) for it in self.properties[RULES] or ()]
        listed = self._act({"access_list": None})["access_list"]
        there = {rule(it): it["id"] for it in listed}
        denied = progress.setdefault(DENIED, [])
        denied += [it["id"] for it in listed if it.get("state") in LEAVING and it["id"] not in denied]
        for old in sorted(there.keys() - set(wanted)):
            if there[old] not in denied:
                with suppress(CloudNotFound):
                    self._act({"deny_access": {"access_id": there[old]}})
                denied.append(there[old])
        leaving = {old[:2] for old, rule_id in there.items() if rule_id in denied}
        for kind, to, level in wanted:
            if (kind, to) not in leaving and (kind, to, level) not in there:
                self._act({"allow_access": {ACCESS: kind, TO: to, LEVEL: level}})
        return leaving.isdisjoint(new[:2] for new in wanted)

    def _act(self, action: Body) -> Any:
        return self.api.post(f"{self.one}/action", action, **self.sent)

    def resolve_attribute(self, name: str) -> Any:
        """Return an attribute; read the paths by which the share is mounted."""
        if name != EXPORTS:
            return super().resolve_attribute(name)
        found = self.api.get(f"{self.one}/{EXPORTS}", **self.sent)
        return [it["path"] for it in found[EXPORTS]]


def rule(given: Mapping[str, Any]) -> Rule:
    """Return who may use a share, and how; the default is to write."""
    return (given[ACCESS], given[TO], given.get(LEVEL) or "rw")


class ShareType(Claimed, ManilaResource):
    """A kind of shares. For administrators. Names of types are unique."""

    path, key, mark = "/types", "share_type", Claimed.mark
    properties_schema = {
        "name": text("The name of the type.", required=True),
        HANDLES: flag("Whether the driver makes servers for shares.", required=True),
        "is_public": flag("Whether all projects may use it.", default=True),
        SNAPSHOTS: flag("Whether shares have snapshots.", default=True),
        SPECS: Property(Type.MAP, "What the scheduler looks for.", update_allowed=True),
    }

    def extra_body(self, body: Body) -> Body:
        """Return a type with the specs that every type has."""
        needed = {HANDLES: body[HANDLES], SNAPSHOTS: body[SNAPSHOTS]}
        return {"name": body["name"], PUBLIC: body["is_public"], SPECS: needed}

    def settle(self, progress: Any) -> bool:
        """Set the specs of a new type."""
        if (progress or {}).get("changed") is None:
            self._set_specs()
        return True

    def update_rest(self, prop_diff: Mapping[str, Any]) -> None:
        """Remove specs that the template has no more, and set those that it has."""
        if SPECS in prop_diff:
            there = set(self.api.get(f"{self.one}/{SPECS}", **self.sent)[SPECS])
            for spec in sorted(there - {*(self.properties[SPECS] or {}), HANDLES, SNAPSHOTS}):
                self.api.delete(f"{self.one}/{SPECS}/{quote(spec, safe='')}", **self.sent)
            self._set_specs()

    def _set_specs(self) -> None:
        if wanted := {spec: str(value) for spec, value in (self.properties[SPECS] or {}).items()}:
            self.api.post(f"{self.one}/{SPECS}", {SPECS: wanted}, **self.sent)

    def look(self, thing_id: str) -> Body:
        """Read the type. Manila's answer has it under two keys."""
        return dict(self.api.get(self.place(thing_id), **self.sent)["share_type"])

    def equal_ids(self) -> list[str]:
        """Return the type with the name."""
        there = self.api.listed(self.path, "share_types", params={"is_public": "all"}, **self.sent)
        return [it["id"] for it in there if it["name"] == self.properties["name"]]
