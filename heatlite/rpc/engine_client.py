"""A client of the engine's RPC API, with Heat's method names, arguments and message versions.

It knows nothing of transports::

    EngineClient ── call(context, method, version, timeout, **arguments) ──▶ Caller
                                                                             ├ MessagingCaller
                                                                             └ an engine in memory

A *context* is the dict of a request context. An *identity* is the dict ``{tenant, stack_name, stack_id, path}`` that
``identify_stack`` returns. Every method raises the engine's error as a class of ``heatlite.exception``, and
``NoAnswer`` when no engine answered in time.
"""

from __future__ import annotations

import contextvars
import functools
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, Protocol, TypeVar, cast

from heatlite import exception
from heatlite.rpc.client_methods import Context, Identity, Methods, Record
from heatlite.rpc.queries import ALL_EVENTS, ALL_STACKS, EventQuery, StackQuery


class Caller(Protocol):
    """The carrier of a call: it sends the call to an engine and returns the reply."""

    def call(self, context: Context, method: str, version: str, timeout: float | None, **arguments: Any) -> Any:
        """Call ``method``, or ``namespace.method``; ``timeout`` in seconds, ``None`` for the configured one."""


GRACE = 1.0
"""Seconds beyond a call's time limit, in which oslo.messaging reports the timeout itself."""
EXPLAINED_WITHIN = 10.0
"""Seconds for finding out why there was no answer."""
NOTHING_FOUND = "is one running, and is transport_url the one that it listens on?"
Result = TypeVar("Result")


class MessagingCaller:
    """A ``Caller`` over an oslo.messaging ``RPCClient``, whose serializer takes contexts that are dicts.

    :param default_timeout: seconds for a call without a timeout
    :param explain: returns why the broker can't serve, or None when it can
    """

    def __init__(
        self, rpc_client: Any, default_timeout: float = 60.0, explain: Callable[[], str | None] = lambda: None
    ) -> None:
        self._rpc_client = rpc_client
        self._default_timeout = default_timeout
        self._explain = explain

    def call(self, context: Context, method: str, version: str, timeout: float | None, **arguments: Any) -> Any:
        """Call ``method`` and wait for the reply.

        :raises HeatliteError: the engine's error, or ``NoAnswer``
        """
        import oslo_messaging  # slow to import, and a help text doesn't need it

        namespace, _, name = method.rpartition(".")
        own = {"namespace": namespace} if namespace else {}
        prepared = self._rpc_client.prepare(version=version, timeout=timeout, **own)
        seconds = self._default_timeout if timeout is None else timeout
        try:
            return within(seconds, lambda: prepared.call(context, name, **arguments))
        except oslo_messaging.RemoteError as error:
            raise local_error(error.exc_type, error.value) from error
        except (oslo_messaging.MessagingTimeout, oslo_messaging.MessageDeliveryFailure, TimeoutError) as error:
            raise exception.NoAnswer(method=method, why=self._why()) from error

    def _why(self) -> str:
        try:
            found = within(EXPLAINED_WITHIN, self._explain)
        except TimeoutError:
            found = "the broker doesn't answer"
        return NOTHING_FOUND if found is None else f"{found}."


def within(seconds: float, act: Callable[[], Result]) -> Result:
    """Run a function on another thread, and give it up after so many seconds. From then on it publishes nothing.

    oslo.messaging's own time limit starts when a call is sent. While the broker is away, or refuses the reply queue,
    oslo.messaging tries again forever.

    :raises TimeoutError: when the function isn't done by then
    """
    from heatlite.rpc.connection import GivenUp, publishing_until

    done: queue.SimpleQueue[tuple[Result | None, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            with publishing_until(time.monotonic() + seconds):
                done.put((act(), None))
        except GivenUp as error:
            done.put((None, TimeoutError(str(error))))
        except BaseException as error:
            done.put((None, error))

    threading.Thread(target=contextvars.copy_context().run, args=(run,), name="call", daemon=True).start()
    try:
        result, error = done.get(timeout=seconds + GRACE)
    except queue.Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
    return cast(Result, result)


def local_error(class_name: str, message: str) -> exception.HeatliteError:
    """Return the local error for a remote one. When its class is unknown here, the text names it."""
    error = exception.from_wire(class_name, message)
    if type(error) is exception.HeatliteError:
        return exception.from_wire(class_name, f"{class_name}: {message}")
    return error


class EngineClient(Methods):
    """The engine's API as methods; ``client_methods`` lists them. ``timeout`` applies to every call.

    :param timeout: in seconds; ``None`` is the configured one
    """

    def __init__(self, caller: Caller, timeout: float | None = None) -> None:
        self._caller = caller
        self._timeout = timeout

    def _call(self, context: Context, method: str, version: str, **arguments: Any) -> Any:
        return self._caller.call(context, method, version, self._timeout, **arguments)

    def list_stacks(self, context: Context, query: StackQuery = ALL_STACKS) -> list[Record]:
        """List the stacks that a query asks for, without parameters and outputs."""
        return listed(functools.partial(self._list_stacks, context), query)

    def list_drifted(self, context: Context, query: StackQuery = ALL_STACKS) -> list[Record]:
        """List the stacks of a query in which the observer saw something differ, with how many resources do."""
        return listed(functools.partial(self._list_drifted, context), query)

    def count_stacks(self, context: Context, query: StackQuery = ALL_STACKS) -> int:
        """Count the stacks that a query matches, regardless of its paging and order."""
        return self._count_stacks(context, **query.for_count())

    def list_events(self, context: Context, stack_identity: Identity, query: EventQuery = ALL_EVENTS) -> list[Record]:
        """List the events of a stack that a query asks for."""
        return listed(functools.partial(self._list_events, context, stack_identity), query)


def listed(ask: Callable[..., list[Record]], query: StackQuery | EventQuery) -> list[Record]:
    """List everything that a query asks for, page after page: the engine says where the list continues."""
    found: list[Record] = []
    while True:
        page = ask(**asdict(query))
        found += page
        marker = page[-1].pop("next_marker", None) if page else None
        left = None if query.limit is None else query.limit - len(page)
        if marker is None or left == 0:
            return found
        query = replace(query, marker=marker, limit=left)
