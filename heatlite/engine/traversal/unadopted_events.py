"""Left alone: what a stack was to take over, and didn't. Each is told by an event: nobody loses it without a word.

its row goes before it is taken over      an update without it, a delete, a rollback
there never was a row for it              the template doesn't have what the data have
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.convergence.model import Action, Status
from heatlite.db.events import Happening

LEFT = "Left as it was: this stack had not taken it over"
LONGEST = 255
"""Characters of a name, a type or an id in an event."""


def is_there(said: Mapping[str, Any]) -> bool:
    """Whether an export names anything that exists."""
    return bool(said.get("resource_id") or said.get("resources"))


def left_as_it_was(name: str, said: Mapping[str, Any]) -> list[Happening]:
    """Return the events of resources that were left as they were: one, or one for each in a nested stack.

    :param said: what an export says of the resource ``name``
    """
    inner = said.get("resources")
    if isinstance(inner, Mapping):
        nested = [left_as_it_was(f"{name}.{own}", of) for own, of in inner.items() if isinstance(of, Mapping)]
        return [each for one in nested for each in one]
    if not said.get("resource_id"):
        return []
    physical_id, type_name = str(said["resource_id"])[:LONGEST], str(said.get("type") or "")[:LONGEST]
    return [Happening(name[:LONGEST], type_name, physical_id, Action.DELETE, Status.COMPLETE, LEFT)]
