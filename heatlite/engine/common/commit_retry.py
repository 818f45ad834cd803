"""Certainty: what a client asks for begins once, and he learns whether it did, also where a commit's answer is lost.

    attempt ──▶ begun, or refused
       │ the database is away, or the answer to COMMIT was lost
       ▼
    look up ──▶ begun: it had been written, under the id that it was given beforehand
       │ not there
       ▼
    attempt again; after some seconds the client is told what is known

An attempt whose COMMIT the server still works on blocks the next one at the stack's row (or at its unique id), which
then finds it done: so an attempt that comes too late is to be looked up as well, by whoever made it. For the same
reason a look that finds nothing proves nothing: a COMMIT may still be on its way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from heatlite import exception
from heatlite.db.outage import CommitUnanswered, brief, is_outage
from heatlite.engine.common.inputs import Inputs

PAUSES = (0.05, 0.1, 0.3, 0.6, 1.0, 1.5, 2.0, 2.5)
"""Seconds between two attempts: as long as a server takes to be started again, and shorter than a client waits."""
NOT_DONE = "The engine's database can't be used now ({reason}). This call was not carried out: it can be made again."
IN_DOUBT = (
    "The engine's database can't be used now ({reason}), and it went away while this call was being written down. "
    "Whether it was carried out can't be said yet: look at the stack before making it again."
)

Result = TypeVar("Result")


def certainly(inputs: Inputs, attempt: Callable[[], Result], look_up: Callable[[], Result | None]) -> Result:
    """Attempt a transaction until it is known to be done, or to be none.

    :param attempt: the transaction; run again, it must not do what it has done before
    :param look_up: what the attempt would have given, if it was done
    :raises Error: when the database stays away; the text says whether something may have been done
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
    """What a client is told, to be raised by the caller."""
    return exception.Error(message=(IN_DOUBT if in_doubt else NOT_DONE).format(reason=brief(error)))
