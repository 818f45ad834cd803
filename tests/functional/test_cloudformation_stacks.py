"""CloudFormation templates that have stacks of their own, on an engine in this process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite import exception
from tests.deployment import InProcess, in_process
from tests.story import Story

URL = "http://example.com/word.template"


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    engine = in_process(tmp_path_factory.mktemp("engine"))
    yield engine
    engine.stop()


def nested(value: str) -> str:
    """A template with one resource, and what it holds as an output."""
    made = {"Type": "OS::Heat::TestResource", "Properties": {"value": {"Fn::Join": [":", [{"Ref": "Name"}, value]]}}}
    written = {"HeatTemplateFormatVersion": "2012-12-12", "Parameters": {"Name": {"Type": "String"}}}
    return json.dumps(
        {**written, "Resources": {"It": made}, "Outputs": {"it": {"Value": {"Fn::GetAtt": ["It", "output"]}}}}
    )


PARENT: dict[str, Any] = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Resources": {
        "Word": {
            "Type": "AWS::CloudFormation::Stack",
            "Properties": {"TemplateURL": URL, "Parameters": {"Name": {"Ref": "AWS::StackName"}}},
        }
    },
    "Outputs": {"word": {"Value": {"Fn::GetAtt": ["Word", "Outputs.it"]}}, "id": {"Value": {"Ref": "Word"}}},
}


def outputs(story: Story) -> dict[str, Any]:
    return {each["output_key"]: each["output_value"] for each in story.show()["outputs"]}


def test_a_stack_in_a_stack_is_made_updated_and_deleted(deployment: InProcess) -> None:
    story = Story(deployment)
    story.create(PARENT, files={URL: nested("one")})
    story.settle("CREATE_COMPLETE")
    found = outputs(story)
    assert found["word"].endswith(":one")
    assert found["id"].startswith("arn:openstack:heat::")
    story.update(PARENT, files={URL: nested("two")})  # another page, and no property changed
    story.settle("UPDATE_COMPLETE")
    assert outputs(story) == {"word": found["word"].replace("one", "two"), "id": found["id"]}
    story.delete()
    story.settle("DELETE_COMPLETE")


def test_a_page_that_cannot_be_had_is_told_with_its_place(deployment: InProcess) -> None:
    resources = {"Word": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "file:///etc/passwd"}}}
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}
    with pytest.raises(exception.StackValidationFailed, match="Word<TemplateURL>: Could not fetch remote template"):
        Story(deployment).create(template)
