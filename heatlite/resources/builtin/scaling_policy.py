"""OS::Heat::ScalingPolicy: a signal to it, from an alarm or a person, makes an auto scaling group larger or smaller."""

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
    """The URLs by which alarms signal it come from the identity service; without one the attributes are None."""

    support_status = SupportStatus(version="2014.1")
    properties_schema = {
        GROUP: Property(Type.STRING, "What get_resource gives of the group.", required=True),
        BY: Property(
            Type.NUMBER, "How much to add, to have, or to add in percent.", required=True, update_allowed=True
        ),
        KIND: Property(
            Type.STRING,
            "What that number means.",
            required=True,
            update_allowed=True,
            constraints=(AllowedValues(tuple(map(str, Adjustment))),),
        ),
        COOLDOWN: Property(Type.NUMBER, "Seconds after it in which the group isn't scaled again.", update_allowed=True),
        LEAST_STEP: Property(
            Type.INTEGER,
            "How many members it adds or removes at least, where it is in percent.",
            update_allowed=True,
            constraints=(Range(min=0),),
        ),
    }
    attributes_schema = {
        ALARM_URL: Attribute("A signed URL to signal it.", Type.STRING, CacheMode.NONE),
        SIGNAL_URL: Attribute("A URL of Heat's own API to signal it.", Type.STRING),
    }

    def validate(self) -> None:
        """A least step makes sense for percents only.

        :raises ResourcePropertyValueDependency: where there is one for something else
        """
        if not self.known(KIND, LEAST_STEP) or self.properties[LEAST_STEP] is None:
            return
        if self.properties[KIND] != Adjustment.PERCENT:
            raise exception.ResourcePropertyValueDependency(prop1=LEAST_STEP, prop2=KIND, value=Adjustment.PERCENT)

    def handle_create(self) -> None:
        """Nothing physical exists; the resource's own uuid stands for it."""
        self.resource_id_set(self.uuid)

    def handle_update(self, prop_diff: Mapping[str, Any]) -> None:
        """The new properties count from the next signal on."""

    def handle_signal(self, details: Any) -> None:
        """Scale the group, whatever the alarm's state is: which of them signal is for the template to say.

        :raises NoActionRequired: where the group stays as it is
        :raises NotFound: where there is no such group
        :raises ActionInProgress: where an operation of its stack is working on the group
        """
        given = self.properties
        if self.siblings is None:
            raise exception.NotSupported(feature="A signal outside of an engine")
        scaling = Scaling(given[BY], Adjustment(given[KIND]), given[LEAST_STEP], given[COOLDOWN])
        if not self.siblings.adjust(given[GROUP], scaling):
            raise exception.NotFound(msg_fmt=f'Alarm {self.name} could not find scaling group named "{given[GROUP]}"')
