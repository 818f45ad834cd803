"""``stack timeline``: the work of each engine in an operation over time, as one page for a browser."""

from __future__ import annotations

import argparse

from heatlite import exception
from heatlite.cmd.stack_graph import DEEPEST, WritePage, moment


class DrawTimeline(WritePage):
    """Draw the work of each engine in a stack's latest operation over time"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("stack", metavar="STACK", help="name or id; for a deleted stack, the id")
        parser.add_argument(
            "--back", metavar="NUMBER", type=int, default=0, help="an earlier operation: 1 is the one before the latest"
        )
        parser.add_argument(
            "--nested-depth", metavar="DEPTH", type=int, default=DEEPEST, help="levels of nested stacks to draw (5)"
        )
        self.add_output(parser)

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Fetch the history, and draw it."""
        from heatlite.drawing.history import History
        from heatlite.drawing.timeline import timeline

        identity = self.identify(parsed_args.stack)
        reply = self.client.list_history(self.context, identity, parsed_args.nested_depth, parsed_args.back)
        self.write(
            timeline(History.read(reply), self.engines(), moment(self.app.clock.now())),
            parsed_args.output,
        )

    def engines(self) -> dict[str, str]:
        """Return engine's id → host name, for existing engines."""
        try:
            return {it["engine_id"]: it["hostname"] for it in self.client.list_services(self.context)}
        except exception.Forbidden:
            return {}  # a page without names is better than none
