"""The options of an operation on a stack, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class OperationOptions:
    """The options of an operation, other than its template. None leaves a setting as it is.

    ``adopts``: name → the exported data of the physical resource to adopt; None: every resource is created.
    ``converge``: visit every resource, even one that certainly hasn't changed. ``refresh``: look at the physical
    resources first, and repair those that differ; clients who ask for the first get both.
    """

    timeout_mins: int | None = None
    disable_rollback: bool | None = None
    tags: Sequence[str] | None = None
    adopts: Mapping[str, Any] | None = None
    converge: bool = False
    refresh: bool = False
