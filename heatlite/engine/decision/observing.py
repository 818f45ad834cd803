"""Observing: which stack the observer looks at next, what it tells of a look, and what it may repair. Pure.

::

    due stacks ──in_turn──▶ look ──▶ what differs now ─┬─ compared with before ──▶ Changes: what is told, once
    pace ◀──cost────────────┘                          └─ tags, state, limits, plan ──▶ "" or why it is left alone

Nothing here hides less than a plan does: a value that holds something hidden is masked, and so is what was found in its
place, which no mask can know.
"""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heatlite.convergence.interrupts import MATRIX, Answer, Operation
from heatlite.convergence.model import Status
from heatlite.db.observations import ObservationRecord
from heatlite.db.records import StackRecord
from heatlite.engine.common.settings import ObserverSettings
from heatlite.engine.decision.planned import MAY_CHANGE, Told, told_value
from heatlite.engine.decision.preview import Fate
from heatlite.resources.sight import Sight
from heatlite.template import Mask
from heatlite.template.mask import MASKED

KEEP, KEEP_BY_REPLACING = "heatlite.keep", "heatlite.keep-by-replacing"
"""Tags by which a stack asks to be repaired: in place only, or also by what is made anew."""
HOUR = 3600.0
FIRST_PAUSE, LONGEST_PAUSE = 600.0, 86_400.0
"""Seconds that a repair that didn't help is followed by; each further one doubles them."""
MOST_PROPERTIES, LONGEST_VALUE, LONGEST_WORDS = 10, 100, 1000
MOST_NAMES = 5
GONE = "it doesn't exist any more"
AS_IT_SHOULD_BE_AGAIN = "it is as it should be again"
NOT_THIS_ONE = "it was replaced or deleted since"


# --- pace ---------------------------------------------------------------------------------------------------------


def cost(resources: int, requests: int, pace: ObserverSettings) -> float:
    """Return the seconds that a look takes of the pace: what is slower, its resources or its requests."""
    by_requests = requests / pace.requests_per_second if pace.requests_per_second else 0.0
    return max(max(1, resources) / pace.resources_per_second, by_requests)


def in_turn(due: Sequence[ObservationRecord], chance: random.Random) -> list[ObservationRecord]:
    """Return the due stacks in their order: longest due first, and by chance where that is equal."""
    return sorted(due, key=lambda it: (it.next_look_at, chance.random()))


# --- what is told of a look -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Drift:
    """A resource that differs from its row. ``words``: what differs. ``since``: when that was first seen."""

    stack_id: str
    name: str
    type: str
    physical_id: str | None
    words: str
    since: float

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return dataclasses.asdict(self)


@dataclass(frozen=True)
class Changes:
    """The difference between a look and the one before.

    ``now``: row id → drift, of all that differs. ``begun``: what differs since this look, or differs in another way.
    ``over``: what doesn't differ any more, each with the reason.
    """

    now: Mapping[int, Drift]
    begun: Sequence[Drift]
    over: Sequence[tuple[Drift, str]]


def stored(drift: Mapping[int, Drift]) -> dict[str, Any]:
    """Return drift by row's id as JSON, which ``read`` reads."""
    return {str(row_id): it.to_dict() for row_id, it in drift.items()}


def read(found: Mapping[str, Any]) -> dict[int, Drift]:
    """Return drift by row's id as ``stored`` wrote it."""
    return {int(row_id): Drift(**it) for row_id, it in found.items()}


def changes(
    before: Mapping[int, Drift], found: Mapping[int, Drift], alike: Collection[int], active: Collection[int]
) -> Changes:
    """Compare a look with the one before. What couldn't be looked at now counts as it was.

    :param found: what differs now
    :param alike: rows of resources that are as they should be
    :param active: rows that a stack of the tree still uses
    """
    same = {it: dataclasses.replace(found[it], since=before[it].since) for it in found.keys() & before.keys()}
    same = {row_id: it for row_id, it in same.items() if it == before[row_id]}
    unknown = before.keys() - found.keys() - set(alike)
    kept = {row_id: before[row_id] for row_id in unknown & set(active)}
    over = [(it, AS_IT_SHOULD_BE_AGAIN) for row_id, it in before.items() if row_id in alike and row_id not in found]
    over += [(before[row_id], NOT_THIS_ONE) for row_id in sorted(unknown - set(active))]
    now = {**kept, **found, **same}
    return Changes(now, [it for row_id, it in found.items() if row_id not in same], over)


def words(sight: Sight, recorded: Mapping[str, Any], mask: Mask, *, with_values: bool) -> str:
    """Return in words what differs, no longer than ``LONGEST_WORDS``.

    :param recorded: the properties of the row
    :param with_values: also tell values, as far as they aren't hidden
    """
    if sight.is_gone:
        return GONE
    if sight.trouble:
        return mask(sight.trouble)[:LONGEST_WORDS]
    names = sorted(sight.properties)
    told = [
        _value(name, recorded.get(name), sight.properties[name], mask) if with_values else mask(name)
        for name in names[:MOST_PROPERTIES]
    ]
    more = [f"and {len(names) - MOST_PROPERTIES} more"] if len(names) > MOST_PROPERTIES else []
    return f"changed outside: {'; '.join([*told, *more])}"[:LONGEST_WORDS]


def _value(name: str, recorded: Any, found: Any, mask: Mask) -> str:
    shown = told_value(recorded, mask)
    seen = told_value(found, mask) if shown == recorded else MASKED
    return f"{mask(name)} is {_short(seen)} and should be {_short(shown)}"


def _short(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def summary(drift: Mapping[int, Drift]) -> str:
    """Return one sentence on all that differs, for a notification."""
    names = sorted({it.name for it in drift.values()})
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"{len(drift)} resources differ: {', '.join(names[:MOST_NAMES])}{more}" if drift else "Nothing differs"


# --- what may be repaired -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """The repairs that a stack asks for by its tags, as far as the operator allows them.

    ``replaces``: resources that can't be repaired in place may be replaced.
    """

    keeps: bool
    replaces: bool


def asked(tags: Collection[str], settings: ObserverSettings) -> Asked:
    """Return what a stack's tags ask for, as far as the operator allows it."""
    keeps = KEEP in tags
    return Asked(keeps, keeps and KEEP_BY_REPLACING in tags and settings.allow_replacing)


def held_by_state(stack: StackRecord, tree: Sequence[StackRecord]) -> str:
    """Return why a stack's state forbids a repair; empty: it doesn't.

    A failed repair isn't rolled back if the stack's last update was complete: there is no other template to go back to.
    """
    state = f"{stack.action}_{stack.status}"
    if stack.status is not Status.COMPLETE:
        return f"its status is {state}: a repair begins only if the last operation was complete"
    if MATRIX[stack.action, stack.status][Operation.UPDATE] is not Answer.SUPERSEDE:
        return f"its status is {state}, in which it can't be updated"
    if stack.prev_raw_template_id != stack.raw_template_id:
        return "its last update wasn't completed"
    if any(it.is_in_progress for it in tree):
        return "an operation is in progress on a nested stack"
    return ""


def held_by_limits(record: ObservationRecord, of_all: Sequence[float], now: float, settings: ObserverSettings) -> str:
    """Return which limit forbids a repair now; empty: none does.

    :param of_all: the times of the latest repairs of all stacks
    """
    if record.repairs and record.tries:
        pause = min(FIRST_PAUSE * 2 ** (record.tries - 1), LONGEST_PAUSE)
        if now < record.repairs[-1] + pause:
            return f"the last {record.tries} repair(s) didn't help; the next one waits {pause:.0f} seconds"
    most = settings.repairs_per_hour_of_a_stack
    if len(recent(record.repairs, now)) >= most:
        return f"it may be repaired {most} times in an hour"
    if len(recent(of_all, now)) >= settings.repairs_per_hour:
        return f"all stacks together may be repaired {settings.repairs_per_hour} times in an hour"
    return ""


def recent(times: Sequence[float], now: float) -> list[float]:
    """Return the times of repairs that still count."""
    return [it for it in times if it > now - HOUR]


def held_by_doubt(gone: int, seen: int) -> str:
    """Return why a look itself is doubted; empty: it isn't. A service that has lost its data must delete nothing here.

    :param gone: how many resources don't exist any more, of ``seen`` that were looked at
    """
    is_doubtful = gone > 1 and gone * 2 > seen
    return f"{gone} of {seen} resources seem to be gone at once, which isn't believed" if is_doubtful else ""


@dataclass(frozen=True)
class Blamed:
    """A resource that keeps its stack from being repaired, in the words of the plan."""

    stack_id: str
    name: str
    why: str


def held_by_plan(planned: Sequence[Told], stack_id: str, *, replaces: bool) -> list[Blamed]:
    """Return the resources to which a plan does what a repair may not do.

    :param replaces: what is made anew, replaced or deleted is allowed; what would fail never is
    """
    allowed = {Fate.UNCHANGED, Fate.UPDATED}
    allowed |= {Fate.ADDED, Fate.REPLACED, Fate.DELETED} if replaces else set()
    fates: set[str] = {str(it) for it in allowed} | ({MAY_CHANGE} if replaces else set())
    return list(_beyond(planned, stack_id, fates))


def _beyond(planned: Sequence[Told], stack_id: str, fates: Collection[str]) -> Iterator[Blamed]:
    for change in planned:
        below = [(it.get("stack_id"), it["changes"]) for it in change.get("nested", ())]
        found = [it for child, changes in below for it in _beyond(changes, child or stack_id, fates)]
        yield from found
        is_harmless = change["fate"] == MAY_CHANGE and change.get("at_most") in (Fate.UNCHANGED, Fate.UPDATED)
        if change["fate"] not in fates and not is_harmless and not found:
            why = change["reason"] or ", ".join(it["name"] for it in change["properties"] if it["forces_replacement"])
            yield Blamed(stack_id, change["resource_name"], f"{FATES.get(change['fate'], change['fate'])} ({why})")


FATES: Mapping[str, str] = {
    Fate.ADDED: "would be created",
    Fate.REPLACED: "would be replaced",
    Fate.DELETED: "would be deleted",
}


def plan_words(blamed: Sequence[Blamed], wanted: Asked, settings: ObserverSettings) -> str:
    """Return why a plan isn't carried out; empty: it is."""
    if not blamed:
        return ""
    names = "; ".join(f"{it.name} {it.why}" for it in blamed[:MOST_NAMES])
    more = f"; and {len(blamed) - MOST_NAMES} more" if len(blamed) > MOST_NAMES else ""
    if wanted.replaces:
        return f"{names}{more}"
    if not settings.allow_replacing:
        return f"{names}{more}: [observer] allow_replacing is off"
    return f"{names}{more}: the stack hasn't the tag {KEEP_BY_REPLACING}"


def tries_after(record: ObservationRecord, *, differs: bool) -> int:
    """Return the number of repairs in a row that didn't help, after a look.

    ``tries`` counts a repair as it begins; so what differs after it leaves it counted.
    """
    return record.tries if differs else 0
