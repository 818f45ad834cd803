"""The base of all Neutron types: tags, ``value_specs``, states, and the mark.

Neutron accepts no tags in a creation, but a name and a description. So the mark is the name, if heatlite generates it,
and otherwise the description. A description from the template is set by another request, once the id is recorded::

    POST {name: web, description: heat_resource=3b24…} ─▶ id recorded ─▶ PUT {description: the template's}
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar

from heatlite.exception import CloudError, CloudUnavailable
from heatlite.resources.base import Resource
from heatlite.resources.openstack.base import Body, CloudResource
from heatlite.resources.openstack.claims import DescribedLater
from heatlite.resources.openstack.fields import flag, listed, text
from heatlite.resources.openstack.marks import DESCRIPTION, TAGS, Mark, tag_of
from heatlite.resources.openstack.sights import holds, tags_differ
from heatlite.resources.openstack.states import states
from heatlite.resources.schema import Property, Type

LOG = logging.getLogger(__name__)

NAME, VALUE_SPECS = "name", "value_specs"
NOT_IN_VALUE_SPECS = frozenset({"shared", "tenant_id"})

BUILT = states(good="ACTIVE DOWN", pending="BUILD", failed="ERROR DEGRADED")
"""The states of networks, ports and routers."""


def admin_state_up(of: str) -> Property:
    """Return the property ``admin_state_up``."""
    return flag(f"Whether the {of} is administratively up.", default=True, update_allowed=True)


def value_specs(*, update_allowed: bool = True) -> Property:
    """Return the property ``value_specs``."""
    return Property(Type.MAP, "More fields of the API's object.", default={}, update_allowed=update_allowed)


def tags(of: str) -> Property:
    """Return the property ``tags``."""
    return listed(f"The tags of the {of}.", Property(Type.STRING, "A tag."), update_allowed=True)


def tenant_id(of: str) -> Property:
    """Return the property ``tenant_id``."""
    return text(f"The id of the project that owns the {of}; only administrators may choose one.")


class InNeutron:
    """The mark in the name, or otherwise in the description."""

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
        is_given = NAME in (resource.properties.get(VALUE_SPECS) or {})
        return NAME in resource.properties_schema and resource.properties[NAME] is None and not is_given


class InFreeText(InNeutron):
    """The same, but for objects that can't be changed at once: a description of the template's is none for the mark."""

    def put(self, resource: CloudResource, body: dict[str, Any]) -> None:
        if self._has_room(resource):
            super().put(resource, body)

    def query(self, resource: CloudResource) -> Mapping[str, Any] | None:
        return super().query(resource) if self._has_room(resource) else None

    def is_on(self, resource: CloudResource, body: Mapping[str, Any]) -> bool:
        return self._has_room(resource) and super().is_on(resource, body)

    def _has_room(self, resource: CloudResource) -> bool:
        return self._in_name(resource) or not resource.properties[DESCRIPTION]


class NeutronResource(DescribedLater):
    """An object of Neutron."""

    service = "network"
    mark: ClassVar[Mark] = InNeutron()
    lists_by_id = True
    together_by: ClassVar[str] = ""
    """The field that must be equal in all objects that one request creates."""
    may_specify_properties: ClassVar[bool] = False
    """Whether ``value_specs`` may have fields that are properties, and then replaces these."""

    def validate(self) -> None:
        """Refuse a field in ``value_specs`` that is a property, unless the type permits it.

        :raises StackValidationFailed: naming it
        """
        given = self.properties.get(VALUE_SPECS)
        if isinstance(given, Mapping) and not self.may_specify_properties:
            banned = sorted((NOT_IN_VALUE_SPECS | set(self.properties_schema)) & set(given))
            if banned:
                raise self.property_error(VALUE_SPECS, f"{', '.join(banned)} not allowed in value_specs")

    @classmethod
    def create_together(cls, resources: Sequence[Resource]) -> None:
        """Create objects by one request each time, of which Neutron does all or nothing.

        What Neutron refuses, and what can't be asked for, is left to its own step, which says what is wrong with it.
        """
        requests: dict[Any, list[tuple[NeutronResource, Body]]] = {}
        for resource in resources:
            assert isinstance(resource, NeutronResource)
            with suppress(Exception):
                resource.validate()
                body = resource.creation()
                requests.setdefault(body.get(cls.together_by), []).append((resource, body))
        for parts in requests.values():
            if len(parts) > 1:
                cls._create_all(parts)

    @classmethod
    def _create_all(cls, parts: Sequence[tuple[NeutronResource, Body]]) -> None:
        one, key = parts[0][0], f"{cls.key}s"
        try:
            found = one.api.post(one.collection(), {key: [body for _, body in parts]}, **one.sent)[key]
        except CloudUnavailable:
            raise  # who knows what was done
        except CloudError as error:
            LOG.info("%d %s can't be created by one request, so one by one: %s", len(parts), key, error)
            return
        for (resource, _), body in zip(parts, found, strict=True):
            resource.was_created(body)

    def extra_body(self, body: Body) -> Body:
        """Return a body with the fields of ``value_specs``, and without tags, which need another request."""
        body.pop(TAGS, None)
        return body | (self.properties.get(VALUE_SPECS) or {})

    def settle(self, progress: Any) -> bool:
        """After a creation, set the description, once the id is recorded, and the tags."""
        if (progress or {}).get("changed") is not None:
            return True
        if not super().settle(progress):
            return False
        if self.properties.get(TAGS):
            self._set_tags(self.properties[TAGS])
        return True

    def own_description(self) -> str | None:
        """Return the template's description, if it gives one."""
        return self.properties.get(DESCRIPTION) or (self.properties.get(VALUE_SPECS) or {}).get(DESCRIPTION)

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """Return the changed fields, without the tags."""
        diff = {key: value for key, value in prop_diff.items() if key != TAGS}
        body = self._clearing_what_is_there(super().update_body(diff), diff)
        return body | (self.properties[VALUE_SPECS] or {}) if VALUE_SPECS in prop_diff else body

    def _clearing_what_is_there(self, body: Body, prop_diff: Mapping[str, Any]) -> Body:
        """Return a body that clears no field that the object lacks.

        After an adoption whose properties are unknown every property that the template doesn't give is cleared, and
        Neutron refuses fields of extensions that it hasn't loaded.
        """
        cleared = self.fields((name for name, value in prop_diff.items() if value is None), clears=True).keys()
        if cleared.isdisjoint(body):
            return body
        there = self.seen()
        return {field: value for field, value in body.items() if field not in cleared or field in there}

    def update_rest(self, prop_diff: Mapping[str, Any]) -> None:
        """Change the tags."""
        if TAGS in prop_diff:
            self._set_tags(self.properties[TAGS] or [])

    def differing(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return what differs: fields, fields of ``value_specs``, and tags."""
        given = self.properties.get(VALUE_SPECS) or {}
        found = {name: it for name, it in super().differing(body).items() if name not in given}
        if changed := {name: body[name] for name, it in given.items() if name in body and not holds(it, body[name])}:
            found[VALUE_SPECS] = {**given, **changed}
        return found | tags_differ(self.properties.get(TAGS), body.get(TAGS))

    def _set_tags(self, wanted: list[str]) -> None:
        found = self.api.put(f"{self.one}/tags", {TAGS: wanted})
        if self._seen is not None:
            self._seen = {**self._seen, TAGS: (found or {}).get(TAGS, [])}

    def agents(self, path: str, wanted: Collection[str] | None) -> None:
        """Assign exactly these agents to the object; None leaves its agents unchanged.

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
