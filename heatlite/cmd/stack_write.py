"""``stack create`` and ``stack update``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from cliff.show import ShowOne

from heatlite import exception
from heatlite.cmd import options
from heatlite.cmd.base import EngineCommand
from heatlite.cmd.inputs import add_environment_options, add_hooks, params
from heatlite.cmd.plans import Plan
from heatlite.cmd.records import STACK_SUMMARY, details, stack_record
from heatlite.cmd.update_request import add_update_options, update_args, update_request

if TYPE_CHECKING:
    from heatlite.rpc.engine_client import Identity, Record

DEFAULT_POLL = 5.0  # seconds, as in Heat's client


class WriteStack(EngineCommand, ShowOne):
    """The common part of create and update: the inputs, the wait, and the summary."""

    def add_inputs(self, parser: argparse.ArgumentParser, template_required: bool) -> None:
        """Add the options for the stack's inputs and for waiting."""
        parser.add_argument("-t", "--template", metavar="FILE", required=template_required, help="YAML or JSON")
        add_environment_options(parser)
        parser.add_argument("--dry-run", action="store_true", help="show what would be done, without doing it")
        parser.add_argument("--timeout", metavar="MINUTES", type=int, help="time the operation may take")
        parser.add_argument("--tags", metavar="TAG,TAG…", help="tags of the stack")
        parser.add_argument("--wait", action="store_true", help="wait until it is COMPLETE or FAILED")
        parser.add_argument(
            "--poll",
            metavar="SECONDS",
            type=options.positive_seconds,
            default=DEFAULT_POLL,
            help="longest pause between two polls while waiting (5)",
        )

    def finish(
        self, parsed_args: argparse.Namespace, identity: Identity, action: str, marker: str | None
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        """Wait if requested, then return the stack's summary.

        :raises CommandError: when the operation that was waited for failed
        """
        if self.waits(parsed_args):
            self.wait(self.target(identity, action, marker), parsed_args.poll).check()
        record = stack_record(self.show(identity))
        return details({name: record[name] for name in STACK_SUMMARY}, parsed_args.formatter)


class CreateStack(WriteStack):
    """Create a stack"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("name", metavar="STACK-NAME", help="name of the new stack")
        self.add_inputs(parser, template_required=True)
        parser.add_argument("--enable-rollback", action="store_true", help="roll back on failure")
        parser.add_argument(
            "--pre-create", metavar="RESOURCE", action="append", help="pause before creating this resource; repeatable"
        )

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        """Return the new stack's summary."""
        from heatlite.cmd.files import Files

        files = Files()
        template = files.load_template(parsed_args.template)
        environment = params(parsed_args, files, template)
        add_hooks(environment, "pre-create", parsed_args.pre_create)
        args = options.stack_args(parsed_args) | {"disable_rollback": not parsed_args.enable_rollback}
        request = parsed_args.name, template, environment, files.contents, args
        if parsed_args.dry_run:
            return details(stack_record(self.client.preview_stack(self.context, *request)), parsed_args.formatter)
        identity = self.client.create_stack(self.context, *request)
        return self.finish(parsed_args, identity, "CREATE", None)


class UpdateStack(WriteStack):
    """Update a stack"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("stack", metavar="STACK", help="name or id")
        self.add_inputs(parser, template_required=False)
        add_update_options(parser)
        parser.add_argument("--show-nested", action="store_true", help="with --dry-run, also show nested stacks")
        parser.add_argument(
            "--plan", metavar="FILE", help="carry out the plan that stack plan --out wrote, and nothing else"
        )

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        """Return the updated stack's summary.

        :raises CommandError: when there is nothing to update to, or the plan isn't for this stack
        """
        if parsed_args.plan:
            identity = self.identify(parsed_args.stack)
            plan = self.plan(parsed_args, identity)
            marker = self.last_event(identity) if self.waits(parsed_args) else None
            self.client.update_as_planned(self.context, identity, **plan.request, digest=plan.digest)
            return self.finish(parsed_args, identity, "UPDATE", marker)
        request = update_request(parsed_args)
        identity = self.identify(parsed_args.stack)
        if parsed_args.dry_run and parsed_args.refresh:
            raise exception.CommandError(
                reason="A dry run looks at no real resource: use heatlite stack plan --refresh"
            )
        if parsed_args.dry_run:
            request["args"] = {**request["args"], "show_nested": parsed_args.show_nested}
            return changes(self.client.preview_update_stack(self.context, identity, **request), parsed_args.formatter)
        marker = self.last_event(identity) if self.waits(parsed_args) else None
        self.client.update_stack(self.context, identity, **request)
        return self.finish(parsed_args, identity, "UPDATE", marker)

    def plan(self, parsed_args: argparse.Namespace, identity: Identity) -> Plan:
        """Return the plan to carry out.

        :raises CommandError: when it is another stack's, or other options are given too
        """
        plan = Plan.load(parsed_args.plan)
        given = (parsed_args.template, parsed_args.environment, parsed_args.parameter, parsed_args.parameter_file)
        more = (parsed_args.tags, parsed_args.timeout, parsed_args.pre_update)
        if any(given) or any(more) or parsed_args.dry_run or update_args(parsed_args):
            raise exception.CommandError(reason="A plan contains the whole request: give no other options with --plan")
        if plan.identity["stack_id"] != identity["stack_id"]:
            raise exception.CommandError(reason=f"{parsed_args.plan} is a plan for stack {plan.identity['stack_name']}")
        return plan


def changes(by_kind: dict[str, list[Record]], formatter: str) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """Return what an update would do: for each kind of change, the names and types of the resources."""
    shown = {
        kind: [{name: each[name] for name in ("resource_name", "resource_type")} for each in found]
        for kind, found in sorted(by_kind.items())
    }
    return details(shown, formatter)
