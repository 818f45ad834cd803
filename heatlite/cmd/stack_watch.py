"""``stack watch``: shows a stack's operation until its end, live on a terminal or by lines, or serves a page of it."""

from __future__ import annotations

import argparse
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from heatlite import exception
from heatlite.cmd import options, progress
from heatlite.cmd.base import EngineCommand
from heatlite.cmd.records import event_record
from heatlite.rpc.queries import EventQuery

if TYPE_CHECKING:
    from heatlite.rpc.engine_client import Identity, Record

POLL = 2.0  # seconds
HERE = "127.0.0.1:0"


class WatchStack(EngineCommand):
    """Watch a stack's operation until its end"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("stack", metavar="STACK", help="name or id")
        parser.add_argument(
            "--poll",
            metavar="SECONDS",
            type=options.positive_seconds,
            default=POLL,
            help="longest pause between two polls (2)",
        )
        parser.add_argument(
            "--nested-depth", metavar="DEPTH", type=int, default=0, help="levels of nested stacks to watch too (0)"
        )
        parser.add_argument(
            "--serve",
            metavar="ADDRESS",
            nargs="?",
            const=HERE,
            help=f"show graph, timeline, events and drift on a page of a browser ({HERE}; port 0: any free one)",
        )

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        """Watch the operation. Return the exit status: 0 when it ended COMPLETE."""
        identity = self.identify(parsed_args.stack)
        if parsed_args.serve:
            return self.serve(identity, parsed_args)
        stack = self.show(identity)
        outcome = progress.judge(stack["stack_action"], stack)
        if outcome is None:
            target = self.target(identity, stack["stack_action"], self.before_operation(identity))
            outcome = self.wait(replace(target, nested_depth=parsed_args.nested_depth), parsed_args.poll)
        else:
            self.app.tell(f"{outcome.line}: no operation is running")
        return 0 if outcome.status == "COMPLETE" else 1

    def serve(self, identity: Identity, parsed_args: argparse.Namespace) -> int:
        """Serve the page until Ctrl-C.

        :raises CommandError: when the address can't be used
        """
        from heatlite.cmd.live_stack import LiveStack

        stack = LiveStack(self.client, self.context, self.app.clock, identity, parsed_args.nested_depth)
        try:
            server = stack.server(*address(parsed_args.serve))
        except (OSError, OverflowError) as error:
            raise exception.CommandError(reason=f"{parsed_args.serve} can't be used: {error}") from None
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.app.tell(f"{server.url}\nCtrl-C ends the page.")
        try:
            stack.follow(parsed_args.poll)
        finally:
            stack.board.close()
            server.shutdown()
            server.server_close()
        return 0

    def before_operation(self, identity: Identity) -> str | None:
        """Return the id of the last event before the running operation began."""
        filters = {"physical_resource_id": identity["stack_id"], "resource_status": "IN_PROGRESS"}
        begins = self.events(identity, EventQuery(filters=filters, limit=1, sort_dir="desc"))
        if not begins:
            return None
        earlier = self.events(identity, EventQuery(limit=1, sort_dir="desc", marker=begins[0]["id"]))
        return earlier[0]["id"] if earlier else None

    def events(self, identity: Identity, query: EventQuery) -> list[Record]:
        """List the events that a query asks for, as records."""
        return [event_record(reply) for reply in self.client.list_events(self.context, identity, query)]


def address(text: str) -> tuple[str, int]:
    """Split ``HOST:PORT``.

    :raises CommandError: when it is something else
    """
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise exception.CommandError(reason=f"--serve takes HOST:PORT, such as {HERE}, not {text}")
    return host.strip("[]"), int(port)
