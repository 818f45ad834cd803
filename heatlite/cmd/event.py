"""``stack event list``, a log by default or a table in any of cliff's formats, and ``stack event show``."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Iterable, Iterator
from importlib.metadata import EntryPoint
from typing import Any, TextIO

from cliff.formatters.base import ListFormatter
from cliff.lister import Lister
from cliff.show import ShowOne
from stevedore.extension import Extension, ExtensionManager

from heatlite import exception
from heatlite.cmd import options
from heatlite.cmd.base import EngineCommand
from heatlite.cmd.event_log import EventLog
from heatlite.cmd.records import Record, details, event_record, rows
from heatlite.rpc.queries import EventQuery

FOLLOW_POLL = 1.0  # seconds between two polls for new events
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
        """Add no options."""

    def emit_list(
        self, column_names: Any, data: Iterable[Any], stdout: TextIO, parsed_args: argparse.Namespace
    ) -> None:
        """Write one line for each event record in ``data``."""
        log = EventLog()
        for event in data:
            stdout.write(f"{log.line(event)}\n")


class ListEvents(EngineCommand, Lister):
    """List a stack's events"""

    formatter_default = "log"

    def _load_formatter_plugins(self) -> ExtensionManager:
        manager = super()._load_formatter_plugins()
        origin = EntryPoint("log", f"{__name__}:LogFormatter", self.formatter_namespace)
        manager.extensions.append(Extension("log", origin, LogFormatter, LogFormatter()))
        return manager

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("stack", metavar="STACK", help="name or id")
        parser.add_argument("--resource", metavar="RESOURCE", help="only events of this resource")
        parser.add_argument("--filter", metavar="KEY=VALUE", action="append", help="repeatable")
        parser.add_argument("--limit", metavar="NUMBER", type=int, help="list at most this many")
        parser.add_argument("--marker", metavar="ID", help="only events after the one with this id")
        parser.add_argument(
            "--nested-depth", metavar="DEPTH", type=int, help="also events of nested stacks, so many levels down"
        )
        parser.add_argument(
            "--sort",
            metavar="KEY[:DIRECTION]",
            action="append",
            help="asc or desc; :desc alone sorts by time, newest first; repeatable",
        )
        parser.add_argument("--follow", action="store_true", help="print events as they arrive, until Ctrl-C; as a log")

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[list[str], Iterable[Any]]:
        """Return column titles and one row for each event; for the log, return the records themselves."""
        if parsed_args.resource and parsed_args.nested_depth:
            raise exception.CommandError(reason="--nested-depth can't be used with --resource")
        keys = options.sort_keys(parsed_args.sort, "event_time")
        identity = self.identify(parsed_args.stack)
        if parsed_args.follow:
            self.formatter = LogFormatter()
            return [], self.follow(identity, event_query(parsed_args, []))
        replies = self.client.list_events(self.context, identity, event_query(parsed_args, keys))
        events = options.sort_records([event_record(reply) for reply in replies], keys)
        if parsed_args.formatter == "log":
            return [], events
        columns = COLUMNS + (["stack_name"] if parsed_args.nested_depth else []) + ["logical_resource_id"]
        return columns, rows(columns, events)

    def follow(self, identity: Record, query: EventQuery) -> Iterator[Record]:
        """Yield events as they arrive. With an embedded engine they end with its work."""
        while True:
            goes_on = not self.session.embedded or self.session.unfinished()
            for reply in self.client.list_events(self.context, identity, query):
                event = event_record(reply)
                query = dataclasses.replace(query, marker=event["id"])
                yield event
                self.app.stdout.flush()
            if not goes_on:
                return
            self.app.clock.sleep(FOLLOW_POLL)


class ShowEvent(EngineCommand, ShowOne):
    """Show one event of a stack"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("stack", metavar="STACK", help="name or id")
        parser.add_argument("resource", metavar="RESOURCE", help="resource of the event")
        parser.add_argument("event", metavar="EVENT", help="id of the event")

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        """Return the names and values of the event's fields.

        :raises CommandError: when there is no such event
        """
        filters = {"uuid": parsed_args.event, "resource_name": parsed_args.resource}
        identity = self.identify(parsed_args.stack)
        found = self.client.list_events(self.context, identity, EventQuery(filters=filters))
        if not found:
            raise exception.CommandError(reason=f"The resource {parsed_args.resource} has no event {parsed_args.event}")
        return details(dict(sorted(event_record(found[0]).items())), parsed_args.formatter)


def event_query(parsed_args: argparse.Namespace, keys: list[options.SortKey]) -> EventQuery:
    """Turn the options into a query: oldest first, unless the first sort key sets another order."""
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
