"""One stack's life in requests to heat-api, and what is noted of each answer.

A note is a line ``what it is of`` and a value from which is taken what no two runs have in common: both engines have to
come to the same notes. What an error says in words is the engine's own; its HTTP status and type aren't.
"""

from __future__ import annotations

import pathlib
import time
from collections import Counter
from typing import Any

import requests

from tests.differential.masks import masked, member

PATIENCE = 180.0
"""Seconds for one operation: a time limit of stacks is a minute at least, and a rollback comes after it."""
CALMS = 20.0
"""Seconds in which what still runs after an operation has failed comes to its end."""
TURNS = 10.0
"""Seconds within which a failure turns into a rollback, where that is on: Heat fails the operation first."""
FAILED = ("CREATE_FAILED", "UPDATE_FAILED")
PAUSE = 0.5
TEMPLATES = pathlib.Path(__file__).with_name("templates")
HOT = "heat_template_version: 2021-04-16\n"


def template_of(name: str) -> str:
    """The text of a template of these stories."""
    return (TEMPLATES / f"{name}.yaml").read_text()


class Web:
    """heat-api, as one user of one project."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self._headers = url, {"X-Auth-Token": token}

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """The HTTP status of a request, and its body."""
        done = requests.request(method, f"{self.url}{path}", json=body, headers=self._headers, timeout=PATIENCE)
        try:
            return done.status_code, done.json()
        except ValueError:
            return done.status_code, done.text


class Teller:
    """Tells one story. ``notes`` is what came of it, in order."""

    def __init__(self, web: Web, name: str) -> None:
        self.web, self.name = web, f"story-{name}"
        self.path = f"/stacks/{self.name}"
        self.notes: list[tuple[str, Any]] = []
        self.patience = PATIENCE
        self._ids: dict[str, str] = {}
        self._seen = Counter[str]()

    def note(self, what: str, value: Any) -> None:
        """Note a value."""
        self.notes.append((what, masked(value)))

    # --- what is asked for ----------------------------------------------------------------------------------

    def ask(self, what: str, method: str, path: str, body: Any = None) -> Any:
        """Make a request and note how it is answered; the body of what is no error."""
        status, answer = self.web.ask(method, path, body)
        if status < 400:
            self.note(what, status)
            return answer
        error = answer.get("error", {}) if isinstance(answer, dict) else {}
        self.note(what, f"{status} {error.get('type') if isinstance(error, dict) else error}")
        return None

    def begin(self, template: str, *, files: Any = None, **more: Any) -> Any:
        """Begin to create the stack."""
        body = {"stack_name": self.name, "template": template, "files": files or {}, "disable_rollback": True, **more}
        answer = self.ask("create", "POST", "/stacks", body)
        if answer:
            self.path = f"/stacks/{self.name}/{answer['stack']['id']}"
        return answer

    def create(self, template: str, *, files: Any = None, **more: Any) -> Any:
        """Create the stack and wait until that has ended."""
        answer = self.begin(template, files=files, **more)
        if answer:
            self.settle("create")
        return answer

    def update(self, template: str, *, files: Any = None, **more: Any) -> None:
        """Update it and wait."""
        self.ask("update", "PUT", self.path, {"template": template, "files": files or {}, **more})
        self.settle("update")

    def delete(self) -> None:
        """Delete it and wait."""
        self.ask("delete", "DELETE", self.path)
        self.settle("delete")

    def signal(self, resource: str, body: Any = None) -> None:
        """Signal a resource."""
        self.ask(f"signal {resource}", "POST", f"{self.path}/resources/{resource}/signal", body)

    def mark_unhealthy(self, resource: str) -> None:
        """Say that a resource isn't well."""
        body = {"mark_unhealthy": True, "resource_status_reason": "it was seen"}
        self.ask(f"mark {resource}", "PATCH", f"{self.path}/resources/{resource}", body)

    def preview(self, template: str, *, files: Any = None, **more: Any) -> Any:
        """Preview the stack."""
        body = {"stack_name": f"{self.name}-p", "template": template, "files": files or {}, **more}
        return self.ask("preview", "POST", "/stacks/preview", body)

    def validate(self, template: str, query: str = "", *, files: Any = None, **more: Any) -> Any:
        """Validate a template."""
        return self.ask("validate", "POST", f"/validate{query}", {"template": template, "files": files or {}, **more})

    # --- what is to be seen ---------------------------------------------------------------------------------

    def shown(self) -> Any:
        """The stack as it is shown; None once it is gone."""
        status, answer = self.web.ask("GET", self.path)
        return answer["stack"] if status == 200 else None

    def state(self) -> str:
        """Its state."""
        stack = self.shown()
        return stack["stack_status"] if stack and stack["stack_status"] != "DELETE_COMPLETE" else "gone"

    def rolls_back(self) -> bool:
        """Whether a failure is rolled back."""
        stack = self.shown()
        return bool(stack) and not stack["disable_rollback"]

    def settle(self, what: str) -> None:
        """Wait until nothing goes on, and note what it came to."""
        end = time.monotonic() + self.patience
        while (state := self.state()).endswith("IN_PROGRESS") and time.monotonic() < end:
            time.sleep(PAUSE)
        turns = time.monotonic() + TURNS
        while state in FAILED and self.rolls_back() and time.monotonic() < turns:
            time.sleep(PAUSE)
            state = self.state()
        while state.endswith("IN_PROGRESS") and time.monotonic() < end:
            time.sleep(PAUSE)
            state = self.state()
        self.note(f"{what} ended", state)
        calm = time.monotonic() + CALMS
        while time.monotonic() < calm and any(it["resource_status"].endswith("IN_PROGRESS") for it in self.rows()):
            time.sleep(PAUSE)

    def until(self, what: str, holds: Any) -> None:
        """Wait until something is so, and note whether it came to be."""
        end = time.monotonic() + PATIENCE
        while not (found := holds()) and time.monotonic() < end:
            time.sleep(PAUSE)
        self.note(what, bool(found))

    def outputs(self) -> None:
        """Note the outputs."""
        stack = self.shown() or {}
        found = stack.get("outputs", [])
        told = {it["output_key"]: "ERROR" if it.get("output_error") else it["output_value"] for it in found}
        self.note("outputs", told if stack else "no stack")

    def output(self, name: str) -> Any:
        """One output's value."""
        found = (self.shown() or {}).get("outputs", [])
        return next((it.get("output_value") for it in found if it["output_key"] == name), None)

    def rows(self, depth: int = 5) -> list[Any]:
        """The resources, those of nested stacks too."""
        status, answer = self.web.ask("GET", f"{self.path}/resources?nested_depth={depth}")
        return answer["resources"] if status == 200 else []

    def resources(self) -> None:
        """Note name, type and state of each resource, nested ones too."""
        told = [
            f"{member(it.get('parent_resource') or '')}/{member(it['resource_name'])} {it['resource_type']} "
            f"{it['resource_status']}"
            for it in self.rows()
        ]
        self.note("resources", sorted(told))

    def happened(self, *, inside: bool = False) -> None:
        """Note what has happened since this was asked last: which resources, nested ones too, came to which state.

        :param inside: leave out resources that are nested stacks: an update tells of each, whether it changes or not
        """
        path = f"{self.path}/events?nested_depth=5&limit=1000"
        _, answer = self.web.ask("GET", path)
        events = Counter(
            f"{member(it['resource_name'])} {it['resource_status']}"
            for it in answer.get("events", [])
            if not it["resource_status"].endswith("IN_PROGRESS") and not is_stack(it)
        )
        stacks = {it["resource_name"] for it in self.rows() if is_nested(it)} if inside else set()
        events = Counter({name: times for name, times in events.items() if name.split()[0] not in stacks})
        self.note("happened", dict(events - self._seen))
        self._seen |= events

    def others(self) -> None:
        """Note which resources are others than when this was asked last, by their physical ids."""
        now = {
            f"{it.get('parent_resource') or ''}/{it['resource_name']}": it["physical_resource_id"] for it in self.rows()
        }
        told = sorted(name for name in now if name in self._ids and self._ids[name] != now[name])
        self.note("are others now", told)
        self._ids = now

    def resource(self, name: str) -> Any:
        """One resource as it is shown."""
        status, answer = self.web.ask("GET", f"{self.path}/resources/{name}")
        return answer["resource"] if status == 200 else {}

    def metadata(self, name: str) -> Any:
        """One resource's metadata."""
        status, answer = self.web.ask("GET", f"{self.path}/resources/{name}/metadata")
        return answer["metadata"] if status == 200 else {}


def is_nested(row: Any) -> bool:
    """Whether a resource of a list is a nested stack."""
    return any(link["rel"] == "nested" for link in row["links"])


def is_stack(event: Any) -> bool:
    """Whether an event is of a stack itself, root or nested."""
    return bool(event["physical_resource_id"]) and any(
        link["rel"] == "stack" and link["href"].endswith(event["physical_resource_id"]) for link in event["links"]
    )
