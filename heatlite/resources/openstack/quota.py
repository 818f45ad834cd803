"""OS::Nova::Quota, OS::Cinder::Quota, OS::Neutron::Quota and OS::Octavia::Quota: limits for a project.

For administrators.

Quotas belong to the project and aren't an object of their own. So the resource's id is recorded first; then the quotas
are set, which may be repeated. A deletion restores the service's defaults, as in Heat.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.exception import CloudNotFound, EntityNotFound, Invalid
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.claims import RecordedFirst
from heatlite.resources.openstack.fields import custom, integer, text
from heatlite.resources.schema import PropertiesSchema, Property, SupportStatus
from heatlite.schema.constraints import Range

PROJECT = "project"
PROJECT_ID = "project_id"
"""The key of the data for the id of the project whose quotas were set."""
NO_LIMIT = -1


def quotas(names: str, status: str = "SUPPORTED") -> PropertiesSchema:
    """Return a property for each of these words; -1 means no limit."""

    def quota(name: str) -> Property:
        words = name.replace("_", " ")
        least = (Range(NO_LIMIT),)
        return integer(f"Quota of {words}; -1: no limit.", constraints=least, update_allowed=True, status=status)

    return {name: quota(name) for name in names.split()}


PROJECT_SCHEMA = {
    PROJECT: text("The name or id of the project.", required=True, constraints=custom("keystone.project"))
}


class Quota(RecordedFirst):
    """The quotas of a project at one service."""

    path, key = "/os-quota-sets", "quota_set"

    def validate(self) -> None:
        """Require at least one quota.

        :raises StackValidationFailed: if none is given
        """
        self.require_one(*sorted(self.properties_schema.keys() - {PROJECT}))

    @classmethod
    def physical_identity(cls, physical_id: str, properties: Mapping[str, Any]) -> Any:
        """Return the project."""
        return properties.get(PROJECT)

    def own_id(self) -> str:
        """Return the resource's physical name, as in Heat."""
        return self.physical_resource_name()

    def project(self) -> str:
        """Return the project's id.

        :raises CloudNotFound: if it doesn't exist
        """
        if self.data.get(PROJECT_ID):
            return str(self.data[PROJECT_ID])
        try:
            return self.cloud.identity.id_of("project", self.properties[PROJECT])
        except EntityNotFound as error:
            raise CloudNotFound(service="Keystone", status=404, message=str(error)) from None

    def apply(self) -> None:
        """Set the given quotas."""
        self.data_set(PROJECT_ID, self.project())
        wanted = self.fields(self.properties_schema.keys() - {PROJECT})
        self.check_usage(wanted)
        self._seen = self.change(wanted)

    def check_usage(self, wanted: Body) -> None:
        """Refuse a quota below the project's usage. Hook."""

    def place(self, thing_id: str) -> str:
        """Return the path of the project's quotas."""
        return f"{self.path}/{self.project()}"

    def delete(self, thing_id: str) -> None:
        """Restore the defaults."""
        if self.data.get(PROJECT_ID) or self.properties.get(PROJECT):
            super().delete(thing_id)


class NovaQuota(Quota):
    """Quotas of a project at Nova."""

    service = "compute"
    support_status = SupportStatus(version="8.0.0")
    properties_schema = {
        **PROJECT_SCHEMA,
        **quotas("cores fixed_ips floating_ips instances"),
        **quotas("injected_files injected_file_content_bytes injected_file_path_bytes", "DEPRECATED"),
        **quotas("key_pairs metadata_items ram security_groups security_group_rules"),
        **quotas("server_groups server_group_members"),
    }


class NeutronQuota(Quota):
    """Quotas of a project at Neutron."""

    service, path, key, extension = "network", "/quotas", "quota", "quotas"
    support_status = SupportStatus(version="8.0.0")
    properties_schema = {
        **PROJECT_SCHEMA,
        **quotas("subnet network floatingip security_group_rule security_group router port subnetpool rbac_policy"),
    }


class CinderQuota(Quota):
    """Quotas of a project at Cinder. A quota may not be below the project's usage."""

    service = "block_storage"
    support_status = SupportStatus(version="7.0.0")
    properties_schema = {**PROJECT_SCHEMA, **quotas("gigabytes volumes snapshots backups backup_gigabytes")}

    def check_usage(self, wanted: Body) -> None:
        """Refuse a quota below the usage.

        :raises Invalid: naming the quota
        """
        used: dict[str, Any] = self.api.get(self.place(""), params={"usage": "true"})[self.key]
        for name, value in wanted.items():
            in_use = used[name]["in_use"]
            if NO_LIMIT < value < in_use:
                reason = f"the quota {name} is {value}, less than the {in_use} that the project uses"
                raise Invalid(reason=reason)


class OctaviaQuota(Quota):
    """Quotas of a project at Octavia."""

    service, path, key = "load_balancer", "/lbaas/quotas", "quota"
    support_status = SupportStatus(version="14.0.0")
    properties_schema = {**PROJECT_SCHEMA, **quotas("healthmonitor listener loadbalancer pool member")}
