"""``stack graph``: a stack's resources and their dependencies, as DOT, SVG or a page for a browser."""

from __future__ import annotations

import argparse
import datetime

from heatlite.cmd.base import EngineCommand
from heatlite.cmd.pictures import picture

DEEPEST = 5


class WritePage(EngineCommand):
    """A command whose result is a text, written to a file or to standard output."""

    def add_output(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--output``."""
        parser.add_argument("-o", "--output", metavar="FILE", help="write to this file instead of to standard output")

    def write(self, content: str, name: str | None) -> None:
        """Write the result.

        :raises OSError: when the file can't be written
        """
        if name is None:
            self.app.stdout.write(content)
            return
        with open(name, "w", encoding="utf-8") as file:
            file.write(content)
        self.app.tell(f"Written to {name}")


class GraphStack(WritePage):
    """Draw a stack's resources and their dependencies"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("stack", metavar="STACK", help="name or id")
        parser.add_argument(
            "-f",
            "--format",
            choices=["dot", "svg", "html"],
            default="dot",
            help="format of the drawing (dot, for graphviz)",
        )
        parser.add_argument(
            "--nested-depth", metavar="DEPTH", type=int, default=DEEPEST, help="levels of nested stacks to draw (5)"
        )
        self.add_output(parser)

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Fetch the resources, and draw them."""
        identity = self.identify(parsed_args.stack)
        resources = self.client.list_stack_resources(self.context, identity, nested_depth=parsed_args.nested_depth)
        requires = {
            it["stack_id"]: it["requires"]
            for it in self.client.list_requirements(self.context, identity, parsed_args.nested_depth)
        }
        drawn = picture(self.show(identity), resources, requires, moment(self.app.clock.now()))
        if parsed_args.format == "dot":
            from heatlite.drawing.dot import dot as draw
        elif parsed_args.format == "svg":
            from heatlite.drawing.svg import svg as draw
        else:
            from heatlite.drawing.page import graph_page as draw
        self.write(draw(drawn), parsed_args.output)


def moment(now: float) -> str:
    """Format seconds since the epoch: ``2026-11-21 10:12:03Z``."""
    return datetime.datetime.fromtimestamp(int(now), datetime.UTC).strftime("%Y-%m-%d %H:%M:%SZ")
