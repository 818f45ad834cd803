"""The API calls for snapshots, and for exporting or abandoning a stack."""

from __future__ import annotations

from typing import Any

Context = dict[str, Any]
Identity = dict[str, str]
Record = dict[str, Any]


class LifeCalls:
    """Mixin for the client, which sends the calls."""

    def _call(self, context: Context, method: str, version: str, **arguments: Any) -> Any:
        raise NotImplementedError

    def stack_snapshot(self, context: Context, stack_identity: Identity, name: str | None = None) -> Record:
        """Start to take a snapshot of a stack. Return the snapshot's present state, without data."""
        return self._call(context, "stack_snapshot", "1.0", stack_identity=stack_identity, name=name)

    def show_snapshot(self, context: Context, stack_identity: Identity, snapshot_id: str) -> Record:
        """Return one snapshot with its data."""
        return self._call(context, "show_snapshot", "1.0", stack_identity=stack_identity, snapshot_id=snapshot_id)

    def stack_list_snapshots(self, context: Context, stack_identity: Identity) -> list[Record]:
        """List the snapshots of a stack, oldest first."""
        return self._call(context, "stack_list_snapshots", "1.0", stack_identity=stack_identity)

    def delete_snapshot(self, context: Context, stack_identity: Identity, snapshot_id: str) -> None:
        """Delete a snapshot, and the data that plugins keep for it."""
        return self._call(context, "delete_snapshot", "1.0", stack_identity=stack_identity, snapshot_id=snapshot_id)

    def stack_restore(self, context: Context, stack_identity: Identity, snapshot_id: str) -> None:
        """Start to restore a stack to the state that a snapshot holds."""
        return self._call(context, "stack_restore", "1.0", stack_identity=stack_identity, snapshot_id=snapshot_id)

    def export_stack(self, context: Context, stack_identity: Identity) -> Record:
        """Return everything that is needed to adopt the stack. Nothing is changed."""
        return self._call(context, "export_stack", "1.22", stack_identity=stack_identity)

    def abandon_stack(self, context: Context, stack_identity: Identity) -> Record:
        """Return the same, and delete the stack without its physical resources."""
        return self._call(context, "abandon_stack", "1.0", stack_identity=stack_identity)
