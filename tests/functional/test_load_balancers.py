"""A load balancer and a group that names it: what the load balancer's server reads of the group's members."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite.exception import EntityNotFound
from tests.deployment import InProcess, in_process
from tests.story import Story
from tests.waiting import PATIENCE, wait_until

INSTANCE = {
    "heat_template_version": "2021-04-16",
    "parameters": {
        "ImageId": {"type": "string"},
        "InstanceType": {"type": "string", "default": ""},
        "Tags": {"type": "comma_delimited_list", "default": ""},
        "SecurityGroups": {"type": "comma_delimited_list", "default": ""},
        "UserData": {"type": "string", "default": ""},
    },
    "resources": {"it": {"type": "OS::Heat::RandomString", "properties": {"length": 6}}},
    "outputs": {
        **{name: {"value": ""} for name in ("AvailabilityZone", "PrivateDnsName", "PublicDnsName", "PrivateIp")},
        "PublicIp": {"value": {"list_join": ["-", [{"get_param": "ImageId"}, {"get_attr": ["it", "value"]}]]}},
    },
}
USER = {"heat_template_version": "2021-04-16", "resources": {}}
KEY = {
    "heat_template_version": "2021-04-16",
    "parameters": {"UserName": {"type": "string"}},
    "outputs": {"SecretAccessKey": {"value": "secret"}, "UserName": {"value": {"get_param": "UserName"}}},
}
FILES = {"instance.yaml": json.dumps(INSTANCE), "user.yaml": json.dumps(USER), "key.yaml": json.dumps(KEY)}
REGISTRY = {
    "AWS::EC2::Instance": "instance.yaml",
    "AWS::IAM::User": "user.yaml",
    "AWS::IAM::AccessKey": "key.yaml",
}
LISTENER = {"InstancePort": 80, "LoadBalancerPort": 8080, "Protocol": "HTTP"}
POLICY = {"AutoScalingGroupName": {"Ref": "Group"}, "AdjustmentType": "ChangeInCapacity", "ScalingAdjustment": 1}


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    engine = in_process(tmp_path_factory.mktemp("engine"))
    yield engine
    engine.stop()


def template(image: str = "one", *, with_group: bool = True, **balancer: Any) -> dict[str, Any]:
    """A load balancer and a group of two whose members have the image's name in their addresses."""
    listens = {"AvailabilityZones": ["nova"], "Listeners": [LISTENER], **balancer}
    group = {
        "AvailabilityZones": ["nova"],
        "LaunchConfigurationName": {"Ref": "Launch"},
        "MinSize": 1,
        "MaxSize": 3,
        "DesiredCapacity": 2,
        "LoadBalancerNames": [{"Ref": "Balancer"}],
    }
    rolling = {"AutoScalingRollingUpdate": {"MaxBatchSize": 1, "PauseTime": "PT0S"}}
    grouped = {
        "Launch": {
            "Type": "AWS::AutoScaling::LaunchConfiguration",
            "Properties": {"ImageId": image, "InstanceType": "small"},
        },
        "Group": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": group, "UpdatePolicy": rolling},
        "More": {"Type": "AWS::AutoScaling::ScalingPolicy", "Properties": POLICY},
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {"LbFlavor": {"Type": "String", "Default": "large"}},
        "Resources": {
            "Balancer": {"Type": "AWS::ElasticLoadBalancing::LoadBalancer", "Properties": listens},
            **(grouped if with_group else {}),
        },
        "Outputs": {
            "address": {"Value": {"Fn::GetAtt": ["Balancer", "DNSName"]}},
            "zone": {"Value": {"Fn::GetAtt": ["Balancer", "CanonicalHostedZoneName"]}},
        },
    }


class Balanced(Story):
    """A stack with a load balancer."""

    def begin(self, written: dict[str, Any]) -> None:
        """Create it, and report for the load balancer's server that it is set up."""
        self.create(written, registry=dict(REGISTRY), files=FILES)
        wait_until(lambda: self.nested().get("WaitHandle") == "CREATE_COMPLETE", PATIENCE, "the handle to be there")
        success = {"Status": "SUCCESS", "Reason": "set up", "Data": "", "UniqueId": "1"}
        self.client.resource_signal(self.context, self.inside(), "WaitHandle", success, sync_call=True)
        self.settle("CREATE_COMPLETE")

    def change(self, written: dict[str, Any]) -> None:
        """Update it."""
        self.update(written, registry=dict(REGISTRY), files=FILES)
        self.settle("UPDATE_COMPLETE")

    def inside(self) -> dict[str, str]:
        """The load balancer's own stack."""
        return self.resources().get("Balancer", {}).get("nested_stack_id") or {}

    def nested(self) -> dict[str, str]:
        """The resources in it: name → state; none before it is there."""
        inside = self.inside()
        try:
            listed = self.client.list_stack_resources(self.context, inside) if inside else []
        except EntityNotFound:
            return {}
        return {it["resource_name"]: f"{it['resource_action']}_{it['resource_status']}" for it in listed}

    def servers(self) -> list[str]:
        """The servers in the configuration that the load balancer's agent reads."""
        shown = self.client.describe_stack_resource(self.context, self.inside(), "LB_instance", None)
        files = shown["metadata"]["AWS::CloudFormation::Init"]["config"]["files"]
        lines = (line.split() for line in files["/etc/haproxy/haproxy.cfg"]["content"].splitlines())
        return sorted(words[2] for words in lines if words[:1] == ["server"])

    def members(self) -> list[str]:
        """What should be there: the group's members, with the port of the listener."""
        listed = self.client.list_stack_resources(self.context, self.identity, nested_depth=1)
        found = [it for it in listed if it.get("parent_resource") == "Group"]
        group = {**self.identity, **self.resources()["Group"]["nested_stack_id"]}
        shown = (
            self.client.describe_stack_resource(self.context, group, it["resource_name"], ["PublicIp"]) for it in found
        )
        return sorted(f"{it['attributes']['PublicIp']}:80" for it in shown)

    def events(self) -> list[str]:
        """What happened in the load balancer's own stack."""
        return [
            f"{it['resource_name']} {it['resource_action']}_{it['resource_status']}"
            for it in self.client.list_events(self.context, self.inside())
        ]


def test_a_load_balancer_has_its_groups_members_when_they_are_made_scaled_changed_and_deleted(
    deployment: InProcess,
) -> None:
    story = Balanced(deployment)
    story.begin(template())
    first = story.servers()
    assert (len(first), first) == (2, story.members())
    outputs = {it["output_key"]: it["output_value"] for it in story.show()["outputs"]}
    assert outputs["address"].startswith("Fedora-Cloud-Base-20141203-21.x86_64-")
    assert outputs["zone"] == ""

    story.client.resource_signal(story.context, story.identity, "More", None)
    wait_until(lambda: len(story.servers()) == 3, PATIENCE, "the third member to be there")
    assert story.servers() == story.members()
    assert set(first) < set(story.servers())

    story.change(template("two"))
    assert {it.partition("-")[0] for it in story.servers()} == {"two"}
    assert story.servers() == story.members()

    before = story.events()
    story.change(template(with_group=False))
    assert story.servers() == []
    assert story.events() == before
    story.delete()
    story.settle("DELETE_COMPLETE")


def test_an_update_without_changes_does_nothing_and_its_plan_says_so(deployment: InProcess) -> None:
    story = Balanced(deployment)
    story.begin(template())
    before, events = story.physical_ids(), story.events()
    planned = story.client.plan_update(
        story.context, story.identity, template(), {"resource_registry": dict(REGISTRY)}, FILES, {}
    )
    assert [it["fate"] for it in planned["changes"] if it["resource_name"] == "Balancer"] == ["unchanged"]
    story.change(template())
    assert (story.physical_ids(), story.events()) == (before, events)
    story.delete()


def test_other_listeners_make_another_load_balancer(deployment: InProcess) -> None:
    story = Balanced(deployment)
    story.begin(template(with_group=False))
    before = story.inside()
    story.update(
        template(with_group=False, Listeners=[{**LISTENER, "LoadBalancerPort": 81}]),
        registry=dict(REGISTRY),
        files=FILES,
    )
    wait_until(
        lambda: story.inside() != before and story.nested().get("WaitHandle") == "CREATE_COMPLETE",
        PATIENCE,
        "another one",
    )
    success = {"Status": "SUCCESS", "Reason": "set up", "Data": "", "UniqueId": "1"}
    story.client.resource_signal(story.context, story.inside(), "WaitHandle", success, sync_call=True)
    story.settle("UPDATE_COMPLETE")
    assert story.servers() == []
    story.delete()
