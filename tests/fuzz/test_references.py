"""Whatever a property is, it may be given as a reference, a function over one or a condition, at any depth."""

from __future__ import annotations

import pytest

from heatlite import template as language
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.common.settings import Settings
from heatlite.engine.operations.validation import Identity, Submission, Validator
from heatlite.exception import HeatliteError
from heatlite.resources.registry import Registry
from tests.fuzz.references import Drawn, drawn

REGISTRY = Registry.load()
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
    "not implemented yet",  # some of AWS::EC2, as in Heat
)
"""What the least that a type needs lacks, whatever form the rest has."""


def refusal(case: Drawn) -> str:
    """Why a template is refused; nothing where it is accepted."""
    try:
        VALIDATOR.validate(Submission(case.template, {}, language.Environment()), Identity("id", "stack", "project"))
    except HeatliteError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("type_name", sorted(REGISTRY.names()))
def test_every_property_takes_a_reference_in_every_form(type_name: str) -> None:
    refused = {str(case): why for case in drawn(REGISTRY, type_name) if (why := refusal(case))}
    unexpected = {case: why for case, why in refused.items() if not any(known in why for known in REFUSALS)}
    assert not unexpected


def test_it_is_drawn_for_every_place() -> None:
    """So that a form which is never drawn isn't taken for one that works."""
    cases = list(drawn(REGISTRY, "OS::Heat::ResourceGroup"))
    assert {"resource_def.properties", "resource_def.metadata", "count", "removal_policies.0.resource_list"} <= {
        ".".join(map(str, case.path)) for case in cases
    }
    assert {"reference", "join", "chosen", "items", "deep value"} <= {case.form for case in cases}
