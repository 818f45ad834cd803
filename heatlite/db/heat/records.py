"""Heat's rows as frozen values, decrypted."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from heatlite.db.user_creds import Credentials

Plain = Mapping[str, Any]


@dataclass(frozen=True)
class HeatTemplate:
    """A raw template with its files."""

    id: int
    template: Plain = field(repr=False)
    files: Mapping[str, str] = field(repr=False)
    environment: Plain = field(repr=False)


@dataclass(frozen=True)
class HeatResource:
    """A resource. ``properties`` and ``attributes`` are the values that Heat resolved; None when it stored none."""

    id: int
    uuid: str
    name: str
    physical_resource_id: str | None
    action: str
    status: str
    status_reason: str
    metadata: Plain
    properties: Plain | None = field(repr=False)
    attributes: Plain | None = field(repr=False)
    data: Mapping[str, str] = field(repr=False)
    requires: tuple[int, ...]
    replaced_by: int | None
    current_template_id: int | None
    created_at: datetime.datetime | None
    updated_at: datetime.datetime | None


@dataclass(frozen=True)
class HeatStack:
    """A stack with all its nested stacks. ``snapshots`` and ``events`` are rows, column → value.

    So are ``configs`` and ``deployments``: the software configs that its resources have made or name, and what was
    deployed for them.

    ``separate`` are roots of their own in Heat whose ids are physical ids of this stack's resources: an OS::Heat::Stack
    has made them, or a resource refers to them.
    """

    id: str
    name: str
    tenant: str
    username: str | None
    owner_id: str | None
    parent_resource_name: str | None
    action: str
    status: str
    status_reason: str
    timeout: int | None
    disable_rollback: bool
    nested_depth: int
    is_convergence: bool
    stack_user_project_id: str | None
    created_at: datetime.datetime | None
    updated_at: datetime.datetime | None
    template: HeatTemplate
    resources: tuple[HeatResource, ...] = ()
    children: tuple[HeatStack, ...] = ()
    separate: tuple[HeatStack, ...] = ()
    tags: tuple[str, ...] = ()
    credentials: Credentials | None = None
    snapshots: tuple[Plain, ...] = ()
    events: tuple[Plain, ...] = ()
    configs: tuple[Plain, ...] = field(default=(), repr=False)
    deployments: tuple[Plain, ...] = field(default=(), repr=False)

    def nested_in(self, owner: HeatStack, resource_name: str) -> HeatStack:
        """Return a separate stack as the nested stack of a resource, as heatlite has it."""
        return replace(
            self,
            owner_id=owner.id,
            parent_resource_name=resource_name,
            nested_depth=owner.nested_depth + 1,
            disable_rollback=True,
            credentials=None,
            children=tuple(child.below(owner.nested_depth + 2) for child in self.children),
        )

    def below(self, depth: int) -> HeatStack:
        """Return a nested stack and all stacks in it, the first of them at this depth."""
        return replace(self, nested_depth=depth, children=tuple(child.below(depth + 1) for child in self.children))

    def tree(self) -> Iterator[HeatStack]:
        """Yield the stack and all its nested stacks, each after its own nested stacks."""
        for child in self.children:
            yield from child.tree()
        yield self
