"""Taking stacks over in tests, and looking at both sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from heatlite.context import EngineContext
from heatlite.db import models
from heatlite.db.api import Database
from heatlite.db.crypt import Vault
from heatlite.db.heat.reading import HeatDatabase
from heatlite.db.heat.records import HeatStack
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.common.settings import Settings
from heatlite.engine.heat_import.asking import Means
from heatlite.engine.heat_import.judge import Judge
from heatlite.engine.heat_import.takeover import TakeOver
from heatlite.resources.registry import Registry
from tests.deployment import InProcess
from tests.family import stacks_of
from tests.imports.conftest import HEATS_KEY
from tests.story import Story

INSTALLED = Registry.load()
FOREIGN = "OS::Heat::AccessPolicy"
REGISTRY = Registry({name: INSTALLED.get(name) for name in INSTALLED.names() if name != FOREIGN})
"""Plugins without one for a type that one of the stacks has."""


@dataclass(frozen=True)
class Taken:
    """What came of a take-over: the roots of Heat by name, why some were left, and the deployment that has the rest."""

    deployment: InProcess
    roots: dict[str, HeatStack]
    obstacles: dict[str, tuple[str, ...]]

    def story(self, name: str) -> Story:
        """The story of a stack that was taken over."""
        root, story = self.roots[name], Story(self.deployment, self.roots[name].tenant)
        story.name = name
        story.identity = {"tenant": root.tenant, "stack_name": name, "stack_id": root.id, "path": ""}
        return story


def heat_stacks(url: str, *keys: str, events: bool = False) -> dict[str, HeatStack]:
    """Every tree of Heat's, by the root's name."""
    heat = HeatDatabase(url, Vault(keys or (HEATS_KEY,)))
    try:
        return {name: heat.stack(stack_id, events=events) for stack_id, name, _ in heat.roots(None)}
    finally:
        heat.close()


def take_over(database: Database) -> TakeOver:
    return TakeOver(Means(database, REGISTRY, Settings(), Inputs()))


def take_all(deployment: InProcess, roots: dict[str, HeatStack]) -> Taken:
    """Take over whatever can be."""
    obstacles = {}
    for name, root in roots.items():
        judgement = Judge(REGISTRY, {}).judge(root)
        if judgement.stack is None:
            obstacles[name] = judgement.obstacles
        else:
            take_over(deployment.database).take(judgement.stack)
    return Taken(deployment, roots, obstacles)


def rows(database: Database, root_id: str) -> list[dict[str, Any]]:
    """Every resource of a tree."""
    statement = sa.select(models.resource).join(models.stack, models.stack.c.id == models.resource.c.stack_id)
    with database.reader(EngineContext(database)) as connection:
        found = connection.execute(statement.where(models.stack.c.root_id == root_id))
        return [dict(row._mapping) for row in found]


def physical_ids(database: Database, root_id: str) -> set[tuple[str, str, str]]:
    """(stack, name, physical id) of every resource of a tree."""
    return {(row["stack_id"], row["name"], row["physical_resource_id"]) for row in rows(database, root_id)}


def heats_physical_ids(root: HeatStack) -> set[tuple[str, str, str | None]]:
    """The same, as Heat has it."""
    return {(stack.id, row.name, row.physical_resource_id) for stack in root.tree() for row in stack.resources}


def now_made(story: Story) -> set[tuple[str, str, str]]:
    """What there is of a story's stack."""
    return physical_ids(story.deployment.database, story.identity["stack_id"])


def happened(story: Story) -> list[str]:
    """What was done to resources of the tree that aren't stacks themselves, since it was taken over."""
    table, stack = models.event, models.stack
    statement = sa.select(table).join(stack, stack.c.id == table.c.stack_id).order_by(table.c.id)
    with story.deployment.database.reader(EngineContext(story.deployment.database)) as connection:
        of_tree = statement.where(stack.c.root_id == story.identity["stack_id"], table.c.engine_id.is_not(None))
        found = connection.execute(of_tree).all()
    nested = {row["parent_resource_name"] for row in stacks_of(story).values()}
    return [f"{it.resource_name} {it.resource_action}" for it in found if it.resource_name not in nested]
