"""``service list``: the engine processes; ``build info``: the versions of command and engine."""

from __future__ import annotations

import argparse
from typing import Any

from cliff.lister import Lister
from cliff.show import ShowOne

import heatlite
from heatlite.cmd.base import EngineCommand
from heatlite.cmd.records import details, rows

COLUMNS = ["Hostname", "Binary", "Engine ID", "Host", "Topic", "Updated At", "Status"]


class ListServices(EngineCommand, Lister):
    """List the engine processes"""

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return column titles and one row for each process."""
        return COLUMNS, rows(COLUMNS, self.client.list_services(self.context))


class ShowBuild(EngineCommand, ShowOne):
    """Show the versions of this command and of the engine that answers it"""

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        """Return ``api``, the command itself in the place of an API service, and ``engine``."""
        revisions = {"api": heatlite.__version__, "engine": self.client.get_revision(self.context)}
        return details({name: {"revision": revision} for name, revision in revisions.items()}, parsed_args.formatter)
