"""Store configs and deployments, as one project may see and change them. Each method is one transaction.

A deployment belongs to the project that created it. The project of its stack's users may see and signal it, too, since
its servers authenticate as such users.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from heatlite import exception
from heatlite.context import EngineContext
from heatlite.convergence.model import Action
from heatlite.db import resources, software_configs, software_deployments
from heatlite.db.api import Database
from heatlite.db.retry import retried
from heatlite.db.software_configs import ConfigRecord
from heatlite.db.software_deployments import DeploymentRecord
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.common.shown_configs import deployed_to
from heatlite.resources.jsonable import LARGEST
from heatlite.resources.software.delivery import PLACE, QUEUE
from heatlite.resources.software.port import Served
from heatlite.resources.software.report import report_of
from heatlite.schema.sizes import weight

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Store:
    """The configs and deployments that one project may see; ``project_id`` None: an administrator may see all."""

    database: Database
    inputs: Inputs
    project_id: str | None

    def config(self, config_id: str) -> ConfigRecord:
        """Return one config.

        :raises NotFound: when the project has none of this id
        """
        return self._config(EngineContext(self.database), config_id)

    def deployment(self, deployment_id: str) -> DeploymentRecord:
        """Return one deployment.

        :raises NotFound: when the project may see none of this id
        """
        return self._deployment(EngineContext(self.database), deployment_id)

    @retried
    def make_config(self, values: Values) -> ConfigRecord:
        """Create a config, unless one with its id exists, and return it.

        :param values: the columns of its row; ``id`` may be missing
        """
        config_id = values.get("id") or self.inputs.new_id()
        context = EngineContext(self.database)
        with self.database.writer(context):
            if software_configs.get(context, config_id) is None:
                software_configs.insert(context, {**values, "id": config_id, "created_at": self.inputs.utcnow()})
            return self._config(context, config_id)

    @retried
    def remove_config(self, config_id: str) -> None:
        """Delete a config.

        :raises NotFound: when the project has none of this id
        :raises InvalidRestrictedAction: when a deployment uses it
        """
        context = EngineContext(self.database)
        with self.database.writer(context):
            self._config(context, config_id)
            if not software_configs.remove(context, config_id):
                raise exception.InvalidRestrictedAction(
                    message=f"Software config with id {config_id} can not be deleted as it is referenced."
                )

    @retried
    def make_deployment(self, values: Values) -> DeploymentRecord:
        """Create a deployment, and return it.

        :param values: the columns of its row; ``id`` may be missing
        :raises NotFound: when the project has no such config
        """
        deployment_id = values.get("id") or self.inputs.new_id()
        context = EngineContext(self.database)
        with self.database.writer(context):
            self._config(context, values["config_id"])
            software_deployments.insert(context, {**values, "id": deployment_id, "created_at": self.inputs.utcnow()})
            return self._deployment(context, deployment_id)

    @retried
    def update_deployment(self, deployment_id: str, values: Values) -> DeploymentRecord:
        """Change a deployment, and return it.

        :raises NotFound: when the project may see none of this id, or has no such config
        """
        context = EngineContext(self.database)
        with self.database.writer(context):
            if "config_id" in values:
                self._config(context, values["config_id"])
            self._deployment(context, deployment_id)
            software_deployments.update(context, deployment_id, {"updated_at": self.inputs.utcnow(), **values})
            return self._deployment(context, deployment_id)

    @retried
    def signal(self, deployment_id: str, details: Values, updated_at: Any = None) -> str | None:
        """Record a server's report on a deployment; return a sentence about it, or None if it isn't in progress.

        :raises NotFound: when the project may see none of this id
        :raises RequestLimitExceeded: when the outputs would take too much, with the earlier ones
        """
        context = EngineContext(self.database)
        with self.database.writer(context):
            found = self._deployment(context, deployment_id)
            config = software_configs.get(context, found.config_id)
            outputs = config.config.get("outputs") or [] if config else []
            report = report_of(deployment_id, details, outputs, found.output_values or {})
            if weight(report.output_values) > LARGEST:
                message = f"The output values of deployment {deployment_id} may take at most {LARGEST} bytes together."
                raise exception.RequestLimitExceeded(message=message)
            values: dict[str, Any] = {
                "status": report.status,
                "status_reason": report.status_reason,
                "output_values": report.output_values,
            }
            values["updated_at"] = updated_at or self.inputs.utcnow()
            counts = software_deployments.update(context, deployment_id, values, if_in_progress=True)
            return report.event if counts else None

    @retried
    def remove_deployment(self, deployment_id: str) -> None:
        """Delete a deployment.

        :raises NotFound: when the project may see none of this id
        """
        context = EngineContext(self.database)
        with self.database.writer(context):
            self._deployment(context, deployment_id)
            software_deployments.remove(context, deployment_id)

    def served(self, tenant: str, server_id: str, data: Values | None = None) -> Served | None:
        """Return a server of a project by its physical id; None if its deployments aren't pushed to it.

        :param data: the data of the server's resource, if its row doesn't have them yet
        :raises RequestLimitExceeded: when its deployments are too large together
        """
        context = EngineContext(self.database)
        with self.database.reader(context):
            light = resources.of_project_by_physical_id(context, server_id, tenant)
            found = resources.by_ids(context, [it.id for it in light if it.action is not Action.DELETE][-1:])
            known = data if data is not None else (found[0].resource_data if found else None) or {}
            if not found or not {PLACE, QUEUE} & set(known):
                return None
            return Served(known, found[0].resource_metadata or {}, deployed_to(context, tenant, server_id))

    def _config(self, context: EngineContext, config_id: Any) -> ConfigRecord:
        found = software_configs.get(context, config_id) if isinstance(config_id, str) else None
        if found is None or self.project_id not in (None, found.tenant):
            raise exception.NotFound(msg_fmt=f"Software config with id {config_id!s:.80} not found")
        return found

    def _deployment(self, context: EngineContext, deployment_id: Any) -> DeploymentRecord:
        found = software_deployments.get(context, deployment_id) if isinstance(deployment_id, str) else None
        if found is None or self.project_id not in (None, found.tenant, found.stack_user_project_id):
            raise exception.NotFound(msg_fmt=f"Deployment with id {deployment_id!s:.80} not found")
        return found
