"""OS::Designate::Zone and RecordSet: names in the DNS.

Designate answers before its name servers know of a change: the resource waits while the object is PENDING. The mark is
the description, until the id is recorded. Zones and sets of records have unique names, but a zone with the wanted name
may be another user's of the project, so the name isn't a mark.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.resources.openstack.claims import DescribedLater, Inner
from heatlite.resources.openstack.fields import integer, listed, mapped, named, old_name, text
from heatlite.resources.openstack.states import states
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues, Length, Range

PRIMARY, SECONDARY = "PRIMARY", "SECONDARY"
RECORD_TYPES = ("A", "AAAA", "CNAME", "MX", "SRV", "TXT", "SPF", "NS", "PTR", "SSHFP", "SOA", "CAA", "CERT", "NAPTR")
LONGEST_TTL = 2**31 - 1


def ttl(of: str) -> Property:
    """Return the property ``ttl``."""
    return integer(
        f"How long others may keep the {of}, in seconds.", constraints=(Range(1, LONGEST_TTL),), update_allowed=True
    )


def description(of: str) -> Property:
    """Return the property ``description``."""
    return text(f"The description of the {of}.", constraints=(Length(max=160),), update_allowed=True)


class DesignateResource(DescribedLater):
    """An object of Designate."""

    service, is_bare = "dns", True
    states = states(pending="PENDING")
    is_gone_at_once = False
    support_status = SupportStatus(version="8.0.0")

    def fault_of(self, body: Mapping[str, Any]) -> str:
        """Return which action failed: Designate tells no reason."""
        return f"Designate failed to carry out {body.get('action')}"


class Zone(DesignateResource):
    """A zone. Its deletion deletes its records."""

    path, key, update_method = "/zones", "zone", "PATCH"
    properties_schema = {
        "name": text("The name of the zone, with a final dot.", required=True, constraints=(Length(max=255),)),
        "ttl": ttl("zone"),
        "description": description("zone"),
        "email": text("The address of the zone's administrator. Primary zones need it.", update_allowed=True),
        "type": text(
            "PRIMARY, or SECONDARY: copied from another server.",
            default=PRIMARY,
            constraints=(AllowedValues((PRIMARY, SECONDARY)),),
        ),
        "masters": old_name("primaries", type=Type.LIST, status="DEPRECATED", update_allowed=True),
        "primaries": listed(
            "The servers from which the zone is copied. Secondary zones need it.", field="masters", update_allowed=True
        ),
        "attributes": mapped("What the scheduler of Designate's pools may use."),
    }
    attributes_schema = {"serial": Attribute("The serial number of the zone.", Type.STRING)}

    def validate(self) -> None:
        """Require what the type needs.

        :raises StackValidationFailed: naming it
        """
        kind = self.properties["type"]
        needed = "email" if kind == PRIMARY else "primaries"
        if self.known("type", needed) and not self.properties[needed]:
            message = f"Property {needed} is required for zone type {kind}"
            raise self.properties_error(message)


class RecordSet(Inner, DesignateResource):
    """The records of one name and type in a zone."""

    path, inner, parent, key = "/zones", "recordsets", "zone", "recordset"
    properties_schema = {
        "name": text("The name of the records, with a final dot.", constraints=(Length(max=255),)),
        "ttl": ttl("records"),
        "description": description("records"),
        "type": text("The type of the records.", required=True, constraints=(AllowedValues(RECORD_TYPES),)),
        "records": listed("The data of each record: addresses, for type A.", required=True, update_allowed=True),
        "zone": named("designate.zone", "The zone.", required=True),
    }
