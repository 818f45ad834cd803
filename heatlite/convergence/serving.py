"""Which of a name's rows serves it: the one place where that is decided.

A name has several rows while something is replaced, rolled back or cleaned up. Three questions are asked of them. Each
leaves some rows out and has an order of merits, in which the first difference decides:

    question  asked by                         leaves out             order of merits
    ────────  ───────────────────────────────  ─────────────────────  ──────────────────────────────────────────────
    Next      begin, plan, preview:            rows in DELETE         not failed · has the wanted definition · of the
              which row is gone on with                               last complete template · not replaced · newest
    Visit     begin of SUSPEND, RESUME, CHECK  the same, and rows     as Next
              and SNAPSHOT                     that were replaced
    Now       lists, outputs, exports:         rows whose deletion    not replaced · not in DELETE · not FAILED · of
              what stands for the name         is complete            the stack's template · newest

Next puts the definition before the age, so that a rollback finds the old row. Now puts the newest attempt first, so
that a client sees the replacement that failed, and why.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from heatlite.convergence.model import Action, ResourceView, Status

Merits = tuple[bool | int, ...]


class Row(Protocol):
    """A row, whole or as the core sees it."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def action(self) -> Action: ...
    @property
    def status(self) -> Status: ...
    @property
    def replaced_by(self) -> int | None: ...
    @property
    def current_template_id(self) -> int | None: ...


AnyRow = TypeVar("AnyRow", bound=Row)


class Question(Protocol[AnyRow]):
    """A question about which row serves a name: the rows that may, and the order among them."""

    def candidates(self, rows: Collection[AnyRow], /) -> Iterable[AnyRow]:
        """Return the rows that may serve."""

    def merits(self, row: AnyRow, /) -> Merits:
        """Return the merits of a row, the most important first."""


@dataclass(frozen=True)
class Next:
    """The question which row an operation with a template goes on with.

    ``definitions``: name → hash of the definition that is wanted; ``previous_template_id``: the last template whose
    updates all completed.
    """

    definitions: Mapping[str, str]
    previous_template_id: int | None

    def candidates(self, views: Collection[ResourceView]) -> Iterable[ResourceView]:
        """Leave out rows in DELETE, even if there is no other: such a row may be gone when it is used."""
        return (view for view in views if view.action is not Action.DELETE)

    def merits(self, view: ResourceView) -> Merits:
        """Rank the definition before the age, so that a rollback finds the old row."""
        return (
            not view.has_failed,
            view.definition_hash == self.definitions.get(view.name),
            self.previous_template_id is not None and view.current_template_id == self.previous_template_id,
            view.replaced_by is None,
            view.id,
        )


@dataclass(frozen=True)
class Visit(Next):
    """The question which row an operation without a template visits.

    An update would return to a replaced row where its replacement failed; a check has to say that it failed.
    """

    def candidates(self, views: Collection[ResourceView]) -> Iterable[ResourceView]:
        """Also leave out rows that were replaced by a row that stays."""
        return super().candidates(present(views))


@dataclass(frozen=True)
class Now:
    """The question which row stands for a name at this moment; ``template_id`` is the stack's template."""

    template_id: int

    def candidates(self, rows: Collection[AnyRow]) -> Iterable[AnyRow]:
        """Leave out rows whose deletion is complete."""
        return (row for row in rows if (row.action, row.status) != (Action.DELETE, Status.COMPLETE))

    def merits(self, row: Row) -> Merits:
        """Rank a row that fulfilled the stack's template before a newer one that didn't."""
        return (
            row.replaced_by is None,
            row.action is not Action.DELETE,
            row.status is not Status.FAILED,
            row.current_template_id == self.template_id,
            row.id,
        )


def present(views: Collection[ResourceView]) -> list[ResourceView]:
    """Return the rows that weren't replaced by a row that stays."""
    staying = {view.id for view in views if view.action is not Action.DELETE}
    return [view for view in views if view.replaced_by not in staying]


def serving(rows: Collection[AnyRow], question: Question[AnyRow]) -> dict[str, AnyRow]:
    """Return name → the row that serves it, in the order in which the names came into being."""
    by_name: dict[str, list[AnyRow]] = {}
    for row in question.candidates(rows):
        by_name.setdefault(row.name, []).append(row)
    return {name: max(found, key=question.merits) if found[1:] else found[0] for name, found in by_name.items()}


def active_rows(rows: Iterable[AnyRow], template_id: int) -> dict[str, AnyRow]:
    """Return name → the row that stands for it now, in the order in which the names came into being.

    A name that has left the template is included as long as it has a row.

    :param template_id: the stack's template
    """
    return serving(list(rows), Now(template_id))
