"""``stack plan``: what an update would do, as a text to be read; with ``--out``, a file that ``stack update`` takes."""

from __future__ import annotations

import argparse

from heatlite.cmd.base import EngineCommand
from heatlite.cmd.inputs import add_environment_options
from heatlite.cmd.plans import Plan
from heatlite.cmd.streams import raw
from heatlite.cmd.update_request import add_update_options, update_request

CHANGES = 2
"""The exit status where something would be done and that was asked for, as of ``terraform plan``."""


class PlanStack(EngineCommand):
    """Tell what an update would do, and why; nothing is done"""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument("stack", metavar="STACK", help="name or id")
        parser.add_argument("-t", "--template", metavar="FILE", help="YAML or JSON")
        add_environment_options(parser)
        parser.add_argument("--timeout", metavar="MINUTES", type=int, help="time the update may take")
        parser.add_argument("--tags", metavar="TAG,TAG…", help="tags of the stack")
        add_update_options(parser)
        parser.add_argument("--out", metavar="FILE", help="keep the plan, for stack update --plan FILE")
        parser.add_argument("--detailed-exitcode", action="store_true", help="end with 2 where there are changes")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        """The exit status."""
        identity, request = self.identify(parsed_args.stack), update_request(parsed_args)
        reply = self.client.plan_update(self.context, identity, request)
        plan = Plan(identity, request, reply["changes"], reply["digest"])
        raw(self.app.stdout).write(plan.text(colours=self.app.stdout.isatty()))
        if parsed_args.out:
            plan.save(parsed_args.out)
            name = identity["stack_name"]
            self.app.tell(f"Kept in {parsed_args.out}. To do it: heatlite stack update --plan {parsed_args.out} {name}")
        return CHANGES if parsed_args.detailed_exitcode and plan.does_something else 0
