"""What groups in CloudFormation's words refuse."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite.exception import StackValidationFailed
from heatlite.resources.base import Resource
from heatlite.resources.builtin.launch_configuration import LaunchConfiguration
from heatlite.resources.builtin.launched_group import CfnAutoScalingGroup, InstanceGroup
from heatlite.resources.outcomes import Failed
from heatlite.resources.testing import drive, instance_of
from tests.unit.resources.stack_of_handles import SignalledHandles

GROUP = {"AvailabilityZones": [], "LaunchConfigurationName": "launch", "MinSize": 1, "MaxSize": 2}


def validate(plugin: type[Resource], properties: dict[str, Any], **facts: Any) -> None:
    plugin(instance_of(plugin, properties, **facts)).validate()


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"MinSize": 3}, "MinSize can not be greater than MaxSize"),
        ({"MinSize": -1}, "can not be less than zero"),
        ({"DesiredCapacity": 3}, "DesiredCapacity must be between MinSize and MaxSize"),
        ({"LaunchConfigurationName": None}, "Either 'InstanceId' or 'LaunchConfigurationName'"),
        ({"InstanceId": "i"}, "Either 'InstanceId' or 'LaunchConfigurationName'"),
        ({"InstanceId": "i", "LaunchConfigurationName": None}, "copying an instance isn't supported"),
    ],
)
def test_a_group_that_cannot_be_is_refused(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(StackValidationFailed, match=reason):
        validate(CfnAutoScalingGroup, {key: it for key, it in {**GROUP, **given}.items() if it is not None})


@pytest.mark.parametrize(("pause", "reason"), [("PT2H", "Maximum PauseTime is 1 hour"), ("5", "A duration is written")])
def test_a_pause_is_a_duration_of_an_hour_at_most(pause: str, reason: str) -> None:
    policy = {"RollingUpdate": {"MinInstancesInService": 0, "MaxBatchSize": 1, "PauseTime": pause}}
    given = {"AvailabilityZones": [], "LaunchConfigurationName": "launch", "Size": 1}
    with pytest.raises(StackValidationFailed, match=reason):
        validate(InstanceGroup, given, update_policy=policy)


def test_a_configuration_of_an_instance_is_refused() -> None:
    with pytest.raises(StackValidationFailed, match="InstanceId: copying an instance isn't supported"):
        validate(LaunchConfiguration, {"InstanceId": "i"})


@pytest.mark.parametrize("name", ["web", "launch"])
def test_a_group_whose_load_balancer_is_none_fails(name: str) -> None:
    instance = instance_of(CfnAutoScalingGroup, {**GROUP, "LoadBalancerNames": [name]}, siblings=SignalledHandles())
    failed = drive(CfnAutoScalingGroup, "CREATE", instance=instance)
    assert isinstance(failed, Failed)
    assert f"the stack has no AWS::ElasticLoadBalancing::LoadBalancer of the name {name}" in failed.reason


def test_a_group_without_its_configuration_fails() -> None:
    given = {**GROUP, "LaunchConfigurationName": "heat"}
    instance = instance_of(CfnAutoScalingGroup, given, siblings=SignalledHandles())
    failed = drive(CfnAutoScalingGroup, "CREATE", instance=instance)
    assert isinstance(failed, Failed)
    assert "LaunchConfigurationName (heat) reference can not be found." in failed.reason
