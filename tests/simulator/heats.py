"""Stacks of a Heat: the rows of an abandoned stack as a Heat would have them, and heatlite's own way to take them over.

Reading another database is the part of an import that isn't played: what is judged, and what is written, is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oslo_db import exception as db_error

from heatlite import exception
from heatlite.db import resources
from heatlite.db.heat.records import HeatResource, HeatStack, HeatTemplate
from heatlite.engine.heat_import.asking import Means
from heatlite.engine.heat_import.judge import Judge, JudgedStack
from heatlite.engine.heat_import.takeover import TakeOver
from heatlite.engine.operations.adoption import ABANDONED
from tests.simulator.store.rows import Values
from tests.simulator.store.store import Changes, Store

if TYPE_CHECKING:
    from tests.simulator.engine import SimulatedEngine


@dataclass(frozen=True)
class Abandoned:
    """What a tree's rows were: stacks by id, their rows, and their templates."""

    root: str
    stacks: Mapping[str, Values]
    rows: Mapping[str, list[Values]]
    templates: Mapping[str, Values]


def abandoned(changes: Changes, store: Store) -> Abandoned | None:
    """What a commit has let go of; None where it let go of nothing."""
    gone = {
        after["id"]: before
        for row, before, after in changes
        if row.table.shape.name == "stack" and before is not None and after is not None
        if after["status_reason"] == ABANDONED != before["status_reason"]
    }
    roots = [stack_id for stack_id, before in gone.items() if before["owner_id"] is None]
    if not roots:
        return None
    rows: dict[str, list[Values]] = {stack_id: [] for stack_id in gone}
    for row, before, after in changes:
        if row.table.shape.name == "resource" and before is not None and after is None and before["stack_id"] in rows:
            rows[before["stack_id"]].append(before)
    templates: dict[str, Any] = {
        stack_id: store.tables["raw_template"].rows[(before["raw_template_id"],)].committed
        for stack_id, before in gone.items()
    }
    return Abandoned(roots[0], gone, rows, templates)


def taken_over(engine: SimulatedEngine, name: str, known: Abandoned, new_id: Callable[[], str]) -> str:
    """Judge a stack and take it over; return its id.

    :raises NotFound: where it can't be taken over
    """
    shared = engine.shared
    ids = {old: new_id() for old in known.stacks}
    judgement = Judge(shared.registry, {}).judge(heat_stack(known, known.root, ids, name))
    if judgement.stack is None:
        raise exception.NotFound(msg_fmt="; ".join(judgement.obstacles))
    writer = Writer(Means(shared.database, shared.registry, shared.settings, shared.inputs))
    if obstacle := writer.obstacle(judgement.stack.heat):
        raise exception.NotFound(msg_fmt=obstacle)
    try:
        writer.take(judgement.stack)
    except db_error.DBDuplicateEntry:
        raise exception.NotFound(msg_fmt="another stack has got its name meanwhile") from None
    return ids[known.root]


class Writer(TakeOver):
    """heatlite's own, but for one statement that is executed for many rows at once, which the store doesn't know."""

    def _relate(self, context: Any, judged: JudgedStack, ids: Mapping[str, int]) -> None:
        from heatlite.engine.heat_import.rows import uuid_of

        ours = {it.heat.id: ids[uuid_of(it)] for it in judged.resources}
        table = resources.TABLE
        for it in judged.resources:
            wanted = sorted(ours[each] for each in it.heat.requires if each in ours)
            statement = resources.sa.update(table).where(table.c.id == ours[it.heat.id]).values(requires=wanted)
            context.connection.execute(statement)


def heat_stack(known: Abandoned, stack_id: str, ids: Mapping[str, str], name: str) -> HeatStack:
    """One stack with those nested in it.

    :param ids: its id and those of the stacks nested in it → their ids in Heat
    """
    before, template = known.stacks[stack_id], known.templates[stack_id]
    nested = [it for it in known.stacks if known.stacks[it]["owner_id"] == stack_id]
    return HeatStack(
        id=ids[stack_id],
        name=name,
        tenant=before["tenant"],
        username=before["username"],
        owner_id=ids.get(before["owner_id"]),
        parent_resource_name=before["parent_resource_name"],
        action=before["action"],
        status=before["status"],
        status_reason=before["status_reason"],
        timeout=before["timeout"],
        disable_rollback=before["disable_rollback"],
        nested_depth=before["nested_depth"],
        is_convergence=True,
        stack_user_project_id=None,
        created_at=before["created_at"],
        updated_at=before["updated_at"],
        template=HeatTemplate(
            before["raw_template_id"],
            json.loads(template["template"]),
            json.loads(template["files"] or "{}"),
            json.loads(template["environment"] or "{}"),
        ),
        resources=tuple(heat_resource(row, before, ids) for row in known.rows[stack_id]),
        children=tuple(heat_stack(known, it, ids, f"{name}-{it}") for it in nested),
    )


def heat_resource(row: Values, stack: Values, ids: Mapping[str, str]) -> HeatResource:
    """One resource; a nested stack's physical id is its stack's."""
    physical = row["physical_resource_id"]
    return HeatResource(
        id=row["id"],
        uuid=row["uuid"],
        name=row["name"],
        physical_resource_id=ids.get(physical, physical),
        action=row["action"],
        status=row["status"],
        status_reason=row["status_reason"] or "",
        metadata={},
        properties=json.loads(row["properties_data"] or "{}"),
        attributes=json.loads(row["attr_data"] or "{}").get("attributes"),
        data={},
        requires=tuple(json.loads(row["requires"] or "[]")),
        replaced_by=row["replaced_by"],
        current_template_id=stack["raw_template_id"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
