"""The base of all types of Zaqar, which wants to know in each request which client it is from."""

from __future__ import annotations

from typing import Any

from heatlite.resources.openstack.base import CloudResource

PATCH = {"Content-Type": "application/openstack-messaging-v2.0-json-patch"}
"""The header of a change of a queue's metadata."""


class ZaqarResource(CloudResource):
    """An object of Zaqar's."""

    service = "message"

    @property
    def sent(self) -> dict[str, Any]:
        """The client's id: the resource's uuid."""
        return {"headers": {"Client-ID": self.uuid}}
