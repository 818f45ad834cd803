"""A nested stack's operation is an engine's to begin: of a row that is one, in its project, by its owner's row.

Each story is told on every kind of database.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
import sqlalchemy as sa

from heatlite import exception
from heatlite.context import EngineContext
from heatlite.db import models, resources, stacks, templates, user_creds
from heatlite.db.api import Database
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.db.user_creds import Credentials
from heatlite.engine.api.arguments import OF_ENGINES, OF_ENGINES_IN_ARGS
from heatlite.resources.builtin.stack import Stack
from heatlite.resources.nested.port import CHOSEN, OPERATION, TEMPLATE, Verb
from heatlite.rpc.messages import BeginChild
from tests.functional.engine.fleet import Fleet
from tests.story import hot, resource

INNER = hot(a=resource())
VALUES: dict[str, Any] = {"nested_depth": -3, "user_creds_id": 1, "template_id": 1}


@pytest.fixture
def fleet(database: Database) -> Fleet:
    return Fleet.on(database, **{"OS::Heat::Stack": Stack})


def tree(inner: Any = INNER, **properties: Any) -> dict[str, Any]:
    web = {"type": "OS::Heat::Stack", "properties": {"template": json.dumps(inner), **properties}}
    return hot(web=web)


def row_of(fleet: Fleet, stack_id: str) -> ResourceRecord:
    [row] = resources.by_stack(fleet.context(), stack_id)
    return row


def child_of(fleet: Fleet) -> StackRecord:
    child = stacks.get(fleet.context(), row_of(fleet, fleet.identity["stack_id"]).uuid)
    assert child is not None
    return child


def until_sent(fleet: Fleet) -> tuple[dict[str, Any], BeginChild]:
    """Work until the first operation on a nested stack is sent; it."""
    while not fleet.bus.operations:
        assert fleet.message() or any(engine.work() for engine in fleet.living)
    return fleet.bus.operations[0]


def change(fleet: Fleet, table: sa.Table, id_: Any, **columns: Any) -> None:
    with fleet.database.writer(EngineContext(fleet.database)) as connection:
        connection.execute(sa.update(table).where(table.c.id == id_).values(**columns))


def all_of(fleet: Fleet, table: sa.Table) -> list[Any]:
    with fleet.database.reader(EngineContext(fleet.database)) as connection:
        return [tuple(row) for row in connection.execute(sa.select(table).order_by(table.c.id))]


def message(row: ResourceRecord, **said: Any) -> BeginChild:
    values: dict[str, Any] = {
        "verb": "CREATE",
        "child_id": row.uuid,
        "name": "web-n",
        "operation_id": "o",
        "follows": None,
    }
    return BeginChild(**{**values, "template_id": None, "facade": None, "timeout_mins": None, **said})


# --- the client API says it by name ---------------------------------------------------------------------------------


def test_a_create_with_an_argument_of_engines_is_refused_by_its_name(fleet: Fleet) -> None:
    for name in sorted(OF_ENGINES):
        for value in (VALUES.get(name, "another"), {}, False):
            sent = {"template": INNER, "params": None, "files": None, "args": {}, name: value}
            with pytest.raises(exception.Invalid, match=f"{name} is set by an engine"):
                fleet.call_with("create_stack", stack_name="web", **sent)
    assert all_of(fleet, models.stack) == []


@pytest.mark.parametrize("method", ["create_stack", "update_stack", "preview_stack", "preview_update_stack"])
def test_args_with_a_word_of_engines_are_refused_by_its_name(fleet: Fleet, method: str) -> None:
    fleet.create(INNER)
    fleet.settle()
    which = {"stack_identity": fleet.identity} if "update" in method else {"stack_name": "other"}
    before = all_of(fleet, models.stack)
    for name in sorted(OF_ENGINES_IN_ARGS):
        with pytest.raises(exception.Invalid, match=f"args.{name} is set by an engine"):
            fleet.call_with(method, **which, template=INNER, params=None, files=None, args={name: VALUES.get(name)})
    assert all_of(fleet, models.stack) == before


@pytest.mark.parametrize("method", ["delete_stack", "stack_suspend", "stack_resume", "stack_check"])
def test_what_takes_no_args_of_a_client_refuses_them(fleet: Fleet, method: str) -> None:
    fleet.create(INNER)
    fleet.settle()
    with pytest.raises(exception.Invalid, match="args"):
        fleet.call_with(method, stack_identity=fleet.identity, args={"nested_operation": {}})


def test_an_update_with_a_stored_template_is_refused_by_name(fleet: Fleet) -> None:
    fleet.create(INNER)
    fleet.settle()
    sent = {"template": None, "params": None, "files": None, "args": {}}
    with pytest.raises(exception.Invalid, match="template_id is set by an engine"):
        fleet.call_with("update_stack", stack_identity=fleet.identity, **sent, template_id=1)


# --- the engine takes it of the owner's row -------------------------------------------------------------------------


def test_a_nested_stack_is_what_its_owners_row_says(fleet: Fleet) -> None:
    fleet.create(tree(timeout=7), timeout_mins=30)
    until_sent(fleet)
    owner = fleet.stack()
    creds = user_creds.insert(fleet.context(), Credentials(username="ann"), fleet.engines[0].shared.inputs.utcnow())
    change(fleet, models.stack, owner.id, user_creds_id=creds, stack_user_project_id="users", nested_depth=2)
    assert fleet.operation()
    child, owner = child_of(fleet), fleet.stack()
    assert (child.owner_id, child.root_id, child.tenant, child.username) == (owner.id, owner.id, "demo", "ann")
    assert (child.user_creds_id, child.stack_user_project_id) == (creds, "users")
    assert (child.nested_depth, child.parent_resource_name, child.timeout) == (3, "web", 7)
    assert child.deadline == pytest.approx(fleet.clock.now + 7 * 60)


def test_a_message_says_nothing_of_whose_the_stack_is(fleet: Fleet) -> None:
    fleet.create(tree())
    _, sent = until_sent(fleet)
    assert not OF_ENGINES - {"template_id"} & sent.to_wire().keys()
    assert "deadline" not in sent.to_wire()


def test_what_no_nested_stack_is_begins_none_whatever_its_row_says(fleet: Fleet) -> None:
    """As a client could make it once, who adopted a resource with data of an engine's."""
    fleet.create(hot(a=resource()))
    fleet.settle()
    row = row_of(fleet, fleet.identity["stack_id"])
    theirs = templates.stored(
        fleet.context(), hot(secret=resource("s")), {}, {}, fleet.engines[0].shared.inputs.utcnow()
    )
    change(fleet, models.resource, row.id, resource_data={OPERATION: "o", TEMPLATE: theirs})
    before = all_of(fleet, models.stack)
    fleet.bus.operations.append(({"project_id": "demo"}, message(row, template_id=theirs)))
    assert fleet.operation()
    assert all_of(fleet, models.stack) == before


@pytest.mark.parametrize("project", ["other", "", None])
def test_another_project_begins_nothing(fleet: Fleet, project: str | None) -> None:
    fleet.create(tree())
    request, sent = until_sent(fleet)
    fleet.bus.operations[0] = ({**request, "project_id": project}, sent)
    assert fleet.operation()
    assert stacks.get(fleet.context(), sent.child_id) is None


@pytest.mark.parametrize("columns", [{"owner_id": None}, {"owner_id": "0" * 36}, {"tenant": "other"}])
def test_a_stack_that_is_not_the_owners_is_left_alone(fleet: Fleet, columns: dict[str, Any]) -> None:
    fleet.create(tree())
    fleet.settle()
    child = child_of(fleet)
    change(fleet, models.stack, child.id, **columns)
    fleet.update(tree(hot(a=resource("2"))))
    _, sent = until_sent(fleet)
    row = row_of(fleet, fleet.identity["stack_id"])
    assert (row.resource_data or {})[OPERATION] == sent.operation_id
    fleet.bus.operations[0] = (
        {"project_id": "demo"},
        dataclasses.replace(sent, verb="UPDATE", follows=child.current_traversal),
    )
    assert fleet.operation()
    left = child_of(fleet)
    assert (left.current_traversal, left.raw_template_id) == (child.current_traversal, child.raw_template_id)


# --- and that very operation ----------------------------------------------------------------------------------------


VISITS = {"stack_suspend": Verb.SUSPEND, "stack_check": Verb.CHECK, "delete_stack": Verb.DELETE}
WITHOUT_TEMPLATE = (Verb.DELETE, Verb.SUSPEND, Verb.RESUME, Verb.CHECK)
AS_BEFORE = (None, {OPERATION: "an operation before", "verb": "DELETE"})
"""What a row has where the verb would be, if an engine of a version without it chose the operation."""


def asked(fleet: Fleet, method: str) -> BeginChild:
    """Have a stack with a nested one, and the operation that it sends for a client's call."""
    fleet.create(tree())
    fleet.settle()
    fleet.call_with(method, stack_identity=fleet.identity)
    return until_sent(fleet)[1]


def is_begun(fleet: Fleet, sent: BeginChild) -> bool:
    fleet.bus.operations.clear()
    before = child_of(fleet), all_of(fleet, models.event)
    fleet.living[0].nested.begin_child({"project_id": "demo"}, sent.to_wire())
    return (child_of(fleet), all_of(fleet, models.event)) != before


@pytest.mark.parametrize("chosen", ["recorded", *AS_BEFORE])
@pytest.mark.parametrize("method", VISITS)
def test_what_is_done_to_a_nested_stack_is_what_the_row_says(fleet: Fleet, method: str, chosen: Any) -> None:
    sent = asked(fleet, method)
    assert sent.verb == VISITS[method]
    row = row_of(fleet, fleet.identity["stack_id"])
    if chosen != "recorded":
        change(fleet, models.resource, row.id, resource_data={**(row.resource_data or {}), CHOSEN: chosen})
    for verb in WITHOUT_TEMPLATE:
        if verb != sent.verb:
            assert not is_begun(fleet, dataclasses.replace(sent, verb=verb)), verb
    assert is_begun(fleet, sent)


def updated(fleet: Fleet) -> BeginChild:
    fleet.create(tree())
    fleet.settle()
    fleet.update(tree(hot(a=resource("2"))))
    return until_sent(fleet)[1]


@pytest.mark.parametrize("chosen", ["recorded", *AS_BEFORE])
def test_a_template_is_made_true_of_the_stack_that_is_there(fleet: Fleet, chosen: Any) -> None:
    sent = updated(fleet)
    row = row_of(fleet, fleet.identity["stack_id"])
    if chosen != "recorded":
        change(fleet, models.resource, row.id, resource_data={**(row.resource_data or {}), CHOSEN: chosen})
    assert not is_begun(fleet, dataclasses.replace(sent, verb="CREATE"))
    for verb in WITHOUT_TEMPLATE:
        assert not is_begun(fleet, dataclasses.replace(sent, verb=verb, template_id=None)), verb
    assert is_begun(fleet, sent)
    assert resources.by_stack(fleet.context(), sent.child_id) != []


def test_an_operation_is_not_begun_again_after_itself(fleet: Fleet) -> None:
    sent = updated(fleet)
    fleet.settle()
    assert child_of(fleet).current_traversal == sent.operation_id
    assert not is_begun(fleet, dataclasses.replace(sent, follows=sent.operation_id))


def test_a_creation_whose_verb_an_older_engine_did_not_record_is_begun(fleet: Fleet) -> None:
    fleet.create(tree())
    _, sent = until_sent(fleet)
    row = row_of(fleet, fleet.identity["stack_id"])
    change(fleet, models.resource, row.id, resource_data={OPERATION: sent.operation_id, TEMPLATE: sent.template_id})
    assert fleet.operation()
    assert child_of(fleet).current_traversal == sent.operation_id


def test_a_resource_that_names_anothers_stack_reads_nothing_of_it(fleet: Fleet) -> None:
    """The id of a nested stack may be a client's, by ``external_id`` or in adopted data."""
    fleet.create(hot(a=resource(), b=resource("2")))
    fleet.settle()
    theirs = fleet.identity["stack_id"]
    fleet.call_with("create_stack", stack_name="mine", template=tree(), params=None, files=None, args={})
    fleet.settle()
    mine = stacks.by_live_name(fleet.context(), "demo", "mine")
    assert mine is not None
    engine = fleet.living[0]
    traversal = engine.shared.library.traversal(fleet.context(), mine.current_traversal)
    assert traversal is not None
    port = engine.shared.evaluator.instance(traversal, row_of(fleet, mine.id), None).nested
    assert port is not None
    assert (port.look(theirs), port.template(theirs), port.members(theirs), port.outputs(theirs)) == (
        None,
        None,
        [],
        {},
    )
    assert port.attributes(theirs, ["resource.a.output"]) == {"resource.a.output": None}
    assert port.look(row_of(fleet, mine.id).uuid) is not None


@pytest.mark.parametrize(
    "spoiled",
    [
        None, [], "x", {}, {"verb": "CREATE"}, {"more": 1}, {"verb": "SNAPSHOT"}, {"verb": ["CREATE"]}, {"child_id": 1},
        {"child_id": "c" * 37}, {"child_id": ""}, {"name": None}, {"name": "n" * 256}, {"name": "\x00"},
        {"name": "\ud800"}, {"operation_id": {}}, {"follows": 0}, {"template_id": "1"}, {"template_id": True},
        {"template_id": None}, {"template_id": -1}, {"template_id": 2**63}, {"facade": []}, {"timeout_mins": 0},
        {"timeout_mins": 1.5}, {"timeout_mins": 2**31}, {"collects_later": 1}, {"collects_later": None},
    ],
)  # fmt: skip
def test_a_message_of_other_types_is_dropped_and_told(fleet: Fleet, spoiled: Any, caplog: Any) -> None:
    fleet.create(tree())
    request, sent = until_sent(fleet)
    fleet.bus.operations.clear()
    is_part = isinstance(spoiled, dict) and spoiled and spoiled != {"verb": "CREATE"}
    fleet.living[0].nested.begin_child(request, {**sent.to_wire(), **spoiled} if is_part else spoiled)
    assert "An invalid message is dropped" in caplog.text
    assert stacks.get(fleet.context(), sent.child_id) is None


@pytest.mark.parametrize(
    "context",
    [
        None, [], "demo", {"project_id": {"id": "demo"}}, {"project_id": "demo", "request_id": {"a": 1}},
        {"project_id": "demo", "request_id": "r" * 70_000}, {"project_id": "demo", "request_id": "\x00"},
        {"project_id": "demo", "username": ["ann"]}, {"project_id": "demo", "user_id": "\ud800"},
        {"project_id": "demo", "tenant": 0},
    ],
)  # fmt: skip
def test_a_message_for_somebody_of_another_type_is_dropped_and_told(fleet: Fleet, context: Any, caplog: Any) -> None:
    fleet.create(tree())
    _, sent = until_sent(fleet)
    fleet.bus.operations.clear()
    fleet.living[0].nested.begin_child(context, sent.to_wire())
    assert "invalid message is dropped" in caplog.text
    assert stacks.get(fleet.context(), sent.child_id) is None
