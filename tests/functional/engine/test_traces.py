"""Traces: one over a call, the work that follows from it on whatever thread, each resource, and nested stacks."""

from __future__ import annotations

import contextlib
import pathlib
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from osprofiler import notifier

from heatlite import tracing
from heatlite.engine.observability import profiling
from tests.deployment import InProcess, in_process
from tests.family import nested, text
from tests.story import Story, hot, resource, slow

KEY, BASE, CALLER = "the key", "4e7a0a5e-0000-4000-8000-000000000001", "4e7a0a5e-0000-4000-8000-000000000002"
TRACE_INFO = {"hmac_key": KEY, "base_id": BASE, "parent_id": CALLER}
Told = list[dict[str, Any]]


@contextlib.contextmanager
def traced(told: Any) -> Iterator[None]:
    """Traces go to ``told``."""
    before = notifier.get()
    notifier.set(profiling.Guarded(told))
    tracing.use(profiling.OsTracer([KEY, "another"]))
    try:
        yield
    finally:
        tracing.use(None)
        notifier.set(before)


@pytest.fixture
def told() -> Iterator[Told]:
    parts: Told = []
    with traced(parts.append):
        yield parts


@pytest.fixture
def engine(tmp_path: pathlib.Path) -> Iterator[InProcess]:
    deployment = in_process(tmp_path)
    try:
        yield deployment
    finally:
        deployment.stop()


def story_of(engine: InProcess, trace_info: Any) -> Story:
    story = Story(engine)
    story.context["trace_info"] = trace_info
    return story


def begun(parts: Told, name: str) -> Told:
    return [{"id": it["trace_id"], "above": it["parent_id"], **it["info"]} for it in parts if it["name"] == name]


def starts(parts: Told) -> set[str]:
    return {it["trace_id"] for it in parts if it["name"].endswith("-start")}


def ends(parts: Told) -> set[str]:
    return {it["trace_id"] for it in parts if it["name"].endswith("-stop")}


def test_a_trace_goes_from_the_call_over_the_workers_to_each_resource(engine: InProcess, told: Told) -> None:
    story = story_of(engine, TRACE_INFO)
    story.create(hot(a=resource("1"), b=slow("create", "2", depends_on="a", seconds=0.05)))
    story.settle("CREATE_COMPLETE")
    engine.stop()

    assert {it["base_id"] for it in told} == {BASE}
    assert starts(told) == ends(told)
    calls = {it["method"]: it for it in begun(told, "rpc-start")}
    assert calls["create_stack"]["above"] == CALLER
    assert calls["check_resource"]["above"] == calls["create_stack"]["id"]
    assert calls["step"]["above"] == calls["create_stack"]["id"]
    steps = begun(told, "resource-start")
    assert {(it["action"], it["resource"]) for it in steps} == {("CREATE", "a"), ("CREATE", "b")}
    assert {it["above"] for it in steps} <= {it["id"] for it in begun(told, "rpc-start")}


def test_what_is_done_in_nested_stacks_is_a_part_of_it(engine: InProcess, told: Told) -> None:
    story = story_of(engine, TRACE_INFO)
    story.create(hot(web=nested("web.yaml")), files={"web.yaml": text(hot(inner=resource("1")))})
    story.settle("CREATE_COMPLETE")
    engine.stop()

    ids = {it["id"]: it for it in [*begun(told, "rpc-start"), *begun(told, "resource-start")]}
    [inner] = [it for it in begun(told, "resource-start") if it["resource"] == "inner"]
    line = [inner]
    while line[-1]["above"] in ids:
        line.append(ids[line[-1]["above"]])
    methods = [it.get("method", it.get("resource")) for it in line]
    assert methods[0] == "inner"
    assert methods[-1] == "create_stack"
    assert methods.count("begin_child") == 1
    assert "web" in methods
    assert {it["base_id"] for it in told} == {BASE}


@pytest.mark.parametrize(
    "trace_info", [None, "x", {}, {**TRACE_INFO, "hmac_key": "guessed"}, {**TRACE_INFO, "base_id": 1}]
)
def test_who_has_no_key_gets_no_trace(engine: InProcess, told: Told, trace_info: Any) -> None:
    story = story_of(engine, trace_info)
    story.create(hot(a=resource("1")))
    story.settle("CREATE_COMPLETE")
    engine.stop()

    assert told == []


def test_statements_are_told_without_their_values(engine: InProcess, told: Told) -> None:
    profiling.trace_statements(engine.database.engine)
    story = story_of(engine, TRACE_INFO)
    story.create(hot(a=resource("the-value")))
    story.settle("CREATE_COMPLETE")
    engine.stop()

    statements = [it["db"]["statement"] for it in begun(told, "db-start")]
    assert any(it.startswith("INSERT INTO stack") for it in statements)
    assert "the-value" not in str(told)
    assert starts(told) == ends(told)


def test_a_statement_that_fails_ends_its_part(told: Told) -> None:
    database = sa.create_engine("sqlite://")
    profiling.trace_statements(database)
    with tracing.received({"trace_info": TRACE_INFO}, "rpc"), database.connect() as connection:
        with pytest.raises(sa.exc.OperationalError):
            connection.execute(sa.text("SELECT nothing"))
        connection.execute(sa.text("SELECT 1"))

    [call] = begun(told, "rpc-start")
    assert [it["above"] for it in begun(told, "db-start")] == [call["id"]] * 2
    assert starts(told) == ends(told)


def test_what_fails_says_by_what_and_not_with_which_values(told: Told) -> None:
    with pytest.raises(ValueError, match="secret"), tracing.received({"trace_info": TRACE_INFO}, "rpc"):
        raise ValueError("secret")

    assert [it.get("info", {}).get("etype") for it in told] == [None, "ValueError"]
    assert "secret" not in str(told)


def test_a_collector_that_is_away_fails_nobodys_work(engine: InProcess, caplog: pytest.LogCaptureFixture) -> None:
    def refuse(part: Any) -> None:
        raise OSError("nobody is there")

    with traced(refuse):
        story = story_of(engine, TRACE_INFO)
        story.create(hot(a=resource("1")))
        story.settle("CREATE_COMPLETE")
    assert [it.message for it in caplog.records if "traces" in it.message] == [
        "Parts of traces are lost: nobody is there"
    ]


def test_a_thread_leaves_the_trace_with_the_call(told: Told) -> None:
    with tracing.received({"trace_info": TRACE_INFO}, "rpc"):
        assert tracing.current_place()
    assert tracing.current_place() is None


def test_nothing_is_loaded_where_it_is_off() -> None:
    """Each function is then a comparison."""
    import subprocess

    program = "import heatlite.engine.runtime.process, heatlite.cmd.engine, sys; print('osprofiler' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True).stdout
        == "False\n"
    )
    assert tracing.received({"trace_info": TRACE_INFO}, "rpc") is tracing.span("rpc") is tracing.NOTHING
    assert tracing.outgoing() == {}
