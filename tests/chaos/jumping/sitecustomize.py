"""Makes ``time.time`` of a process follow a file that says how many seconds its wall clock is ahead.

Python imports this module before any other of a process whose path has its directory. It isn't done by libfaketime,
whose version 0.9.10 makes ``time.sleep`` of Python 3.11 fail when monotonic clocks are left alone.
"""

import contextlib
import os
import time

FILE = os.environ["HEATLITE_CHAOS_CLOCK"]
KEPT = 0.1  # seconds for which what the file says is kept
_right, _known = time.time, [0.0, float("-inf")]


def jumping() -> float:
    """Return the seconds since 1970, by a clock that may be wrong."""
    if time.monotonic() - _known[1] > KEPT:
        with contextlib.suppress(OSError, ValueError), open(FILE) as file:
            _known[:] = float(file.read()), time.monotonic()
    return _right() + _known[0]


time.time = jumping
