"""Event sinks: where an environment wants a stack's events to go besides the database. They are checked and kept.

Heat knows one type, ``zaqar-queue`` with a ``target`` and perhaps a ``ttl``. heatlite takes it, so that environments
made for Heat are valid, and has no messaging service to send to: events are read by ``list_events``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from heatlite.template.path import Path, refused

SECTION = "event_sinks"
FIELDS = {"zaqar-queue": ({"target"}, {"ttl"})}
"""Type → the fields that it must have, and those that it may."""


def check(sinks: Sequence[Any]) -> None:
    """Make sure that each is one.

    :raises StackValidationFailed: with the place, and what would be right
    """
    for place, sink in enumerate(sinks):
        path: Path = (SECTION, place)
        if not isinstance(sink, dict):
            raise refused(path, "an event sink is a map with a type")
        kind = sink.get("type")
        if not isinstance(kind, str) or kind not in FIELDS:
            raise refused((*path, "type"), f'there is no type of event sink "{kind}"; those are {", ".join(FIELDS)}')
        needed, allowed = FIELDS[kind]
        given = sink.keys() - {"type"}
        if missing := sorted(needed - given):
            raise refused(path, f"a {kind} needs {', '.join(missing)}")
        if unknown := sorted(map(str, given - needed - allowed)):
            also = ", ".join(sorted(needed | allowed))
            raise refused(path, f"a {kind} has no {', '.join(unknown)}; it has {also}")
