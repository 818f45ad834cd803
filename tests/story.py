"""Stories: what happens to a stack, told in verbs.

story.create(hot(a=resource("x"), b=resource("y", depends_on="a")))
story.settle("CREATE_COMPLETE")
story.update(hot(a=slow("update", "y")))
story.step_until("a", "UPDATE_IN_PROGRESS")
story.delete()
…
story.verify_nothing_left()
"""

from __future__ import annotations

import itertools
import uuid
from typing import Any

import sqlalchemy as sa

from heatlite.context import EngineContext
from heatlite.db import models
from heatlite.rpc.engine_client import Identity, Record
from heatlite.rpc.queries import EventQuery
from tests.deployment import Deployment
from tests.waiting import PATIENCE, wait_until

HELD = 1.0
"""Seconds for which a slow action holds a resource: time enough for a story to do something meanwhile."""
Template = dict[str, Any]
_numbers = itertools.count(1)


def hot(parameters: Template | None = None, outputs: Template | None = None, /, **resources: Template) -> Template:
    """A template with these resources."""
    template: Template = {"heat_template_version": "2021-04-16", "resources": resources}
    if parameters:
        template["parameters"] = parameters
    if outputs:
        template["outputs"] = outputs
    return template


def resource(value: object = "", depends_on: str | list[str] | None = None, **properties: Any) -> Template:
    """An OS::Heat::TestResource; what it is given is its value."""
    written: Template = {"type": "OS::Heat::TestResource", "properties": {"value": value, **properties}}
    if depends_on:
        written["depends_on"] = depends_on
    return written


def slow(
    action: str, value: object = "", depends_on: str | list[str] | None = None, seconds: float = HELD, **properties: Any
) -> Template:
    """The same, but one action (``create``, ``update``, ``suspend`` …) holds it for so many seconds."""
    return resource(value, depends_on, action_wait_secs={action: seconds}, **properties)


class Story:
    """One stack's life. ``patience``: how many seconds an operation may take until the story is given up."""

    patience = PATIENCE

    def __init__(self, deployment: Deployment, project: str | None = None) -> None:
        self.deployment = deployment
        self.client = deployment.client
        self.context = {"project_id": project or f"project-{uuid.uuid4()}", "username": "tester"}
        self.name = f"story-{next(_numbers)}"
        self.identity: Identity = {}

    def create(self, template: Template, *, rollback: bool = False, **args: Any) -> None:
        """Begin to create the stack."""
        self.identity = self.client.create_stack(
            self.context,
            self.name,
            template,
            params_of(args),
            args.pop("files", {}),
            {"disable_rollback": not rollback, **args},
        )

    def update(self, template: Template, **args: Any) -> None:
        """Begin to update it."""
        self.client.update_stack(self.context, self.identity, template, params_of(args), args.pop("files", {}), args)

    def delete(self) -> None:
        """Begin to delete it."""
        self.client.delete_stack(self.context, self.identity)

    def cancel(self, *, rollback: bool) -> None:
        """Cancel the update, or the create."""
        self.client.stack_cancel_update(self.context, self.identity, rollback)

    def suspend(self) -> None:
        """Begin to suspend it."""
        self.client.stack_suspend(self.context, self.identity)

    def resume(self) -> None:
        """Begin to resume it."""
        self.client.stack_resume(self.context, self.identity)

    def check(self) -> None:
        """Begin to look whether its resources are as they should be."""
        self.client.stack_check(self.context, self.identity)

    def snapshot(self, name: str = "then") -> str:
        """Begin to take a snapshot; its id."""
        return self.client.stack_snapshot(self.context, self.identity, name)["id"]

    def restore(self, snapshot_id: str) -> None:
        """Begin to restore it."""
        self.client.stack_restore(self.context, self.identity, snapshot_id)

    def abandon(self) -> Record:
        """Abandon it; what it was."""
        return self.client.abandon_stack(self.context, self.identity)

    def adopt(self, data: Record, **args: Any) -> None:
        """Begin to make the stack of what another was."""
        self.create(data["template"], files=data["files"], adopt_stack_data=data, **args)

    def show(self, **arguments: Any) -> Record:
        """The stack as the API shows it."""
        return self.client.show_stack(self.context, self.identity, **arguments)[0]

    def state(self) -> str:
        """Action and status, in one word."""
        stack = self.show(resolve_outputs=False)
        return f"{stack['stack_action']}_{stack['stack_status']}"

    def settle(self, state: str, seconds: float | None = None) -> Record:
        """Wait until the operation has ended, and see that it ended so."""
        is_over = lambda: not self.state().endswith("IN_PROGRESS")  # noqa: E731
        wait_until(is_over, self.patience if seconds is None else seconds, f"{self.name} to settle", self.explain)
        stack = self.show()
        ended = f"{stack['stack_action']}_{stack['stack_status']}"
        assert ended == state, f"{ended}: {stack['stack_status_reason']}\n{self.explain()}"
        return stack

    def resources(self) -> dict[str, Record]:
        """The stack's resources by name."""
        return {it["resource_name"]: it for it in self.client.list_stack_resources(self.context, self.identity)}

    def physical_ids(self) -> dict[str, str]:
        """What stands behind each name."""
        return {name: it["physical_resource_id"] for name, it in self.resources().items()}

    def verify(self, *names: str) -> None:
        """See that these resources are there, complete, and no others."""
        found = self.resources()
        assert set(found) == set(names)
        assert {it["resource_status"] for it in found.values()} <= {"COMPLETE"}

    def events(self) -> list[Record]:
        """The stack's events, oldest first."""
        return self.client.list_events(self.context, self.identity, EventQuery(sort_dir="asc"))

    def order(self, action: str, status: str = "COMPLETE") -> list[str]:
        """The names of resources in the order in which they reached this state."""
        return [
            it["resource_name"]
            for it in self.events()
            if (it["resource_action"], it["resource_status"]) == (action, status) and it["resource_name"] != self.name
        ]

    def told(self) -> list[str]:
        """The events as ``web CREATE_COMPLETE``, oldest first; the stack's own name there is ``stack``."""
        return [
            f"{'stack' if it['resource_name'] == self.name else it['resource_name']} "
            f"{it['resource_action']}_{it['resource_status']}"
            for it in self.events()
        ]

    def step_until(self, name: str, state: str) -> None:
        """Wait until a resource has come to this state in the newest operation."""
        wait_until(lambda: f"{name} {state}" in newest(self.told()), self.patience, f"{name} {state}", self.explain)

    def verify_told(self, *expected: str) -> None:
        """See that these events happened in this order, whatever else happened between them."""
        told = self.told()
        rest = iter(told)
        for event in expected:
            assert event in rest, f"{event!r} isn't told where it belongs in {told}"

    def value(self, name: str) -> str:
        """What a resource was given last."""
        return self.client.describe_stack_resource(self.context, self.identity, name)["attributes"]["output"]

    def world(self) -> set[str]:
        """What physically exists: the ids that came into being and weren't deleted.

        The event of a failed creation has the physical name, also where nothing was made: it counts where a row has it.
        """
        made, deleted, recorded = set(), set(), set(self.physical_ids().values())
        for it in self.events():
            if it["resource_name"] != self.name and it["resource_status"] != "IN_PROGRESS":
                happened = it["resource_action"], it["resource_status"]
                if happened == ("CREATE", "FAILED") and it["physical_resource_id"] not in recorded:
                    continue
                gone = happened == ("DELETE", "COMPLETE")
                (deleted if gone else made).add(it["physical_resource_id"])
        return made - deleted - {None}

    def verify_nothing_left(self) -> None:
        """See that physically there is what the stack shows, and that neither sync points nor locks are left.

        An operation that failed is over at once, but what was running then still ends: this waits for it.
        """
        wait_until(lambda: not any(self.left()), self.patience, "sync points and locks to go", self.explain)
        assert self.world() == {it for it in self.physical_ids().values() if it}, self.told()

    def left(self) -> tuple[int, int, int]:
        """How many sync points, locked rows and rows in progress the stack has."""
        stack_id, row = self.identity["stack_id"], models.resource.c
        points = sa.select(sa.func.count()).where(models.sync_point.c.stack_id == stack_id)
        rows = sa.select(sa.func.count()).where(row.stack_id == stack_id)
        database = self.deployment.database
        with database.reader(EngineContext(database)) as connection:
            counts = [points, rows.where(row.engine_id.is_not(None)), rows.where(row.status == "IN_PROGRESS")]
            found = [connection.execute(count).scalar_one() for count in counts]
        return found[0], found[1], found[2]

    def explain(self) -> str:
        """Where everything stands, for whoever reads a failure."""
        lines = [f"{self.state()}, left: {self.left()}"]
        for name, it in self.resources().items():
            state = f"{it['resource_action']}_{it['resource_status']}"
            lines.append(f"  {name}: {state} {it['resource_status_reason']}")
        return "\n".join(lines)


def vanish(story: Story, *names: str) -> None:
    """What stands behind these names is there no more, and nobody has told the stack."""
    row, database = models.resource, story.deployment.database
    of_stack = (row.c.stack_id == story.identity["stack_id"], row.c.name.in_(names))
    with database.writer(EngineContext(database)) as connection:
        connection.execute(sa.update(row).where(*of_stack).values(physical_resource_id=None))


def newest(told: list[str]) -> list[str]:
    """Of what is told, that which is part of the newest operation that a client asked for."""
    begun = [at for at, event in enumerate(told) if event.startswith("stack ") and event.endswith("IN_PROGRESS")]
    return told[begun[-1] :]


def params_of(args: dict[str, Any]) -> Record:
    """The environment for what a story names with ``parameters=``, ``registry=`` and ``environment=``."""
    named = {"parameters": args.pop("parameters", {}), "resource_registry": args.pop("registry", {})}
    return {**named, **args.pop("environment", {})}
