"""Every command and option of Heat's client is here, or a table says why not.

``tests/facts/heatclient_commands.json`` is what python-heatclient 5.3's parsers have; ``tools/differential`` compares
it with an installed one.
"""

from __future__ import annotations

import argparse
import json
import pathlib
from importlib.metadata import EntryPoint

import pytest

from heatlite.cmd.cli import ALIASES, COMMANDS, HeatliteApp, with_script_file

FACTS = json.loads((pathlib.Path(__file__).parents[2] / "facts/heatclient_commands.json").read_text())
CONTAINER = "the files of a container are read by Swift's API; give the files themselves"
ABSENT = {
    ("orchestration template validate", "--files-container"): CONTAINER,
    ("stack create", "--files-container"): CONTAINER,
    ("stack update", "--files-container"): CONTAINER,
    ("stack list", "--project-domain"): "without an identity service a project is named by its id",
    ("software config create", "--config-file"): "an option of heatlite itself; after the command it is --script-file",
    ("software deployment create", "--container"): "signals by way of Swift's temporary URLs need Swift",
    ("software deployment create", "--timeout"): "the lifetime of such a URL",
}
"""(command, option) → why it isn't here."""
OTHER_VALUES = {
    ("stack resource list", "--format"): "for a drawing (dot, svg) there is `stack graph`, also of nested stacks",
}
"""(command, option) → why a value isn't taken that Heat's client takes."""
SAME_NAME = {alias: name for name, alias in ALIASES.items()}


def parser_of(command: str) -> argparse.ArgumentParser:
    """The parser of one of our commands, by the name that Heat's client has for it."""
    target = COMMANDS[SAME_NAME.get(command, command)]
    return EntryPoint(command, target, "heatlite.cli").load()(HeatliteApp(), None).get_parser(command)


def test_every_command_of_heats_client_is_here() -> None:
    assert set(FACTS) <= {*COMMANDS, *ALIASES.values()}


@pytest.mark.parametrize("command", FACTS)
def test_every_option_of_heats_client_is_here_or_has_a_reason(command: str) -> None:
    known = {spelling for action in parser_of(command)._actions for spelling in action.option_strings}
    missing = {option[-1] if option[-1].startswith("--") else option[0] for option in FACTS[command]["options"]
               if not known.issuperset(option)}  # fmt: skip
    assert missing == {option for named, option in ABSENT if named == command}


@pytest.mark.parametrize("command", FACTS)
def test_every_value_of_an_option_is_taken_or_has_a_reason(command: str) -> None:
    ours = {spelling: action for action in parser_of(command)._actions for spelling in action.option_strings}
    choices = {option: set(values) for option, values in FACTS[command]["choices"].items() if option in ours}
    missing = {option for option, values in choices.items() if not values <= {*(ours[option].choices or values)}}
    assert missing == {option for named, option in OTHER_VALUES if named == command}


@pytest.mark.parametrize("command", FACTS)
def test_no_option_is_required_that_heats_client_does_not_require(command: str) -> None:
    ours = {max(it.option_strings, key=len) for it in parser_of(command)._actions if it.option_strings and it.required}
    assert ours <= set(FACTS[command]["required"])


@pytest.mark.parametrize("command", [name for name in FACTS if FACTS[name]["format"]])
def test_every_command_prints_in_the_same_format(command: str) -> None:
    [ours] = [it.default for it in parser_of(command)._actions if "--format" in it.option_strings]
    assert ours == FACTS[command]["format"]


@pytest.mark.parametrize("command", FACTS)
def test_every_command_takes_as_many_arguments_as_in_heats_client(command: str) -> None:
    arguments = [action.nargs for action in parser_of(command)._actions if not action.option_strings]
    assert arguments == FACTS[command]["arguments"]


def test_the_script_of_a_software_config_is_named_as_in_heats_client() -> None:
    words = ["software", "config", "create"]
    assert with_script_file([*words, "--config-file", "x.sh", "a"]) == [*words, "--script-file", "x.sh", "a"]
