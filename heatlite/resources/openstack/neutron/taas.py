"""OS::Neutron::TaaS::TapService and TapFlow: copies of a port's traffic at another port."""

from __future__ import annotations

from heatlite.resources.openstack.claims import DescribedLater
from heatlite.resources.openstack.fields import Field, named, text
from heatlite.resources.openstack.neutron.base import NeutronResource
from heatlite.resources.openstack.neutron.vpn import chosen
from heatlite.resources.openstack.states import states
from heatlite.resources.schema import SupportStatus
from heatlite.schema.constraints import AllowedPattern

VLANS = r"^([0-9]+(-[0-9]+)?)(,([0-9]+(-[0-9]+)?))*$"


def written(description: str) -> Field:
    """Return a property for a text that is empty by default."""
    return text(description, default="", update_allowed=True, cleared="")


class TapResource(NeutronResource):
    """An object of the service that copies traffic. Its name may be empty, so the mark is in the description."""

    extension, mark, is_gone_at_once = "taas", DescribedLater.mark, False
    states = states(good="ACTIVE DOWN", pending="PENDING_CREATE PENDING_UPDATE PENDING_DELETE BUILD")
    support_status = SupportStatus(version="12.0.0")


class TapService(TapResource):
    """The port where copies of traffic arrive."""

    path, key = "/taas/tap_services", "tap_service"
    properties_schema = {
        "name": written("The name of the service."),
        "description": written("The description of the service."),
        "port": named("neutron.port", "The port where copies arrive.", field="port_id", required=True),
    }


class TapFlow(TapResource):
    """A port whose traffic is copied."""

    path, key = "/taas/tap_flows", "tap_flow"
    properties_schema = {
        "name": written("The name of the flow."),
        "description": written("The description of the flow."),
        "port": named("neutron.port", "The port whose traffic is copied.", field="source_port", required=True),
        "tap_service": named("neutron.taas.tap_service", "Where the copies go.", field="tap_service_id", required=True),
        "direction": chosen("Which traffic is copied, as the port sees it.", "BOTH", ("IN", "OUT", "BOTH")),
        "vlan_filter": text("The VLANs whose traffic is copied: 9,18-27.", constraints=(AllowedPattern(VLANS),)),
    }
