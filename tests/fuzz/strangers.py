"""A stranger with a member's role at the RPC of real engines, beside a project that has secrets.

::

    victim's project    stacks, nested ones, snapshots, configs, deployments     every value in them is a canary
    attacker's project  ──calls (``surface.drawn``)──▶  engines on MariaDB and on PostgreSQL
                                                              │
    after each call     no canary, no traceback, no SQL in the reply; an error has a name; an answer comes
    now and then        nothing of the victim's has changed, nothing of the attacker's refers to it
    all the time        no engine has more memory than it may, none dies
    in the end          no hidden value in a log, nor in clear in a column

The same calls go to both databases; where one refuses what the other takes, that is told as well.
"""

from __future__ import annotations

import contextlib
import json
import pathlib
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import oslo_messaging
import psutil
import sqlalchemy as sa

from heatlite import exception
from heatlite.db import models, software_models
from heatlite.db.api import Database
from heatlite.db.crypt import Vault
from heatlite.db.settings import Settings
from heatlite.rpc import messages
from heatlite.rpc.serializer import PlainSerializer
from tests.deployment import KEY, Daemons
from tests.fuzz.surface import ATTACKER, HIDDEN, VICTIM, Call, Facts, Method, drawn, hot, internal, surface
from tests.waiting import PATIENCE, wait_until

CANARY = "canary-of-the-victim"
MOST_MEMORY = 400 * 1024 * 1024
"""Bytes of resident memory that an engine may have."""
OPTIONS = {
    "lease_seconds": 30,
    "max_resources_per_stack": 1000,
    "max_template_size": 524_288,
    "max_events_per_stack": 1000,
    "encrypt_parameters_and_properties": True,
}
"""Heat's own limits: they are what is looked at."""
WIRE = {"project_id": VICTIM, "tenant_id": VICTIM, "username": CANARY, "is_admin": False, "roles": ["member"]}
VERSIONS = {
    messages.ENGINE_TOPIC: messages.ENGINE_VERSION,
    messages.WORKER_TOPIC: messages.WORKER_VERSION,
    messages.LISTENER_TOPIC: messages.LISTENER_VERSION,
    messages.NESTED_TOPIC: messages.NESTED_VERSION,
}
INSIDES = re.compile(
    r'Traceback \(most recent|File "[^"]+", line \d|\[SQL:|\[parameters:|sqlalchemy|pymysql|psycopg|site-packages'
    r"|failed with an internal error|\bSELECT [\w`\".]+|\bINSERT INTO\b|\bUPDATE \w+ SET\b|sqlalche\.me"
)
"""What tells of the engine's insides."""
NAMED = {name for name, it in vars(exception).items() if isinstance(it, type)} | {"UnsupportedVersion", "NoSuchMethod"}


@dataclass
class Report:
    """What a run came to."""

    calls: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    violations: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    differences: Counter[str] = field(default_factory=Counter)
    memory: dict[str, int] = field(default_factory=dict)
    slowest: tuple[float, str] = (0.0, "")
    seconds: float = 0.0

    def violated(self, what: str, example: object = "") -> None:
        """Note something that must not be, with the first example of it."""
        self.violations[what] += 1
        self.examples.setdefault(what, str(example)[:2_000])

    def __str__(self) -> str:
        total = sum(self.calls.values())
        peaks = ", ".join(f"{name} {peak / 2**20:.0f} MB" for name, peak in sorted(self.memory.items()))
        lines = [
            f"{total} calls of {len(self.calls)} methods in {self.seconds:.0f} s; at the peak: {peaks}",
            "answers: " + ", ".join(f"{count} {name}" for name, count in self.outcomes.most_common()),
            f"slowest: {self.slowest[0]:.1f} s {self.slowest[1][:300]}",
            *(f"differs {count} times: {what}" for what, count in self.differences.most_common(20)),
            *(f"VIOLATED {count} times: {what}\n    {self.examples[what]}" for what, count in self.violations.items()),
        ]
        return "\n".join(lines)


class Memory(threading.Thread):
    """Watches what engines take, and notes the most that one had."""

    def __init__(self, deployments: Mapping[str, Daemons], report: Report) -> None:
        super().__init__(daemon=True)
        self.deployments, self.report, self.over = deployments, report, threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.2):
            for name, daemons in self.deployments.items():
                with contextlib.suppress(psutil.Error):  # it has just ended
                    size = max((process.memory_info().rss for process in daemons.workers()), default=0)
                    self.report.memory[name] = max(size, self.report.memory.get(name, 0))


class Stranger:
    """One deployment under attack."""

    def __init__(self, name: str, daemons: Daemons) -> None:
        self.name, self.daemons = name, daemons
        self._client = oslo_messaging.get_rpc_client(
            daemons.transport, oslo_messaging.Target(exchange=messages.EXCHANGE), serializer=PlainSerializer()
        )
        self.facts = Facts()
        self.engines = {process.pid for process in daemons.workers()}

    def send(self, call: Call) -> Any:
        """The reply.

        :raises oslo_messaging.RemoteError: what the engine raised
        :raises oslo_messaging.MessagingTimeout: where nobody answered
        """
        namespace = {"namespace": call.method.namespace} if call.method.namespace else {}
        version = "1.0" if call.method.namespace else VERSIONS[call.method.topic]
        prepared = self._client.prepare(topic=call.method.topic, version=version, timeout=PATIENCE, **namespace)
        return prepared.call(call.context, call.method.name, **call.arguments)

    def furnish(self) -> None:
        """Make what the victim has, and something that the attacker has; learn all ids."""
        client = self.daemons.client
        for project, word in ((VICTIM, CANARY), (ATTACKER, "mine")):
            wire = {**WIRE, "project_id": project, "tenant_id": project, "username": word}
            for name in ("vault", "Vault", "empty"):
                template = furnished(word) if name != "empty" else hot({}, description=word)
                arguments = {"disable_rollback": True, "tags": [word]}
                params = {"parameters": {"pin": word} if name != "empty" else {}}
                client.create_stack(wire, name, template, params, {"f": word}, arguments)
            for name in ("vault", "Vault", "empty"):
                identity = client.identify_stack(wire, name)
                wait_until(lambda: self._ended(wire, identity), PATIENCE, f"{name} to end", self.daemons.tail)  # noqa: B023
            client.stack_snapshot(wire, client.identify_stack(wire, "vault"), word)
            config = client.create_software_config(wire, name=word, group="script", config=word)
            client.create_software_deployment(
                wire, server_id=f"server-{word[:4]}", config_id=config["id"], status_reason=word
            )
        wait_until(self._is_quiet, PATIENCE, "snapshots to end", self.daemons.tail)
        self.facts = Facts(self._known(ATTACKER), self._known(VICTIM))

    def _ended(self, wire: dict[str, Any], identity: dict[str, Any]) -> bool:
        [shown] = self.daemons.client.show_stack(wire, identity)
        status = shown["stack_status"]
        assert status != "FAILED", "what the victim has comes to be"
        return bool(status == "COMPLETE")

    def _is_quiet(self) -> bool:
        busy = sa.select(sa.func.count()).where(models.stack.c.status == "IN_PROGRESS", models.stack.c.tenant == VICTIM)
        return not self._rows(busy)[0][0]

    def _rows(self, statement: Any) -> list[Any]:
        with self.daemons.database.engine.connect() as connection:
            return list(connection.execute(statement))

    def _known(self, project: str) -> dict[str, list[Any]]:
        """Kind → ids, in an order that is the same on every database, whatever the ids are."""
        s, r, shots = models.stack.c, models.resource.c, models.snapshot.c
        found = self._rows(sa.select(s.id, s.name, s.current_traversal, s.raw_template_id).where(s.tenant == project))
        stacks = sorted(found, key=lambda it: it.name)
        mine = sa.select(r.uuid, r.name, r.physical_resource_id, s.name.label("of")).join_from(
            models.resource, models.stack, s.id == r.stack_id
        )
        rows = sorted(self._rows(mine.where(s.tenant == project)), key=lambda it: (it.of, it.name))
        configs, deployments = software_models.software_config.c, software_models.software_deployment.c
        identities = [{"tenant": project, "stack_name": it.name, "stack_id": it.id, "path": ""} for it in stacks]
        return {
            "identity": identities,
            "stack_id": [it.id for it in stacks],
            "stack_name": [it.name for it in stacks],
            "traversal": [it.current_traversal for it in stacks],
            "template_id": [it.raw_template_id for it in stacks],
            "resource_uuid": [it.uuid for it in rows],
            "resource_name": [it.name for it in rows],
            "physical_id": [it.physical_resource_id for it in rows if it.physical_resource_id],
            "snapshot_id": [it.id for it in self._rows(sa.select(shots.id).where(shots.tenant == project))],
            "config_id": [it.id for it in self._rows(sa.select(configs.id).where(configs.tenant == project))],
            "deployment_id": [
                it.id for it in self._rows(sa.select(deployments.id).where(deployments.tenant == project))
            ],
            "server_id": [f"server-{'cana' if project == VICTIM else 'mine'}"],
        }

    # --- what must hold -----------------------------------------------------------------------------------------

    def victims(self) -> str:
        """All that the victim has, as its rows say it."""
        s, r = models.stack, models.resource
        of_victim = sa.select(s.c.id).where(s.c.tenant == VICTIM)
        found = [
            self._rows(sa.select(s).where(s.c.tenant == VICTIM).order_by(s.c.id)),
            self._rows(sa.select(r).where(r.c.stack_id.in_(of_victim)).order_by(r.c.id)),
            self._rows(sa.select(models.stack_tag).where(models.stack_tag.c.stack_id.in_(of_victim)).order_by("id")),
            self._rows(sa.select(models.snapshot).where(models.snapshot.c.tenant == VICTIM).order_by("id")),
        ]
        for table in (software_models.software_config, software_models.software_deployment):
            found.append(self._rows(sa.select(table).where(table.c.tenant == VICTIM).order_by("id")))
        return repr(found)

    def borrowed(self) -> list[Any]:
        """Stacks of others than the victim that refer to what is the victim's."""
        s = models.stack.c
        mine = sa.select(s.id).where(s.tenant == VICTIM).scalar_subquery()
        templates = sa.select(s.raw_template_id).where(s.tenant == VICTIM).scalar_subquery()
        refers = sa.or_(s.owner_id.in_(mine), s.root_id.in_(mine), s.raw_template_id.in_(templates), s.nested_depth < 0)
        return self._rows(sa.select(s.id, s.name).where(s.tenant != VICTIM, refers))

    def in_clear(self) -> Iterator[str]:
        """Columns in which a hidden value stands as it is."""
        quoted = self.daemons.database.engine.dialect.identifier_preparer.quote
        for table in models.metadata.sorted_tables:
            for column in table.c:
                if isinstance(column.type, sa.Text | sa.String | sa.types.TypeDecorator):
                    words = {"text": f"%{HIDDEN}%"}
                    text = f"SELECT count(*) FROM {quoted(table.name)} WHERE {quoted(column.name)} LIKE :text"
                    if self._rows(sa.text(text).bindparams(**words))[0][0]:
                        yield f"{table.name}.{column.name}"

    def has_died(self) -> bool:
        """Whether an engine that was there is no more."""
        return not self.engines <= {process.pid for process in self.daemons.workers()}


def furnished(word: str) -> dict[str, Any]:
    """A template with everything that can hold a secret."""
    stores = {"type": "OS::Heat::TestResource", "properties": {"value": word}, "metadata": {"of": word}}
    member = {"type": "OS::Heat::TestResource", "properties": {"value": {"get_param": "pin"}}}
    resources = {
        "one": stores,
        "group": {"type": "OS::Heat::ResourceGroup", "properties": {"count": 2, "resource_def": member}},
    }
    outputs = {"secret": {"value": {"get_attr": ["one", "output"]}, "description": word}}
    pin = {"type": "string", "hidden": True}
    return hot(resources, outputs=outputs, parameters={"pin": pin}, description=word)


def judge(report: Report, deployment: str, call: Call, said: str, seconds: float) -> None:
    """Note what is wrong with one reply or error, as text."""
    method = call.method.name
    if CANARY in said:
        report.violated(f"{deployment}: {method} tells what is another project's", f"{call}\n    {said[:600]}")
    if HIDDEN in said:
        report.violated(f"{deployment}: {method} tells a hidden value", f"{call}\n    {said[:600]}")
    if inside := INSIDES.search(said):
        around = said[max(0, inside.start() - 200) : inside.end() + 400]
        report.violated(f"{deployment}: {method} tells of the engine's insides", f"{call}\n    {around}")
    if seconds > report.slowest[0]:
        report.slowest = (seconds, f"{deployment}: {call}")


def asked(report: Report, stranger: Stranger, call: Call) -> str:
    """Send one call, look at what comes back, and give the kind of answer."""
    began = time.monotonic()
    try:
        reply = stranger.send(call)
        kind, said = "a reply", json.dumps(reply)
    except oslo_messaging.RemoteError as error:
        kind = str(error.exc_type)
        said = f"{error.exc_type} {error.value} {''.join(error.traceback or ())}"
        if kind not in NAMED and call.method.topic == messages.ENGINE_TOPIC:
            report.violated(f"{stranger.name}: {call.method.name} fails without a name: {kind}", f"{call}\n    {said}")
    except oslo_messaging.MessagingTimeout:
        kind = said = "no answer"
        report.violated(f"{stranger.name}: {call.method.name} isn't answered within {PATIENCE:g} s", call)
    except Exception as error:  # one of Python's own, which oslo.messaging rebuilds
        kind, said = type(error).__name__, str(error)
        if call.method.topic == messages.ENGINE_TOPIC:
            report.violated(f"{stranger.name}: {call.method.name} fails without a name: {kind}", f"{call}\n    {said}")
    judge(report, stranger.name, call, said, time.monotonic() - began)
    report.outcomes[kind] += 1
    return kind


def look_around(report: Report, stranger: Stranger, before: str, calls: int) -> str:
    """Note what of the victim's has changed, and what refers to it; and give what it has now."""
    if stranger.has_died():
        report.violated(f"{stranger.name}: an engine has died", f"within the calls before number {calls}")
        stranger.engines = {process.pid for process in stranger.daemons.workers()}
    for row in stranger.borrowed():
        report.violated(f"{stranger.name}: a stack refers to what is another project's", row)
    if (now := stranger.victims()) != before:
        report.violated(f"{stranger.name}: something of another project has changed", f"before call {calls}")
    return now


def play(
    deployments: Mapping[str, Daemons],
    seed: str,
    seconds: float,
    most: int | None = None,
    tell: Callable[[Report], None] = lambda report: None,
) -> Report:
    """Attack deployments that serve already, for so long or for so many calls each.

    :param tell: called with the report so far after each 2,000 calls
    """
    report, methods = Report(), [*surface(), *internal()]
    strangers = [Stranger(name, daemons) for name, daemons in deployments.items()]
    for stranger in strangers:
        stranger.furnish()
    before = {stranger.name: stranger.victims() for stranger in strangers}
    memory, began, number = Memory(deployments, report), time.monotonic(), 0
    memory.start()
    while time.monotonic() - began < seconds and (most is None or number < most):
        kinds = {}
        for stranger in strangers:
            call = sendable(f"{seed}/{number}", stranger.facts, methods)
            report.calls[call.method.name] += 1
            kinds[stranger.name] = asked(report, stranger, call)
        if len(set(kinds.values())) > 1:
            report.differences[f"{call.method.name}: {kinds}"] += 1
        number += 1
        if number % 50 == 0:
            before = {it.name: look_around(report, it, before[it.name], number) for it in strangers}
        if number % 1_000 == 0:
            report.seconds = time.monotonic() - began
            tell(report)
    memory.over.set()
    memory.join()
    report.seconds = time.monotonic() - began
    for stranger in strangers:
        look_around(report, stranger, before[stranger.name], number)
        end(report, stranger)
    return report


def end(report: Report, stranger: Stranger) -> None:
    """Look at what the run has left: memory, log and columns."""
    if report.memory.get(stranger.name, 0) > MOST_MEMORY:
        report.violated(f"{stranger.name}: an engine took {report.memory[stranger.name] / 2**20:.0f} MB")
    log = stranger.daemons.log.read_text(errors="replace")
    for word in (CANARY, HIDDEN):
        if word in log:
            place = log.index(word)
            report.violated(f"{stranger.name}: the log tells {word}", log[max(0, place - 800) : place + 200])
    for column in stranger.in_clear():
        report.violated(f"{stranger.name}: a hidden value stands in clear in {column}")
    tracebacks = re.findall(r"^(?:\S+ ){0,8}(\w+(?:\.\w+)*(?:Error|Exception)): ", log, re.MULTILINE)
    for name, count in Counter(tracebacks).items():
        report.outcomes[f"({stranger.name}'s log: {name})"] += count


def sendable(seed: str, facts: Facts, methods: list[Method]) -> Call:
    """A call that the client's own libraries get onto the wire: they can't count to every depth."""
    rng = Random(seed)
    while True:
        call = drawn(rng, facts, methods)
        with contextlib.suppress(RecursionError):
            json.dumps(PlainSerializer().serialize_entity({}, call.arguments))
            return call


def deployment(directory: pathlib.Path, url: str, bus: str) -> Daemons:
    """Engines with the limits that they have by default, and encryption."""
    directory.mkdir(parents=True, exist_ok=True)
    daemons = Daemons(directory, url, bus, workers=1, **OPTIONS)
    daemons.database.dispose()
    daemons.database = Database(Settings(url), Vault((KEY,), encrypts=True))
    return daemons
