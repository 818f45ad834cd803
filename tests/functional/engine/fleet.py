"""Several engines on one database, without threads: who does something next is for the test to say.

The clock stands still; while a test lets it run, every engine that lives renews its lease.

    message()  one cast ──▶ an engine      work()    all that is to be done by now
    sweep()    one look, by all who live   settle()  until nothing is left to be waited for
"""

from __future__ import annotations

import copy
import pathlib
import shutil
from collections.abc import Iterable
from typing import Any

import oslo_messaging

from heatlite.context import EngineContext, RequestContext
from heatlite.convergence.interrupts import Operation
from heatlite.db import stacks
from heatlite.db.api import Database
from heatlite.db.api import Settings as DatabaseSettings
from heatlite.db.records import StackRecord
from heatlite.engine.common.settings import Settings
from heatlite.resources.base import Resource
from heatlite.resources.builtin.test_resource import TestResource
from heatlite.resources.registry import Registry
from heatlite.rpc.messages import BeginChild
from tests.functional.engine.breaking import BreakingDatabase
from tests.functional.engine.endpoint import HANDS_OVER, Clock
from tests.functional.engine.still_engine import Bus, Engine, Surroundings

WIRE = {"project_id": "demo", "username": "ann"}
ENGINES = 3
MOST_ROUNDS = 200
RENEWED_AT = 0.45
"""Of a lease, after how much it is renewed while time passes: just before the owner would stop to start steps."""


class ThreadedResource(TestResource):
    """The same, but its steps aren't run within the claim."""

    immediate = False


TYPES: dict[str, type[Resource]] = {"OS::Heat::TestResource": TestResource, "Test::Threaded": ThreadedResource}


class Fleet:
    """Engines, their bus and their database; and the client of one stack."""

    def __init__(
        self, schema: pathlib.Path, path: pathlib.Path, settings: Settings | None = None, **types: type[Resource]
    ) -> None:
        shutil.copy(schema, path)
        self._meet(BreakingDatabase(DatabaseSettings(f"sqlite:///{path}")), settings, types)

    @classmethod
    def on(cls, database: Database, settings: Settings | None = None, **types: type[Resource]) -> Fleet:
        """Engines on a database that is there, of any kind."""
        fleet = cls.__new__(cls)
        fleet._meet(database, settings, types)
        return fleet

    def _meet(self, database: Any, settings: Settings | None, types: dict[str, type[Resource]]) -> None:
        self.database = database
        self.clock, self.bus, self.settings = Clock(), Bus(), settings or Settings(**HANDS_OVER)
        self._surroundings = Surroundings(
            self.database, self.clock, self.bus, Registry({**TYPES, **types}), self.settings
        )
        self.engines = [Engine(self._surroundings) for _ in range(ENGINES)]
        self.first = self.engines[0].id
        self.identity: dict[str, Any] = {}

    @property
    def living(self) -> list[Engine]:
        """The engines that live, without those that hear and say nothing for the moment."""
        return [engine for engine in self.engines if engine.lives and not engine.is_silent]

    def start(self) -> None:
        """One engine more."""
        self.engines.append(Engine(self._surroundings))

    def context(self) -> EngineContext:
        return EngineContext(self.database)

    def create(self, template: Any, *, rollback: bool = False, files: Any = None, **args: Any) -> None:
        """Begin to create the stack."""
        given = {"disable_rollback": not rollback, **args}
        self.identity = self.call("create_stack", "web", template, None, files, given)

    def update(self, template: Any, **args: Any) -> None:
        """Begin to update it."""
        self.call("update_stack", self.identity, template, None, None, args)

    def delete(self) -> None:
        """Begin to delete it."""
        self.call("delete_stack", self.identity)

    def visit(self, operation: Operation) -> None:
        """Begin to suspend, resume or check it."""
        self.living[0].lifecycle.visit(self.stack(), operation)

    def call(self, method: str, *arguments: Any) -> Any:
        """Have a living engine answer a client."""
        return self._call(method, arguments, {})

    def call_with(self, method: str, **arguments: Any) -> Any:
        """The same with named arguments, as they come over the wire."""
        return self._call(method, (), arguments)

    def call_as(self, wire: dict[str, Any], method: str, **arguments: Any) -> Any:
        """The same for somebody else."""
        return self._call(method, (), arguments, wire)

    def _call(
        self, method: str, arguments: tuple[Any, ...], named: dict[str, Any], wire: dict[str, Any] | None = None
    ) -> Any:
        engine = self.living[0]
        endpoints = (engine.endpoint, engine.signals, engine.life, engine.reading, engine.previews, engine.software)
        endpoint = next(it for it in endpoints if hasattr(it, method))
        try:
            copied = copy.deepcopy((arguments, named))  # as the wire does
            return getattr(endpoint, method)(RequestContext(self.database, wire or WIRE), *copied[0], **copied[1])
        except oslo_messaging.ExpectedException as expected:
            raise expected.exc_info[1] from None

    def stack(self) -> StackRecord:
        """The stack's row."""
        found = stacks.get(self.context(), self.identity["stack_id"])
        assert found is not None
        return found

    def state(self) -> str:
        """Action and status of the stack, in one word."""
        stack = self.stack()
        return f"{stack.action}_{stack.status}"

    def message(self, to: int = 0) -> bool:
        """Deliver the cast that was sent first, to a living engine; whether there was one."""
        if not self.bus.casts:
            return False
        traversal_id, nodes = self.bus.casts.popleft()
        self.living[to].checker.check(traversal_id, nodes)
        return True

    def request(self) -> bool:
        """Deliver the request that was sent first, if whom it is for lives; whether there was one."""
        if not self.bus.requests:
            return False
        engine_id, resource_ids, traversal_id = self.bus.requests.popleft()
        for engine in self.living:
            if engine.id == engine_id:
                engine.runner.asked(set(resource_ids), traversal_id)
        return True

    def operation(self, to: int = 0) -> bool:
        """Deliver the operation on a nested stack that was sent first, to a living engine; whether there was one."""
        if not self.bus.operations:
            return False
        request, sent = self.bus.operations.popleft()
        if isinstance(sent, BeginChild):
            self.living[to].nested.begin_child(request, sent.to_wire())
        else:
            self.living[to].nested.begin_children(request, [it.to_wire() for it in sent])
        return True

    def wake(self) -> bool:
        """Deliver the wake-up that was sent first, if whom it is for lives; whether there was one."""
        if not self.bus.wakes:
            return False
        engine_id, resource_ids = self.bus.wakes.popleft()
        for engine in self.living:
            if engine.id == engine_id:
                engine.runner.woken(set(resource_ids))
        return True

    def over(self) -> bool:
        """Deliver what was said first of an operation whose time is over, if whom it is for lives; whether it was."""
        if not self.bus.ends:
            return False
        engine_id, traversal_id = self.bus.ends.popleft()
        for engine in self.living:
            if engine.id == engine_id:
                engine.runner.over(traversal_id)
        return True

    def work(self) -> None:
        """Do all that is to be done without letting time pass."""
        bus = (self.message, self.request, self.operation, self.wake, self.over)
        while any([*(deliver() for deliver in bus), *(engine.work() for engine in self.living)]):
            pass

    def work_without_wakes(self) -> None:
        """The same, with every wake-up lost."""
        bus = (self.message, self.request, self.operation, self.over)
        while any([*(deliver() for deliver in bus), *(engine.work() for engine in self.living)]):
            self.bus.wakes.clear()

    def do_without_wakes(self) -> None:
        """The same, with every wake-up still under way."""
        bus = (self.message, self.request, self.operation, self.over)
        while any([*(deliver() for deliver in bus), *(engine.work() for engine in self.living)]):
            pass

    def pass_time(self, seconds: float) -> None:
        """Let the clock run. Nobody does anything meanwhile but renew leases."""
        end, slice_ = self.clock.now + seconds, self.settings.lease_seconds * RENEWED_AT
        while self.clock.now < end:
            self.clock.now = min(end, self.clock.now + slice_)
            for engine in self.living:
                engine.shared.lease.renew()

    def sweep(self, *looks: str) -> None:
        """Let every engine that lives look for these kinds of lost work, now and again after more than a lease."""
        self._look(looks)
        for _ in range(2):
            self.pass_time(self.settings.lease_seconds + 1)
            self._look(looks)

    def _look(self, looks: Iterable[str]) -> None:
        for engine in self.living:
            for look in looks:
                getattr(engine.sweeper, look)()

    def settle(self) -> None:
        """Do what there is to do and wait for what is waited for, without any sweep, until nothing is left."""
        for _ in range(MOST_ROUNDS):
            self.work()
            due = [at for engine in self.living for at, _ in engine.timers.items]
            if not due:
                return
            self.pass_time(max(0.0, min(due) - self.clock.now) + 0.001)
        raise AssertionError(f"it doesn't settle: {self.state()}")
