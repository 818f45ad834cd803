"""Begin an operation exactly once, even if a commit's outcome is unknown or a message is delivered twice.

    first   a new stack              recognised by the stack's id
    next    a stack's next operation recognised by the traversal's id, as long as it is the stack's current one

The ids are chosen before the transaction. If the answer to a commit is lost, the engine looks for the id. It doesn't
find it when another operation has followed meanwhile. Therefore a call that came in a message also records the
message's id, in the same transaction. Such a call begins nothing a second time, whether the engine retries it or the
message is delivered twice (``api.repeated`` builds the reply then).

``certainly`` runs a transaction until its outcome is known::

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

from oslo_db import exception as db_error

from heatlite import exception
from heatlite.context import message_id
from heatlite.db import client_calls, stacks
from heatlite.db.api import Context
from heatlite.db.client_calls import ClientCall
from heatlite.db.outage import CommitUnanswered, brief, is_outage
from heatlite.db.records import StackRecord
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.shared import Shared
from heatlite.engine.traversal.transactions.begin import Begun


class IdempotentStart:
    """Begins operations, each exactly once."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    def first(self, stack: StackRecord, insert: Callable[[], Begun]) -> Begun:
        """Begin the first operation of a new stack.

        :param insert: runs the transaction
        :raises StackExists: when another stack has the name
        :raises Error: when the database stays unreachable
        """

        def attempt() -> Begun:
            try:
                return insert()
            except db_error.DBDuplicateEntry:
                begun = self._begun(stack.id, stack.current_traversal)  # an earlier attempt may have committed
                if begun is None:
                    raise exception.StackExists(stack_name=stack.name) from None
                return begun

        return certainly(self._shared.inputs, attempt, lambda: self._begun(stack.id, stack.current_traversal))

    def next(self, stack: StackRecord, supersede: Callable[[str], Begun | None]) -> Begun | None:
        """Begin the next operation on a stack; return None if another operation has begun meanwhile.

        :param supersede: runs the transaction, given the id of the new traversal
        :raises Error: when the database stays unreachable
        """
        traversal_id = self._shared.inputs.new_id()

        def look_up() -> Begun | None:
            return self._begun(stack.id, traversal_id)

        return certainly(self._shared.inputs, lambda: supersede(traversal_id) or look_up(), look_up)

    def note(self, context: Context, stack: StackRecord, begun: Begun) -> None:
        """Record, in the operation's own transaction, the id of the client call that begins it.

        :raises ActionInProgress: when an earlier delivery of the call has begun it; the transaction must roll back
        """
        call_id = message_id()
        if call_id is None:
            return
        try:
            client_calls.insert(
                context, ClientCall(call_id, stack.id, begun.traversal_id), self._shared.inputs.utcnow()
            )
        except db_error.DBDuplicateEntry:
            raise exception.ActionInProgress(stack_name=stack.name, action=stack.action) from None

    def _begun(self, stack_id: str, traversal_id: str) -> Begun | None:
        stack = stacks.get(self._shared.context(), stack_id)
        if stack is None or stack.current_traversal != traversal_id:
            return None
        traversal = self._shared.library.traversal(self._shared.context(), traversal_id)
        graph = traversal.graph if traversal is not None else None
        return Begun(traversal_id, tuple(graph.roots()) if graph is not None else ())


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
