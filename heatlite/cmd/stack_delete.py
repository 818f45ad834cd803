"""``stack delete``: deletes several stacks at once; all deletes begin before the first is waited for."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from heatlite import exception
from heatlite.cmd.base import EngineCommand

if TYPE_CHECKING:
    from heatlite.cmd.progress import Target

POLL = 5.0  # seconds, as in Heat's client


class DeleteStack(EngineCommand):
    """Delete stacks"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("stack", metavar="STACK", nargs="+", help="names or ids")
        parser.add_argument("-y", "--yes", action="store_true", help="don't ask")
        parser.add_argument("--wait", action="store_true", help="wait until they are gone")

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        """Delete the stacks. Return the exit status.

        :raises CommandError: with the number of stacks that remain; each was reported before
        """
        if not self.may_delete(parsed_args, ", ".join(parsed_args.stack)):
            return 0
        waits = self.waits(parsed_args)
        targets = [self.start(stack, waits) for stack in parsed_args.stack]
        done = [target is not None and (not waits or self.ended(target)) for target in targets]
        if not all(done):
            reason = f"Unable to delete {done.count(False)} of the {len(done)} stacks."
            raise exception.CommandError(reason=reason)
        return 0

    def start(self, stack: str, waits: bool) -> Target | None:
        """Begin one delete. Report a refusal, and return ``None`` for it."""
        try:
            identity = self.identify(stack)
            marker = self.last_event(identity) if waits else None
            self.client.delete_stack(self.context, identity)
        except exception.HeatliteError as error:
            self.app.report(error)
            return None
        return self.target(identity, "DELETE", marker)

    def ended(self, target: Target) -> bool:
        """Wait for one delete, and tell whether it succeeded. Report a failure."""
        try:
            self.wait(target, POLL).check()
        except exception.HeatliteError as error:
            self.app.report(error)
            return False
        return True
