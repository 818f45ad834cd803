"""A call whose message comes twice begins once, and whoever is second says what the first said."""

from __future__ import annotations

import pathlib
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
import sqlalchemy as sa

from heatlite import exception
from heatlite.context import EngineContext, answering, message_id
from heatlite.db import client_calls, models
from heatlite.db.api import Settings as DatabaseSettings
from heatlite.db.client_calls import ClientCall
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.runtime.forgetting import KEPT, Forgetting
from heatlite.rpc.server import BoundedRPCServer
from tests.functional.engine.breaking import BreakingDatabase
from tests.functional.engine.endpoint import Endpoint

FIRST, SECOND = str(uuid.UUID(int=1)), str(uuid.UUID(int=2))


def template(value: str = "1") -> Any:
    resource = {"type": "OS::Heat::TestResource", "properties": {"value": value}}
    return {"heat_template_version": "2021-04-16", "resources": {"a": resource}}


@pytest.fixture
def endpoint(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Endpoint]:
    path = shutil.copy(schema, tmp_path)
    yield (made := Endpoint(BreakingDatabase(DatabaseSettings(f"sqlite:///{path}"))))
    made.database.dispose()


def begun(endpoint: Endpoint) -> list[str]:
    """The actions of the operations that began, in order."""
    event, database = models.event.c, cast(BreakingDatabase, endpoint.database)
    where = (event.resource_type == "OS::Heat::Stack", event.resource_status == "IN_PROGRESS")
    return [row[0] for row in database.all(sa.select(event.resource_action).where(*where).order_by(event.id))]


OPERATIONS: dict[str, Callable[[Endpoint, Any], object]] = {
    "UPDATE": lambda endpoint, identity: endpoint.update(identity, template("2")),
    "DELETE": lambda endpoint, identity: endpoint.call("delete_stack", stack_identity=identity),
    "SUSPEND": lambda endpoint, identity: endpoint.call("stack_suspend", stack_identity=identity),
    "CHECK": lambda endpoint, identity: endpoint.call("stack_check", stack_identity=identity),
    "SNAPSHOT": lambda endpoint, identity: endpoint.call("stack_snapshot", stack_identity=identity, name="s")["id"],
}


@pytest.mark.parametrize("is_over", [False, True])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_second_delivery_begins_nothing_and_replies_the_same(
    endpoint: Endpoint, operation: str, is_over: bool
) -> None:
    identity = endpoint.created("web", template())
    replies = []
    for _ in range(2):
        with answering(FIRST):
            replies.append(OPERATIONS[operation](endpoint, identity))
        if is_over:
            endpoint.settle()
    assert replies[0] == replies[1]
    assert begun(endpoint) == ["CREATE", operation]


@pytest.mark.parametrize("is_over", [False, True])
def test_a_creation_that_comes_twice_is_one(endpoint: Endpoint, is_over: bool) -> None:
    with answering(FIRST):
        first = endpoint.create("web", template())
    if is_over:
        endpoint.settle()
    with answering(FIRST):
        assert endpoint.create("web", template()) == first
    assert begun(endpoint) == ["CREATE"]


def test_a_creation_that_comes_again_after_its_stack_is_gone_makes_no_other(endpoint: Endpoint) -> None:
    with answering(FIRST):
        first = endpoint.create("web", template())
    endpoint.settle()
    endpoint.call("delete_stack", stack_identity=first)
    endpoint.settle()
    with answering(FIRST):
        assert endpoint.create("web", template()) == first
    assert begun(endpoint) == ["CREATE", "DELETE"]
    assert endpoint.rows()["stack"] == 1


def test_an_update_that_comes_again_after_a_newer_one_changes_nothing_of_that(endpoint: Endpoint) -> None:
    identity = endpoint.created("web", template())
    for call_id, value in ((FIRST, "2"), (SECOND, "3"), (FIRST, "2")):
        with answering(call_id):
            endpoint.update(identity, template(value))
        endpoint.settle()
    assert begun(endpoint) == ["CREATE", "UPDATE", "UPDATE"]
    assert endpoint.call("get_template", stack_identity=identity) == template("3")


def test_another_call_is_refused_as_ever(endpoint: Endpoint) -> None:
    with answering(FIRST):
        endpoint.create("web", template())
    with answering(SECOND), pytest.raises(exception.StackExists):
        endpoint.create("web", template())


def test_engines_forget_calls_after_a_day_and_look_for_them_once_an_hour(endpoint: Endpoint) -> None:
    with answering(FIRST):
        endpoint.create("web", template())
    context, clock = EngineContext(endpoint.database), endpoint.clock
    forgetting = Forgetting(endpoint.database, Inputs(now=clock, monotonic=clock))
    forgetting.old_calls()
    assert client_calls.get(context, FIRST) is not None
    clock.now += KEPT.total_seconds() + 1
    forgetting.old_calls()
    assert client_calls.get(context, FIRST) is None
    client_calls.insert(context, ClientCall(SECOND, "", ""), Inputs(now=clock).utcnow() - 2 * KEPT)
    forgetting.old_calls()
    assert client_calls.get(context, SECOND) is not None


def test_a_server_says_which_message_it_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str | None] = []
    server: Any = object.__new__(BoundedRPCServer)
    monkeypatch.setattr(
        "oslo_messaging.rpc.server.RPCServer._process_incoming", lambda self, incoming: told.append(message_id())
    )
    server._free, server._at_work = threading.Semaphore(0), set()
    server._process_incoming([SimpleNamespace(unique_id=FIRST.replace("-", ""), reply=None)])
    server._process_incoming([SimpleNamespace(reply=None)])
    assert (told, message_id()) == ([FIRST, None], None)
