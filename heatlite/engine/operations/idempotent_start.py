"""Begin an operation exactly once, even if a commit's outcome is unknown or a message is delivered twice.

    first   a new stack              recognised by the stack's id
    next    a stack's next operation recognised by the traversal's id, as long as it is the stack's current one

The ids are chosen before the transaction. If the answer to a commit is lost, the engine looks for the id. It doesn't
find it when another operation has followed meanwhile. Therefore a call that came in a message also records the
message's id, in the same transaction. Such a call begins nothing a second time, whether the engine retries it or the
message is delivered twice (``api.repeated`` builds the reply then).
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
