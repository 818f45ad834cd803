"""``stack list`` and ``stack show``."""

from __future__ import annotations

import argparse
from typing import Any

from cliff.lister import Lister
from cliff.show import ShowOne

from heatlite.cmd import options
from heatlite.cmd.base import EngineCommand
from heatlite.cmd.records import Record, details, rows, stack_record
from heatlite.rpc.queries import StackQuery

TAG_MODES = {None: "tags", "any": "tags_any", "not": "not_tags", "not-any": "not_tags_any"}
"""The query field of ``--tags``, by ``--tag-mode``."""
ENGINE_SORTS_BY = ("stack_name", "stack_status", "creation_time", "updated_time")


class ListStacks(EngineCommand, Lister):
    """List stacks"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--deleted", action="store_true", help="also deleted stacks")
        parser.add_argument("--nested", action="store_true", help="also nested stacks")
        parser.add_argument(
            "--property",
            metavar="KEY=VALUE",
            action="append",
            help="only stacks whose name, id, status, action … is this; repeatable",
        )
        parser.add_argument("--hidden", action="store_true", help="also stacks with a tag that hides them")
        parser.add_argument("--project", metavar="ID", help="only stacks of this project; for administrators")
        parser.add_argument("--all-projects", action="store_true", help="stacks of every project; for administrators")
        parser.add_argument("--tags", metavar="TAG,TAG…", type=options.words, help="only stacks with all these tags")
        parser.add_argument(
            "--tag-mode",
            metavar="MODE",
            choices=sorted(filter(None, TAG_MODES)),
            help="any: stacks with one of the tags; not: stacks without all of them; not-any: stacks with none",
        )
        parser.add_argument(
            "--drifted", action="store_true", help="only stacks in which the observer saw something changed outside"
        )
        parser.add_argument("--limit", metavar="NUMBER", type=int, help="list at most this many")
        parser.add_argument("--marker", metavar="ID", help="only stacks after the one with this id")
        parser.add_argument("--sort", metavar="KEY[:DIRECTION]", action="append", help="asc or desc; repeatable")
        parser.add_argument("--short", action="store_true", help="fewer columns")
        parser.add_argument("--long", action="store_true", help="more columns")

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return column titles and one row for each stack."""
        keys = options.sort_keys(parsed_args.sort, "creation_time")
        crosses = bool(parsed_args.project or parsed_args.all_projects)
        context = {**self.context, "is_admin": True} if crosses else self.context
        lists = self.client.list_drifted if parsed_args.drifted else self.client.list_stacks
        stacks = lists(context, stack_query(parsed_args, keys))
        records = options.sort_records([listed_record(stack) for stack in stacks], keys)
        columns = stack_columns(parsed_args)
        return columns, rows(columns, records)


def stack_query(parsed_args: argparse.Namespace, keys: list[options.SortKey]) -> StackQuery:
    """Turn the options into a query. The engine sorts too, so that a limited list has the right stacks."""
    known = [key for key in keys if key.field in ENGINE_SORTS_BY]
    filters = options.key_values(parsed_args.property, "--property")
    if parsed_args.project:
        filters["tenant"] = parsed_args.project
    tags = {TAG_MODES[parsed_args.tag_mode]: parsed_args.tags} if parsed_args.tags else {}
    return StackQuery(
        limit=parsed_args.limit,
        marker=parsed_args.marker,
        sort_keys=[key.field for key in known] or None,
        sort_dir=known[0].direction if known else None,
        filters=filters or None,
        show_deleted=parsed_args.deleted,
        show_nested=parsed_args.nested,
        show_hidden=parsed_args.hidden,
        **tags,
    )


def listed_record(reply: Record) -> Record:
    """Convert a stack of a list, with its project."""
    return {**stack_record(reply), "project": reply["stack_identity"]["tenant"]}


def stack_columns(parsed_args: argparse.Namespace) -> list[str]:
    """Return the column titles for the options."""
    columns = ["ID", "Stack Name"]
    columns += ["Project"] if parsed_args.project or parsed_args.all_projects else []
    columns += ["Stack Owner"] if parsed_args.long else []
    columns += ["Stack Status"]
    columns += ["Drifted"] if parsed_args.drifted else []
    columns += [] if parsed_args.short else ["Creation Time", "Updated Time"]
    columns += ["Parent"] if parsed_args.nested else []
    return columns + (["Deletion Time"] if parsed_args.deleted else [])


class ShowStack(EngineCommand, ShowOne):
    """Show one stack"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("stack", metavar="STACK", help="name or id")
        parser.add_argument("--no-resolve-outputs", action="store_true", help="leave out the values of outputs")

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        """Return the names and values of all of the stack's fields."""
        identity = self.identify(parsed_args.stack)
        stack = self.show(identity, resolve_outputs=not parsed_args.no_resolve_outputs)
        return details(stack_record(stack), parsed_args.formatter)
