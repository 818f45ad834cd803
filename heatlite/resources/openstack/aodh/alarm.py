"""OS::Aodh:: alarms on events, on members of load balancers, on Prometheus, on other alarms, and on old samples."""

from __future__ import annotations

from heatlite.resources.openstack.aodh.base import COMMON, COMPARED, BaseAlarm, query
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.fields import Field, integer, mapped, named, number, text
from heatlite.resources.schema import Property, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues, Length

METADATA, METER, QUERY = "matching_metadata", "meter_name", "query"
DISK = ("read.requests", "write.requests", "read.bytes", "write.bytes")
NETWORK = ("incoming.bytes", "outgoing.bytes", "incoming.packets", "outgoing.packets")
NOVA_METERS = frozenset(
    {
        *("instance", "memory", "memory.usage", "memory.resident", "cpu", "cpu_util", "vcpus"),
        *(f"{of}.{meter}{rate}" for of in ("disk", "disk.device") for meter in DISK for rate in ("", ".rate")),
        *("disk.root.size", "disk.ephemeral.size"),
        *(f"network.{meter}{rate}" for meter in NETWORK for rate in ("", ".rate")),
    }
)
"""Meters whose samples have the metadata of servers under another name."""


def comparison() -> Field:
    """Return the property ``comparison_operator``."""
    return text("How the value is compared with the threshold.", constraints=COMPARED, update_allowed=True)


def threshold() -> Field:
    """Return the property ``threshold``."""
    return number("The threshold.", required=True, update_allowed=True)


class ThresholdAlarm(BaseAlarm):
    """OS::Aodh::Alarm: an alarm on a meter of Ceilometer's. Aodh has no such alarms since its release Ocata."""

    kind = "threshold"
    support_status = SupportStatus(
        "DEPRECATED",
        "10.0.0",
        "Aodh has no such alarms any more. Use OS::Aodh::GnocchiAggregationByResourcesAlarm instead.",
        SupportStatus(version="2014.1"),
    )
    properties_schema = {
        "comparison_operator": comparison(),
        "evaluation_periods": integer("The number of periods to evaluate.", update_allowed=True),
        METER: text("The name of the meter.", required=True),
        "period": integer("The length of a period, in seconds.", update_allowed=True),
        "statistic": text(
            "What of the samples is compared.",
            constraints=(AllowedValues(("count", "avg", "sum", "min", "max")),),
            update_allowed=True,
        ),
        "threshold": threshold(),
        METADATA: Property(Type.MAP, "Metadata that samples must have.", default={}, update_allowed=True),
        QUERY: query("More conditions for samples."),
        **COMMON,
    }

    def rule(self, fields: Body) -> Body:
        """Return the rule, in which the metadata are conditions too."""
        prefix = "user_metadata." if self.properties[METER] in NOVA_METERS else "metering."
        wanted = self.properties[METADATA] or {}
        conditions = [
            {"field": f"metadata.{prefix}{plain(name)}", "op": "eq", "value": str(value)}
            for name, value in wanted.items()
        ]
        if found := [*(fields.get(QUERY) or ()), *conditions]:
            fields[QUERY] = found
        return fields


def plain(name: str) -> str:
    """Return the name of a metadatum without the prefixes that a template may have written."""
    name = name.removeprefix("metadata.")
    return name.split(".", 1)[-1] if name.startswith(("metering.", "user_metadata.")) else name


class EventAlarm(BaseAlarm):
    """An alarm on an event that a service notifies of."""

    kind = "event"
    support_status = SupportStatus(version="8.0.0")
    properties_schema = {
        "event_type": text("The type of the event.", default="*", update_allowed=True),
        QUERY: query("More conditions for the event."),
        **COMMON,
    }


class LBMemberHealthAlarm(BaseAlarm):
    """An alarm on members of a pool that fail: Aodh marks them unhealthy, and updates the stack."""

    kind = "loadbalancer_member_health"
    support_status = SupportStatus(version="13.0.0")
    properties_schema = {
        "pool": named("octavia.pool", "The pool.", field="pool_id", constraints=(), required=True, update_allowed=True),
        "stack": text("The name or id of the root stack, which is updated.", field="stack_id", required=True),
        "autoscaling_group_id": text("The id of the group with the members.", required=True, update_allowed=True),
        **COMMON,
    }


class PrometheusAlarm(BaseAlarm):
    """An alarm on the result of a query of Prometheus."""

    kind = "prometheus"
    support_status = SupportStatus(version="22.0.0")
    properties_schema = {
        "comparison_operator": comparison(),
        QUERY: text("The query, in PromQL.", required=True, update_allowed=True),
        "threshold": threshold(),
        **COMMON,
    }


class CompositeAlarm(BaseAlarm):
    """An alarm on several rules."""

    kind = "composite"
    support_status = SupportStatus(version="8.0.0")
    properties_schema = {
        "composite_rule": mapped(
            "The rules, and how they are combined.",
            {
                "operator": text(
                    "Whether all rules must hold, or one.",
                    required=True,
                    constraints=(AllowedValues(("or", "and")),),
                    update_allowed=True,
                ),
                "rules": Field(
                    Type.LIST, "The rules.", required=True, constraints=(Length(min=2),), update_allowed=True
                ),
            },
            required=True,
            update_allowed=True,
        ),
        **COMMON,
    }

    def rule(self, fields: Body) -> Body:
        """Return the rules under their operator."""
        given = fields["composite_rule"]
        return {given["operator"]: given["rules"]}
