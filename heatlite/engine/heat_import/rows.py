"""Build heatlite's rows for a stack of Heat's. Pure; ``takeover`` fills in the ids that the database assigns.

In heatlite a nested stack has the uuid of its owner's resource as its id. So such a resource gets its stack's id as its
uuid. Other resources keep their uuid, since the names of their physical resources contain it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.convergence.model import Action, Status
from heatlite.db.events import Happening
from heatlite.db.heat.records import HeatStack
from heatlite.engine.heat_import.judge import JudgedResource, JudgedStack
from heatlite.resources.adoptable import STACK_NAME
from heatlite.resources.nested.port import CHOSEN, OPERATION, TEMPLATE

Values = dict[str, Any]
NO_PART: Mapping[str, Any] = {"inputs": [], "outputs": []}
OF_NESTED = frozenset({OPERATION, TEMPLATE, CHOSEN, STACK_NAME})
"""Keys of ``resource_data`` that only a heatlite engine writes."""
ROW_ACTIONS = {"ROLLBACK": Action.UPDATE, "RESTORE": Action.UPDATE, "ADOPT": Action.CREATE}
"""Heat's action of a resource → heatlite's."""


def stack_values(judged: JudgedStack, root_id: str, template_id: int, traversal_id: str) -> Values:
    """Build the row of ``stack``. The stack is COMPLETE, so its template is also the last complete one."""
    heat = judged.heat
    return {
        "id": heat.id,
        "name": heat.name,
        "tenant": heat.tenant,
        "username": heat.username,
        "live_name": heat.name if heat.owner_id is None else None,
        "raw_template_id": template_id,
        "prev_raw_template_id": template_id,
        "current_traversal": traversal_id,
        "action": Action(heat.action),
        "status": Status.COMPLETE,
        "status_reason": heat.status_reason,
        "timeout": heat.timeout,
        "disable_rollback": heat.disable_rollback,
        "owner_id": heat.owner_id,
        "root_id": root_id,
        "nested_depth": heat.nested_depth,
        "parent_resource_name": heat.parent_resource_name,
        "stack_user_project_id": heat.stack_user_project_id,
        "collects_later": False,
        "created_at": heat.created_at,
        "updated_at": heat.updated_at,
    }


def resource_values(
    judged: JudgedResource, stack: HeatStack, template_id: int, child: tuple[str, int] | None, attributes: Values
) -> Values:
    """Build the row of ``resource``, without the ids of the rows that it requires.

    :param child: the ids of the nested stack's traversal and template in heatlite
    :param attributes: the value of ``attr_data``
    """
    heat, definition = judged.heat, judged.definition
    is_current = heat.current_template_id == stack.template.id
    external = definition.external_id is not None
    return {
        "uuid": uuid_of(judged),
        "stack_id": stack.id,
        "name": heat.name,
        "type": definition.type,
        "physical_resource_id": heat.physical_resource_id,
        "action": ROW_ACTIONS.get(heat.action) or Action(heat.action),
        "status": Status.COMPLETE,
        "status_reason": heat.status_reason,
        "atomic_key": 0,
        "requires": [],
        "current_template_id": template_id if is_current else None,
        "fingerprint": definition.definition_hash if is_current else None,
        "attempts": 0,
        "properties_data": dict(judged.properties),
        "attr_data": attributes,
        "resource_metadata": judged.metadata,
        "resource_data": kept_data(judged, child) or None,
        "deletion_policy": definition.deletion_policy,
        "external_id": heat.physical_resource_id if external else None,
        "created_at": heat.created_at,
        "updated_at": heat.updated_at,
    }


def uuid_of(judged: JudgedResource) -> str:
    """Return the resource's uuid in heatlite."""
    return judged.heat.uuid if judged.child is None else judged.child.id


def kept_data(judged: JudgedResource, child: tuple[str, int] | None) -> Values:
    """Return the plugin's data. For a nested stack it also records the stack's operation, template and name.

    Heat's own adoption copies data that a client sends. So the keys that only an engine writes aren't taken from Heat.
    """
    if judged.child is None or child is None:
        kept = {key: value for key, value in judged.heat.data.items() if key not in OF_NESTED}
        return judged.plugin.data_from_heat(kept, judged.heat.metadata)
    traversal_id, template_id = child
    own = {OPERATION: traversal_id, TEMPLATE: template_id, STACK_NAME: judged.child.name}
    return {**judged.heat.data, **own}


def snapshot_values(row: Mapping[str, Any]) -> Values:
    """Build a row of ``snapshot``."""
    names = ("id", "stack_id", "tenant", "name", "status_reason", "data", "created_at", "updated_at")
    return {**{name: row[name] for name in names}, "action": row["action"] or "CREATE", "status": row["status"]}


def config_values(row: Mapping[str, Any]) -> Values:
    """Build a row of ``software_config``. It keeps its id, by which servers know what they have applied already."""
    content, parts = row["config"] or {}, ("config", "inputs", "outputs", "options")
    kept = {name: row[name] for name in ("id", "name", "group", "tenant", "created_at", "updated_at")}
    return {**kept, "config": {name: content.get(name) or NO_PART.get(name) for name in parts}}


def deployment_values(row: Mapping[str, Any], uuid: str) -> Values:
    """Build a row of ``software_deployment``: in heatlite its id is the uuid of its resource."""
    return {**row, "id": uuid}


def happening(row: Mapping[str, Any]) -> Happening:
    """Build a row of ``event``."""
    return Happening(
        row["resource_name"] or "",
        row["resource_type"] or "",
        row["physical_resource_id"],
        row["resource_action"] or "",
        row["resource_status"] or "",
        row["resource_status_reason"] or "",
    )
