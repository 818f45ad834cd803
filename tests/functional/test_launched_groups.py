"""Groups in CloudFormation's words: their members are what the environment says an instance is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.deployment import InProcess, in_process
from tests.story import Story
from tests.waiting import PATIENCE, wait_until

MEMBER = {
    "heat_template_version": "2021-04-16",
    "parameters": {"ImageId": {"type": "string"}, "InstanceType": {"type": "string"}, "Tags": {"type": "json"}},
    "resources": {"it": {"type": "OS::Heat::TestResource", "properties": {"value": {"get_param": "ImageId"}}}},
    "outputs": {"PublicIp": {"value": {"get_attr": ["it", "output"]}}},
}
FILES = {"instance.yaml": json.dumps(MEMBER)}
REGISTRY = {"AWS::EC2::Instance": "instance.yaml"}


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    engine = in_process(tmp_path_factory.mktemp("engine"))
    yield engine
    engine.stop()


def template(image: str = "one", kind: str = "AWS::AutoScaling::AutoScalingGroup", **policy: Any) -> dict[str, Any]:
    """A group of two, and a policy that adds one."""
    sizes = {"Size": 2} if kind.startswith("OS::") else {"MinSize": 1, "MaxSize": 3, "DesiredCapacity": 2}
    group = {"AvailabilityZones": ["nova"], "LaunchConfigurationName": {"Ref": "Launch"}, **sizes}
    launched = {"ImageId": image, "InstanceType": "small"}
    policy_of = {"AutoScalingGroupName": {"Ref": "Group"}, "AdjustmentType": "ChangeInCapacity", "ScalingAdjustment": 1}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            "Launch": {"Type": "AWS::AutoScaling::LaunchConfiguration", "Properties": launched},
            "Group": {"Type": kind, "Properties": group, "UpdatePolicy": policy},
            "More": {"Type": "AWS::AutoScaling::ScalingPolicy", "Properties": policy_of},
        },
        "Outputs": {"all": {"Value": {"Fn::GetAtt": ["Group", "InstanceList"]}}},
    }


def made(story: Story, written: dict[str, Any]) -> None:
    story.create(written, registry=dict(REGISTRY), files=FILES)
    story.settle("CREATE_COMPLETE")


def changed(story: Story, written: dict[str, Any]) -> None:
    story.update(written, registry=dict(REGISTRY), files=FILES)
    story.settle("UPDATE_COMPLETE")


def told(story: Story) -> list[str]:
    [output] = story.show()["outputs"]
    return sorted(output["output_value"].split(","))


def test_a_group_is_made_scaled_by_its_policy_and_rolled_over_by_another_configuration(deployment: InProcess) -> None:
    story, rolling = Story(deployment), {"AutoScalingRollingUpdate": {"MaxBatchSize": 2, "PauseTime": "PT0S"}}
    made(story, template(**rolling))
    assert told(story) == ["one", "one"]
    story.client.resource_signal(story.context, story.identity, "More", None)
    wait_until(lambda: told(story) == ["one"] * 3, PATIENCE, "the group to grow")
    changed(story, template("two", **rolling))
    assert told(story) == ["two", "two"]


@pytest.mark.parametrize(("policy", "after"), [({}, "one"), ({"RollingUpdate": {"MaxBatchSize": 1}}, "two")])
def test_members_change_where_a_policy_says_how(deployment: InProcess, policy: dict[str, Any], after: str) -> None:
    story = Story(deployment)
    made(story, template("one", "OS::Heat::InstanceGroup", **policy))
    changed(story, template("two", "OS::Heat::InstanceGroup", **policy))
    assert told(story) == [after, after]
    story.delete()
    story.settle("DELETE_COMPLETE")


def test_a_member_has_heats_name_for_what_a_group_of_instances_holds(deployment: InProcess) -> None:
    story = Story(deployment)
    made(story, template())
    listed = deployment.client.list_stack_resources(story.context, story.identity, nested_depth=1)
    assert {it["resource_type"] for it in listed if it.get("parent_resource") == "Group"} == {
        "OS::Heat::ScaledResource"
    }
