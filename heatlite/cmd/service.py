"""``service list``: the engine processes."""

from __future__ import annotations

import argparse
from typing import Any

from cliff.lister import Lister

from heatlite.cmd.base import EngineCommand
from heatlite.cmd.records import rows

COLUMNS = ["Hostname", "Binary", "Engine ID", "Host", "Topic", "Updated At", "Status"]


class ListServices(EngineCommand, Lister):
    """List the engine processes"""

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column titles and one row for each process."""
        return COLUMNS, rows(COLUMNS, self.client.list_services(self.context))
