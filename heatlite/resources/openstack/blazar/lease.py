"""OS::Blazar::Lease and Host: reservations, and the hosts that can be reserved.

The mark of a lease is its name, until the id is recorded. A host is in Blazar once.
"""

from __future__ import annotations

from typing import ClassVar

from heatlite.resources.openstack.base import Body, CloudResource
from heatlite.resources.openstack.claims import Claimed, InGeneratedName, NamedLater
from heatlite.resources.openstack.fields import Field, field_attributes, flag, integer, listed, text
from heatlite.resources.openstack.marks import Mark
from heatlite.resources.openstack.states import states
from heatlite.resources.schema import Property, SupportStatus, Type
from heatlite.schema.constraints import AllowedPattern, AllowedValues, Range

NAME, CAPABILITY, HOST = "name", "extra_capability", "hypervisor_hostname"
DATE = r"\d{4}-\d{2}-\d{2}\s\d{2}:\d{2}"
MOST = 2**31 - 1
PHYSICAL, VIRTUAL = "physical:host", "virtual:instance"
NOT_OF = {
    PHYSICAL: ("vcpus", "memory_mb", "disk_gb", "affinity", "amount"),
    VIRTUAL: ("hypervisor_properties", "max", "min", "before_end"),
}
"""Type of a reservation → the properties that it doesn't have."""
FILTERS = {"hypervisor_properties": "", "resource_properties": ""}
"""Filters of a reservation that Blazar requires, with the values that let any host do."""


class BlazarResource(CloudResource):
    """An object of Blazar's: requests have it alone, and answers under its key."""

    service = "reservation"
    support_status = SupportStatus(version="12.0.0")

    def around(self, body: Body) -> Body:
        """Return the object alone."""
        return body


def date(description: str, *, required: bool = False) -> Field:
    """Return a property for a date with a time."""
    return text(f"{description}, as 2027-01-31 12:00.", required=required, constraints=(AllowedPattern(DATE),))


def number(description: str, least: int = 0) -> Field:
    """Return a property for a number."""
    return integer(description, constraints=(Range(0, MOST),) if least == 0 else (Range(least),))


class Lease(NamedLater, BlazarResource):
    """A reservation of hosts, or of instances, for some time."""

    path, key = "/leases", "lease"
    mark: ClassVar[Mark] = InGeneratedName(filtered=False)
    states = states(pending="CREATING", failed="ERROR")
    properties_schema = {
        NAME: text("The name of the lease.", required=True),
        "start_date": date("When it begins", required=True),
        "end_date": date("When it ends", required=True),
        "before_end_date": date("When its end is announced"),
        "reservations": listed(
            "What is reserved.",
            {
                "resource_type": text("What it is.", required=True, constraints=(AllowedValues((VIRTUAL, PHYSICAL)),)),
                "min": number("The least number of hosts.", 1),
                "max": number("The most hosts.", 1),
                "hypervisor_properties": text("What hosts must be."),
                "resource_properties": text("What hosts must have."),
                "before_end": text(
                    "What happens before the end.",
                    default="default",
                    constraints=(AllowedValues(("default", "snapshot")),),
                ),
                "amount": number("The number of instances."),
                "vcpus": number("The virtual processors of an instance."),
                "memory_mb": number("The memory of an instance, in MB."),
                "disk_gb": number("The disk of an instance, in GB."),
                "affinity": flag("Whether all instances are on one host.", default=False),
            },
            required=True,
        ),
        "events": listed(
            "What happens when.",
            {
                "event_type": text("The kind of event.", required=True),
                "time": text("Its time.", required=True),
            },
            default=[],
        ),
    }
    attributes_schema = field_attributes(
        created_at=Type.STRING,
        degraded=Type.BOOLEAN,
        end_date=Type.STRING,
        events=Type.LIST,
        name=Type.STRING,
        project_id=Type.STRING,
        reservations=Type.LIST,
        start_date=Type.STRING,
        status=Type.STRING,
        trust_id=Type.STRING,
        updated_at=Type.STRING,
        user_id=Type.STRING,
    )

    def extra_body(self, body: Body) -> Body:
        """Return a body whose reservations have only what their type has, and all filters, which may be empty."""
        reserved = [
            {name: it for name, it in {**FILTERS, **each}.items() if name not in NOT_OF[each["resource_type"]]}
            for each in body["reservations"]
        ]
        return {**body, "reservations": reserved}


class Host(Claimed, BlazarResource):
    """A host that can be reserved. For administrators."""

    path, key, mark = "/os-hosts", "host", Claimed.mark
    properties_schema = {
        NAME: text("The name of the host in Nova.", required=True),
        CAPABILITY: Property(Type.MAP, "What leases may ask for."),
    }
    attributes_schema = field_attributes(
        hypervisor_hostname=Type.STRING,
        hypervisor_type=Type.STRING,
        hypervisor_version=Type.INTEGER,
        vcpus=Type.INTEGER,
        cpu_info=Type.MAP,
        memory_mb=Type.INTEGER,
        local_gb=Type.INTEGER,
        service_name=Type.STRING,
        reservable=Type.BOOLEAN,
        status=Type.STRING,
        trust_id=Type.STRING,
        extra_capability=Type.MAP,
        created_at=Type.STRING,
        updated_at=Type.STRING,
    )

    def extra_body(self, body: Body) -> Body:
        """Return a body in which each capability is a field."""
        return {**(self.properties[CAPABILITY] or {}), **body}

    def equal_ids(self) -> list[str]:
        """Return the host of the name."""
        there = self.api.listed(self.path, "hosts")
        return [str(it["id"]) for it in there if it[HOST] == self.properties[NAME]]
