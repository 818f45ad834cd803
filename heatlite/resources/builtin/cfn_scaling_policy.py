"""AWS::AutoScaling::ScalingPolicy: OS::Heat::ScalingPolicy in CloudFormation's words."""

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
    """A signal to it makes a group larger or smaller. The signed URL for alarms comes from the identity service."""

    support_status = SupportStatus(version="2014.1")
    properties_schema = {
        "AutoScalingGroupName": Property(Type.STRING, "What Ref gives of the group.", required=True),
        "ScalingAdjustment": Property(
            Type.INTEGER, "How much to add, to have, or to add in percent.", required=True, update_allowed=True
        ),
        "AdjustmentType": Property(
            Type.STRING,
            "What that number means.",
            required=True,
            update_allowed=True,
            constraints=(AllowedValues(tuple(KINDS)),),
        ),
        "Cooldown": Property(
            Type.INTEGER, "Seconds after it in which the group isn't scaled again.", update_allowed=True
        ),
        "MinAdjustmentStep": Property(
            Type.INTEGER,
            "How many members it adds or removes at least, where it is in percent.",
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
