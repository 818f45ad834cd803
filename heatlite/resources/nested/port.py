"""The port: what a StackResource may ask of the engine. Values go in and out; the engine knows how.

::

    store   template, parameters ──▶ Goal            what the child is to be, by content
    look    child's id ──▶ ChildView                 where it stands, as its row says
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
"""What a resource that is a nested stack records of the operation that it has chosen, in its ``data``. An engine begins
no operation that isn't recorded so: what comes in a message may have been written by anybody. ``CHOSEN`` is the verb,
with the operation that it is of: engines that knew only the other two keys leave it as an operation before had it."""

ERRORS = "output errors"
"""Among a child's outputs: why those have no value that have none. No output has such a name in a good template."""


class Unavailable(Exception):
    """The engine can't answer now, for a reason of its own: the same step is to be run again, and fails nothing."""


class Refused(Exception):
    """The database doesn't take what was to be stored, and never will: the step fails."""


class Verb(enum.StrEnum):
    """What is asked of a child. Its values are the actions that the child then shows."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    SUSPEND = "SUSPEND"
    RESUME = "RESUME"
    CHECK = "CHECK"

    @property
    def is_visit(self) -> bool:
        """Whether it makes no template true, and is done to what there is."""
        return self in (Verb.SUSPEND, Verb.RESUME, Verb.CHECK)


@dataclass(frozen=True, slots=True)
class Goal:
    """What a child is to be: a stored template (its environment is part of it), and what it sees of its parent."""

    template_id: int
    facade: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ChildView:
    """A child as its row shows it. ``operation_id`` is the id of its current traversal."""

    operation_id: str
    action: str
    status: str
    reason: str
    is_gone: bool
    goal: Goal
    has_garbage: bool = False
    """It keeps what its template no longer has, for a rollback of the root."""


@dataclass(frozen=True, slots=True)
class Begin:
    """An operation to be begun on a child.

    ``follows``: the operation that the child must show for that, None where there must be no child yet.
    ``goal`` is None for a DELETE and for visits. ``timeout``: minutes that the child's own operation may take, within
    the parent's.
    """

    verb: Verb
    child_id: str
    name: str
    operation_id: str
    follows: str | None
    goal: Goal | None
    timeout: int | None = None
    collects: bool = False
    """Whatever the parent's operation leaves until later, this one collects."""


class NestedStacks(Protocol):
    """What the engine answers for one resource of one stack. Any of it may raise ``Unavailable``."""

    def new_id(self) -> str:
        """An id for an operation."""

    def leaves_garbage(self) -> bool:
        """Whether the parent's operation may still be rolled back, so that children delete nothing before that."""

    def time_limit(self) -> float:
        """Seconds that an operation on the parent may take."""

    def check_size(self, child_id: str, size: int, characters: int) -> None:
        """Refuse a child that would have too many resources, or too large a template, before that is built.

        :raises StackResourceLimitExceeded: where the whole tree would have too many resources
        :raises RequestLimitExceeded: where the template would be too large
        """

    def store(
        self, template: str | Mapping[str, Any], parameters: Mapping[str, Any], child_id: str | None = None
    ) -> Goal:
        """Store the child's template, with the environment that it inherits.

        :param child_id: the child whose files serve where the parent no longer has one that the template names
        :raises HeatliteError: where the text is no template
        """

    def revise(self, child_id: str, template: Mapping[str, Any]) -> Goal:
        """Store another template for a child that is there, with all else that it has now."""

    def look(self, child_id: str) -> ChildView | None:
        """The child, if there ever was one of this id."""

    def send(self, begin: Begin) -> None:
        """Ask some engine to begin an operation."""

    def template(self, child_id: str) -> dict[str, Any] | None:
        """The template that the child has now; None where there is no child."""

    def members(self, child_id: str) -> list[Member]:
        """The child's resources, as they are now."""

    def outputs(self, child_id: str) -> dict[str, Any]:
        """The values of the child's outputs; None for one that can't be had, and why under ``ERRORS``."""

    def attributes(self, child_id: str, paths: Collection[str]) -> dict[str, Any]:
        """Attributes of the child's resources: ``resource.NAME.attribute``, or ``resource.NAME`` for its reference."""
