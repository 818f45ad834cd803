"""The thread's current subject: the stack and resource that it works on, and the caller. Only logs and traces read it.

Each entry point of an engine (a call, a message, a step, a timer) sets the subject once. The subject holds for
everything that runs inside, in this thread or green thread::

    with about(request_id="req-1", stack_name="shop"):
        with about(resource_name="web"):
            LOG.warning("It is late")         # [req-1] [stack shop, resource web] It is late

Setting a subject takes a microsecond or two. It is read only when a line is logged: see ``heatlite.cmd.logs``.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar, Token
from dataclasses import asdict, dataclass
from types import MappingProxyType, TracebackType
from typing import Any


@dataclass(frozen=True, slots=True)
class Subject:
    """The stack, resource and request that a thread works on. A field is empty when it isn't known or doesn't apply."""

    request_id: str = ""
    project_id: str = ""
    user_name: str = ""
    stack_name: str = ""
    stack_id: str = ""
    traversal_id: str = ""
    resource_name: str = ""
    action: str = ""

    def __str__(self) -> str:
        """Write ``[stack shop 5ee… update 81b…, resource web] ``, or an empty text when nothing is known."""
        stack = " ".join(filter(None, (self.stack_name, self.stack_id, self.action.lower(), self.traversal_id)))
        parts = ((stack and f"stack {stack}"), (self.resource_name and f"resource {self.resource_name}"))
        told = ", ".join(filter(None, parts))
        return f"[{told}] " if told else ""

    def to_dict(self) -> dict[str, Any]:
        """Return all fields by name, empty ones too."""
        return asdict(self)


NOTHING = Subject()
_CURRENT: ContextVar[Mapping[str, str]] = ContextVar("subject", default=MappingProxyType({}))
"""The known fields. A reader builds the ``Subject`` from them, because reads are rare."""


def current() -> Subject:
    """Return this thread's subject."""
    known = _CURRENT.get()
    return Subject(**known) if known else NOTHING


class about:
    """A ``with`` block that sets fields of this thread's subject. Other fields keep their values."""

    __slots__ = ("_known", "_token")

    def __init__(self, **known: str) -> None:
        """Take the fields of ``Subject`` to set."""
        self._known: Mapping[str, str] = known
        self._token: Token[Mapping[str, str]] | None = None

    def __enter__(self) -> None:
        self._token = _CURRENT.set({**_CURRENT.get(), **self._known})

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._token is not None:
            _CURRENT.reset(self._token)
