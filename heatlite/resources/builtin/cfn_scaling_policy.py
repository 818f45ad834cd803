"""AWS::AutoScaling::ScalingPolicy: OS::Heat::ScalingPolicy with CloudFormation's names."""

from __future__ import annotations

from types import MappingProxyType

from heatlite.resources.builtin import scaling_policy
from heatlite.resources.builtin.scaling_policy import ScalingPolicy
from heatlite.resources.groups.capacity import Adjustment
from heatlite.resources.instance import Instance
from heatlite.resources.schema import Attribute, CacheMode, Property, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues, Range

WORDS = {
    scaling_policy.GROUP: "AutoScalingGroupName",
    scaling_policy.BY: "ScalingAdjustment",
    scaling_policy.KIND: "AdjustmentType",
    scaling_policy.COOLDOWN: "Cooldown",
    scaling_policy.LEAST_STEP: "MinAdjustmentStep",
}
KINDS = {
    "ChangeInCapacity": Adjustment.CHANGE,
    "ExactCapacity": Adjustment.EXACT,
    "PercentChangeInCapacity": Adjustment.PERCENT,
}


class CfnScalingPolicy(ScalingPolicy):
    """A policy that resizes a group at each signal. The identity service provides the signed URL for alarms."""

    support_status = SupportStatus(version="2014.1")
    properties_schema = {
        "AutoScalingGroupName": Property(Type.STRING, "The Ref value of the group.", required=True),
        "ScalingAdjustment": Property(
            Type.INTEGER,
            "A number of members, or a percentage: see AdjustmentType.",
            required=True,
            update_allowed=True,
        ),
        "AdjustmentType": Property(
            Type.STRING,
            "Whether ScalingAdjustment is a change, the new size, or a change in percent.",
            required=True,
            update_allowed=True,
            constraints=(AllowedValues(tuple(KINDS)),),
        ),
        "Cooldown": Property(Type.INTEGER, "Seconds after scaling in which policies are ignored.", update_allowed=True),
        "MinAdjustmentStep": Property(
            Type.INTEGER,
            "The least number of members to add or remove, for a change in percent.",
            update_allowed=True,
            constraints=(Range(min=0),),
        ),
    }
    attributes_schema = {"AlarmUrl": Attribute("A signed URL to signal it.", Type.STRING, CacheMode.NONE)}

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        own = {name: self.properties[word] for name, word in WORDS.items()}
        kind = own[scaling_policy.KIND]
        own[scaling_policy.KIND] = KINDS.get(kind, kind) if isinstance(kind, str) else kind
        self.properties = MappingProxyType(own)
