"""The calls of the engine's API that do something to what a stack has, and change no template."""

from __future__ import annotations

from typing import Any

Context = dict[str, Any]
Identity = dict[str, str]


class VisitCalls:
    """Mixed into the client, which carries the calls. Each returns once the engine has accepted it."""

    def _call(self, context: Context, method: str, version: str, **arguments: Any) -> Any:
        raise NotImplementedError

    def stack_suspend(self, context: Context, stack_identity: Identity) -> None:
        """Start to suspend a stack."""
        return self._call(context, "stack_suspend", "1.0", stack_identity=stack_identity)

    def stack_resume(self, context: Context, stack_identity: Identity) -> None:
        """Start to resume a stack."""
        return self._call(context, "stack_resume", "1.0", stack_identity=stack_identity)

    def stack_check(self, context: Context, stack_identity: Identity) -> None:
        """Start to look whether a stack's resources are as they should be."""
        return self._call(context, "stack_check", "1.0", stack_identity=stack_identity)
