"""OS::Aodh::GnocchiResourcesAlarm and its kin: alarms on metrics of Gnocchi's."""

from __future__ import annotations

from heatlite.resources.openstack.aodh.alarm import comparison, threshold
from heatlite.resources.openstack.aodh.base import COMMON, BaseAlarm
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.fields import Field, integer, listed, text
from heatlite.resources.schema import PropertiesSchema, SupportStatus

MEASURED: PropertiesSchema = {
    "comparison_operator": comparison(),
    "evaluation_periods": integer("The number of periods to evaluate.", update_allowed=True),
    "aggregation_method": text("What of the measures is compared.", update_allowed=True),
    "granularity": integer("The length of a period, in seconds.", update_allowed=True),
    "threshold": threshold(),
    **COMMON,
}


def needed(description: str) -> Field:
    """Return a property for a text that is required."""
    return text(description, required=True, update_allowed=True)


class GnocchiAlarm(BaseAlarm):
    """An alarm on metrics of Gnocchi's."""

    support_status = SupportStatus(version="2015.1")


class GnocchiResourcesAlarm(GnocchiAlarm):
    """An alarm on one metric of one resource."""

    kind = "gnocchi_resources_threshold"
    properties_schema = {
        "metric": needed("The name of the metric."),
        "resource_id": needed("The id of the resource."),
        "resource_type": needed("The type of the resource."),
        **MEASURED,
    }


class GnocchiAggregationByMetricsAlarm(GnocchiAlarm):
    """An alarm on several metrics together."""

    kind = "gnocchi_aggregation_by_metrics_threshold"
    properties_schema = {
        "metrics": listed("The ids of the metrics.", required=True, update_allowed=True),
        **MEASURED,
    }


class GnocchiAggregationByResourcesAlarm(GnocchiAlarm):
    """An alarm on one metric of several resources together: the members of a group."""

    kind = "gnocchi_aggregation_by_resources_threshold"
    properties_schema = {
        "metric": needed("The name of the metric."),
        "query": needed("Which resources, as Gnocchi's query in JSON."),
        "resource_type": needed("The type of the resources."),
        **MEASURED,
    }

    def seen_again(self) -> Body:
        """Return the alarm with the template's query: Aodh puts a condition on the project around what it is sent."""
        alarm = super().seen_again()
        rule = f"{self.kind}_rule"
        return {**alarm, rule: {**alarm[rule], "query": self.properties["query"]}}
