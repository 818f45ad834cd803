"""A scenario: everything that a simulation is made from, as values. The same scenario gives the same story.

``draw`` makes one from a seed; ``shrink`` takes things out of it; ``simulation`` plays it.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.simulator.store.transaction import Flavour

PHYSICAL = ("Sim::Server", "Sim::Volume")
NESTED = "Sim::Stack"
AT_REST = -1
"""An operation that comes when everything has settled."""


@dataclass(frozen=True)
class Spec:
    """One resource of a template. ``reads``, ``links`` and ``after`` name others that it requires."""

    name: str
    type: str
    value: str = ""
    size: str = ""
    reads: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    fails: str = ""
    stubborn: bool = False
    polls: int = 0
    inner: tuple[Spec, ...] = ()
    """The template of a nested stack."""

    @property
    def requires(self) -> tuple[str, ...]:
        return (*self.reads, *self.links, *self.after)

    def definition(self, physical: frozenset[str]) -> dict[str, Any]:
        """As a template has it."""
        properties: dict[str, Any] = {"value": self.value}
        if self.size:
            properties["size"] = self.size
        if self.reads:
            properties["reads"] = [{"get_attr": [name, "echo"]} for name in self.reads]
        if self.links:
            properties["links"] = [{"get_resource": name} for name in self.links]
        if after := [name for name in self.after if name in physical]:
            properties["after"] = after
        for name in ("fails", "stubborn", "polls"):
            if value := getattr(self, name):
                properties[name] = value
        if self.type == NESTED:
            properties["inner"] = text(self.inner)
        definition: dict[str, Any] = {"type": self.type, "properties": properties}
        return {**definition, "depends_on": list(self.after)} if self.after else definition


Template = tuple[Spec, ...]


def hot(template: Template) -> dict[str, Any]:
    """The template as a client submits it."""
    physical = frozenset(spec.name for spec in template if spec.type in PHYSICAL)
    resources = {spec.name: spec.definition(physical) for spec in template}
    return {"heat_template_version": "2021-04-16", "resources": resources}


def text(template: Template) -> str:
    """The template as text, equal for equal ones, in whatever order they name their resources."""
    return json.dumps(hot(template), sort_keys=True)


def echoes(template: Template) -> dict[str, str]:
    """What each resource's ``echo`` comes to once the template is true."""
    specs = {spec.name: spec for spec in template}

    def echo(name: str) -> str:
        spec = specs[name]
        return f"{spec.value}{spec.size}({','.join(echo(read) for read in spec.reads)})"

    return {name: echo(name) for name in specs}


class Verb(enum.StrEnum):
    """What a client asks for."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    CANCEL = "cancel"
    ROLL_BACK = "roll back"
    SUSPEND = "suspend"
    RESUME = "resume"
    CHECK = "check"
    SCALE = "scale"
    """A signal: the root's nested stack becomes another, beside the root's operations."""
    ABANDON = "abandon"
    ADOPT = "adopt"
    """What was abandoned last."""
    IMPORT = "import"
    """The same, as if a Heat had made it, and this deployment took its rows over."""


VISITS = (Verb.SUSPEND, Verb.RESUME, Verb.CHECK)
BESIDE = (Verb.SCALE, Verb.ABANDON, Verb.ADOPT, Verb.IMPORT)
"""What makes a stack another one than its operations did."""


@dataclass(frozen=True)
class Operation:
    """A client's call. ``after`` so many steps since the one before it, or ``AT_REST``.

    ``hooks``: names of resources, each with a hook where it waits for a person. ``minutes``: its time limit; 0: none
    """

    verb: Verb
    template: Template = ()
    rollback: bool | None = None
    after: int = AT_REST
    hooks: tuple[tuple[str, str], ...] = ()
    minutes: int = 0


class Mishap(enum.StrEnum):
    """What may go wrong at some step."""

    CRASH = "crash"
    PAUSE = "pause"
    JUMP = "jump"
    DRAIN = "drain"
    DEADLOCK = "deadlock"
    CUT = "cut"
    """The connection breaks at a statement."""
    CUT_BEFORE_COMMIT = "cut before commit"
    CUT_AFTER_COMMIT = "cut after commit"
    STRIKE = "strike"
    """A step of a plugin fails."""
    BREAK = "break"
    """A thing breaks, and nobody is told. Not during a check, of which nobody could say then what it should find."""
    PARTITION = "partition"
    """One engine doesn't reach the database for a while, and goes on."""
    OUTAGE = "outage"
    """The database is away for a while."""


@dataclass(frozen=True)
class Fault:
    """A mishap, at or after a step; ``amount`` is how long it lasts or how far it goes, in seconds."""

    step: int
    mishap: Mishap
    amount: float = 0.0


@dataclass(frozen=True)
class Mail:
    """What becomes of messages: the chance that one is lost, doubled, late; by how many seconds at most."""

    lost: float = 0.0
    doubled: float = 0.0
    late: float = 0.0
    delay: float = 0.0


@dataclass(frozen=True)
class Answers:
    """What becomes of calls to the cloud: the chance that one is refused for now, that its answer is lost after it was
    carried out, and that it is done twice."""

    refused: float = 0.0
    lost: float = 0.0
    twice: float = 0.0


@dataclass(frozen=True)
class Sharing:
    """How projects share the engines: each has so many ``batches`` of so many ``nodes`` cast for each engine, and the
    rest is queued. ``neighbours``: stacks of as many other projects, each with so many resources."""

    batches: int
    nodes: int
    neighbours: tuple[int, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """What happens to one stack name in one deployment.

    ``schedule``: the number of the interleaving; all else stays the same when it changes
    """

    seed: int
    schedule: int = 0
    flavour: Flavour = Flavour.POSTGRESQL
    engines: int = 2
    batch_size: int = 20
    stickiness: float = 0.0
    lag: float = 0.0
    haste: float = 0.0
    slow: float = 0.0
    """The chance that a call to the cloud takes seconds."""
    shuffled_locks: bool = False
    mail: Mail = field(default_factory=Mail)
    operations: tuple[Operation, ...] = ()
    faults: tuple[Fault, ...] = ()
    repairs: bool = True
    """Whether, at the end, a sound update comes before the last delete."""
    answers: Answers = field(default_factory=Answers)
    sharing: Sharing | None = None

    @property
    def is_calm(self) -> bool:
        """Whether nothing goes wrong but what templates ask for: then everything must end without any sweep's help."""
        return not self.faults and self.mail == Mail() and not self.haste and not self.is_limited

    @property
    def is_limited(self) -> bool:
        """Whether an operation has a time limit: a sweep finds those that are over."""
        return any(operation.minutes for operation in self.operations)


def revived(plain: dict[str, Any]) -> Scenario:
    """A scenario from what ``dataclasses.asdict`` made of it, after a way through JSON."""
    operations = tuple(
        Operation(
            Verb(it["verb"]),
            tuple(_spec(spec) for spec in it["template"]),
            it["rollback"],
            it["after"],
            tuple((name, hook) for name, hook in it.get("hooks", ())),
            it.get("minutes", 0),
        )
        for it in plain["operations"]
    )
    faults = tuple(Fault(it["step"], Mishap(it["mishap"]), it["amount"]) for it in plain["faults"])
    parts = {"flavour": Flavour(plain["flavour"]), "mail": Mail(**plain["mail"])}
    parts |= {"answers": Answers(**plain.get("answers", {})), "sharing": _sharing(plain.get("sharing"))}
    return Scenario(**{**plain, **parts, "operations": operations, "faults": faults})


def _spec(plain: dict[str, Any]) -> Spec:
    inner = tuple(_spec(spec) for spec in plain.get("inner", ()))
    return Spec(**{**{key: _frozen(value) for key, value in plain.items()}, "inner": inner})


def _sharing(plain: dict[str, Any] | None) -> Sharing | None:
    return None if plain is None else Sharing(**{key: _frozen(value) for key, value in plain.items()})


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def summary(scenario: Scenario) -> Mapping[str, Any]:
    """The scenario's settings in a few words, for the head of a trace."""
    mail, answers = scenario.mail, scenario.answers
    return {
        "database": scenario.flavour.value,
        "engines": scenario.engines,
        "batches of": scenario.batch_size,
        "messages lost/doubled/late": f"{mail.lost}/{mail.doubled}/{mail.late}",
        "calls refused/unanswered/twice": f"{answers.refused}/{answers.lost}/{answers.twice}",
        "projects": scenario.sharing or "not limited",
        "faults": ", ".join(f"{it.mishap} at step {it.step}" for it in scenario.faults) or "none",
    }
