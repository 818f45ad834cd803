"""``stack hook poll`` and ``stack hook clear``: list the resources that wait at a hook, and clear the hooks.

As in Heat, only events tell that a resource waits: "… paused until Hook pre-create is cleared", without a later event
that clears it.
"""

from __future__ import annotations

import argparse
import fnmatch
import re
from collections.abc import Iterable
from typing import Any

from cliff.lister import Lister

from heatlite import exception
from heatlite.cmd.base import EngineCommand
from heatlite.cmd.records import Record, event_record, rows
from heatlite.rpc.queries import EventQuery

COLUMNS = ["Resource Name", "ID", "Resource Status Reason", "Resource Status", "Event Time"]
HOOKS = ("pre-create", "pre-update", "pre-delete", "post-create", "post-update", "post-delete")
PAUSED, CLEARED = re.compile(r"paused until Hook (\S+) is cleared"), re.compile(r"^Hook (\S+) is cleared")


def pending(events: Iterable[Record]) -> list[Record]:
    """Return the events of hooks that aren't cleared, from a stack's events, oldest first. Each has its ``hook``."""
    found: dict[tuple[str, str, str], Record] = {}
    for event in events:
        reason = event["resource_status_reason"] or ""
        if reached := PAUSED.search(reason):
            found[event["stack_id"], event["resource_name"], reached[1]] = {**event, "hook": reached[1]}
        elif cleared := CLEARED.search(reason):
            found.pop((event["stack_id"], event["resource_name"], cleared[1]), None)
    return list(found.values())


class HookCommand(EngineCommand):
    """The common part of both commands."""

    def at_hooks(self, identity: Record, nested_depth: int | None) -> list[Record]:
        """Return the events of the running operation that report uncleared hooks. None when no operation runs."""
        if self.show(identity)["stack_status"] != "IN_PROGRESS":
            return []
        query = EventQuery(sort_dir="asc", nested_depth=nested_depth)
        return pending(map(event_record, self.client.list_events(self.context, identity, query)))


class PollHooks(HookCommand, Lister):
    """List the resources that wait at a hook"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("stack", metavar="STACK", help="name or id")
        parser.add_argument("--nested-depth", metavar="DEPTH", type=int, help="also in nested stacks, so many levels")

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return column titles and one row for each waiting resource."""
        columns = [*COLUMNS, "Stack Name"] if parsed_args.nested_depth else COLUMNS
        return columns, rows(columns, self.at_hooks(self.identify(parsed_args.stack), parsed_args.nested_depth))


class ClearHooks(HookCommand):
    """Let resources continue that wait at a hook"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("stack", metavar="STACK", help="name or id")
        parser.add_argument(
            "hook",
            metavar="RESOURCE",
            nargs="+",
            help="resource names; nested/deeper/name for nested stacks; * matches several",
        )
        chosen = parser.add_mutually_exclusive_group()
        for hook in HOOKS:
            chosen.add_argument(f"--{hook}", dest="kind", action="store_const", const=hook, help=f"only {hook} hooks")

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Clear the hooks that resources wait at.

        :raises CommandError: when none of the resources waits
        """
        identity = self.identify(parsed_args.stack)
        cleared = [self.clear(identity, written, parsed_args.kind) for written in parsed_args.hook]
        missed = [written for written, count in zip(parsed_args.hook, cleared, strict=True) if not count]
        if missed:
            raise exception.CommandError(reason=f"No resource named {', '.join(missed)} waits at a hook")

    def clear(self, identity: Record, written: str, kind: str | None) -> int:
        """Clear the hooks that one argument names. Return how many."""
        *owners, name = [part for part in written.split("/") if part] or [""]
        stacks = [identity]
        for owner in owners:
            stacks = [child for stack in stacks for child in self.children(stack, owner)]
        found = [(stack, event) for stack in stacks for event in self.at_hooks(stack, None)]
        chosen = [(stack, event) for stack, event in found if matches(event, name, kind)]
        for stack, event in chosen:
            self.client.resource_signal(self.context, stack, event["resource_name"], {"unset_hook": event["hook"]})
            self.app.tell(f"Cleared {event['hook']} of {event['resource_name']} in stack {stack['stack_name']}")
        return len(chosen)

    def children(self, identity: Record, pattern: str) -> list[Record]:
        """Return the nested stacks of resources whose names match."""
        found = self.client.list_stack_resources(self.context, identity)
        fitting = [it for it in found if fnmatch.fnmatchcase(it["resource_name"], pattern)]
        return [it["nested_stack_id"] for it in fitting if it.get("nested_stack_id")]


def matches(event: Record, name: str, kind: str | None) -> bool:
    """Tell whether an event's resource and kind of hook are to be cleared."""
    return fnmatch.fnmatchcase(event["resource_name"], name) and kind in (None, event["hook"])
