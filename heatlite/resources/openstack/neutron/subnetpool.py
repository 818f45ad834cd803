"""OS::Neutron::SubnetPool and AddressScope: sources of subnets' addresses."""

from __future__ import annotations

from heatlite.resources.openstack.claims import NamedLater
from heatlite.resources.openstack.fields import custom, flag, integer, listed, name, named, text
from heatlite.resources.openstack.neutron.base import NeutronResource, tags, tenant_id
from heatlite.resources.schema import Property, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues, Length, Range

LEAST, MIN, DEFAULT, MAX = (Range(0),), "min_prefixlen", "default_prefixlen", "max_prefixlen"
IN_ORDER = ((MIN, MAX), (DEFAULT, MAX), (MIN, DEFAULT))
"""Pairs of prefix lengths of which the first may not be greater than the second."""


class SubnetPool(NeutronResource):
    """A subnet pool: blocks of addresses for subnets, of which no two overlap."""

    path, key, extension = "/subnetpools", "subnetpool", "subnet_allocation"
    support_status = SupportStatus(version="6.0.0")
    properties_schema = {
        "name": name("subnet pool"),
        "prefixes": listed(
            "The blocks, such as 10.0.0.0/8; an update may add more.",
            Property(Type.STRING, "A block.", constraints=custom("net_cidr")),
            required=True,
            update_allowed=True,
            constraints=(Length(1),),
        ),
        "address_scope": named(
            "neutron.address_scope", "The address scope.", field="address_scope_id", update_allowed=True
        ),
        "default_quota": integer("The default quota of a project.", constraints=LEAST, update_allowed=True),
        DEFAULT: integer("The default length of a subnet's prefix.", constraints=LEAST, update_allowed=True),
        MIN: integer("The least length of a subnet's prefix.", constraints=LEAST, update_allowed=True),
        MAX: integer("The greatest length of a subnet's prefix.", constraints=LEAST, update_allowed=True),
        "is_default": flag("Whether subnets use it by default.", default=False, update_allowed=True),
        "tenant_id": tenant_id("subnet pool"),
        "shared": flag("Whether all projects may use it.", default=False),
        "tags": tags("subnet pool"),
    }

    def validate(self) -> None:
        """Check the order of the prefix lengths.

        :raises StackValidationFailed: if it is wrong
        """
        super().validate()
        if not self.known(MIN, DEFAULT, MAX):
            return
        for less, more in IN_ORDER:
            low, high = self.properties[less], self.properties[more]
            if low and high and low > high:
                message = f"Illegal prefix bounds: {more}={high}, {less}={low}."
                raise self.properties_error(message)


class AddressScope(NamedLater, NeutronResource):
    """An address scope: addresses in it don't overlap, and routers forward packets within it without NAT."""

    path, key, extension = "/address-scopes", "address_scope", "address-scope"
    mark = NamedLater.mark
    support_status = SupportStatus(version="6.0.0")
    properties_schema = {
        "name": name("address scope"),
        "shared": flag("Whether all projects may use it.", default=False, update_allowed=True),
        "tenant_id": text("The name or id of the project that owns it.", constraints=custom("keystone.project")),
        "ip_version": integer("The IP version: 4 or 6.", default=4, constraints=(AllowedValues((4, 6)),)),
    }
