"""Turn deployments into the dicts that Heat's clients know."""

from __future__ import annotations

from heatlite import exception
from heatlite.db.software_deployments import DeploymentRecord
from heatlite.engine.api import replies
from heatlite.engine.api.replies import Reply
from heatlite.resources.registry import Registry


def type_shows_deployments(registry: Registry, type_name: str) -> bool:
    """Tell whether a type is a kind of server, to which software may be deployed."""
    try:
        return registry.get(type_name).shows_deployments
    except exception.EntityNotFound:
        return False


def deployment(record: DeploymentRecord) -> Reply:
    """Return a deployment."""
    names = ("id", "server_id", "config_id", "input_values", "output_values", "action", "status", "status_reason")
    reply = {name: getattr(record, name) for name in names}
    reply["creation_time"] = replies.time(record.created_at)
    return {**reply, "updated_time": replies.time(record.updated_at)} if record.updated_at else reply
