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
        "name": text("Name of keystone service."),
        "description": text("Description of keystone service."),
        "type": text("Type of keystone Service.", required=True),
        "enabled": switch("This service is enabled or disabled."),
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
        "name": text("Name of keystone endpoint."),
        "region": reference("region", "Name or Id of keystone region."),
        "service": reference("service", "Name or Id of keystone service.", required=True),
        "interface": Property(
            Type.STRING,
            "Interface type of keystone service endpoint.",
            required=True,
            update_allowed=True,
            constraints=(AllowedValues(INTERFACES),),
        ),
        "url": text("URL of keystone service endpoint.", required=True),
        "enabled": switch("This endpoint is enabled or disabled."),
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
            "The user-defined region ID and should unique to the OpenStack deployment. "
            "While creating the region, heat will url encode this ID.",
        ),
        "parent_region": reference(
            "region",
            "If the region is hierarchically a child of another region, set this parameter to the ID of the parent "
            "region.",
        ),
        "description": text("Description of keystone region."),
        "enabled": switch("This region is enabled or disabled."),
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
