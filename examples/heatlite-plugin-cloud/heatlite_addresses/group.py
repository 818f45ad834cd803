"""Example::Neutron::AddressGroup: a group of addresses in Neutron, which rules of security groups may name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.fields import custom, listed, text
from heatlite.resources.openstack.neutron.base import NeutronResource
from heatlite.resources.schema import Attribute, Property, Type

ADDRESSES = "addresses"


class AddressGroup(NeutronResource):
    """A group of addresses."""

    path, key, extension = "/address-groups", "address_group", "address-group"
    properties_schema = {
        "name": text("The name of the group.", update_allowed=True),
        "description": text("What the group is for.", update_allowed=True, cleared=""),
        ADDRESSES: listed(
            "The networks and addresses in the group.",
            Property(Type.STRING, "A network.", constraints=custom("net_cidr")),
            default=[],
            update_allowed=True,
        ),
    }
    attributes_schema = {
        ADDRESSES: Attribute("The addresses that Neutron has, sorted.", Type.LIST),
        "project_id": Attribute("The id of the project.", Type.STRING),
    }

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """Return the fields that one request changes: not the addresses, which have requests of their own."""
        return super().update_body({name: it for name, it in prop_diff.items() if name != ADDRESSES})

    def update_rest(self, prop_diff: Mapping[str, Any]) -> None:
        """Add the addresses that are missing, and remove the others.

        Neutron refuses an address that is there, and one that isn't: an engine that goes on after another one died
        sends only the rest.
        """
        if ADDRESSES not in prop_diff:
            return
        there, wanted = set(self.seen()[ADDRESSES]), set(self.properties[ADDRESSES] or ())
        for action, these in (("add_addresses", wanted - there), ("remove_addresses", there - wanted)):
            if these:
                changed = self.api.put(f"{self.one}/{action}", {ADDRESSES: sorted(these)})
                self._seen = self.inside(changed)

    def attribute_of(self, name: str, body: Mapping[str, Any]) -> Any:
        """Return an attribute; the addresses in an order that stays the same."""
        return sorted(body[ADDRESSES]) if name == ADDRESSES else super().attribute_of(name, body)
