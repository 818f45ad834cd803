"""OS::Nova::ServerGroup: servers that are placed near each other, or apart."""

from __future__ import annotations

from heatlite.resources.openstack.base import Body, CloudResource
from heatlite.resources.openstack.fields import number, text
from heatlite.resources.openstack.marks import InName
from heatlite.resources.schema import Property, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues

POLICIES, RULES = "policies", "rules"
ONE_POLICY = "2.64"
"""The API version from which a group has one policy, with rules."""


class ServerGroup(CloudResource):
    """A server group: its policy tells the scheduler to place servers on the same host or on several."""

    service, path, key, microversion = "compute", "/os-server-groups", "server_group", ONE_POLICY
    mark = InName(filtered=False)
    support_status = SupportStatus(version="2014.2")
    properties_schema = {
        "name": text("The name of the group."),
        POLICIES: Property(
            Type.LIST,
            "The policy, as a list of one.",
            default=["anti-affinity"],
            constraints=(AllowedValues(("anti-affinity", "affinity", "soft-anti-affinity", "soft-affinity")),),
            schema=Property(Type.STRING, "A policy."),
        ),
        RULES: Property(
            Type.MAP,
            "The rules of the policy.",
            schema={"max_server_per_host": number("The most servers on one host.")},
        ),
    }

    def extra_body(self, body: Body) -> Body:
        """Return a body with policy and rules."""
        rules = {name: it for name, it in (self.properties[RULES] or {}).items() if it is not None}
        return {**body, "policy": self.properties[POLICIES][0], **({"rules": rules} if rules else {})}
