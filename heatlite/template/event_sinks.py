"""Event sinks: further destinations of a stack's events, which an environment may name. They are only checked.

Heat knows one type, ``zaqar-queue`` with a ``target`` and perhaps a ``ttl``. heatlite accepts it, so that environments
for Heat are valid, but sends nothing there: clients read events with ``list_events``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from heatlite.template.path import Path, refused

SECTION = "event_sinks"
FIELDS = {"zaqar-queue": ({"target"}, {"ttl"})}
"""Type → required fields, optional fields."""


def check(sinks: Sequence[Any]) -> None:
    """Check that each is a valid sink.

    :raises StackValidationFailed: with the place and what is valid there
    """
    for place, sink in enumerate(sinks):
        path: Path = (SECTION, place)
        if not isinstance(sink, dict):
            raise refused(path, "an event sink must be a map with a type")
        kind = sink.get("type")
        if not isinstance(kind, str) or kind not in FIELDS:
            raise refused(
                (*path, "type"), f'there is no type of event sink "{kind}"; valid types are {", ".join(FIELDS)}'
            )
        needed, allowed = FIELDS[kind]
        given = sink.keys() - {"type"}
        if missing := sorted(needed - given):
            raise refused(path, f"a {kind} needs {', '.join(missing)}")
        if unknown := sorted(map(str, given - needed - allowed)):
            also = ", ".join(sorted(needed | allowed))
            raise refused(path, f"a {kind} has no {', '.join(unknown)}; it has {also}")
