"""The trust boundary line by line: ``heatlite.engine.api.trust`` says who writes what, and here each line is tried.

Where a database is involved, each is tried on every kind of it.
"""

from __future__ import annotations

import inspect
import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from heatlite import exception
from heatlite.context import EngineContext
from heatlite.db import models
from heatlite.db.api import Database
from heatlite.engine.api import trust
from heatlite.engine.api.arguments import OF_ENGINES_IN_ARGS
from heatlite.engine.api.trust import Who
from heatlite.resources.builtin.none import NoneResource
from heatlite.resources.builtin.stack import Stack
from heatlite.resources.builtin.wait_condition_handle import WaitConditionHandle
from heatlite.rpc import messages
from heatlite.rpc.client_methods import METHODS, REQUIRED
from tests.deployment import in_process
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.fleet import WIRE, Fleet, ThreadedResource
from tests.functional.engine.heat_rpc import METHODS as HEATS
from tests.functional.engine.heat_rpc import REQUIRED as HEATS_REQUIRED
from tests.functional.engine.templates import stores, template
from tests.story import hot, resource

LINES = [(method, argument) for method, arguments in trust.METHODS.items() for argument in arguments]
REFUSALS = (
    exception.EntityNotFound, exception.NotFound, exception.InvalidTenant, exception.Forbidden, exception.Invalid,
)  # fmt: skip
CANARY, NAME = "c4n4ry", "n4m3d"
NUMBERS = itertools.count()
ONE = template({"one": stores(CANARY)}, outputs={"o": {"value": CANARY}})


# --- every method, argument and column has its line ---------------------------------------------------------------


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[Any]]]:
    """Topic → endpoints, as an engine process serves them."""
    engine = in_process(tmp_path_factory.mktemp("engine"))
    yield engine.engine.engine._endpoints()
    engine.stop()


def methods(endpoints: list[Any]) -> dict[str, inspect.Signature]:
    found = {name: value for each in endpoints for name, value in inspect.getmembers(type(each), inspect.isfunction)}
    return {name: inspect.signature(value) for name, value in found.items() if not name.startswith("_")}


def arguments_of(signature: inspect.Signature) -> set[str]:
    kept = [it for it in signature.parameters.values() if it.kind is not inspect.Parameter.VAR_KEYWORD]
    return {it.name for it in kept} - {"self", "context"}


def test_every_topic_has_its_line(served: dict[str, list[Any]]) -> None:
    assert served.keys() == trust.TOPICS.keys()


def test_every_method_of_the_client_api_takes_the_arguments_of_its_line(served: dict[str, list[Any]]) -> None:
    found = methods(served[messages.ENGINE_TOPIC])
    assert found.keys() == METHODS.keys()
    for method, signature in found.items():
        named, taken = arguments_of(signature), METHODS[method].arguments
        collects = any(it.kind is inspect.Parameter.VAR_KEYWORD for it in signature.parameters.values())
        assert named <= taken.keys() if collects else named == taken.keys(), method
        assert {name: signature.parameters[name].default for name in named} == {
            name: default for name, default in taken.items() if name in named
        }, method


def test_every_method_is_served_in_its_namespace(served: dict[str, list[Any]]) -> None:
    for endpoint in served[messages.ENGINE_TOPIC]:
        for name, _ in inspect.getmembers(type(endpoint), inspect.isfunction):
            if not name.startswith("_"):
                assert (endpoint.target.namespace or "") == METHODS[name].namespace, name


def test_every_argument_that_heats_engine_has_is_taken_with_its_default() -> None:
    for method, arguments in HEATS.items():
        taken = METHODS[method].arguments
        heats = {name: REQUIRED if default is HEATS_REQUIRED else default for name, default in arguments.items()}
        assert heats == {name: default for name, default in taken.items() if name in heats}, method


def test_every_message_of_engines_own_has_its_line(served: dict[str, list[Any]]) -> None:
    for topic, expected in trust.INTERNAL.items():
        found = {name: arguments_of(signature) for name, signature in methods(served[topic]).items()}
        assert found == {name: set(arguments) for name, arguments in expected.items()}


def test_every_argument_has_one_line() -> None:
    for method, argument in LINES:
        assert trust.line(method, argument).held_to
    assert {argument for _, argument in LINES} >= trust.ARGUMENTS.keys()
    assert set(LINES) >= trust.IN_METHODS.keys()


def test_every_column_that_is_named_is_one() -> None:
    tables = {table.name: {column.name for column in table.columns} for table in models.metadata.sorted_tables}
    assert trust.CLIENTS_COLUMNS.keys() == tables.keys()
    for named in (trust.CLIENTS_COLUMNS, trust.IDENTITYS_COLUMNS):
        for table, columns in named.items():
            assert columns <= tables[table], table


# --- each argument of the client API --------------------------------------------------------------------------------


class World:
    """A project, demo, with one of everything; and somebody of another project who asks about it."""

    def __init__(self, database: Database) -> None:
        self.engine = engine = Endpoint(database)
        self.stack = engine.created("web", ONE)
        self.config = engine.call("create_software_config", group=None, name=CANARY, config=CANARY)["id"]
        self.deployment = engine.call(
            "create_software_deployment", server_id="s", config_id=self.config, status_reason=CANARY
        )["id"]
        engine.call("stack_snapshot", stack_identity=self.stack, name=CANARY)
        engine.settle()
        [one] = engine.call("list_stack_resources", stack_identity=self.stack)
        self.physical_id = one["physical_resource_id"]
        [self.snapshot] = [it["id"] for it in engine.call("stack_list_snapshots", stack_identity=self.stack)]

    def is_whole(self) -> bool:
        """Whether nobody has deleted any of it."""
        alive = [it["stack_identity"] for it in self.engine.call("list_stacks", filters={"name": "web"})]
        kept = self.engine.call("list_software_configs"), self.engine.call("list_software_deployments")
        return alive == [self.stack] and all(
            {it["id"] for it in each} & {self.config, self.deployment} for each in kept
        )

    def arguments(self, method: str) -> dict[str, Any]:
        """Good ones, which name what is demo's."""
        known = {
            "stack_identity": self.stack, "stack_id": self.stack["stack_id"], "config_id": self.config,
            "deployment_id": self.deployment, "snapshot_id": self.snapshot, "resource_name": "one", "server_id": "s",
            "output_key": "o", "physical_resource_id": self.physical_id,
            "stack_name": f"new-{next(NUMBERS)}" if method in ("create_stack", "preview_stack") else "web",
            "template": ONE, "params": None, "files": None, "args": {}, "mark_unhealthy": True, "details": {},
            "digest": "x",
            "template_version": "heat_template_version.2021-04-16", "type_name": "OS::Heat::None", "name": "n",
            "group": None, "config": "x",
        }  # fmt: skip
        if method == "create_software_deployment":
            known.pop("deployment_id")
        if method in ("list_resource_types", "create_software_deployment"):
            known.pop("type_name", None)
        return {name: known[name] for name in trust.METHODS[method] if name in known}


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def test_a_call_tells_and_changes_nothing_of_another_project(world: World) -> None:
    before = everything(world.engine.database)
    for method in trust.METHODS:
        try:
            theirs = repr(world.engine.call(method, project="stranger", **world.arguments(method)))
        except (*REFUSALS, exception.NotSupported) as error:
            theirs = str(error)
        assert CANARY not in theirs or method == "preview_stack", (
            f"{method}: {theirs}"
        )  # that one tells what it is sent
        after = everything(world.engine.database)
        for table, rows in before.items():
            assert [row for row in rows if row not in after[table]] == [], f"{method} changed {table}"


IDS = {
    method
    for method, argument in LINES
    if trust.line(method, argument).held_to.startswith((trust.OWN_STACK, trust.OWN_CONFIG, trust.OWN_DEPLOYMENT))
    and (method, argument) != ("create_software_deployment", "deployment_id")
}


def test_an_id_of_another_projects_is_not_there(world: World) -> None:
    for method in sorted(IDS):
        arguments = world.arguments(method)
        for wire in ({}, {"roles": ["admin"]}, {"is_admin": "true"}, {"is_admin": 1}):
            with pytest.raises(REFUSALS):
                world.engine.call(method, project="stranger", wire=wire, **arguments)


def test_what_nobody_may_say_is_refused_by_its_name(world: World) -> None:
    before = everything(world.engine.database)
    for method, argument in LINES:
        for value in (1, "x", True) if trust.line(method, argument).who is Who.NOBODY else ():
            with pytest.raises((exception.Invalid, exception.NotSupported), match=argument):
                world.engine.call(method, **world.arguments(method), **{argument: value})
    assert everything(world.engine.database) == before


def test_a_value_of_another_type_is_refused_or_gets_nowhere_else(world: World) -> None:
    """Whatever its type, a client's value gets only into columns that the table lets it into."""
    for method in trust.METHODS:
        for argument in trust.METHODS[method]:
            for value in ({"x": [7654321]}, 7654321):
                world = world if world.is_whole() else World(world.engine.database)
                try:
                    world.engine.call(method, **{**world.arguments(method), argument: value})
                except exception.HeatliteError:
                    continue
                world.engine.settle()
        found = columns_with(world.engine.database, "7654321")
        assert found <= allowed(trust.CLIENTS_COLUMNS), (method, found - allowed(trust.CLIENTS_COLUMNS))


def test_a_key_of_args_is_read_refused_or_of_no_account(world: World) -> None:
    for key in [*trust.ARGS, *sorted(OF_ENGINES_IN_ARGS), "colour"]:
        try_key(world, key)
    assert columns_with(world.engine.database, "7654321") == set()


def try_key(world: World, key: str) -> None:
    sent = {**world.arguments("create_stack"), "stack_name": f"s-{key}", "args": {key: {"x": 7654321}}}
    if key in trust.ARGS and key not in ("show_nested", "clear_parameters", "existing"):
        with pytest.raises((exception.Invalid, exception.StackValidationFailed)):
            world.engine.call("create_stack", **{**sent, "args": {key: [1]}})
    elif key in OF_ENGINES_IN_ARGS:
        with pytest.raises(exception.Invalid, match=key):
            world.engine.call("create_stack", **sent)
    else:
        world.engine.call("create_stack", **sent)
        world.engine.settle()


# --- the columns ----------------------------------------------------------------------------------------------------


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    with database.reader(EngineContext(database)) as connection:
        tables = [table for table in models.metadata.sorted_tables if table.name not in ("service", "client_call")]
        return {it.name: [tuple(row) for row in connection.execute(sa.select(it))] for it in tables}


def columns_with(database: Database, text: str) -> set[str]:
    """``table.column`` wherever this text is in a value."""
    found = set()
    with database.reader(EngineContext(database)) as connection:
        for table in models.metadata.sorted_tables:
            for row in connection.execute(sa.select(table)):
                found |= {f"{table.name}.{name}" for name, value in row._mapping.items() if text in str(value)}
    return found


def allowed(table: Mapping[str, frozenset[str]]) -> set[str]:
    return {f"{name}.{column}" for name, columns in table.items() for column in columns}


def test_what_clients_say_gets_into_clients_columns_and_what_keystone_says_into_its_own(database: Database) -> None:
    """One story with a mark in everything that a client can say, and another mark in who he is."""
    types = {
        "OS::Heat::Stack": Stack, "OS::Heat::WaitConditionHandle": WaitConditionHandle, "OS::Heat::None": NoneResource,
        "Test::Threaded": ThreadedResource, f"OS::{CANARY}": NoneResource,
    }  # fmt: skip
    fleet = Fleet.on(database, **types)
    wire = {**WIRE, "username": NAME, "project_id": NAME, "tenant_id": NAME, "request_id": f"req-{CANARY}"}

    def call(method: str, **arguments: Any) -> Any:
        reply = fleet.call_as(wire, method, **arguments)
        fleet.settle()
        return reply

    inner = hot({"p": {"type": "string"}}, None, x={**resource(), "metadata": {"m": {"resource_facade": "metadata"}}})
    nest = {"type": "OS::Heat::Stack", "metadata": {CANARY: CANARY}, "deletion_policy": "Retain",
            "properties": {"template": json.dumps(inner), "parameters": {"p": CANARY}}}  # fmt: skip
    wanted = hot(
        {"v": {"type": "string"}},
        None,
        a={**resource({"get_param": "v"}), "metadata": {CANARY: CANARY}},
        handle={"type": "OS::Heat::WaitConditionHandle"},
        n=nest,
        t={"type": f"OS::{CANARY}"},
        **{CANARY: {**resource("e"), "external_id": f"ext-{CANARY}"}},
    )
    sent = {"template": wanted, "params": {"parameters": {"v": CANARY}}, "files": {CANARY: CANARY}}
    forged = dict.fromkeys(("name", "type", "action", "status", "progress", CANARY), CANARY)
    data = {"value": CANARY, "operation_id": CANARY, CANARY: CANARY}
    said = {"a": {**forged, "resource_id": CANARY, "metadata": {CANARY: CANARY}, "resource_data": data}}
    args = {"tags": [CANARY], "disable_rollback": True, CANARY: CANARY}
    web = call("create_stack", stack_name=f"s-{CANARY}", **sent, args=args)
    adopting = {"resources": said, CANARY: CANARY, "id": CANARY, "name": CANARY, "project_id": CANARY,
                "stack_user_project_id": CANARY, "status": CANARY, "action": CANARY}  # fmt: skip
    one = hot(a=resource())
    call(
        "create_stack", stack_name="adopted", template=one, params=None, files=None, args={"adopt_stack_data": adopting}
    )
    signal = {"status": "SUCCESS", "id": CANARY, "reason": CANARY, "data": CANARY}
    call("resource_signal", stack_identity=web, resource_name="handle", details=signal)
    marked = {"resource_name": "a", "mark_unhealthy": True, "resource_status_reason": CANARY}
    call("resource_mark_unhealthy", stack_identity=web, **marked)
    call("update_stack", stack_identity=web, **sent, args={"existing": False, "tags": [CANARY]})
    call("stack_snapshot", stack_identity=web, name=CANARY)
    config = call("create_software_config", group=CANARY, name=CANARY, config=CANARY, inputs=[{"name": CANARY}])["id"]
    state = dict.fromkeys(("action", "status", "status_reason"), CANARY)
    call("create_software_deployment", server_id=CANARY, config_id=config, **state, input_values={CANARY: CANARY})

    found = columns_with(database, CANARY)
    assert found <= allowed(trust.CLIENTS_COLUMNS), found - allowed(trust.CLIENTS_COLUMNS)
    missing = allowed(trust.CLIENTS_COLUMNS) - found
    assert missing <= ELSEWHERE, missing - ELSEWHERE
    of_identity = columns_with(database, NAME)
    assert of_identity - {"snapshot.data"} <= allowed(trust.IDENTITYS_COLUMNS), of_identity


ELSEWHERE = {
    "stack.timeout", "stack.disable_rollback", "stack.status_reason", "resource.status_reason",
    "resource.progress", "resource.deletion_policy",
    "notification.reason", "notification.details", "observation.drift", "observation.left_alone",
    "snapshot.status_reason", "event_sink.target",
    "software_config.id", "software_deployment.id", "software_deployment.config_id", "software_deployment.updated_at",
    "software_deployment.output_values", "software_deployment.stack_user_project_id",
}  # fmt: skip
"""Columns of clients' into which a value gets as another type, for a moment, or by a call with a test of its own."""


# --- the messages of engines' own -----------------------------------------------------------------------------------

SPOILED: list[Any] = [None, "", "x" * 37, 7, -1, True, {}, [], [None], [[]], [["1", 1]], [[1, 99]], [[True, 1]],
                      [[1, 1, 1]], [[2**63, 1]], [-1], ["1"], [True], [2**63], "\x00", "\ud800"]  # fmt: skip
EMPTY_LISTS_ARE_LISTS = {"nodes", "resource_ids", "operations"}
INTERNAL_LINES = [
    (topic, method, argument)
    for topic, every in trust.INTERNAL.items()
    for method, arguments in every.items()
    for argument in arguments
]


@pytest.fixture
def fleet(database: Database) -> Fleet:
    return Fleet.on(database, **{"OS::Heat::Stack": Stack, "Test::Threaded": ThreadedResource})


@pytest.mark.parametrize(("topic", "method", "argument"), INTERNAL_LINES)
def test_an_argument_of_another_type_is_dropped_and_told(
    fleet: Fleet, topic: str, method: str, argument: str, caplog: pytest.LogCaptureFixture
) -> None:
    fleet.create(hot(a=resource(), b=resource(depends_on="a")))
    engine = fleet.living[0]
    endpoint = next(it for it in (engine.worker, engine.nested, engine.listener) if hasattr(it, method))
    good = {"traversal_id": fleet.stack().current_traversal, "nodes": [[1, 1]], "resource_ids": [1]}
    good |= {"operation": {}, "operations": [{}]}
    before = everything(fleet.database)
    for value in SPOILED:
        if (value == [] and argument in EMPTY_LISTS_ARE_LISTS) or (argument == "traversal_id" and value == "x"):
            continue
        caplog.clear()
        arguments = {name: good[name] for name in trust.INTERNAL[topic][method]}
        getattr(endpoint, method)({"project_id": "demo"}, **{**arguments, argument: value})
        assert "An invalid message is dropped" in caplog.text, (method, argument, value)
    for others in ({name: good[name] for name in arguments if name != argument}, {**arguments, "another": 1}):
        caplog.clear()
        getattr(endpoint, method)({"project_id": "demo"}, **others)
        assert "An invalid message is dropped" in caplog.text, (method, others)
    assert everything(fleet.database) == before


def test_a_check_of_what_is_not_ready_does_nothing(fleet: Fleet) -> None:
    """The message is believed that looking may pay, and nothing else."""
    fleet.create(hot(a=resource(), b=resource(depends_on="a")))
    fleet.bus.lose_everything()
    traversal, before = fleet.stack().current_traversal, everything(fleet.database)
    [a, b] = sorted(row[0] for row in before["resource"])
    engine = fleet.living[0]
    engine.worker.check_resource({}, traversal, [[b, 1], [b, 2], [a, 2], [a, 3], [10**6, 1]])
    engine.worker.check_resource({}, "0" * 36, [[a, 1], [b, 1]])
    fleet.work()
    assert everything(fleet.database) == before


def test_rows_are_let_go_of_for_a_newer_traversal_of_their_stack_alone(fleet: Fleet) -> None:
    fleet.create(hot(a={**resource(wait_secs=-1), "type": "Test::Threaded"}))
    fleet.work()
    identity, mine = fleet.identity, fleet.stack().current_traversal
    fleet.call_with("create_stack", stack_name="other", template=hot(x=resource()), params=None, files=None, args={})
    fleet.work()
    before = held(fleet)
    assert len(before) == 1
    for traversal in ("0" * 36, mine, other_traversal(fleet, identity)):
        for engine in fleet.living:
            engine.listener.asked({}, resource_ids=[before[0][0]], traversal_id=traversal)
            engine.listener.wake({}, resource_ids=[before[0][0]])
            engine.listener.over({}, traversal_id=traversal)
        fleet.work()
    assert held(fleet) == before


def held(fleet: Fleet) -> list[tuple[Any, ...]]:
    """The rows that an engine holds: id, state and engine."""
    table = models.resource
    columns = (table.c.id, table.c.action, table.c.status, table.c.engine_id)
    with fleet.database.reader(EngineContext(fleet.database)) as connection:
        found = connection.execute(sa.select(*columns).where(table.c.engine_id.is_not(None)))
        return [tuple(row) for row in found]


def other_traversal(fleet: Fleet, identity: dict[str, Any]) -> str:
    table = models.stack
    with fleet.database.reader(EngineContext(fleet.database)) as connection:
        found = connection.execute(sa.select(table.c.current_traversal).where(table.c.id != identity["stack_id"]))
        return str(found.scalar_one())
