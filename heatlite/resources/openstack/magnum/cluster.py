"""OS::Magnum::ClusterTemplate and Cluster: clusters of machines that run containers.

The mark is the generated name: Magnum changes no name, so with a name from the template there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from heatlite.exception import CloudError, CloudUnavailable
from heatlite.resources.base import UpdateReplace
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.fields import custom, field_attributes, flag, integer, mapped, named, text
from heatlite.resources.openstack.json_patch import Patched
from heatlite.resources.openstack.marks import InName
from heatlite.resources.openstack.states import states
from heatlite.resources.schema import SupportStatus, Type
from heatlite.schema.constraints import AllowedValues, Range

COE, VOLUME_DRIVER = "coe", "volume_driver"
DRIVERS = {"kubernetes": ("cinder",), "swarm": ("rexray",), "mesos": ("rexray",)}
"""Engine for containers → the drivers of volumes that it has."""
MADE, NOT_DELETED = "CREATE_COMPLETE", "DELETE_FAILED"
HALF_MADE = "Invalid input for field/attribute"
"""Begins the message of Magnum's 400 when it is asked to show a cluster that has no groups of nodes yet."""
BEFORE = "before"
"""The key of an update's progress for how the cluster looked before it."""


class MagnumResource(Patched):
    """An object of Magnum's."""

    service, is_bare, mark = "container_infrastructure_management", True, InName(filtered=False)
    support_status = SupportStatus(version="9.0.0")

    def id_in(self, body: Mapping[str, Any]) -> str:
        """Return the object's id."""
        return str(body["uuid"])

    def made(self, body: Body) -> None:
        """Record the id: the answer of a creation may have nothing else."""
        self.resource_id_set(self.id_in(body))


class ClusterTemplate(MagnumResource):
    """A template by which Magnum creates clusters."""

    path, key = "/clustertemplates", "clustertemplate"
    properties_schema = {
        "name": text("The name of the template."),
        "image": text(
            "The image of the machines.", field="image_id", required=True, constraints=custom("glance.image")
        ),
        "flavor": text("The flavor of the nodes.", field="flavor_id", constraints=custom("nova.flavor")),
        "master_flavor": text(
            "The flavor of the masters.", field="master_flavor_id", constraints=custom("nova.flavor")
        ),
        "keypair": text("The key pair for logging in.", field="keypair_id", constraints=custom("nova.keypair")),
        "external_network": named(
            "neutron.network", "The external network.", field="external_network_id", required=True
        ),
        "fixed_network": named("neutron.network", "The network of the machines; a new one if none is given."),
        "fixed_subnet": named("neutron.subnet", "The subnet of the machines."),
        "dns_nameserver": text("The name server of the machines.", constraints=custom("ip_addr")),
        "docker_volume_size": integer("The size of the volume for images, in GB.", constraints=(Range(1),)),
        "docker_storage_driver": text(
            "The driver that stores images.",
            default="devicemapper",
            constraints=(AllowedValues(("devicemapper", "overlay")),),
        ),
        COE: text("The engine for containers.", required=True, constraints=(AllowedValues(tuple(DRIVERS)),)),
        "network_driver": text("The driver for the network of containers."),
        VOLUME_DRIVER: text(
            "The driver for volumes of containers.", constraints=(AllowedValues(("cinder", "rexray")),)
        ),
        "http_proxy": text("The proxy for HTTP."),
        "https_proxy": text("The proxy for HTTPS."),
        "no_proxy": text("What is reached without a proxy."),
        "labels": mapped("More settings of clusters."),
        "tls_disabled": flag("Whether connections aren't encrypted.", default=False),
        "public": flag("Whether all projects may use it.", default=False, update_allowed=True),
        "registry_enabled": flag("Whether clusters have a registry for images.", default=False),
        "server_type": text(
            "Whether the machines are virtual.", default="vm", constraints=(AllowedValues(("vm", "bm")),)
        ),
        "master_lb_enabled": flag("Whether the masters have a load balancer.", default=True),
        "floating_ip_enabled": flag("Whether the machines have floating IPs.", default=True),
    }

    def validate(self) -> None:
        """Refuse a driver for volumes that the engine doesn't have.

        :raises StackValidationFailed: naming the driver that it has
        """
        if not self.known(COE, VOLUME_DRIVER):
            return
        engine, driver = self.properties[COE], self.properties[VOLUME_DRIVER]
        if driver is not None and driver not in DRIVERS[engine]:
            message = (
                f"Volume driver type {driver} is not supported by COE:{engine}, expecting a {list(DRIVERS[engine])} "
                "volume driver."
            )
            raise self.properties_error(message)


class Cluster(MagnumResource):
    """A cluster. Magnum makes a stack for it."""

    path, key, is_gone_at_once = "/clusters", "cluster", False
    poll_seconds = 5.0
    states = states(
        good="CREATE_COMPLETE UPDATE_COMPLETE",
        pending="CREATE_IN_PROGRESS UPDATE_IN_PROGRESS DELETE_IN_PROGRESS",
        failed=f"CREATE_FAILED UPDATE_FAILED {NOT_DELETED}",
    )
    properties_schema = {
        "name": text("The name of the cluster."),
        "cluster_template": named(
            "magnum.cluster_template", "What it is made from.", field="cluster_template_id", required=True
        ),
        "keypair": text("The key pair for logging in.", constraints=custom("nova.keypair")),
        "node_count": integer("The number of nodes.", default=1, constraints=(Range(1),), update_allowed=True),
        "master_count": integer("The number of masters.", default=1, constraints=(Range(1),), update_allowed=True),
        "discovery_url": text("The URL by which the machines find each other.", update_allowed=True),
        "create_timeout": integer(
            "How long the creation may take, in minutes.", default=60, constraints=(Range(0),), update_allowed=True
        ),
    }
    attributes_schema = field_attributes(
        api_address=Type.STRING,
        cluster_template_id=Type.STRING,
        coe_version=Type.STRING,
        container_version=Type.STRING,
        create_timeout=Type.INTEGER,
        discovery_url=Type.STRING,
        keypair=Type.STRING,
        master_addresses=Type.LIST,
        master_count=Type.INTEGER,
        name=Type.STRING,
        node_addresses=Type.LIST,
        node_count=Type.INTEGER,
        stack_id=Type.STRING,
        status=Type.STRING,
        status_reason=Type.STRING,
    )

    def look(self, thing_id: str) -> Body:
        """Read the cluster.

        :raises CloudUnavailable: if Magnum can't show it yet
        """
        with patience():
            return super().look(thing_id)

    def find(self) -> list[str]:
        """Return the ids of all clusters with the resource's mark.

        :raises CloudUnavailable: if Magnum can't show all yet
        """
        with patience():
            return super().find()

    def fault_of(self, body: Mapping[str, Any]) -> str:
        """Return Magnum's reason."""
        return str(body.get("status_reason") or "Unknown")

    def is_broken_in_deletion(self, body: Mapping[str, Any]) -> bool:
        """Tell whether the deletion failed. A failed creation or update shows until Magnum begins the deletion."""
        return bool(body[self.states.field] == NOT_DELETED)

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Send the change, and remember how the cluster looked before it.

        :raises UpdateReplace: if the cluster doesn't exist or is broken
        """
        if self.resource_id is None or not self.exists():
            raise UpdateReplace
        wanted, before = self.update_body(prop_diff), self.seen()
        is_sent = all(before.get(name) == value for name, value in wanted.items())  # by an engine that died
        return {**super().handle_update(prop_diff), BEFORE: None if is_sent else looks(before)}

    def check_update_complete(self, progress: Any) -> bool:
        """Tell whether the cluster is changed: Magnum begins a change some time after it has taken it."""
        body = self.seen()
        if looks(body) == progress.get(BEFORE) or (progress["changed"] and body[self.states.field] == MADE):
            self._seen = None
            return False
        progress[BEFORE] = None  # Magnum has begun
        return super().check_update_complete(progress)


@contextmanager
def patience() -> Iterator[None]:
    """Have the engine ask again for what Magnum can't show yet.

    :raises CloudUnavailable: in place of its error
    """
    try:
        yield
    except CloudError as error:
        if HALF_MADE not in str(error):
            raise
        raise CloudUnavailable(service="Magnum", status=400, message="a cluster has no nodes yet") from None


def looks(body: Mapping[str, Any]) -> list[Any]:
    """Return what of a cluster changes when Magnum begins to change it, even if it ends before anybody looks."""
    return [body.get("status"), body.get("updated_at")]
