"""Write a tree of Heat's stacks into heatlite's tables: one transaction for each stack, the root last.

A tree is taken over when its root is written. If a run is interrupted, the next run first deletes what it left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from heatlite import template as language
from heatlite.context import EngineContext
from heatlite.db import (
    event_sinks,
    events,
    models,
    purge,
    resources,
    snapshots,
    software_configs,
    software_deployments,
    stacks,
    templates,
    user_creds,
)
from heatlite.db.heat.records import HeatStack
from heatlite.db.retry import retried
from heatlite.engine.definitions import inheritance
from heatlite.engine.definitions.scope import EngineScope
from heatlite.engine.definitions.traversals import Library
from heatlite.engine.heat_import import rows
from heatlite.engine.heat_import.asking import Means, attributes_of
from heatlite.engine.heat_import.judge import JudgedStack
from heatlite.template.environment import targets


class TakeOver:
    """Writes the trees that the judge has accepted."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def obstacle(self, heat: HeatStack) -> str | None:
        """Return why heatlite's own rows prevent taking this stack over; None if they don't."""
        context = EngineContext(self._means.database)
        if stacks.get(context, heat.id) is not None:
            return "heatlite has this stack already"
        if stacks.by_live_name(context, heat.tenant, heat.name) is not None:
            return f"heatlite has another stack named {heat.name} in its project"
        return None

    def obstacle_below(self, root: JudgedStack, joined: frozenset[str]) -> str | None:
        """Return why a part of a tree can't be taken over: it was, as a stack of its own; None if nothing was.

        :param joined: the ids of stacks that were roots of their own in Heat
        """
        context = EngineContext(self._means.database)
        for judged in root.tree():
            found = stacks.get(context, judged.heat.id) if judged.heat.id in joined else None
            if found is not None and found.owner_id is None and found.deleted_at is None:
                return f"heatlite has {found.name} ({found.id}) already, as a stack of its own"
        return None

    def take(self, root: JudgedStack) -> None:
        """Write a tree.

        :raises oslo_db.exception.DBDuplicateEntry: when another stack has got its name meanwhile
        """
        purge.remove(EngineContext(self._means.database), [it.heat.id for it in root.tree()])
        library, known = Library(self._means.settings.operator_registry), dict[str, tuple[str, int]]()
        inherited = dict(environments(root, root.heat.template.environment))
        for judged in root.tree():
            stored = templates.stored(
                EngineContext(self._means.database),
                judged.raw,
                judged.heat.template.files,
                inherited[judged.heat.id],
                self._means.inputs.utcnow(),
            )
            known[judged.heat.id] = self._one(root, judged, stored, library, known)

    def _one(
        self,
        root: JudgedStack,
        judged: JudgedStack,
        template_id: int,
        library: Library,
        known: Mapping[str, tuple[str, int]],
    ) -> tuple[str, int]:
        """Write one stack whose children are written already; return the ids of its traversal and its template."""
        means = self._means
        values = rows.stack_values(judged, root.heat.id, template_id, means.inputs.new_id())
        made = [
            rows.resource_values(
                each,
                judged.heat,
                template_id,
                known[each.child.id] if each.child else None,
                attributes_of(means, judged, each, values, library),
            )
            for each in judged.resources
        ]
        self._write(judged, values, made)
        return values["current_traversal"], template_id

    @retried
    def _write(self, judged: JudgedStack, values: Mapping[str, Any], made: list[dict[str, Any]]) -> None:
        context, heat, now = EngineContext(self._means.database), judged.heat, self._means.inputs.utcnow()
        with context.database.writer(context):
            stacks.insert(context, values, heat.tags)
            ids = resources.insert(context, made) if made else {}
            self._relate(context, judged, ids)
            self._write_software(context, judged)
            for snapshot in heat.snapshots:
                snapshots.insert(context, rows.snapshot_values(snapshot))
            for event in heat.events:
                events.insert(context, heat.id, [rows.happening(event)], [event["uuid"]], event["created_at"])
            if heat.owner_id is None and heat.credentials is not None:
                user_creds_id = user_creds.insert(context, heat.credentials, now)
                tree = models.stack.c.root_id == heat.id
                context.connection.execute(sa.update(models.stack).where(tree).values(user_creds_id=user_creds_id))
                if sinks := targets(heat.template.environment.get("event_sinks") or []):
                    event_sinks.keep(context, heat.id, sinks, after=event_sinks.newest(context, heat.id))
            self._tell_children(context, judged)

    @staticmethod
    def _write_software(context: EngineContext, judged: JudgedStack) -> None:
        """Write the configs and deployments of a stack's resources, also where an interrupted run has left them.

        A config may be there: other stacks may name it, too, and no config ever changes.
        """
        for config in judged.heat.configs:
            if software_configs.get(context, config["id"]) is None:
                software_configs.insert(context, rows.config_values(config))
        uuids = {it.heat.physical_resource_id: rows.uuid_of(it) for it in judged.resources}
        for deployment in judged.heat.deployments:
            uuid = uuids.get(deployment["id"])
            if uuid is not None:
                software_deployments.remove(context, uuid)
                software_deployments.insert(context, rows.deployment_values(deployment, uuid))

    def _relate(self, context: EngineContext, judged: JudgedStack, ids: Mapping[str, int]) -> None:
        ours = {it.heat.id: ids[rows.uuid_of(it)] for it in judged.resources}
        table = models.resource
        requires = [
            {"row": ours[it.heat.id], "ids": sorted(ours[each] for each in it.heat.requires if each in ours)}
            for it in judged.resources
        ]
        if requires:
            changed = sa.update(table).values(requires=sa.bindparam("ids")).where(table.c.id == sa.bindparam("row"))
            context.connection.execute(changed, requires)

    def _tell_children(self, context: EngineContext, judged: JudgedStack) -> None:
        """Write the facade of each nested stack: what its template may read of its parent's resource."""
        scope = EngineScope(judged.parameters, judged.template.files, {})
        raws = {child.heat.id: child.raw for child in judged.children}
        for each in judged.resources:
            if each.child is None or each.child.id not in raws:
                continue
            if inheritance.reads_facade(raws[each.child.id]):
                facade = inheritance.facade_of(each.definition, dict(each.heat.metadata), scope)
                child = models.stack.c.id == each.child.id
                context.connection.execute(sa.update(models.stack).where(child).values(facade=facade))


def environments(stack: JudgedStack, own: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield id → environment of a stack and its nested stacks, as the engine writes it.

    Heat writes the environment that a nested stack inherits in another form, with the same meaning. In the engine's
    form it doesn't count as a change when the stack is updated with its own template.

    :param own: the environment of the stack itself
    """
    yield stack.heat.id, own
    parent, children = language.Environment.parse(own), {child.heat.id: child for child in stack.children}
    for each in stack.resources:
        child = children.get(each.child.id) if each.child else None
        if child is not None:
            given = child.heat.template.environment.get("parameters") or {}
            inherited = inheritance.environment_of_child(
                parent, stack.template, each.definition, given, stack.parameters.mask
            )
            yield from environments(child, inherited.to_dict())
