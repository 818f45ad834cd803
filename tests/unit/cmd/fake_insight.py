"""The fake engine's part of heatlite's own methods: a plan of one change, and looks for drift as a test sets them."""

from __future__ import annotations

from typing import Any

from heatlite import exception

PROPERTY = {"name": "flavor", "before": "small", "after": "large", "forces_replacement": True}
CHANGE = {"resource_name": "web", "resource_type": "T", "fate": "replaced", "reason": "", "properties": [PROPERTY]}


class FakeInsight:
    """Mixed into the fake engine."""

    changes: list[dict[str, Any]] = [CHANGE]
    looks: dict[str, list[dict[str, Any]]] = {}
    looked: dict[str, Any] = {}
    digest = "d-1"
    recorded: dict[str, Any] = {
        "looked_at": "2026-12-01T10:00:00Z", "seen": 2, "unseen": 0, "left_alone": None, "repairs": [], "drift": []
    }  # fmt: skip

    def list_requirements(self, stack_identity: dict, nested_depth: int) -> list[dict]:
        found = self.find(stack_identity).resources  # type: ignore[attr-defined]
        requires = {name: [each for each in found if name in found[each]["required_by"]] for name in found}
        return [{"stack_id": stack_identity["stack_id"], "requires": requires}]

    def plan_update(self, stack_identity: dict, **request: Any) -> dict:
        return {"changes": self.changes, "digest": self.digest, **self.looked}

    def update_as_planned(self, stack_identity: dict, digest: str, template: Any, **request: Any) -> dict:
        if digest != self.digest:
            raise exception.PlanOutdated(stack_name=stack_identity["stack_name"])
        return self.update_stack(stack_identity, template, **request)  # type: ignore[attr-defined]

    def move_resource(self, stack_identity: dict, resource_name: str, target_identity: Any, new_name: Any) -> None:
        """Nothing is moved: what was sent is what a test looks at."""

    def generate_stack(self, **selected: Any) -> dict:
        resources = {"net": {"type": "OS::Neutron::Net", "properties": {"name": "größe"}}}
        template = {"heat_template_version": "2021-04-16", "resources": resources}
        adopted = {"net": {"name": "net", "resource_id": "n-1", "type": "OS::Neutron::Net"}}
        note = {"thing": "server web", "id": "s-1", "reason": "its status is ERROR"}
        return {"data": {"template": template, "resources": adopted, "files": {}}, "notes": [note]}

    def list_drifted(self, **query: Any) -> list[dict]:
        looked_at, number = self.recorded["looked_at"], len(self.recorded["drift"])
        found = self.list_stacks(**query) if number else []  # type: ignore[attr-defined]
        return [{**it, "drifted": number, "looked_at": looked_at} for it in found]

    def show_drift(self, stack_identity: dict) -> dict:
        return self.recorded

    def look_for_drift(self, stack_identity: dict, resource_name: str, going_on: Any) -> dict:
        blank = {"reason": "", "attributes": {}, "properties": {}, "progress": None, "poll_after": 0.0}
        found = self.looks.get(resource_name) or [{"finding": "same"}]
        return blank | found.pop(0)
