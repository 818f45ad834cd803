"""Lengths: how much the columns of rows hold, as an expression. The server counts, and nothing of it is sent."""

from __future__ import annotations

import functools
import operator
from typing import Any

import sqlalchemy as sa

from heatlite.db.api import Context


def length(*columns: sa.Column[Any]) -> sa.ColumnElement[int]:
    """Return an expression for the stored length of these columns of a row together. NULL counts as 0."""
    each = [sa.func.coalesce(sa.func.length(sa.type_coerce(column, sa.Text)), 0) for column in columns]
    return functools.reduce(operator.add, each)


def total(context: Context, columns: tuple[sa.Column[Any], ...], *conditions: Any) -> int:
    """Return the stored length of these columns in all rows that meet the conditions."""
    statement = sa.select(sa.func.coalesce(sa.func.sum(length(*columns)), 0)).where(*conditions)
    return int(context.connection.execute(statement).scalar_one())
