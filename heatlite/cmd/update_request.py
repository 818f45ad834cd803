"""What an update sends, from the options by which a user says it: the same for doing it and for planning it."""

from __future__ import annotations

import argparse
from typing import Any

from heatlite import exception
from heatlite.cmd import options
from heatlite.cmd.inputs import add_hooks, params

Record = dict[str, Any]


def add_update_options(parser: argparse.ArgumentParser) -> None:
    """The options that an update has beside its template and environment."""
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
    parser.add_argument("--pre-update", metavar="RESOURCE", action="append", help="pause before it; repeatable")


def update_request(parsed_args: argparse.Namespace) -> Record:
    """``template``, ``params``, ``files`` and ``args``.

    :raises CommandError: where no template is named, and none is to be kept
    :raises StackValidationFailed: where a file can't be read
    """
    from heatlite.cmd.files import Files

    if not (parsed_args.template or parsed_args.existing):
        raise exception.CommandError(reason="Name a template with -t, or keep the present with --existing")
    files = Files()
    template = files.load_template(parsed_args.template) if parsed_args.template else None
    environment = params(parsed_args, files, template)
    add_hooks(environment, "pre-update", parsed_args.pre_update)
    return {"template": template, "params": environment, "files": files.contents, "args": update_args(parsed_args)}


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
