"""OperationOptions: what a client says of an operation beside its template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heatlite.convergence.model import Action


@dataclass(frozen=True)
class OperationOptions:
    """What a client says of an operation beside its template. None leaves a setting as it is.

    ``adopts``: name → what is said of the physical resource to be taken over; None: all are made.
    ``converge``: look at every resource, also where it is certain that nothing changed.
    """

    timeout_mins: int | None = None
    disable_rollback: bool | None = None
    tags: Sequence[str] | None = None
    adopts: Mapping[str, Any] | None = None
    converge: bool = False

    @property
    def creation(self) -> Action:
        """The action of a new stack."""
        return Action.CREATE if self.adopts is None else Action.ADOPT
