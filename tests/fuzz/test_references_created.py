"""What is drawn with references is also made, previewed, updated and deleted, where the type needs no cloud.

A reference may turn out not to fit: the resource then fails, with the reason. What may never happen is an error that
isn't about what was given, or a stack that doesn't come to an end.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite.exception import HeatliteError
from heatlite.resources.openstack.base import CloudResource
from heatlite.resources.registry import Registry
from heatlite.resources.schema import Property, Type
from tests.deployment import InProcess, in_process
from tests.fuzz.references import BESIDE, WRITTEN, Drawn, drawn, drawn_in_groups, places, template, with_value
from tests.waiting import PATIENCE, wait_until

REGISTRY = Registry.load()
ANN = {"project_id": "demo", "username": "ann"}
TYPES = sorted(
    name
    for name in REGISTRY.names()
    if REGISTRY.get(name).properties_schema
    and not issubclass(REGISTRY.get(name), CloudResource)
    and not name.startswith("OS::Keystone::")
)
pytestmark = pytest.mark.slow
FORMS = {"join in a group", "fitting"}
PROGRAMMING_ERRORS = re.compile(
    r"\b(Type|Attribute|Key|Index|Name|Assertion|Recursion|NotImplemented)Error\b|[Ii]nternal"
)
VALUE = {"get_attr": ["value", "value"]}
QUICKLY: dict[str, dict[str, Any]] = {
    name: {"signal_transport": "NO_SIGNAL"} for name in TYPES if "Deployment" in name
} | {"OS::Heat::WaitCondition": {"timeout": 1}, "AWS::CloudFormation::WaitCondition": {"Timeout": 1}}
"""Properties by which a type doesn't wait for a signal that nobody sends."""


def sample(wanted: Property) -> Any:
    """Return a value of a property's type."""
    if isinstance(wanted.schema, Property):
        return [sample(wanted.schema)]
    if wanted.schema is not None:
        return {name: sample(it) for name, it in wanted.schema.items() if it.required}
    plain = {Type.INTEGER: 1, Type.NUMBER: 1, Type.BOOLEAN: True, Type.LIST: ["a"], Type.MAP: {"a": "b"}}
    allowed = [it.allowed[0] for it in wanted.constraints if getattr(it, "allowed", ())]
    return allowed[0] if allowed else plain.get(wanted.type, "o")


def fitting(type_name: str) -> Iterator[Drawn]:
    """Draw each place of a type with the attribute of a resource whose value is of the right type."""
    schema = REGISTRY.get(type_name).properties_schema
    for path, wanted in places(schema):
        value = {"type": "OS::Heat::Value", "properties": {"value": sample(wanted)}}
        properties = {**BESIDE.get(type_name, {}), **with_value(schema, path, VALUE, WRITTEN)}
        yield Drawn(type_name, path, "fitting", template({"type": type_name, "properties": properties}, value=value))


def cases(type_name: str) -> Iterator[Drawn]:
    """Draw what is made of a type, so that none of it waits for long."""
    for case in (*drawn(REGISTRY, type_name), *drawn_in_groups(REGISTRY, type_name), *fitting(type_name)):
        if case.form in FORMS:
            definition = case.template["resources"]["it"]
            while definition["type"] == "OS::Heat::ResourceGroup" and "resource_def" in definition["properties"]:
                inner = definition["properties"]["resource_def"]
                if not isinstance(inner, dict) or "type" not in inner or not isinstance(inner["type"], str):
                    break
                definition = inner
            own = QUICKLY.get(definition["type"], {})
            definition["properties"] = {**own, **definition.get("properties", {})}
            yield case


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    found = in_process(tmp_path_factory.mktemp("engine"), max_stacks_per_tenant=-1)
    yield found
    found.stop()


def states(engine: InProcess) -> dict[str, dict[str, Any]]:
    return {it["stack_name"]: it for it in engine.client.list_stacks(ANN)}


@pytest.mark.parametrize("type_name", TYPES)
def test_what_is_drawn_comes_to_an_end(engine: InProcess, type_name: str) -> None:
    made: dict[str, tuple[Drawn, Any]] = {}
    for number, case in enumerate(cases(type_name)):
        try:
            sent = json.loads(json.dumps(case.template))
            identity = engine.client.create_stack(ANN, f"s{number}", sent, {}, {}, {"timeout_mins": 1})
        except HeatliteError:
            continue  # said before anything was made: ``test_references`` knows of which this may be
        made[f"s{number}"] = (case, identity)
    assert made
    settle(engine)
    wrong = {}
    for case, identity in made.values():
        told = " ".join(str(it["resource_status_reason"]) for it in engine.client.list_stack_resources(ANN, identity))
        if PROGRAMMING_ERRORS.search(told):
            wrong[str(case)] = told
        with contextlib.suppress(HeatliteError):  # by now the values are known, and don't fit
            engine.client.preview_update_stack(ANN, identity, case.template, {}, {}, {"show_nested": True})
            engine.client.update_stack(ANN, identity, case.template, {}, {}, {"timeout_mins": 1})
    settle(engine)
    for _, identity in made.values():
        engine.client.delete_stack(ANN, identity)
    wait_until(lambda: not states(engine), PATIENCE, "the stacks to be gone", lambda: str(states(engine))[:2000])
    assert not wrong


def settle(engine: InProcess) -> None:
    """Wait until no stack is in progress."""

    def unsettled() -> list[str]:
        return [name for name, it in states(engine).items() if it["stack_status"] == "IN_PROGRESS"]

    wait_until(lambda: not unsettled(), PATIENCE, "the stacks to come to an end", lambda: str(unsettled()))
