"""OS::Neutron::MeteringLabel and MeteringRule: how much traffic passes routers. For administrators."""

from __future__ import annotations

from heatlite.resources.openstack.claims import Claimed
from heatlite.resources.openstack.fields import field_attributes, flag, text
from heatlite.resources.openstack.marks import InName
from heatlite.resources.openstack.neutron.base import NeutronResource
from heatlite.resources.openstack.neutron.vpn import chosen
from heatlite.resources.schema import SupportStatus

LABEL, DIRECTION, REMOTE = "metering_label_id", "direction", "remote_ip_prefix"
VERSION = SupportStatus(version="2014.1")


class MeteringLabel(NeutronResource):
    """A label, whose rules say what is measured. Neutron changes no label, so only a generated name is a mark."""

    path, key, extension, mark = "/metering/metering-labels", "metering_label", "metering", InName()
    support_status = VERSION
    properties_schema = {
        "name": text("The name of the label."),
        "description": text("The description of the label."),
        "shared": flag("Whether it counts for the routers of all projects.", default=False),
    }
    attributes_schema = field_attributes(*properties_schema)


class MeteringRule(Claimed, NeutronResource):
    """A rule: which traffic a label measures. Neutron refuses rules of a label that overlap."""

    path, key = "/metering/metering-label-rules", "metering_label_rule"
    extension, mark, support_status = "metering", Claimed.mark, VERSION
    properties_schema = {
        LABEL: text("The id of the label.", required=True),
        REMOTE: text("The network whose traffic is measured.", required=True),
        DIRECTION: chosen("The direction of the traffic.", "ingress", ("ingress", "egress")),
        "excluded": flag("Whether the traffic is left out.", default="False"),
    }
    attributes_schema = field_attributes(*properties_schema)

    def equal_ids(self) -> list[str]:
        """Return the label's rules for the same traffic."""
        query = {it: self.properties[it] for it in (LABEL, REMOTE, DIRECTION)}
        return [it["id"] for it in self.api.listed(self.path, f"{self.key}s", params=query)]
