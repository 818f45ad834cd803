"""Lives of stacks, drawn from a seed, in which what a plan says is compared with what the events then show.

    draw a template ─▶ create ─▶ trouble ─▶ draw another ─▶ plan ─▶ update as planned ─▶ compare ─▶ trouble ─▶ …

Trouble is whatever leaves a stack in another state than COMPLETE: steps that fail in any action, a cancelled update, a
suspension, a check, a mark of bad health. The engines are heatlite's own, in memory, on one SQLite file.
"""

from __future__ import annotations

import contextlib
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from heatlite import exception
from heatlite.context import RequestContext
from heatlite.convergence.interrupts import Operation
from heatlite.convergence.model import Status
from heatlite.db import models, resources, stacks
from heatlite.db.records import StackRecord
from heatlite.engine.api.insight import InsightEndpoint
from heatlite.resources.base import Resource
from heatlite.resources.builtin.autoscaling_group import AutoScalingGroup
from heatlite.resources.builtin.random_string import RandomString
from heatlite.resources.builtin.resource_group import ResourceGroup
from heatlite.resources.builtin.stack import Stack
from heatlite.resources.builtin.test_resource import TestResource
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.fleet import WIRE, Fleet

Json = dict[str, Any]
Path = tuple[str, ...]
VERSION = "2021-04-16"
NAMES = "abcdef"
HOOKS = ("pre-create", "pre-update", "pre-delete", "post-create", "post-update")
ACTIONS = ("create", "update", "delete", "suspend", "resume", "check", "snapshot")
MOST_ROUNDS = 60


class Brittle(TestResource):
    """Fails in the actions that ``breaks`` names, by resource and action."""

    breaks: set[tuple[str, str]] = set()


class Threaded(Brittle):
    """The same, but its steps aren't run within the claim."""

    immediate = False


class Mendable(Brittle):
    """The same, but it can be repaired in place."""

    replace_when_failed = False


def breaking(action: str) -> Callable[..., Any]:
    """A handle method that fails where it is to."""
    original: Any = getattr(TestResource, f"handle_{action}")

    def handle(self: Brittle, *given: Any) -> Any:
        if (self.name, action) in Brittle.breaks:
            raise ValueError(f"{action} of {self.name} fails")
        return original(self, *given)

    return handle


for _action in ACTIONS:
    setattr(Brittle, f"handle_{_action}", breaking(_action))

LEAVES = ("OS::Heat::TestResource", "Test::Threaded", "Test::Brittle", "Test::Mendable")
TYPES: dict[str, type[Resource]] = {
    "OS::Heat::TestResource": TestResource,
    "Test::Threaded": Threaded,
    "Test::Brittle": Brittle,
    "Test::Mendable": Mendable,
    "OS::Heat::RandomString": RandomString,
    "OS::Heat::ResourceGroup": ResourceGroup,
    "OS::Heat::AutoScalingGroup": AutoScalingGroup,
    "OS::Heat::Stack": Stack,
}
STACKS = ("OS::Heat::ResourceGroup", "OS::Heat::AutoScalingGroup", "OS::Heat::Stack")


class Draw:
    """Draws templates."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def likely(self, share: float) -> bool:
        return self.chance.random() < share

    def template(self, names: str = NAMES, depth: int = 0) -> Json:
        """A template in which each resource may use those before it."""
        resources: dict[str, Json] = {}
        for name in names:
            if self.likely(0.7):
                resources[name] = self.resource(dict(resources), depth)
        return {"heat_template_version": VERSION, "resources": resources}

    def changed(self, template: Json) -> Json:
        """The same with some of it otherwise."""
        before = template["resources"]
        resources: dict[str, Json] = {}
        for name in NAMES:
            kind = self.chance.random()
            if name in before and kind < 0.45:
                resources[name] = self.still_there(before[name], resources)
            elif name in before and kind < 0.75:
                resources[name] = self.still_there(self.altered(before[name]), resources)
            elif kind < 0.9:
                resources[name] = self.resource(dict(resources), 0)
        return {**template, "resources": resources}

    def altered(self, definition: Json) -> Json:
        """One thing of a definition otherwise."""
        made = json.loads(json.dumps(definition))
        properties = made.get("properties", {})
        if definition["type"] in LEAVES:
            self.alter_leaf(made, properties)
        elif definition["type"] == "OS::Heat::ResourceGroup":
            if self.likely(0.5) or properties["resource_def"]["type"] not in LEAVES:
                properties["count"] = 2 - properties["count"]
            else:
                self.alter_leaf(properties["resource_def"], properties["resource_def"]["properties"])
        elif definition["type"] == "OS::Heat::AutoScalingGroup":
            properties["desired_capacity"] = 3 - properties["desired_capacity"]
        elif definition["type"] == "OS::Heat::Stack":
            properties["parameters"] = {"size": str(self.chance.randint(1, 2))}
        else:
            properties["length"] = 17 - properties["length"]
        return made

    def alter_leaf(self, made: Json, properties: Json) -> None:
        match self.chance.randint(0, 5):
            case 0:
                made["metadata"] = {"tier": "another"}
            case 1:
                made["type"] = self.chance.choice(LEAVES)
            case 2:
                properties["update_replace_value"] = self.chance.choice(["x", "y"])
            case 3:
                properties.pop("fail", None)
            case _:
                properties["value"] = str(self.chance.randint(1, 2))

    def still_there(self, definition: Json, others: Mapping[str, Json]) -> Json:
        """A definition that needs nothing that isn't there."""
        text = json.dumps(definition)
        needed = [name for name in NAMES if f'["{name}", "output"]' in text or f'_resource": "{name}"' in text]
        needed += [name for name in definition.get("depends_on", ()) if name not in others]
        return definition if all(name in others for name in needed) else self.resource(dict(others), 1)

    def resource(self, others: dict[str, Json], depth: int) -> Json:
        """A resource of any kind."""
        kind = self.chance.random()
        if depth < 2 and kind < 0.3:
            made = self.nested(depth, others)
        elif kind < 0.36:
            made = {"type": "OS::Heat::RandomString", "properties": {"length": self.chance.choice([8, 9])}}
        else:
            made = self.leaf(others)
        if others and self.likely(0.2):
            made["depends_on"] = [self.chance.choice(sorted(others))]
        if self.likely(0.15):
            made["metadata"] = {"tier": self.chance.choice(["db", "web"])}
        if self.likely(0.1):
            made["deletion_policy"] = "Retain"
        return made

    def leaf(self, others: Mapping[str, Json]) -> Json:
        properties: Json = {"value": self.value(others)}
        if self.likely(0.2):
            properties["update_replace"] = True
        if self.likely(0.2):
            properties["update_replace_value"] = self.chance.choice(["x", "y"])
        if self.likely(0.08):
            properties["fail"] = True
        return {"type": self.chance.choice(LEAVES), "properties": properties}

    def value(self, others: Mapping[str, Json]) -> Any:
        seen = [name for name, it in others.items() if it["type"] in LEAVES]
        if seen and self.likely(0.5):
            name = self.chance.choice(seen)
            return self.chance.choice([{"get_attr": [name, "output"]}, {"get_resource": name}])
        return str(self.chance.randint(1, 2))

    def nested(self, depth: int, others: Mapping[str, Json]) -> Json:
        """A stack in the stack."""
        kind = self.chance.choice(STACKS)
        member = self.leaf(others) if self.likely(0.8) else self.nested(depth + 1, {}) if depth < 1 else self.leaf({})
        if kind == "OS::Heat::ResourceGroup":
            return {"type": kind, "properties": {"count": self.chance.randint(0, 2), "resource_def": member}}
        if kind == "OS::Heat::AutoScalingGroup":
            sizes = {"min_size": 1, "max_size": 3, "desired_capacity": self.chance.randint(1, 2)}
            return {"type": kind, "properties": {**sizes, "resource": member}}
        inner = self.template("ab", 2)
        inner["parameters"] = {"size": {"type": "string", "default": "1"}}
        for it in inner["resources"].values():
            if it["type"] in LEAVES and self.likely(0.5):
                it["properties"]["value"] = {"get_param": "size"}
        return {"type": kind, "properties": {"template": json.dumps(inner), "parameters": {"size": self.value(others)}}}

    def environment(self) -> Json:
        """Hooks and restrictions."""
        entries: dict[str, Json] = {}
        for name in NAMES:
            if self.likely(0.06):
                entries[name] = {"hooks": [self.chance.choice(HOOKS)]}
            elif self.likely(0.06):
                entries[name] = {"restricted_actions": self.chance.choice(["update", "replace"])}
        return {"resource_registry": {"resources": entries}}


@dataclass
class Expected:
    """What events a plan lets be seen. ``free``: whatever happens below these is the plan's "may"."""

    actions: dict[Path, set[str]] = field(default_factory=lambda: defaultdict(set))
    maybe: dict[Path, set[str]] = field(default_factory=lambda: defaultdict(set))
    free: set[Path] = field(default_factory=set)
    resumed: set[Path] = field(default_factory=set)
    """A stack that is resumed first is so with all that is in it, also with what goes then."""

    def read(self, changes: list[Json], above: Path = ()) -> Expected:
        """Take over what a plan says of one stack."""
        for change in changes:
            path = (*above, change["resource_name"])
            self.one(path, change)
            for child in change.get("nested", ()):
                self.read(child["changes"], path)
        return self

    def one(self, path: Path, change: Json) -> None:
        """What a plan says of one resource."""
        fate, reason = change["fate"], change["reason"]
        if change["resource_type"] in STACKS:
            self.maybe[path].add("UPDATE")  # it is looked at, and what it left is collected
            if fate != "unchanged" and "nested" not in change:
                self.free.add(path)
        if fate == "may change":
            self.maybe[path] |= {"CREATE", "UPDATE", "DELETE", "RESUME"}
        elif "resumed first" in reason:
            self.actions[path].add("RESUME")
            self.resumed.add(path)
            self.maybe[path].add("UPDATE")
        if fate == "added":
            self.actions[path].add("CREATE")
        elif fate == "replaced":
            self.actions[path] |= {"CREATE", "DELETE"}
        elif fate == "deleted" and "nothing was made of it" not in reason:
            self.actions[path].add("DELETE")
        elif fate == "updated" and reason != "its metadata changes" and "resumed first" not in reason:
            self.actions[path].add("UPDATE")
        if "gone on with" in reason:
            self.maybe[path] |= {"UPDATE", "DELETE"}

    def is_free(self, path: Path) -> bool:
        return any(path[: len(it)] == it and path != it for it in self.free)

    def may_do(self, path: Path) -> set[str]:
        is_resumed = any(path[: len(it)] == it for it in self.resumed)
        return self.maybe.get(path, set()) | ({"RESUME"} if is_resumed else set())

    def differences(self, seen: Mapping[Path, set[str]], *, whole: bool) -> list[str]:
        """Where the events differ from it. ``whole``: all of it was done."""
        found = []
        for path in sorted({*self.actions, *seen}):
            if self.is_free(path):
                continue
            must, may, did = self.actions.get(path, set()), self.may_do(path), seen.get(path, set())
            if not whole and {"CREATE", "DELETE"} <= must:
                may = may | {"UPDATE"}  # a value that is known only then may be refused before it is replaced
            if not did <= must | may or (whole and not must <= did):
                found.append(f"{'.'.join(path)}: planned {sorted(must)} (may {sorted(may)}), done {sorted(did)}")
        return found


class Life:
    """One stack's life under a seed."""

    def __init__(self, fleet: Fleet, seed: int) -> None:
        self.fleet, self.draw = fleet, Draw(random.Random(seed))
        self.chance = self.draw.chance
        self.template: Json = {}
        self.former: list[Json] = []
        self.told: list[str] = []
        self.compared = 0
        self.refused = 0
        self.met: set[str] = set()
        Brittle.breaks = set()

    def live(self, rounds: int = 3) -> None:
        """Create, and plan and update some times."""
        self.template = self.draw.template()
        self.former.append(self.template)
        self.shake(0.06)
        args = {"disable_rollback": True}
        self.note("create", self.template, sorted(Brittle.breaks))
        self.fleet.identity = self.fleet.call("create_stack", "web", self.template, None, None, args)
        self.settle()
        for _ in range(rounds):
            self.trouble()
            self.plan_and_update()

    def note(self, *words: Any) -> None:
        self.told.append(" ".join(str(word) for word in words))

    # --- trouble ------------------------------------------------------------------------------------------------

    def shake(self, share: float) -> None:
        """Choose which steps fail from now on."""
        Brittle.breaks = {
            (name, action) for name in (*NAMES, "0", "1") for action in ACTIONS if self.draw.likely(share)
        }

    def trouble(self) -> None:
        """Bring the stack into some state."""
        self.shake(0.25 if self.draw.likely(0.6) else 0)
        kinds = [self.nothing, self.fails, self.half, self.visited, self.suspended, self.looked_at_asleep, self.ill]
        kinds.append(self.cannot_be_deleted)
        kind = self.chance.choice(kinds)
        self.note("trouble:", kind.__name__, sorted(Brittle.breaks))
        try:
            kind()
        except exception.HeatliteError as error:
            self.note("refused:", error)
        self.settle()
        self.note("it is", self.fleet.state(), self.rows())
        self.shake(0.03 if self.draw.likely(0.3) else 0)

    def nothing(self) -> None:
        """Leave it as it is."""

    def update(self, template: Json) -> None:
        rollback = {"disable_rollback": self.draw.likely(0.6)}
        self.fleet.call("update_stack", self.fleet.identity, template, None, None, rollback)
        self.template = template
        self.former.append(template)

    def fails(self) -> None:
        """An update that may fail anywhere, and that may be rolled back."""
        self.update(self.draw.changed(self.template))

    def half(self) -> None:
        """An update that is cancelled in the middle."""
        self.update(self.draw.changed(self.template))
        for _ in range(self.chance.randint(0, 4)):
            if not self.fleet.message():
                break
        self.fleet.call("stack_cancel_update", self.fleet.identity, False)

    def visited(self) -> None:
        """A suspension and its end, a check or a snapshot, each of which may fail."""
        operation = self.chance.choice([Operation.CHECK, Operation.SNAPSHOT, Operation.RESUME])
        if operation is Operation.RESUME:
            self.fleet.visit(Operation.SUSPEND)
            self.settle()
            self.fleet.visit(Operation.RESUME)
        elif operation is Operation.SNAPSHOT:
            self.fleet.call("stack_snapshot", self.fleet.identity, "then")
        else:
            self.fleet.visit(operation)

    def cannot_be_deleted(self) -> None:
        """A deletion that fails, at least at one resource."""
        rows = resources.by_stack(self.fleet.context(), self.fleet.identity["stack_id"])
        goes = [row for row in rows if row.physical_resource_id and row.deletion_policy != "Retain"]
        there = [row.name for row in goes if row.type.startswith("Test::")]
        if there:
            Brittle.breaks.add((self.chance.choice(there), "delete"))
            self.fleet.call("delete_stack", self.fleet.identity)

    def suspended(self) -> None:
        """It sleeps, or some of it does."""
        self.fleet.visit(Operation.SUSPEND)

    def looked_at_asleep(self) -> None:
        """It is checked while it sleeps, so that an update may come."""
        self.fleet.visit(Operation.SUSPEND)
        self.settle()
        self.fleet.visit(Operation.CHECK)

    def ill(self) -> None:
        """Somebody says that a resource is broken."""
        name = self.chance.choice(NAMES)
        self.fleet.call_with(
            "resource_mark_unhealthy",
            stack_identity=self.fleet.identity,
            resource_name=name,
            mark_unhealthy=True,
        )

    # --- the plan, and what comes of it -------------------------------------------------------------------------

    def insight(self, method: str, **arguments: Any) -> Any:
        engine = self.fleet.living[0]
        endpoint = InsightEndpoint(engine.shared, engine.lifecycle)
        return Endpoint.ask(getattr(endpoint, method), RequestContext(self.fleet.database, WIRE), **arguments)

    def request(self, wanted: Json, params: Json | None = None, args: Json | None = None) -> Json:
        """What is sent for an update."""
        sent = {"template": wanted, "params": params, "files": None, "args": args or {}}
        return {"stack_identity": self.fleet.identity, **sent}

    def wanted(self) -> Json:
        """The template that is there once more, one of before, or another."""
        kind = self.chance.random()
        if kind < 0.25:
            return self.template
        return self.chance.choice(self.former) if kind < 0.45 else self.draw.changed(self.template)

    def plan_and_update(self) -> None:
        """Plan an update, do it as planned, and compare."""
        wanted = self.wanted()
        params = self.draw.environment()
        args = {"disable_rollback": self.draw.likely(0.7), "converge": self.draw.likely(0.2)}
        request = self.request(wanted, params, args)
        self.note("wanted", wanted, params, args)
        before, last = self.written(), self.last_event()
        self.met |= self.kinds(params)
        try:
            planned = self.insight("plan_update", **request)
        except (exception.NotSupported, exception.ActionInProgress, exception.StackValidationFailed) as error:
            self.note("no plan:", error)
            self.is_refused(before, type(error), lambda: self.fleet.call_with("update_stack", **request))
            return
        self.note("planned", *(f"{it['resource_name']}: {it['fate']} {it['reason']}" for it in planned["changes"]))
        assert self.written() == before, "a plan has written something"
        apply = lambda: self.insight("update_as_planned", **request, digest=planned["digest"])  # noqa: E731
        if is_certain_to_fail(planned["changes"]):
            self.is_refused(before, exception.PlanNotPossible, apply)
            self.fails_indeed(request)
            return
        apply()
        self.template = wanted
        self.former.append(wanted)
        self.settle()
        self.compare(planned["changes"], last)

    def kinds(self, params: Json) -> set[str]:
        """What a plan is made of now: the stack's state, and kinds of what is in it."""
        rows = resources.by_stack(self.fleet.context(), self.fleet.identity["stack_id"])
        found = {self.fleet.state(), *(row.type for row in rows if row.type in STACKS)}
        found |= {"replaced row" for row in rows if row.replaced_by}
        found |= {f"row {row.action}_{row.status}" for row in rows}
        return found | {"hook" for it in params["resource_registry"]["resources"].values() if "hooks" in it}

    def is_refused(self, before: Any, error: type[exception.HeatliteError], apply: Callable[[], Any]) -> None:
        """See that it is refused in the same words, and that nothing is begun."""
        self.refused += 1
        try:
            apply()
        except error:
            assert self.written() == before, "it was refused, and something was begun"
        else:
            raise AssertionError(f"it isn't refused, though a plan of it is: {error}")

    def fails_indeed(self, request: Json) -> None:
        """See that the update fails where the plan says that it would."""
        self.fleet.call_with("update_stack", **request)
        self.template = request["template"]
        self.settle()
        assert self.fleet.state() not in ("UPDATE_COMPLETE",), "the plan said that it would fail"

    def compare(self, changes: list[Json], last: int) -> None:
        """Compare what was planned with the events."""
        state = self.fleet.state()
        self.note("it is", state, self.rows())
        if state.startswith("ROLLBACK"):
            return  # which does as much of the opposite
        self.compared += 1
        found = Expected().read(changes).differences(self.seen(last), whole=state == "UPDATE_COMPLETE")
        if state == "UPDATE_COMPLETE":
            found += self.unlike(self.template["resources"])
        assert not found, "\n".join(found)

    def unlike(self, wanted: Mapping[str, Json]) -> list[str]:
        """Where the root's rows aren't what its template says, or something is left of what was before."""
        rows = resources.by_stack(self.fleet.context(), self.fleet.identity["stack_id"])
        found = [f"{row.name} is left, row {row.id}" for row in rows if row.name not in wanted or row.replaced_by]
        if sorted(row.name for row in rows) != sorted(wanted):
            found.append(f"rows {sorted(row.name for row in rows)} for {sorted(wanted)}")
        for row in rows:
            definition = wanted.get(row.name, {"type": row.type})
            if row.status is not Status.COMPLETE or row.view.may_be_suspended or row.type != definition["type"]:
                found.append(f"{row.name}, a {row.type}, is {row.action}_{row.status}")
            value = definition.get("properties", {}).get("value")
            if isinstance(value, str) and (row.resource_data or {}).get("value") != value:
                found.append(f"{row.name} has {row.resource_data}, not {value}")
        return found

    def settle(self) -> None:
        """Let everything come to its end, and clear the hooks on the way."""
        for _ in range(MOST_ROUNDS):
            self.fleet.settle()
            if not self.fleet.stack().is_in_progress:
                return
            for name in NAMES:
                for hook in HOOKS:
                    self.clear(name, hook)
        raise AssertionError(f"it doesn't end: {self.fleet.state()}")

    def clear(self, name: str, hook: str) -> None:
        request = {"stack_identity": self.fleet.identity, "resource_name": name, "details": {"unset_hook": hook}}
        with contextlib.suppress(exception.HeatliteError):  # it may not wait there
            self.fleet.call_with("resource_signal", **request)

    # --- what the database says ---------------------------------------------------------------------------------

    def execute(self, statement: Any) -> list[Any]:
        with self.fleet.database.engine.connect() as connection:
            return list(connection.execute(statement))

    def written(self) -> Any:
        """Whatever an operation would write."""
        tables = (models.stack, models.resource, models.sync_point, models.event)
        return [sorted(map(repr, self.execute(sa.select(table)))) for table in tables]

    def last_event(self) -> int:
        return self.execute(sa.select(sa.func.max(models.event.c.id)))[0][0] or 0

    def rows(self) -> list[str]:
        table = models.resource.c
        found = self.execute(
            sa.select(table.name, table.action, table.status, table.id, table.replaced_by, table.stack_id)
        )
        return [
            f"{it.name} {it.action}_{it.status} {it.id}→{it.replaced_by}"
            for it in found
            if it.stack_id == self.fleet.identity["stack_id"]
        ]

    def seen(self, last: int) -> dict[Path, set[str]]:
        """Path of each resource in the tree → what has been done to it since an event."""
        paths: dict[str, Path] = {self.fleet.identity["stack_id"]: ()}
        for stack in self.tree():
            if stack.owner_id in paths:
                paths[stack.id] = (*paths[stack.owner_id], stack.parent_resource_name or "")
        found: dict[Path, set[str]] = defaultdict(set)
        event = models.event.c
        for it in self.execute(sa.select(models.event).where(event.id > last).order_by(event.id)):
            is_hook = "paused until Hook" in it.resource_status_reason or "is cleared" in it.resource_status_reason
            if it.stack_id in paths and it.physical_resource_id != it.stack_id and not is_hook:
                found[*paths[it.stack_id], it.resource_name].add(it.resource_action)
        return found

    def tree(self) -> Iterator[StackRecord]:
        """The stacks below, from the top."""
        ids = [self.fleet.identity["stack_id"]]
        context = self.fleet.context()
        while ids:
            table = models.stack.c
            ids = [it.id for it in self.execute(sa.select(table.id).where(table.owner_id.in_(ids)))]
            for stack_id in ids:
                found = stacks.get(context, stack_id)
                assert found is not None
                yield found


def is_certain_to_fail(changes: list[Json]) -> bool:
    """Whether a plan says of anything that it would fail."""
    return any(
        change["fate"] == "would fail"
        or any(is_certain_to_fail(child["changes"]) for child in change.get("nested", ()))
        for change in changes
    )
