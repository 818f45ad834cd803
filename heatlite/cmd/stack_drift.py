"""``stack drift``: compares physical resources with the stack's state, using each plugin's own check.

Engines only read: rows stay unchanged. When a check takes several steps, this process keeps the progress between them.
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
    """Find resources that differ from the stack's state; nothing is changed"""

    drifted = False

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument("stack", metavar="STACK", help="name or id")
        parser.add_argument("--all", action="store_true", help="also list resources without differences")
        parser.add_argument(
            "--time-limit", metavar="SECONDS", type=float, default=300.0, help="time for each resource's check (300)"
        )
        parser.add_argument("--detailed-exitcode", action="store_true", help="exit with 2 if something differs")
        return parser

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Run the command. Return the exit status."""
        status = super().run(parsed_args)
        return DRIFTED if status == 0 and self.drifted and parsed_args.detailed_exitcode else status

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return column titles and one row for each finding."""
        found = list(self.looks(self.identify(parsed_args.stack), "", parsed_args.time_limit))
        self.drifted = any(it["finding"] == "differs" for it in found)
        shown = [it for it in found if parsed_args.all or it["finding"] != "same"]
        same = sum(it["finding"] == "same" for it in found)
        self.app.tell(f"{len(found)} resources checked, {same} without differences.")
        return COLUMNS, rows(COLUMNS, shown)

    def looks(self, identity: Identity, path: str, time_limit: float) -> Iterator[Record]:
        """Yield the finding for each resource. A nested stack's findings replace that of its resource."""
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
        """Check one resource, step by step, until it is done or the time is over."""
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
    """Describe the differences on one line."""
    parts = [in_line(shortened(look["reason"], REASON_COLUMNS))] if look["reason"] else []
    for of, word in (("properties", ""), ("attributes", "attribute ")):
        parts += [f"{word}{name}: {value(was)} → {value(now)}" for name, (was, now) in sorted(look[of].items())]
    return "; ".join(parts)
