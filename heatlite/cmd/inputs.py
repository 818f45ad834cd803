"""The options that supply a template's parameters and environment, and the data sent for them.

All commands share them.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from heatlite.cmd import options

if TYPE_CHECKING:
    from heatlite.cmd.files import Files

Record = dict[str, Any]


def add_environment_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--environment``, ``--parameter`` and ``--parameter-file``."""
    parser.add_argument(
        "-e",
        "--environment",
        metavar="FILE",
        action="append",
        help="environment file; repeatable, a later one overrides",
    )
    parser.add_argument(
        "--parameter",
        metavar="KEY=VALUE",
        action="append",
        help="value of a parameter; repeatable, or several separated by ;",
    )
    parser.add_argument(
        "--parameter-file",
        metavar="KEY=FILE",
        action="append",
        help="a parameter whose value is the content of a file, relative to the template; repeatable",
    )


def params(parsed_args: argparse.Namespace, files: Files, template: Any = None) -> Record:
    """Build the environment from these options for a template. Add the files that it names to ``files``."""
    from heatlite.cmd import environment

    named = options.key_values(parsed_args.parameter_file, "--parameter-file", semicolons=False)
    parameters = options.key_values(parsed_args.parameter, "--parameter")
    parameters |= environment.file_parameters(named, parsed_args.template, files)
    return environment.load_environments(parsed_args.environment, parameters, files, template)


def add_hooks(environment: Record, hook: str, resources: list[str] | None) -> None:
    """Add a hook before resources to an environment: ``--pre-create a --pre-create nested/b``, as in Heat's client."""
    for written in resources or []:
        place = environment.setdefault("resource_registry", {}).setdefault("resources", {})
        for part in filter(None, written.split("/")):
            place = place.setdefault(part, {})
        hooks = place.setdefault("hooks", [])
        place["hooks"] = [*([hooks] if isinstance(hooks, str) else hooks), hook]
