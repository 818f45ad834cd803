"""Interrupted: a resource's actions, while an engine dies or gets no answer after each request that changes something.

::

    step ─▶ request ─▶ carried out by the service ─▶ ✗ ─▶ the same step again, from what was recorded before it ─▶ …

``Way.DIES``: nothing of the step is recorded, and another engine begins it again as ``engine/definitions/work.py``
does. ``Way.UNANSWERED``: the step waits, with what it had recorded, and is repeated. Each request of an action is
interrupted once, so a step that repeats it blindly meets what it did before.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

import pytest

from heatlite.clients.api import Api
from heatlite.clients.identity import Identity
from heatlite.exception import CloudUnavailable
from heatlite.resources.base import Resource
from heatlite.resources.instance import Instance
from heatlite.resources.outcomes import Failed, Waiting
from heatlite.resources.steps import find_existing, poll, start
from heatlite.resources.testing import Outcome

MOST = 100
"""Interruptions of one action: more are a step that never sends what it sent before."""


class Way(enum.Enum):
    """What happens after a request that the service has carried out."""

    DIES = "an engine dies"
    UNANSWERED = "there is no answer"


class Died(KeyboardInterrupt):
    """The end of an engine: no step may catch it."""


class Interruptions:
    """Takes steps, and interrupts each action at every request that it hasn't interrupted before.

    :param way: None: it interrupts nothing
    """

    def __init__(self, way: Way | None = None) -> None:
        self._way = way
        self._known: set[str] = set()
        self._is_stepping = False
        self.number = 0

    def install(self, monkeypatch: pytest.MonkeyPatch) -> Interruptions:
        """Stand behind every request to a service."""
        for client, name in ((Api, "_send"), (Identity, "_ask")):
            monkeypatch.setattr(client, name, self._interrupted(getattr(client, name)))
        return self

    def first_step(self, plugin: type[Resource], instance: Instance, action: str, *given: Any) -> Outcome:
        """Begin an action, by as many engines as it takes."""
        self._known.clear()

        def begin(*, is_repeated: bool) -> Outcome:
            resource = plugin(instance)
            resource.is_repeated = is_repeated
            is_unknown = action == "DELETE" and instance.resource_id is None
            existing = find_existing(resource) if is_unknown or (action == "CREATE" and is_repeated) else []
            if isinstance(existing, Failed | Waiting):
                return existing
            if existing:
                resource.resource_id_set(existing[0])
                if action == "CREATE":
                    return poll(resource, action, None)
            return start(resource, action, *given)

        return self._survived(begin)

    def next_step(self, plugin: type[Resource], instance: Instance, action: str, progress: Any, *given: Any) -> Outcome:
        """Go on with an action, by as many engines as it takes."""

        def go_on(*, is_repeated: bool) -> Outcome:
            resource = plugin(instance)
            resource.is_repeated = is_repeated
            return poll(resource, action, progress, *given)

        return self._survived(go_on)

    def _survived(self, step: Callable[..., Outcome]) -> Outcome:
        """Take a step until no engine dies of it."""
        self._is_stepping, is_repeated = True, False
        try:
            while True:
                try:
                    return step(is_repeated=is_repeated)
                except Died:
                    is_repeated = True
        finally:
            self._is_stepping = False

    def _interrupted(self, send: Callable[..., Any]) -> Callable[..., Any]:
        def sent(api: Any, method: str, path: str, **given: Any) -> Any:
            answer = send(api, method, path, **given)
            if method != "GET" and self._way is not None and self._is_stepping:
                self._interrupt(f"{method} {path} {given}")
            return answer

        return sent

    def _interrupt(self, request: str) -> None:
        if request in self._known or len(self._known) == MOST:
            return
        self._known.add(request)
        self.number += 1
        if self._way is Way.DIES:
            raise Died(request)
        raise CloudUnavailable(service="It", status="no answer", message=f"{request} was carried out")
