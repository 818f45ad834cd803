"""``stack output list`` and ``stack output show``."""

from __future__ import annotations

import argparse
from typing import Any

from cliff.lister import Lister
from cliff.show import ShowOne

from heatlite import exception
from heatlite.cmd.base import EngineCommand
from heatlite.cmd.records import cell, details, rows

COLUMNS = ["output_key", "description"]


class ListOutputs(EngineCommand, Lister):
    """List a stack's outputs"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("stack", metavar="STACK", help="name or id")

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return column titles and one row for each output."""
        outputs = self.client.list_outputs(self.context, self.identify(parsed_args.stack))
        return COLUMNS, rows(COLUMNS, outputs)


class ShowOutput(EngineCommand, ShowOne):
    """Show the value of an output, or of all"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("stack", metavar="STACK", help="name or id")
        parser.add_argument("output", metavar="OUTPUT", nargs="?", help="name of the output in the template")
        parser.add_argument("--all", action="store_true", help="every output of the stack")

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[Any, Any]:
        """Return names and values: the fields of one output, or all outputs."""
        if parsed_args.all == bool(parsed_args.output):
            raise exception.CommandError(reason="Name one output, or ask for --all, and not both")
        identity = self.identify(parsed_args.stack)
        if parsed_args.all:
            outputs = self.show(identity, resolve_outputs=True).get("outputs", [])
            names = tuple(output["output_key"] for output in outputs)
            return names, tuple(cell(output, parsed_args.formatter) for output in outputs)
        output = self.client.show_output(self.context, identity, parsed_args.output)
        if "output_error" in output:
            raise exception.CommandError(reason=f"Output error: {output['output_error']}")
        return details(dict(sorted(output.items())), parsed_args.formatter)
