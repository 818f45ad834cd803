"""A number is compared with its limit before anything is built of it, and many alike are looked at as one.

What is built is counted, with numbers that would do no harm if they were built.
"""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite import exception
from heatlite import template as language
from heatlite.engine.common import reply_limits
from heatlite.engine.common.settings import Settings
from heatlite.engine.operations.validation import Validator
from heatlite.resources.builtin.autoscaling_group import AutoScalingGroup
from heatlite.resources.builtin.deployment_group import SoftwareDeploymentGroup
from heatlite.resources.builtin.resource_chain import ResourceChain
from heatlite.resources.builtin.resource_group import ResourceGroup
from heatlite.resources.builtin.scaling_policy import ScalingPolicy
from heatlite.resources.builtin.value import Value
from heatlite.resources.groups import naming, template
from heatlite.template.functions import base
from tests.family import nested, text
from tests.functional.engine.endpoint import Endpoint, opened
from tests.functional.engine.fleet import Fleet
from tests.story import hot, resource

MANY = 5000
MOST = 100
FEW = 10
"""Definitions that may be made to say how large one is, and what the members are like."""
TYPES: dict[str, Any] = {
    "OS::Heat::AutoScalingGroup": AutoScalingGroup,
    "OS::Heat::ResourceGroup": ResourceGroup,
    "OS::Heat::ResourceChain": ResourceChain,
    "OS::Heat::ScalingPolicy": ScalingPolicy,
    "OS::Heat::SoftwareDeploymentGroup": SoftwareDeploymentGroup,
    "OS::Heat::Value": Value,
}
LEAF = text(hot(a=resource()))


def group(count: Any = MANY, definition: Any = None, **policy: Any) -> dict[str, Any]:
    return {
        "type": "OS::Heat::ResourceGroup",
        "properties": {"count": count, "resource_def": definition or resource("v")},
        **({"update_policy": policy} if policy else {}),
    }


def scaled(**sizes: Any) -> dict[str, Any]:
    properties = {"resource": resource("v"), "min_size": 0, "max_size": MANY, **sizes}
    return {"type": "OS::Heat::AutoScalingGroup", "properties": properties}


def chain(types: Any) -> dict[str, Any]:
    return {"type": "OS::Heat::ResourceChain", "properties": {"resources": types}}


def deployments(servers: Any) -> dict[str, Any]:
    return {"type": "OS::Heat::SoftwareDeploymentGroup", "properties": {"servers": servers, "config": "c"}}


def repeated(item: str) -> dict[str, Any]:
    """A list of 8,000 items from few characters."""
    digits = [str(digit) for digit in range(20)]
    return {"repeat": {"for_each": {"%a%": digits, "%b%": digits, "%c%": digits}, "template": item}}


NUMBERS = {
    "a group's count": group(),
    "a scaling group's least size": scaled(min_size=MANY),
    "a scaling group's desired capacity": scaled(desired_capacity=MANY),
    "a chain of as many types": chain(["OS::Heat::TestResource"] * MANY),
    "a chain of what repeat says": chain(repeated("OS::Heat::TestResource")),
    "a deployment for each server": deployments({f"s{place}": "id" for place in range(MANY)}),
    "a group in a group": group(MOST // 2, group(MOST // 2)),
    "many in a file for each of many": group(MOST // 2, {"type": "two.yaml"}),
    "a group that is made in batches": group(batch_create={"max_batch_size": 1}),
}
FILES = {"two.yaml": text(hot(a=resource(), b=resource()))}


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The type of each definition that is made for a group's template."""
    seen: list[str] = []
    made = template.definition

    def definition(type_name: str, *args: Any, **keywords: Any) -> Any:
        seen.append(type_name)
        return made(type_name, *args, **keywords)

    monkeypatch.setattr(template, "definition", definition)
    return seen


@pytest.fixture
def engine(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Endpoint]:
    with opened(schema, tmp_path / "heatlite.sqlite3", max_resources_per_stack=MOST) as endpoint:
        yield endpoint


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Fleet]:
    fleet = Fleet(schema, tmp_path / "fleet.sqlite3", Settings(max_resources_per_stack=MOST), **TYPES)
    yield fleet
    fleet.database.dispose()


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("method", ["create_stack", "preview_stack"])
def test_a_number_is_refused_before_a_member_of_it_is_built(
    engine: Endpoint, built: list[str], number: str, method: str
) -> None:
    before = engine.rows()
    call = {"params": None, "files": FILES, "args": {}, "template": hot(many=NUMBERS[number])}
    with pytest.raises(exception.RequestLimitExceeded, match="Maximum resources per stack exceeded"):
        engine.call(method, stack_name="web", **call)
    assert len(built) <= FEW
    assert engine.rows() == before


@pytest.mark.parametrize("number", NUMBERS)
def test_an_update_to_a_number_is_refused_before_a_member_is_built(
    engine: Endpoint, built: list[str], number: str
) -> None:
    identity = engine.created("web", hot(a=resource()))
    for method in ("update_stack", "preview_update_stack"):
        call = {"params": None, "files": FILES, "args": {"show_nested": True}, "template": hot(many=NUMBERS[number])}
        with pytest.raises(exception.RequestLimitExceeded, match="Maximum resources per stack exceeded"):
            engine.call(method, stack_identity=identity, **call)
    assert len(built) <= FEW


@pytest.mark.parametrize("number", NUMBERS)
def test_a_template_is_described_by_one_member_of_many(engine: Endpoint, built: list[str], number: str) -> None:
    call = {"params": None, "files": FILES, "template": hot(many=NUMBERS[number]), "show_nested": True}
    engine.call("validate_template", **call)
    assert len(built) <= FEW


def from_another(key: str, written: dict[str, Any], kind: str = "number") -> dict[str, Any]:
    """A template in which a property is known only when another resource is there."""
    value = written["properties"][key]
    source = {"type": "OS::Heat::Value", "properties": {"type": kind, "value": value}}
    properties = {**written["properties"], key: {"get_attr": ["source", "value"]}}
    return hot(source=source, many={**written, "properties": properties})


def test_a_large_value_that_each_resource_is_given_is_refused_before_all_have_gone_through_it(
    engine: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "MOST_GIVEN", 10_000)
    given: list[Any] = []
    checked = Value.checked_properties

    def seen(self: Value, *arguments: Any) -> Any:
        given.append(arguments)
        return checked(*arguments)

    monkeypatch.setattr(Value, "checked_properties", classmethod(seen))
    value = {"type": "OS::Heat::Value", "properties": {"value": {"get_param": "large"}}}
    template = {**hot(**{f"r{place}": value for place in range(50)}), "parameters": {"large": {"type": "json"}}}
    params = {"parameters": {"large": [0] * 50}}
    with pytest.raises(exception.StackValidationFailed, match='"get_param" exceeds the limit'):
        engine.create("web", template, params=params)
    assert len(given) <= FEW


def test_without_a_limit_of_resources_a_groups_template_still_has_one(
    schema: pathlib.Path, tmp_path: pathlib.Path, built: list[str]
) -> None:
    settings = {"max_resources_per_stack": -1, "max_group_template_size": 10_000}
    with opened(schema, tmp_path / "heatlite.sqlite3", **settings) as engine:
        for written in (group(), group(20, resource("v" * 1000)), scaled(desired_capacity=MANY)):
            with pytest.raises(exception.RequestLimitExceeded, match=r"Group template size .*max_group_template_size"):
                engine.create("web", hot(many=written))
        engine.create("web", hot(many=group(9, resource("v" * 1000))))
    assert len(built) <= 4 * FEW


def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the stacks whose template is looked at."""
    seen: list[str] = []
    validated = Validator._validated

    def note(self: Any, parsed: Any, submission: Any, identity: Any, *rest: Any) -> Any:
        seen.append(identity.stack_name)
        return validated(self, parsed, submission, identity, *rest)

    monkeypatch.setattr(Validator, "_validated", note)
    return seen


def test_of_many_members_validation_looks_at_one_and_counts_all(
    engine: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = looked_at(monkeypatch)
    engine.create("web", hot(g=group(MOST // 4, {"type": "two.yaml"})), files=FILES)
    assert seen == ["web", "web-g", "web-g-0"]


def test_a_nested_template_with_the_same_parameters_is_looked_at_once_and_counted_each_time(
    engine: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = looked_at(monkeypatch)
    sized = text({**hot(a=resource()), "parameters": {"size": {"type": "number", "default": 1}}})
    parts = {f"r{place}": nested("sized.yaml", size=place % 2) for place in range(MOST // 2)}
    engine.create("web", hot(**parts), files={"sized.yaml": sized})
    assert len(seen) == 3  # the root's, and one for each size
    parts["one more"] = nested("sized.yaml", size=1)
    with pytest.raises(exception.RequestLimitExceeded, match="Maximum resources per stack exceeded"):
        engine.create("other", hot(**parts), files={"sized.yaml": sized})


def test_validation_looks_at_so_much_of_nested_templates_and_the_rest_is_looked_at_when_begun(
    schema: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = looked_at(monkeypatch)
    sized = text({**hot(a=resource()), "parameters": {"size": {"type": "number"}}})
    parts = {f"r{place}": nested("sized.yaml", size=place) for place in range(20)}
    with opened(schema, tmp_path / "heatlite.sqlite3", max_validated_size=2 * len(sized)) as engine:
        engine.create("web", hot(**parts), files={"sized.yaml": sized})
    assert len(seen) == 1 + 5


def test_names_that_were_removed_are_looked_up_and_not_searched_for() -> None:
    """Each number that is passed over would be searched for in a list that a client sends."""

    class Once(list[str]):
        def __contains__(self, name: object) -> bool:
            raise AssertionError("it is searched through for each number")

    removed = Once(str(place) for place in range(1000))
    assert naming.indexed(3, removed) == ["1000", "1001", "1002"]


@pytest.mark.parametrize(
    "method", ["preview_stack", "validate_template", "create_stack", "plan_update", "preview_update_stack"]
)
def test_a_nested_template_is_read_once_in_a_call_however_many_stacks_it_would_make(
    engine: Endpoint, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    read: list[int] = []
    load = language.load

    def note(text: str, most: int) -> Any:
        read.append(len(text))
        return load(text, most)

    sized = text({**hot(a=resource()), "parameters": {"size": {"type": "number", "default": 3}}})
    parts = {f"r{place}": nested("sized.yaml", size=place) for place in range(5)}
    call = {
        "template": hot(**parts, g=group(5, {"type": "sized.yaml"})),
        "files": {"sized.yaml": sized},
        "params": None,
    }
    before = engine.created("before", hot())
    engine.create("known", call["template"], files=call["files"])  # so that the file's class is known
    more: dict[str, Any] = {"stack_name": "web", "args": {}}
    if method == "validate_template":
        more = {"show_nested": True}
    elif "update" in method:
        more = {"stack_identity": before, "args": {"show_nested": True}}
    monkeypatch.setattr(language, "load", note)
    engine.call(method, **call, **more)
    assert read.count(len(sized)) <= 2  # to validate, and to preview


def test_a_preview_that_would_be_too_large_to_be_sent_is_refused(
    engine: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reply_limits, "LARGEST_REPLY", 20_000)
    large = {"large.yaml": text(hot(a=resource("x" * 5000)))}
    call = {"stack_name": "web", "params": None, "args": {}, "files": large}
    engine.call("preview_stack", template=hot(g=group(2, {"type": "large.yaml"})), **call)
    with pytest.raises(exception.RequestLimitExceeded, match="The preview would take more than 20000 bytes"):
        engine.call("preview_stack", template=hot(g=group(5, {"type": "large.yaml"})), **call)


def test_a_plan_that_would_be_too_large_to_be_sent_is_refused(
    engine: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"r{place}" for place in range(5)]
    before = engine.created("web", hot(**{name: resource() for name in names}))
    monkeypatch.setattr(reply_limits, "LARGEST_REPLY", 20_000)
    call = {"stack_identity": before, "params": None, "args": {}, "files": {"big": "x" * 5000}}
    small = hot(**{name: resource("w") for name in names})
    large = hot(**{name: resource({"get_file": "big"}) for name in names})
    plan = engine.call("plan_update", template=small, **call)
    with pytest.raises(exception.RequestLimitExceeded, match="The plan would take more than 20000 bytes"):
        engine.call("plan_update", template=large, **call)
    with pytest.raises(exception.RequestLimitExceeded, match="The plan would take more than 20000 bytes"):
        engine.call("update_as_planned", template=large, digest=plan["digest"], **call)
