"""What a new template is refused for, and what it isn't, as in Heat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from heatlite.engine.common.inputs import Inputs
from heatlite.engine.common.settings import Settings
from heatlite.engine.operations.validation import Identity, Submission, Validator
from heatlite.exception import StackValidationFailed, UserParameterMissing
from heatlite.resources.registry import Registry
from heatlite.template import Environment, Template

VALUE = {"type": "OS::Heat::Value", "properties": {"value": "x"}}
REGISTRY = Registry.load()
NO_FILES: Mapping[str, str] = {}


def validated(written: dict[str, Any], files: Mapping[str, str] = NO_FILES, version: str = "2018-08-31") -> Template:
    validator = Validator(REGISTRY, Settings(), Inputs())
    submission = Submission({"heat_template_version": version, **written}, files, Environment())
    return validator.validate(submission, Identity("", "shop", "p9"))


def test_a_parameter_and_a_resource_of_one_name_are_refused() -> None:
    with pytest.raises(StackValidationFailed, match="Duplicate names x:"):
        validated({"parameters": {"x": {"type": "string", "default": "a"}}, "resources": {"x": VALUE, "y": VALUE}})


def test_an_external_id_is_refused_in_versions_that_do_not_know_it() -> None:
    written = {"resources": {"x": {**VALUE, "external_id": "e-1"}}}
    assert validated(written, version="2016-10-14").resources["x"].external_id == "e-1"
    with pytest.raises(StackValidationFailed, match=r"resources\.x\.external_id: .* needs .* 2016-10-14 or later"):
        validated(written, version="2016-04-08")


@pytest.mark.parametrize("given", [{}, {"ImageId": "i"}, {"InstanceType": "f"}])
def test_a_launch_configuration_says_what_to_launch(given: dict[str, str]) -> None:
    kind = "AWS::AutoScaling::LaunchConfiguration"
    with pytest.raises(StackValidationFailed, match="ImageId and InstanceType are required"):
        validated({"resources": {"x": {"type": kind, "properties": given}}})
    validated({"resources": {"x": {"type": kind, "properties": {"ImageId": "i", "InstanceType": "f"}}}})


def test_what_can_not_be_joined_is_told_also_beside_what_is_not_known_yet() -> None:
    joined = {"list_join": [",", [{"get_attr": ["x", "value"]}, 5]]}
    reads = {"type": "OS::Heat::Value", "properties": {"value": joined}}
    with pytest.raises(StackValidationFailed, match="Items to join must be string, map or list not 5"):
        validated({"resources": {"x": VALUE, "y": reads}})


MEMBER = "heat_template_version: 2018-08-31\nparameters: {needed: {type: string}}\n"


def test_a_member_of_a_group_may_lack_a_parameter_as_there_may_be_no_members() -> None:
    group = {"type": "OS::Heat::ResourceGroup", "properties": {"count": 0, "resource_def": {"type": "m.yaml"}}}
    validated({"resources": {"group": group}}, {"m.yaml": MEMBER})
    with pytest.raises((UserParameterMissing, StackValidationFailed), match="needed"):
        validated({"resources": {"web": {"type": "m.yaml"}}}, {"m.yaml": MEMBER})
