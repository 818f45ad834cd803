"""Beside Heat: the same commands to heat-engine and to heatlite, in turn, behind the same heat-api; and what differs.

::

    command ──▶ heat-engine ──▶ Observation ┐
            └─▶ heatlite    ──▶ Observation ┴─▶ equal, or a difference to be told

Two runs never say the same: ids and times differ. What is compared is the exit status, the HTTP status of a refusal,
and the shape of what is told: the keys, the types of values, and those values that are words of Heat's own, such as
CREATE_COMPLETE.
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from typing import Any

from tests.heat_api.cloud import Cloud, Engine
from tests.heat_api.commands import COMMANDS, TEMPLATE, Command
from tests.heat_api.stories.compare import Telling, compared, tell_all

STATUS = re.compile(r"RESP: \[(\d{3})\]")
WORD = re.compile(r"[A-Z]+(_[A-Z]+)*")
SETTLES = 90.0
PLAIN = (
    "stack delete",
    "stack export",
    "stack abandon",
    "stack file list",
    "stack failures list",
    "stack snapshot restore",
    "stack snapshot delete",
    "stack resource mark unhealthy",
    "stack resource signal",
    "stack hook clear",
    "stack template show",
    "stack environment show",
    "software config delete",
    "software deployment output show",
    "software deployment metadata show",
    "software deployment delete",
    "orchestration resource type show",
    "stack update --dry-run",
)
"""What takes no ``-f json``."""
MORE = """
stack create -t one.yaml S
stack create -t bad.yaml X
stack create -t broken.yaml X
stack create -t unknown.yaml X
stack create -t one.yaml 1X
stack create -t one.yaml --parameter nosuch=1 X
stack create -t needs.yaml X
stack create --dry-run -t one.yaml X
stack create --wait --poll 1 --tags red,blue -t one.yaml T
stack list --tags red
stack list --nested
stack list --limit 1
stack list --sort stack_name:asc
stack list --property status=COMPLETE
stack list --short
stack list --long
stack list --deleted
stack list --all-projects
stack list --marker nosuch
stack show nosuch
stack show T --no-resolve-outputs
stack update -t one.yaml nosuch
stack update -t bad.yaml T
stack update --wait --tags green -t one.yaml T
stack delete -y nosuch
stack check nosuch
stack cancel T
stack output show T nosuch
stack output show T --all
stack output list nosuch
stack resource list T --long
stack resource list T --filter type=OS::Heat::RandomString
stack resource list T --filter name=nosuch
stack resource show T nosuch
stack resource show T g
stack resource metadata T nosuch
stack resource signal T a
stack resource signal T nosuch
stack resource mark unhealthy T nosuch
stack event list T --resource a
stack event list T --limit 2
stack event list nosuch
stack event show T a nosuch
stack hook clear T a --pre-create
stack hook poll T
stack snapshot show T nosuch
stack snapshot delete -y T nosuch
stack snapshot restore T nosuch
stack template show nosuch
stack environment show nosuch
stack file list nosuch
stack export nosuch
orchestration template validate -t bad.yaml
orchestration template validate -t needs.yaml
orchestration template validate --show-nested -t one.yaml
orchestration resource type list --filter version=2014.1
orchestration resource type show OS::No::Such
orchestration resource type show OS::Heat::Value
orchestration resource type show --template-type hot OS::Heat::Value
orchestration template function list heat_template_version.1999-01-01
orchestration template function list heat_template_version.2018-08-31 --with_conditions
software config list
software config show nosuch
software config create --config-file script.sh --definition-file definition.yaml C
software deployment create --config CONFIG --server 2c6d1d5e-8b1f-4ac1-9e33-8a6ee0b4d0a1 --signal-transport NO_SIGNAL D
software deployment list
software deployment show nosuch
software deployment show DEPLOYMENT
software deployment show --long DEPLOYMENT
software deployment output show DEPLOYMENT --all
software deployment metadata show 2c6d1d5e-8b1f-4ac1-9e33-8a6ee0b4d0a1
software config show CONFIG
software config delete CONFIG
software deployment delete DEPLOYMENT
software config delete nosuch
software deployment delete nosuch
stack suspend --wait T
stack update -t two.yaml T
stack suspend T
stack resume --wait T
stack delete -y --wait T
stack show T
"""
FILES = {
    "one.yaml": TEMPLATE % "one",
    "two.yaml": TEMPLATE % "two",
    "bad.yaml": "heat_template_version: 2021-04-16\nresources: {a: {type: OS::Heat::Value, properties: {nosuch: 1}}}\n",
    "unknown.yaml": "heat_template_version: 2021-04-16\nresources: {a: {type: OS::No::Such}}\n",
    "needs.yaml": "heat_template_version: 2021-04-16\nparameters: {v: {type: string}}\nresources: {}\n",
    "broken.yaml": "heat_template_version: [\n",
    "script.sh": "#!/bin/sh\n",
    "definition.yaml": "inputs: [{name: a}]\noutputs: [{name: b}]\n",
}


@dataclass(frozen=True)
class Observation:
    """What a command came to."""

    exit_status: int
    http_status: str
    shape: Any
    said: str

    def differs(self, other: Observation) -> bool:
        """Whether a client would notice."""
        mine, its = ((it.exit_status, it.http_status, it.shape) for it in (self, other))
        return mine != its


def run(cloud: Cloud, *, with_commands: bool = True) -> int:
    """Give both all commands and all stories, and tell the differences; how many there are."""
    for name, text in FILES.items():
        (cloud.directory / name).write_text(text)
    seen: dict[Engine, dict[str, Observation]] = {}
    told: dict[Engine, Telling] = {}
    for engine in (Engine.HEAT, Engine.HEATLITE):
        with cloud.served_by(engine) as served:
            source = told[Engine.HEAT].place if Engine.HEAT in told else None
            told[engine] = tell_all(cloud, engine, served, source)
            seen[engine] = observe_all(cloud) if with_commands else {}
            print(f"{engine.value} was asked {len(seen[engine])} times", flush=True)
    return commands_that_differ(seen) + compared(told[Engine.HEAT], told[Engine.HEATLITE])


def commands_that_differ(seen: dict[Engine, dict[str, Observation]]) -> int:
    """Tell the commands that end or tell in another way than Heat's; how many there are."""
    differing = 0
    for line, ours in seen[Engine.HEATLITE].items():
        heats = seen[Engine.HEAT][line]
        if ours.differs(heats):
            differing += 1
            print(f"DIFFERS {line}\n   Heat     {told(heats, ours)}\n   heatlite {told(ours, heats)}", flush=True)
    print(f"{len(seen[Engine.HEATLITE]) - differing} of {len(seen[Engine.HEATLITE])} commands end and tell as Heat's")
    return differing


def told(one: Observation, other: Observation) -> str:
    """What is worth telling of one of two that differ."""
    if (one.exit_status, one.http_status) != (other.exit_status, other.http_status):
        return f"ended with {one.exit_status} HTTP {one.http_status}: {one.said[-300:]}"
    return str(difference(one.shape, other.shape))


def difference(one: Any, other: Any) -> Any:
    """Those parts of a shape that another doesn't have."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {name: difference(one[name], other.get(name)) for name in one if one[name] != other.get(name)}
    return one


def observe_all(cloud: Cloud) -> dict[str, Observation]:
    """Every command's observation, in order, by the command's line; one that comes again is numbered."""
    lines = [" ".join(Command.read(line).words) for line in COMMANDS.strip().splitlines()]
    lines.extend(MORE.strip().splitlines())
    names = {"S": "cli-stack", "T": "tagged"}
    seen: dict[str, Observation] = {}
    for line in lines:
        learn(cloud, line, names)
        words = [names.get(word, word) for word in line.split()]
        key = line if line not in seen else f"{line} #{sum(it.startswith(line) for it in seen) + 1}"
        seen[key] = observe(cloud, words)
        settle(cloud, words)
    return seen


def learn(cloud: Cloud, line: str, names: dict[str, str]) -> None:
    """Look up the ids that a command needs."""
    for word, command in (
        ("SNAPSHOT", ("stack", "snapshot", "list", "cli-stack")),
        ("CONFIG", ("software", "config", "list")),
        ("DEPLOYMENT", ("software", "deployment", "list")),
    ):
        if word in line.split() and word not in names:
            listed = cloud.client.listed(*command)
            names[word] = listed[0]["id"] if listed else "none"


def observe(cloud: Cloud, words: list[str]) -> Observation:
    """Run a command, as JSON where it can tell it so."""
    is_plain = any(" ".join(words).startswith(start) for start in PLAIN)
    words = words if is_plain else [*words, "-f", "json"]
    done = cloud.client.run(*words)
    said = done.stderr if done.returncode else done.stdout
    statuses = STATUS.findall(cloud.client.run("--debug", *words).stderr) if done.returncode else []  # refused again
    return Observation(done.returncode, statuses[-1] if statuses else "", shape_of(done.stdout), said.strip())


def settle(cloud: Cloud, words: list[str]) -> None:
    """Wait until the stacks are through with what a command began."""
    if words[0] != "stack" or "list" in words or "show" in words:
        return
    end = time.monotonic() + SETTLES
    while time.monotonic() < end:
        listed = cloud.client.listed("stack", "list")
        if not any(stack["Stack Status"].endswith("IN_PROGRESS") for stack in listed):
            return
        time.sleep(0.5)


def shape_of(text: str) -> Any:
    """The shape of what was told; of what isn't JSON, whether it is anything."""
    try:
        return shape(json.loads(text))
    except ValueError:
        return "text" if text.strip() else "nothing"


def shape(value: Any) -> Any:
    """A JSON value without what is of this run only; a list has the shapes of its items, each once."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in sorted(value.items())}
    if isinstance(value, list):
        every = {json.dumps(shape(item), sort_keys=True): shape(item) for item in value}
        return [every[key] for key in sorted(every)]
    if isinstance(value, str) and WORD.fullmatch(value):
        return value
    return type(value).__name__
