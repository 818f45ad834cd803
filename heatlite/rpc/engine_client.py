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
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, Protocol, TypeVar, cast

from heatlite import exception
from heatlite.rpc.catalogue_client import CatalogueCalls
from heatlite.rpc.insight_client import InsightCalls
from heatlite.rpc.life_client import LifeCalls
from heatlite.rpc.queries import ALL_EVENTS, ALL_STACKS, EventQuery, StackQuery
from heatlite.rpc.signal_client import SignalCalls
from heatlite.rpc.software_client import SoftwareCalls
from heatlite.rpc.visit_client import VisitCalls

Context = dict[str, Any]
Identity = dict[str, str]
Record = dict[str, Any]


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


class EngineClient(CatalogueCalls, SignalCalls, VisitCalls, LifeCalls, InsightCalls, SoftwareCalls):
    """The engine's API as methods. ``timeout`` applies to every call, in seconds; ``None`` is the configured one."""

    def __init__(self, caller: Caller, timeout: float | None = None) -> None:
        self._caller = caller
        self._timeout = timeout

    def _call(self, context: Context, method: str, version: str, **arguments: Any) -> Any:
        return self._caller.call(context, method, version, self._timeout, **arguments)

    # --- stacks: change -------------------------------------------------------------------------------------

    def create_stack(
        self,
        context: Context,
        stack_name: str,
        template: Record | None,
        params: Record,
        files: dict[str, str],
        args: Record,
    ) -> Identity:
        """Start to create a stack and return its identity.

        ``params`` is an environment. ``args`` may hold ``timeout_mins``, ``disable_rollback``, ``tags``.
        """
        return self._call(
            context,
            "create_stack",
            "1.36",
            stack_name=stack_name,
            template=template,
            params=params,
            files=files,
            args=args,
            environment_files=None,
            files_container=None,
        )

    def update_stack(
        self,
        context: Context,
        stack_identity: Identity,
        template: Record | None,
        params: Record,
        files: dict[str, str],
        args: Record,
    ) -> Identity:
        """Start to update a stack and return its identity.

        ``args`` may also hold ``existing``, ``clear_parameters`` and ``converge``. With ``existing`` the template may
        be ``None``, which keeps the present one.
        """
        return self._call(
            context,
            "update_stack",
            "1.36",
            stack_identity=stack_identity,
            template=template,
            params=params,
            files=files,
            args=args,
            environment_files=None,
            files_container=None,
        )

    def delete_stack(self, context: Context, stack_identity: Identity) -> None:
        """Start to delete a stack. This returns when the engine has accepted the operation."""
        return self._call(context, "delete_stack", "1.0", stack_identity=stack_identity)

    def stack_cancel_update(self, context: Context, stack_identity: Identity, cancel_with_rollback: bool) -> None:
        """Stop an update in progress, and roll back or stay where the update stopped."""
        return self._call(
            context,
            "stack_cancel_update",
            "1.14",
            stack_identity=stack_identity,
            cancel_with_rollback=cancel_with_rollback,
        )

    # --- stacks: read ---------------------------------------------------------------------------------------

    def list_stacks(self, context: Context, query: StackQuery = ALL_STACKS) -> list[Record]:
        """List the stacks that a query asks for, without parameters and outputs."""
        return self._listed(context, "list_stacks", "1.33", query)

    def count_stacks(self, context: Context, query: StackQuery = ALL_STACKS) -> int:
        """Count the stacks that a query matches, regardless of its paging and order."""
        return self._call(context, "count_stacks", "1.33", **query.for_count())

    def get_revision(self, context: Context) -> str:
        """Return the engine's heatlite version."""
        return self._call(context, "get_revision", "1.0")

    def identify_stack(self, context: Context, stack_name: str) -> Identity:
        """Return the identity of the stack with this name or id."""
        return self._call(context, "identify_stack", "1.0", stack_name=stack_name)

    def show_stack(self, context: Context, stack_identity: Identity, resolve_outputs: bool = True) -> list[Record]:
        """Return one stack in full, as a list of one record."""
        return self._call(
            context,
            "show_stack",
            "1.20",
            stack_identity=stack_identity,
            resolve_outputs=resolve_outputs,
        )

    def get_template(self, context: Context, stack_identity: Identity) -> Record | None:
        """Return a stack's current template."""
        return self._call(context, "get_template", "1.0", stack_identity=stack_identity)

    def get_environment(self, context: Context, stack_identity: Identity) -> Record | None:
        """Return a stack's current environment."""
        return self._call(context, "get_environment", "1.28", stack_identity=stack_identity)

    def get_files(self, context: Context, stack_identity: Identity) -> dict[str, str]:
        """Return the files that came with a stack's template, by name."""
        return self._call(context, "get_files", "1.32", stack_identity=stack_identity)

    def list_outputs(self, context: Context, stack_identity: Identity) -> list[Record]:
        """List the names and descriptions of a stack's outputs, without values."""
        return self._call(context, "list_outputs", "1.19", stack_identity=stack_identity)

    def show_output(self, context: Context, stack_identity: Identity, output_key: str) -> Record:
        """Return one output with its value, or with ``output_error`` when the value can't be computed."""
        return self._call(context, "show_output", "1.19", stack_identity=stack_identity, output_key=output_key)

    def validate_template(
        self,
        context: Context,
        template: Record,
        params: Record | None = None,
        files: dict[str, str] | None = None,
        show_nested: bool = False,
        ignorable_errors: list[str] | None = None,
    ) -> Record:
        """Check a template without creating anything, and return what it declares."""
        return self._call(
            context,
            "validate_template",
            "1.36",
            template=template,
            params=params,
            files=files,
            environment_files=None,
            files_container=None,
            show_nested=show_nested,
            ignorable_errors=ignorable_errors,
        )

    # --- resources, events, engines -------------------------------------------------------------------------

    def list_stack_resources(
        self,
        context: Context,
        stack_identity: Identity,
        nested_depth: int = 0,
        with_detail: bool = False,
        filters: Record | None = None,
    ) -> list[Record]:
        """List the resources of a stack, and of its nested stacks down to ``nested_depth`` levels."""
        return self._call(
            context,
            "list_stack_resources",
            "1.25",
            stack_identity=stack_identity,
            nested_depth=nested_depth,
            with_detail=with_detail,
            filters=filters,
        )

    def describe_stack_resource(
        self,
        context: Context,
        stack_identity: Identity,
        resource_name: str,
        with_attr: list[str] | None = None,
    ) -> Record:
        """Return one resource in full. ``with_attr`` names attributes to show in addition to the default ones."""
        return self._call(
            context,
            "describe_stack_resource",
            "1.2",
            stack_identity=stack_identity,
            resource_name=resource_name,
            with_attr=with_attr,
        )

    def list_events(
        self,
        context: Context,
        stack_identity: Identity,
        query: EventQuery = ALL_EVENTS,
    ) -> list[Record]:
        """List the events of a stack that a query asks for."""
        return self._listed(context, "list_events", "1.31", query, stack_identity=stack_identity)

    def _listed(
        self, context: Context, method: str, version: str, query: StackQuery | EventQuery, **more: Any
    ) -> list[Record]:
        """List everything that a query asks for, page after page: the engine says where the list continues."""
        found: list[Record] = []
        while True:
            page: list[Record] = self._call(context, method, version, **more, **asdict(query))
            found += page
            marker = page[-1].pop("next_marker", None) if page else None
            left = None if query.limit is None else query.limit - len(page)
            if marker is None or left == 0:
                return found
            query = replace(query, marker=marker, limit=left)

    def list_services(self, context: Context) -> list[Record]:
        """List the engine processes, one record each, with ``status`` ``up`` or ``down``."""
        return self._call(context, "list_services", "1.4")
