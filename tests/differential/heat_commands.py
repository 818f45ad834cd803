"""What Heat's client (python-heatclient) has for ``openstack``: its commands with the options of their parsers.

Imported by ``heat_side`` only, in Heat's own process.
"""

from __future__ import annotations

import argparse
import importlib.metadata
from typing import Any

GROUP = "openstack.orchestration.v1"


class Client:
    """All that a command asks of its program before it runs."""


def of_commands(_case: Any) -> Any:
    """Command → ``options``, each with all its spellings, and ``arguments``: their numbers, as argparse writes them."""
    return {
        point.name.replace("_", " "): parts_of(point.load()) for point in importlib.metadata.entry_points(group=GROUP)
    }


def parts_of(command: Any) -> dict[str, Any]:
    """The options and arguments of one command, with the values that options take, and how it prints by itself."""
    actions = command(Client(), None).get_parser("openstack")._actions
    shown = [it for it in actions if not isinstance(it, argparse._HelpAction)]
    return {
        "arguments": [it.nargs for it in shown if not it.option_strings],
        "options": sorted(sorted(it.option_strings) for it in shown if it.option_strings),
        "choices": {max(it.option_strings, key=len): sorted(it.choices) for it in shown if it.choices},
        "required": sorted(max(it.option_strings, key=len) for it in shown if it.option_strings and it.required),
        "format": next((it.default for it in shown if "--format" in it.option_strings), None),
    }
