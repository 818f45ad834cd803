"""Reality: what was seen of a row's physical resource, as the decision takes it into account. Pure.

::

    properties_data   what the row says               ─┐
    seen              what was found to be different  ─┴─▶ properties_there: the change starts from these

An update with ``refresh`` writes what was seen into the rows as it begins, under a key of ``progress``. So whatever
engine takes a node decides by it, also after a crash, and the action that repairs the resource clears it. A plan puts
the same into its copies of the rows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from heatlite.db.records import ResourceRecord
from heatlite.resources.difference import same
from heatlite.resources.sight import AS_IT_SHOULD_BE, Sight

SEEN = "seen"
"""Key of a row's ``progress``."""


def sight_of(row: ResourceRecord) -> Sight:
    """Return what was seen of a row's physical resource, as far as it is still to be repaired."""
    seen = (row.progress or {}).get(SEEN)
    return AS_IT_SHOULD_BE if seen is None else Sight.from_dict(seen)


def progress_with(row: ResourceRecord, sight: Sight) -> dict[str, Any]:
    """Return the ``progress`` of a row whose physical resource was seen to differ."""
    return {**(row.progress or {}), SEEN: sight.to_dict()}


def with_sight(row: ResourceRecord, sight: Sight) -> ResourceRecord:
    """Return the row as it is once that is recorded."""
    return dataclasses.replace(row, progress=progress_with(row, sight))


def properties_there(row: ResourceRecord) -> dict[str, Any]:
    """Return the properties of the physical resource: as recorded, but for those that were found to be different."""
    return {**(row.properties_data or {}), **sight_of(row).properties}


def drifted(row: ResourceRecord, after: Mapping[str, Any]) -> frozenset[str]:
    """Return the properties to set again: found to be different, and not what is wanted now.

    A value as found may be told in less detail than it is given in a template. So one that is wanted as it was before
    is to be set again, whatever was found.
    """
    before, found = row.properties_data or {}, sight_of(row).properties
    return frozenset(
        name for name, it in found.items() if same(after.get(name), before.get(name)) or not same(after.get(name), it)
    )
