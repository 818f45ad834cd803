"""Choose which large columns of ``resource`` a read brings, so that many rows never take much memory together.

A database driver delivers all rows of a statement at once, and each large column may hold megabytes. So most reads
bring only the columns that they need, or a value only while it is small:

    brings     the column as it is
    in part    a value of at most ``LARGEST_INLINE`` characters; NULL for a longer one, whose length ``held_back`` has
    neither    NULL

The columns come in the order of the table, and ``held_back`` comes last, as ``records.resource`` takes them.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from heatlite.db import models
from heatlite.db.lengths import length

TABLE = models.resource
NAMES = ("progress", "properties_data", "attr_data", "resource_metadata", "resource_data")
ALL = tuple(TABLE.c[name] for name in NAMES)
LARGEST_INLINE = 16 * 1024
"""Characters of a value that a read in part still brings. A batch of 50 rows with five such values has 4 MiB."""


def columns(brings: Collection[str] = (), in_part: Collection[str] = ()) -> list[sa.ColumnElement[Any]]:
    """Return the columns of a read that brings these large columns, and those of ``in_part`` while they are small."""
    chosen = [_chosen(column, brings, in_part) for column in TABLE.c]
    left_out = [sa.case((length(TABLE.c[name]) > LARGEST_INLINE, length(TABLE.c[name])), else_=0) for name in in_part]
    return [*chosen, functools.reduce(operator.add, left_out, sa.literal(0)).label("held_back")]


def _chosen(column: sa.Column[Any], brings: Collection[str], in_part: Collection[str]) -> sa.ColumnElement[Any]:
    if column.name not in NAMES or column.name in brings:
        return column
    if column.name in in_part:
        return sa.case((length(column) <= LARGEST_INLINE, column)).label(column.name)
    return sa.null().label(column.name)


WHOLE_IF_SMALL = columns(in_part=NAMES)
"""All columns, each while it is small."""
RESULTS = columns(in_part=("attr_data",))
"""Of the large columns, the recorded reference and attributes, while they are small: other resources read these."""
LIGHT = columns()
"""None of the large columns."""
