"""``stack create`` and ``stack update``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from cliff.show import ShowOne

from heatlite import exception
from heatlite.cmd import options
from heatlite.cmd.base import EngineCommand
from heatlite.cmd.records import STACK_SUMMARY, details, stack_record

if TYPE_CHECKING:
    from heatlite.cmd.files import Files
    from heatlite.rpc.engine_client import Identity, Record

DEFAULT_POLL = 5.0  # seconds, as in Heat's client


class WriteStack(EngineCommand, ShowOne):
    """What creating and updating share: their inputs, the wait, the summary at the end."""

    def add_inputs(self, parser: argparse.ArgumentParser, template_required: bool) -> None:
        """The options that say what the stack shall be and how to wait for it."""
        parser.add_argument("-t", "--template", metavar="FILE", required=template_required, help="YAML or JSON")
        parser.add_argument(
            "-e",
            "--environment",
            metavar="FILE",
            action="append",
            help="repeatable; a later one overrides",
        )
        parser.add_argument("--parameter", metavar="KEY=VALUE", action="append", help="repeatable, or separated by ;")
        parser.add_argument(
            "--parameter-file",
            metavar="KEY=FILE",
            action="append",
            help="a parameter whose value is the content of a file, relative to the template; repeatable",
        )
        parser.add_argument("--timeout", metavar="MINUTES", type=int, help="time the operation may take")
        parser.add_argument("--tags", metavar="TAG,TAG…", help="tags of the stack")
        parser.add_argument("--wait", action="store_true", help="wait until it is COMPLETE or FAILED")
        parser.add_argument(
            "--poll",
            metavar="SECONDS",
            type=options.positive_seconds,
            default=DEFAULT_POLL,
            help="longest pause between two looks while waiting (5)",
        )

    def params(self, parsed_args: argparse.Namespace, files: Files) -> Record:
        """The environment that the options make up; the files it names are added to ``files``."""
        from heatlite.cmd import environment

        named = options.key_values(parsed_args.parameter_file, "--parameter-file", semicolons=False)
        parameters = options.key_values(parsed_args.parameter, "--parameter")
        parameters |= environment.file_parameters(named, parsed_args.template)
        return environment.load_environments(parsed_args.environment, parameters, files)

    def finish(
        self, parsed_args: argparse.Namespace, identity: Identity, action: str, marker: str | None
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        """Wait where that is wanted, then the stack's summary.

        :raises CommandError: where what was waited for failed
        """
        if self.waits(parsed_args):
            self.wait(self.target(identity, action, marker), parsed_args.poll).check()
        record = stack_record(self.show(identity))
        return details({name: record[name] for name in STACK_SUMMARY}, parsed_args.formatter)


class CreateStack(WriteStack):
    """Create a stack"""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument("name", metavar="STACK-NAME", help="name of the new stack")
        self.add_inputs(parser, template_required=True)
        parser.add_argument("--enable-rollback", action="store_true", help="undo it where it fails")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        """The new stack's summary."""
        from heatlite.cmd.files import Files

        files = Files()
        template = files.load_template(parsed_args.template)
        params = self.params(parsed_args, files)
        args = options.stack_args(parsed_args) | {"disable_rollback": not parsed_args.enable_rollback}
        identity = self.client.create_stack(self.context, parsed_args.name, template, params, files.contents, args)
        return self.finish(parsed_args, identity, "CREATE", None)


class UpdateStack(WriteStack):
    """Update a stack"""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument("stack", metavar="STACK", help="name or id")
        self.add_inputs(parser, template_required=False)
        parser.add_argument(
            "--rollback",
            choices=["enabled", "disabled", "keep"],
            default="keep",
            help="whether to undo it where it fails (keep: as the stack has it)",
        )
        parser.add_argument(
            "--existing",
            action="store_true",
            help="start from the stack's template, environment and parameters; what is given overrides them",
        )
        parser.add_argument("--clear-parameter", metavar="KEY", action="append", help="back to its default; repeatable")
        parser.add_argument("--converge", action="store_true", help="look at the real state of every resource")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        """The updated stack's summary."""
        from heatlite.cmd.files import Files

        if not (parsed_args.template or parsed_args.existing):
            raise exception.CommandError(reason="Name a template with -t, or keep the present with --existing")
        files = Files()
        template = files.load_template(parsed_args.template) if parsed_args.template else None
        params = self.params(parsed_args, files)
        identity = self.identify(parsed_args.stack)
        marker = self.last_event(identity) if self.waits(parsed_args) else None
        self.client.update_stack(self.context, identity, template, params, files.contents, update_args(parsed_args))
        return self.finish(parsed_args, identity, "UPDATE", marker)


def update_args(parsed_args: argparse.Namespace) -> Record:
    """The ``args`` of an update: what isn't asked for isn't sent, and so stays as the stack has it."""
    args = options.stack_args(parsed_args)
    if parsed_args.existing:
        args["existing"] = True
    if parsed_args.clear_parameter:
        args["clear_parameters"] = parsed_args.clear_parameter
    if parsed_args.converge:
        args["converge"] = True
    if parsed_args.rollback != "keep":
        args["disable_rollback"] = parsed_args.rollback == "disabled"
    return args
