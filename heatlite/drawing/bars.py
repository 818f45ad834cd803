"""Bars of a timeline: when each resource was worked on, how long it waited before, and the operation's critical path.

::

    ready                 began                     ended
      ├─ waited for an engine ─┼─ ran ──────────────────┤
      │
      the last of the bars that it follows ended then (or the operation began)

The critical path is found from the end: it takes the bar that ended last, then the bar that ended last of those that
this one follows, and so on. When a resource is a nested stack, the path goes through the bars in that stack.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

from heatlite.drawing.history import Event, History
from heatlite.drawing.picture import State, state_of

BACKWARDS = frozenset({"DELETE", "SUSPEND"})
"""Actions that run against the direction of requirements."""
TOLERANCE = 0.005
"""Seconds by which the clocks of two engines may differ before an end counts as later than a beginning."""


@dataclass(frozen=True)
class Bar:
    """One action on one resource.

    Times are seconds since the operation began; ``ended`` is now while the action runs.
    """

    stack_id: str
    name: str
    path: str
    type: str
    action: str
    state: State
    engine_id: str
    ready: float
    began: float
    ended: float
    reason: str = ""
    is_critical: bool = False

    @property
    def waited(self) -> float:
        return self.began - self.ready

    @property
    def ran(self) -> float:
        return self.ended - self.began

    @property
    def runs_backwards(self) -> bool:
        return self.action in BACKWARDS


def bars(history: History) -> list[Bar]:
    """Return the bars of an operation in the order in which they began, with the critical path marked."""
    found = sorted(_paired(history), key=lambda bar: (bar.began, bar.ended, bar.path))
    order = BarOrder(history, found)
    found = [dataclasses.replace(bar, ready=order.ready(bar)) for bar in found]
    order = BarOrder(history, found)
    critical = set(map(id, order.critical(history.stacks[0].stack_id, None))) if history.stacks else set()
    return [dataclasses.replace(bar, is_critical=id(bar) in critical) for bar in found]


def _paired(history: History) -> Iterable[Bar]:
    """Yield one bar for each pair of a begin and an end event. Leave out begins after the next operation began."""
    titles = history.titles()
    open_since: dict[tuple[str, str, str], Event] = {}
    for event in history.events:
        key = (event.stack_id, event.name, event.action)
        if event.status == "IN_PROGRESS":
            if not (history.follows and event.at >= history.follows):
                open_since.setdefault(key, event)
        elif key in open_since:
            yield _bar(history, titles, open_since.pop(key), event)
    for begin in open_since.values():
        yield _bar(history, titles, begin, None)


def _bar(history: History, titles: dict[str, str], begin: Event, end: Event | None) -> Bar:
    last = end or begin
    until = end.at if end else history.now
    return Bar(
        begin.stack_id,
        begin.name,
        titles.get(begin.stack_id, "") + begin.name,
        last.type,
        begin.action,
        state_of(begin.action, last.status),
        last.engine_id or begin.engine_id or "",
        0.0,
        max(begin.at - history.began, 0.0),
        max(until - history.began, begin.at - history.began, 0.0),
        last.reason,
    )


class BarOrder:
    """The order between bars: which bars a bar follows."""

    def __init__(self, history: History, found: list[Bar]) -> None:
        self._cleans_last = history.cleans_last
        self._by_name: dict[tuple[str, str, bool], list[Bar]] = {}
        self._of_stack: dict[str, list[Bar]] = {}
        for bar in found:
            self._by_name.setdefault((bar.stack_id, bar.name, bar.runs_backwards), []).append(bar)
            self._of_stack.setdefault(bar.stack_id, []).append(bar)
        self._requires = {stack.stack_id: stack.requires for stack in history.stacks}
        self._parents = {it.stack_id: (it.owner_id or "", it.parent_resource or "") for it in history.stacks}
        self._inside = {parent: stack_id for stack_id, parent in self._parents.items()}
        self._requirers: dict[tuple[str, str], list[str]] = {}
        for stack in history.stacks:
            for name, required in stack.requires.items():
                for each in required:
                    self._requirers.setdefault((stack.stack_id, each), []).append(name)

    def before(self, bar: Bar) -> list[Bar]:
        """Return the bars that had to end before this one began."""
        if bar.runs_backwards:
            found = [*self._next(bar), *self._by_name.get((bar.stack_id, bar.name, False), ())]
            if self._cleans_last:
                found += [each for each in self._of_stack[bar.stack_id] if not each.runs_backwards]
        else:
            found = self._next(bar)
        return [each for each in found if each is not bar and each.ended <= bar.began + TOLERANCE]

    def _next(self, bar: Bar) -> list[Bar]:
        """Return the nearest bars in the direction of its dependencies. Resources without a bar are passed through."""
        found: list[Bar] = []
        passed = {bar.name}
        ahead = self._ahead(bar, bar.name)
        while ahead:
            name = ahead.pop()
            if name in passed:
                continue
            passed.add(name)
            same_way = self._by_name.get((bar.stack_id, name, bar.runs_backwards), [])
            found += same_way
            if not same_way:
                found += self._by_name.get((bar.stack_id, name, False), []) if bar.runs_backwards else []
                ahead += self._ahead(bar, name)
        return found

    def _ahead(self, bar: Bar, name: str) -> list[str]:
        if bar.runs_backwards:
            return list(self._requirers.get((bar.stack_id, name), ()))
        return list(self._requires.get(bar.stack_id, {}).get(name, ()))

    def ready(self, bar: Bar) -> float:
        """Return when an engine could have begun the bar.

        In a nested stack that is never before the stack's resource began.
        """
        around = self._around(bar)
        earliest = around.began if around else 0.0
        return min(max([each.ended for each in self.before(bar)], default=earliest), bar.began)

    def _around(self, bar: Bar) -> Bar | None:
        owner, name = self._parents.get(bar.stack_id, ("", ""))
        beside = [*self._by_name.get((owner, name, False), ()), *self._by_name.get((owner, name, True), ())]
        return next((each for each in beside if each.began <= bar.began <= each.ended + TOLERANCE), None)

    def critical(self, stack_id: str, within: Bar | None) -> list[Bar]:
        """Return the bars of a stack's critical path, the last first; only those within a bar, if one is given."""
        beside = [it for it in self._of_stack.get(stack_id, ()) if within is None or _lies_in(it, within)]
        bar = max(beside, key=lambda each: each.ended, default=None)
        path: list[Bar] = []
        while bar is not None and bar not in path:
            path.append(bar)
            inside = self._inside.get((bar.stack_id, bar.name))
            if inside is not None:
                path += self.critical(inside, bar)
            bar = max(self.before(bar), key=lambda each: each.ended, default=None)
        return path


def _lies_in(bar: Bar, around: Bar) -> bool:
    return around.began - TOLERANCE <= bar.began and bar.ended <= around.ended + TOLERANCE
