"""The engine's ``Software`` port: the resources of one stack use their project's configs and deployments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from heatlite import exception
from heatlite.context import EngineContext
from heatlite.db import software_configs, software_deployments, stack_projects
from heatlite.db.api import Database
from heatlite.db.records import StackRecord
from heatlite.db.retry import retried
from heatlite.db.software_deployments import DeploymentRecord
from heatlite.db.stack_projects import INTENDED
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.ports.nested_stacks import answered
from heatlite.engine.ports.software_store import Store
from heatlite.resources.software.port import Config, Deployed, Order, Served, Software

SoftwareOf = Callable[[StackRecord], Software | None]
"""From a stack to the port for its resources; None if they may not use configs and deployments."""


@dataclass(frozen=True)
class StackSoftware:
    """The ``Software`` port of one stack."""

    store: Store
    tenant: str
    root_id: str

    @answered
    def config(self, config_id: str) -> Config | None:
        """Return one config; None if it doesn't exist."""
        try:
            found = self.store.config(config_id)
        except exception.NotFound:
            return None
        return Config(found.name or "", found.group, **found.config)

    @answered
    def make_config(self, config_id: str, config: Config) -> None:
        """Create a config, unless one with this id exists."""
        self.store.make_config({"id": config_id, **self._columns(config)})

    @answered
    def remove_config(self, config_id: str) -> None:
        """Delete a config, if it exists.

        :raises InvalidRestrictedAction: when a deployment uses it
        """
        try:
            self.store.remove_config(config_id)
        except exception.NotFound:
            return

    @answered
    @retried
    def deploy(self, deployment_id: str, order: Order) -> None:
        """Create a deployment, or replace its content; then the former config is deleted.

        The project may see and signal the deployment, and so may the users that the tree of stacks has created: its
        servers authenticate as such users.
        """
        context, now = EngineContext(self.store.database), self.store.inputs.utcnow()
        config_id = self.store.inputs.new_id()
        values = {name: getattr(order, name) for name in ("server_id", "action", "status", "status_reason")}
        values |= {"config_id": config_id, "input_values": dict(order.input_values or {})}
        with self.store.database.writer(context):
            before = self._own(context, deployment_id)
            software_configs.insert(context, {"id": config_id, "created_at": now, **self._columns(order.config)})
            if before is None:
                users = stack_projects.get(context, self.root_id)
                whose = {"tenant": self.tenant, "stack_user_project_id": None if users == INTENDED else users}
                software_deployments.insert(context, {"id": deployment_id, "created_at": now, **whose, **values})
            else:
                software_deployments.update(context, deployment_id, {**values, "updated_at": now})
                software_configs.remove(context, before.config_id)

    @answered
    def deployed(self, deployment_id: str) -> Deployed | None:
        """Return one deployment with its config; None if either doesn't exist."""
        context = EngineContext(self.store.database)
        found = self._own(context, deployment_id)
        config = self.config(found.config_id) if found else None
        if found is None or config is None:
            return None
        return Deployed(config, found.status, found.status_reason, found.output_values or {})

    @answered
    def signal(self, deployment_id: str, details: Mapping[str, Any]) -> str | None:
        """Record a server's report on a deployment.

        :raises NotFound: when there is no such deployment
        """
        return self.store.signal(deployment_id, details)

    @answered
    @retried
    def give_up(self, deployment_id: str, reason: str) -> None:
        """Mark a deployment FAILED, if it is in progress."""
        context = EngineContext(self.store.database)
        values = {"status": "FAILED", "status_reason": reason, "updated_at": self.store.inputs.utcnow()}
        with self.store.database.writer(context):
            if self._own(context, deployment_id) is not None:
                software_deployments.update(context, deployment_id, values, if_in_progress=True)

    @answered
    @retried
    def undeploy(self, deployment_id: str) -> None:
        """Delete a deployment and the config that was made for it."""
        context = EngineContext(self.store.database)
        with self.store.database.writer(context):
            found = self._own(context, deployment_id)
            if found is not None:
                software_deployments.remove(context, deployment_id)
                software_configs.remove(context, found.config_id)

    @answered
    def served(self, server_id: str, data: Mapping[str, Any] | None = None) -> Served | None:
        """Return a server of the project by its physical id; None if its deployments aren't pushed to it.

        :raises RequestLimitExceeded: when its deployments are too large together
        """
        return self.store.served(self.tenant, server_id, data)

    def _own(self, context: EngineContext, deployment_id: str) -> DeploymentRecord | None:
        """Return the deployment of this id, if there is one.

        :raises NotFound: when it is another project's, since clients may choose the ids of deployments
        """
        found = software_deployments.get(context, deployment_id)
        if found is not None and found.tenant != self.tenant:
            raise exception.NotFound(msg_fmt=f"Deployment with id {deployment_id} not found")
        return found

    def _columns(self, config: Config) -> dict[str, Any]:
        parts = {"inputs": [*config.inputs], "outputs": [*config.outputs], "options": config.options}
        whole = {"config": config.config, **parts}
        return {"name": config.name, "group": config.group, "config": whole, "tenant": self.tenant}


def software_of(database: Database, inputs: Inputs) -> SoftwareOf:
    """Return a function that gives each stack's resources their port."""
    return lambda stack: StackSoftware(Store(database, inputs, stack.tenant), stack.tenant, stack.root_id or stack.id)
