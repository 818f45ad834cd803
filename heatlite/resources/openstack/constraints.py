"""neutron.network and its like: the name or id of something that has to be there when a template is validated.

While a client waits for the answer, the service is asked as that user. Where nobody can be asked (an engine resolves
properties in the middle of a transaction, or has no keystone) everything passes: a step finds out, and says so.
"""

from __future__ import annotations

from typing import Any

from heatlite.exception import CloudError, EntityNotFound, PhysicalResourceNameAmbiguity
from heatlite.resources.cloud import Cloud


class Exists:
    """What all have in common."""

    kind: str

    def validate(self, value: Any, cloud: Cloud | None) -> bool:
        """Whether there is such a thing, and one only."""
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
        """Why not."""
        return f"Error validating value '{value}': {self._reason}"


def named_class(kind: str) -> str:
    """The name here of the constraint of a kind: ``neutron.qos_policy`` → ``NeutronQosPolicy``."""
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
]
"""Heat's names of them."""

for _kind in KINDS:
    globals()[named_class(_kind)] = type(named_class(_kind), (Exists,), {"kind": _kind, "__doc__": _kind})
