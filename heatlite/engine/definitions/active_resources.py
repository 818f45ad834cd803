"""Find the active row of each name in a stack. ``convergence.serving`` decides which row that is.

A name that has left the template is included as long as it has a row.
"""

from __future__ import annotations

from collections.abc import Iterable

from heatlite.convergence.serving import Now, serving
from heatlite.db.records import ResourceRecord


def active_rows(rows: Iterable[ResourceRecord], template_id: int) -> dict[str, ResourceRecord]:
    """Return name → the row that serves it, in the order in which the names came into being.

    :param template_id: the stack's template
    """
    return serving(list(rows), Now(template_id))
