"""What all types of Neutron's have in common: tags, ``value_specs``, states, and the mark.

Neutron takes no tags with a creation, but a name and a description. So the mark is the name, where heatlite makes it;
and the description of what has a name that the template gives. A description that the template gives is set once the
id is recorded, by another request::

    POST {name: web, description: heat_resource=3b24…} ─▶ id recorded ─▶ PUT {description: what the template says}
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from heatlite.resources.openstack.base import Body, CloudResource
from heatlite.resources.openstack.fields import flag, listed, text
from heatlite.resources.openstack.marks import Mark, tag_of
from heatlite.resources.openstack.states import states
from heatlite.resources.schema import Property, Type

NAME, TAGS, VALUE_SPECS, DESCRIPTION = "name", "tags", "value_specs", "description"
RECORDED = "recorded"
"""The key of a resource's data that says that its id is in the database: its mark may go."""
NOT_IN_VALUE_SPECS = frozenset({"shared", "tenant_id"})

BUILT = states(good="ACTIVE DOWN", pending="BUILD", failed="ERROR DEGRADED")
"""The states of networks, ports and routers."""


def name(of: str) -> Property:
    """The property ``name``."""
    return text(f"The name of the {of}.", update_allowed=True)


def admin_state_up(of: str) -> Property:
    """The property ``admin_state_up``."""
    return flag(f"Whether the {of} is up, as far as its owner wants it.", default=True, update_allowed=True)


def value_specs(*, update_allowed: bool = True) -> Property:
    """The property ``value_specs``."""
    return Property(Type.MAP, "More fields of the object, as they are.", default={}, update_allowed=update_allowed)


def tags(of: str) -> Property:
    """The property ``tags``."""
    return listed(f"The tags of the {of}.", Property(Type.STRING, "A tag."), update_allowed=True)


def tenant_id(of: str) -> Property:
    """The property ``tenant_id``."""
    return text(f"The id of the project that owns the {of}; only administrators may choose one.")


class InNeutron:
    """The mark in the name, or else in the description."""

    def put(self, resource: CloudResource, body: dict[str, Any]) -> None:
        if not self._in_name(resource):
            body[DESCRIPTION] = tag_of(resource.uuid)

    def query(self, resource: CloudResource) -> Mapping[str, Any] | None:
        if self._in_name(resource):
            return {"name": resource.physical_resource_name()}
        return {DESCRIPTION: tag_of(resource.uuid)}

    def is_on(self, resource: CloudResource, body: Mapping[str, Any]) -> bool:
        if self._in_name(resource):
            return bool(body.get("name") == resource.physical_resource_name())
        return bool(body.get(DESCRIPTION) == tag_of(resource.uuid))

    def _in_name(self, resource: CloudResource) -> bool:
        return NAME in resource.properties_schema and not resource.properties[NAME]


class NeutronResource(CloudResource):
    """An object of Neutron's."""

    service = "network"
    mark: ClassVar[Mark] = InNeutron()

    def validate(self) -> None:
        """Refuse in ``value_specs`` what has a property of its own.

        :raises StackValidationFailed: naming it
        """
        given = self.properties.get(VALUE_SPECS)
        if isinstance(given, Mapping):
            banned = sorted((NOT_IN_VALUE_SPECS | set(self.properties_schema)) & set(given))
            if banned:
                raise self.property_error(VALUE_SPECS, f"{', '.join(banned)} not allowed in value_specs")

    def extra_body(self, body: Body) -> Body:
        """What is in ``value_specs`` as well; tags have a request of their own."""
        body.pop(TAGS, None)
        return body | (self.properties.get(VALUE_SPECS) or {})

    def settle(self, progress: Any) -> bool:
        """After a creation: have its description, once its id is recorded, and its tags."""
        if (progress or {}).get("changed") is not None:
            return True
        wanted = self.own_description()
        if wanted and self.seen().get(DESCRIPTION) == tag_of(self.uuid):
            if not self.data.get(RECORDED):
                self.data_set(RECORDED, True)
                self.poll_in(0)
                return False
            self._seen = self.change({DESCRIPTION: wanted})
        if self.properties.get(TAGS):
            self._set_tags(self.properties[TAGS])
        return True

    def own_description(self) -> str | None:
        """The description that the template gives, if it gives one."""
        return self.properties.get(DESCRIPTION) or (self.properties.get(VALUE_SPECS) or {}).get(DESCRIPTION)

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """What changed, without the tags."""
        body = super().update_body({key: value for key, value in prop_diff.items() if key != TAGS})
        return body | (self.properties[VALUE_SPECS] or {}) if VALUE_SPECS in prop_diff else body

    def update_rest(self, prop_diff: Mapping[str, Any]) -> None:
        """Change the tags."""
        if TAGS in prop_diff:
            self._set_tags(self.properties[TAGS] or [])

    def _set_tags(self, wanted: list[str]) -> None:
        found = self.api.put(f"{self.one}/tags", {TAGS: wanted})
        if self._seen is not None:
            self._seen = {**self._seen, TAGS: (found or {}).get(TAGS, [])}

    def agents(self, path: str, wanted: Collection[str] | None) -> None:
        """Have exactly these agents serve the object; None: leave it as it is.

        :param path: ``dhcp-agents`` or ``l3-agents``
        """
        if wanted is None:
            return
        _root, field, collection = AGENTS[path]
        current = {it["id"] for it in self.api.listed(f"{self.one}/{path}", "agents")}
        for agent in sorted(set(wanted) - current):
            self.api.post(f"/agents/{agent}/{collection}", {field: self.resource_id})
        for agent in sorted(current - set(wanted)):
            self.api.delete(f"/agents/{agent}/{collection}/{self.resource_id}")


AGENTS = {
    "dhcp-agents": ("networks", "network_id", "dhcp-networks"),
    "l3-agents": ("routers", "router_id", "l3-routers"),
}
