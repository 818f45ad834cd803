"""Retired types, which Heat keeps hidden for the stacks that still have them.

Most are empty shells in Heat, because their service no longer exists: they accept any properties and do nothing, and
every attribute is None. Some are older names of other types. None of them is listed. An installed plugin with such a
name takes precedence.
"""

from __future__ import annotations

from collections.abc import Mapping

from heatlite.resources.base import Resource
from heatlite.resources.builtin.none import NoneResource
from heatlite.resources.schema import HIDDEN, SupportStatus

IN_ITS_PLACE: Mapping[str, str] = {
    "OS::Aodh::CombinationAlarm": "use OS::Aodh::CompositeAlarm",
    "OS::Designate::Domain": "use OS::Designate::Zone",
    "OS::Designate::Record": "use OS::Designate::RecordSet",
    "OS::Glance::Image": "use OS::Glance::WebImage",
    "OS::Heat::HARestarter": "mark the server unhealthy and update the stack",
    "OS::Magnum::Bay": "use OS::Magnum::Cluster",
    **dict.fromkeys(
        (
            "OS::Neutron::HealthMonitor",
            "OS::Neutron::LBaaS::HealthMonitor",
            "OS::Neutron::LBaaS::L7Policy",
            "OS::Neutron::LBaaS::L7Rule",
            "OS::Neutron::LBaaS::Listener",
            "OS::Neutron::LBaaS::LoadBalancer",
            "OS::Neutron::LBaaS::Pool",
            "OS::Neutron::LBaaS::PoolMember",
            "OS::Neutron::LoadBalancer",
            "OS::Neutron::Pool",
            "OS::Neutron::PoolMember",
        ),
        "use the types of OS::Octavia",
    ),
    **dict.fromkeys(
        (
            "OS::Monasca::AlarmDefinition",
            "OS::Monasca::Notification",
            "OS::Sahara::Cluster",
            "OS::Sahara::ClusterTemplate",
            "OS::Sahara::DataSource",
            "OS::Sahara::ImageRegistry",
            "OS::Sahara::Job",
            "OS::Sahara::JobBinary",
            "OS::Sahara::NodeGroupTemplate",
            "OS::Senlin::Cluster",
            "OS::Senlin::Node",
            "OS::Senlin::Policy",
            "OS::Senlin::Profile",
            "OS::Senlin::Receiver",
            "OS::Vitrage::Template",
        ),
        "its service was retired",
    ),
}
"""Shell → what to do instead."""

SINCE: Mapping[str, str] = {
    "OS::Aodh": "9.0.0",
    "OS::Designate": "10.0.0",
    "OS::Glance": "22.0.0",
    "OS::Heat": "10.0.0",
    "OS::Magnum": "11.0.0",
    "OS::Monasca": "25.0.0",
    "OS::Neutron": "9.0.0",
    "OS::Neutron::LBaaS": "21.0.0",
    "OS::Sahara": "23.0.0",
    "OS::Senlin": "23.0.0",
    "OS::Vitrage": "27.0.0",
}
"""Prefix of type names → the version of Heat that made these types shells."""

OLDER_NAMES: Mapping[str, str] = {
    "OS::Heat::SoftwareDeployments": "OS::Heat::SoftwareDeploymentGroup",
    "OS::Heat::StructuredDeployments": "OS::Heat::StructuredDeploymentGroup",
    "OS::Magnum::BayModel": "OS::Magnum::ClusterTemplate",
}
"""Hidden name → the type that it denotes."""

HIDDEN_SINCE: Mapping[str, str] = {"OS::Heat": "7.0.0", "OS::Magnum": "11.0.0"}
"""Prefix of such names → the version of Heat that hid them."""


def _shell(type_name: str, advice: str) -> type[Resource]:
    """Return the class of a shell."""
    status = SupportStatus(HIDDEN, SINCE[type_name.rpartition("::")[0]], f"This resource does nothing: {advice}.")
    return type("Retired", (NoneResource,), {"__doc__": f"{type_name}: does nothing.", "support_status": status})


SHELLS: Mapping[str, type[Resource]] = {name: _shell(name, advice) for name, advice in IN_ITS_PLACE.items()}


def hidden_as(plugin: type[Resource], type_name: str) -> type[Resource]:
    """Return the class that serves a type under an older name."""
    since = HIDDEN_SINCE[type_name.rpartition("::")[0]]
    status = SupportStatus(HIDDEN, since, f"Use {OLDER_NAMES[type_name]}.", plugin.support_status)
    return type(plugin.__name__, (plugin,), {"__doc__": plugin.__doc__, "support_status": status})
