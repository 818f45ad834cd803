"""``stack drift``: compares physical resources with the stack's state, using each plugin's own check.

Engines only read: rows stay unchanged. When a check takes several steps, this process keeps the progress between them.
With ``--recorded`` nothing is looked at: it shows what the observer has recorded.
"""

from __future__ import annotations

import argparse
from typing import Any

from cliff.lister import Lister

from heatlite.cmd.base import EngineCommand
from heatlite.cmd.drift_looks import DriftLooks
from heatlite.cmd.records import Record, rows

COLUMNS = ["resource_name", "resource_type", "finding", "details"]
DRIFTED = 2


class FindDrift(EngineCommand, Lister):
    """Find resources that differ from the stack's state; nothing is changed"""

    drifted = False

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("stack", metavar="STACK", help="name or id")
        parser.add_argument("--all", action="store_true", help="also list resources without differences")
        parser.add_argument(
            "--time-limit", metavar="SECONDS", type=float, default=300.0, help="time for each resource's check (300)"
        )
        parser.add_argument("--detailed-exitcode", action="store_true", help="exit with 2 if something differs")
        parser.add_argument(
            "--recorded", action="store_true", help="show what the observer has recorded, and look at nothing"
        )

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Run the command. Return the exit status."""
        status = super().run(parsed_args)
        return DRIFTED if status == 0 and self.drifted and parsed_args.detailed_exitcode else status

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return column titles and one row for each finding."""
        if parsed_args.recorded:
            identity = self.identify(parsed_args.stack)
            return self._recorded(identity, self.client.show_drift(self.context, identity))
        looks = DriftLooks(self.client, self.context, self.app.clock, parsed_args.time_limit)
        found = list(looks.of(self.identify(parsed_args.stack)))
        self.drifted = any(it["finding"] == "differs" for it in found)
        shown = [it for it in found if parsed_args.all or it["finding"] != "same"]
        same = sum(it["finding"] == "same" for it in found)
        self.app.tell(f"{len(found)} resources checked, {same} without differences.")
        return COLUMNS, rows(COLUMNS, shown)

    def _recorded(self, identity: Record, reply: Record) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return column titles and one row for each resource that the observer saw differ."""
        found = [{**it, "finding": "differs"} for it in reply["drift"]]
        self.drifted = bool(found)
        if reply["looked_at"] is None:
            self.app.tell("The observer hasn't looked at this stack.")
        else:
            unseen = f", {reply['unseen']} couldn't be seen" if reply["unseen"] else ""
            self.app.tell(f"{reply['seen']} resources seen at {reply['looked_at']}{unseen}.")
        if reply["left_alone"]:
            self.app.tell(f"The stack asks to be kept, and isn't repaired: {reply['left_alone']}")
        is_nested = any(it["stack_id"] != identity["stack_id"] for it in found)
        columns = [*COLUMNS, "since", *(["stack_id"] if is_nested else [])]
        return columns, rows(columns, found)
