"""What a project has at the cloud's services, with names: all that a stack of ``shapes`` and its snapshots may make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.cloud.reached import Reached

LISTED = (
    ("network", "/networks", "networks"),
    ("network", "/subnets", "subnets"),
    ("network", "/ports", "ports"),
    ("network", "/routers", "routers"),
    ("network", "/floatingips", "floatingips"),
    ("network", "/security-groups", "security_groups"),
    ("block_storage", "/volumes", "volumes"),
    ("block_storage", "/snapshots", "snapshots"),
    ("block_storage", "/backups", "backups"),
    ("compute", "/servers", "servers"),
    ("compute", "/os-server-groups", "server_groups"),
    ("image", "/images", "images"),
)
OF_THE_SERVICE = "network:"
"""How the owner of a port begins that Neutron makes by itself."""
DEFAULT = "default"
OF_SNAPSHOTS = ("backups", "images", "snapshots")


@dataclass(frozen=True)
class Thing:
    """A thing at a service. ``kind`` is the key of its list."""

    kind: str
    id: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.id} ({self.name})"


def of_project(cloud: Reached, project: str) -> dict[str, Thing]:
    """Return all things of a project, by id; but for what every project has, and what services made by themselves."""
    owner = cloud.project_id(project)
    services = cloud.services("admin", project)
    found: dict[str, Thing] = {}
    for service, path, key in LISTED:
        owned = {"network": {"project_id": owner}, "image": {"owner": owner}}.get(service, {})
        for body in services.api(service).listed(path, key, params=owned):
            if is_own(key, body):
                found[body["id"]] = Thing(key, body["id"], body.get("name") or "")
    return found


def is_own(kind: str, body: Mapping[str, Any]) -> bool:
    """Whether somebody asked for a thing."""
    is_default = kind == "security_groups" and body.get("name") == DEFAULT
    return not (is_default or str(body.get("device_owner") or "").startswith(OF_THE_SERVICE))
