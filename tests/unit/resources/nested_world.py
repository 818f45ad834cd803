"""Nested stacks in memory, for plugins that are made of one: what is sent is done when the test says so."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping
from typing import Any

from heatlite.resources.base import Resource
from heatlite.resources.groups.members import Member
from heatlite.resources.instance import Instance
from heatlite.resources.nested.port import Begin
from heatlite.resources.nested.testing import StacksInMemory
from heatlite.resources.outcomes import Waiting
from heatlite.resources.steps import poll, start
from heatlite.resources.testing import FakeClock, carried, instance_of


class NestedWorld(StacksInMemory):
    """One child. ``history`` has the templates that it was made of, ``failed`` the members that fail."""

    def __init__(self) -> None:
        super().__init__()
        self.history: list[dict[str, Any]] = []
        self.failed: set[str] = set()
        self._ages: dict[str, int] = {}

    def send(self, begin: Begin) -> None:
        super().send(begin)
        made = self.template(begin.child_id)
        if made is not None and (not self.history or self.history[-1] != made):
            self.history.append(made)
            ages = itertools.count(max(self._ages.values(), default=0) + 1)
            self._ages = {name: self._ages.get(name) or next(ages) for name in made["resources"]}

    def outputs(self, child_id: str) -> dict[str, Any]:
        names = list(self._ages)
        references = {name: f"ref-{name}" for name in names}
        return {"names": names, "refs_map": references, "members": {name: {"output": f"of-{name}"} for name in names}}

    def members(self, child_id: str) -> list[Member]:
        return [Member(name, name in self.failed, f"{age:06}", f"ref-{name}") for name, age in self._ages.items()]

    def versions(self) -> list[dict[str, Any]]:
        """For each template that the child was made of: member → its property ``value``."""
        return [{name: it["properties"]["value"] for name, it in made["resources"].items()} for made in self.history]


@dataclasses.dataclass
class Group:
    """A group under test, from step to step."""

    plugin: type[Resource]
    world: NestedWorld = dataclasses.field(default_factory=NestedWorld)
    clock: FakeClock = dataclasses.field(default_factory=FakeClock)
    instance: Instance | None = None

    def run(self, action: str, properties: Mapping[str, Any], policy: Mapping[str, Any] = {}, **diff: Any) -> Any:
        """Run an action to its end; what it came to."""
        facts: dict[str, Any] = {"nested": self.world, "update_policy": policy}
        fresh = instance_of(self.plugin, properties, self.clock, **facts)
        if self.instance is not None:
            fresh = dataclasses.replace(fresh, resource_id=self.instance.resource_id, data=self.instance.data)
        outcome = start(self.plugin(fresh), action, *((diff,) if action == "UPDATE" else ()))
        while isinstance(outcome, Waiting):
            self.clock.advance(max(outcome.poll_after, 0.001))
            fresh = carried(fresh, outcome)
            outcome = poll(self.plugin(fresh), action, outcome.progress)
        self.instance = carried(fresh, outcome)
        return outcome
