"""The API calls for software configs and deployments."""

from __future__ import annotations

from typing import Any

Context = dict[str, Any]
Record = dict[str, Any]


class SoftwareCalls:
    """Mixin for the client, which sends the calls."""

    def _call(self, context: Context, method: str, version: str, **arguments: Any) -> Any:
        raise NotImplementedError

    def list_software_configs(
        self, context: Context, limit: int | None = None, marker: str | None = None
    ) -> list[Record]:
        """List the project's configs, the newest first: ``id``, ``name``, ``group``, ``creation_time``."""
        return self._call(context, "list_software_configs", "1.33", limit=limit, marker=marker)

    def show_software_config(self, context: Context, config_id: str) -> Record:
        """Return one config, including ``config``, ``inputs``, ``outputs`` and ``options``."""
        return self._call(context, "show_software_config", "1.0", config_id=config_id)

    def create_software_config(self, context: Context, **config: Any) -> Record:
        """Create a config: ``group``, ``name``, ``config``, ``inputs``, ``outputs``, ``options``."""
        return self._call(context, "create_software_config", "1.0", **config)

    def delete_software_config(self, context: Context, config_id: str) -> None:
        """Delete a config."""
        return self._call(context, "delete_software_config", "1.0", config_id=config_id)

    def list_software_deployments(self, context: Context, server_id: str | None = None) -> list[Record]:
        """List the deployments to one server, or to all, oldest first."""
        return self._call(context, "list_software_deployments", "1.0", server_id=server_id)

    def metadata_software_deployments(self, context: Context, server_id: str) -> list[Record]:
        """List the configs that are deployed to a server."""
        return self._call(context, "metadata_software_deployments", "1.0", server_id=server_id)

    def show_software_deployment(self, context: Context, deployment_id: str) -> Record:
        """Return one deployment."""
        return self._call(context, "show_software_deployment", "1.0", deployment_id=deployment_id)

    def create_software_deployment(
        self, context: Context, server_id: str, config_id: str, input_values: Record | None = None, **state: Any
    ) -> Record:
        """Deploy a config to a server. ``state`` may have ``action``, ``status``, ``status_reason``."""
        words = ("action", "status", "status_reason", "stack_user_project_id", "deployment_id")
        fields = {name: state.get(name) for name in words}
        return self._call(
            context,
            "create_software_deployment",
            "1.0",
            server_id=server_id,
            config_id=config_id,
            input_values=input_values or {},
            **fields,
        )

    def update_software_deployment(self, context: Context, deployment_id: str, **changes: Any) -> Record:
        """Change a deployment. Arguments that aren't given leave their fields unchanged."""
        words = ("config_id", "input_values", "output_values", "action", "status", "status_reason", "updated_at")
        fields = {name: changes.get(name) for name in words}
        return self._call(context, "update_software_deployment", "1.0", deployment_id=deployment_id, **fields)

    def signal_software_deployment(self, context: Context, deployment_id: str, details: Record | None) -> str | None:
        """Report a deployment's result: ``deploy_status_code``, ``deploy_stdout``, outputs by name …"""
        return self._call(
            context,
            "signal_software_deployment",
            "1.0",
            deployment_id=deployment_id,
            details=details,
            updated_at=None,
        )

    def delete_software_deployment(self, context: Context, deployment_id: str) -> None:
        """Delete a deployment."""
        return self._call(context, "delete_software_deployment", "1.0", deployment_id=deployment_id)
