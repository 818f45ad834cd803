"""The engine's settings as values. ``configured`` builds them from the configuration; tests build them directly."""

from __future__ import annotations

import enum
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from heatlite.template import yaql_process

DEFAULT_MAPPINGS: Mapping[str, str] = {
    "OS::Quantum*": "OS::Neutron*",
    "OS::Heat::ScaledResource": "AWS::EC2::Instance",
    "OS::Metering::Alarm": "OS::Aodh::Alarm",
    "OS::Ceilometer::Alarm": "OS::Aodh::Alarm",
    "OS::Ceilometer::CombinationAlarm": "OS::Aodh::CombinationAlarm",
    "OS::Ceilometer::GnocchiAggregationByMetricsAlarm": "OS::Aodh::GnocchiAggregationByMetricsAlarm",
    "OS::Ceilometer::GnocchiAggregationByResourcesAlarm": "OS::Aodh::GnocchiAggregationByResourcesAlarm",
    "OS::Ceilometer::GnocchiResourcesAlarm": "OS::Aodh::GnocchiResourcesAlarm",
}
"""Resource type → resource type: the mappings of the environment that Heat installs, and of the members of groups of
instances. Every other environment overrides them."""


class Role(enum.StrEnum):
    """The work of an engine process."""

    API = "api"
    WORKER = "worker"
    ALL = "all"

    @property
    def serves_clients(self) -> bool:
        return self is not Role.WORKER

    @property
    def converges(self) -> bool:
        return self is not Role.API


@dataclass(frozen=True)
class ObserverSettings:
    """The pace and the limits of the observer. ``heatlite.conf.observer`` explains each setting."""

    resources_per_second: float = 0
    requests_per_second: float = 5
    interval: float = 300
    repairs_per_hour: int = 10
    repairs_per_hour_of_a_stack: int = 2
    allow_replacing: bool = False


@dataclass(frozen=True)
class CloudNotificationSettings:
    """Which notifications of services an engine listens to; ``heatlite.conf.cloud_notifications`` explains each."""

    enabled: bool = False
    exchanges: tuple[str, ...] = ("nova", "cinder", "openstack")
    topics: tuple[str, ...] = ("notifications", "versioned_notifications")
    poll_interval: float = 60


@dataclass(frozen=True)
class Settings:
    """Durations are in seconds, unless the name has another unit. ``heatlite.conf.engine`` explains each setting."""

    host: str = field(default_factory=socket.gethostname)
    role: Role = Role.ALL
    batch_size: int = 50
    local_hops: int = 0
    worker_threads: int = 8
    step_threads: int = 16
    casts_per_project: int = 2
    calls_per_project: int = 32
    step_time_limit: float = 600
    lease_seconds: float = 20
    sweep_interval: float = 5
    recast_after: float = 10
    recast_limit: int = 200
    max_attempts: int = 3
    stack_action_timeout: int = 3600
    max_template_size: int = 524288
    max_environment_size: int = 524288
    max_group_template_size: int = 8388608
    max_validated_size: int = 2097152
    max_resources_per_stack: int = 1001
    max_stacks_per_tenant: int = 512
    max_snapshots_per_stack: int = 32
    max_software_configs_per_tenant: int = 4096
    max_software_deployments_per_tenant: int = 4096
    max_nested_stack_depth: int = 5
    max_events_per_stack: int = 1000
    enable_stack_adopt: bool = False
    enable_stack_abandon: bool = False
    max_listed: int = 10000
    hidden_stack_tags: tuple[str, ...] = ()
    operator_registry: Mapping[str, Any] = field(default_factory=lambda: dict(DEFAULT_MAPPINGS))
    """The registry of the operator's environments, merged over Heat's default mappings."""
    operator_templates: Mapping[str, str] = field(default_factory=dict)
    """URL of each template on the engine's disk that the registry maps a type to → the template's text."""
    loadbalancer_template: Mapping[str, Any] | None = None
    """The operator's template for load balancers; None for heatlite's."""
    yaql: yaql_process.Limits = field(default_factory=yaql_process.Limits)
    observer: ObserverSettings = field(default_factory=ObserverSettings)
    cloud_notifications: CloudNotificationSettings = field(default_factory=CloudNotificationSettings)
    graceful_shutdown_timeout: float = 60
    metrics_port: int = 0
    metrics_host: str = "127.0.0.1"
