"""The base of all types of Mistral, and how an execution of a workflow is started exactly once.

Mistral takes the id of a new execution from the request, and starts nothing if there is one with it. So an id that is
recorded before the request makes the request safe to repeat.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from heatlite.exception import CloudNotFound
from heatlite.resources.cloud import Api
from heatlite.resources.openstack.base import Body, CloudResource, is_uuid
from heatlite.resources.openstack.claims import Claimed

EXECUTIONS = "/executions"


class MistralResource(CloudResource):
    """An object of Mistral's."""

    service = "workflow"


class NamedInMistral(Claimed, MistralResource):
    """An object whose name is unique in its project, and is its id."""

    mark = Claimed.mark

    def own_name(self) -> str:
        """Return the object's name."""
        return str(self.properties["name"] or self.physical_resource_name())

    def equal_ids(self) -> list[str]:
        """Return the object of the same name."""
        try:
            return [self.id_in(self.look(self.own_name()))]
        except CloudNotFound:
            return []

    def id_in(self, body: Mapping[str, Any]) -> str:
        """Return the object's name."""
        return str(body["name"])


def execute(api: Api, execution_id: str, workflow: str, given: Any, params: Any, description: str = "") -> Body:
    """Start an execution of a workflow, and return it; return the one that has this id, if there is one."""
    body = {
        "id": execution_id,
        **named(workflow),
        "input": json.dumps(given or {}),
        "params": json.dumps(params or {}),
        "description": description,
    }
    return dict(api.post(EXECUTIONS, body))


def named(workflow: str) -> Body:
    """Return the fields that name a workflow."""
    return {"workflow_id" if is_uuid(workflow) else "workflow_name": workflow}


def content(value: Any) -> Any:
    """Return what a field of Mistral's has, which may be JSON within JSON."""
    return json.loads(value) if isinstance(value, str) and value else value or {}


def shown(execution: Mapping[str, Any]) -> Body:
    """Return an execution as attributes have it."""
    plain = {name: execution.get(name) for name in ("id", "workflow_name", "created_at", "updated_at", "state")}
    return {**plain, "input": content(execution.get("input")), "output": content(execution.get("output"))}
