"""Octavia's network driver: the ports of load balancers are real ones of neutron; there are no amphorae to plug."""

from octavia.network.drivers.neutron import allowed_address_pairs
from octavia.network.drivers.noop_driver import driver as noop

NOT_DONE = (
    "create_port delete_port failover_preparation get_network_configs get_plugged_networks plug_aap_port "
    "plug_fixed_ip plug_port unplug_aap_port unplug_fixed_ip unplug_network unplug_vip update_aap_port_sg update_vip "
    "update_vip_sg"
)


class RealPorts(allowed_address_pairs.AllowedAddressPairsDriver):
    """Neutron's driver, as far as it is about the load balancer's own port."""

    def __init__(self):
        super().__init__()
        self.driver = noop.NoopManager()


for _name in NOT_DONE.split():
    setattr(RealPorts, _name, getattr(noop.NoopNetworkDriver, _name))
