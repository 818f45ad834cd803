"""``stack resource metadata``, ``signal``, ``mark unhealthy`` and ``move``."""

from __future__ import annotations

import argparse
import json
from typing import Any

from heatlite import exception
from heatlite.cmd.base import Document, EngineCommand, ShowDocument
from heatlite.cmd.records import details


def add_resource_arguments(parser: argparse.ArgumentParser) -> None:
    """Add ``STACK RESOURCE``."""
    parser.add_argument("stack", metavar="STACK", help="name or id")
    parser.add_argument("resource", metavar="RESOURCE", help="name of the resource in the template")


class ShowMetadata(ShowDocument):
    """Show a resource's metadata"""

    formatter_default = "json"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_resource_arguments(parser)

    def take_action(self, parsed_args: argparse.Namespace) -> Document:
        """Return the metadata, as the template and signals have set it."""
        identity = self.identify(parsed_args.stack)
        resource = self.client.describe_stack_resource(self.context, identity, parsed_args.resource)
        return details(resource["metadata"], parsed_args.formatter)


class SignalResource(EngineCommand):
    """Signal a resource"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_resource_arguments(parser)
        sent = parser.add_mutually_exclusive_group()
        sent.add_argument("--data", metavar="JSON", help="data of the signal")
        sent.add_argument("--data-file", metavar="FILE", help="data of the signal, from a file or a URL")

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Send the signal. It is effective when this returns.

        :raises CommandError: when the data isn't JSON
        """
        data = signal_data(parsed_args)
        self.client.resource_signal(self.context, self.identify(parsed_args.stack), parsed_args.resource, data)


class MarkUnhealthy(EngineCommand):
    """Mark a resource as unhealthy, so that the next update replaces it"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("stack", metavar="STACK", help="name or id")
        parser.add_argument(
            "resource", metavar="RESOURCE", help="name of the resource in the template, or its physical resource id"
        )
        parser.add_argument("reason", metavar="REASON", nargs="?", default="", help="reason for the mark")
        parser.add_argument("--reset", action="store_true", help="remove the mark")

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Set or remove the mark."""
        identity = self.identify(parsed_args.stack)
        unhealthy, reason = not parsed_args.reset, parsed_args.reason
        self.client.resource_mark_unhealthy(self.context, identity, parsed_args.resource, unhealthy, reason)


def signal_data(parsed_args: argparse.Namespace) -> Any:
    """Return the data to send, or None.

    :raises CommandError: when it isn't JSON
    """
    text = parsed_args.data
    if parsed_args.data_file:
        from heatlite.cmd import fetch, files

        try:
            text = fetch.read(files.file_url(parsed_args.data_file)).decode()
        except (fetch.CannotRead, UnicodeDecodeError) as error:
            raise exception.CommandError(reason=f"--data-file: {error}") from None
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError as error:
        raise exception.CommandError(reason=f"Data should be in JSON format: {error}") from None


class MoveResource(EngineCommand):
    """Move a resource to another stack or name, without touching what is real; the stored templates follow"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_resource_arguments(parser)
        parser.add_argument("--to", metavar="STACK", help="name or id of the stack that gets it (its own)")
        parser.add_argument("--name", metavar="NAME", help="name of the resource there (the present one)")

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Move the resource.

        :raises CommandError: when neither another stack nor another name is given
        """
        if parsed_args.to is None and parsed_args.name is None:
            raise exception.CommandError(reason="Name another stack with --to, or another name with --name")
        identity = self.identify(parsed_args.stack)
        target = None if parsed_args.to is None else self.identify(parsed_args.to)
        self.client.move_resource(
            self.context, identity, parsed_args.resource, target_identity=target, new_name=parsed_args.name
        )
        place = f"{(target or identity)['stack_name']}: {parsed_args.name or parsed_args.resource}"
        self.app.tell(f"Moved to {place}. Change your own template files likewise.")
