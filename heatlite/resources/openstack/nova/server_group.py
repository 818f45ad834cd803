"""OS::Nova::ServerGroup: servers that are to be near one another, or apart."""

from __future__ import annotations

from heatlite.resources.openstack.base import Body, CloudResource
from heatlite.resources.openstack.fields import number, text
from heatlite.resources.openstack.marks import InName
from heatlite.resources.schema import Property, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues

POLICIES, RULES = "policies", "rules"
ONE_POLICY = "2.64"
"""The version of the API from which a group has one policy, with rules."""


class ServerGroup(CloudResource):
    """A server group: by its policy, the scheduler places servers on one host or on several."""

    service, path, key, microversion = "compute", "/os-server-groups", "server_group", ONE_POLICY
    mark = InName(filtered=False)
    support_status = SupportStatus(version="2014.2")
    properties_schema = {
        "name": text("Its name."),
        POLICIES: Property(
            Type.LIST,
            "Its policy, as a list of one.",
            default=["anti-affinity"],
            constraints=(AllowedValues(("anti-affinity", "affinity", "soft-anti-affinity", "soft-affinity")),),
            schema=Property(Type.STRING, "A policy."),
        ),
        RULES: Property(
            Type.MAP,
            "Rules for the policy.",
            schema={"max_server_per_host": number("How many servers a host may have at most.")},
        ),
    }

    def extra_body(self, body: Body) -> Body:
        """With its policy and rules."""
        rules = {name: it for name, it in (self.properties[RULES] or {}).items() if it is not None}
        return {**body, "policy": self.properties[POLICIES][0], **({"rules": rules} if rules else {})}
