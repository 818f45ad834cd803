"""Stories: what happens to a stack, told in verbs.

story.create(hot(a=resource("x"), b=resource("y", depends_on="a")))
story.settle("CREATE_COMPLETE")
story.update(…)
story.verify("a", "b")
"""

from __future__ import annotations

import itertools
import uuid
from typing import Any

from heatlite.rpc.engine_client import Identity, Record
from heatlite.rpc.queries import EventQuery
from tests.deployment import Deployment
from tests.waiting import wait_until

PATIENCE = 120.0
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


class Story:
    """One stack's life."""

    def __init__(self, deployment: Deployment, project: str | None = None) -> None:
        self.deployment = deployment
        self.client = deployment.client
        self.context = {"project_id": project or f"project-{uuid.uuid4()}", "username": "tester"}
        self.name = f"story-{next(_numbers)}"
        self.identity: Identity = {}

    def create(self, template: Template, *, rollback: bool = False, **args: Any) -> None:
        """Begin to create the stack."""
        self.identity = self.client.create_stack(
            self.context, self.name, template, params_of(args), {}, {"disable_rollback": not rollback, **args}
        )

    def update(self, template: Template, **args: Any) -> None:
        """Begin to update it."""
        self.client.update_stack(self.context, self.identity, template, params_of(args), {}, args)

    def delete(self) -> None:
        """Begin to delete it."""
        self.client.delete_stack(self.context, self.identity)

    def show(self, **arguments: Any) -> Record:
        """The stack as the API shows it."""
        return self.client.show_stack(self.context, self.identity, **arguments)[0]

    def state(self) -> str:
        """Action and status, in one word."""
        stack = self.show(resolve_outputs=False)
        return f"{stack['stack_action']}_{stack['stack_status']}"

    def settle(self, state: str, seconds: float = PATIENCE) -> Record:
        """Wait until the operation has ended, and see that it ended so."""
        wait_until(lambda: not self.state().endswith("IN_PROGRESS"), seconds, f"{self.name} to settle", self.explain)
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

    def explain(self) -> str:
        """Where everything stands, for whoever reads a failure."""
        lines = [f"{self.state()}"]
        for name, it in self.resources().items():
            state = f"{it['resource_action']}_{it['resource_status']}"
            lines.append(f"  {name}: {state} {it['resource_status_reason']}")
        return "\n".join(lines)


def params_of(args: dict[str, Any]) -> Record:
    """The environment for the parameters that a story names with ``parameters=``."""
    return {"parameters": args.pop("parameters", {})}
