"""Retry a transaction until its outcome is known, so that an operation begins exactly once.

    attempt ──▶ committed, or refused
       │ the database is unreachable, or the answer to COMMIT was lost
       ▼
    look up ──▶ committed: found under the id that was chosen before
       │ not found
       ▼
    attempt again; after some seconds the client gets an error that says what is known

A COMMIT whose answer was lost may still be running on the server. It blocks the next attempt at the stack's row, or at
its unique id, and that attempt then fails. So an attempt that fails must look up, too. For the same reason, a look-up
that finds nothing proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from heatlite import exception
from heatlite.db.outage import CommitUnanswered, brief, is_outage
from heatlite.engine.common.inputs import Inputs

PAUSES = (0.05, 0.1, 0.3, 0.6, 1.0, 1.5, 2.0, 2.5)
"""Seconds between the attempts. Together they last as long as a server's restart, and less than a client waits."""
NOT_DONE = "The engine's database can't be used now ({reason}). This call was not carried out: you can repeat it."
IN_DOUBT = (
    "The engine's database can't be used now ({reason}), and was lost while it committed this call. "
    "It isn't known yet whether the call was carried out: look at the stack before you repeat it."
)

Result = TypeVar("Result")


def certainly(inputs: Inputs, attempt: Callable[[], Result], look_up: Callable[[], Result | None]) -> Result:
    """Attempt a transaction until it is known whether it was committed; return its result.

    :param attempt: runs the transaction; a second run must not repeat the effect of the first
    :param look_up: returns the attempt's result if it was committed, else None
    :raises Error: when the database stays unreachable; the text says whether the call may have been carried out
    """
    try:
        return attempt()
    except Exception as error:
        if not is_outage(error):
            raise
        last, in_doubt = error, isinstance(error, CommitUnanswered)
    for pause in PAUSES:
        inputs.sleep(pause * inputs.random.uniform(0.5, 1.0))
        try:
            found = look_up()
            if found is not None:
                return found
            return attempt()
        except Exception as error:
            if not is_outage(error):
                raise
            last, in_doubt = error, in_doubt or isinstance(error, CommitUnanswered)
    raise unavailable(last, in_doubt=in_doubt)


def unavailable(error: BaseException, *, in_doubt: bool) -> exception.Error:
    """Build the error for the client; the caller raises it."""
    return exception.Error(message=(IN_DOUBT if in_doubt else NOT_DONE).format(reason=brief(error)))
