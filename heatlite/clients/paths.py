"""Paths of requests. A part of one may be what a client wrote: a physical id that it adopts, or a name."""

from __future__ import annotations

from urllib.parse import unquote

DOTS = frozenset({".", ".."})


def is_plain(path: str) -> bool:
    """Tell whether no part of a path is ``.`` or ``..``.

    Quoting leaves these as they are, and an HTTP library resolves them: the request would go to another path than the
    caller wrote. No service gives a thing such an id, so nothing has one.
    """
    return DOTS.isdisjoint(unquote(path.partition("?")[0]).split("/"))
