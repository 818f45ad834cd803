"""What must be so when everything has settled: nothing half-done, nothing too much, nothing missing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from heatlite.convergence.model import VISITS, Action, Status
from tests.simulator import nesting
from tests.simulator.plugins import FOUND, INJECTED
from tests.simulator.scenario import PHYSICAL, Operation, Template, Verb, echoes, text
from tests.simulator.visits import UNASKED

if TYPE_CHECKING:
    from tests.simulator.simulation import Simulation

Values = dict[str, Any]
PROJECT = "project"
"""Whose stack everything happens to; others' are neighbours."""
CAUSES = (INJECTED, "cancelled", FOUND, *UNASKED)
"""Why a stack may fail."""
OUT_OF_TIME = ("timed out", "Timed out")
"""The same, where operations have time limits."""


def unsettled(simulation: Simulation) -> str:
    """What hasn't ended yet; nothing, where all is at rest."""
    tables = simulation.store.tables
    for stack in tables["stack"].committed():
        if stack["status"] == Status.IN_PROGRESS:
            return f"the stack is {stack['action']}_{stack['status']}"
    for row in tables["resource"].committed():
        if row["engine_id"] is not None:
            return f"{row['name']}#{row['id']} is {row['action']}_{row['status']}, locked by {row['engine_id']}"
    for node in tables["sync_point"].committed():
        return f"sync point ({node['resource_id']}, {node['kind']}) of {node['traversal_id']} is left"
    return ""


def check(simulation: Simulation) -> None:
    """See that the world is what the stacks say, and that the stacks are what the operations say."""
    _orphans(simulation)
    causes = CAUSES + (OUT_OF_TIME if simulation.scenario.is_limited else ())
    for stack in simulation.store.tables["stack"].committed():
        _nothing_left_half_way(simulation, stack)
        match stack["status"]:
            case Status.COMPLETE:
                if is_sound(simulation, stack) and not stack["collects_later"]:
                    _as_promised(simulation, stack)
            case Status.FAILED if not any(cause in stack["status_reason"] for cause in causes):
                simulation.complain(f"the stack failed, and nothing had: {stack['status_reason']}")
    _newest_wins(simulation)
    nesting.check(simulation, is_sound)


def _nothing_left_half_way(simulation: Simulation, stack: Values) -> None:
    rows = simulation.store.tables["resource"].committed(lambda row: row["stack_id"] == stack["id"])
    for row in rows:
        if row["status"] == Status.IN_PROGRESS:
            simulation.complain(f"{row['name']}#{row['id']} stays {row['action']}_IN_PROGRESS, and nobody is at it")


def is_sound(simulation: Simulation, stack: Values) -> bool:
    """Whether a stack that is COMPLETE is what its template says. After what made no template true it is what it was
    before, which may be anything."""
    if stack["action"] not in VISITS:
        return True
    rows = simulation.store.tables["resource"].committed(lambda row: row["stack_id"] == stack["id"])
    names = sorted(row["name"] for row in rows)
    settled = all(row["status"] == Status.COMPLETE and not json.loads(row["progress"] or "null") for row in rows)
    is_true = stack["prev_raw_template_id"] == stack["raw_template_id"]
    return is_true and settled and names == sorted(spec.name for spec in template_of(simulation, stack))


def _orphans(simulation: Simulation) -> None:
    known = {row["uuid"]: row for row in simulation.store.tables["resource"].committed()}
    for thing in simulation.world.things.values():
        if thing.uuid not in known and not thing.is_let_go:
            simulation.complain(f"{thing} is an orphan: no row knows of it")


def _as_promised(simulation: Simulation, stack: Values) -> None:
    template = () if stack["action"] == Action.DELETE else template_of(simulation, stack)
    values = echoes(template)
    own = [thing for thing in simulation.world.of_stack(stack["id"]) if not thing.is_let_go]
    things = {thing.name: thing for thing in own}
    wanted = {spec.name for spec in template if spec.type in PHYSICAL}
    found = sorted(thing.name for thing in own)
    if found != sorted(wanted):
        simulation.complain(f"{stack['action']}_COMPLETE, but there are {found} where {sorted(wanted)} are wanted")
        return
    rows = {
        row["name"]: row for row in simulation.store.tables["resource"].committed() if row["stack_id"] == stack["id"]
    }
    for spec in template:
        row = rows[spec.name]
        attributes = json.loads(row["attr_data"] or "{}").get("attributes", {})
        if row["type"] != spec.type or attributes.get("echo") != values[spec.name]:
            simulation.complain(
                f"{spec.name} is {row['type']} {attributes.get('echo')}, not {spec.type} {values[spec.name]}"
            )
        thing = things.get(spec.name)
        if thing is None:
            continue
        links = tuple(things[name].id for name in spec.links)
        if (thing.id, thing.kind, thing.value) != (row["physical_resource_id"], spec.type, values[spec.name]):
            simulation.complain(f"{thing} is not {row['physical_resource_id']} ({spec.type} = {values[spec.name]!r})")
        if not thing.complete:
            simulation.complain(f"{thing} isn't complete")
        if thing.links != links:
            simulation.complain(f"{thing} is linked to {thing.links}, not to {links}")


def template_of(simulation: Simulation, stack: Values) -> Template:
    """The template that a stack's row names."""
    return simulation.client.templates.get(text_of(simulation, stack), ())


def text_of(simulation: Simulation, stack: Values) -> str:
    """The same as text that is equal for equal templates, in whatever order they name their resources."""
    row: Any = simulation.store.tables["raw_template"].rows[(stack["raw_template_id"],)].committed
    return json.dumps(json.loads(row["template"]), sort_keys=True)


def _newest_wins(simulation: Simulation) -> None:
    """What was accepted began a traversal, or found its work being done."""
    for accepted in simulation.client.accepted:
        goals = simulation.goals.get(accepted.stack_id, [])
        wanted = begun_by(accepted.operation)
        if wanted is not None and wanted not in goals:
            simulation.complain(f"{accepted.operation.verb} was accepted, and never began")


def begun_by(operation: Operation) -> tuple[str, str | None] | None:
    """The action and template that an accepted operation begins; None where it may find nothing left to begin."""
    match operation.verb:
        case Verb.CREATE | Verb.UPDATE as verb:
            return verb.upper(), text(operation.template)
        case Verb.DELETE:
            return Action.DELETE, None
    return None


def physical_ids(simulation: Simulation) -> dict[str, str] | None:
    """Name → physical id of a stack that is COMPLETE, or was rolled back; None where there is no such stack."""
    stack = simulation.client.stack_row()
    if stack is None or stack["status"] != Status.COMPLETE:
        return None
    rows = simulation.store.tables["resource"].committed(lambda row: row["stack_id"] == stack["id"])
    own = {row["name"]: row["physical_resource_id"] for row in rows}
    return own | nesting.physical_ids(simulation, stack["id"])


def check_rollback(simulation: Simulation, before: dict[str, str], after: dict[str, str]) -> None:
    """After a rollback that nothing disturbed, what hadn't failed is what it was.

    What takes no change back in place is another matter: there, the plugin itself asks for a new one.
    """
    stack = simulation.client.stack_row()
    if stack is None or stack["action"] != Action.ROLLBACK:
        return
    rows = simulation.store.tables["resource"].committed(lambda row: row["stack_id"] == stack["id"])
    stubborn = {row["name"] for row in rows if json.loads(row["properties_data"] or "{}").get("stubborn")}
    stubborn |= nesting.stubborn_names(simulation)
    for name in before.keys() & after.keys():
        if name.rpartition("/")[2] in simulation.failed_names | stubborn:
            continue
        if before[name] != after[name]:
            simulation.complain(f"the rollback made {name} anew: {before[name]} is {after[name]} now")


def check_complete(simulation: Simulation, action: str) -> None:
    """After faults have stopped, a sound operation succeeds."""
    stacks = simulation.store.tables["stack"].committed()
    last = [stack for stack in stacks if stack["owner_id"] is None and stack["tenant"] == PROJECT][-1]
    if (last["action"], last["status"]) != (action, Status.COMPLETE):
        state = f"{last['action']}_{last['status']}: {last['status_reason']}"
        simulation.complain(f"a sound {action} ended {state}")


def check_nothing_left(simulation: Simulation) -> None:
    """After a delete there is nothing, in the world or in the tables."""
    others = {it["id"] for it in simulation.store.tables["stack"].committed() if it["tenant"] != PROJECT}
    for thing in simulation.world.things.values():
        if not thing.is_let_go and thing.stack_id not in others:
            simulation.complain(f"{thing} outlived its stack")
    for row in simulation.store.tables["resource"].committed():
        if row["stack_id"] not in others:
            simulation.complain(f"the row of {row['name']}#{row['id']} outlived its stack")
