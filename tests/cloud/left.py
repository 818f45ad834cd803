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


def everything(cloud: Reached, project: str = "demo") -> dict[str, set[str]]:
    """Return the ids of all that a project has, and of what administrators have, by collection."""
    found = {**_listed(cloud, project, OF_PROJECT), **_listed(cloud, "admin", OF_ALL)}
    identity = cloud.services("admin", "admin").identity
    [domain] = identity.listed("domain", name="heat")
    for kind in ("user", "project"):
        found[f"{kind}s of stacks"] = {it["id"] for it in identity.listed(kind, domain_id=domain["id"])}
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
