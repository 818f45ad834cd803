"""``software config create``, ``list``, ``show`` and ``delete``."""

from __future__ import annotations

import argparse
import pathlib
from typing import Any

from cliff.lister import Lister
from cliff.show import ShowOne

from heatlite import exception
from heatlite.cmd.base import Document, EngineCommand, ShowDocument
from heatlite.cmd.records import details, rows

COLUMNS = ["id", "name", "group", "creation_time"]
UNGROUPED = "Heat::Ungrouped"


class CreateConfig(EngineCommand, ShowOne):
    """Create a software config"""

    formatter_default = "json"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("name", metavar="CONFIG_NAME", help="name of the config")
        parser.add_argument(
            "--script-file", metavar="FILE", help="file with the config's text; --config-file means the same here"
        )
        parser.add_argument(
            "--definition-file", metavar="FILE", help="YAML file with inputs, outputs and options, and maybe config"
        )
        parser.add_argument("--group", metavar="GROUP", default=UNGROUPED, help=f"group of the config ({UNGROUPED})")

    def take_action(self, parsed_args: argparse.Namespace) -> Document:
        """Return the new config."""
        config = definition(parsed_args.definition_file)
        if parsed_args.script_file:
            config["config"] = read(parsed_args.script_file)
        made = self.client.create_software_config(
            self.context,
            name=parsed_args.name,
            group=parsed_args.group,
            config=config.get("config"),
            inputs=config.get("inputs") or [],
            outputs=config.get("outputs") or [],
            options=config.get("options") or {},
        )
        return details(made, parsed_args.formatter)


class ListConfigs(EngineCommand, Lister):
    """List software configs"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--limit", metavar="COUNT", type=int, help="list at most this many")
        parser.add_argument("--marker", metavar="ID", help="list only configs after the one with this id")

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return column titles and one row for each config, the newest first."""
        found = self.client.list_software_configs(self.context, parsed_args.limit, parsed_args.marker)
        return COLUMNS, rows(COLUMNS, found)


class ShowConfig(ShowDocument):
    """Show a software config"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("config", metavar="CONFIG", help="id of the config")
        parser.add_argument("--config-only", action="store_true", help="only the config's text")

    def take_action(self, parsed_args: argparse.Namespace) -> Document:
        """Return the whole config."""
        found = self.client.show_software_config(self.context, parsed_args.config)
        return details(found, parsed_args.formatter)

    def produce_output(self, parsed_args: argparse.Namespace, column_names: Any, data: Any) -> int:
        """Print the usual output, or only the config's text."""
        if not parsed_args.config_only:
            return int(super().produce_output(parsed_args, column_names, data) or 0)
        print(dict(zip(column_names, data, strict=True))["config"] or "", file=self.app.stdout)
        return 0


class DeleteConfigs(EngineCommand):
    """Delete software configs"""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("config", metavar="CONFIG", nargs="+", help="ids of the configs")

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Delete each config, if possible.

        :raises CommandError: when one can't be deleted
        """
        each_of(parsed_args.config, lambda it: self.client.delete_software_config(self.context, it))


def each_of(ids: list[str], delete: Any) -> None:
    """Delete several things. A failure doesn't stop the others.

    :raises CommandError: naming those that can't be deleted, with the reasons
    """
    failures = []
    for each in ids:
        try:
            delete(each)
        except exception.HeatliteError as error:
            failures.append(f"{each}: {error}")
    if failures:
        raise exception.CommandError(
            reason=f"{len(failures)} of {len(ids)} could not be deleted: {'; '.join(failures)}"
        )


def definition(name: str | None) -> dict[str, Any]:
    """Read a definition file. Without a file, return an empty definition.

    :raises CommandError: when it can't be read, or isn't a map
    """
    if name is None:
        return {}
    from heatlite import template

    try:
        return template.load(read(name), 1024 * 1024)
    except exception.HeatliteError as error:
        raise exception.CommandError(reason=f"--definition-file {name}: {error}") from error


def read(name: str) -> str:
    """Read a file's text.

    :raises CommandError: when it can't be read
    """
    try:
        return pathlib.Path(name).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise exception.CommandError(reason=f"{name} can't be read: {error}") from error
