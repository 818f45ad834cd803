"""``stack suspend``, ``stack resume`` and ``stack check``, for several stacks at once like ``stack cancel``."""

from __future__ import annotations

import argparse
from typing import Any

from cliff.lister import Lister

from heatlite.cmd.base import EngineCommand
from heatlite.cmd.records import rows, stack_record

POLL = 5.0  # seconds, as in Heat's client
COLUMNS = ["ID", "Stack Name", "Stack Status", "Creation Time", "Updated Time"]


class VisitStack(EngineCommand, Lister):
    """The common part of the three commands. All operations begin before the first is waited for."""

    verb = ""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("stack", metavar="STACK", nargs="+", help="names or ids")
        parser.add_argument("--wait", action="store_true", help="wait until the stacks are no longer in progress")

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return column titles and one row for each stack.

        :raises CommandError: when an operation failed that was waited for
        """
        targets = []
        for stack in parsed_args.stack:
            identity = self.identify(stack)
            targets.append(self.target(identity, self.verb.upper(), self.last_event(identity)))
            getattr(self.client, f"stack_{self.verb}")(self.context, identity)
        if self.waits(parsed_args):
            for target in targets:
                self.wait(target, POLL).check()
        records = [stack_record(self.show(target.identity)) for target in targets]
        return COLUMNS, rows(COLUMNS, records)


class SuspendStack(VisitStack):
    """Suspend stacks"""

    verb = "suspend"


class ResumeStack(VisitStack):
    """Resume suspended stacks"""

    verb = "resume"


class CheckStack(VisitStack):
    """Check whether stacks' resources are in the expected state"""

    verb = "check"
