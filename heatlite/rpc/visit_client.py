"""The API calls that act on a stack's resources without changing its template."""

from __future__ import annotations

from typing import Any

Context = dict[str, Any]
Identity = dict[str, str]


class VisitCalls:
    """Mixin for the client, which sends the calls. Each method returns when the engine has accepted the operation."""

    def _call(self, context: Context, method: str, version: str, **arguments: Any) -> Any:
        raise NotImplementedError

    def stack_suspend(self, context: Context, stack_identity: Identity) -> None:
        """Start to suspend a stack."""
        return self._call(context, "stack_suspend", "1.0", stack_identity=stack_identity)

    def stack_resume(self, context: Context, stack_identity: Identity) -> None:
        """Start to resume a stack."""
        return self._call(context, "stack_resume", "1.0", stack_identity=stack_identity)

    def stack_check(self, context: Context, stack_identity: Identity) -> None:
        """Start to check whether a stack's resources are in the expected state."""
        return self._call(context, "stack_check", "1.0", stack_identity=stack_identity)
