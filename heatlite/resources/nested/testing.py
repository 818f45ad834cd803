"""Nested stacks in memory, for tests of plugins. A sent operation ends at once, unless a test decides otherwise."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from heatlite.exception import StackResourceLimitExceeded
from heatlite.resources.groups.members import Member
from heatlite.resources.nested.port import Begin, ChildView, Goal, Verb


@dataclass
class StacksInMemory:
    """The engine's side of the port, for one resource."""

    children: dict[str, ChildView] = field(default_factory=dict)
    templates: list[tuple[Any, dict[str, Any]]] = field(default_factory=list)
    """The stored templates and parameters. A template's id is its position, from 1."""
    sent: list[Begin] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    """The outputs of every child."""
    most: int = 1000
    """The most resources that a child may have."""
    ends: str = "COMPLETE"
    """The status of every operation that is sent from now on; ``LOST``: the message is lost."""
    _ids: int = 0

    def new_id(self) -> str:
        """Return operation-1, operation-2 …"""
        self._ids += 1
        return f"operation-{self._ids}"

    def leaves_garbage(self) -> bool:
        """Return False: there is no rollback here."""
        return False

    def time_limit(self) -> float:
        """Return an hour."""
        return 3600.0

    def check_size(self, child_id: str, size: int, characters: int) -> None:
        """Refuse more members than ``most``."""
        if size > self.most:
            raise StackResourceLimitExceeded

    def store(
        self, template: str | Mapping[str, Any], parameters: Mapping[str, Any], child_id: str | None = None
    ) -> Goal:
        """Store a template; the same content is stored once."""
        content = (template, dict(parameters))
        if content not in self.templates:
            self.templates.append(content)
        return Goal(self.templates.index(content) + 1)

    def revise(self, child_id: str, template: Mapping[str, Any]) -> Goal:
        """Store another template, with the child's present parameters."""
        return self.store(template, self.templates[self.children[child_id].goal.template_id - 1][1])

    def template(self, child_id: str) -> Any:
        """Return the child's present template."""
        child = self.children.get(child_id)
        return self.templates[child.goal.template_id - 1][0] if child and not child.is_gone else None

    def members(self, child_id: str) -> list[Member]:
        """Return the resources of the template in its order; none of them ever fails."""
        template = self.template(child_id)
        names = template.get("resources") or () if isinstance(template, Mapping) else ()
        return [Member(name, created=f"{age:06}", reference=f"ref-{name}") for age, name in enumerate(names)]

    def look(self, child_id: str) -> ChildView | None:
        """Return the child; None if there never was one with this id."""
        return self.children.get(child_id)

    def send(self, begin: Begin) -> None:
        """Run the operation as an engine does: only if the child is at the operation that it follows."""
        self.sent.append(begin)
        before = self.children.get(begin.child_id)
        if self.ends == "LOST" or (before.operation_id if before else None) != begin.follows:
            return
        goal = begin.goal or (before.goal if before else Goal(0))
        is_gone = begin.verb is Verb.DELETE and self.ends == "COMPLETE"
        self.children[begin.child_id] = ChildView(begin.operation_id, begin.verb, self.ends, "", is_gone, goal)

    def outputs(self, child_id: str) -> dict[str, Any]:
        """Return the values that the test set."""
        return dict(self.values)

    def attributes(self, child_id: str, paths: Collection[str]) -> dict[str, Any]:
        """Return each path as its own value."""
        return {path: path for path in paths}
