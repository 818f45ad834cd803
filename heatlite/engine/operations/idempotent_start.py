"""IdempotentStart: an operation begins once, under an id that it has before, and its client learns whether it did.

    first   a new stack       recognised by the stack's id
    next    a stack's next    recognised by the traversal's id, for as long as it is the stack's

An operation whose answer was lost, and which another one followed before anybody looked, isn't recognised so. But a
call that came in a message is noted by that message's id, in the same transaction: it begins nothing a second time,
neither when it is tried again nor when the message comes twice (``api.repeated`` has what it replies then).
"""

from __future__ import annotations

from collections.abc import Callable

from oslo_db import exception as db_error

from heatlite import exception
from heatlite.db import client_calls, stacks
from heatlite.db.api import Context
from heatlite.db.client_calls import ClientCall
from heatlite.db.records import StackRecord
from heatlite.engine.common.commit_retry import certainly
from heatlite.engine.shared import Shared
from heatlite.engine.traversal.transactions.begin import Begun
from heatlite.rpc import delivery


class IdempotentStart:
    """Begins operations for certain."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    def first(self, stack: StackRecord, insert: Callable[[], Begun]) -> Begun:
        """A new stack.

        :param insert: the transaction
        :raises StackExists: when the name is another's
        :raises Error: when the database stays away
        """

        def attempt() -> Begun:
            try:
                return insert()
            except db_error.DBDuplicateEntry:
                begun = self._begun(stack.id, stack.current_traversal)  # by an attempt whose answer was lost
                if begun is None:
                    raise exception.StackExists(stack_name=stack.name) from None
                return begun

        return certainly(self._shared.inputs, attempt, lambda: self._begun(stack.id, stack.current_traversal))

    def next(self, stack: StackRecord, supersede: Callable[[str], Begun | None]) -> Begun | None:
        """The next operation on a stack; None where the stack has gone on meanwhile.

        :param supersede: the transaction, given the id of the new traversal
        :raises Error: when the database stays away
        """
        traversal_id = self._shared.inputs.new_id()

        def look_up() -> Begun | None:
            return self._begun(stack.id, traversal_id)

        return certainly(self._shared.inputs, lambda: supersede(traversal_id) or look_up(), look_up)

    def note(self, context: Context, stack: StackRecord, begun: Begun) -> None:
        """Note in an operation's own transaction which call it is that begins it.

        :raises ActionInProgress: when that call has begun it before; nothing of the transaction may stay then
        """
        call_id = delivery.current()
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
