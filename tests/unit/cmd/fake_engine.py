"""An engine in memory for tests of the command line: real argument and reply shapes, time from a fake clock.

A resource takes ``properties.seconds`` of the clock and then fails with ``properties.fail`` if that is given::

    resources: {a: {type: T, properties: {seconds: 3}}, b: {type: T, properties: {fail: no luck}}}
"""

from __future__ import annotations

from typing import Any

from heatlite import exception
from heatlite.rpc.engine_client import EngineClient
from tests.unit.cmd.fake_catalogue import FakeCatalogue
from tests.unit.cmd.fake_insight import FakeInsight

EPOCH = "2026-11-20T22:00:{:02}Z"


class FakeClock:
    """A clock that goes on only by sleeping; ``interrupt_at`` is the moment at which Ctrl-C is pressed."""

    def __init__(self, interrupt_at: float | None = None) -> None:
        self.now, self.interrupt_at = 0.0, interrupt_at

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds
        if self.interrupt_at is not None and self.now >= self.interrupt_at:
            raise KeyboardInterrupt


class FakeStack:
    """A stack, its history of events, and what its operation will do when."""

    def __init__(self, number: int, name: str, project: str) -> None:
        self.identity = {"tenant": project, "stack_name": name, "stack_id": f"id-{number}", "path": ""}
        self.action, self.status, self.reason = "INIT", "COMPLETE", ""
        self.resources: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        self.agenda: list[tuple[float, str, str, str]] = []  # moment, resource, status, reason
        self.request: dict[str, Any] = {}


class FakeEngine(FakeCatalogue, FakeInsight):
    """A ``Caller``: what each method got is in ``calls``; ``silent`` calls from now on are not answered."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock, self.stacks = clock, dict[str, FakeStack]()
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        self.contexts: list[dict[str, Any]] = []
        self.inside: dict[str, list[dict[str, Any]]] = {}
        self.deployed: dict[str, Any] = {}
        self.silent = 0

    def call(self, context: dict[str, Any], method: str, version: str, timeout: float | None, **arguments: Any) -> Any:
        self.calls.append((method, version, arguments))
        self.contexts.append(context)
        if self.silent:
            self.silent -= 1
            raise exception.NoAnswer(method=method, why="nobody is there")
        self.advance()
        self.context = context
        return getattr(self, method.rpartition(".")[2])(**arguments)

    def last(self, method: str) -> dict[str, Any]:
        """The arguments of the latest call of a method."""
        return [arguments for name, _, arguments in self.calls if name == method][-1]

    def in_progress(self) -> int:
        self.advance()
        return sum(stack.status == "IN_PROGRESS" for stack in self.stacks.values())

    # --- the API ----------------------------------------------------------------------------------------------

    def create_stack(self, stack_name: str, template: dict, **request: Any) -> dict:
        if stack_name in self.stacks:
            raise exception.StackExists(stack_name=stack_name)
        stack = FakeStack(len(self.stacks) + 1, stack_name, self.context["project_id"])
        self.stacks[stack_name] = stack
        return self.begin(stack, "CREATE", template, request)

    def update_stack(self, stack_identity: dict, template: dict | None, **request: Any) -> dict:
        return self.begin(self.find(stack_identity), "UPDATE", template or {}, request)

    def delete_stack(self, stack_identity: dict) -> None:
        stack = self.find(stack_identity)
        self.begin(stack, "DELETE", {"resources": {name: {} for name in stack.resources}}, {})

    def stack_suspend(self, stack_identity: dict) -> None:
        self.begin(self.find(stack_identity), "SUSPEND", {}, {})

    def stack_resume(self, stack_identity: dict) -> None:
        self.begin(self.find(stack_identity), "RESUME", {}, {})

    def stack_check(self, stack_identity: dict) -> None:
        self.begin(self.find(stack_identity), "CHECK", {}, {})

    def identify_stack(self, stack_name: str) -> dict:
        for stack in self.stacks.values():
            if stack_name in (stack.identity["stack_name"], stack.identity["stack_id"]):
                return stack.identity
        raise exception.EntityNotFound(entity="Stack", name=stack_name)

    def show_stack(self, stack_identity: dict, resolve_outputs: bool) -> list[dict]:
        stack = self.find(stack_identity)
        more = {"parameters": {"OS::stack_name": "x"}, "template_description": "", "tags": ["a"]}
        if resolve_outputs:
            more["outputs"] = [{"output_key": "ip", "output_value": ["10.0.0.1"], "description": "an address"}]
        return [self.summary(stack) | more]

    def list_stacks(self, filters: dict | None, limit: int | None, **query: Any) -> list[dict]:
        wanted = filters or {}
        found = [self.summary(stack) for stack in self.stacks.values()]
        return [stack for stack in found if wanted.get("name") in (None, stack["stack_name"])][:limit]

    def list_stack_resources(self, stack_identity: dict, **query: Any) -> list[dict]:
        inner = self.inside.get(stack_identity["stack_id"])
        return list(self.find(stack_identity).resources.values()) if inner is None else inner

    def show_software_deployment(self, deployment_id: str) -> dict:
        return {"id": deployment_id, "output_values": self.deployed}

    def get_revision(self) -> str:
        return "1.2.3"

    def describe_stack_resource(self, stack_identity: dict, resource_name: str, with_attr: Any) -> dict:
        resource = self.find(stack_identity).resources[resource_name]
        return resource | {"attributes": {"output": "o"}, "metadata": {"tier": "db"}}

    def resource_signal(self, stack_identity: dict, **signal: Any) -> None:
        self.find(stack_identity)

    def resource_mark_unhealthy(self, stack_identity: dict, **mark: Any) -> None:
        self.find(stack_identity)

    def list_events(
        self,
        stack_identity: dict,
        marker: str | None,
        limit: int | None,
        sort_dir: str | None,
        filters: dict | None,
        **query: Any,
    ) -> list[dict]:
        events = [event for event in self.find(stack_identity).events if chosen(event, filters or {})]
        ids = [event["event_identity"]["path"].rpartition("/")[2] for event in events]
        events = events[ids.index(marker) + 1 :] if marker else events
        return (events if sort_dir == "asc" else events[::-1])[:limit]

    def list_outputs(self, stack_identity: dict) -> list[dict]:
        return [{"output_key": "ip", "description": "an address"}]

    def show_output(self, stack_identity: dict, output_key: str) -> dict:
        if output_key == "broken":
            return {"output_key": "broken", "description": "", "output_error": "no such attribute"}
        return {"output_key": output_key, "output_value": ["10.0.0.1"], "description": "an address"}

    def list_services(self) -> list[dict]:
        return [{"engine_id": "e-1", "hostname": "h", "binary": "heat-engine", "status": "up", "id": 1}]

    # --- what happens inside ------------------------------------------------------------------------------------

    def find(self, identity: dict) -> FakeStack:
        for stack in self.stacks.values():
            if stack.identity["stack_id"] == identity["stack_id"]:
                return stack
        raise exception.EntityNotFound(entity="Stack", name=identity["stack_name"])

    def begin(self, stack: FakeStack, action: str, template: dict, request: dict) -> dict:
        stack.request = request | {"template": template}
        ends = self.clock.now
        failure = ""
        for name, definition in template.get("resources", {}).items():
            properties = definition.get("properties", {})
            stack.resources.setdefault(name, self.resource(stack, name, definition.get("type", "T")))
            moment = self.clock.now + properties.get("seconds", 0)
            status = "FAILED" if "fail" in properties else "COMPLETE"
            failure = failure or properties.get("fail", "")
            stack.agenda.append((self.clock.now, name, "IN_PROGRESS", "state changed"))
            stack.agenda.append((moment, name, status, properties.get("fail", "state changed")))
            ends = max(ends, moment)
        self.event(stack, None, action, "IN_PROGRESS", f"Stack {action} started")
        final = ("FAILED", failure) if failure else ("COMPLETE", f"Stack {action} completed successfully")
        stack.agenda.append((ends, "", *final))
        stack.agenda.sort(key=lambda item: (item[0], item[1] == "", item[2] != "IN_PROGRESS"))
        return stack.identity

    def advance(self) -> None:
        for stack in list(self.stacks.values()):
            while stack.agenda and stack.agenda[0][0] <= self.clock.now:
                _, name, status, reason = stack.agenda.pop(0)
                self.event(stack, name or None, stack.action, status, reason)
            if (stack.action, stack.status) == ("DELETE", "COMPLETE"):
                del self.stacks[stack.identity["stack_name"]]

    def event(self, stack: FakeStack, name: str | None, action: str, status: str, reason: str) -> None:
        if name is None:
            stack.action, stack.status, stack.reason = action, status, reason
        else:
            change = {"resource_action": action, "resource_status": status, "resource_status_reason": reason}
            stack.resources[name] |= change
        number = len(stack.events) + 1
        resource_name = name or stack.identity["stack_name"]
        stack.events.append(
            {
                "event_identity": stack.identity | {"path": f"/resources/{resource_name}/events/e{number}"},
                "event_time": EPOCH.format(int(self.clock.now) % 60),
                "physical_resource_id": f"p-{name}" if name else stack.identity["stack_id"],
                "resource_action": action,
                "resource_name": resource_name,
                "resource_status": status,
                "resource_status_reason": reason,
                "resource_type": "T" if name else "OS::Heat::Stack",
                "stack_identity": stack.identity,
                "stack_name": stack.identity["stack_name"],
            }
        )

    def resource(self, stack: FakeStack, name: str, resource_type: str) -> dict[str, Any]:
        return {
            "creation_time": EPOCH.format(0),
            "physical_resource_id": f"p-{name}",
            "required_by": [],
            "resource_action": "INIT",
            "resource_identity": stack.identity | {"path": f"/resources/{name}"},
            "resource_name": name,
            "resource_status": "COMPLETE",
            "resource_status_reason": "",
            "resource_type": resource_type,
            "stack_identity": stack.identity,
            "stack_name": stack.identity["stack_name"],
            "updated_time": EPOCH.format(0),
        }

    def summary(self, stack: FakeStack) -> dict[str, Any]:
        return {
            "creation_time": EPOCH.format(0),
            "deletion_time": None,
            "description": "No description",
            "parent": None,
            "stack_action": stack.action,
            "stack_identity": stack.identity,
            "stack_name": stack.identity["stack_name"],
            "stack_owner": self.context["username"],
            "stack_status": stack.status,
            "stack_status_reason": stack.reason,
            "updated_time": None,
        }


def chosen(event: dict[str, Any], filters: dict[str, str]) -> bool:
    """Whether an event is of a resource and has an id, as far as that is asked for."""
    known = {"resource_name": event["resource_name"], "uuid": event["event_identity"]["path"].rpartition("/")[2]}
    return all(known.get(key, value) == value for key, value in filters.items())


class FakeSession:
    """A session with a fake engine; an embedded one counts its unfinished operations."""

    def __init__(self, engine: FakeEngine, embedded: bool) -> None:
        self.client, self.embedded, self.engine = EngineClient(engine), embedded, engine
        self.closed = False

    def unfinished(self) -> int:
        return self.engine.in_progress() if self.embedded else 0

    def resume(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True
