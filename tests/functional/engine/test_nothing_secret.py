"""Nothing secret in logs, events, reasons and errors; nor, with encryption on, in the database.

A whole engine works with hidden values and a password, through success and failure, and tells all that it would ever
tell. Then every word of it is searched.
"""

from __future__ import annotations

import io
import json
import logging
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite import exception
from heatlite.rpc.queries import EventQuery
from tests.deployment import InProcess, in_process
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import Template, stores, template
from tests.waiting import PATIENCE, wait_until

SECRETS = ["hunter2-Password", "hunter3-Hidden", "hunter4-Named", "hunter5-Default", "hunter6-InFile", "hunter7-Later"]
PASSWORD, HIDDEN, NAMED, DEFAULT, IN_FILE, LATER = SECRETS
LONG = f"hunter9-Long-{'0123456789' * 40}"
"""Longer than errors quote."""
ANN = {"project_id": "demo", "username": "ann", "password": PASSWORD, "auth_token": "hunter8-Token"}
FILES = {"env.yaml": f"parameter_defaults: {{in_file: {IN_FILE}}}"}
PARAMETERS = {
    **{name: {"type": "string", "hidden": True} for name in ("secret", "defaulted", "in_file")},
    "named": {"type": "string"},
}
ENVIRONMENT = {
    "parameters": {"secret": HIDDEN, "named": NAMED},
    "parameter_defaults": {"defaulted": DEFAULT},
    "encrypted_param_names": ["named"],
}
HOLDERS: Template = {
    f"of-{name}": stores({"get_param": name}, metadata={"is": {"get_param": name}}) for name in PARAMETERS
}
SOUND = template(HOLDERS, parameters=PARAMETERS, outputs={"it": {"value": {"get_attr": ["of-secret", "output"]}}})


def with_resource(definition: Template, **parameters: Any) -> Template:
    return template({**HOLDERS, "bad": definition}, parameters={**PARAMETERS, **parameters})


def refused_while_it_runs(attribute_of: str) -> Template:
    """A length that is known to be none only when the resource that it is read from has been made."""
    length = {"get_attr": [f"of-{attribute_of}", "output"]}
    return with_resource({"type": "OS::Heat::RandomString", "properties": {"length": length}})


def group_of(member: Template) -> Template:
    return {"type": "OS::Heat::ResourceGroup", "properties": {"count": 2, "resource_def": member}}


class Told:
    """An engine, and whatever it told."""

    def __init__(self, engine: InProcess) -> None:
        self.client, self.texts = engine.client, []

    def note(self, reply: Any) -> Any:
        self.texts.append(json.dumps(reply, default=str))
        return reply

    def create(self, name: str, wanted: Template, environment: Any = ENVIRONMENT) -> Any:
        return self.call("create_stack", stack_name=name, template=wanted, params=environment, args={})

    def call(self, method: str, **arguments: Any) -> Any:
        """With an environment file, as heat-api sends it."""
        sent = {"files": FILES, "environment_files": ["env.yaml"], **arguments}
        return self.client._call(ANN, method, "1.36", **sent)

    def state(self, identity: Any) -> str:
        [stack] = self.client.show_stack(ANN, identity, False)
        self.note([stack["stack_status_reason"], stack["parameters"]])
        return f"{stack['stack_action']}_{stack['stack_status']}"

    def ends(self, identity: Any, state: str) -> str:
        """Wait for it, and look at all there is to see of the stack; the reason."""
        wait_until(lambda: not self.state(identity).endswith("IN_PROGRESS"), PATIENCE, state)
        assert self.state(identity) == state
        self.note(self.client.list_events(ANN, identity, EventQuery(nested_depth=5)))
        for row in self.client.list_stack_resources(ANN, identity):
            self.note(row)
        [stack] = self.client.show_stack(ANN, identity, False)
        return str(self.note(stack["stack_status_reason"]))

    def refused(self, wanted: Template, environment: Any = ENVIRONMENT) -> str:
        with pytest.raises(exception.HeatliteError) as told:
            self.create("refused", wanted, environment)
        return str(self.note(str(told.value)))


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that any library logs, tracebacks included."""
    written, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(written), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def told(tmp_path: pathlib.Path, log: io.StringIO) -> Iterator[Told]:
    engine = in_process(tmp_path, encrypts=True)
    try:
        told = Told(engine)
        yield told
    finally:
        engine.stop()
    database = b"".join(path.read_bytes() for path in tmp_path.iterdir() if "sqlite" in path.name)
    assert b"encrypted_param_names" in database
    for place, text in {"replies": "".join(told.texts), "log": log.getvalue(), "database": str(database)}.items():
        for secret in [*SECRETS, "hunter8-Token"]:
            assert secret not in text, f"{secret} is told by the {place}"


def test_a_stack_that_is_made_and_deleted_tells_nothing(told: Told) -> None:
    identity = told.create("web", SOUND)
    told.ends(identity, "CREATE_COMPLETE")
    environment = told.client.get_environment(ANN, identity)
    assert environment["parameters"].pop("named") == NAMED, "only what is hidden is masked here, as in Heat"
    told.note(environment)
    told.client.delete_stack(ANN, identity)
    told.ends(identity, "DELETE_COMPLETE")


def test_resources_that_fail_tell_nothing(told: Told) -> None:
    for name in PARAMETERS:
        identity = told.create(name, refused_while_it_runs(name))
        assert "Value '******' is not an integer" in told.ends(identity, "CREATE_FAILED")


def test_a_preview_masks_the_properties_of_what_would_be_made(told: Told) -> None:
    told.ends(told.create("other", SOUND), "CREATE_COMPLETE")
    wanted = with_resource(group_of(group_of(stores({"get_param": "secret"}))))
    environment = {"params": ENVIRONMENT, "args": {}}
    reply = told.note(told.call("preview_stack", stack_name="web", template=wanted, **environment))
    assert str(reply["resources"]).count("'value': '******'") == len(HOLDERS) + 4


@pytest.mark.parametrize("levels", [1, 2])
@pytest.mark.parametrize("name", PARAMETERS)
def test_a_group_that_is_given_a_hidden_value_tells_nothing(told: Told, name: str, levels: int) -> None:
    member = stores({"get_param": name}, metadata={"is": {"get_param": name}})
    for _ in range(levels):
        member = group_of(member)
    identity = told.create("web", with_resource(member))
    told.ends(identity, "CREATE_COMPLETE")
    told.client.stack_snapshot(ANN, identity, "then")
    told.ends(identity, "SNAPSHOT_COMPLETE")


def test_what_fails_in_a_group_tells_nothing(told: Told) -> None:
    for name in PARAMETERS:
        member = {"type": "OS::Heat::RandomString", "properties": {"length": {"get_attr": [f"of-{name}", "output"]}}}
        for kind in ("refused", "failed"):
            wanted = member if kind == "refused" else stores({"get_attr": [f"of-{name}", "output"]}, fail=True)
            identity = told.create(f"{kind}-{name}", with_resource(group_of(wanted)))
            told.ends(identity, "CREATE_FAILED")


@pytest.mark.parametrize(
    "definition",
    [
        {"type": "OS::Heat::ResourceChain", "properties": {"resources": ["OS::Heat::TestResource"]}},
        {"type": "OS::Heat::AutoScalingGroup", "properties": {"min_size": 1, "max_size": 2}},
        {"type": "OS::Heat::Stack", "properties": {"parameters": {"pin": {"get_param": "secret"}}}},
    ],
)
def test_any_other_nested_stack_that_is_given_a_hidden_value_tells_nothing(told: Told, definition: Template) -> None:
    stored, kind = stores({"get_param": "secret"}), definition["type"].rpartition("::")[2]
    more = {
        "ResourceChain": {"resource_properties": stored["properties"]},
        "AutoScalingGroup": {"resource": stored},
        "Stack": {
            "template": json.dumps(
                template({"one": stores({"get_param": "pin"})}, parameters={"pin": {"type": "string"}})
            )
        },
    }[kind]
    made = {**definition, "properties": {**definition["properties"], **more}}
    told.ends(told.create("web", with_resource(made)), "CREATE_COMPLETE")


def test_the_environment_of_a_nested_stack_masks_what_is_hidden_above(told: Told) -> None:
    child = {"heat_template_version": "2021-04-16", "parameters": {"given": {"type": "string"}}}
    wanted = template(
        {"child": {"type": "child.yaml", "properties": {"given": {"get_param": "secret"}}}},
        parameters={"secret": {"type": "string", "hidden": True}},
    )
    sent = {"files": {"child.yaml": json.dumps(child)}, "environment_files": [], "args": {}}
    params = {"parameters": {"secret": HIDDEN}}
    identity = told.call("create_stack", stack_name="web", template=wanted, params=params, **sent)
    told.ends(identity, "CREATE_COMPLETE")
    [row] = told.client.list_stack_resources(ANN, identity)
    shown = told.note(told.client.get_environment(ANN, row["nested_stack_id"]))
    assert shown["parameters"] == {"given": "******"}


def test_an_update_that_fails_and_returns_tells_nothing(told: Told) -> None:
    identity = told.create("web", SOUND)
    told.ends(identity, "CREATE_COMPLETE")
    later = {**ENVIRONMENT, "parameters": {"secret": LATER, "named": NAMED}}
    sent = {"template": refused_while_it_runs("secret"), "params": later, "args": {"disable_rollback": False}}
    told.call("update_stack", stack_identity=identity, **sent)
    told.ends(identity, "ROLLBACK_COMPLETE")


@pytest.mark.parametrize("method", ["create_stack", "preview_stack", "validate_template"])
@pytest.mark.parametrize(
    "value",
    [
        {"str_split": [",", "a,b", {"get_param": "long"}]},
        {"digest": [{"get_param": "long"}, "text"]},
        {"make_url": {"host": "h", "port": {"get_param": "long"}}},
        {"yaql": {"expression": "int($.data)", "data": {"get_param": "long"}}},
        {"if": [{"get_param": "long"}, 1, 2]},
    ],
    ids=lambda value: next(iter(value)),
)
def test_an_error_that_cuts_short_what_it_quotes_tells_no_beginning_of_it(
    engine: Endpoint, method: str, value: Template
) -> None:
    resources = {"a": {"type": "OS::Heat::Value", "properties": {"value": value}}}
    given = {"template": template(resources, parameters={"long": {"type": "string", "hidden": True}}), "files": None}
    given |= {} if method == "validate_template" else {"stack_name": "web", "args": {}}
    try:
        reply = str(engine.call(method, params={"parameters": {"long": LONG}}, **given))
    except exception.HeatliteError as error:
        reply = f"{error} {error.kwargs}"
    assert "******" in reply
    assert LONG[:12] not in reply


def test_refusals_tell_nothing(told: Told) -> None:
    told.ends(told.create("web", SOUND), "CREATE_COMPLETE")
    pattern = {"type": "string", "hidden": True, "constraints": [{"allowed_pattern": "[0-9]+"}]}
    broken = {**ENVIRONMENT, "parameters": {**ENVIRONMENT["parameters"], "pin": HIDDEN}}

    assert "parameters.pin" in told.refused(template({}, parameters={**PARAMETERS, "pin": pattern}), broken)
    number = {"type": "OS::Heat::RandomString", "properties": {"length": {"get_param": "secret"}}}
    assert "resources.bad.properties.length: Value '******' is not" in told.refused(with_resource(number))
    bad = {"one": number, "two": number, "group": group_of(number)}
    both = told.refused(template({**HOLDERS, **bad}, parameters=PARAMETERS))
    assert both.count("Value '******' is not an integer") == 3
    assert "resources.one.properties.length" in both
    assert "resources.two.properties.length" in both
    assert "******" in told.refused(
        with_resource({"type": "OS::Heat::Value", "properties": {"type": "json", "value": {"get_param": "named"}}})
    )
