"""A folder of templates, each lived through on both engines: made, updated, updated with nothing new, deleted.

    python -m tests.differential.lives FOLDER [PART/PARTS]     HEAT_PYTHON names Heat's Python

Heat is a running heat-engine with a database and a broker of its own; heatlite is the embedded engine. Both are told
the same by the same client. Types that need a cloud are the same stubs on both sides, and so are those whose values are
drawn or that wait for somebody. After each step both have to have the same state, resources and outputs, and what
happened meanwhile has to be the same, event by event. The exit code is 1 where they differ.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from heatlite import exception
from heatlite.cmd import environment as environments
from heatlite.cmd import quiet
from heatlite.cmd.connect import client_of
from heatlite.cmd.files import Files
from heatlite.db import migration
from heatlite.db.api import Database
from heatlite.db.settings import Settings as DatabaseSettings
from heatlite.engine.common import operator_environment
from heatlite.engine.common.settings import Settings
from heatlite.engine.membership.liveness import FileLocks
from heatlite.engine.runtime import embedded
from heatlite.engine.runtime.process import EngineProcess, Surroundings
from heatlite.resources.base import Resource
from heatlite.resources.openstack.aws.load_balancer import TYPE as BALANCER
from heatlite.resources.openstack.aws.load_balancer import LoadBalancer
from heatlite.resources.registry import Registry
from heatlite.resources.schema import Attribute, Type
from heatlite.rpc import transport
from heatlite.rpc.engine_client import EngineClient, Identity
from heatlite.rpc.queries import EventQuery
from heatlite.schema import constraints
from heatlite.schema.provider import is_template
from tests.bench.heat_fleet import HeatFleet
from tests.deployment import QUICK, conf
from tests.differential.compare import Case, Heat
from tests.differential.corpus import Passes, document, stub, templates_in, values_for
from tests.differential.masks import masked, member
from tests.heat_api import venvs
from tests.servers import MariaDB, RabbitMQ, begin_all

REAL = {
    "AWS::AutoScaling::AutoScalingGroup",
    "AWS::AutoScaling::LaunchConfiguration",
    "AWS::ElasticLoadBalancing::LoadBalancer",
    "OS::Heat::AutoScalingGroup",
    "OS::Heat::CloudConfig",
    "OS::Heat::InstanceGroup",
    "OS::Heat::MultipartMime",
    "OS::Heat::None",
    "OS::Heat::ResourceChain",
    "OS::Heat::ResourceGroup",
    "OS::Heat::SoftwareComponent",
    "OS::Heat::SoftwareConfig",
    "OS::Heat::StructuredConfig",
    "OS::Heat::TestResource",
    "OS::Heat::Value",
}
"""Types that are what they are on both sides; every other one is a stub."""
HEATS_OWN = "latency_watcher"
"""An alarm in the nested stack of Heat's load balancers, which has no use any more: those of heatlite have none."""
HEATS_FAULT = "TypeError: resources.ElasticLoadBalancer: 'NoneType' object is not subscriptable"
"""How each group ends in Heat 27 that names a load balancer: in a step of one resource Heat knows no physical id of the
others, so it finds no nested stack of the load balancer to change."""
ADDRESS = "10.0.0.1"
"""Of every server, as in ``heat_engine``."""
DYNAMIC = {
    "AWS::CloudFormation::Stack",
    "OS::Heat::SoftwareDeployment",
    "OS::Heat::StructuredDeployment",
}
"""Stubs with whatever attributes somebody asks for, as in ``heat_engine``."""
CONTEXT = {"project_id": "p9", "username": "tester", "roles": ["admin"]}
PATIENCE = 300.0
"""Seconds for one operation, on a busy machine too."""
AT_ONCE = 3
"""Templates that are lived through at a time."""
DEPTH = 9
LARGEST = 1_000_000
TYPED = {"map": Type.MAP, "list": Type.LIST, "integer": Type.INTEGER, "boolean": Type.BOOLEAN, "string": Type.STRING}


def living(name: str, facts: Case) -> type[Resource]:
    """A type of Heat's as ``heat_engine`` stubs it."""

    def handle_create(self: Resource) -> None:
        self.resource_id_set(f"{self.name}-id")

    def attribute(self: Resource, attribute: str) -> Any:
        told = f"{self.name}.{attribute}"
        kind = facts["attributes"].get(attribute, "")
        return {"map": {attribute: told}, "list": [told], "integer": 7, "boolean": True}.get(kind, told)

    parts: Case = {
        "immediate": True,
        "attributes_schema": {name: Attribute("", TYPED.get(kind)) for name, kind in facts["attributes"].items()},
        "handle_create": handle_create,
        "handle_update": lambda self, prop_diff: None,
        "resolve_attribute": attribute,
        "show": lambda self: {"name": self.name},
    }
    if name in DYNAMIC:
        parts["has_attribute"] = classmethod(lambda cls, name: True)
        parts["read_attribute"] = classmethod(lambda cls, name, recorded, key, path: f"{name}.{key}")
    return type("Living", (stub(facts),), parts)


class Balancer(LoadBalancer):
    """A load balancer on a cloud where every server has the same address."""

    def address_of(self, server: str) -> str:
        return ADDRESS


@dataclasses.dataclass(frozen=True)
class Life:
    """What is to be done with one template."""

    name: str
    template: Case
    files: dict[str, str]
    given: Case
    changed: Case | None

    @classmethod
    def of(cls, name: str, path: Path) -> Life:
        """A template's; the parameters that need a value have one.

        :raises HeatliteError: where its files can't be read
        """
        files, written = Files(), document(path)
        template = files.load_template(str(path))
        values = values_for(written)
        changed = another(written, values)
        given = [environments.load_environments(None, it, files, template) for it in (values, {**values, **changed})]
        return cls(name, template, files.contents, given[0], given[1] if changed else None)


def another(template: Mapping[str, Any], values: Case) -> Case:
    """Another value for one parameter that the resources use; none where there is no simple one."""
    declared = template.get("parameters") or template.get("Parameters") or {}
    used = json.dumps(template.get("resources") or template.get("Resources") or {})
    for name, it in declared.items() if isinstance(declared, Mapping) else ():
        if isinstance(it, Mapping) and f'"{name}"' in used:
            now = values.get(name, it.get("default", it.get("Default")))
            if (value := changed(it, now)) is not None:
                return {name: value}
    return {}


def changed(declared: Mapping[str, Any], now: Any) -> Any:
    """Another value for one parameter; None where that isn't simple."""
    constraints = declared.get("constraints")
    rules = [
        declared,
        *(it for it in (constraints if isinstance(constraints, list) else []) if isinstance(it, Mapping)),
    ]
    found = {key: it for rule in rules for key, it in rule.items()}
    allowed = found.get("allowed_values") or found.get("AllowedValues")
    if isinstance(allowed, list):
        return next((it for it in allowed if str(it) != str(now)), None)
    limits = {"length", "range", "modulo", "allowed_pattern", "MinLength", "MaxLength", "MinValue", "MaxValue"}
    if isinstance(now, str) and not (limits | {"AllowedPattern"}) & {*found}:
        match str(declared.get("type") or declared.get("Type")).lower():
            case "string" | "comma_delimited_list" | "commadelimitedlist":
                return f"{now}x"
            case "number" if now.isdecimal():
                return str(int(now) + 1)
    return None


class Player:
    """Lives lives on one engine."""

    def __init__(self, client: EngineClient, pause: float) -> None:
        self._client, self._pause = client, pause

    def live(self, life: Life) -> Case:
        """Every step's outcome, up to one that is refused or doesn't end."""
        told: Case = {}
        found = self._asked(lambda: self._client.validate_template(CONTEXT, *self._of(life)))
        wrong = found.get("value", {}).get("Error") or found.get("message")
        told["validate"] = {"error": "", "message": wrong} if wrong else {"value": True}
        identity = self._asked(lambda: self._client.create_stack(CONTEXT, life.name, *self._of(life), args=ARGS))
        if "error" in identity:
            return {**told, "create": identity}
        stack, seen = identity["value"], Counter[str]()
        told["create"] = self._after(stack, seen)
        for step, given in (("update", life.changed), ("nothing", life.changed or life.given)):
            if given is not None:
                changed = dataclasses.replace(life, given=given)
                begun = self._asked(
                    lambda it=changed: self._client.update_stack(CONTEXT, stack, *self._of(it), args={})
                )  # type: ignore[misc]
                told[step] = begun if "error" in begun else self._after(stack, seen)
        self._client.delete_stack(CONTEXT, stack)
        told["delete"] = {"state": self._settled(stack)}
        return told

    def _of(self, life: Life) -> tuple[Case, Case, dict[str, str]]:
        return life.template, life.given, life.files

    def _asked(self, call: Any) -> Case:
        try:
            return {"value": call()}
        except exception.HeatliteError as error:
            return {"error": type(error).__name__, "message": str(error)[:600]}
        except Exception as error:  # one of Heat's that nobody thought of, by way of oslo.messaging
            return {"error": type(error).__name__, "message": str(error)[:200]}

    def _settled(self, stack: Identity) -> str:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                shown = self._client.show_stack(CONTEXT, stack, resolve_outputs=False)[0]
            except exception.EntityNotFound:
                return "gone"
            state = f"{shown['stack_action']}_{shown['stack_status']}"
            if not state.endswith("IN_PROGRESS"):
                return "gone" if state == "DELETE_COMPLETE" else state
            time.sleep(self._pause)
        return state

    def _after(self, stack: Identity, seen: Counter[str]) -> Case:
        """How an operation ended, and what happened that isn't in ``seen``."""
        state = self._settled(stack)
        shown = self._client.show_stack(CONTEXT, stack)[0]
        listed = self._client.list_stack_resources(CONTEXT, stack, nested_depth=DEPTH)
        rows = [it for it in listed if HEATS_OWN not in (it["resource_name"], it.get("parent_resource"))]
        events = Counter(
            f"{member(it['resource_name'])} {state_of(it)}"
            for it in self._client.list_events(CONTEXT, stack, EventQuery(nested_depth=DEPTH))
            if it["resource_type"] != "OS::Heat::Stack" and not any(leaves_out(it) for leaves_out in LEFT_OUT)
        )
        happened = {name: count for name, count in (events - seen).items() if "IN_PROGRESS" not in name}
        happened = without_replaced(happened)
        seen |= events
        return {
            "state": state,
            "reason": shown["stack_status_reason"],
            "resources": sorted(f"{place(it)} {kind_of(it)} {state_of(it)}" for it in rows),
            "outputs": {it["output_key"]: value_of(it) for it in shown.get("outputs") or []},
            "happened": happened,
        }


ARGS = {"disable_rollback": True, "timeout_mins": 5}


def is_look_inside(event: Case) -> bool:
    """Whether an event is the update of a nested stack: Heat tells one also where there was nothing to do inside."""
    state = event["resource_action"], event["resource_status"]
    return holds_stack(event["resource_type"]) and state == ("UPDATE", "COMPLETE")


def is_of_heats_own(event: Case) -> bool:
    """Whether an event is of a resource that only Heat has, or of what is in it."""
    return event["resource_name"] == HEATS_OWN or HEATS_OWN in event["stack_name"]


def is_look_at_external(event: Case) -> bool:
    """Whether an event is of the look that Heat takes at an external resource; heatlite tells it with the ADOPT."""
    return event["resource_action"] == "CHECK"


LEFT_OUT = (is_look_inside, is_of_heats_own, is_look_at_external)
"""Events that only Heat has."""


def without_replaced(happened: dict[str, int]) -> dict[str, int]:
    """Without the updates that Heat begins, and calls complete, of what it then replaces."""
    names = {name for name, _, state in (it.rpartition(" ") for it in happened) if state == "DELETE_COMPLETE"}
    replaced = {f"{name} UPDATE_COMPLETE" for name in names if f"{name} CREATE_COMPLETE" in happened}
    return {name: count for name, count in happened.items() if name not in replaced}


def place(row: Case) -> str:
    """A resource's name and that of the resource whose nested stack it is in."""
    return f"{member(row.get('parent_resource') or '')}/{member(row['resource_name'])}"


def state_of(row: Case) -> str:
    """Action and status in one word; of what holds a nested stack, whose updates may do nothing, the status."""
    if holds_stack(row["resource_type"]):
        return row["resource_status"]
    action = "CHECK" if row["resource_action"] == "ADOPT" else row["resource_action"]  # of what has an external id
    return f"{action}_{row['resource_status']}"


def kind_of(row: Case) -> str:
    """A resource's type, of a template its name."""
    return row["resource_type"].rpartition("/")[2]


def holds_stack(kind: str) -> bool:
    """Whether a type is one that keeps a nested stack."""
    return is_template(kind) or kind.endswith(("Group", "Chain", "::LoadBalancer"))


def value_of(output: Case) -> Any:
    """An output's value, without ids and what was drawn; that it can't be had is one too."""
    if output.get("output_error"):
        return {"output_error": True}
    return masked(output.get("output_value"))


def compared(heat: Case, ours: Case) -> list[str]:
    """What differs between two lives, step by step; what is told in words may.

    Where both accept a stack that then fails, that is all: what else was made by then is a matter of time.
    """
    found = []
    for step in dict.fromkeys([*heat, *ours]):
        theirs, mine = heat.get(step, {}), ours.get(step, {})
        if "error" in theirs or "error" in mine:
            if ("error" in theirs) != ("error" in mine):
                found.append(f"{step}: Heat {said(theirs)}; heatlite {said(mine)}")
            elif theirs["error"] != mine["error"]:
                found.append(f"{step}, error: Heat {said(theirs)}; heatlite {said(mine)}")
            if step == "create":
                break
        elif theirs.get("state") != mine.get("state"):
            states = (f"{it.get('state')} ({it.get('reason')})" for it in (theirs, mine))
            found.append(f"{step}: Heat {next(states)}; heatlite {next(states)}")
        elif not str(theirs.get("state")).endswith("FAILED"):
            found += parts_that_differ(step, theirs, mine)
    return found


def parts_that_differ(step: str, theirs: Case, mine: Case) -> list[str]:
    """What differs after one step."""
    return [
        f"{step}, {part}: Heat {json.dumps(only(theirs, mine, part))}; heatlite {json.dumps(only(mine, theirs, part))}"
        for part in ("resources", "outputs", "happened", "value")
        if theirs.get(part) != mine.get(part)
    ]


def only(one: Case, other: Case, part: str) -> Any:
    """A part of one outcome without what the other has as well."""
    value, others = one.get(part), other.get(part)
    if isinstance(value, dict) and isinstance(others, dict):
        return {name: it for name, it in value.items() if name not in others or others[name] != it}
    if isinstance(value, list) and isinstance(others, list):
        return sorted((Counter(value) - Counter(others)).elements())
    return value


def said(answer: Case) -> str:
    """An answer in short."""
    return f"{answer['error']} {answer['message'][:300]}" if "error" in answer else "accepts"


def environment_in(directory: Path) -> Path:
    """Write the environment that Heat is installed with, with its templates where they are."""
    installed, folder = venvs.api() / "etc/heat", directory / "environment"
    folder.mkdir()
    for file in (installed / "environment.d").iterdir():
        (folder / file.name).write_text(file.read_text().replace("file:///etc/heat", f"file://{installed}"))
    return folder


@contextmanager
def heatlite(directory: Path, stubs: Mapping[str, type[Resource]]) -> Iterator[EngineClient]:
    """The embedded engine with these types."""
    database = Database(DatabaseSettings(f"sqlite:///{directory / 'heatlite.sqlite3'}"))
    migration.sync(database.engine)
    quiet.about_memory()
    memory = transport.get(conf(), embedded.MEMORY)
    found = operator_environment.read(str(environment_in(directory)), LARGEST)
    operators = {"operator_registry": found, "operator_templates": operator_environment.templates(found, LARGEST)}
    settings = Settings(**{**QUICK, **operators, "lease_seconds": 60, "sweep_interval": 5, "recast_after": 20})
    locks = FileLocks(database, directory)
    registry = Registry.load().with_others(stubs)
    engine = EngineProcess(Surroundings(database, memory, settings, registry=registry, file_locks=locks))
    engine.start()
    try:
        engine.servers.ready.wait(embedded.SERVES_WITHIN)
        yield client_of(memory)
    finally:
        engine.stop()


@contextmanager
def heat(directory: Path, names: list[str]) -> Iterator[EngineClient]:
    """A heat-engine in which the types of these names are stubs."""
    os.environ["HEAT_STUBS"] = ",".join(names)
    servers = (MariaDB(), RabbitMQ())
    begin_all(list(servers))
    for it in servers:
        it.start()
    script = Path(__file__).with_name("heat_engine.py")
    where = servers[0].fresh_database(), servers[1].fresh_vhost()
    environment_in(directory)
    fleet = HeatFleet(directory, *where, script=script)
    try:
        fleet.launch()
        yield fleet.client
    finally:
        fleet.stop()
        for it in servers:
            it.stop()


@contextmanager
def both() -> Iterator[tuple[Player, Player]]:
    """Heat and heatlite, with the same types."""
    with Heat(os.environ["HEAT_PYTHON"]) as library:
        for name in library.answer({"kind": "constraints"})["value"]:
            constraints.installed()[name] = Passes
        types = library.answer({"kind": "types"})["value"]
    stubs = {name: living(name, facts) for name, facts in types.items() if name not in REAL}
    names = sorted(stubs)
    stubs[BALANCER] = Balancer
    with tempfile.TemporaryDirectory(prefix="lives-") as base:
        places = [Path(base) / "heat", Path(base) / "heatlite"]
        for it in places:
            it.mkdir()
        with heat(places[0], names) as theirs, heatlite(places[1], stubs) as ours:
            yield Player(theirs, 0.3), Player(ours, 0.05)


def lives_of(folder: Path, part: int = 1, parts: int = 1) -> Iterator[tuple[Path, Life | str]]:
    """Every template's life, or why it has none."""
    for number, path in enumerate(templates_in(folder)):
        if number % parts == part - 1:
            try:
                yield path, Life.of(f"life-{number}", path)
            except exception.HeatliteError as error:
                yield path, str(error)


def main() -> None:
    """Live them all, and tell each difference."""
    folder = Path(sys.argv[1])
    part, parts = (int(it) for it in (sys.argv[2] if len(sys.argv) > 2 else "1/1").split("/"))
    told = Counter[str]()
    with both() as (theirs, ours), ThreadPoolExecutor(AT_ONCE) as threads:

        def live(it: tuple[Path, Life | str]) -> tuple[Path, Any, Any]:
            path, life = it
            return (path, life, life) if isinstance(life, str) else (path, theirs.live(life), ours.live(life))

        for path, heats, mine in threads.map(live, lives_of(folder, part, parts)):
            if isinstance(heats, str):
                told["can't be read"] += 1
                continue
            differences = compared(heats, mine)
            verdict = ended(heats)
            if differences:
                takes_more = fails_there(heats["create"]) and "error" not in mine["create"]
                verdict = "heatlite takes more" if takes_more else "differs"
            told[verdict] += 1
            print(f"{verdict}: {path.relative_to(folder)}", *differences, sep="\n    ", flush=True)
            if differences:
                print(f"    (Heat: {ended(heats)})", flush=True)
    print(", ".join(f"{count} {name}" for name, count in told.most_common()))
    sys.exit(bool(told["differs"]))


def fails_there(create: Case) -> bool:
    """Whether Heat refuses a stack that is not wrong, or fails it by a fault of its own."""
    return "error" in create or HEATS_FAULT in create["reason"]


def ended(life: Case) -> str:
    """Where a life came to that is the same on both sides."""
    if "error" in life["create"]:
        return f"both refuse ({life['create']['message'][:100]})"
    states = [it.get("state", it.get("error")) for it in life.values() if "value" not in it]
    return " ".join(str(it) for it in states)


if __name__ == "__main__":
    main()
