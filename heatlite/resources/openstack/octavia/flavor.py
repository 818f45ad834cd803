"""OS::Octavia::Flavor, AvailabilityZone and their profiles. For administrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.resources.openstack.claims import Claimed, NamedLater
from heatlite.resources.openstack.fields import custom, description, flag, name, named, text
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type

ZONE_PROFILE, FLAVOR_PROFILE = "availability_zone_profile", "flavor_profile"


def data(of: str) -> Property:
    """Return the property with a profile's data."""
    return text(
        f"The data of the {of}, as JSON.", required=True, constraints=custom("json_string"), update_allowed=True
    )


def provider() -> Property:
    """Return the property ``provider_name``."""
    return text("The provider that the profile is for.", update_allowed=True)


def enabled(of: str) -> Property:
    """Return the property ``enabled``."""
    return flag(f"Whether the {of} may be used.", default=True, update_allowed=True)


class FlavorProfile(NamedLater):
    """A flavor profile: settings of a provider. Octavia changes its data only while no flavor uses it."""

    service, path, key = "load_balancer", "/lbaas/flavorprofiles", "flavorprofile"
    support_status = SupportStatus(version="14.0.0")
    properties_schema = {
        "name": name("flavor profile"),
        "flavor_data": data("flavor"),
        "provider_name": provider(),
    }


class Flavor(NamedLater):
    """A flavor: how load balancers with it are made."""

    service, path, key = "load_balancer", "/lbaas/flavors", "flavor"
    support_status = SupportStatus(version="14.0.0")
    properties_schema = {
        "description": description("flavor", default=""),
        "enabled": enabled("flavor"),
        FLAVOR_PROFILE: named("octavia.flavorprofile", "The profile.", field="flavor_profile_id", required=True),
        "name": name("flavor"),
    }
    attributes_schema = {"flavor_profile_id": Attribute("The id of the profile.", Type.STRING)}


class AvailabilityZoneProfile(NamedLater):
    """An availability zone's profile: settings of a provider."""

    service, path, key = "load_balancer", "/lbaas/availabilityzoneprofiles", ZONE_PROFILE
    support_status = SupportStatus(version="24.0.0")
    properties_schema = {
        "name": name("profile"),
        "provider_name": provider(),
        "availability_zone_data": data("availability zone"),
    }


class AvailabilityZone(Claimed):
    """An availability zone. Its name is its id: another name makes another one, because Octavia can't rename it."""

    service, path, key = "load_balancer", "/lbaas/availabilityzones", "availability_zone"
    support_status = SupportStatus(version="24.0.0")
    properties_schema = {
        "name": name("availability zone"),
        ZONE_PROFILE: named(
            "octavia.availabilityzoneprofile", "The profile.", field="availability_zone_profile_id", required=True
        ),
        "description": description("availability zone", default=""),
        "enabled": enabled("availability zone"),
    }
    attributes_schema = {"availability_zone_profile_id": Attribute("The id of the profile.", Type.STRING)}

    def needs_replacement(self, before: Mapping[str, Any], after: Mapping[str, Any], changed: frozenset[str]) -> bool:
        """Decide as usual; another name needs another zone."""
        return "name" in changed or super().needs_replacement(before, after, changed)

    def id_in(self, body: Mapping[str, Any]) -> str:
        """Return the name."""
        return str(body["name"])

    def equal_ids(self) -> list[str]:
        """Return the zone of the same name, if there is one."""
        wanted = self.properties["name"] or self.physical_resource_name()
        return [it["name"] for it in self.api.listed(self.path, f"{self.key}s") if it["name"] == wanted]
