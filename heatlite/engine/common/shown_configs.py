"""Turn software configs into the dicts that Heat's clients, and the agents on servers, know."""

from __future__ import annotations

from typing import Any

from heatlite.db import software_configs, software_deployments
from heatlite.db.api import Context
from heatlite.db.software_configs import ConfigRecord
from heatlite.engine.common.reply_limits import check_read
from heatlite.engine.common.times import shown_time


def deployed_to(context: Context, project_id: str | None, server_id: str) -> list[dict[str, Any]]:
    """Return the configs that are deployed to a server, in the order of their names.

    :raises RequestLimitExceeded: when they are too large together
    """
    ids = software_deployments.config_ids(context, project_id, server_id)
    if not ids:
        return []
    check_read(software_configs.bytes_of(context, ids), "deploy less to one server, or smaller configs")
    return [shown_config(each) for each in software_configs.of_ids(context, ids)]


def summary(record: ConfigRecord, *, with_project: bool) -> dict[str, Any]:
    """Return a config as a list shows it."""
    reply = {"id": record.id, "name": record.name, "group": record.group}
    reply["creation_time"] = shown_time(record.created_at)
    return {**reply, "project": record.tenant} if with_project else reply


def shown_config(record: ConfigRecord) -> dict[str, Any]:
    """Return a config in full."""
    return {**summary(record, with_project=False), **record.config}
