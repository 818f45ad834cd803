"""The engines' topics as a stranger meets them: right calls, wrong calls and nonsense, on a real broker."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any

import oslo_messaging
import pytest
import sqlalchemy as sa

from heatlite import exception
from heatlite.context import EngineContext
from heatlite.db import migration, models
from heatlite.rpc import messages, transport
from heatlite.rpc.serializer import PlainSerializer
from tests.deployment import Daemons, conf, running
from tests.story import Story, hot, resource

TABLES = (models.stack, models.raw_template, models.resource, models.sync_point, models.event)
CONTEXT = {"project_id": "strangers", "username": "somebody"}


@pytest.fixture(scope="module")
def daemons(mariadb: Any, rabbitmq: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemons]:
    directory = tmp_path_factory.mktemp("rpc")
    with running(Daemons(directory, mariadb.fresh_database(), rabbitmq.fresh_vhost())) as deployment:
        yield deployment


@pytest.fixture(scope="module")
def bus(daemons: Daemons) -> Iterator[oslo_messaging.Transport]:
    made = transport.get(conf(), url_of(daemons.config))
    yield made
    made.cleanup()


def url_of(config: pathlib.Path) -> str:
    return next(line.split(" = ")[1] for line in config.read_text().splitlines() if line.startswith("transport_url"))


def caller(bus: oslo_messaging.Transport, topic: str, version: str, timeout: float = 10) -> Any:
    target = oslo_messaging.Target(exchange=messages.EXCHANGE, topic=topic)
    client = oslo_messaging.get_rpc_client(bus, target, serializer=PlainSerializer())
    return client.prepare(version=version, timeout=timeout)


def rows(daemons: Daemons) -> dict[str, int]:
    with daemons.database.reader(EngineContext(daemons.database)) as connection:
        counted = {table: connection.execute(sa.select(sa.func.count()).select_from(table)) for table in TABLES}
        return {table.name: result.scalar_one() for table, result in counted.items()}


def test_an_unknown_version_of_the_api_is_refused_by_name(daemons: Daemons, bus: Any) -> None:
    with pytest.raises(oslo_messaging.RemoteError) as refused:
        caller(bus, messages.ENGINE_TOPIC, "2.0").call(CONTEXT, "list_stacks")
    assert refused.value.exc_type == "UnsupportedVersion"
    assert "2.0" in refused.value.value


def test_a_missing_argument_is_named(daemons: Daemons, bus: Any) -> None:
    before = rows(daemons)
    with pytest.raises(oslo_messaging.RemoteError) as refused:
        caller(bus, messages.ENGINE_TOPIC, "1.36").call(CONTEXT, "create_stack", template=hot(a=resource()))
    assert refused.value.exc_type == "Invalid"
    assert "stack_name" in refused.value.value
    assert rows(daemons) == before


def test_an_argument_that_no_method_has_is_named(daemons: Daemons, bus: Any) -> None:
    with pytest.raises(oslo_messaging.RemoteError) as refused:
        caller(bus, messages.ENGINE_TOPIC, "1.36").call(CONTEXT, "identify_stack", stack_name="a", colour="red")
    assert refused.value.exc_type == "Invalid"
    assert "colour" in refused.value.value


@pytest.mark.parametrize("method", ["identify_stack", "create_stack", "no_such_method"])
def test_no_line_of_code_goes_over_the_wire(bus: Any, method: str) -> None:
    with pytest.raises(oslo_messaging.RemoteError) as refused:
        caller(bus, messages.ENGINE_TOPIC, "1.36").call(CONTEXT, method, stack_name="nobody")
    sent = "".join(refused.value.traceback)
    assert refused.value.exc_type in sent
    assert "File " not in sent
    assert "Traceback" not in sent


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"traversal_id": None, "nodes": None},
        {"traversal_id": "nobody's", "nodes": [[1, 1]]},
        {"traversal_id": "t", "nodes": [[1, 99]]},
        {"traversal_id": "t", "nodes": ["x", {}]},
        {"traversal_id": "t", "nodes": [[1, 1]], "more": "than expected"},
    ],
)
@pytest.mark.parametrize("version", ["1.0", "9.9"])
def test_nonsense_on_the_workers_topic_harms_nobody(
    daemons: Daemons, bus: Any, arguments: dict[str, Any], version: str
) -> None:
    for _ in range(20):  # more than an engine has threads, so that none may be lost to it
        caller(bus, messages.WORKER_TOPIC, version).cast({}, "check_resource", **arguments)
    story = Story(daemons)
    story.create(hot(a=resource(), b=resource(depends_on="a")))
    story.settle("CREATE_COMPLETE")


def test_of_two_creates_of_one_name_at_once_one_is_told_that_it_exists(daemons: Daemons) -> None:
    import concurrent.futures

    stories = [Story(daemons, "one-project") for _ in range(8)]

    def create(story: Story) -> str:
        story.name = "contested"
        try:
            story.create(hot(a=resource()))
        except exception.StackExists as error:
            return str(error)
        return "created"

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(create, stories))
    assert outcomes.count("created") == 1
    assert set(outcomes) == {"created", "The Stack (contested) already exists."}


def test_a_listener_answers_for_its_own_engine(daemons: Daemons, bus: Any) -> None:
    for engine_id in daemons.engines():
        target = oslo_messaging.Target(exchange=messages.EXCHANGE, topic=messages.LISTENER_TOPIC, server=engine_id)
        client = oslo_messaging.get_rpc_client(bus, target)
        assert client.prepare(timeout=10).call({}, "listening") is True


def test_the_operator_sees_schema_and_engines(daemons: Daemons) -> None:
    assert daemons.manage("db_version").strip() == migration.latest()
    listed = daemons.manage("service", "list")
    assert all(engine_id in listed for engine_id in daemons.engines())
    assert len(daemons.engines()) == 2


def test_heatlites_own_methods_have_a_namespace_on_the_same_topic(daemons: Daemons, bus: Any) -> None:
    story = Story(daemons)
    story.create(hot(a=resource("1"), b=resource(depends_on="a")))
    story.settle("CREATE_COMPLETE")
    history = daemons.client.list_history(story.context, story.identity)
    assert [it["name"] for it in history["events"] if it["status"] == "COMPLETE"] == ["a", "b"]
    assert {it["engine_id"] for it in history["events"]} <= set(daemons.engines())
    assert history["began"] < history["events"][0]["at"] < history["ended"]
    request = {"template": hot(a=resource("2"), b=resource(depends_on="a")), "params": {}, "files": {}, "args": {}}
    plan = daemons.client.plan_update(story.context, story.identity, **request)
    assert {it["resource_name"]: it["fate"] for it in plan["changes"]} == {"a": "updated", "b": "unchanged"}
    daemons.client.update_as_planned(story.context, story.identity, **request, digest=plan["digest"])
    story.settle("UPDATE_COMPLETE")
    with pytest.raises(exception.PlanOutdated, match="Make a new plan"):
        daemons.client.update_as_planned(story.context, story.identity, **request, digest=plan["digest"])
    assert daemons.client.look_for_drift(story.context, story.identity, "a")["finding"] == "same"
    looking = daemons.client.plan_update(story.context, story.identity, **{**request, "args": {"refresh": True}})
    assert (looking["seen"], looking["unseen"]) == (0, [])
    daemons.client.move_resource(story.context, story.identity, "b", new_name="c")
    assert set(story.resources()) == {"a", "c"}
    with pytest.raises(oslo_messaging.RemoteError, match="list_history"):
        caller(bus, messages.ENGINE_TOPIC, "1.0").call(CONTEXT, "list_history", stack_identity=story.identity)
