"""OS::Heat::ScalingPolicy: resizes an auto scaling group at each signal from an alarm or a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite import exception
from heatlite.resources.base import Resource
from heatlite.resources.builtin.autoscaling_group import Scaling
from heatlite.resources.groups.capacity import Adjustment
from heatlite.resources.schema import Attribute, CacheMode, Property, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues, Range

GROUP, BY, KIND = "auto_scaling_group_id", "scaling_adjustment", "adjustment_type"
COOLDOWN, LEAST_STEP = "cooldown", "min_adjustment_step"
ALARM_URL, SIGNAL_URL = "alarm_url", "signal_url"


class ScalingPolicy(Resource):
    """A policy without an identity service: the attributes, URLs for alarms, are None."""

    support_status = SupportStatus(version="2014.1")
    properties_schema = {
        GROUP: Property(Type.STRING, "The get_resource value of the group.", required=True),
        BY: Property(
            Type.NUMBER,
            "A number of members, or a percentage: see adjustment_type.",
            required=True,
            update_allowed=True,
        ),
        KIND: Property(
            Type.STRING,
            "Whether scaling_adjustment is a change, the new size, or a change in percent.",
            required=True,
            update_allowed=True,
            constraints=(AllowedValues(tuple(map(str, Adjustment))),),
        ),
        COOLDOWN: Property(Type.NUMBER, "Seconds after scaling in which policies are ignored.", update_allowed=True),
        LEAST_STEP: Property(
            Type.INTEGER,
            "The least number of members to add or remove, for a change in percent.",
            update_allowed=True,
            constraints=(Range(min=0),),
        ),
    }
    attributes_schema = {
        ALARM_URL: Attribute("A signed URL to signal it.", Type.STRING, CacheMode.NONE),
        SIGNAL_URL: Attribute("A URL of Heat's own API to signal it.", Type.STRING),
    }

    def validate(self) -> None:
        """Refuse a least step for anything but a change in percent.

        :raises ResourcePropertyValueDependency: if there is one
        """
        if not self.known(KIND, LEAST_STEP) or self.properties[LEAST_STEP] is None:
            return
        if self.properties[KIND] != Adjustment.PERCENT:
            raise exception.ResourcePropertyValueDependency(prop1=LEAST_STEP, prop2=KIND, value=Adjustment.PERCENT)

    def handle_create(self) -> None:
        """Record the resource's uuid as the physical id: nothing physical exists."""
        self.resource_id_set(self.uuid)

    def handle_update(self, prop_diff: Mapping[str, Any]) -> None:
        """Accept the new properties: they apply from the next signal on."""

    def handle_signal(self, details: Any) -> None:
        """Scale the group in any state of the alarm: the template decides which states send a signal.

        :raises NoActionRequired: if the group keeps its size
        :raises NotFound: if there is no such group
        :raises ActionInProgress: if an operation of its stack is working on the group
        """
        given = self.properties
        if self.siblings is None:
            raise exception.NotSupported(feature="A signal outside of an engine")
        scaling = Scaling(given[BY], Adjustment(given[KIND]), given[LEAST_STEP], given[COOLDOWN])
        if not self.siblings.adjust(given[GROUP], scaling):
            raise exception.NotFound(msg_fmt=f'Alarm {self.name} could not find scaling group named "{given[GROUP]}"')
