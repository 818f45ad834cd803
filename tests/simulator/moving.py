"""Stacks that are let go of, and taken over again: abandoned and adopted, or imported as if a Heat had made them.

    abandon   the rows of a tree go in one transaction, and its things stay: they are *let go*, nobody's
    adopt     a creation that takes over what an export names; until it is COMPLETE, things may be given back
    import    the rows of the same tree are written as those of a Heat's database

A client has what it was told when it abandoned a stack; where no answer came, the things are lost.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from heatlite import exception
from heatlite.convergence.model import VISITS, Action, Status
from heatlite.db.records import StackRecord
from heatlite.engine.operations import adoption
from heatlite.engine.operations.operation_options import OperationOptions
from heatlite.engine.operations.validation import Submission
from heatlite.template import Environment
from tests.simulator import heats
from tests.simulator.scenario import AT_REST, Operation, Scenario, Verb
from tests.simulator.store.rows import Values
from tests.simulator.store.store import Changes

if TYPE_CHECKING:
    from tests.simulator.engine import SimulatedEngine
    from tests.simulator.simulation import Simulation

WHOLE = (Action.CREATE, Action.UPDATE, Action.ADOPT)
"""Operations after which a stack is what its template says: only then this client abandons it."""


def moved(scenario: Scenario) -> Scenario:
    """The scenario; in some cases with a stack that is let go of and taken over."""
    chance = random.Random(f"moved {scenario.seed}")
    if chance.random() >= 0.15:
        return scenario
    operations = list(scenario.operations)
    for _ in range(chance.choice((1, 1, 2))):
        at = chance.randrange(1, len(operations) + 1)
        operations.insert(at, Operation(Verb.ABANDON, after=AT_REST if chance.random() < 0.8 else 40))
        verb = chance.choice((Verb.ADOPT, Verb.ADOPT, Verb.IMPORT))
        back = Operation(verb, rollback=chance.random() < 0.5, after=chance.choice((AT_REST, 0, 10, 40)))
        operations.insert(at + 1, back)
    return dataclasses.replace(scenario, operations=tuple(operations))


class Exports:
    """What the client was told of stacks that it abandoned, and hasn't taken over again."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._kept: list[dict[str, Any]] = []
        self._rows: dict[str, heats.Abandoned] = {}
        """Abandoned stack → what its rows were, those of nested stacks too."""
        self._adopted: dict[str, Mapping[str, Any]] = {}
        """Stack → the export that it adopts."""

    def abandon(self, engine: SimulatedEngine, stack: StackRecord) -> None:
        """Abandon a stack.

        :raises ActionInProgress: where it isn't what its template says, or somebody is at it
        """
        if stack.action not in WHOLE or stack.status is not Status.COMPLETE:
            raise exception.ActionInProgress(stack_name=stack.name, action=stack.action)
        self._kept.append(adoption.abandon(engine.shared, stack))

    def adopt(self, engine: SimulatedEngine, name: str, operation: Operation) -> StackRecord:
        """Begin to adopt what was abandoned last. An export is used once, whatever becomes of it.

        :raises NotFound: where there is none
        """
        if not self._kept:
            raise exception.NotFound(msg_fmt="nothing was abandoned")
        data = self._kept.pop()
        submission = Submission(data["template"], data["files"], Environment.parse(data["environment"]))
        options = OperationOptions(disable_rollback=not operation.rollback, adopts=data["resources"])
        stack = engine.lifecycle.create(engine.context(), name, submission, options)
        self._adopted[stack.id] = data
        return stack

    def take_over(self, engine: SimulatedEngine, name: str) -> str:
        """Import what was abandoned last, as if a Heat had made it; return the id that it has there.

        :raises NotFound: where there is none, or it can't be taken over
        """
        if not self._kept or (known := self._rows.get(self._kept.pop()["id"])) is None:
            raise exception.NotFound(msg_fmt="nothing was abandoned")
        return heats.taken_over(engine, name, known, self._simulation.new_id)

    def committed(self, changes: Changes) -> None:
        """Keep the world's book of who owns what, by what a commit says."""
        if abandoned := heats.abandoned(changes, self._simulation.store):
            self._rows[abandoned.root] = abandoned
        for row, before, after in sorted(changes, key=lambda it: it[0].table.shape.name):  # rows before their stacks
            match row.table.shape.name:
                case "stack" if after is not None and after["status_reason"] == adoption.ABANDONED:
                    for thing in self._simulation.world.of_stack(after["id"]):
                        thing.is_let_go = True
                case "resource" if after is not None:
                    self._own(after)
                case "stack" if after is not None and (before is None or before["status"] != after["status"]):
                    self._settled(after)

    def _own(self, row: Values) -> None:
        thing = self._simulation.world.things.get(row["physical_resource_id"] or "")
        if thing is not None and thing.is_let_go:
            thing.uuid, thing.stack_id = row["uuid"], row["stack_id"]

    def _settled(self, stack: Values) -> None:
        if stack["status"] != Status.COMPLETE or stack["action"] in (*VISITS, Action.DELETE):
            return
        rows = self._simulation.store.tables["resource"].committed(lambda row: row["stack_id"] == stack["id"])
        ids = {row["physical_resource_id"] for row in rows}
        for thing in self._simulation.world.of_stack(stack["id"]):
            thing.is_let_go = thing.is_let_go and thing.id not in ids
        if stack["action"] == Action.ADOPT and stack["id"] in self._adopted:
            self._taken_over(stack, {row["name"]: row for row in rows})

    def _taken_over(self, stack: Values, rows: Mapping[str, Values]) -> None:
        """An adoption that is COMPLETE has what the export names, and made nothing."""
        for name, said in self._adopted[stack["id"]]["resources"].items():
            found = rows[name]["physical_resource_id"] if name in rows else None
            if "resources" not in said and found != said["resource_id"]:
                self._simulation.complain(f"{name} was to be adopted as {said['resource_id']}, and is {found}")
