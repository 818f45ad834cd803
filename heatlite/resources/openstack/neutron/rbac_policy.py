"""OS::Neutron::RBACPolicy: lets another project use an object."""

from __future__ import annotations

from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.claims import Claimed
from heatlite.resources.openstack.fields import text
from heatlite.resources.openstack.neutron.base import NeutronResource, tenant_id
from heatlite.resources.schema import SupportStatus
from heatlite.schema.constraints import AllowedValues

SHARED, EXTERNAL = "access_as_shared", "access_as_external"
ACTIONS = {
    "network": (SHARED, EXTERNAL),
    "qos_policy": (SHARED,),
    "security_group": (SHARED,),
    "address_scope": (SHARED,),
    "subnetpool": (SHARED,),
}
"""Type of object → actions that a policy may allow."""
TYPE, OBJECT, ACTION, TARGET = "object_type", "object_id", "action", "target_tenant"


class RBACPolicy(Claimed, NeutronResource):
    """A policy: another project may use an object. There is at most one for an object, a project and an action."""

    path, key, list_key = "/rbac-policies", "rbac_policy", "rbac_policies"
    mark, extension = Claimed.mark, "rbac-policies"
    support_status = SupportStatus(version="6.0.0")
    properties_schema = {
        TYPE: text("The type of the object.", required=True, constraints=(AllowedValues(tuple(ACTIONS)),)),
        TARGET: text("The id of the project that may use it.", required=True, update_allowed=True),
        ACTION: text("The allowed use.", required=True, constraints=(AllowedValues((SHARED, EXTERNAL)),)),
        OBJECT: text("The name or id of the object.", required=True),
        "tenant_id": tenant_id("policy"),
    }

    def validate(self) -> None:
        """Check that the type of object has the action."""
        super().validate()
        if not self.known(TYPE, ACTION):
            return
        kind, action = self.properties[TYPE], self.properties[ACTION]
        if action not in ACTIONS[kind]:
            valid = ", ".join(ACTIONS[kind])
            message = f'Invalid action "{action}" for object type {kind}. Valid actions: {valid}'
            raise self.property_error(ACTION, message)

    def extra_body(self, body: Body) -> Body:
        """Return a body with the object's id."""
        return {**body, OBJECT: self._object()}

    def equal_ids(self) -> list[str]:
        """Return the policy for the same object, project and action."""
        query = {OBJECT: self._object(), ACTION: self.properties[ACTION], TARGET: self.properties[TARGET]}
        return [it["id"] for it in self.api.listed(self.path, self.list_key, params=query)]

    def _object(self) -> str:
        return self.identify(f"neutron.{self.properties[TYPE]}", self.properties[OBJECT])
