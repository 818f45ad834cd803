"""Turn configs and deployments into the dicts that Heat's clients know."""

from __future__ import annotations

from heatlite import exception
from heatlite.context import RequestContext
from heatlite.db import software_configs, software_deployments
from heatlite.db.software_configs import ConfigRecord
from heatlite.db.software_deployments import DeploymentRecord
from heatlite.engine.api import replies
from heatlite.engine.api.replies import Reply
from heatlite.engine.common.reply_limits import check_read
from heatlite.resources.registry import Registry


def deployed_to(context: RequestContext, project_id: str | None, server_id: str) -> list[Reply]:
    """Return the configs that are deployed to a server, in the order of their names.

    :raises RequestLimitExceeded: when they are too large together
    """
    ids = software_deployments.config_ids(context, project_id, server_id)
    if not ids:
        return []
    check_read(software_configs.bytes_of(context, ids), "deploy less to one server, or smaller configs")
    return [shown_config(each) for each in software_configs.of_ids(context, ids)]


def type_shows_deployments(registry: Registry, type_name: str) -> bool:
    """Tell whether a type is a kind of server, to which software may be deployed."""
    try:
        return registry.get(type_name).shows_deployments
    except exception.EntityNotFound:
        return False


def summary(record: ConfigRecord, *, with_project: bool) -> Reply:
    """Return a config as a list shows it."""
    reply = {"id": record.id, "name": record.name, "group": record.group}
    reply["creation_time"] = replies.time(record.created_at)
    return {**reply, "project": record.tenant} if with_project else reply


def shown_config(record: ConfigRecord) -> Reply:
    """Return a config in full."""
    return {**summary(record, with_project=False), **record.config}


def deployment(record: DeploymentRecord) -> Reply:
    """Return a deployment."""
    names = ("id", "server_id", "config_id", "input_values", "output_values", "action", "status", "status_reason")
    reply = {name: getattr(record, name) for name in names}
    reply["creation_time"] = replies.time(record.created_at)
    return {**reply, "updated_time": replies.time(record.updated_at)} if record.updated_at else reply
