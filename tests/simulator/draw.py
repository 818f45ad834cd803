"""From a seed to a scenario. Small ones: most bugs need few resources and few operations, and small stories are read.

Each kind of trouble is on in some scenarios and off in others, so that one kind doesn't hide what another would show.
"""

from __future__ import annotations

import dataclasses
import random
from typing import Any

from tests.simulator.scenario import (
    AT_REST,
    PHYSICAL,
    Fault,
    Mail,
    Mishap,
    Operation,
    Scenario,
    Spec,
    Template,
    Verb,
)
from tests.simulator.store.transaction import Flavour

NAMES = "abcdefg"
TYPES = ("Sim::Server", "Sim::Server", "Sim::Volume", "Sim::Value")
TIES = ("reads", "links", "after")
FAILS = ("begin", "create", "check", "update")
OF_ENGINES = (Mishap.CRASH, Mishap.CRASH, Mishap.PAUSE, Mishap.PARTITION, Mishap.DRAIN, Mishap.JUMP)
OF_DATABASE = (Mishap.DEADLOCK, Mishap.CUT, Mishap.CUT_BEFORE_COMMIT, Mishap.CUT_AFTER_COMMIT, Mishap.OUTAGE)
AMOUNTS = {
    Mishap.PAUSE: (5, 40, 60),
    Mishap.PARTITION: (10, 40, 60),
    Mishap.JUMP: (-90, -20, 20, 90),
    Mishap.OUTAGE: (1, 30),
}
"""Seconds."""


def scenario(seed: int) -> Scenario:
    """The scenario of a seed."""
    chance = random.Random(f"scenario {seed}")
    operations = draw_operations(chance)
    drawn = Scenario(
        seed=seed,
        flavour=chance.choice(list(Flavour)),
        engines=chance.choice((1, 2, 2, 3)),
        batch_size=chance.choice((1, 2, 20)),
        stickiness=chance.choice((0.0, 0.3, 0.7, 0.9)),
        lag=chance.choice((0.0, 0.0, 0.02, 0.05, 0.1)),
        haste=chance.choice((0.0, 0.0, 0.0, 0.002, 0.01)),
        slow=chance.choice((0.0, 0.0, 0.1)),
        shuffled_locks=chance.random() < 0.3,
        mail=draw_mail(chance),
        operations=operations,
        faults=draw_faults(chance, len(operations)),
        repairs=chance.random() < 0.5,
    )
    return visited(random.Random(f"visits {seed}"), drawn)


def visited(chance: random.Random, scenario: Scenario) -> Scenario:
    """The same with suspensions, resumptions and checks among the operations, and things that break, or without."""
    if chance.random() < 0.5:
        return scenario
    operations, faults = list(scenario.operations), list(scenario.faults)
    for _ in range(chance.choice((1, 1, 2, 3))):
        at = chance.randrange(1, len(operations) + 1)
        verb = chance.choice((Verb.SUSPEND, Verb.SUSPEND, Verb.RESUME, Verb.CHECK, Verb.CHECK))
        operations.insert(at, Operation(verb, after=_moment(chance)))
        if verb is Verb.CHECK and chance.random() < 0.3:
            operations.insert(at := at + 1, Operation(verb := Verb.SUSPEND, after=_moment(chance)))
        if verb is Verb.SUSPEND and chance.random() < 0.7:
            operations.insert(at + 1, Operation(Verb.RESUME, after=_moment(chance)))
    if chance.random() < 0.5:
        faults += [_fault(chance, (Mishap.BREAK,), len(operations)) for _ in range(chance.choice((1, 2, 3)))]
    faults.sort(key=lambda fault: fault.step)
    return dataclasses.replace(scenario, operations=tuple(operations), faults=tuple(faults))


def _moment(chance: random.Random) -> int:
    return AT_REST if chance.random() < 0.7 else chance.choice((10, 30, 80))


def draw_mail(chance: random.Random) -> Mail:
    if chance.random() < 0.5:
        return Mail()
    rates = (0.0, 0.0, 0.1, 0.4)
    return Mail(chance.choice(rates), chance.choice(rates), chance.choice(rates), chance.choice((1.0, 30.0)))


def draw_faults(chance: random.Random, operations: int) -> tuple[Fault, ...]:
    faults = []
    if chance.random() < 0.5:
        faults += [_fault(chance, OF_ENGINES, operations) for _ in range(chance.choice((1, 1, 2, 3)))]
    if chance.random() < 0.4:
        faults += [_fault(chance, OF_DATABASE, operations) for _ in range(chance.choice((1, 2, 4)))]
    if chance.random() < 0.25:
        faults += [_fault(chance, (Mishap.STRIKE,), operations) for _ in range(chance.choice((1, 2)))]
    return tuple(sorted(faults, key=lambda fault: fault.step))


def _fault(chance: random.Random, mishaps: tuple[Mishap, ...], operations: int) -> Fault:
    mishap = chance.choice(mishaps)
    return Fault(chance.randrange(10, 60 + 80 * operations), mishap, chance.choice(AMOUNTS.get(mishap, (0,))))


def draw_operations(chance: random.Random) -> tuple[Operation, ...]:
    """A create, and what follows it: mostly updates, in the middle of one another or at rest."""
    may_fail = chance.random() < 0.4
    templates = [draw_template(chance, may_fail)]
    rollback, patient = chance.random() < 0.5, chance.random() < 0.6
    operations = [Operation(Verb.CREATE, templates[0], rollback)]
    for _ in range(chance.choice((0, 1, 1, 2, 2, 3, 5))):
        after = AT_REST if patient and chance.random() < 0.5 else chance.choice((0, 10, 30, 80, 200))
        match chance.random():
            case roll if roll < 0.12:
                operations.append(Operation(Verb.DELETE, after=after))
            case roll if roll < 0.18:
                operations.append(Operation(Verb.CREATE, draw_template(chance, may_fail), rollback, after))
            case roll if roll < 0.26:
                verb = chance.choice((Verb.CANCEL, Verb.ROLL_BACK))
                operations.append(Operation(verb, after=chance.choice((10, 30, 80))))
            case _:
                templates.append(changed(chance, chance.choice((templates[-1], templates[-1], templates[0])), may_fail))
                wish = chance.choice((None, None, None, True, False))
                operations.append(Operation(Verb.UPDATE, templates[-1], wish, after))
    return tuple(operations)


def draw_template(chance: random.Random, may_fail: bool) -> Template:
    """A random graph of resources."""
    names = chance.sample(NAMES[:5], chance.choice((1, 2, 2, 3, 3, 4, 5)))
    specs: list[Spec] = []
    for name in names:
        specs.append(_spec(chance, name, specs, may_fail))
    return tuple(specs)


def _spec(chance: random.Random, name: str, before: list[Spec], may_fail: bool) -> Spec:
    spec = Spec(
        name,
        chance.choice(TYPES),
        value=chance.choice("xyz"),
        polls=chance.choice((0, 0, 0, 1, 2, 20)),
        stubborn=chance.random() < 0.1,
        fails=chance.choice(FAILS) if may_fail and chance.random() < 0.15 else "",
    )
    return _tied(chance, spec, before)


def _tied(chance: random.Random, spec: Spec, before: list[Spec]) -> Spec:
    """The same resource, requiring some of these."""
    chosen = [it for it in before if chance.random() < 1.2 / len(before)]
    ties: dict[str, list[str]] = {"reads": [], "links": [], "after": []}
    for other in chosen:
        kinds = ("reads", "links", "links", "after") if other.type in PHYSICAL else ("reads", "reads", "after")
        ties[chance.choice(kinds)].append(other.name)
    tied: dict[str, Any] = {kind: tuple(names) for kind, names in ties.items()}
    return dataclasses.replace(spec, **tied)


def changed(chance: random.Random, template: Template, may_fail: bool) -> Template:
    """What a user makes of his template: a little of it other, or all of it, or nothing."""
    roll = chance.random()
    if roll < 0.08:
        return template
    if roll < 0.2:
        return draw_template(chance, may_fail)
    if roll < 0.35:
        return _turned_round(chance, template)
    return _edited(chance, template, may_fail)


def _turned_round(chance: random.Random, template: Template) -> Template:
    """The same resources, with who requires whom drawn anew."""
    order = chance.sample(template, len(template))
    specs: list[Spec] = []
    for spec in order:
        specs.append(_tied(chance, spec, specs))
    return tuple(specs)


def _edited(chance: random.Random, template: Template, may_fail: bool) -> Template:
    specs: list[Spec] = []
    dropped = {spec.name for spec in template if chance.random() < 0.12}
    for spec in template:
        if spec.name not in dropped:
            spec = _edit(chance, without(spec, dropped), may_fail)
            specs.append(_edit(chance, spec, may_fail) if chance.random() < 0.3 else spec)
    fresh = [name for name in NAMES if all(spec.name != name for spec in template)]
    if (fresh and chance.random() < 0.3) or not specs:
        specs.append(_spec(chance, fresh[0] if fresh else NAMES[0], specs, may_fail))
    return _bonds_checked(tuple(specs))


def _edit(chance: random.Random, spec: Spec, may_fail: bool) -> Spec:
    match chance.random():
        case roll if roll < 0.35:
            return dataclasses.replace(spec, value=chance.choice("xyzuvw"), fails="")
        case roll if roll < 0.55:
            return dataclasses.replace(spec, size=chance.choice("123"))
        case roll if roll < 0.62:
            return dataclasses.replace(spec, type=chance.choice(TYPES))
        case roll if roll < 0.7 and may_fail:
            return dataclasses.replace(spec, fails=chance.choice(FAILS), value=chance.choice("xyzuvw"))
        case roll if roll < 0.8:
            return without(spec, {chance.choice(spec.requires)} if spec.requires else set())
    return spec


def without(spec: Spec, names: set[str]) -> Spec:
    """The same resource without ties to these."""
    kept: dict[str, Any] = {
        kind: tuple(it for it in getattr(spec, kind) if it not in names) for kind in ("reads", "links", "after")
    }
    return dataclasses.replace(spec, **kept)


def _bonds_checked(template: Template) -> Template:
    """Links go to physical resources only; where the other's type has changed, the tie becomes a plain order."""
    values = {spec.name for spec in template if spec.type not in PHYSICAL}
    return tuple(
        dataclasses.replace(
            spec,
            links=tuple(it for it in spec.links if it not in values),
            after=tuple(dict.fromkeys((*spec.after, *(it for it in spec.links if it in values)))),
        )
        for spec in template
    )
