"""What a thread is at, and who asked for it: for logs and traces, and for nothing that is decided.

Each edge of an engine (a call, a message, a step, a timer) says once what it is about. What is said there holds for all
that is done within, in this thread or green thread::

    with about(request_id="req-1", stack_name="shop"):
        with about(resource_name="web"):
            LOG.warning("It is late")         # [req-1] [stack shop, resource web] It is late

Saying it costs a microsecond or two, and reading it is left to whoever writes a line: see ``heatlite.cmd.logs``.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar, Token
from dataclasses import asdict, dataclass
from types import MappingProxyType, TracebackType
from typing import Any


@dataclass(frozen=True, slots=True)
class Subject:
    """What is being worked on. Each is empty where it isn't known, or makes no sense."""

    request_id: str = ""
    project_id: str = ""
    user_name: str = ""
    stack_name: str = ""
    stack_id: str = ""
    traversal_id: str = ""
    resource_name: str = ""
    action: str = ""

    def __str__(self) -> str:
        """``[stack shop 5ee… update 81b…, resource web] ``; empty where there is nothing to tell."""
        stack = " ".join(filter(None, (self.stack_name, self.stack_id, self.action.lower(), self.traversal_id)))
        parts = ((stack and f"stack {stack}"), (self.resource_name and f"resource {self.resource_name}"))
        told = ", ".join(filter(None, parts))
        return f"[{told}] " if told else ""

    def to_dict(self) -> dict[str, Any]:
        """Field → value, those that are empty too."""
        return asdict(self)


NOTHING = Subject()
_CURRENT: ContextVar[Mapping[str, str]] = ContextVar("subject", default=MappingProxyType({}))
"""Fields that are known. A ``Subject`` is made of them by whoever reads, which is seldom."""


def current() -> Subject:
    """What this thread is at."""
    known = _CURRENT.get()
    return Subject(**known) if known else NOTHING


class about:
    """Within this, what is said here is what the thread is at; what isn't said stays as it was."""

    __slots__ = ("_known", "_token")

    def __init__(self, **known: str) -> None:
        """:param known: fields of ``Subject``"""
        self._known: Mapping[str, str] = known
        self._token: Token[Mapping[str, str]] | None = None

    def __enter__(self) -> None:
        self._token = _CURRENT.set({**_CURRENT.get(), **self._known})

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._token is not None:
            _CURRENT.reset(self._token)
