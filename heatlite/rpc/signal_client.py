"""The API calls that signal a resource."""

from __future__ import annotations

from typing import Any

Context = dict[str, Any]
Identity = dict[str, str]
Record = dict[str, Any]


class SignalCalls:
    """Mixin for the client, which sends the calls."""

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
        """Signal a resource. With ``sync_call``, return the resource's metadata after the signal."""
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
        """Mark a resource, by name or physical id, as unhealthy or as healthy again."""
        return self._call(
            context,
            "resource_mark_unhealthy",
            "1.26",
            stack_identity=stack_identity,
            resource_name=resource_name,
            mark_unhealthy=mark_unhealthy,
            resource_status_reason=resource_status_reason,
        )
