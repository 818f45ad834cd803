"""The port ``Software`` for the resources of one stack: its project's configs and deployments."""

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
from heatlite.resources.software.port import Config, Deployed, Order, Software

SoftwareOf = Callable[[StackRecord], Software | None]
"""From a stack to what its resources may do with configs and deployments; None where they may do nothing."""


@dataclass(frozen=True)
class StackSoftware:
    """``Software`` for one stack."""

    store: Store
    tenant: str
    root_id: str

    @answered
    def config(self, config_id: str) -> Config | None:
        """One config."""
        try:
            found = self.store.config(config_id)
        except exception.NotFound:
            return None
        return Config(found.name or "", found.group, **found.config)

    @answered
    def make_config(self, config_id: str, config: Config) -> None:
        """A new config, if there is none of this id."""
        self.store.make_config({"id": config_id, **self._columns(config)})

    @answered
    def remove_config(self, config_id: str) -> None:
        """Forget a config, if it is there.

        :raises InvalidRestrictedAction: when it is deployed
        """
        try:
            self.store.remove_config(config_id)
        except exception.NotFound:
            return

    @answered
    @retried
    def deploy(self, deployment_id: str, order: Order) -> None:
        """Have a deployment be this; the config that it had goes with what it had.

        Beside the project, the users that the tree of stacks has made for itself may see and signal it: its servers.
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
        """One deployment with its config."""
        context = EngineContext(self.store.database)
        found = self._own(context, deployment_id)
        config = self.config(found.config_id) if found else None
        if found is None or config is None:
            return None
        return Deployed(config, found.status, found.status_reason, found.output_values or {})

    @answered
    def signal(self, deployment_id: str, details: Mapping[str, Any]) -> str | None:
        """Take what a server says.

        :raises NotFound: when there is no such deployment
        """
        return self.store.signal(deployment_id, details)

    @answered
    @retried
    def undeploy(self, deployment_id: str) -> None:
        """Forget a deployment and the config that was made for it."""
        context = EngineContext(self.store.database)
        with self.store.database.writer(context):
            found = self._own(context, deployment_id)
            if found is not None:
                software_deployments.remove(context, deployment_id)
                software_configs.remove(context, found.config_id)

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
    """What gives each stack's resources their port."""
    return lambda stack: StackSoftware(Store(database, inputs, stack.tenant), stack.tenant, stack.root_id or stack.id)
