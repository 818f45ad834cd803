"""Custom constraints such as neutron.network: the value must be the name or id of an existing object.

While a client waits for the answer to its call, the service is asked with the client's token. Any value is accepted if
there is nobody to ask for: an engine resolves properties in the middle of a transaction, or has no keystone. Then a
step finds the mistake, and reports it.
"""

from __future__ import annotations

from typing import Any

from heatlite.exception import CloudError, EntityNotFound, PhysicalResourceNameAmbiguity
from heatlite.resources.cloud import Cloud


class Exists:
    """The base of these constraints."""

    kind: str

    def validate(self, value: Any, cloud: Cloud | None) -> bool:
        """Tell whether there is exactly one such object; accept the value if there is nobody to ask."""
        if cloud is None or value in (None, ""):
            return True
        try:
            for item in value if isinstance(value, list) else [value]:
                cloud.names.check(self.kind, str(item))
        except (EntityNotFound, PhysicalResourceNameAmbiguity, CloudError) as error:
            self._reason = str(error)
            return False
        return True

    def error(self, value: Any) -> str:
        """Return the reason why the last value was refused."""
        return f"Error validating value '{value}': {self._reason}"


def named_class(kind: str) -> str:
    """Return the class name of a kind's constraint: ``neutron.qos_policy`` → ``NeutronQosPolicy``."""
    return "".join(word.capitalize() for word in kind.replace(".", "_").split("_"))


KINDS = [
    "neutron.network",
    "neutron.subnet",
    "neutron.subnetpool",
    "neutron.port",
    "neutron.router",
    "neutron.security_group",
    "neutron.address_scope",
    "neutron.segment",
    "neutron.qos_policy",
    "neutron.port_pair",
    "neutron.port_pair_group",
    "neutron.flow_classifier",
    "neutron.taas.tap_service",
    "nova.flavor",
    "nova.host",
    "nova.server",
    "nova.keypair",
    "glance.image",
    "cinder.volume",
    "cinder.snapshot",
    "cinder.backup",
    "cinder.vtype",
    "cinder.qos_specs",
    "barbican.secret",
    "barbican.container",
    "designate.zone",
    "octavia.loadbalancer",
    "octavia.listener",
    "octavia.pool",
    "octavia.l7policy",
    "octavia.flavor",
    "octavia.flavorprofile",
    "octavia.availabilityzone",
    "octavia.availabilityzoneprofile",
    "ironic.node",
    "ironic.portgroup",
    "magnum.cluster_template",
    "manila.share_network",
    "manila.share_snapshot",
    "manila.share_type",
    "mistral.workflow",
    "trove.flavor",
]
"""Heat's names of these constraints."""

for _kind in KINDS:
    globals()[named_class(_kind)] = type(named_class(_kind), (Exists,), {"kind": _kind, "__doc__": _kind})
