"""Drive: one operation after the other on stacks of one shape, each measured from its call to its end.

Whoever waits looks at the stacks' rows by a connection that isn't counted, so that waiting costs the engines nothing.
"""

from __future__ import annotations

import concurrent.futures
import itertools
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from heatlite.exception import HeatliteError
from tests.bench.meters import Meters, Reading, less
from tests.bench.shapes import Shape
from tests.story import Story

PAUSE = 0.01
PATIENCE = 600.0
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Cost:
    """What an operation came to: ``used`` in all, ``seconds`` from the call to the end, ``reply`` to the reply.

    ``failed`` says why, where it did; then the rest is what it took until then.
    """

    shape: str
    verb: str
    resources: int
    seconds: float
    reply: float
    used: Reading
    failed: str = ""

    def each(self, name: str) -> float:
        """How much of something a resource took; CPU in milliseconds."""
        scale = 1000 if name in ("engine", "broker", "database") else 1
        return self.used[name] * scale / self.resources


class OperationFailed(AssertionError):
    """It ended FAILED, or didn't end; the text says more."""


class Stacks:
    """Some stacks of one shape that are created, updated and deleted together."""

    def __init__(self, meters: Meters, shape: Shape, number: int = 1) -> None:
        self._meters = meters
        self._shape = shape
        self._stories = [Story(meters.fleet, project=f"bench-{next(_numbers)}") for _ in range(number)]
        self._version = 0

    @property
    def resources(self) -> int:
        return self._shape.resources * len(self._stories)

    def create(self) -> Cost:
        """Make them."""
        template, files = self._template()
        return self._measured("create", [lambda it=it: it.create(template, files=files) for it in self._stories])

    def update(self) -> Cost:
        """Give every resource another value."""
        self._version += 1
        return self._update("update")

    def repeat(self) -> Cost:
        """Update them to what they are."""
        return self._update("no-op")

    def change_one(self) -> Cost:
        """Give one resource another value."""
        template, files = self._template()
        last = list(template["resources"].values())[-1]
        last["properties"]["value"] = f"changed {next(_numbers)}"
        return self._measured("one", [lambda it=it: it.update(template, files=files) for it in self._stories])

    def delete(self) -> Cost:
        """Delete them."""
        return self._measured("delete", [it.delete for it in self._stories])

    def _template(self) -> tuple[dict[str, Any], dict[str, str]]:
        version = f"v{self._version}"
        return self._shape.template(version), self._shape.files(version)

    def _update(self, verb: str) -> Cost:
        template, files = self._template()
        return self._measured(verb, [lambda it=it: it.update(template, files=files) for it in self._stories])

    def _measured(self, verb: str, calls: Sequence[Callable[[], None]]) -> Cost:
        known = {traversal for _, traversal in self._rows("id, current_traversal")}
        before, began = self._meters.read(), time.monotonic()
        reply, failed = 0.0, ""
        try:
            with concurrent.futures.ThreadPoolExecutor(min(len(calls), 16)) as callers:
                list(callers.map(lambda call: call(), calls))
            reply = time.monotonic() - began
            self._settle(known)
        except (HeatliteError, OperationFailed) as error:
            if not self._meters.may_fail:
                raise
            failed = str(error)
        seconds = time.monotonic() - began
        time.sleep(self._meters.trails)
        used = less(self._meters.read(), before)
        used["messages"] -= 2 * len(calls)  # each call and its reply
        many = f"{len(calls)} × " if len(calls) > 1 else ""
        return Cost(f"{many}{self._shape.name}", verb, self.resources, seconds, reply, used, failed)

    def _settle(self, known: Collection[str]) -> None:
        """Wait until each stack has ended an operation other than the known ones.

        :raises OperationFailed: where one fails, or it takes too long
        """
        end = time.monotonic() + PATIENCE
        unfinished = set(self._stack_ids())
        while unfinished:
            for stack_id, traversal, status, reason in self._rows("id, current_traversal, status, status_reason"):
                if traversal in known or status == "IN_PROGRESS":
                    continue
                if status != "COMPLETE":
                    raise OperationFailed(reason)
                unfinished.discard(stack_id)
            if time.monotonic() > end:
                raise OperationFailed(f"not over after {PATIENCE:.0f} s\n{self._meters.fleet.tail()}")
            time.sleep(PAUSE)  # the engines have no event to offer to who isn't one of them

    def _stack_ids(self) -> list[str]:
        return [story.identity["stack_id"] for story in self._stories if story.identity]

    def _rows(self, columns: str) -> list[tuple[Any, ...]]:
        """Of the rows of these stacks, some columns."""
        own = ", ".join(f"'{stack_id}'" for stack_id in self._stack_ids())
        if not own:
            return []
        return list(self._meters.mariadb.ask(f"SELECT {columns} FROM {self._meters.schema}.stack WHERE id IN ({own})"))
