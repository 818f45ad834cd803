"""Recording: which statements a database is asked meanwhile."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from heatlite.db.api import Database

Executed = list[tuple[str, Any]]
"""Statements with their parameters."""


@contextlib.contextmanager
def recorded(database: Database, words: str) -> Iterator[Executed]:
    """The statements with these words in them."""
    statements: Executed = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
        if words in statement:
            statements.append((statement, parameters))

    sa.event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", note)
