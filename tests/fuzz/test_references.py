"""Whatever a property is, it may be given as a reference, a function over one or a condition, at any depth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import entry_points
from typing import Any

import pytest

from heatlite import template as language
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.common.settings import Settings
from heatlite.engine.operations.validation import Identity, Submission, Validator
from heatlite.exception import HeatliteError
from heatlite.resources.registry import Registry
from heatlite.resources.schema import Type
from tests.fuzz.references import METADATA, Drawn, drawn, drawn_in_groups, drawn_metadata

REGISTRY = Registry.load()
TYPES = sorted(REGISTRY.names())
VALIDATOR = Validator(REGISTRY, Settings(), Inputs())

REFUSALS = (
    "Either 'InstanceId' or 'LaunchConfigurationName' must be provided.",
    "ImageId and InstanceType are required",
    "load balancers aren't supported",
    "copying an instance isn't supported",
    "Either project or domain must be specified for role",
    "is a property of other actions",
    "Cannot define the following properties at the same time",  # an old name beside the new one, which is required
    'One of the properties "network", "port", "allocate_network" or "subnet" should be set',
    "this is required when specifying BlockDeviceMappings",  # a part of a device, of two
    "not implemented yet",  # some of AWS::EC2, as in Heat
    "At least one of the following properties must be specified: pattern, first_time",
)
"""What the least that a type needs lacks, whatever form the rest has."""


def refusal(case: Drawn) -> str:
    """Why a template is refused; nothing where it is accepted."""
    try:
        VALIDATOR.validate(Submission(case.template, {}, language.Environment()), Identity("id", "stack", "project"))
    except HeatliteError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("type_name", TYPES)
def test_every_property_takes_a_reference_in_every_form(type_name: str) -> None:
    refused = {str(case): why for case in drawn(REGISTRY, type_name) if (why := refusal(case))}
    unexpected = {case: why for case, why in refused.items() if not any(known in why for known in REFUSALS)}
    assert not unexpected


@pytest.mark.parametrize("type_name", TYPES)
def test_every_property_of_a_member_and_all_metadata_take_a_reference(type_name: str) -> None:
    cases = (*drawn_in_groups(REGISTRY, type_name), *drawn_metadata(REGISTRY, type_name))
    refused = {str(case): why for case in cases if (why := refusal(case))}
    unexpected = {case: why for case, why in refused.items() if not any(known in why for known in REFUSALS)}
    assert not unexpected


def names_in(schema: Any, above: str = "") -> Iterator[str]:
    """Every property of a schema by its dotted name, with the parts of lists and maps."""
    for name, wanted in schema.items():
        yield f"{above}{name}"
        inside = wanted.schema
        while inside is not None and not isinstance(inside, Mapping):
            above_items, inside = f"{above}{name}.0", inside.schema
            yield above_items
        if inside is not None:
            step = ".0." if wanted.type is Type.LIST else "."
            yield from names_in(inside, f"{above}{name}{step}")


def test_no_type_is_left_out() -> None:
    """So that a type which is added, and not drawn, is noticed."""
    assert set(TYPES) == {it.name for it in entry_points(group="heatlite.resources")}
    assert len(TYPES) >= 97


@pytest.mark.parametrize("draw", [drawn, drawn_in_groups])
@pytest.mark.parametrize("type_name", TYPES)
def test_no_property_is_left_out(type_name: str, draw: Callable[..., Iterator[Drawn]]) -> None:
    found = {".".join(map(str, case.path)) for case in draw(REGISTRY, type_name)}
    assert found == set(names_in(REGISTRY.get(type_name).properties_schema))
    assert {case.form for case in drawn_metadata(REGISTRY, type_name)} >= {*METADATA}


def test_it_is_drawn_for_every_place() -> None:
    """So that a form which is never drawn isn't taken for one that works."""
    cases = list(drawn(REGISTRY, "OS::Heat::ResourceGroup"))
    assert {"resource_def.properties", "resource_def.metadata", "count", "removal_policies.0.resource_list"} <= {
        ".".join(map(str, case.path)) for case in cases
    }
    assert {"reference", "join", "chosen", "items", "deep value"} <= {case.form for case in cases}
