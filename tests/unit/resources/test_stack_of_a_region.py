"""OS::Heat::Stack with a region: this one may be named; of others it says what is so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from heatlite.engine.common.template_errors import in_region
from heatlite.exception import HeatliteError, InvalidTemplateSection, StackResourceLimitExceeded, StackValidationFailed
from heatlite.resources.builtin.stack import Stack
from heatlite.resources.testing import instance_of
from heatlite.schema.constraints import cloud_for_constraints

HERE = "http://cloud.example/v1/p"


@dataclass
class Catalogue:
    """Where orchestration is, by region; None is the engine's own."""

    urls: dict[str | None, str] = field(
        default_factory=lambda: {None: HERE, "here": HERE, "there": "http://elsewhere.example/v1/p"}
    )

    def endpoint(self, service_type: str, region: str | None = None) -> str | None:
        assert service_type == "orchestration"
        return self.urls.get(region)


def validate(context: dict[str, Any], cloud: Any = None) -> Stack:
    resource = Stack(instance_of(Stack, {"template": "heat_template_version: 2021-04-16", "context": context}))
    with cloud_for_constraints(cloud):
        resource.validate()
    return resource


def test_a_stack_may_name_its_own_region() -> None:
    assert validate({"region_name": "here"}, Catalogue()).region == "here"
    assert validate({}, None).region is None


def test_a_region_that_is_not_there_is_told_in_heats_words() -> None:
    with pytest.raises(StackValidationFailed) as caught:
        validate({"region_name": "DARKHOLE"}, Catalogue())
    assert str(caught.value) == (
        'Cannot establish connection to Heat endpoint at region "DARKHOLE" due to '
        '"public endpoint for orchestration service in DARKHOLE region not found"'
    )


@pytest.mark.parametrize(
    ("context", "cloud"),
    [
        ({"region_name": "there"}, Catalogue()),
        ({"region_name": "here", "credential_secret_id": "s"}, Catalogue()),
        ({"credential_secret_id": "s"}, Catalogue()),
        ({"region_name": "here"}, None),
    ],
)
def test_another_region_or_cloud_is_refused_with_its_place(context: dict[str, Any], cloud: Any) -> None:
    with pytest.raises(StackValidationFailed, match=r"properties\.context: stacks in other regions"):
        validate(context, cloud)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            InvalidTemplateSection(section="resource"),
            (
                'Failed validating stack template using Heat endpoint at region "here" due to '
                '"ERROR: The template section is invalid: resource"'
            ),
        ),
        (StackResourceLimitExceeded(), str(StackResourceLimitExceeded())),
    ],
)
def test_what_is_wrong_with_its_template_is_told_in_heats_words(error: HeatliteError, told: str) -> None:
    with pytest.raises(HeatliteError) as caught, in_region("here"):
        raise error
    assert str(caught.value) == told
