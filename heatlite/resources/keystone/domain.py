"""OS::Keystone::Domain: a container of projects, users and groups."""

from __future__ import annotations

from heatlite.resources.keystone.entity import Entity, Value
from heatlite.resources.keystone.schemas import supported, switch, text


class Domain(Entity):
    """Domains contain projects, users and groups."""

    kind = "domain"
    support_status = supported("8.0.0")
    properties_schema = {
        "name": text("The name of the domain."),
        "description": text("The description of the domain."),
        "enabled": switch("Whether the domain is enabled."),
    }
    values = {"name": Value("name"), "description": Value("description"), "enabled": Value("enabled")}
    looked_for_by = ("name",)

    def delete(self, thing_id: str) -> None:
        """Disable the domain and delete it: keystone doesn't delete an enabled one."""
        self.cloud.identity.update(self.kind, thing_id, {"enabled": False})
        super().delete(thing_id)
