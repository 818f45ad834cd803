"""An endpoint on a database of its own, without RPC: announced work is done when a test says so."""

from __future__ import annotations

import contextlib
import copy
import pathlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import oslo_messaging
import sqlalchemy as sa

from heatlite import exception
from heatlite.context import RequestContext
from heatlite.convergence.model import Node
from heatlite.db import migration, models
from heatlite.db.api import Database
from heatlite.db.api import Settings as DatabaseSettings
from heatlite.db.crypt import Vault
from heatlite.engine.api.catalogue import CatalogueEndpoint
from heatlite.engine.api.insight import InsightEndpoint
from heatlite.engine.api.life import LifeEndpoint
from heatlite.engine.api.other_callers import OtherCallersEndpoint
from heatlite.engine.api.previews import PreviewEndpoint
from heatlite.engine.api.reading import ReadingEndpoint
from heatlite.engine.api.service import EngineEndpoint
from heatlite.engine.api.signals import SignalEndpoint
from heatlite.engine.api.software import SoftwareEndpoint
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.common.settings import Settings
from heatlite.engine.decision.evaluate import Evaluator
from heatlite.engine.definitions.implied_dependencies import linker
from heatlite.engine.definitions.traversals import Library
from heatlite.engine.membership.engine_claims import Claims
from heatlite.engine.membership.lease import Lease
from heatlite.engine.membership.liveness import LeaseWatch
from heatlite.engine.nested.begin import Children
from heatlite.engine.operations.lifecycle import Lifecycle
from heatlite.engine.ports.clouds import Clouds
from heatlite.engine.shared import Shared
from heatlite.engine.traversal.checker import Checker
from heatlite.engine.traversal.result_recorder import ResultRecorder
from heatlite.resources.registry import Registry

WRITTEN = (models.stack, models.raw_template, models.resource, models.sync_point, models.event, models.stack_tag)
REGISTRY = Registry.load()
HANDS_OVER: dict[str, Any] = {"enable_stack_adopt": True, "enable_stack_abandon": True}
"""Settings of engines that let clients hand stacks over, as the embedded one does."""
NOT_COUNTED = ("BEGIN", "PRAGMA")


class Clock:
    """The time, which stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


class Announcements:
    """Records what would be cast to the workers."""

    def __init__(self) -> None:
        self.waiting: list[tuple[str, tuple[Node, ...]]] = []

    def check(self, traversal_id: str, batches: Iterable[Sequence[Node]], *, here: bool = False) -> None:
        self.waiting += [(traversal_id, tuple(batch)) for batch in batches]


class NoRunner:
    """Every type in these tests is done within its claim."""

    def run(self, traversal: Any, works: Any) -> None:
        raise AssertionError(f"{works} would need threads")


class Endpoint:
    """The client API of one engine; ``call`` raises what the client would be told."""

    def __init__(self, database: Database, settings: Settings | None = None, clouds: Clouds | None = None) -> None:
        settings = settings or Settings(**HANDS_OVER)
        self.database, self.clock, self.announcements = database, Clock(), Announcements()
        inputs = Inputs(now=self.clock, monotonic=self.clock, recast_after=settings.recast_after)
        self.shared = Shared(
            database=database,
            inputs=inputs,
            settings=settings,
            registry=REGISTRY,
            library=Library(settings.operator_registry, linker(REGISTRY)),
            evaluator=Evaluator(REGISTRY, inputs, settings.max_attempts),
            lease=Lease(database, inputs, settings),
            liveness=LeaseWatch(database, self.clock, settings.lease_seconds),
            claims=Claims(),
            wakes=self.announcements,
            clouds=clouds,
        )
        self.shared.lease.acquire()
        recorder = ResultRecorder(self.shared)
        self._checker = Checker(self.shared, recorder, NoRunner())
        lifecycle, children = Lifecycle(self.shared, recorder), Children(self.shared, recorder)
        self._endpoints = (
            EngineEndpoint(self.shared, lifecycle),
            ReadingEndpoint(self.shared),
            CatalogueEndpoint(self.shared),
            PreviewEndpoint(self.shared),
            SignalEndpoint(self.shared, recorder, children),
            LifeEndpoint(self.shared, lifecycle),
            InsightEndpoint(self.shared, lifecycle),
            OtherCallersEndpoint(),
            SoftwareEndpoint(self.shared),
        )

    def call(self, method: str, *, project: str = "demo", is_admin: bool = False, **arguments: Any) -> Any:
        """Call a method as a member of a project; ``wire`` is what else the request says of its maker."""
        said = arguments.pop("wire", {})
        wire = {"project_id": project, "username": "ann", "is_admin": is_admin, **said}
        [endpoint] = [each for each in self._endpoints if hasattr(each, method)]
        return self.ask(getattr(endpoint, method), RequestContext(self.database, wire), **arguments)

    @staticmethod
    def ask(method: Callable[..., Any], context: RequestContext, **arguments: Any) -> Any:
        """Call a method of an endpoint; it raises what the client would be told."""
        try:
            return method(context, **copy.deepcopy(arguments))  # copied, as the wire does
        except oslo_messaging.ExpectedException as expected:
            error = expected.exc_info[1]
            assert isinstance(error, exception.HeatliteError)
            raise error from None

    def create(self, name: str, template: Any, *, project: str = "demo", **arguments: Any) -> dict[str, Any]:
        """Create a stack; its identity."""
        request = {"params": None, "files": None, "args": {}, **arguments}
        return self.call("create_stack", project=project, stack_name=name, template=template, **request)

    def update(self, identity: dict[str, Any], template: Any, **arguments: Any) -> dict[str, Any]:
        """Update a stack; its identity."""
        request = {"params": None, "files": None, "args": {}, **arguments}
        return self.call("update_stack", stack_identity=identity, template=template, **request)

    def show(self, identity: dict[str, Any], **arguments: Any) -> dict[str, Any]:
        """One stack in full."""
        (reply,) = self.call("show_stack", stack_identity=identity, **arguments)
        return reply

    def step(self) -> bool:
        """Do what was announced first: False where nothing is left."""
        if not self.announcements.waiting:
            return False
        traversal_id, nodes = self.announcements.waiting.pop(0)
        self._checker.check(traversal_id, nodes)
        return True

    def settle(self) -> None:
        """Do all the work that is announced, and what follows from it."""
        while self.step():
            pass

    def created(self, name: str, template: Any, **arguments: Any) -> dict[str, Any]:
        """Create a stack and let it settle; its identity."""
        identity = self.create(name, template, **arguments)
        self.settle()
        return identity

    def rows(self) -> dict[str, int]:
        """Table → how many rows it has."""
        with self.database.engine.connect() as connection:
            counts = {table.name: sa.select(sa.func.count()).select_from(table) for table in WRITTEN}
            return {name: connection.execute(statement).scalar_one() for name, statement in counts.items()}

    @contextlib.contextmanager
    def statements(self) -> Iterator[list[str]]:
        """The SQL statements that are executed meanwhile."""
        seen: list[str] = []

        def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            if not statement.startswith(NOT_COUNTED):
                seen.append(statement)

        sa.event.listen(self.database.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            sa.event.remove(self.database.engine, "before_cursor_execute", note)


def migrated(path: pathlib.Path) -> pathlib.Path:
    """A database file with the schema, to be copied."""
    database = Database(DatabaseSettings(f"sqlite:///{path}"))
    migration.sync(database.engine)
    database.dispose()
    return path


@contextlib.contextmanager
def opened(schema: pathlib.Path, path: pathlib.Path, *, encrypts: bool = False, **settings: Any) -> Iterator[Endpoint]:
    """An endpoint on a copy of the schema."""
    shutil.copy(schema, path)
    database = Database(DatabaseSettings(f"sqlite:///{path}"), Vault(("k" * 32,), encrypts))
    yield Endpoint(database, Settings(**{**HANDS_OVER, **settings}))
    database.dispose()
