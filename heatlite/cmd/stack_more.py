"""``stack environment show``, ``stack file list`` and ``stack cancel``."""

from __future__ import annotations

import argparse
from typing import Any

from cliff.lister import Lister

from heatlite.cmd.base import Document, EngineCommand, ShowDocument
from heatlite.cmd.records import details, rows, stack_record
from heatlite.cmd.stack_visit import COLUMNS, POLL


class ShowEnvironment(ShowDocument):
    """Show a stack's environment"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("stack", metavar="STACK", help="name or id")

    def take_action(self, parsed_args: argparse.Namespace) -> Document:
        """Return the environment's sections. Hidden values are masked."""
        environment = self.client.get_environment(self.context, self.identify(parsed_args.stack))
        return details(environment or {}, parsed_args.formatter)


class ListFiles(ShowDocument):
    """Show the files that came with a stack's template"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("stack", metavar="STACK", help="name or id")

    def take_action(self, parsed_args: argparse.Namespace) -> Document:
        """Return names and contents."""
        files = self.client.get_files(self.context, self.identify(parsed_args.stack))
        return details(dict(files), parsed_args.formatter)


class CancelStack(EngineCommand, Lister):
    """Cancel updates (or, with --no-rollback, creates) that are in progress"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("stack", metavar="STACK", nargs="+", help="names or ids")
        parser.add_argument("--wait", action="store_true", help="wait until the stacks are no longer in progress")
        parser.add_argument("--no-rollback", action="store_true", help="stop where it is, without a rollback")

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return column titles and one row for each stack."""
        records = [stack_record(self.cancel(stack, parsed_args)) for stack in parsed_args.stack]
        return COLUMNS, rows(COLUMNS, records)

    def cancel(self, stack: str, parsed_args: argparse.Namespace) -> dict[str, Any]:
        """Cancel one operation. Return the stack's present state, or its final state after waiting."""
        identity = self.identify(stack)
        marker = self.last_event(identity)
        self.client.stack_cancel_update(self.context, identity, not parsed_args.no_rollback)
        if self.waits(parsed_args) and not parsed_args.no_rollback:
            self.wait(self.target(identity, "ROLLBACK", marker), POLL).check()
        return self.show(identity)
