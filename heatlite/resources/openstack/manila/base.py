"""The base of all types of Manila."""

from __future__ import annotations

from heatlite.resources.openstack.base import CloudResource
from heatlite.resources.schema import SupportStatus


class ManilaResource(CloudResource):
    """An object of Manila's, in the version of the API that Heat uses."""

    service, microversion = "shared_file_system", "2.13"
    support_status = SupportStatus(version="5.0.0")
