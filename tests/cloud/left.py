"""What a project has at all services of the cloud: equal before a stack's creation and after its deletion."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from heatlite.resources.cloud import Api
from heatlite.resources.openstack.base import PROJECTS
from tests.cloud.reached import Reached
from tests.cloud.services import ON_REQUEST

OF_USERS = "os-keypairs"
"""What belongs to a user, not to a project: that of the user of the project's name is looked at."""
OF_PROJECT = {
    "network": (
        "networks",
        "subnets",
        "ports",
        "routers",
        "floatingips",
        "security-groups",
        "security-group-rules",
        "trunks",
        "subnetpools",
        "address-scopes",
        "qos/policies",
        "rbac-policies",
    ),
    "block_storage": ("volumes", "snapshots", "backups"),
    "compute": ("servers", "os-server-groups", OF_USERS),
    "key_manager": ("secrets", "containers", "orders"),
    "dns": ("zones", "recordsets"),
    "load_balancer": (
        "lbaas/loadbalancers",
        "lbaas/listeners",
        "lbaas/pools",
        "lbaas/healthmonitors",
        "lbaas/l7policies",
    ),
    "message": ("queues",),
    "alarm": ("alarms",),
    "workflow": ("workflows", "cron_triggers"),
    "shared_file_system": ("shares", "share-networks", "security-services"),
    "container_infrastructure_management": ("clustertemplates", "clusters"),
    "reservation": ("leases",),
    "application_container": ("containers",),
    "database": ("instances", "clusters"),
    "baremetal": ("nodes", "portgroups", "ports"),
}
OF_ALL = {
    "network": ("segments",),
    "block_storage": ("types", "qos-specs"),
    "compute": ("flavors", "os-aggregates"),
    "image": ("images",),
    "load_balancer": (
        "lbaas/flavors",
        "lbaas/flavorprofiles",
        "lbaas/availabilityzones",
        "lbaas/availabilityzoneprofiles",
    ),
    "shared_file_system": ("types",),
    "reservation": ("os-hosts",),
}
OF_KEYSTONE = ("domain", "project", "user", "group", "role", "service", "endpoint", "region")
"""Kinds of what administrators make at Keystone."""
FILTERED = ("network", "load_balancer")
"""Services that show administrators what all projects have, unless they are asked for one project's."""
KEYS = {
    "types": "volume_types",
    "os-server-groups": "server_groups",
    OF_USERS: "keypairs",
    "os-aggregates": "aggregates",
    "lbaas/availabilityzones": "availability_zones",
    "lbaas/availabilityzoneprofiles": "availability_zone_profiles",
    "shared_file_system types": "share_types",
    "reservation os-hosts": "hosts",
}
"""Collection → the key of its list in JSON, where that isn't the end of its path."""
SENT: Mapping[str, Mapping[str, Any]] = {
    "message": {"headers": {"Client-ID": "3381af92-2b9e-11e3-b191-71861300734c"}},
    "shared_file_system": {"microversion": "2.13"},
    "baremetal": {"microversion": "1.53"},
    "application_container": {"headers": {"OpenStack-API-Version": "container 1.36"}},
}
"""What a service wants to have with each request."""


def everything(cloud: Reached, project: str = "demo", *, admins: bool = True) -> dict[str, set[str]]:
    """Return the ids of all that a project has, with the users of its stacks, by collection.

    :param admins: add what administrators make for all projects
    """
    found = _listed(cloud, project, OF_PROJECT)
    identity = cloud.services("admin", "admin").identity
    if admins:
        found |= _listed(cloud, "admin", OF_ALL)
        found |= {kind: {str(it["id"]) for it in identity.listed(kind)} for kind in OF_KEYSTONE}
    if cloud.has("swift"):
        found["containers of objects"] = set(_stored(cloud.services("admin", project).api("object_store")))
    [domain] = identity.listed("domain", name="heat")
    projects = {it["id"]: it["name"] for it in identity.listed("project", domain_id=domain["id"])}
    of_others = {it for it, name in projects.items() if not name.startswith(cloud.project_id(project))}
    users = identity.listed("user", domain_id=domain["id"])
    found["projects of stacks"] = projects.keys() - of_others
    found["users of stacks"] = {it["id"] for it in users if it.get("default_project_id") not in of_others}
    return found


def added(cloud: Reached, before: Mapping[str, set[str]], project: str = "demo") -> dict[str, int]:
    """Return how many objects there are more than before, by collection."""
    now = everything(cloud, project)
    return {name: len(ids - before[name]) for name, ids in now.items() if ids - before[name]}


def _listed(cloud: Reached, project: str, collections: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    owned = {"project_id": cloud.project_id(project)} if project != "admin" else {}
    found = {}
    user = cloud.services("admin", "admin").identity.id_of("user", project)
    of_user = {"params": {"user_id": user}, "microversion": "2.10"}
    for service, names in collections.items():
        if not cloud.has(PROJECTS[service]):
            continue
        api = cloud.services("admin", project).api(service)
        for name in names:
            label = f"{service} {name}" if PROJECTS[service] in ON_REQUEST else name
            key = KEYS.get(label) or name.rsplit("/", 1)[-1].replace("-", "_")
            sent = of_user if name == OF_USERS else {"params": owned if service in FILTERED else {}}
            sent = {**sent, **SENT.get(service, {})}
            listed = api.listed(f"/{name}", key, **sent)
            found[label] = {_id_in(it) for it in listed if it.get("provisioning_status") != "DELETED"}
    return found


def _id_in(body: Mapping[str, Any]) -> str:
    """Return an object's id: some of Nova, Octavia and Zaqar have names, and Barbican has references."""
    references = (body.get(f"{kind}_ref") for kind in ("order", "container", "secret"))
    names = (body.get("keypair") or body).get("name")
    ids = (body.get(it) for it in ("id", "uuid", "alarm_id"))
    return str(next((it for it in (*ids, *references) if it), None) or names)


def _stored(api: Api) -> Iterator[str]:
    """Yield the names of Swift's containers, and of the objects in each."""
    for container in api.get("", params={"format": "json"}):
        yield container["name"]
        for it in api.get(f"/{quote(container['name'], safe='')}", params={"format": "json"}):
            yield f"{container['name']}/{it['name']}"
