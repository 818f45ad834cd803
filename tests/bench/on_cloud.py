"""On a cloud: what stacks of servers, ports and volumes cost, by heatlite, by Heat, and by a bare script of the SDK.

::

    run 1: heatlite, heat, sdk    run 2: heatlite, heat, sdk    …     each: create ─▶ no-op update ─▶ delete

One scenario is told at three sizes, for a chart of cost over size (``--json`` writes the figures and draws it).
Requests are counted at the services. What services ask of one another is told apart: Nova asks Neutron, whoever asks
Nova. So is what Keystone is asked. Times are compared within a pair of runs only.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psutil
import sqlalchemy as sa

from tests.bench import by_sdk, cloud_page, report
from tests.bench.fleet import BenchFleet
from tests.bench.heat_fleet import WITHOUT_PAUSE
from tests.bench.meters import cpu
from tests.cloud.configuration import PASSWORD
from tests.cloud.reached import BY_A_SERVICE, Reached
from tests.cloud.real_heat import heat_context, real_heat
from tests.cloud.run import VARIABLE
from tests.servers import MariaDB, RabbitMQ, begin_all
from tests.story import Story, Template, hot

PROJECT = "bench"
PATIENCE = 900.0
PAUSE = 0.05
HEATLITE, HEAT, SDK = PLAYERS = "heatlite", "heat", "sdk"
ID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}|\b[0-9a-f]{32}\b")


def typed(kind: str, **properties: Any) -> Template:
    """A resource of a cloud's type."""
    return {"type": f"OS::{kind}", "properties": properties}


def ref(name: str) -> Template:
    return {"get_resource": name}


def server(*ports: str) -> Template:
    """A server on these ports."""
    networks = [{"port": ref(it)} for it in ports]
    return typed("Nova::Server", flavor="m1.tiny", image="cirros", networks=networks)


def attached(number: int) -> Template:
    """Servers with a port and an attached volume each."""
    resources: Template = {}
    for it in range(number):
        resources[f"p{it}"] = typed("Neutron::Port", network=PROJECT)
        resources[f"s{it}"] = server(f"p{it}")
        resources[f"v{it}"] = typed("Cinder::Volume", size=1)
        resources[f"a{it}"] = typed("Cinder::VolumeAttachment", instance_uuid=ref(f"s{it}"), volume_id=ref(f"v{it}"))
    return hot(**resources)


def with_two_ports(number: int) -> Template:
    """Servers with two ports each, and as many volumes."""
    resources: Template = {}
    for it in range(number):
        resources |= {f"{name}{it}": typed("Neutron::Port", network=PROJECT) for name in "pq"}
        resources[f"s{it}"] = server(f"p{it}", f"q{it}")
        resources[f"v{it}"] = typed("Cinder::Volume", size=1)
    return hot(**resources)


@dataclass(frozen=True, eq=False)
class Scenario:
    """A stack, what is done to it, and the arguments with which the script makes the same."""

    name: str
    template: Template
    script: tuple[str, ...]
    verbs: tuple[str, ...] = ("create", "no-op", "delete")

    def done_by(self, by: str) -> tuple[str, ...]:
        """What is done by an engine, or by the script, which knows no update."""
        return tuple(it for it in self.verbs if by != SDK or it != "no-op")


def of_size(number: int) -> Scenario:
    """The scenario that is played at several sizes: four resources for each server."""
    name = f"{number} servers with two ports, {number} volumes"
    return Scenario(name, with_two_ports(number), (str(number), "2"), ("create", "delete"))


SIZES = tuple(map(of_size, (2, 10, 25)))
SCENARIOS = (Scenario("20 servers with a port and a volume", attached(20), ("20", "1", "attach")), *SIZES)


@dataclass
class Cost:
    """What an operation came to."""

    seconds: float
    cpu: float
    asked: list[str]
    """``neutron GET /v2.0/ports/ID 200 AGENT``."""

    @property
    def own(self) -> list[str]:
        """What wasn't asked by a service."""
        return [it for it in self.asked if not it.endswith(BY_A_SERVICE)]

    @property
    def logins(self) -> int:
        """How often Keystone was asked: tokens, trusts, users of stacks."""
        return sum(it.startswith("keystone") for it in self.own)

    @property
    def reads(self) -> int:
        return sum(it.split()[1] in ("GET", "HEAD") and not it.startswith("keystone") for it in self.own)

    @property
    def changes(self) -> int:
        return len(self.own) - self.logins - self.reads

    @property
    def by_url(self) -> Counter[str]:
        """How often each was asked, ids aside."""
        return Counter(ID.sub("ID", " ".join(it.split()[:4])) for it in self.own)


class Contest:
    """A cloud with both engines, and what is played on it."""

    def __init__(
        self, reached: Reached, stack: contextlib.ExitStack, names: Sequence[str], *, listens: bool = False
    ) -> None:
        self._reached, self._listens = reached, listens
        self._mariadb, rabbitmq = MariaDB(), RabbitMQ()
        begin_all([self._mariadb, rabbitmq])
        for it in (self._mariadb, rabbitmq):
            stack.callback(it.stop)
            it.start()
        self._stories: dict[str, Story] = {}
        self._pids: dict[str, int] = {}
        self._schemas: dict[str, str] = {}
        directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="heatlite-bench-")))
        for name in (it for it in names if it != SDK):
            place = directory / name
            place.mkdir()
            url = self._mariadb.fresh_database()
            self._schemas[name] = str(sa.make_url(url).database)
            start = {HEATLITE: self._heatlite, HEAT: self._heat}[name]
            start(place, url, rabbitmq.fresh_vhost(), stack)

    def _heatlite(self, place: pathlib.Path, url: str, bus: str, stack: contextlib.ExitStack) -> None:
        fleet = BenchFleet(place, url, bus, **self._reached.options())
        with fleet.config.open("a") as config:
            lines = (f"{name} = {it}" for name, it in self._reached.trustee().items())
            config.write("\n".join(["[trustee]", *lines, ""]))
            if self._listens:
                config.write(f"[cloud_notifications]\nenabled = true\ntransport_url = {self._reached.broker}\n")
        stack.callback(fleet.stop)
        self._pids[HEATLITE] = fleet.launch().pid
        story = self._stories[HEATLITE] = Story(fleet)
        story.context = self._reached.context(PROJECT, PROJECT)

    def _heat(self, place: pathlib.Path, url: str, bus: str, stack: contextlib.ExitStack) -> None:
        heat = stack.enter_context(real_heat(self._reached, place, url, bus, WITHOUT_PAUSE))
        self._pids[HEAT] = heat.engine
        story = self._stories[HEAT] = Story(heat)
        story.context = heat_context(self._reached, PROJECT)

    def play(self, scenario: Scenario, by: str, run: int) -> Iterator[Cost]:
        """Play it once."""
        for verb in scenario.done_by(by):
            if by == SDK:
                yield self._by_sdk(verb, scenario.script)
            else:
                yield self._by_engine(by, verb, scenario.template, run)

    def _by_engine(self, by: str, verb: str, template: Template, run: int) -> Cost:
        story = self._stories[by]
        before, used = self._traversal(by, story), self._cpu(by)
        with self._reached.recorded() as asked:
            begun = time.monotonic()
            if verb == "create":
                story.name = f"bench-{by}-{run}-{len(template['resources'])}"
                story.create(template)
            elif verb == "delete":
                story.delete()
            else:
                story.update(template)
            self._settle(by, story, before)
            seconds = time.monotonic() - begun
        return Cost(seconds, self._cpu(by) - used, asked)

    def _by_sdk(self, verb: str, script: Sequence[str]) -> Cost:
        said = {"AUTH_URL": self._reached.url, "USERNAME": PROJECT, "PASSWORD": PASSWORD, "PROJECT_NAME": PROJECT}
        environment = {**os.environ, **{f"OS_{name}": it for name, it in said.items()}, "NETWORK": PROJECT}
        with self._reached.recorded() as asked:
            before = psutil.Process().cpu_times()
            command = [sys.executable, "-W", "ignore", str(pathlib.Path(by_sdk.__file__)), verb, *script]
            done = subprocess.run(command, capture_output=True, text=True, env=environment)
            after = psutil.Process().cpu_times()
        assert done.returncode == 0, done.stderr[-3000:]
        used = after.children_user + after.children_system - before.children_user - before.children_system
        return Cost(float(done.stdout), used, asked)

    def _cpu(self, by: str) -> float:
        processes = [psutil.Process(self._pids[by]), *psutil.Process(self._pids[by]).children(recursive=True)]
        return sum(cpu(it.pid) for it in processes)

    def _traversal(self, by: str, story: Story) -> str:
        return self._row(by, story)[1] if story.identity else ""

    def _row(self, by: str, story: Story) -> tuple[str, str, str]:
        columns = "CONCAT(action, '_', status), COALESCE(current_traversal, ''), COALESCE(status_reason, '')"
        stack = story.identity["stack_id"]
        [row] = self._mariadb.ask(f"SELECT {columns} FROM {self._schemas[by]}.stack WHERE id = '{stack}'")
        return row

    def _settle(self, by: str, story: Story, before: str) -> None:
        """Wait until an operation other than the last has ended: the engines have no event to offer."""
        end = time.monotonic() + PATIENCE
        while True:
            state, traversal, reason = self._row(by, story)
            if traversal != before and not state.endswith("IN_PROGRESS"):
                assert state.endswith("COMPLETE"), f"{by}: {state}: {reason}"
                return
            assert time.monotonic() < end, f"{by}: not over after {PATIENCE:.0f} s"
            time.sleep(PAUSE)


def run(wanted: argparse.Namespace) -> int:
    """Play what the arguments ask for and tell what it cost; 0 where all of it could be played."""
    words = [word for word in wanted.only.split(",") if word]
    chosen = [it for it in SCENARIOS if not words or any(word in it.name for word in words)]
    peers = [it for it in PLAYERS if it in (HEATLITE, wanted.peer or it)]
    runs = wanted.runs or 3
    reached = Reached(json.loads(pathlib.Path(os.environ[VARIABLE]).read_text()))
    reached.fresh_project(PROJECT)
    with contextlib.ExitStack() as stack:
        stack.enter_context(network(reached))
        contest = Contest(reached, stack, peers, listens=wanted.listen)
        costs = {it: played(contest, it, peers, runs) for it in chosen}
    text = "".join(told(it, found, wanted.calls) for it, found in costs.items())
    if wanted.output is not None:
        wanted.output.write_text(text)
    if wanted.json is not None:
        cloud_page.write(wanted.json, [it for scenario, found in costs.items() for it in figures(scenario, found)])
    return 0


@contextlib.contextmanager
def network(reached: Reached) -> Iterator[None]:
    """A network with a subnet, on which all ports are."""
    api = reached.services(PROJECT, PROJECT).api("network")
    made = api.post("/networks", {"network": {"name": PROJECT}})["network"]["id"]
    api.post("/subnets", {"subnet": {"network_id": made, "ip_version": 4, "cidr": "10.60.0.0/20"}})
    try:
        yield
    finally:
        api.delete(f"/networks/{made}")


Played = Mapping[str, Mapping[str, list[Cost]]]


def played(contest: Contest, scenario: Scenario, peers: Sequence[str], runs: int) -> Played:
    """Each one's costs, verb by verb; they take turns."""
    found: dict[str, dict[str, list[Cost]]] = {}
    for number in range(runs):
        for by in peers:
            for verb, cost in zip(scenario.done_by(by), contest.play(scenario, by, number), strict=True):
                found.setdefault(verb, {}).setdefault(by, []).append(cost)
                line = f"{cost.seconds:6.1f} s, {cost.cpu:6.2f} s of CPU, {cost.changes} changes, {cost.reads} reads"
                print(f"{scenario.name}: {number + 1}, {verb} by {by}: {line}", flush=True)
    return found


def figures(scenario: Scenario, found: Played) -> Iterator[cloud_page.Figure]:
    """The medians of what each operation came to, as they are kept."""
    for verb, costs in found.items():
        for by, its in costs.items():
            values = {name: statistics.median(map(read, its)) for name, read in MEASURES.items()}
            size = len(scenario.template["resources"])
            yield {"what": scenario.name, "verb": verb, "by": by, "resources": size, "runs": len(its), **values}


MEASURES: Mapping[str, Callable[[Cost], float]] = {
    "wall s": lambda it: it.seconds,
    "CPU s": lambda it: it.cpu,
    "changing calls": lambda it: it.changes,
    "GETs": lambda it: it.reads,
    "of Keystone": lambda it: it.logins,
    "by services": lambda it: len(it.asked) - len(it.own),
}


def told(scenario: Scenario, found: Played, calls: bool) -> str:
    """A table of medians, and of heatlite's ratios to each other one: the median of the pairs, with the spread."""
    rows: list[Sequence[str]] = [(scenario.name, "by", *MEASURES), ("---",) * (2 + len(MEASURES))]
    for verb, costs in found.items():
        for by, its in costs.items():
            rows.append((verb, by, *(report.number(statistics.median(map(read, its))) for read in MEASURES.values())))
        for by, its in costs.items():
            if by != HEATLITE:
                rows.append(
                    (verb, f"heatlite over {by}", *(ratio(costs[HEATLITE], its, it) for it in MEASURES.values()))
                )
    text = report.table(rows)
    print(text, flush=True)
    for verb, costs in found.items() if calls else ():
        for by, its in costs.items():
            print(f"{verb} by {by}:")
            for what, number in its[-1].by_url.most_common():
                print(f"  {number:5} {what}")
    return f"{text}\n"


def ratio(ours: Sequence[Cost], theirs: Sequence[Cost], read: Callable[[Cost], float]) -> str:
    """Of each pair of runs, how many times theirs ours is: the median, the least and the most."""
    found = [read(one) / read(other) for one, other in zip(ours, theirs, strict=True) if read(other)]
    return f"{statistics.median(found):.2f} ({min(found):.2f}–{max(found):.2f})" if found else "–"
