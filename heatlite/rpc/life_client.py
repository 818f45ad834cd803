"""The calls of the engine's API for snapshots, and for what is left of a stack when it goes."""

from __future__ import annotations

from typing import Any

Context = dict[str, Any]
Identity = dict[str, str]
Record = dict[str, Any]


class LifeCalls:
    """Mixed into the client, which carries the calls."""

    def _call(self, context: Context, method: str, version: str, **arguments: Any) -> Any:
        raise NotImplementedError

    def stack_snapshot(self, context: Context, stack_identity: Identity, name: str | None = None) -> Record:
        """Start to take a snapshot of a stack; the snapshot as it is then, without data."""
        return self._call(context, "stack_snapshot", "1.0", stack_identity=stack_identity, name=name)

    def show_snapshot(self, context: Context, stack_identity: Identity, snapshot_id: str) -> Record:
        """One snapshot with its data."""
        return self._call(context, "show_snapshot", "1.0", stack_identity=stack_identity, snapshot_id=snapshot_id)

    def stack_list_snapshots(self, context: Context, stack_identity: Identity) -> list[Record]:
        """The snapshots of a stack, oldest first."""
        return self._call(context, "stack_list_snapshots", "1.0", stack_identity=stack_identity)

    def delete_snapshot(self, context: Context, stack_identity: Identity, snapshot_id: str) -> None:
        """Delete a snapshot, and what plugins keep for it."""
        return self._call(context, "delete_snapshot", "1.0", stack_identity=stack_identity, snapshot_id=snapshot_id)

    def stack_restore(self, context: Context, stack_identity: Identity, snapshot_id: str) -> None:
        """Start to make a stack what it was when a snapshot was taken."""
        return self._call(context, "stack_restore", "1.0", stack_identity=stack_identity, snapshot_id=snapshot_id)

    def export_stack(self, context: Context, stack_identity: Identity) -> Record:
        """All that a stack could be adopted by; nothing is changed."""
        return self._call(context, "export_stack", "1.22", stack_identity=stack_identity)

    def abandon_stack(self, context: Context, stack_identity: Identity) -> Record:
        """The same, and the stack is gone; its physical resources are left as they are."""
        return self._call(context, "abandon_stack", "1.0", stack_identity=stack_identity)
