"""``stack drift``: whether what is physical still is what the stack says, by each plugin's own check.

Engines only look: rows stay as they are, and where a check takes several steps, what lies between them is kept here.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cliff.lister import Lister

from heatlite.cmd.base import EngineCommand
from heatlite.cmd.plans import value
from heatlite.cmd.records import rows
from heatlite.drawing.markup import in_line, shortened

if TYPE_CHECKING:
    from heatlite.rpc.engine_client import Identity, Record

COLUMNS = ["resource_name", "resource_type", "finding", "details"]
DRIFTED = 2
REASON_COLUMNS = 200


class FindDrift(EngineCommand, Lister):
    """Find resources that are no longer what the stack says; nothing is changed"""

    drifted = False

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument("stack", metavar="STACK", help="name or id")
        parser.add_argument("--all", action="store_true", help="tell also of resources that are as they should be")
        parser.add_argument(
            "--time-limit", metavar="SECONDS", type=float, default=300.0, help="for each resource's check (300)"
        )
        parser.add_argument("--detailed-exitcode", action="store_true", help="end with 2 where something differs")
        return parser

    def run(self, parsed_args: argparse.Namespace) -> int:
        """The exit status."""
        status = super().run(parsed_args)
        return DRIFTED if status == 0 and self.drifted and parsed_args.detailed_exitcode else status

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column titles and one row for each finding."""
        found = list(self.looks(self.identify(parsed_args.stack), "", parsed_args.time_limit))
        self.drifted = any(it["finding"] == "differs" for it in found)
        told = [it for it in found if parsed_args.all or it["finding"] != "same"]
        same = sum(it["finding"] == "same" for it in found)
        self.app.tell(f"{len(found)} resources looked at, {same} as they should be.")
        return COLUMNS, rows(COLUMNS, told)

    def looks(self, identity: Identity, path: str, time_limit: float) -> Iterator[Record]:
        """What was found of each resource, those of nested stacks in place of the resources that these are."""
        for resource in self.client.list_stack_resources(self.context, identity):
            name = resource["resource_name"]
            look = self.look(identity, name, time_limit)
            if nested := look.get("nested_stack_id"):
                yield from self.looks(nested, f"{path}{name}.", time_limit)
                continue
            yield {
                "resource_name": path + name,
                "resource_type": resource["resource_type"],
                "finding": look["finding"],
                "details": details(look),
            }

    def look(self, identity: Identity, name: str, time_limit: float) -> Record:
        """The look at one resource, step by step until it is over or the time is."""
        began = self.app.clock.monotonic()
        look = self.client.look_for_drift(self.context, identity, name)
        while look["finding"] == "waiting":
            left = began + time_limit - self.app.clock.monotonic()
            if left <= 0:
                return {**look, "finding": "not looked at", "reason": f"its check took over {time_limit:g} seconds"}
            self.app.clock.sleep(min(max(look["poll_after"], 0.05), left))
            look = self.client.look_for_drift(self.context, identity, name, [look["progress"]])
        return look


def details(look: Record) -> str:
    """What differs, on one line."""
    told = [in_line(shortened(look["reason"], REASON_COLUMNS))] if look["reason"] else []
    told += [f"{name}: {value(was)} → {value(now)}" for name, (was, now) in sorted(look["attributes"].items())]
    return "; ".join(told)
