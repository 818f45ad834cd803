"""Set the log and trace context when a thread takes up work. Code inside needn't set it again.

asked     a call by a client, or by the parent of a nested stack
on        work for an operation: from a message, from the database, from a timer
at        work on one resource of that operation
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from heatlite import tracing
from heatlite.context import RequestContext
from heatlite.db.records import StackRecord
from heatlite.engine.definitions.traversals import Traversal
from heatlite.engine.definitions.work import Work

REQUEST_ID, PLACE = "request_id", "trace"
"""Keys of a stack's ``origin``."""


@contextmanager
def asked(context: RequestContext, method: str, arguments: Mapping[str, Any]) -> Iterator[None]:
    """Set the context of a call. Its arguments name the stack."""
    name, stack_id = _named(arguments)
    with (
        tracing.about(
            request_id=context.request_id or "",
            project_id=context.project_id,
            user_name=context.username or "",
            stack_name=name,
            stack_id=stack_id,
        ),
        tracing.received(context.wire, "rpc", method=method, stack=name or stack_id),
    ):
        yield


def _named(arguments: Mapping[str, Any]) -> tuple[str, str]:
    identity = arguments.get("stack_identity")
    parts = identity if isinstance(identity, Mapping) else {}
    name = parts.get("stack_name") or arguments.get("stack_name") or ""
    return str(name)[:255], str(parts.get("stack_id") or "")[:255]


def on(traversal: Traversal, doing: str) -> AbstractContextManager[None]:
    """Set the context of work for an operation."""
    stack, origin = traversal.stack, traversal.stack.origin or {}
    logged = tracing.about(
        request_id=origin.get(REQUEST_ID) or "",
        project_id=stack.tenant,
        user_name=stack.username or "",
        stack_name=stack.name,
        stack_id=stack.id,
        traversal_id=traversal.id,
        action=stack.action,
    )
    if not tracing.is_on():
        return logged
    part = tracing.span("rpc", origin.get(PLACE), method=doing, stack=stack.name, traversal=traversal.id)
    return _both(logged, part)


def at(traversal: Traversal, work: Work) -> AbstractContextManager[None]:
    """Set the context of one step of one resource."""
    row = work.row
    logged = tracing.about(resource_name=row.name)
    if not tracing.is_on():
        return logged
    part = tracing.span("resource", action=work.verb, resource=row.name, type=row.type, stack=traversal.stack.name)
    return _both(logged, part)


@contextmanager
def _both(logged: AbstractContextManager[None], part: AbstractContextManager[None]) -> Iterator[None]:
    with logged, part:
        yield


def origin() -> dict[str, Any] | None:
    """Return the origin of an operation that begins now. The stack's row stores it for all later work."""
    place = tracing.current_place()
    known = {REQUEST_ID: tracing.subject().request_id, PLACE: dict(place) if place else None}
    return {name: value for name, value in known.items() if value} or None


def passed_on(stack: StackRecord) -> dict[str, Any]:
    """Return the request's context for a call that continues a stack's operation."""
    request_id = (stack.origin or {}).get(REQUEST_ID)
    asked_by = {"project_id": stack.tenant, "username": stack.username}
    return {**asked_by, **({"request_id": request_id} if request_id else {}), **tracing.outgoing()}
