"""Once: what is made for all runs, in the user's cache. Of runs that want it at the same time, one makes it."""

from __future__ import annotations

import fcntl
import pathlib
from collections.abc import Callable


def made_once(place: pathlib.Path, make: Callable[[], object]) -> pathlib.Path:
    """Return a directory, made if it isn't complete. A run that ends in between leaves it to be made again."""
    complete = place / "complete"
    if complete.exists():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with (place.parent / f"{place.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # it ends with the process
        if not complete.exists():
            make()
            complete.touch()
    return place
