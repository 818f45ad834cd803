"""For tests of plugins: nested stacks in memory. What is sent is done at once, unless a test says otherwise."""

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
    """What was stored: template and parameters. A template's id is its place, from 1."""
    sent: list[Begin] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    """The outputs of every child."""
    most: int = 1000
    """The resources that a child may have."""
    ends: str = "COMPLETE"
    """The status of whatever is sent from now on; ``LOST``: it never arrives."""
    _ids: int = 0

    def new_id(self) -> str:
        """operation-1, operation-2 …"""
        self._ids += 1
        return f"operation-{self._ids}"

    def leaves_garbage(self) -> bool:
        """There is no rollback here."""
        return False

    def time_limit(self) -> float:
        """An hour."""
        return 3600.0

    def check_size(self, child_id: str, size: int, characters: int) -> None:
        """Refuse more members than ``most``."""
        if size > self.most:
            raise StackResourceLimitExceeded

    def store(
        self, template: str | Mapping[str, Any], parameters: Mapping[str, Any], child_id: str | None = None
    ) -> Goal:
        """The same content is stored once."""
        content = (template, dict(parameters))
        if content not in self.templates:
            self.templates.append(content)
        return Goal(self.templates.index(content) + 1)

    def revise(self, child_id: str, template: Mapping[str, Any]) -> Goal:
        """Another template, with the parameters that the child has."""
        return self.store(template, self.templates[self.children[child_id].goal.template_id - 1][1])

    def template(self, child_id: str) -> Any:
        """The template that the child has now."""
        child = self.children.get(child_id)
        return self.templates[child.goal.template_id - 1][0] if child and not child.is_gone else None

    def members(self, child_id: str) -> list[Member]:
        """The resources of its template, none of which ever fails, in the order in which they stand there."""
        template = self.template(child_id)
        names = template.get("resources") or () if isinstance(template, Mapping) else ()
        return [Member(name, created=f"{age:06}", reference=f"ref-{name}") for age, name in enumerate(names)]

    def look(self, child_id: str) -> ChildView | None:
        """The child, if there ever was one of this id."""
        return self.children.get(child_id)

    def send(self, begin: Begin) -> None:
        """Do it, as an engine does: only where the child is at what the operation follows."""
        self.sent.append(begin)
        before = self.children.get(begin.child_id)
        if self.ends == "LOST" or (before.operation_id if before else None) != begin.follows:
            return
        goal = begin.goal or (before.goal if before else Goal(0))
        is_gone = begin.verb is Verb.DELETE and self.ends == "COMPLETE"
        self.children[begin.child_id] = ChildView(begin.operation_id, begin.verb, self.ends, "", is_gone, goal)

    def outputs(self, child_id: str) -> dict[str, Any]:
        """The values that the test gave."""
        return dict(self.values)

    def attributes(self, child_id: str, paths: Collection[str]) -> dict[str, Any]:
        """Each path as its own value."""
        return {path: path for path in paths}
