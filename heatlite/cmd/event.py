"""``stack event list``: a log by default, or a table in any of cliff's formats."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from importlib.metadata import EntryPoint
from typing import Any, TextIO

from cliff.formatters.base import ListFormatter
from cliff.lister import Lister
from stevedore.extension import Extension, ExtensionManager

from heatlite import exception
from heatlite.cmd import options
from heatlite.cmd.base import EngineCommand
from heatlite.cmd.event_log import EventLog
from heatlite.cmd.records import event_record, rows
from heatlite.rpc.queries import EventQuery

COLUMNS = [
    "resource_name",
    "id",
    "resource_status",
    "resource_status_reason",
    "event_time",
    "physical_resource_id",
]


class LogFormatter(ListFormatter):
    """Writes event records as the lines of a log."""

    def add_argument_group(self, parser: argparse.ArgumentParser) -> None:
        """It has no options."""

    def emit_list(
        self, column_names: Any, data: Iterable[Any], stdout: TextIO, parsed_args: argparse.Namespace
    ) -> None:
        """Write one line for each event record in ``data``."""
        log = EventLog()
        for event in data:
            stdout.write(f"{log.line(event)}\n")


class ListEvents(EngineCommand, Lister):
    """List a stack's events"""

    @property
    def formatter_default(self) -> str:
        return "log"

    def _load_formatter_plugins(self) -> ExtensionManager:
        manager = super()._load_formatter_plugins()
        origin = EntryPoint("log", f"{__name__}:LogFormatter", self.formatter_namespace)
        manager.extensions.append(Extension("log", origin, LogFormatter, LogFormatter()))
        return manager

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument("stack", metavar="STACK", help="name or id")
        parser.add_argument("--resource", metavar="RESOURCE", help="only events of this resource")
        parser.add_argument("--filter", metavar="KEY=VALUE", action="append", help="repeatable")
        parser.add_argument("--limit", metavar="NUMBER", type=int, help="at most so many")
        parser.add_argument("--marker", metavar="ID", help="only events after the one with this id")
        parser.add_argument(
            "--nested-depth", metavar="DEPTH", type=int, help="also events of nested stacks, so many levels down"
        )
        parser.add_argument(
            "--sort",
            metavar="KEY[:DIRECTION]",
            action="append",
            help="asc or desc; :desc alone is by time, newest first; repeatable",
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[list[str], Iterable[Any]]:
        """Column titles and one row for each event; for the log, the records themselves."""
        if parsed_args.resource and parsed_args.nested_depth:
            raise exception.CommandError(reason="--nested-depth can't go together with --resource")
        keys = options.sort_keys(parsed_args.sort, "event_time")
        identity = self.identify(parsed_args.stack)
        replies = self.client.list_events(self.context, identity, event_query(parsed_args, keys))
        events = options.sort_records([event_record(reply) for reply in replies], keys)
        if parsed_args.formatter == "log":
            return [], events
        columns = COLUMNS + (["stack_name"] if parsed_args.nested_depth else []) + ["logical_resource_id"]
        return columns, rows(columns, events)


def event_query(parsed_args: argparse.Namespace, keys: list[options.SortKey]) -> EventQuery:
    """The options as a query: oldest first, unless the first sort key says otherwise."""
    filters = options.key_values(parsed_args.filter, "--filter")
    if parsed_args.resource:
        filters["resource_name"] = parsed_args.resource
    return EventQuery(
        filters=filters or None,
        limit=parsed_args.limit,
        marker=parsed_args.marker,
        sort_keys=[key.field for key in keys] or None,
        sort_dir=keys[0].direction if keys else "asc",
        nested_depth=parsed_args.nested_depth,
    )
