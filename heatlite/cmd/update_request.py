"""The request of an update, built from the user's options: the same for an update and for its plan."""

from __future__ import annotations

import argparse
from typing import Any

from heatlite import exception
from heatlite.cmd import options
from heatlite.cmd.inputs import add_hooks, params

Record = dict[str, Any]


def add_update_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of an update, except its template and environment."""
    parser.add_argument(
        "--rollback",
        choices=["enabled", "disabled", "keep"],
        default="keep",
        help="whether to roll back on failure (keep: the stack's present setting)",
    )
    parser.add_argument(
        "--existing",
        action="store_true",
        help="start from the stack's template, environment and parameters; given options override them",
    )
    parser.add_argument(
        "--clear-parameter", metavar="KEY", action="append", help="parameter to reset to its default; repeatable"
    )
    parser.add_argument("--converge", action="store_true", help="visit every resource, and refresh, as in Heat")
    parser.add_argument(
        "--refresh",
        action="store_true",
        help="look at the real resources first, and repair what was changed or deleted outside",
    )
    parser.add_argument(
        "--pre-update", metavar="RESOURCE", action="append", help="pause before updating this resource; repeatable"
    )


def update_request(parsed_args: argparse.Namespace) -> Record:
    """Return ``template``, ``params``, ``files`` and ``args``.

    :raises CommandError: when no template is given, and the present one isn't kept
    :raises StackValidationFailed: when a file can't be read
    """
    from heatlite.cmd.files import Files

    if not (parsed_args.template or parsed_args.existing):
        raise exception.CommandError(reason="Name a template with -t, or keep the present one with --existing")
    files = Files()
    template = files.load_template(parsed_args.template) if parsed_args.template else None
    environment = params(parsed_args, files, template)
    add_hooks(environment, "pre-update", parsed_args.pre_update)
    return {"template": template, "params": environment, "files": files.contents, "args": update_args(parsed_args)}


def update_args(parsed_args: argparse.Namespace) -> Record:
    """Return the ``args`` of an update. Options that aren't given aren't sent, so the stack keeps its settings."""
    args = options.stack_args(parsed_args)
    if parsed_args.existing:
        args["existing"] = True
    if parsed_args.clear_parameter:
        args["clear_parameters"] = parsed_args.clear_parameter
    if parsed_args.converge:
        args["converge"] = True
    if parsed_args.refresh:
        args["refresh"] = True
    if parsed_args.rollback != "keep":
        args["disable_rollback"] = parsed_args.rollback == "disabled"
    return args
