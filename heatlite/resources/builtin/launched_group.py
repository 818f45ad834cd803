"""OS::Heat::InstanceGroup, AWS::AutoScaling::AutoScalingGroup: groups whose members a launch configuration describes.

::

    LaunchConfigurationName ──▶ the configuration's properties ──▶ each member: OS::Heat::ScaledResource

which the operator's environment maps to AWS::EC2::Instance, unless it says otherwise.

They are OS::Heat::AutoScalingGroup with CloudFormation's names. Without a rolling policy, a changed configuration
applies only to new members, as in Heat; the others stay as they are.
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
from heatlite.resources.openstack.aws.load_balancer import TYPE as BALANCER
from heatlite.resources.openstack.aws.load_balancer import LoadBalancer
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type
from heatlite.resources.siblings import Sibling
from heatlite.resources.stack_resource import Progress

MEMBER = "OS::Heat::ScaledResource"
CONFIGURATION, ZONES, BALANCERS, TAGS = "LaunchConfigurationName", "AvailabilityZones", "LoadBalancerNames", "Tags"
SIZE, INSTANCE_ID, NETWORKS = "Size", "InstanceId", "VPCZoneIdentifier"
INSTANCE_LIST, ADDRESS = "InstanceList", "PublicIp"
LONGEST_BATCH_PAUSE = 3600

POLICY = {
    "MinInstancesInService": Property(Type.INTEGER, "How many members stay in service meanwhile.", default=0),
    "MaxBatchSize": Property(Type.INTEGER, "How many members change at once.", default=1),
    "PauseTime": Property(Type.STRING, "The pause between two batches, such as PT5M.", default="PT0S"),
}
COMMON = {
    ZONES: Property(Type.LIST, "Not used.", required=True),
    BALANCERS: Property(Type.LIST, "The load balancers, in this stack, that share connections among the members."),
    TAGS: Property(
        Type.LIST,
        "Tags of each member.",
        schema=Property(
            Type.MAP,
            "One tag.",
            schema={
                "Key": Property(Type.STRING, "Its name.", required=True),
                "Value": Property(Type.STRING, "Its value.", required=True),
            },
        ),
    ),
}


class LaunchedGroup(AutoScalingGroup):
    """The base of both groups. ``words`` maps AutoScalingGroup's property names to those of the subclass."""

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
        """The rolling policy under AutoScalingGroup's names; None if there is none."""
        written = self.update_policy.get(self.rolling)
        if not written:
            return None
        return {
            MIN_IN_SERVICE: written["MinInstancesInService"],
            MAX_BATCH_SIZE: written["MaxBatchSize"],
            PAUSE_TIME: durations.seconds(written["PauseTime"]),
        }

    def validate(self) -> None:
        """Check the sizes, and refuse unsupported properties.

        :raises StackValidationFailed: if a property is wrong
        """
        super().validate()
        if self.known(scaled.MIN_SIZE) and self.properties[scaled.MIN_SIZE] < 0:
            raise StackValidationFailed(message="The size of AutoScalingGroup can not be less than zero")
        try:
            pause = (self.policy or {}).get(PAUSE_TIME, 0)
        except ValueError as error:
            raise StackValidationFailed(message=str(error)) from None
        if pause > LONGEST_BATCH_PAUSE:
            raise StackValidationFailed(message="Maximum PauseTime is 1 hour.")

    # --- the members ----------------------------------------------------------------------------------------

    def describes(self) -> bool:
        """Tell whether the configuration can be looked up."""
        return self.siblings is not None

    @functools.cached_property
    def configuration(self) -> Sibling | None:
        """The launch configuration, looked up once for all members."""
        return self.siblings.by_reference(self.given[CONFIGURATION]) if self.siblings is not None else None

    def definition_of(self, name: str) -> Definition:
        """Return a member's definition, made from the launch configuration.

        :raises ValueError: if there is no such configuration
        """
        reference, found = self.given[CONFIGURATION], self.configuration
        if found is None or not issubclass(found.plugin, LaunchConfiguration):
            raise ValueError(f"{CONFIGURATION} ({reference}) reference can not be found.")
        properties = {key: value for key, value in found.properties.items() if value is not None}
        networks = self.given.get(NETWORKS)
        subnet = {"SubnetId": networks[0]} if networks else {}
        return template.definition(MEMBER, {**properties, **subnet, TAGS: self.tags()}, found.metadata)

    def tags(self) -> list[dict[str, str]]:
        """Return the tags of each member, with one that names the group."""
        tags = [dict(tag) for tag in self.given.get(TAGS) or ()]
        if any(tag["Key"].startswith("metering.") for tag in tags):
            return tags
        return [*tags, {"Key": "metering.groupname", "Value": self.reference()}]

    def handle_create(self) -> Progress:
        """Begin to create the members.

        :raises ValueError: if a load balancer isn't one
        """
        self.check_balancers()
        return super().handle_create()

    def check_balancers(self) -> None:
        """Check that the stack has the load balancers. They read the members from the group; nobody tells them.

        :raises ValueError: naming the first resource that isn't one
        """
        for name in self.given.get(BALANCERS) or ():
            found = self.siblings.by_name(name) if self.siblings is not None else None
            if found is None or not issubclass(found.plugin, LoadBalancer):
                raise ValueError(f"{BALANCERS}: the stack has no {BALANCER} of the name {name}")

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Progress:
        """Begin to change the members' number, and their definition if there is a rolling policy."""
        changed = {name: prop_diff[word] for name, word in self.words.items() if word in prop_diff}
        if CONFIGURATION in prop_diff and (policy := self.policy) is not None:
            self.properties = MappingProxyType({**self.properties, scaled.ROLLING_UPDATES: policy})
            changed[scaled.RESOURCE] = None
        return super().handle_update(changed)

    # --- attributes -----------------------------------------------------------------------------------------

    def resolve_attributes(self) -> dict[str, Any]:
        """Return the recorded attributes of the members, and the list of their addresses."""
        found = Members.of_outputs(self.name, self.nested.outputs(self.uuid))
        addresses = [str(found.at(name, [ADDRESS]) or "0.0.0.0") for name in found.names]
        return {**found.recorded(), INSTANCE_LIST: ",".join(addresses) or None}

    @classmethod
    def read_attribute(cls, name: str, recorded: Mapping[str, Any], key: str, path: Sequence[Any]) -> Any:
        """Return an attribute as an auto scaling group does; ``InstanceList`` is recorded."""
        if key == INSTANCE_LIST:
            return recorded.get(key)
        return super().read_attribute(name, recorded, key, path)


class InstanceGroup(LaunchedGroup):
    """OS::Heat::InstanceGroup: a group with ``Size`` members, which scaling policies can't change."""

    words = {scaled.MIN_SIZE: SIZE, scaled.MAX_SIZE: SIZE, scaled.DESIRED: SIZE}
    rolling = "RollingUpdate"
    properties_schema = {
        **COMMON,
        CONFIGURATION: Property(
            Type.STRING, "The Ref value of the launch configuration.", required=True, update_allowed=True
        ),
        SIZE: Property(Type.INTEGER, "The number of members.", required=True, update_allowed=True),
    }
    update_policy_schema = {rolling: Property(Type.MAP, "How an update changes members in batches.", schema=POLICY)}


class CfnAutoScalingGroup(LaunchedGroup):
    """AWS::AutoScaling::AutoScalingGroup: a group that scaling policies resize."""

    words = {
        scaled.MIN_SIZE: "MinSize",
        scaled.MAX_SIZE: "MaxSize",
        scaled.DESIRED: "DesiredCapacity",
        scaled.COOLDOWN: "Cooldown",
    }
    rolling = "AutoScalingRollingUpdate"
    properties_schema = {
        **COMMON,
        CONFIGURATION: Property(Type.STRING, "The Ref value of the launch configuration.", update_allowed=True),
        INSTANCE_ID: Property(Type.STRING, "An instance to copy. Not supported: use a launch configuration."),
        "MaxSize": Property(Type.INTEGER, "The largest size.", required=True, update_allowed=True),
        "MinSize": Property(Type.INTEGER, "The smallest size.", required=True, update_allowed=True),
        "Cooldown": Property(Type.INTEGER, "Seconds after scaling in which policies are ignored.", update_allowed=True),
        "DesiredCapacity": Property(Type.INTEGER, "The initial size.", update_allowed=True),
        "HealthCheckGracePeriod": Property(Type.INTEGER, "Not used."),
        "HealthCheckType": Property(Type.STRING, "Not used."),
        NETWORKS: Property(Type.LIST, "The one subnet of all members.", schema=Property(Type.STRING, "Its id.")),
    }
    update_policy_schema = {rolling: Property(Type.MAP, "How an update changes members in batches.", schema=POLICY)}

    def validate(self) -> None:
        """Check the same, and that the group has a launch configuration.

        :raises StackValidationFailed: if a property is wrong
        """
        super().validate()
        if self._unknown in (self.given[INSTANCE_ID], self.given[CONFIGURATION]):
            return
        if bool(self.given[INSTANCE_ID]) == bool(self.given[CONFIGURATION]):
            message = "Either 'InstanceId' or 'LaunchConfigurationName' must be provided."
            raise StackValidationFailed(message=message)
        if self.given[INSTANCE_ID]:
            raise self.property_error(INSTANCE_ID, "copying an instance isn't supported; use a launch configuration")
