"""OS::Nova::Flavor: the size of servers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.exception import CloudConflict, CloudNotFound
from heatlite.resources.openstack.base import Body, CloudResource
from heatlite.resources.openstack.fields import flag, integer, number, text
from heatlite.resources.openstack.marks import ByContent
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type
from heatlite.schema.constraints import Custom

SPECS, TENANTS, FLAVOR_ID, PUBLIC = "extra_specs", "tenants", "flavorid", "is_public"


class Flavor(CloudResource):
    """A flavor: the memory, processors and disks of a server. For administrators.

    Nova lets the creator choose a flavor's id: if the template chooses none, the id is the resource's uuid.
    """

    service, path, key = "compute", "/flavors", "flavor"
    mark = ByContent()
    support_status = SupportStatus(version="2014.2")
    properties_schema = {
        TENANTS: Property(
            Type.LIST,
            "The projects that may use it, if it isn't public.",
            default=[],
            update_allowed=True,
            schema=Property(Type.STRING, "The name or id of a project.", constraints=(Custom("keystone.project"),)),
        ),
        "ram": integer("The memory in MB.", required=True),
        "vcpus": integer("The number of processors.", required=True),
        "disk": integer("The size of the root disk in GB.", default=0),
        "swap": integer("The size of the swap disk in MB.", default=0),
        "ephemeral": integer("The size of a second disk in GB.", field="OS-FLV-EXT-DATA:ephemeral", default=0),
        "rxtx_factor": number("A factor for the bandwidth.", default=1.0),
        SPECS: Property(Type.MAP, "Keys and values that select hosts or configure servers.", update_allowed=True),
        FLAVOR_ID: text("The id of the flavor.", field="id"),
        "name": text("The name of the flavor."),
        PUBLIC: flag("Whether all projects may use it.", field="os-flavor-access:is_public", default=True),
    }
    attributes_schema = {
        PUBLIC: Attribute("Whether all projects may use it.", Type.BOOLEAN),
        SPECS: Attribute("Keys and values that select hosts or configure servers.", Type.MAP),
    }
    attribute_fields = {PUBLIC: "os-flavor-access:is_public"}

    def extra_body(self, body: Body) -> Body:
        """Return a body with the resource's uuid as id, unless the template gives an id."""
        return {"id": self.uuid, **body}

    def find(self) -> list[str]:
        """Return the flavor with the uuid as id, or with the generated name; nothing if the template gives both."""
        if not self.properties[FLAVOR_ID]:
            try:
                return [self.id_in(self.look(self.uuid))]
            except CloudNotFound:
                return []
        if self.properties["name"]:
            return []
        listed = self.api.listed(self.path, "flavors", params={"is_public": "None"})
        return [it["id"] for it in listed if it["name"] == self.physical_resource_name()]

    def settle(self, progress: Any) -> bool:
        """Set its extra specs and its projects."""
        changed = (progress or {}).get("changed")
        if self.properties[SPECS] if changed is None else SPECS in changed:
            self._set_specs(self.properties[SPECS] or {})
        if not self.properties[PUBLIC] and (changed is None or TENANTS in changed):
            given = [self.cloud.identity.id_of("project", it) for it in self.properties[TENANTS]]
            self._set_projects(given or ([self.project_id] if changed is None else []))
        return True

    def _set_specs(self, wanted: Mapping[str, Any]) -> None:
        place = f"{self.one}/os-extra_specs"
        current = self.api.get(place)[SPECS]
        for gone in sorted(current.keys() - wanted.keys()):
            self.api.delete(f"{place}/{gone}")
        new = {key: str(value) for key, value in wanted.items() if current.get(key) != str(value)}
        if new:
            self.api.post(place, {SPECS: new})

    def _set_projects(self, wanted: list[str]) -> None:
        listed = self.api.get(f"{self.one}/os-flavor-access")["flavor_access"]
        current = {it["tenant_id"] for it in listed}
        for verb, projects in (
            ("removeTenantAccess", current - set(wanted)),
            ("addTenantAccess", set(wanted) - current),
        ):
            for project in sorted(projects):
                self._change_access(verb, project)

    def _change_access(self, verb: str, project: str) -> None:
        try:
            self.api.post(f"{self.one}/action", {verb: {"tenant": project}})
        except (CloudConflict, CloudNotFound):  # the access is as wanted already
            return

    def attribute_of(self, name: str, body: Mapping[str, Any]) -> Any:
        """Return an attribute; extra specs need another request."""
        return self.api.get(f"{self.one}/os-extra_specs")[SPECS] if name == SPECS else super().attribute_of(name, body)
