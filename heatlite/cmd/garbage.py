"""How often Python searches a process for reference cycles.

By default it searches after 700 new objects, and everything once more when the process ends. What a start makes are
modules, classes and functions, which stay: of a short command, a third of its CPU went into such searches.
"""

from __future__ import annotations

import gc

THRESHOLDS = (20_000, 20, 20)
"""New objects until the youngest are searched, and searches of each generation until the next older one is, too."""


def search_rarely() -> None:
    """Search after more new objects than usual."""
    gc.set_threshold(*THRESHOLDS)


def keep_present_objects() -> None:
    """Leave all objects of this moment out of every later search, also of that at the process's end.

    Processes that are forked afterwards share the memory of these objects for longer: a search writes to each of them.
    """
    gc.freeze()
