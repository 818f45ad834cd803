"""Zun's driver of containers: nothing runs; the ports of containers are real ones of neutron.

A container of the image ``broken`` can't be created.
"""

import uuid

from zun import objects
from zun.common import consts
from zun.container import driver
from zun.network import neutron

OWNER = "compute:zun"


class NothingRuns(driver.BaseDriver, driver.ContainerDriver, driver.CapsuleDriver):
    """Containers that are only rows, with ports."""

    capabilities = {}

    def pull_image(self, context, repo, tag, image_pull_policy="always", driver_name=None, **kwargs):
        """Have every image but one."""
        if repo == "broken":
            raise RuntimeError("the image is broken")
        return {"image": repo, "path": None, "driver": driver_name or "docker"}, True

    def create(self, context, container, image, requested_networks, requested_volumes):
        """Plug it in."""
        container.container_id, container.status, container.addresses = uuid.uuid4().hex, consts.CREATED, {}
        for network in requested_networks:
            self._plug(context, container, network)
        container.save(context)
        return container

    def get_available_resources(self):
        """Have processors, which Docker would count."""
        return {**super().get_available_resources(), "cpus": 16}

    def get_pci_resources(self):
        """Have no devices: zun asks ``lspci``, which needn't be installed."""
        return "[]"

    def start(self, context, container):
        """Say that it runs."""
        return self._becomes(context, container, consts.RUNNING)

    def stop(self, context, container, timeout):
        """Say that it doesn't."""
        return self._becomes(context, container, consts.STOPPED)

    def _becomes(self, context, container, status):
        container.status = status
        container.save(context)
        return container

    def delete(self, context, container, force):
        """Unplug it."""
        for network in list(container.addresses or {}):
            self._unplug(context, container, network)

    def list(self, context):
        """All containers of this host are here."""
        return objects.Container.list_by_host(context, self.get_available_nodes()[0]), []

    def show(self, context, container):
        """Know no more than Zun."""
        return container

    def update(self, context, *given):
        """Change nothing."""

    update_containers_states = add_security_group = remove_security_group = update

    def network_attach(self, context, container, requested_network):
        """Plug it in somewhere else, too."""
        self._plug(context, container, requested_network)
        container.save(context)

    def network_detach(self, context, container, network):
        """Unplug it."""
        self._unplug(context, container, network)
        container.save(context)

    def _plug(self, context, container, requested):
        addresses, _ = neutron.NeutronAPI(context).create_or_update_port(
            container, requested["network"], requested, OWNER
        )
        container.addresses = {**container.addresses, requested["network"]: addresses}

    def _unplug(self, context, container, network):
        there = container.addresses[network]
        ports = {it["port"] for it in there}
        made = {it["port"] for it in there if not it["preserve_on_delete"]}
        neutron.NeutronAPI(context).delete_or_unbind_ports(ports, made)
        container.addresses = {name: it for name, it in container.addresses.items() if name != network}
