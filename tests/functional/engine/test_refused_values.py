"""What the database never takes ends the resource that it is of, with its reason; nothing else waits for it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite import exception
from heatlite.db import migration, resources
from heatlite.db.api import Database
from heatlite.db.api import Settings as DatabaseSettings
from heatlite.db.records import ResourceRecord
from heatlite.engine.common.settings import Settings
from heatlite.engine.traversal.transactions import claim
from heatlite.resources.builtin.resource_group import ResourceGroup
from heatlite.resources.builtin.stack import Stack
from heatlite.resources.builtin.test_resource import TestResource
from tests.functional.engine.fleet import Fleet
from tests.servers import Server
from tests.story import Template, hot, resource

MIB = 1024 * 1024
NOT_TAKEN = "the database does not take what is to be written"


class LongId(TestResource):
    """Ends with a physical id that no column holds, and that its base wouldn't have let through."""

    def handle_create(self) -> dict[str, Any]:
        progress = super().handle_create()
        self._resource_id = "x" * 300
        return progress


class ThreadedLongId(LongId):
    """The same on a thread."""

    immediate = False


TYPES: dict[str, Any] = {
    "Test::LongId": LongId,
    "Test::ThreadedLongId": ThreadedLongId,
    "OS::Heat::Stack": Stack,
    "OS::Heat::ResourceGroup": ResourceGroup,
}


@pytest.fixture(params=["mariadb", "postgresql"])
def server(request: pytest.FixtureRequest) -> Server:
    return request.getfixturevalue(request.param)


@pytest.fixture
def fleet(server: Server) -> Iterator[Fleet]:
    with opened(server) as fleet:
        yield fleet


@contextlib.contextmanager
def opened(server: Server, **settings: Any) -> Iterator[Fleet]:
    database = Database(DatabaseSettings(server.fresh_database()))
    migration.sync(database.engine)
    yield Fleet.on(database, Settings(**settings), **TYPES)
    database.dispose()


@contextlib.contextmanager
def packets_of(mariadb: Server, size: int) -> Iterator[None]:
    """A server that takes no larger statement over connections that are made meanwhile."""
    [(before,)] = mariadb.ask("SELECT @@global.max_allowed_packet")
    mariadb.ask(f"SET GLOBAL max_allowed_packet = {size}")
    try:
        yield
    finally:
        mariadb.ask(f"SET GLOBAL max_allowed_packet = {before}")


def rows(fleet: Fleet) -> dict[str, ResourceRecord]:
    return {row.name: row for row in resources.by_stack(fleet.context(), fleet.identity["stack_id"])}


def state(row: ResourceRecord) -> str:
    return f"{row.action}_{row.status}"


def of_type(type_name: str, wait: float = 0, **keywords: Any) -> Template:
    return {**resource("v", **({"action_wait_secs": {"create": wait}} if wait else {})), "type": type_name, **keywords}


@pytest.mark.parametrize("type_name", ["Test::LongId", "Test::ThreadedLongId"])
@pytest.mark.parametrize("wait", [0, 5], ids=["at once", "after a wait"])
def test_an_outcome_that_is_not_taken_fails_its_resource_with_the_reason(
    fleet: Fleet, type_name: str, wait: float
) -> None:
    others = {f"r{place}": resource("v") for place in range(3)}
    fleet.create(hot(long=of_type(type_name, wait), after=resource("v", depends_on="long"), **others))
    fleet.settle()
    found = rows(fleet)
    assert fleet.state() == "CREATE_FAILED"
    assert NOT_TAKEN in fleet.stack().status_reason
    assert "UPDATE resource" not in fleet.stack().status_reason, "a reason holds no SQL"
    assert state(found["long"]) == "CREATE_FAILED"
    assert NOT_TAKEN in found["long"].status_reason
    assert state(found["after"]) == "INIT_COMPLETE"
    assert all(row.engine_id is None for row in found.values()), "nothing is held for ever"
    fleet.delete()
    fleet.settle()
    assert fleet.state() == "DELETE_COMPLETE"


def test_others_of_its_batch_are_done_all_the_same(fleet: Fleet) -> None:
    others = {f"r{place}": of_type("Test::Threaded") for place in range(3)}
    fleet.create(hot(long=of_type("Test::ThreadedLongId"), **others))
    fleet.settle()
    found = rows(fleet)
    assert {state(found[name]) for name in others} == {"CREATE_COMPLETE"}
    assert state(found["long"]) == "CREATE_FAILED"


def test_it_is_rolled_back_where_that_is_on(fleet: Fleet) -> None:
    fleet.create(hot(a=resource("v")), rollback=True)
    fleet.settle()
    fleet.update(hot(a=resource("v"), long=of_type("Test::ThreadedLongId")))
    fleet.settle()
    assert fleet.state() == "ROLLBACK_COMPLETE"
    assert list(rows(fleet)) == ["a"]


LARGE = {"parameters": {"text": "x" * (300 * 1024)}}


def large(times: int, type_name: str = "OS::Heat::TestResource") -> Template:
    """A template with one resource whose value is many times a parameter."""
    value = {"list_join": ["", [{"get_param": "text"}] * times]}
    return hot({"text": {"type": "string"}}, big={"type": type_name, "properties": {"value": value}}, a=resource("v"))


@pytest.mark.parametrize("type_name", ["OS::Heat::TestResource", "Test::Threaded"])
def test_a_value_larger_than_a_packet_fails_its_resource_and_is_no_outage(
    mariadb: Server, caplog: pytest.LogCaptureFixture, type_name: str
) -> None:
    with packets_of(mariadb, MIB), opened(mariadb) as fleet:
        template = large(4, type_name)
        fleet.identity = fleet.call("create_stack", "web", template, LARGE, None, {"disable_rollback": True})
        fleet.settle()
        found = rows(fleet)
        assert fleet.state() == "CREATE_FAILED"
        assert "max_allowed_packet (1048576 bytes)" in found["big"].status_reason
        assert found["big"].physical_resource_id is None or type_name == "Test::Threaded"
        fleet.delete()
        fleet.settle()
        assert fleet.state() == "DELETE_COMPLETE"
    assert "can't be used" not in caplog.text


def test_a_template_larger_than_a_packet_is_refused_and_the_client_told_why(mariadb: Server) -> None:
    told = "the database refuses a value of this call: a statement of about"
    with (
        packets_of(mariadb, MIB),
        opened(mariadb, max_template_size=4 * MIB) as fleet,
        pytest.raises(exception.Invalid, match=told),
    ):
        fleet.create(hot(a=resource("v" * 2 * MIB)))


def test_a_nested_template_larger_than_a_packet_fails_the_resource_that_it_is_of(mariadb: Server) -> None:
    with packets_of(mariadb, MIB), opened(mariadb) as fleet:
        group = {"count": 10, "resource_def": resource("v" * 200_000)}
        fleet.create(hot(group={"type": "OS::Heat::ResourceGroup", "properties": group}))
        fleet.settle()
        assert fleet.state() == "CREATE_FAILED"
        assert "Refused: resources.group: the database refuses what is to be stored" in fleet.stack().status_reason


def test_fifty_values_of_one_large_parameter_are_no_matter(fleet: Fleet) -> None:
    """In one statement they would be twice what MariaDB takes."""
    each = {f"r{place}": resource({"list_join": ["-", [str(place), {"get_param": "text"}]]}) for place in range(50)}
    template = hot({"text": {"type": "string"}}, **each)
    fleet.identity = fleet.call("create_stack", "web", template, LARGE, None, {"disable_rollback": True})
    fleet.settle()
    assert fleet.state() == "CREATE_COMPLETE"
    lengths = {len((row.resource_data or {})["value"]) for row in rows(fleet).values()}
    assert lengths == {300 * 1024 + 2, 300 * 1024 + 3}


def test_properties_have_a_limit_and_an_error_that_says_where(fleet: Fleet) -> None:
    with pytest.raises(
        exception.StackValidationFailed, match=r"resources\.big\.properties.*may take at most 4194304 bytes"
    ):
        fleet.call("create_stack", "web", large(20), LARGE, None, {})


def test_properties_known_only_later_have_the_same_limit(fleet: Fleet) -> None:
    template = large(20)
    parts = template["resources"]["big"]["properties"]["value"]["list_join"][1]
    template["resources"]["big"]["properties"]["value"]["list_join"][1] = [*parts, {"get_attr": ["a", "output"]}]
    fleet.identity = fleet.call("create_stack", "web", template, LARGE, None, {"disable_rollback": True})
    fleet.settle()
    assert fleet.state() == "CREATE_FAILED"
    assert "may take at most 4194304 bytes" in rows(fleet)["big"].status_reason


def test_a_batch_too_heavy_for_one_transaction_is_taken_in_parts(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    begin_actions = claim.begin_actions

    def note(context: Any, inputs: Any, traversal: Any, begun: Any) -> Any:
        taken.append(len(begun))
        return begin_actions(context, inputs, traversal, begun)

    monkeypatch.setattr(claim, "begin_actions", note)
    value = {"list_join": ["", [{"get_param": "text"}] * 6]}
    waits = {"action_wait_secs": {"create": 1}}
    template = hot({"text": {"type": "string"}}, **{f"r{place}": resource(value, **waits) for place in range(8)})
    fleet.identity = fleet.call("create_stack", "web", template, LARGE, None, {"disable_rollback": True})
    fleet.settle()
    assert fleet.state() == "CREATE_COMPLETE"
    assert taken == [4, 4]
