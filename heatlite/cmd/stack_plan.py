"""``stack plan``: prints what an update would do; ``--out`` writes a file that ``stack update`` accepts."""

from __future__ import annotations

import argparse

from heatlite import exception
from heatlite.cmd.base import EngineCommand
from heatlite.cmd.inputs import add_environment_options
from heatlite.cmd.plans import Plan
from heatlite.cmd.streams import raw
from heatlite.cmd.update_request import add_update_options, update_request
from heatlite.drawing.markup import in_line

CHANGES = 2
"""The exit status for changes, if requested, as with ``terraform plan``."""


class PlanStack(EngineCommand):
    """Show what an update would do, and why; nothing is done"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("stack", metavar="STACK", help="name or id")
        parser.add_argument("-t", "--template", metavar="FILE", help="YAML or JSON")
        add_environment_options(parser)
        parser.add_argument("--timeout", metavar="MINUTES", type=int, help="time the update may take")
        parser.add_argument("--tags", metavar="TAG,TAG…", help="tags of the stack")
        add_update_options(parser)
        parser.add_argument("--out", metavar="FILE", help="write the plan to a file, for stack update --plan FILE")
        parser.add_argument("--detailed-exitcode", action="store_true", help="exit with 2 if there are changes")

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        """Print the plan. Return the exit status."""
        identity, request = self.identify(parsed_args.stack), update_request(parsed_args)
        reply = self.client.plan_update(self.context, identity, **request)
        plan = Plan(identity, request, reply["changes"], reply["digest"])
        raw(self.app.stdout).write(plan.text(colours=self.app.stdout.isatty()))
        if "seen" in reply:
            self.app.tell(looked(reply["seen"], reply["unseen"]))
        if not plan.is_possible:
            raise exception.CommandError(reason="This update can't be carried out: see above what would fail")
        if parsed_args.out:
            plan.save(parsed_args.out)
            name = identity["stack_name"]
            self.app.tell(
                f"Written to {parsed_args.out}. To carry it out: heatlite stack update --plan {parsed_args.out} {name}"
            )
        return CHANGES if parsed_args.detailed_exitcode and plan.does_something else 0


def looked(seen: int, unseen: list[dict[str, str]]) -> str:
    """Tell how many real resources were looked at, and which couldn't be."""
    lines = [f"{in_line(it['resource_name'])} can't be looked at: {in_line(it['reason'])}" for it in unseen]
    return "\n".join([f"{seen} real resources were looked at.", *lines])
