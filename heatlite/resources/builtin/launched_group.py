"""OS::Heat::InstanceGroup, AWS::AutoScaling::AutoScalingGroup: groups whose members a launch configuration describes.

::

    LaunchConfigurationName ──▶ the configuration's properties ──▶ each member: AWS::EC2::Instance

They are OS::Heat::AutoScalingGroup in CloudFormation's words. Without a rolling policy only new members are made by
another configuration, as in Heat; the others stay what they are.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar

from heatlite.exception import StackValidationFailed
from heatlite.resources.builtin import autoscaling_group as scaled
from heatlite.resources.builtin.autoscaling_group import AutoScalingGroup
from heatlite.resources.builtin.group_schemas import MAX_BATCH_SIZE, MIN_IN_SERVICE, PAUSE_TIME
from heatlite.resources.builtin.launch_configuration import LaunchConfiguration
from heatlite.resources.groups import durations, template
from heatlite.resources.groups.attributes import Members
from heatlite.resources.groups.members import Definition
from heatlite.resources.instance import Instance
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type
from heatlite.resources.siblings import Sibling
from heatlite.resources.stack_resource import Progress

MEMBER = "AWS::EC2::Instance"
CONFIGURATION, ZONES, BALANCERS, TAGS = "LaunchConfigurationName", "AvailabilityZones", "LoadBalancerNames", "Tags"
SIZE, INSTANCE_ID, NETWORKS = "Size", "InstanceId", "VPCZoneIdentifier"
INSTANCE_LIST, ADDRESS = "InstanceList", "PublicIp"
LONGEST_PAUSE = 3600

POLICY = {
    "MinInstancesInService": Property(Type.INTEGER, "How many stay in service meanwhile.", default=0),
    "MaxBatchSize": Property(Type.INTEGER, "How many change at once.", default=1),
    "PauseTime": Property(Type.STRING, "How long it pauses between two batches, such as PT5M.", default="PT0S"),
}
COMMON = {
    ZONES: Property(Type.LIST, "Not used.", required=True),
    BALANCERS: Property(Type.LIST, "Not supported: load balancers are of another service."),
    TAGS: Property(
        Type.LIST,
        "Tags of each member.",
        schema=Property(
            Type.MAP,
            "One of them.",
            schema={
                "Key": Property(Type.STRING, "Its name.", required=True),
                "Value": Property(Type.STRING, "Its value.", required=True),
            },
        ),
    ),
}


class LaunchedGroup(AutoScalingGroup):
    """What both have in common. ``words`` says which property of theirs is which of the group's."""

    words: ClassVar[Mapping[str, str]] = {}
    rolling: ClassVar[str] = ""
    support_status = SupportStatus(version="2014.1")
    attributes_schema = {INSTANCE_LIST: Attribute("The addresses of the members, separated by commas.", Type.STRING)}

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        self.given = self.properties
        own = {name: self.given.get(word) for name, word in self.words.items()}
        self.properties = MappingProxyType({scaled.COOLDOWN: None, **own})

    @property
    def policy(self) -> Mapping[str, Any] | None:
        """How members change, in the group's words; None where they don't."""
        written = self.update_policy.get(self.rolling)
        if not written:
            return None
        return {
            MIN_IN_SERVICE: written["MinInstancesInService"],
            MAX_BATCH_SIZE: written["MaxBatchSize"],
            PAUSE_TIME: durations.seconds(written["PauseTime"]),
        }

    def validate(self) -> None:
        """Check the sizes, and what of it can't be had here.

        :raises StackValidationFailed: where something doesn't fit
        """
        super().validate()
        if self.known(scaled.MIN_SIZE) and self.properties[scaled.MIN_SIZE] < 0:
            raise StackValidationFailed(message="The size of AutoScalingGroup can not be less than zero")
        if self.given.get(BALANCERS) and self.given[BALANCERS] is not self._unknown:
            raise self.property_error(BALANCERS, "load balancers are of a service that isn't here; leave it out")
        try:
            pause = (self.policy or {}).get(PAUSE_TIME, 0)
        except ValueError as error:
            raise StackValidationFailed(message=str(error)) from None
        if pause > LONGEST_PAUSE:
            raise StackValidationFailed(message="Maximum PauseTime is 1 hour.")

    # --- the members ----------------------------------------------------------------------------------------

    def describes(self) -> bool:
        """Whether the configuration may be there."""
        return self.siblings is not None

    @functools.cached_property
    def configuration(self) -> Sibling | None:
        """The launch configuration, looked up once for all members."""
        return self.siblings.by_reference(self.given[CONFIGURATION]) if self.siblings is not None else None

    def definition_of(self, name: str) -> Definition:
        """What the launch configuration says.

        :raises ValueError: where there is none
        """
        reference, found = self.given[CONFIGURATION], self.configuration
        if found is None or not issubclass(found.plugin, LaunchConfiguration):
            raise ValueError(f"{CONFIGURATION} ({reference}) reference can not be found.")
        properties = {key: value for key, value in found.properties.items() if value is not None}
        networks = self.given.get(NETWORKS)
        subnet = {"SubnetId": networks[0]} if networks else {}
        return template.definition(MEMBER, {**properties, **subnet, TAGS: self.tags()}, found.metadata)

    def tags(self) -> list[dict[str, str]]:
        """The tags of each member, with one by which its group is found."""
        tags = [dict(tag) for tag in self.given.get(TAGS) or ()]
        if any(tag["Key"].startswith("metering.") for tag in tags):
            return tags
        return [*tags, {"Key": "metering.groupname", "Value": self.reference()}]

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Progress:
        """Begin to change members, where a policy says how, and their number."""
        changed = {name: prop_diff[word] for name, word in self.words.items() if word in prop_diff}
        if CONFIGURATION in prop_diff and (policy := self.policy) is not None:
            self.properties = MappingProxyType({**self.properties, scaled.ROLLING_UPDATES: policy})
            changed[scaled.RESOURCE] = None
        return super().handle_update(changed)

    # --- attributes -----------------------------------------------------------------------------------------

    def resolve_attributes(self) -> dict[str, Any]:
        """What is recorded of the members, and the list of their addresses."""
        found = Members.of_outputs(self.name, self.nested.outputs(self.uuid))
        addresses = [str(found.at(name, [ADDRESS]) or "0.0.0.0") for name in found.names]
        return {**found.recorded(), INSTANCE_LIST: ",".join(addresses) or None}

    @classmethod
    def read_attribute(cls, name: str, recorded: Mapping[str, Any], key: str, path: Sequence[Any]) -> Any:
        """As of an auto scaling group; ``InstanceList`` is recorded."""
        if key == INSTANCE_LIST:
            return recorded.get(key)
        return super().read_attribute(name, recorded, key, path)


class InstanceGroup(LaunchedGroup):
    """OS::Heat::InstanceGroup: as many members as ``Size`` says. Policies don't change that."""

    words = {scaled.MIN_SIZE: SIZE, scaled.MAX_SIZE: SIZE, scaled.DESIRED: SIZE}
    rolling = "RollingUpdate"
    properties_schema = {
        **COMMON,
        CONFIGURATION: Property(
            Type.STRING, "What Ref gives of the launch configuration.", required=True, update_allowed=True
        ),
        SIZE: Property(Type.INTEGER, "How many members there are.", required=True, update_allowed=True),
    }
    update_policy_schema = {rolling: Property(Type.MAP, "How members change.", schema=POLICY)}


class CfnAutoScalingGroup(LaunchedGroup):
    """AWS::AutoScaling::AutoScalingGroup: its size is for policies to change."""

    words = {
        scaled.MIN_SIZE: "MinSize",
        scaled.MAX_SIZE: "MaxSize",
        scaled.DESIRED: "DesiredCapacity",
        scaled.COOLDOWN: "Cooldown",
    }
    rolling = "AutoScalingRollingUpdate"
    properties_schema = {
        **COMMON,
        CONFIGURATION: Property(Type.STRING, "What Ref gives of the launch configuration.", update_allowed=True),
        INSTANCE_ID: Property(Type.STRING, "An instance like which to make them; it needs a compute service."),
        "MaxSize": Property(Type.INTEGER, "The most members.", required=True, update_allowed=True),
        "MinSize": Property(Type.INTEGER, "The fewest members.", required=True, update_allowed=True),
        "Cooldown": Property(Type.INTEGER, "Seconds after scaling in which policies are refused.", update_allowed=True),
        "DesiredCapacity": Property(Type.INTEGER, "How many there are at first.", update_allowed=True),
        "HealthCheckGracePeriod": Property(Type.INTEGER, "Not used."),
        "HealthCheckType": Property(Type.STRING, "Not used."),
        NETWORKS: Property(Type.LIST, "The subnet of each member: one.", schema=Property(Type.STRING, "Its id.")),
    }
    update_policy_schema = {rolling: Property(Type.MAP, "How members change.", schema=POLICY)}

    def validate(self) -> None:
        """As of both, and it takes a configuration.

        :raises StackValidationFailed: where something doesn't fit
        """
        super().validate()
        if self._unknown in (self.given[INSTANCE_ID], self.given[CONFIGURATION]):
            return
        if bool(self.given[INSTANCE_ID]) == bool(self.given[CONFIGURATION]):
            message = "Either 'InstanceId' or 'LaunchConfigurationName' must be provided."
            raise StackValidationFailed(message=message)
        if self.given[INSTANCE_ID]:
            raise self.property_error(INSTANCE_ID, "there is no compute service to ask; use a launch configuration")
