"""The same clients, stacks and faults for a real Heat, to compare with: ``tools/chaos --cloud --heat``.

Faults that touch heatlite's own rows are left out (``FAULTS`` are the rest). Nothing is promised here, so nothing is
violated: it is counted what is under way, locked and at the services without a row that knows it, after ``WAITS``
seconds without faults, and what is left after all stacks were deleted, up to ``DELETIONS`` times.
"""

from __future__ import annotations

import contextlib
import pathlib
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import psutil
import sqlalchemy as sa

from heatlite.cmd.connect import client_of
from heatlite.rpc import broker, transport
from tests.chaos import faults, run
from tests.chaos.cloud import endings
from tests.chaos.cloud.faults import CLOUD_WEIGHTS, CloudFaults
from tests.chaos.cloud.fleet import REGION, proxied
from tests.chaos.cloud.ground import Things, give_plenty, load, things_of
from tests.chaos.cloud.things import OF_SNAPSHOTS
from tests.chaos.lives import Life, Record
from tests.cloud.cloud import Cloud
from tests.cloud.reached import Reached
from tests.cloud.real_heat import RealHeat, heat_context, real_heat
from tests.deployment import conf
from tests.servers import MariaDB, PostgreSQL, RabbitMQ
from tests.servers.proxied import Proxied
from tests.waiting import wait_until

OWN = ("kill all", "restart", "sessions", "deadlock", "clock", "deleted", "changed")
"""Faults that need launchers, clocks or rows of heatlite's."""
FAULTS = tuple(name for name in CLOUD_WEIGHTS if name not in (*OWN, *faults.HEAVY))
WAITS, DELETIONS = 420.0, 3
IN_PROGRESS = "IN_PROGRESS"
STACKS = sa.text(
    "SELECT id, name, tenant, action, status, status_reason FROM stack WHERE deleted_at IS NULL AND owner_id IS NULL"
)
KNOWN = sa.text(
    "SELECT resource.nova_instance FROM resource JOIN stack ON stack.id = resource.stack_id "
    "WHERE stack.deleted_at IS NULL AND resource.nova_instance IS NOT NULL"
)
"""The physical ids: their column keeps the name that it had when Heat knew servers only."""
UNDER_WAY = sa.text("SELECT COUNT(*) FROM stack WHERE deleted_at IS NULL AND status = 'IN_PROGRESS'")
LOCKS = sa.text(
    "SELECT (SELECT COUNT(*) FROM resource WHERE engine_id IS NOT NULL) + (SELECT COUNT(*) FROM stack_lock)"
)


@dataclass(frozen=True)
class Root:
    """A root stack of Heat's."""

    id: str
    name: str
    project: str
    action: str
    status: str
    reason: str


class HeatFleet:
    """A heat-engine whose workers reach everything through proxies: what ``CloudFaults`` breaks."""

    def __init__(
        self, directory: pathlib.Path, database: MariaDB | PostgreSQL, rabbitmq: RabbitMQ, cloud: Cloud
    ) -> None:
        self.directory, self.cloud, self.reached = directory, cloud, Reached(cloud.described())
        self.servers, self.proxied = {"database": database, "broker": rabbitmq}, Proxied(database, rabbitmq)
        self.proxies, self.services = self.proxied.proxies, proxied(cloud)
        self.projects: list[str] = []
        self.stopped: set[int] = set()
        self.direct = sa.create_engine(self.proxied.direct, poolclass=sa.NullPool)
        self.transport = transport.get(conf(), self.proxied.bus)
        self.engine = 0

    @contextlib.contextmanager
    def serving(self) -> Iterator[RealHeat]:
        """Have the engine run in a block."""
        place = self.directory / "heat"
        place.mkdir()
        through = {"auth_url": f"{self.services['keystone'].url}/v3", "region": REGION}
        reached = Reached({**self.cloud.described(), **through})
        with real_heat(reached, place, self.proxied.url, self.proxied.bus) as heat:
            self.engine = heat.engine
            yield heat

    def context(self, project: str) -> dict[str, Any]:
        """Return the context of a project's request, with a token of its own: see ``CloudGround``."""
        self.reached.sessions.of(self.reached.login(project, project)).invalidate()
        return {**heat_context(self.reached, project), "auth_url": f"{self.services['keystone'].url}/v3"}

    def engines_at_work(self) -> list[psutil.Process]:
        """The worker processes that run."""
        return [it for it in psutil.Process(self.engine).children() if it.pid not in self.stopped]

    def roots(self) -> list[Root]:
        """Read the root stacks that live."""
        with self.direct.connect() as connection:
            return [Root(*row) for row in connection.execute(STACKS)]

    def count(self, statement: sa.TextClause) -> int:
        """Read a number."""
        with self.direct.connect() as connection:
            return int(connection.execute(statement).scalar_one())

    def strangers(self, before: Things, after: Things) -> list[str]:
        """Return what the services have that no row of a live stack knows; but for what snapshots keep."""
        with self.direct.connect() as connection:
            known = set(connection.execute(KNOWN).scalars())
        return [
            str(thing)
            for project, things in after.items()
            for thing in things.values()
            if thing.id not in known and thing.id not in before[project] and thing.kind not in OF_SNAPSHOTS
        ]

    def stop(self) -> None:
        """End everything but the cloud and the servers."""
        broker.close(self.transport)
        self.direct.dispose()
        self.proxied.close()
        for proxy in self.services.values():
            proxy.close()


class Names:
    """A watch that keeps the faults' names and no times: Heat writes no event that tells of every step."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def begins(self, name: str) -> None:
        """A fault begins."""
        self.faults.append(name)

    def is_over(self) -> None:
        """It has ended."""


class Played:
    """The ground of a run on Heat."""

    weights = CLOUD_WEIGHTS

    def __init__(self, fleet: HeatFleet, clients: int) -> None:
        self.fleet = fleet
        fleet.projects = [f"chaos-{number}" for number in range(clients)]
        for project in fleet.projects:
            give_plenty(fleet.reached, project)
        self.load = load(lambda number: fleet.context(fleet.projects[number]))

    def faults(self, random: Random) -> CloudFaults:
        """Return what makes faults happen."""
        return CloudFaults(self.fleet, random)  # type: ignore[arg-type]


def played(
    directory: pathlib.Path, database: MariaDB | PostgreSQL, rabbitmq: RabbitMQ, cloud: Cloud, plan: run.Plan
) -> Iterator[str]:
    """Play a plan on Heat, and tell what comes of it, line by line."""
    fleet = HeatFleet(directory, database, rabbitmq, cloud)
    only = tuple(name for name in plan.only or FAULTS if name in FAULTS)
    plan = run.Plan(plan.seed, plan.seconds, plan.every, plan.clients, plan.launchers, broker=False, only=only)
    try:
        with fleet.serving():
            yield from told(fleet, Played(fleet, plan.clients), plan)
    finally:
        fleet.stop()


def told(fleet: HeatFleet, ground: Played, plan: run.Plan) -> Iterator[str]:
    """Play, and tell line by line."""
    before, over = things_of(fleet.reached, fleet.projects), threading.Event()
    lives = [Life(fleet.transport, plan.seed, number, over, ground.load) for number in range(plan.clients)]
    for life in lives:
        life.start()
    watch = Names()
    missed = run.break_things(ground, plan, watch, lambda: True)  # type: ignore[arg-type]
    over.set()
    for life in lives:
        life.join(120.0)
    records = [record for life in lives for record in life.records]
    answers = Counter(answer.value for record in records for _, _, answer in record.asked)
    yield f"Heat, seed {plan.seed}: {len(records)} stacks, operations: {dict(answers)}; {len(watch.faults)} faults"
    yield f"faults: {dict(Counter(watch.faults))}; met nobody: {dict(missed)}"
    settled = settles(fleet)
    yield f"settled within {WAITS:.0f} s: {settled}"
    yield from state(fleet, before, records)
    yield from deletions(fleet, before, records)


def settles(fleet: HeatFleet) -> bool:
    """Wait until nothing is under way: False where something still is when the time is up."""
    try:
        wait_until(lambda: not fleet.count(UNDER_WAY), WAITS, "nothing to be under way")
    except AssertionError:
        return False
    return True


def state(fleet: HeatFleet, before: Things, records: list[Record]) -> Iterator[str]:
    """Tell what is stuck, locked, failed, and nobody's."""
    roots = fleet.roots()
    stuck = [f"{it.name} {it.action}" for it in roots if it.status == IN_PROGRESS]
    failed = [it for it in roots if it.status == "FAILED"]
    wrongly = [it for it in failed if not any(excuse in (it.reason or "") for excuse in endings.OWN_EXCUSES)]
    let_go = endings.let_go_of(records)
    after = things_of(fleet.reached, fleet.projects)
    nobodys = fleet.strangers(before, let_be(after, let_go))
    yield f"{len(roots)} stacks live: {len(stuck)} under way for ever ({fleet.count(UNDER_WAY)} with nested ones)"
    yield f"{fleet.count(LOCKS)} locks; {len(failed)} failed, {len(wrongly)} of them for no reason in their templates"
    yield f"{len(nobodys)} things are nobody's: {dict(Counter(it.split()[0] for it in nobodys))}"
    yield from (f"under way: {it}" for it in stuck)
    yield from (f"failed: {it.name} {it.action}: {(it.reason or '')[:200]}" for it in wrongly)


def let_be(things: Things, let_go: set[tuple[str, str]]) -> Things:
    """Return things without those of abandoned stacks."""
    return {
        project: {id: it for id, it in its.items() if not endings.is_let_go(it, project, let_go)}
        for project, its in things.items()
    }


def deletions(fleet: HeatFleet, before: Things, records: list[Record]) -> Iterator[str]:
    """Delete every stack, again and again, and tell what is left."""
    projects = {fleet.reached.project_id(name): name for name in fleet.projects}
    client = client_of(fleet.transport, timeout=120)
    rounds = 0
    while fleet.roots() and rounds < DELETIONS:
        rounds += 1
        for root in fleet.roots():
            identity = {"tenant": root.project, "stack_name": root.name, "stack_id": root.id, "path": ""}
            with contextlib.suppress(Exception):  # it is asked again
                client.delete_stack(fleet.context(projects[root.project]), identity)
        with contextlib.suppress(AssertionError):
            wait_until(lambda: not fleet.count(UNDER_WAY), WAITS / DELETIONS, "deletions to end")
    left = list(endings.left(before, things_of(fleet.reached, fleet.projects), records))
    states = Counter(f"{it.action}_{it.status}" for it in fleet.roots())
    yield f"after {rounds} rounds of deletions: {states.total()} stacks are there: {dict(states)}"
    yield f"{len(left)} things are left at the services: {dict(Counter(it.split()[0] for it in left))}"
