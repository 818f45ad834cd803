"""Stacks in stacks, in simulations: their type, how they are drawn, and what must be so of a tree at rest.

Sim::Stack     a nested stack, whose template is a property; its own echo is like everybody's
"""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from heatlite.convergence.model import VISITS, Action, Status
from heatlite.resources.base import NoActionRequired
from heatlite.resources.nested.port import Begin, Verb
from heatlite.resources.schema import Property, Type
from heatlite.resources.stack_resource import StackResource
from tests.simulator import draw
from tests.simulator.plugins import Simulated
from tests.simulator.scenario import NESTED, Operation, Scenario, Spec, Template, hot, text

if TYPE_CHECKING:
    from tests.simulator.simulation import Simulation

NAME = "s"


class Stack(StackResource, Simulated):
    """A stack in a stack."""

    properties_schema = {**Simulated.properties_schema, "inner": Property(Type.STRING, update_allowed=True)}

    def child_template(self) -> str | None:
        return self.properties["inner"] if self.known("inner") else None

    def adjust(self, scaling: Template) -> Begin:
        """As a group's."""
        child = self._look()
        if child is None or child.is_gone or child.action in (Verb.DELETE, Verb.SUSPEND) or child.status != "COMPLETE":
            raise NoActionRequired
        chosen = self._choose(Verb.UPDATE, self.nested.revise(self.uuid, hot(scaling)), child.operation_id)
        return self._message({**chosen, "collects": True}, creates=False)

    def physical_resource_name(self) -> str:
        return f"{self.stack_name}-{self.name}"

    def resolve_attribute(self, name: str) -> Any:
        return self.echo()


def nested(scenario: Scenario) -> Scenario:
    """The scenario, in some cases with a stack in each of its stack's templates."""
    chance = random.Random(f"nested {scenario.seed}")
    if chance.random() >= 0.4:
        return scenario
    may_fail, inner = chance.random() < 0.3, draw.draw_template(chance, may_fail=False)
    siblings = random.Random(f"siblings {scenario.seed}").choice((0, 0, 1, 2))
    operations = []
    for operation in scenario.operations:
        if operation.template and chance.random() < 0.9:
            if chance.random() < 0.7:
                inner = draw.changed(chance, inner, may_fail)
            operation = _with_siblings(_with(chance, operation, _deeper(chance, inner)), siblings)
        operations.append(operation)
    return dataclasses.replace(scenario, operations=tuple(operations))


def _with_siblings(operation: Operation, number: int) -> Operation:
    """The operation with so many stacks more like the one that is in its template: engines take siblings together."""
    [spec] = [it for it in operation.template if it.name == NAME]
    others = [dataclasses.replace(spec, name=f"{NAME}{it}") for it in range(number)]
    return dataclasses.replace(operation, template=(*others, *operation.template))


def _with(chance: random.Random, operation: Operation, inner: Template) -> Operation:
    others = [spec.name for spec in operation.template]
    after = (chance.choice(others),) if others and chance.random() < 0.3 else ()
    spec = Spec(NAME, NESTED, value=chance.choice("xy"), after=after, inner=inner)
    follower = chance.choice(others) if others and chance.random() < 0.3 else None
    template = tuple(
        dataclasses.replace(it, after=(*it.after, NAME)) if it.name == follower and not after else it
        for it in operation.template
    )
    return dataclasses.replace(operation, template=(spec, *template))


def _deeper(chance: random.Random, inner: Template) -> Template:
    if chance.random() < 0.3:
        return (*inner, Spec(NAME, NESTED, value=chance.choice("xy"), inner=inner[:1]))
    return inner


def templates(template: Template) -> dict[str, Template]:
    """A template and all that are in it, by their text."""
    found = {text(template): template}
    for spec in template:
        if spec.type == NESTED:
            found |= templates(spec.inner)
    return found


def check(simulation: Simulation, is_sound: Callable[[Simulation, Mapping[str, Any]], bool]) -> None:
    """No stack without an owner; below a COMPLETE stack all is COMPLETE, and made of what its template says.

    :param is_sound: whether a COMPLETE stack is what its template says at all
    """
    stacks = {row["id"]: row for row in simulation.store.tables["stack"].committed()}
    rows = {row["uuid"]: row for row in simulation.store.tables["resource"].committed()}
    for stack in stacks.values():
        if stack["owner_id"] is None or stack["deleted_at"] is not None:
            continue
        row = rows.get(stack["id"])
        if row is None or stacks[stack["owner_id"]]["deleted_at"] is not None:
            simulation.complain(f"nested stack {stack['name']} ({stack['id']}) is an orphan")
        elif stacks[stack["owner_id"]]["status"] == Status.COMPLETE and is_sound(simulation, stacks[stack["owner_id"]]):
            _as_its_owner_says(simulation, stack, row)


def _as_its_owner_says(simulation: Simulation, stack: Mapping[str, Any], row: Mapping[str, Any]) -> None:
    stored: Any = simulation.store.tables["raw_template"].rows[(stack["raw_template_id"],)].committed
    wanted = json.loads(row["properties_data"])["inner"]
    owner: Any = simulation.store.tables["stack"].rows[(stack["owner_id"],)].committed
    if owner["action"] in VISITS and row["action"] != owner["action"]:
        return  # there was nothing to be done with it
    is_scaled = canonical(stored["template"]) in simulation.scaled  # beside its owner: that may have failed by itself
    if stack["status"] != Status.COMPLETE and not is_scaled:
        simulation.complain(f"{stack['name']} is {stack['action']}_{stack['status']} in a COMPLETE stack")
    elif (stack["action"] == Action.SUSPEND) != (row["action"] == Action.SUSPEND):
        simulation.complain(f"{stack['name']} is {stack['action']}_COMPLETE, and its owner {row['action']}_COMPLETE")
    elif owner["action"] in VISITS:
        return  # it made no template true
    elif stack["collects_later"] and not owner["collects_later"]:  # else it may be returned to with its owner
        simulation.complain(f"{stack['name']} keeps what nothing can return to any more")
    elif json.loads(stored["template"]) != json.loads(wanted) and not is_scaled:
        simulation.complain(f"{stack['name']} is made of another template than its owner's")


def canonical(template: str) -> str:
    """A stored template as ``text`` has it."""
    return json.dumps(json.loads(template), sort_keys=True)


def physical_ids(simulation: Simulation, root_id: str) -> dict[str, str]:
    """``stack/name`` → physical id, of all that the stacks below a root hold."""
    stacks = simulation.store.tables["stack"].committed(lambda row: row["root_id"] == root_id and row["owner_id"])
    live = {row["id"] for row in stacks if row["deleted_at"] is None}
    rows = simulation.store.tables["resource"].committed(lambda row: row["stack_id"] in live)
    return {f"{row['stack_id']}/{row['name']}": row["physical_resource_id"] for row in rows}


def stubborn_names(simulation: Simulation) -> set[str]:
    """The names of resources, wherever they are, that take no change back in place."""
    found = set()
    for row in simulation.store.tables["resource"].committed():
        if json.loads(row["properties_data"] or "{}").get("stubborn"):
            found.add(row["name"])
    return found
