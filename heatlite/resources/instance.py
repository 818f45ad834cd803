"""Instance: all that a plugin object is made from, as one value that another process could make as well."""

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

    ``properties`` are validated ones (for an update: the new ones). ``now`` gives epoch seconds. ``random`` is
    the source of all chance. ``unknown`` is the sentinel that stands in ``properties`` for values not known yet,
    where a template is validated before its resources exist. ``mask`` gives a text without hidden values. ``files``
    are those of the template. ``reads`` are the attributes of the resource that the template reads anywhere.
    ``update_policy`` is a checked one. ``siblings`` are the stack's other resources, and ``nested`` is what the engine
    answers about nested stacks, ``software`` what it keeps of software configs; None where nothing is made: in
    validation, and in tests of other plugins. ``cloud`` is None there too, and where no keystone is configured.
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
    reads: frozenset[str] = frozenset()
    nested: NestedStacks | None = None
    cloud: Cloud | None = None
    software: Software | None = None
