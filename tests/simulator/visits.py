"""What must hold when a suspension, a resumption or a check has ended; and nothing else leaves a thing suspended."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence

from heatlite.convergence.model import VISITS, Action, Node, NodeKind, Status
from heatlite.engine.definitions.traversals import decode
from tests.simulator.plugins import FOUND, INJECTED
from tests.simulator.scenario import NESTED, PHYSICAL
from tests.simulator.store.rows import Values
from tests.simulator.store.store import Store
from tests.simulator.world import Thing, World

PREFIX = "Resource CHECK failed: "
UNASKED = ("not created yet", "has to be resumed first")
"""Why a check may fail without looking."""
BELOW = (FOUND, "There is no such nested stack")
"""What a check may say of a nested stack besides: it looks into it, and one that was never begun isn't there."""


class VisitInvariants:
    """Looks at stacks whose operation has just ended."""

    def __init__(self, store: Store, world: World) -> None:
        self._store = store
        self._world = world

    def broken_by(self, stack: Values, rows: Sequence[Values]) -> Iterator[str]:
        """What is wrong with a stack that has ended so, in words."""
        if stack["action"] == Action.CHECK:
            yield from self._checked(stack, rows)
        elif stack["collects_later"] and stack["action"] not in VISITS:
            return  # what it doesn't use any more may be as it likes, until the root collects
        elif stack["status"] == Status.COMPLETE:
            for thing in self._known(rows):
                if thing.suspended != (stack["action"] == Action.SUSPEND):
                    state = "is suspended" if thing.suspended else "isn't suspended"
                    yield f"the stack is {stack['action']}_COMPLETE, and {thing} {state}"
                if thing.reported and stack["action"] not in VISITS:
                    yield f"the stack is {stack['action']}_COMPLETE, and {thing} is there, which a check has named"

    def _known(self, rows: Sequence[Values]) -> Iterator[Thing]:
        """The things that rows know of, and that aren't being deleted."""
        for row in rows:
            if row["action"] != Action.DELETE and row["physical_resource_id"] in self._world.things:
                yield self._world.things[row["physical_resource_id"]]

    def _checked(self, stack: Values, rows: Sequence[Values]) -> Iterator[str]:
        if stack["status"] == Status.FAILED and not stack["status_reason"].startswith(PREFIX):
            return  # its time was over, say
        told = reasons(stack) if stack["status"] == Status.FAILED else {}
        deps = json.loads(stack["current_deps"])
        checked = {row["id"]: row for row in rows if row["id"] in deps["serving"].values()}
        wrong = {id_ for id_, row in checked.items() if self._is_wrong(row)}
        named = {id_ for id_, row in checked.items() if row["name"] in told and not is_sound(row, checked.values())}
        looked_at = {id_ for id_ in wrong & named if not any(it in told[checked[id_]["name"]] for it in UNASKED)}
        for id_ in looked_at:
            self._world.things[checked[id_]["physical_resource_id"]].reported = True
        for id_ in wrong - named - followers(deps, named):
            yield f"a check didn't name {checked[id_]['name']}: {stack['status_reason']}"
        for id_ in named - wrong:
            reason = told[checked[id_]["name"]]
            below = BELOW if checked[id_]["type"] == NESTED else ()  # what is wrong is in the stack that it is
            if not any(cause in reason for cause in (INJECTED, *UNASKED, *below)):
                yield f"a check named {checked[id_]['name']}, with which nothing is wrong: {reason}"

    def _is_wrong(self, row: Values) -> bool:
        is_asked = (row["action"], row["status"]) != (Action.SUSPEND, Status.COMPLETE)
        has_thing = row["type"] in PHYSICAL and row["physical_resource_id"] is not None
        return is_asked and has_thing and self._world.wrong_with(row["physical_resource_id"]) != ""


def is_sound(row: Values, checked: Collection[Values]) -> bool:
    """Whether a check found a row to be well, although its name is among :func:`reasons`: a nested stack's reason tells
    of what is wrong in it, and there a name may be one of ours."""
    has_nested = any(other["type"] == NESTED for other in checked)
    return has_nested and (row["action"], row["status"]) == (Action.CHECK, Status.COMPLETE)


def reasons(stack: Values) -> dict[str, str]:
    """Name → why, as a failed check tells it."""
    texts = stack["status_reason"].removeprefix(PREFIX).split("; ")
    return dict(text.split(": ", maxsplit=1) for text in texts)


def followers(deps: Values, named: set[int]) -> set[int]:
    """The rows whose nodes follow those of others, at once or later."""
    graph = decode(deps)
    found: set[int] = set()
    left = [Node(id_, NodeKind.VISIT) for id_ in named]
    while left:
        after = [node for node in graph.successors(left.pop()) if node.resource_id not in found]
        found |= {node.resource_id for node in after}
        left += after
    return found
