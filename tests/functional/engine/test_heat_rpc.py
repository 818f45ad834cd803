"""The client API beside Heat's: the same methods, arguments and defaults, and replies of the same shape."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite import exception
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.heat_rpc import METHODS, REPLIES, REQUIRED
from tests.functional.engine.templates import CHAIN, template

NOBODY = {"tenant": "demo", "stack_name": "none", "stack_id": "2b2f9a8e-9ed0-4ad0-8c4a-7ffbb0cd8d0e", "path": ""}
SENT: dict[str, Any] = {"template": CHAIN, "params": {}, "files": {}, "args": {}}
KINDS: dict[str, tuple[type, ...]] = {"text": (str,), "number": (int, float), "bool": (bool,)}


def value_of(argument: str, identity: dict[str, Any]) -> Any:
    """A value for an argument that has no default."""
    values = {
        **SENT,
        "stack_identity": identity,
        "stack_name": "s",
        "resource_name": "first",
        "template_version": "heat_template_version.2021-04-16",
        "type_name": "OS::Heat::TestResource",
        "output_key": "value",
        "mark_unhealthy": False,
        "details": None,
        "stack_id": identity["stack_id"],
    }
    return values.get(argument, "something")


def arguments_of(method: str, identity: dict[str, Any], *, every: bool) -> dict[str, Any]:
    """The arguments that have to be given, or every one."""
    written = METHODS[method].items()
    values = {name: value_of(name, identity) if it is REQUIRED else it for name, it in written}
    return {name: value for name, value in values.items() if every or METHODS[method][name] is REQUIRED}


@pytest.mark.parametrize("every", [False, True], ids=["what-must-be", "all"])
@pytest.mark.parametrize("method", METHODS)
def test_the_arguments_that_heat_takes_are_taken(engine: Endpoint, method: str, every: bool) -> None:
    try:
        engine.call(method, **arguments_of(method, NOBODY, every=every))
    except (exception.EntityNotFound, exception.NotFound):
        names = {"stack_identity", "stack_name", "stack_id", "physical_resource_id"}
        assert names & METHODS[method].keys()


@pytest.mark.parametrize("method", METHODS)
def test_an_argument_that_heat_requires_is_required(engine: Endpoint, method: str) -> None:
    given = arguments_of(method, NOBODY, every=False)
    for left_out in given:
        with pytest.raises(exception.Invalid, match=left_out):
            engine.call(method, **{name: value for name, value in given.items() if name != left_out})


@pytest.mark.parametrize("method", METHODS)
def test_an_argument_that_heat_does_not_have_is_refused_by_name(engine: Endpoint, method: str) -> None:
    with pytest.raises(exception.Invalid, match="colour"):
        engine.call(method, **arguments_of(method, NOBODY, every=True), colour="red")


@pytest.mark.parametrize("method", REPLIES)
def test_a_reply_has_the_shape_of_heats(engine: Endpoint, method: str) -> None:
    identity = engine.created("s", CHAIN)
    engine.call("stack_snapshot", stack_identity=identity, name="before")
    engine.settle()
    arguments = arguments_of(method, identity, every=False)
    if method == "preview_stack":
        arguments["stack_name"] = "another"
    if method == "find_physical_resource":
        [first, _] = engine.call("list_stack_resources", stack_identity=identity)
        arguments["physical_resource_id"] = first["physical_resource_id"]
    assert list(differences(engine.call(method, **arguments), REPLIES[method], method)) == []


def test_a_difference_of_shape_is_seen() -> None:
    shape = {"name": "text", "tags": ["text"], "age": "number?"}
    assert list(differences({"name": "a", "tags": ["b"], "age": None}, shape, "it")) == []
    assert list(differences({"name": None, "tags": [1]}, shape, "it")) == [
        "it: age is missing",
        "it.name: None is no text",
        "it.tags.0: 1 is no text",
    ]
    assert list(differences({"name": "a", "tags": [], "age": 1, "x": 1}, shape, "it")) == ["it: x is too much"]


def differences(value: Any, shape: Any, place: str) -> Any:
    """How a value differs from a shape; see ``heat_rpc``."""
    match shape:
        case dict():
            yield from differences_of_map(value, shape, place)
        case list():
            if not isinstance(value, list):
                yield f"{place}: {value!r} is no list"
                return
            for number, item in enumerate(value if shape else []):
                yield from differences(item, shape[0], f"{place}.{number}")
        case "any":
            return
        case str():
            optional, kind = shape.endswith("?"), shape.rstrip("?")
            if not (isinstance(value, KINDS[kind]) or (optional and value is None)):
                yield f"{place}: {value!r} is no {kind}"


def differences_of_map(value: Any, shape: dict[str, Any], place: str) -> Any:
    """The same for a map, whose names have to be the same; any names where the shape has none."""
    if not isinstance(value, dict):
        yield f"{place}: {value!r} is no map"
        return
    if not shape:
        return
    yield from (f"{place}: {name} is missing" for name in sorted(shape.keys() - value.keys()))
    yield from (f"{place}: {name} is too much" for name in sorted(value.keys() - shape.keys()))
    for name in sorted(shape.keys() & value.keys()):
        yield from differences(value[name], shape[name], f"{place}.{name}")


def test_a_stack_is_identified_by_name_by_id_and_by_the_name_of_a_nested_one(engine: Endpoint) -> None:
    identity = engine.created("s", template())
    assert engine.call("identify_stack", stack_name="s") == identity
    assert engine.call("identify_stack", stack_name=identity["stack_id"]) == identity
    with engine.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE stack SET owner_id = 'parent', live_name = NULL")
    assert engine.call("identify_stack", stack_name="s") == identity
