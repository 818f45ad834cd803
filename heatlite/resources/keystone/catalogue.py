"""OS::Keystone::Service, Endpoint and Region: the parts of a cloud's catalogue."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from heatlite.resources.keystone.entity import Entity, Value
from heatlite.resources.keystone.schemas import reference, supported, switch, text
from heatlite.resources.schema import Property, Type
from heatlite.schema.constraints import AllowedValues

INTERFACES = ("public", "internal", "admin")


class Service(Entity):
    """Services are what a cloud offers, such as networks; several may have the same type."""

    kind = "service"
    looked_for_by = ("name", "type")
    may_have_twins = True
    support_status = supported("5.0.0")
    properties_schema = {
        "name": text("The name of the service."),
        "description": text("The description of the service."),
        "type": text("The type of the service, such as network.", required=True),
        "enabled": switch("Whether the service is enabled."),
    }
    values = {
        "name": Value("name"),
        "description": Value("description"),
        "type": Value("type"),
        "enabled": Value("enabled"),
    }


class Endpoint(Entity):
    """Endpoints are the URLs of a service: for everybody, for other services or for administrators."""

    kind = "endpoint"
    looked_for_by = ("service", "interface")
    may_have_twins = True
    support_status = supported("5.0.0")
    properties_schema = {
        "name": text("The name of the endpoint."),
        "region": reference("region", "The name or id of the region."),
        "service": reference("service", "The name or id of the service.", required=True),
        "interface": Property(
            Type.STRING,
            "Who the endpoint is for.",
            required=True,
            update_allowed=True,
            constraints=(AllowedValues(INTERFACES),),
        ),
        "url": text("The URL of the endpoint.", required=True),
        "enabled": switch("Whether the endpoint is enabled."),
    }
    values = {
        "name": Value("name"),
        "region": Value("region_id", names="region"),
        "service": Value("service_id", names="service"),
        "interface": Value("interface"),
        "url": Value("url"),
        "enabled": Value("enabled"),
    }


class Region(Entity):
    """Regions are the locations of a cloud. The template chooses the id, which is encoded for use in URLs."""

    kind = "region"
    looked_for_by = ()
    support_status = supported("6.0.0")
    properties_schema = {
        "id": Property(
            Type.STRING,
            "The id of the region, unique in the cloud. It is encoded for use in URLs.",
        ),
        "parent_region": reference(
            "region",
            "The id of the parent region.",
        ),
        "description": text("The description of the region."),
        "enabled": switch("Whether the region is enabled."),
    }
    values = {
        "id": Value("id"),
        "parent_region": Value("parent_region_id", names="region"),
        "description": Value("description"),
        "enabled": Value("enabled"),
    }

    def value_of(self, name: str) -> Any:
        """Return the id encoded for a URL, and other values like any entity."""
        value = super().value_of(name)
        return quote(value) if name == "id" and value else value
