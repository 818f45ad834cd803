"""OS::Neutron::RBACPolicy: what another project may use."""

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
"""What may be allowed of which kind of object."""
TYPE, OBJECT, ACTION, TARGET = "object_type", "object_id", "action", "target_tenant"


class RBACPolicy(Claimed, NeutronResource):
    """A policy: another project may use an object. There is one of an object, a project and an action."""

    path, key, list_key = "/rbac-policies", "rbac_policy", "rbac_policies"
    mark, extension = Claimed.mark, "rbac-policies"
    support_status = SupportStatus(version="6.0.0")
    properties_schema = {
        TYPE: text("What the object is.", required=True, constraints=(AllowedValues(tuple(ACTIONS)),)),
        TARGET: text("The id of the project that may use it.", required=True, update_allowed=True),
        ACTION: text("How it may use the object.", required=True, constraints=(AllowedValues((SHARED, EXTERNAL)),)),
        OBJECT: text("The object, by its name or id.", required=True),
        "tenant_id": tenant_id("policy"),
    }

    def validate(self) -> None:
        """The action is one of its kind of object."""
        super().validate()
        if not self.known(TYPE, ACTION):
            return
        kind, action = self.properties[TYPE], self.properties[ACTION]
        if action not in ACTIONS[kind]:
            valid = ", ".join(ACTIONS[kind])
            message = f'Invalid action "{action}" for object type {kind}. Valid actions: {valid}'
            raise self.property_error(ACTION, message)

    def extra_body(self, body: Body) -> Body:
        """With the object's id."""
        return {**body, OBJECT: self._object()}

    def alike(self) -> list[str]:
        """The policy of the same object, project and action."""
        query = {OBJECT: self._object(), ACTION: self.properties[ACTION], TARGET: self.properties[TARGET]}
        return [it["id"] for it in self.api.listed(self.path, self.list_key, params=query)]

    def _object(self) -> str:
        return self.identify(f"neutron.{self.properties[TYPE]}", self.properties[OBJECT])
