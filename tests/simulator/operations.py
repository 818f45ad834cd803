"""The client: calls operations on some engine, as heat-api does, and remembers what it was told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from heatlite import exception
from heatlite.convergence import interrupts
from heatlite.db import stacks
from heatlite.engine.operations.operation_options import OperationOptions
from heatlite.engine.operations.validation import Submission
from heatlite.template import Environment
from tests.simulator import hooks, nesting, scaling
from tests.simulator.moving import Exports
from tests.simulator.scenario import VISITS, Operation, Template, Verb, hot
from tests.simulator.scheduler import Process

if TYPE_CHECKING:
    from tests.simulator.engine import SimulatedEngine
    from tests.simulator.simulation import Simulation

NAME = "stack"


@dataclass(frozen=True)
class Accepted:
    """An operation that was accepted, and the traversals that the stack had had before and by then."""

    operation: Operation
    stack_id: str


class Client:
    """A user with one stack name."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self.process = Process("client")
        self._calls: list[tuple[Process, Operation]] = []
        self._waiting = 0
        self.accepted: list[Accepted] = []
        self.succeeded = False
        self.templates: dict[str, Template] = {}
        self.exports = Exports(simulation)

    def call(self, operation: Operation) -> None:
        """Call an operation on an engine; whoever serves, or will."""
        self._waiting += 1
        self.succeeded = False
        self.templates |= nesting.templates(operation.template)
        self._call(operation)

    def _call(self, operation: Operation) -> None:
        simulation = self._simulation
        engines = [engine for engine in simulation.engines if engine.serves and not engine.process.is_paused]
        if not engines:
            simulation.scheduler.at(1.0, lambda: self._call(operation))
            return
        self._waiting -= 1
        engine = simulation.chance.choice(engines)
        simulation.tell("client", f"→ {engine.process.name}: {operation.verb} {shown(operation)}")
        self._calls.append((engine.process, operation))
        engine.spawn(str(operation.verb), lambda: self._run(engine, operation))

    def _run(self, engine: SimulatedEngine, operation: Operation) -> None:
        try:
            stack_id = self._operate(engine, operation)
        except exception.HeatliteError as error:
            self._simulation.tell("client", f"{operation.verb} is refused: {error}")
        else:
            self.succeeded = True
            self.accepted.append(Accepted(operation, stack_id))
            self._simulation.tell("client", f"{operation.verb} is accepted")
        finally:
            self._calls.remove((engine.process, operation))

    @property
    def is_calling(self) -> bool:
        """Whether some call will still be answered. Of an engine that died, nobody knows what came of the call."""
        return self._waiting > 0 or any(not process.is_dead for process, _ in self._calls)

    def _operate(self, engine: SimulatedEngine, operation: Operation) -> str:
        context = engine.context()
        options = OperationOptions(
            operation.minutes or None, disable_rollback=None if operation.rollback is None else not operation.rollback
        )
        submission = Submission(hot(operation.template), {}, Environment.parse(hooks.environment(operation)))
        if operation.verb is Verb.CREATE:
            return engine.lifecycle.create(context, NAME, submission, options).id
        if operation.verb is Verb.ADOPT:
            return self.exports.adopt(engine, NAME, operation).id
        if operation.verb is Verb.IMPORT:
            return self.exports.take_over(engine, NAME)
        stack = stacks.by_live_name(context, context.project_id, NAME)
        if stack is None:
            raise exception.EntityNotFound(entity="Stack", name=NAME)
        if operation.verb is Verb.UPDATE:
            return engine.lifecycle.update(context, stack, submission, options).id
        if operation.verb is Verb.DELETE:
            return engine.lifecycle.delete(stack).id
        if operation.verb is Verb.ABANDON:
            self.exports.abandon(engine, stack)
            return stack.id
        if operation.verb is Verb.SCALE:
            scaling.scale(self._simulation, engine, stack, nesting.NAME)
            return stack.id
        if operation.verb in VISITS:
            return engine.lifecycle.visit(stack, interrupts.Operation(operation.verb.value)).id
        return engine.lifecycle.cancel(stack, rollback=operation.verb is Verb.ROLL_BACK).id

    def stack_row(self) -> dict[str, Any] | None:
        """The live stack's row."""
        rows = self._simulation.store.tables["stack"].committed(lambda row: row["live_name"] == NAME)
        return rows[0] if rows else None


def shown(operation: Operation) -> str:
    """The operation's template in a line."""
    specs = []
    for spec in operation.template:
        ties = "".join(
            f" {kind} {','.join(getattr(spec, kind))}" for kind in ("reads", "links", "after") if getattr(spec, kind)
        )
        extra = "".join(
            f" {name}={getattr(spec, name)}" for name in ("size", "fails", "stubborn", "polls") if getattr(spec, name)
        )
        specs.append(f"{spec.name}:{spec.type[5:]}={spec.value}{extra}{ties}")
    rollback = "" if operation.rollback is None else f" rollback={operation.rollback}"
    return f"[{'; '.join(specs)}]{rollback}"
