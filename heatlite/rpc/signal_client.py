"""The calls of the engine's API by which a resource is told something."""

from __future__ import annotations

from typing import Any

Context = dict[str, Any]
Identity = dict[str, str]
Record = dict[str, Any]


class SignalCalls:
    """Mixed into the client, which carries the calls."""

    def _call(self, context: Context, method: str, version: str, **arguments: Any) -> Any:
        raise NotImplementedError

    def resource_signal(
        self,
        context: Context,
        stack_identity: Identity,
        resource_name: str,
        details: Record | str | None,
        sync_call: bool = False,
    ) -> Record | None:
        """Signal a resource; with ``sync_call`` its metadata after the signal."""
        return self._call(
            context,
            "resource_signal",
            "1.3",
            stack_identity=stack_identity,
            resource_name=resource_name,
            details=details,
            sync_call=sync_call,
        )

    def resource_mark_unhealthy(
        self,
        context: Context,
        stack_identity: Identity,
        resource_name: str,
        mark_unhealthy: bool,
        resource_status_reason: str | None = None,
    ) -> None:
        """Say that a resource, by name or physical id, is broken; or that it isn't after all."""
        return self._call(
            context,
            "resource_mark_unhealthy",
            "1.26",
            stack_identity=stack_identity,
            resource_name=resource_name,
            mark_unhealthy=mark_unhealthy,
            resource_status_reason=resource_status_reason,
        )
