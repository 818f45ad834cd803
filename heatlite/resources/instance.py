"""Instance: everything that a plugin object is made from, as one value, so that any process can make the object."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from heatlite.resources.cloud import Cloud
from heatlite.resources.nested.port import NestedStacks
from heatlite.resources.properties import NOTHING
from heatlite.resources.siblings import Siblings
from heatlite.resources.software.port import Software


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One resource as its row and its template have it at the start of a step.

    ``properties`` are validated (for an update: the new ones). ``now`` returns epoch seconds. ``random`` is the only
    source of randomness. ``unknown`` is the sentinel in ``properties`` for values that aren't known yet, because a
    template is validated before its resources exist. ``mask`` removes hidden values from a text. ``files`` are the
    files of the template, and ``parameters`` the values of the stack's parameters. ``reads`` are the
    attributes of the resource that the template reads anywhere. ``update_policy`` has been checked.
    ``siblings`` are the other resources of the stack. ``nested`` is the engine's
    port for nested stacks, ``software`` the one for software configs; both are None in validation, where nothing is
    made, and in tests of other plugins. ``cloud`` is None there too, and if no keystone is configured.
    """

    name: str
    uuid: str
    stack_name: str
    stack_id: str
    now: Callable[[], float]
    random: random.Random
    type_name: str = ""
    project_id: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    resource_id: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    unknown: Any = NOTHING
    mask: Callable[[str], str] = str
    siblings: Siblings | None = None
    update_policy: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    reads: frozenset[str] = frozenset()
    nested: NestedStacks | None = None
    cloud: Cloud | None = None
    software: Software | None = None
