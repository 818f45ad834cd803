"""A database whose connection breaks when a test says so: just after a commit, before anybody has learnt of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from oslo_db import exception as db_error

from heatlite.db.api import Context, Database, Settings

Broken = db_error.DBConnectionError


class BreakingDatabase(Database):
    """Commits, and then may raise ``Broken`` to whoever committed: as an engine's death there, or a lost answer."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._depth = 0
        self._when: Callable[[], bool] | None = None

    def break_after(self, when: Callable[[], bool]) -> None:
        """Break once, after the first commit that leaves this true."""
        self._when = when

    @contextmanager
    def writer(self, context: Context) -> Iterator[sa.Connection]:
        """As of old, but for its end."""
        self._depth += 1
        try:
            with super().writer(context) as connection:
                yield connection
        finally:
            self._depth -= 1
        if self._depth == 0 and self._when is not None and self._when():
            self._when = None
            raise Broken

    def all(self, statement: Any) -> list[Any]:
        """The rows of a query, as committed."""
        with self.engine.connect() as connection:
            return list(connection.execute(statement))
