"""What a project has at all services of the cloud: equal before a stack's creation and after its deletion."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tests.cloud.reached import Reached

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
    "compute": ("servers", "os-server-groups", "os-keypairs"),
}
OF_ALL = {
    "network": ("segments",),
    "block_storage": ("types", "qos-specs"),
    "compute": ("flavors", "os-aggregates"),
    "image": ("images",),
}
KEYS = {
    "qos/policies": "policies",
    "types": "volume_types",
    "qos-specs": "qos_specs",
    "os-server-groups": "server_groups",
    "os-keypairs": "keypairs",
    "os-aggregates": "aggregates",
}
"""Collection → the key of its list in JSON, where that isn't its name."""


def everything(cloud: Reached, project: str = "demo", *, admins: bool = True) -> dict[str, set[str]]:
    """Return the ids of all that a project has, with the users of its stacks, by collection.

    :param admins: add what administrators make for all projects
    """
    found = _listed(cloud, project, OF_PROJECT)
    if admins:
        found |= _listed(cloud, "admin", OF_ALL)
    identity = cloud.services("admin", "admin").identity
    [domain] = identity.listed("domain", name="heat")
    projects = {it["id"]: it["name"] for it in identity.listed("project", domain_id=domain["id"])}
    of_others = {it for it, name in projects.items() if not name.startswith(cloud.project_id(project))}
    users = identity.listed("user", domain_id=domain["id"])
    found["projects of stacks"] = projects.keys() - of_others
    found["users of stacks"] = {it["id"] for it in users if it.get("default_project_id") not in of_others}
    return found


def _listed(cloud: Reached, project: str, collections: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    owned = {"project_id": cloud.project_id(project)} if project != "admin" else {}
    found = {}
    for service, names in collections.items():
        api = cloud.services("admin", project).api(service)
        for name in names:
            key = KEYS.get(name, name.replace("-", "_"))
            listed = api.listed(f"/{name}", key, params=owned if service == "network" else {})
            found[name] = {str(it.get("id") or it["keypair"]["name"]) for it in listed}
    return found
