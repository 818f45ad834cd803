"""The API calls that Heat doesn't have: history, plans and drift."""

from __future__ import annotations

from typing import Any

from heatlite.rpc.messages import OWN_NAMESPACE

Context = dict[str, Any]
Identity = dict[str, str]
Record = dict[str, Any]


class InsightCalls:
    """Mixin for the client, which sends the calls."""

    def _call(self, context: Context, method: str, version: str, **arguments: Any) -> Any:
        raise NotImplementedError

    def _own(self, context: Context, method: str, **arguments: Any) -> Any:
        return self._call(context, f"{OWN_NAMESPACE}.{method}", "1.0", **arguments)

    def list_history(self, context: Context, stack_identity: Identity, nested_depth: int = 0, back: int = 0) -> Record:
        """Return one operation on a stack: its begin and end, and its events with engines and times.

        :param back: 0 for the latest operation, 1 for the one before
        """
        return self._own(context, "list_history", stack_identity=stack_identity, nested_depth=nested_depth, back=back)

    def list_requirements(self, context: Context, stack_identity: Identity, nested_depth: int = 0) -> list[Record]:
        """List the dependencies in a stack and its nested stacks.

        Each record has ``stack_id`` and ``requires``, a map of each resource name to the names that it requires.
        """
        return self._own(context, "list_requirements", stack_identity=stack_identity, nested_depth=nested_depth)

    def plan_update(self, context: Context, stack_identity: Identity, request: Record) -> Record:
        """Return what an update would do: ``changes`` and their ``digest``.

        :param request: ``template``, ``params``, ``files`` and ``args``, as for ``update_stack``
        """
        return self._own(context, "plan_update", stack_identity=stack_identity, **request)

    def update_as_planned(self, context: Context, stack_identity: Identity, request: Record, digest: str) -> Identity:
        """Begin an update if it would do what was planned.

        :raises PlanOutdated: when the stack has changed since the plan was made
        """
        return self._own(context, "update_as_planned", stack_identity=stack_identity, **request, digest=digest)

    def look_for_drift(
        self, context: Context, stack_identity: Identity, resource_name: str, going_on: list[Any] | None = None
    ) -> Record:
        """Compare a resource with its row.

        ``going_on`` is ``[progress]`` of an earlier comparison that isn't finished.
        """
        return self._own(
            context,
            "look_for_drift",
            stack_identity=stack_identity,
            resource_name=resource_name,
            going_on=going_on,
        )
