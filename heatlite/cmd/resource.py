"""``stack resource list`` and ``stack resource show``."""

from __future__ import annotations

import argparse
from typing import Any

from cliff.lister import Lister
from cliff.show import ShowOne

from heatlite.cmd import options
from heatlite.cmd.base import EngineCommand
from heatlite.cmd.records import details, resource_record, rows

COLUMNS = ["resource_name", "physical_resource_id", "resource_type", "resource_status", "updated_time"]


class ListResources(EngineCommand, Lister):
    """List a stack's resources"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("stack", metavar="STACK", help="name or id")
        parser.add_argument("--long", action="store_true", help="more columns")
        parser.add_argument(
            "-n",
            "--nested-depth",
            metavar="DEPTH",
            type=int,
            default=0,
            help="also resources of nested stacks, so many levels down",
        )
        parser.add_argument(
            "--filter",
            metavar="KEY=VALUE",
            action="append",
            help="only resources whose name, status, type, action, id or physical_resource_id is this; repeatable",
        )

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return column titles and one row for each resource."""
        resources = self.client.list_stack_resources(
            self.context,
            self.identify(parsed_args.stack),
            nested_depth=parsed_args.nested_depth,
            with_detail=parsed_args.long,
            filters=options.key_values(parsed_args.filter, "--filter"),
        )
        columns = COLUMNS + (["stack_name"] if parsed_args.nested_depth or parsed_args.long else [])
        return columns, rows(columns, [resource_record(resource) for resource in resources])


class ShowResource(EngineCommand, ShowOne):
    """Show one resource of a stack"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("stack", metavar="STACK", help="name or id")
        parser.add_argument("resource", metavar="RESOURCE", help="name of the resource in the template")
        parser.add_argument(
            "--with-attr", metavar="ATTRIBUTE", action="append", help="also show this attribute; repeatable"
        )

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        """Return the names and values of the resource's fields, sorted by name."""
        identity = self.identify(parsed_args.stack)
        resource = self.client.describe_stack_resource(
            self.context, identity, parsed_args.resource, parsed_args.with_attr
        )
        return details(dict(sorted(resource_record(resource).items())), parsed_args.formatter)
