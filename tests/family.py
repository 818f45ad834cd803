"""Nested stacks in stories: templates with templates in them, and a look at a whole tree.

story.create(hot(web=nested("web.yaml", size=3)), files={"web.yaml": text(hot(…))})
tree(story)     {"web": stack, "web.db": stack}
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from heatlite.context import EngineContext
from heatlite.db import models
from heatlite.rpc.engine_client import Record
from tests.story import Story, Template
from tests.waiting import PATIENCE, wait_until


def nested(template: str, depends_on: str | None = None, **properties: Any) -> Template:
    """A resource that is the stack of a template's file."""
    written: Template = {"type": template, "properties": properties}
    return {**written, "depends_on": depends_on} if depends_on else written


def inline(template: Template, parameters: Template | None = None, **properties: Any) -> Template:
    """An OS::Heat::Stack."""
    given = {"template": text(template), **({"parameters": parameters} if parameters else {}), **properties}
    return {"type": "OS::Heat::Stack", "properties": given}


def text(template: Template) -> str:
    """A template as a file."""
    return json.dumps(template)


def stacks_of(story: Story) -> dict[str, Record]:
    """The live stacks below the story's, by path: ``web``, and ``web.db`` in that."""
    stack, database = models.stack.c, story.deployment.database
    with database.reader(EngineContext(database)) as connection:
        statement = sa.select(models.stack).where(stack.root_id == story.identity["stack_id"])
        rows = [dict(row._mapping) for row in connection.execute(statement)]
    by_id = {row["id"]: row for row in rows}
    return {path(row, by_id): row for row in rows if row["owner_id"] and row["deleted_at"] is None}


def path(row: Record, by_id: dict[str, Record]) -> str:
    """The names of the resources that lead to a stack."""
    above = by_id[row["owner_id"]]
    own = row["parent_resource_name"]
    return f"{path(above, by_id)}.{own}" if above["owner_id"] else own


def states_of(story: Story) -> dict[str, str]:
    """Path → action and status, in one word."""
    return {place: f"{row['action']}_{row['status']}" for place, row in stacks_of(story).items()}


def of(story: Story, place: str) -> Story:
    """The story of a nested stack, seen from itself."""
    row, inner = stacks_of(story)[place], Story(story.deployment, story.context["project_id"])
    inner.name, inner.context = row["name"], story.context
    inner.identity = {"tenant": row["tenant"], "stack_name": row["name"], "stack_id": row["id"], "path": ""}
    return inner


def wait_for(story: Story, place: str, state: str) -> Story:
    """Wait until a nested stack is in a state, and answer its story."""
    wait_until(lambda: states_of(story).get(place) == state, PATIENCE, f"{place} to be {state}", story.explain)
    return of(story, place)


def verify_family(story: Story) -> None:
    """See that every stack of the tree is at rest, and holds what it shows."""
    story.verify_nothing_left()
    for place in stacks_of(story):
        of(story, place).verify_nothing_left()
