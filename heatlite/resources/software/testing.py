"""Configs and deployments in memory, for tests of plugins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from heatlite.exception import InvalidRestrictedAction, NotFound
from heatlite.resources.software.port import Config, Deployed, Order, Served
from heatlite.resources.software.report import report_of


@dataclass
class SoftwareInMemory:
    """An implementation of ``Software``."""

    configs: dict[str, Config] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    results: dict[str, Deployed] = field(default_factory=dict)
    in_use: set[str] = field(default_factory=set)
    servers: dict[str, Served] = field(default_factory=dict)

    def config(self, config_id: str) -> Config | None:
        return self.configs.get(config_id)

    def make_config(self, config_id: str, config: Config) -> None:
        self.configs.setdefault(config_id, config)

    def remove_config(self, config_id: str) -> None:
        if config_id in self.in_use:
            raise InvalidRestrictedAction(message=f"{config_id} is in use")
        self.configs.pop(config_id, None)

    def deploy(self, deployment_id: str, order: Order) -> None:
        self.orders[deployment_id] = order
        outputs = self.results[deployment_id].output_values if deployment_id in self.results else {}
        self.results[deployment_id] = Deployed(order.config, order.status, order.status_reason, outputs)

    def deployed(self, deployment_id: str) -> Deployed | None:
        return self.results.get(deployment_id)

    def signal(self, deployment_id: str, details: Mapping[str, Any]) -> str | None:
        found = self.results.get(deployment_id)
        if found is None:
            raise NotFound(msg_fmt=f"Deployment with id {deployment_id} not found")
        if found.status != "IN_PROGRESS":
            return None
        report = report_of(deployment_id, details, found.config.outputs, found.output_values)
        self.results[deployment_id] = replace(
            found, status=report.status, status_reason=report.status_reason, output_values=report.output_values
        )
        return report.event

    def give_up(self, deployment_id: str, reason: str) -> None:
        found = self.results.get(deployment_id)
        if found is not None and found.status == "IN_PROGRESS":
            self.results[deployment_id] = replace(found, status="FAILED", status_reason=reason)

    def undeploy(self, deployment_id: str) -> None:
        self.results.pop(deployment_id, None)
        self.orders.pop(deployment_id, None)

    def served(self, server_id: str, data: Mapping[str, Any] | None = None) -> Served | None:
        found = Served(data, {}) if data is not None else self.servers.get(server_id)
        names = sorted(it.config.name for it in self.orders.values() if it.server_id == server_id)
        return found and replace(found, deployments=[{"name": it} for it in names])
