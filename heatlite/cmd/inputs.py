"""The options by which a user fills in a template, and what is sent for them: the same for every command."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from heatlite.cmd import options

if TYPE_CHECKING:
    from heatlite.cmd.files import Files

Record = dict[str, Any]


def add_environment_options(parser: argparse.ArgumentParser) -> None:
    """``--environment``, ``--parameter`` and ``--parameter-file``."""
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


def params(parsed_args: argparse.Namespace, files: Files, template: Any = None) -> Record:
    """The environment that these options make up for a template; the files it names are added to ``files``."""
    from heatlite.cmd import environment

    named = options.key_values(parsed_args.parameter_file, "--parameter-file", semicolons=False)
    parameters = options.key_values(parsed_args.parameter, "--parameter")
    parameters |= environment.file_parameters(named, parsed_args.template, files)
    return environment.load_environments(parsed_args.environment, parameters, files, template)


def add_hooks(environment: Record, hook: str, resources: list[str] | None) -> None:
    """Ask for a pause before resources: ``--pre-create a --pre-create nested/b``, as Heat's client writes it."""
    for written in resources or []:
        place = environment.setdefault("resource_registry", {}).setdefault("resources", {})
        for part in written.split("/"):
            place = place.setdefault(part, {})
        hooks = place.setdefault("hooks", [])
        place["hooks"] = [*([hooks] if isinstance(hooks, str) else hooks), hook]
