"""OS::Manila::ShareNetwork and SecurityService: the networks of shares, and who knows their users.

The mark is the name, until the id is recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.claims import NamedLater
from heatlite.resources.openstack.fields import Field, description, name, named, text
from heatlite.resources.openstack.manila.base import ManilaResource
from heatlite.resources.schema import HIDDEN, Attribute, Property, Type
from heatlite.schema.constraints import AllowedValues

NETWORK, SUBNET, NOVA, SERVICES = "neutron_network", "neutron_subnet", "nova_network", "security_services"
NET_ID, SUBNET_ID = "neutron_net_id", "neutron_subnet_id"


class ShareNetwork(NamedLater, ManilaResource):
    """The network of shares, and the services that know their users."""

    path, key, mark = "/share-networks", "share_network", NamedLater.mark
    properties_schema = {
        "name": name("network"),
        NETWORK: named("neutron.network", "The network.", field=NET_ID, update_allowed=True),
        SUBNET: named("neutron.subnet", "The subnet.", field=SUBNET_ID, update_allowed=True),
        NOVA: Property(Type.STRING, "Not supported any more.", status=HIDDEN, update_allowed=True),
        "description": description("network"),
        SERVICES: Property(
            Type.LIST,
            "The security services.",
            default=[],
            schema=Property(Type.STRING, "The name or id of a service."),
            update_allowed=True,
        ),
    }
    attributes_schema = {
        "segmentation_id": Attribute("The segment of the network.", Type.STRING),
        "cidr": Attribute("The addresses of the subnet.", Type.STRING),
        "ip_version": Attribute("The version of IP.", Type.STRING),
        "network_type": Attribute("The implementation of the network.", Type.STRING),
    }

    def validate(self) -> None:
        """Refuse a network of Nova's, and a network without a subnet.

        :raises StackValidationFailed: saying what is wrong
        """
        if self.known(NOVA) and self.properties[NOVA]:
            raise self.properties_error("Nova network is no longer supported")
        if self.known(NETWORK, SUBNET) and self.properties[NETWORK] and not self.properties[SUBNET]:
            raise self.properties_error(f"{NETWORK} cannot be specified without {SUBNET}.")

    def extra_body(self, body: Body) -> Body:
        """Return a body with the subnet's network.

        :raises StackValidationFailed: if the template names another network
        """
        return self._with_network(body)

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """Return the changed fields, with the subnet's network."""
        given = {name: value for name, value in prop_diff.items() if name != SERVICES}
        return self._with_network(super().update_body(given))

    def _with_network(self, body: Body) -> Body:
        if not body.get(SUBNET_ID):
            return body
        network = self.cloud.api("network").get(f"/subnets/{body[SUBNET_ID]}")["subnet"]["network_id"]
        if body.get(NET_ID) not in (None, network):
            message = f"Provided {SUBNET} does not belong to provided {NETWORK}."
            raise self.properties_error(message)
        return {**body, NET_ID: network}

    def settle(self, progress: Any) -> bool:
        """Give a new network its security services."""
        if not super().settle(progress):
            return False
        if (progress or {}).get("changed") is None and self.properties[SERVICES]:
            self._set_services()
        return True

    def update_rest(self, prop_diff: Mapping[str, Any]) -> None:
        """Change the security services."""
        if SERVICES in prop_diff:
            self._set_services()

    def _set_services(self) -> None:
        """Add the security services that the template has, and remove others."""
        wanted = {self.identify("manila.security_service", it) for it in self.properties[SERVICES] or ()}
        query = {"share_network_id": self.resource_id}
        listed = self.api.listed("/security-services", "security_services", params=query, **self.sent)
        there = {it["id"] for it in listed}
        for action, services in (("remove", there - wanted), ("add", wanted - there)):
            for service in sorted(services):
                body = {f"{action}_security_service": {"security_service_id": service}}
                self.api.post(f"{self.one}/action", body, **self.sent)


def changing(description: str, **more: Any) -> Field:
    """Return a property for a text that an update may change."""
    return text(description, update_allowed=True, **more)


class SecurityService(NamedLater, ManilaResource):
    """A service that knows the users of shares."""

    path, key, mark = "/security-services", "security_service", NamedLater.mark
    properties_schema = {
        "name": name("service"),
        "type": text(
            "The kind of service.",
            required=True,
            constraints=(AllowedValues(("ldap", "kerberos", "active_directory")),),
        ),
        "dns_ip": changing("The address of the name server."),
        "server": changing("The address or name of the service."),
        "domain": changing("The domain of the users."),
        "user": changing("The user to log in as."),
        "password": changing("The password of the user."),
        "description": description("service"),
    }
