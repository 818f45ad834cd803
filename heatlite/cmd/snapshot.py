"""``stack snapshot create``, ``list``, ``show``, ``restore`` and ``delete``."""

from __future__ import annotations

import argparse
from typing import Any

from cliff.lister import Lister
from cliff.show import ShowOne

from heatlite import exception
from heatlite.cmd.base import LOCAL_POLL, Document, EngineCommand, ShowDocument
from heatlite.cmd.records import details, rows

COLUMNS = ["id", "name", "action", "status", "status_reason", "creation_time"]
CREATED = ["id", "name", "action", "status", "status_reason", "data", "creation_time"]


def add_snapshot(parser: argparse.ArgumentParser) -> None:
    """Add ``STACK SNAPSHOT``."""
    parser.add_argument("stack", metavar="STACK", help="name or id")
    parser.add_argument("snapshot", metavar="SNAPSHOT", help="id of the snapshot")


class CreateSnapshot(EngineCommand, ShowOne):
    """Take a snapshot of a stack"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("stack", metavar="STACK", help="name or id")
        parser.add_argument("--name", metavar="NAME", help="name of the snapshot")

    def take_action(self, parsed_args: argparse.Namespace) -> Document:
        """Return the snapshot, IN_PROGRESS. With an embedded engine, return it when it is complete."""
        identity = self.identify(parsed_args.stack)
        marker = self.last_event(identity)
        found = self.client.stack_snapshot(self.context, identity, parsed_args.name)
        if self.session.embedded:
            self.wait(self.target(identity, "SNAPSHOT", marker), LOCAL_POLL).check()
            found = self.client.show_snapshot(self.context, identity, found["id"])
        return details({name: found[name] for name in CREATED}, parsed_args.formatter)


class ListSnapshots(EngineCommand, Lister):
    """List a stack's snapshots"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("stack", metavar="STACK", help="name or id")

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return column titles and one row for each snapshot, oldest first."""
        found = self.client.stack_list_snapshots(self.context, self.identify(parsed_args.stack))
        return COLUMNS, rows(COLUMNS, found)


class ShowSnapshot(ShowDocument):
    """Show a snapshot with its data"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_snapshot(parser)

    def take_action(self, parsed_args: argparse.Namespace) -> Document:
        """Return all fields of the snapshot."""
        identity = self.identify(parsed_args.stack)
        found = self.client.show_snapshot(self.context, identity, parsed_args.snapshot)
        return details(found, parsed_args.formatter)


class RestoreSnapshot(EngineCommand):
    """Restore a stack to the state that a snapshot holds"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_snapshot(parser)

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Begin the operation. With an embedded engine, wait for it."""
        identity = self.identify(parsed_args.stack)
        marker = self.last_event(identity)
        self.client.stack_restore(self.context, identity, parsed_args.snapshot)
        if self.session.embedded:
            self.wait(self.target(identity, "RESTORE", marker), LOCAL_POLL).check()


class DeleteSnapshot(EngineCommand):
    """Delete a snapshot"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_snapshot(parser)
        parser.add_argument("-y", "--yes", action="store_true", help="don't ask")

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Delete the snapshot.

        :raises CommandError: with the reason, when a part of it couldn't be deleted
        """
        identity, snapshot = self.identify(parsed_args.stack), parsed_args.snapshot
        if not self.may_delete(parsed_args, f"snapshot {snapshot}"):
            return
        self.client.delete_snapshot(self.context, identity, snapshot)
        for left in self.client.stack_list_snapshots(self.context, identity):
            if left["id"] == snapshot and left["status"] == "FAILED":
                raise exception.CommandError(reason=left["status_reason"])
