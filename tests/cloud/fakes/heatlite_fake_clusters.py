"""Magnum's driver of clusters: there are no machines. What was asked for is there when Magnum looks the next time.

A cluster whose template has the label ``fails`` fails with its value.
"""

from magnum.drivers.common import driver
from magnum.objects.fields import ClusterStatus

AFTER = {
    ClusterStatus.CREATE_IN_PROGRESS: ClusterStatus.CREATE_COMPLETE,
    ClusterStatus.UPDATE_IN_PROGRESS: ClusterStatus.UPDATE_COMPLETE,
    ClusterStatus.DELETE_IN_PROGRESS: ClusterStatus.DELETE_COMPLETE,
}


class NoMachines(driver.Driver):
    """Clusters of Kubernetes that are only rows."""

    provides = ({"server_type": "vm", "os": "fedora-coreos", "coe": "kubernetes"},)

    def create_cluster(self, context, cluster, cluster_create_timeout):
        """Take the cluster's id for that of its stack."""
        cluster.stack_id = cluster.uuid

    def update_cluster_status(self, context, cluster, use_admin_ctx=False):
        """End what goes on."""
        reason = cluster.labels.get("fails")
        if reason and cluster.status == ClusterStatus.CREATE_IN_PROGRESS:
            cluster.status, cluster.status_reason = ClusterStatus.CREATE_FAILED, reason
        else:
            cluster.status = AFTER[cluster.status]
        for group in cluster.nodegroups:
            group.status = cluster.status
            group.save()
        cluster.save()

    def update_cluster(self, *given, **more):
        """Do nothing: it is done when Magnum looks."""

    delete_cluster = upgrade_cluster = resize_cluster = update_cluster
    create_federation = update_federation = delete_federation = update_cluster
    create_nodegroup = update_nodegroup = delete_nodegroup = update_cluster
