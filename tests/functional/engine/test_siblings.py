"""Nested stacks of one owner that begin together cost what one does, and become what they would become alone.

alone      batches of one: each nested stack has a message, a begin, a claim and an end of its own
together   the engine's default: many in one transaction
"""

from __future__ import annotations

import contextlib
import json
import pathlib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from heatlite.db import models, resources, stacks
from heatlite.engine.common.settings import Settings
from heatlite.engine.nested.siblings import Siblings
from heatlite.engine.ports import nested_stacks
from heatlite.resources.builtin.resource_group import ResourceGroup
from heatlite.resources.builtin.stack import Stack
from heatlite.rpc.messages import BeginChild
from tests.functional.engine.fleet import Fleet
from tests.story import hot, resource

NUMBER = 20
OF_ANY_NUMBER = 60
"""Statements that create siblings, however many they are."""
STACK_COLUMNS = ("name", "action", "status", "status_reason", "nested_depth", "collects_later", "live_name", "deadline")
ROW_COLUMNS = ("name", "type", "action", "status", "status_reason", "atomic_key", "attr_data", "properties_data")
EVENT_COLUMNS = ("resource_name", "resource_type", "resource_action", "resource_status", "resource_status_reason")
Makes = Callable[..., Fleet]
TYPES = {"OS::Heat::Stack": Stack, "OS::Heat::ResourceGroup": ResourceGroup}


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Makes]:
    with contextlib.ExitStack() as stack:

        def make(batch_size: int = 50) -> Fleet:
            settings = Settings(local_hops=20, batch_size=batch_size)
            made = Fleet(schema, tmp_path / f"{batch_size}.sqlite3", settings, **TYPES)
            stack.callback(made.database.dispose)
            return made

        yield make


def group(inner: Any, number: int = NUMBER) -> dict[str, Any]:
    """A template with equal nested stacks."""
    one = {"type": "OS::Heat::Stack", "properties": {"template": json.dumps(inner)}}
    return hot(**{f"s{at:02}": one for at in range(number)})


def chain(**more: Any) -> dict[str, Any]:
    """A template of resources that follow one another."""
    return hot(a=resource("1"), b=resource({"get_attr": ["a", "output"]}), **more)


def seen(fleet: Fleet) -> dict[str, Any]:
    """The rows of all stacks, without what chance or the order of work is in."""
    with fleet.database.engine.connect() as connection:
        found = list(connection.execute(sa.select(models.stack)).mappings())
        names = {row["id"]: row["parent_resource_name"] or "root" for row in found}
        rows = connection.execute(sa.select(models.resource).order_by(models.resource.c.id)).mappings()
        events = connection.execute(sa.select(models.event).order_by(models.event.c.id)).mappings()
        told: dict[str, list[Any]] = {name: [] for name in names.values()}
        for event in events:
            told[names[event["stack_id"]]].append(tuple(event[it] for it in EVENT_COLUMNS if it != "resource_name"))
        serving = {names[row["id"]]: sorted(row["current_deps"]["serving"]) for row in found}
        complete = {names[row["id"]]: row["prev_raw_template_id"] == row["raw_template_id"] for row in found}
        return {
            "rows": sorted(
                str([names[row["stack_id"]], *(row[it] for it in ROW_COLUMNS)]) for row in rows if row["stack_id"]
            ),
            "events": {name: sorted(map(str, each)) if name == "root" else each for name, each in told.items()},
            "serving": serving,
            "complete": complete,
            "status": {names[row["id"]]: f"{row['action']}_{row['status']} {row['status_reason']}" for row in found},
            "open": [row["id"] for row in found if row["deadline"] is not None],
            "sync_points": len(list(connection.execute(sa.select(models.sync_point)))),
        }


def statements(fleet: Fleet, act: Callable[[], None]) -> int:
    """How many statements are executed meanwhile."""
    made: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "PRAGMA")):
            made.append(statement)

    engine = fleet.database.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    act()
    sa.event.remove(engine, "before_cursor_execute", note)
    return len(made)


def made(fleet: Fleet, template: Any) -> None:
    fleet.create(template)
    fleet.settle()


def until_sent(fleet: Fleet) -> Sequence[BeginChild]:
    """The operations that are sent together."""
    while not fleet.bus.operations:
        assert fleet.message() or any(engine.work() for engine in fleet.living)
    _, sent = fleet.bus.operations[0]
    assert not isinstance(sent, BeginChild)
    return sent


@pytest.mark.parametrize(
    "inner",
    [
        chain(),
        hot(),
        chain(c=resource("3", wait_secs=5)),
        chain(c={"type": "Test::Threaded", "properties": {"value": "3"}}),
        chain(c=resource({"get_param": "OS::stack_name"})),
        hot({"n": {"type": "json", "default": {"a": 1}}}, a=resource({"get_param": ["n", "a"]})),
        hot(a=resource("1", fail=True)),
    ],
    ids=["chain", "empty", "waits", "threads", "own name", "map", "fails"],
)
def test_the_same_comes_of_them(fleet: Makes, inner: Any) -> None:
    alone, together = fleet(batch_size=1), fleet()
    for each in (alone, together):
        made(each, group(inner, 4))
    expected, found = seen(alone), seen(together)
    if "FAILED" in alone.state():  # which of them fails first is for chance, and what it is that the others miss by it
        assert together.state() == alone.state()
        assert found["sync_points"] == 0
        return
    for each in (expected, found):
        each["rows"] = [without_names(it) for it in each["rows"]]
    assert found == expected


def without_names(row: str) -> str:
    """A row's text without what chance is in: names of stacks and things, and ids."""
    return re.sub(r"[a-z0-9]+-s\d\d-[a-z0-9-]+|[0-9a-f]{8}-[0-9a-f-]{27}", "name", row)


def test_siblings_cost_what_one_does(fleet: Makes) -> None:
    few, many = fleet(), fleet(batch_size=40)
    costs = [
        statements(each, lambda each=each, number=number: made(each, group(chain(), number)))
        for each, number in ((few, 2), (many, NUMBER))
    ]
    assert costs[1] <= costs[0] + 2
    assert costs[1] <= OF_ANY_NUMBER
    assert many.state() == "CREATE_COMPLETE"


def test_one_message_begins_them_and_they_are_complete_with_the_commit(fleet: Makes) -> None:
    engines = fleet()
    engines.create(group(chain()))
    assert len(until_sent(engines)) == NUMBER
    engines.operation()
    children = stacks.children(engines.context(), [engines.identity["stack_id"]])
    assert {f"{it.action}_{it.status}" for it in children} == {"CREATE_COMPLETE"}
    assert len(children) == NUMBER
    assert len(engines.bus.wakes) == 1


def test_what_another_engine_has_begun_isnt_begun_again(fleet: Makes) -> None:
    """The transaction that meets one of them there already is undone, and the others begin one by one."""
    engines = fleet()
    engines.create(group(chain(), 4))
    sent = until_sent(engines)
    request, _ = engines.bus.operations[0]
    create = Siblings.create

    def late(siblings: Siblings, new: Any) -> Any:
        Siblings.create = create  # type: ignore[method-assign]
        engines.living[1].nested.begin_child(request, sent[1].to_wire())
        return create(siblings, new)

    Siblings.create = late  # type: ignore[method-assign, assignment]
    try:
        engines.operation()
    finally:
        Siblings.create = create  # type: ignore[method-assign]
    engines.settle()
    assert engines.state() == "CREATE_COMPLETE"
    assert len(stacks.children(engines.context(), [engines.identity["stack_id"]])) == 4


def test_a_message_that_comes_twice_begins_nothing_twice(fleet: Makes) -> None:
    engines = fleet()
    engines.create(group(chain(), 4))
    until_sent(engines)
    engines.bus.operations.append(engines.bus.operations[0])
    engines.settle()
    assert engines.state() == "CREATE_COMPLETE"
    assert len(resources.by_stack(engines.context(), engines.identity["stack_id"])) == 4


def test_a_deletion_that_comes_first_leaves_nothing(fleet: Makes) -> None:
    engines = fleet()
    engines.create(group(chain(), 4))
    until_sent(engines)
    late = engines.bus.operations.popleft()
    engines.delete()
    engines.settle()
    engines.bus.operations.append(late)
    engines.settle()
    assert engines.state() == "DELETE_COMPLETE"
    assert stacks.children(engines.context(), [engines.identity["stack_id"]]) == []


def test_an_engine_that_dies_before_it_begins_them_costs_time(fleet: Makes) -> None:
    engines = fleet()
    engines.create(group(chain(), 4))
    until_sent(engines)
    engines.bus.operations.clear()
    engines.living[0].die()
    engines.sweep("dead_engines", "lost_casts", "lost_wakes")
    engines.settle()
    assert engines.state() == "CREATE_COMPLETE"


def test_an_operation_that_is_sent_again_goes_out_alone(fleet: Makes) -> None:
    """What the first message didn't begin may be an engine's death, and that may be one sibling's fault."""
    engines = fleet()
    engines.create(group(chain(), 4))
    until_sent(engines)
    engines.bus.operations.clear()
    while not engines.bus.operations:
        engines.pass_time(1)
        for engine in engines.living:
            engine.work()
    assert all(isinstance(sent, BeginChild) for _, sent in engines.bus.operations)
    assert len(engines.bus.operations) == 4


def test_one_that_is_refused_fails_and_the_others_begin_all_the_same(fleet: Makes) -> None:
    """Which values it gets isn't known before its owner's action."""
    engines, inner = fleet(), hot({"n": {"type": "number"}}, a=resource({"get_param": "n"}))
    one = {"type": "OS::Heat::Stack", "properties": {"template": json.dumps(inner)}}
    given = {f"s{at}": {"n": {"get_attr": ["odd" if at == 2 else "even", "output"]}} for at in range(4)}
    members = {
        name: {**one, "properties": {**one["properties"], "parameters": parameters}}
        for name, parameters in given.items()
    }
    engines.create(hot(odd=resource("no number"), even=resource("2"), **members))
    until_sent(engines)
    engines.operation()
    children = stacks.children(engines.context(), [engines.identity["stack_id"]])
    states = {it.parent_resource_name: f"{it.action}_{it.status}" for it in children}
    assert states == {**dict.fromkeys(("s0", "s1", "s3"), "CREATE_COMPLETE"), "s2": "CREATE_FAILED"}
    engines.settle()
    assert engines.stack().status_reason.startswith("Resource CREATE failed: resources.s2: parameters.n: ")


def test_a_group_never_gets_a_template_of_its_siblings(fleet: Makes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups build their templates one after another, and the next one may lie where the last one lay in memory."""
    monkeypatch.setattr(nested_stacks, "id", lambda it: 1, raising=False)
    names = ("one", "other")
    group = {name: {"count": 1, "resource_def": resource(name)} for name in names}
    made = fleet()
    made.create(hot(**{name: {"type": "OS::Heat::ResourceGroup", "properties": it} for name, it in group.items()}))
    made.settle()
    with made.database.engine.connect() as connection:
        stacks_by_id = {row["id"]: row for row in connection.execute(sa.select(models.stack)).mappings()}
        rows = list(connection.execute(sa.select(models.resource)).mappings())
    owners = {row["id"]: stacks_by_id[row["stack_id"]]["parent_resource_name"] for row in rows}
    values = {owners[row["id"]]: row["properties_data"]["value"] for row in rows if owners[row["id"]]}
    assert values == {name: name for name in names}
