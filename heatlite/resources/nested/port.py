"""The port through which a StackResource uses the engine. Arguments and results are plain values.

::

    store   template, parameters ──▶ Goal            the child's target, by content
    look    child's id ──▶ ChildView                 the child's state, as its row has it
    send    Begin ──▶ (some engine, some time)       may be lost, doubled or late
    read    child's id ──▶ outputs, attributes       of a child that is complete
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from heatlite.resources.groups.members import Member

OPERATION, TEMPLATE, CHOSEN = "operation_id", "template_id", "chosen"
"""Keys of a nested stack's resource ``data`` for the operation that it has chosen.

An engine begins only an operation that is recorded there, because anybody may have written the message that asks for
it. ``CHOSEN`` is the verb together with its operation's id. An engine that knows only the other two keys leaves there
the verb of an earlier operation.
"""


ERRORS = "output errors"
"""Key among a child's outputs: the reasons why some have no value. No output of a valid template has this name."""


class Unavailable(Exception):
    """The engine can't answer now, for a reason of its own. The step is repeated later; nothing fails."""


class Refused(Exception):
    """The database can't store the values, now or later: the step fails."""


class Verb(enum.StrEnum):
    """The action asked of a child, and the action that the child then shows."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    SUSPEND = "SUSPEND"
    RESUME = "RESUME"
    CHECK = "CHECK"

    @property
    def is_visit(self) -> bool:
        """Whether it acts on the present resources and brings no template into effect."""
        return self in (Verb.SUSPEND, Verb.RESUME, Verb.CHECK)


@dataclass(frozen=True, slots=True)
class Goal:
    """The target of a child: a stored template (which includes its environment), and what it sees of its parent."""

    template_id: int
    facade: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ChildView:
    """A child as its row has it. ``operation_id`` is the id of its current traversal."""

    operation_id: str
    action: str
    status: str
    reason: str
    is_gone: bool
    goal: Goal
    has_garbage: bool = False
    """Whether it keeps resources that its template no longer has, for a rollback of the root."""


@dataclass(frozen=True, slots=True)
class Begin:
    """An operation to begin on a child.

    ``follows``: the operation that the child must show before it; None if there must be no child yet.
    ``goal`` is None for a DELETE and for visits. ``timeout``: the limit of the child's own operation in minutes, within
    the parent's.
    """

    verb: Verb
    child_id: str
    name: str
    operation_id: str
    follows: str | None
    goal: Goal | None
    timeout: int | None = None
    waited: float = 0.0
    """Seconds since the operation was chosen."""
    collects: bool = False
    """Whether this operation also deletes what the parent's operation leaves until later."""


class NestedStacks(Protocol):
    """The engine's answers for one resource of one stack. Each method may raise ``Unavailable``."""

    def new_id(self) -> str:
        """Return a new id for an operation."""

    def leaves_garbage(self) -> bool:
        """Tell whether the parent's operation may still be rolled back; until then its children delete nothing."""

    def time_limit(self) -> float:
        """Return the time limit of an operation on the parent, in seconds."""

    def check_size(self, child_id: str, size: int, characters: int) -> None:
        """Refuse a child that would have too many resources, or too large a template, before the template is built.

        :raises StackResourceLimitExceeded: if the whole tree would have too many resources
        :raises RequestLimitExceeded: if the template would be too large
        """

    def store(
        self, template: str | Mapping[str, Any], parameters: Mapping[str, Any], child_id: str | None = None
    ) -> Goal:
        """Store the child's template, with the environment that it inherits.

        :param child_id: the child whose files are used if the template names a file that the parent no longer has
        :raises HeatliteError: if the text isn't a template
        """

    def revise(self, child_id: str, template: Mapping[str, Any]) -> Goal:
        """Store another template for an existing child; everything else stays as the child has it."""

    def look(self, child_id: str) -> ChildView | None:
        """Return the child; None if there never was one with this id."""

    def send(self, begin: Begin) -> None:
        """Ask any engine to begin an operation."""

    def template(self, child_id: str) -> dict[str, Any] | None:
        """Return the child's present template; None if there is no child."""

    def members(self, child_id: str) -> list[Member]:
        """Return the child's resources, in their present state."""

    def outputs(self, child_id: str) -> dict[str, Any]:
        """Return the values of the child's outputs; None for one without a value, with the reason under ``ERRORS``."""

    def attributes(self, child_id: str, paths: Collection[str]) -> dict[str, Any]:
        """Return attributes (``resource.NAME.attribute``) or references (``resource.NAME``) in the child."""
