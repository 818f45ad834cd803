"""Every argument of every RPC method takes any value, on each database, and answers with a reply or a named error."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from random import Random
from typing import Any

import oslo_messaging
import pytest

from heatlite import exception
from heatlite.context import RequestContext
from heatlite.db import migration
from heatlite.db.api import Database, Settings
from heatlite.engine.api.arguments import ARGUMENTS, CONTEXT
from heatlite.engine.api.client_calls import client_call
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import stores, template
from tests.fuzz.strangers import INSIDES, NAMED, Report, judge
from tests.fuzz.surface import FORGED, HONEST, Call, Facts, Method, drawn, surface

ODD = [0, -1, 10**400, 0.5, True, {"a": 1}, ["x"], "\x00", "a\ud800", "x" * 70_000, "%", "' OR 1=1 --"]
ONE = template({"one": stores()}, outputs={"o": {"value": 1}})
METHODS = {f"{method.namespace or 'heat'}.{method.name}": method for method in surface()}
USUAL = {
    "template": ONE,
    "params": None,
    "files": None,
    "args": {},
    "config": "x",
    "mark_unhealthy": True,
    "details": None,
}
KNOWN = {
    "resource_name": "one",
    "output_key": "o",
    "server_id": "s",
    "type_name": "OS::Heat::Value",
    "stack_name": "web",
}


@pytest.fixture(scope="module", params=["mariadb", "postgresql"])
def engine_on_a_server(request: pytest.FixtureRequest) -> Iterator[Endpoint]:
    database = Database(Settings(request.getfixturevalue(request.param).fresh_database()))
    migration.sync(database.engine)
    yield Endpoint(database)
    database.dispose()


@pytest.fixture(scope="module")
def web(engine_on_a_server: Endpoint) -> dict[str, Any]:
    return engine_on_a_server.created("web", ONE)


def answer(engine: Endpoint, method: str, **arguments: Any) -> str:
    """What comes back, as text."""
    refusal: exception.HeatliteError
    try:
        return json.dumps(engine.call(method, **arguments))
    except exception.HeatliteError as error:
        refusal = error
    assert type(refusal) is not exception.Error, f"nobody foresaw {refusal}"
    return str(refusal)


@pytest.mark.parametrize("name", METHODS)
def test_any_value_of_any_argument_is_taken_or_refused_by_name(
    engine_on_a_server: Endpoint, web: dict[str, Any], name: str
) -> None:
    method = METHODS[name]
    usual: dict[str, Any] = {it: value for it, value in {**USUAL, **KNOWN}.items() if it in method.arguments}
    if "stack_identity" in method.arguments:
        usual["stack_identity"] = {**web, "tenant": "other"}  # so that nothing is done with it
    for argument in method.arguments:
        for value in ODD:
            said = answer(engine_on_a_server, method.name, project="other", **{**usual, argument: value})
            assert not INSIDES.search(said), (argument, value)


@pytest.mark.parametrize("part", FORGED)
def test_any_value_in_a_requests_context_is_taken_or_refused_by_name(engine_on_a_server: Endpoint, part: str) -> None:
    for value in [*FORGED[part], *ODD]:
        wire = {"wire": {**HONEST, part: value}}
        for method in ("list_stacks", "create_software_config", "create_stack"):
            arguments = {"list_stacks": {}, "create_software_config": {"group": "g", "name": "n", "config": ""}}
            more = arguments.get(method) or {
                "stack_name": "s",
                "template": {},
                "params": None,
                "files": None,
                "args": {},
            }
            answer(engine_on_a_server, method, **more, **wire)


def test_the_number_zero_finds_nothing_by_its_id(engine_on_a_server: Endpoint, web: dict[str, Any]) -> None:
    engine_on_a_server.call("create_software_config", group="g", name="n", config="x")
    for method, argument in (
        ("find_physical_resource", "physical_resource_id"),
        ("show_software_config", "config_id"),
        ("show_software_deployment", "deployment_id"),
        ("metadata_software_deployments", "server_id"),
        ("migrate_convergence_1", "stack_id"),
    ):
        with pytest.raises(exception.Invalid, match=f"{argument} must be a string"):
            engine_on_a_server.call(method, **{argument: 0})


def test_every_argument_has_a_type() -> None:
    named = {argument for method in METHODS.values() for argument in method.arguments}
    assert named - set(ARGUMENTS) == set()
    assert set(ARGUMENTS) - named == set()
    assert set(CONTEXT) <= set(FORGED)


@pytest.mark.parametrize("value", ["true", 1, [True], {"is": True}, "false"])
def test_nothing_but_true_makes_an_administrator(engine_on_a_server: Endpoint, web: dict[str, Any], value: Any) -> None:
    def asked(**wire: Any) -> Any:
        return engine_on_a_server.call("list_stacks", project="nobodys", wire=wire)

    assert asked(is_admin=value) == []
    assert asked(is_admin=True) != []


def test_no_argument_shows_another_projects_configs(engine_on_a_server: Endpoint) -> None:
    engine_on_a_server.call("create_software_config", group="g", name="theirs", config="x")
    assert engine_on_a_server.call("list_software_configs", project="another", tenant_safe=False) == []
    assert engine_on_a_server.call("list_software_configs", project="another", is_admin=True) != []


# --- what nobody foresaw ------------------------------------------------------------------------------------------


def test_an_unforeseen_error_tells_neither_client_nor_log_its_text(caplog: pytest.LogCaptureFixture) -> None:
    secret = f"hunter{2}"  # the log quotes lines of code, and so would this one

    @client_call
    def get_revision(self: Any, context: Any) -> None:
        raise KeyError(secret)

    context = RequestContext(Database(Settings("sqlite://")), {"request_id": "req-7", "project_id": "p"})
    with caplog.at_level(logging.DEBUG), pytest.raises(oslo_messaging.ExpectedException) as refused:
        get_revision(None, context)
    kind, error, lines = refused.value.exc_info
    assert kind is exception.Error
    assert "get_revision failed with an internal error (KeyError)" in str(error)
    assert "req-7" in str(error)
    assert (lines, error.__cause__, error.__context__) == (None, None, None)
    assert secret not in caplog.text + str(error)
    assert "in get_revision" in caplog.text


# --- the tool -----------------------------------------------------------------------------------------------------


def test_a_seed_draws_the_same_calls() -> None:
    methods = surface()
    draws = [[str(drawn(Random(f"x/{number}"), Facts(), methods)) for number in range(200)] for _ in range(2)]
    assert draws[0] == draws[1]
    assert len(set(draws[0])) > 150


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("here is canary-of-the-victim", "another project's"),
        ("hunter-of-the-canary is too short", "a hidden value"),
        ('Traceback (most recent call last): File "x.py", line 3', "insides"),
        ("(pymysql.err.DataError) [SQL: SELECT stack.id FROM stack]", "insides"),
        ("The Stack (web) could not be found.", ""),
        ("Update of the stack web: select one of these", ""),
    ],
)
def test_the_tool_sees_what_a_reply_must_not_tell(said: str, what: str) -> None:
    report = Report()
    judge(report, "mariadb", Call(Method("m", None, "engine", ()), HONEST, {}), said, 0.1)
    assert bool(report.violations) is bool(what)
    assert what in "".join(report.violations)
    assert "NotFound" in NAMED
