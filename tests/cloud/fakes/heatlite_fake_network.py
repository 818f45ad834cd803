"""A mechanism of ML2 that binds every port at once, wherever it is: no agent runs here."""

from neutron_lib.api.definitions import portbindings
from neutron_lib.constants import PORT_STATUS_ACTIVE
from neutron_lib.plugins.ml2.api import ID, MechanismDriver


class BindsAtOnce(MechanismDriver):
    """Takes the first segment that it is offered."""

    supported_qos_rule_types = []

    def initialize(self):
        """Nothing to prepare."""

    def bind_port(self, context):
        """Bind it, and have it ACTIVE."""
        details = {portbindings.CAP_PORT_FILTER: True}
        segment_id = context.segments_to_bind[0][ID]
        context.set_binding(segment_id, portbindings.VIF_TYPE_OVS, details, status=PORT_STATUS_ACTIVE)
