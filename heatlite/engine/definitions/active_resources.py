"""Serving: of a stack's rows, the one that serves each name.

While something is replaced, rolled back or cleaned up, a name may have several rows. A name that has left the template
is there while it has a row.
"""

from __future__ import annotations

from collections.abc import Iterable

from heatlite.convergence.model import Action, Status
from heatlite.db.records import ResourceRecord

GONE = (Action.DELETE, Status.COMPLETE)


def serving(rows: Iterable[ResourceRecord], template_id: int) -> dict[str, ResourceRecord]:
    """Name → the row that serves it, in the order in which the names came into being.

    :param template_id: the stack's template
    """
    best: dict[str, ResourceRecord] = {}
    for row in rows:
        if (row.action, row.status) == GONE:
            continue
        if row.name not in best or _fitness(row, template_id) > _fitness(best[row.name], template_id):
            best[row.name] = row
    return best


def _fitness(row: ResourceRecord, template_id: int) -> tuple[bool | int, ...]:
    """The first difference decides. A row that made the template true comes before a newer one that didn't."""
    return (
        row.replaced_by is None,
        row.action is not Action.DELETE,
        row.status is not Status.FAILED,
        row.current_template_id == template_id,
        row.id,
    )
