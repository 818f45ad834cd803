"""The program around its commands: start-up, help, mistakes in typing."""

import subprocess
import sys

import pytest

from heatlite.cmd import options
from heatlite.cmd.cli import COMMANDS

HELP = """
import sys
from heatlite.cmd.cli import main
try:
    main(["--help"])
finally:
    print(*sys.modules, file=sys.stderr)
"""


def test_help_imports_nothing_heavy():
    finished = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=True)
    loaded = set(finished.stderr.split())
    assert "heatlite.cmd.stack_write" in loaded
    assert not loaded & {"oslo_messaging", "oslo_config", "sqlalchemy", "eventlet", "rich", "cmd2"}


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_a_help_text_without_connecting(shell, command):
    assert shell.run(*command.split(), "--help") == 0
    assert f"usage: heatlite {command}" in shell.out
    assert shell.sessions == []


def test_help_lists_every_command(shell):
    with pytest.raises(SystemExit) as ended:
        shell.run("--help")
    assert not ended.value.code
    assert all(f"  {command} " in shell.out for command in COMMANDS)


def test_without_a_command_the_commands_are_told_and_the_status_is_1(shell):
    assert shell.run() == 1
    assert "stack create" in shell.err


def test_an_unknown_command_ends_with_2(shell):
    assert shell.run("stack", "explode") == 2
    assert shell.sessions == []


def test_an_option_that_there_is_not_ends_with_2(shell):
    with pytest.raises(SystemExit) as ended:
        shell.run("stack", "list", "--nope")
    assert ended.value.code == 2


@pytest.mark.parametrize("poll", ["0", "-1", "soon"])
def test_a_poll_interval_that_is_not_above_0_is_refused(shell, template, poll):
    with pytest.raises(SystemExit):
        shell.run("stack", "create", "--wait", f"--poll={poll}", "-t", template(a=0), "web")


def test_config_files_are_handed_on_in_order(shell):
    seen = []
    connect = shell.connect
    shell.connect = lambda files: (seen.append(files), connect(files))[1]
    shell.run("--config-file", "a.conf", "stack", "list", "--config-file", "b.conf")
    assert seen == [["a.conf", "b.conf"]]


@pytest.mark.parametrize(
    ("given", "values"),
    [
        (None, {}),
        (["a=1"], {"a": "1"}),
        (["a=x=y"], {"a": "x=y"}),
        (["a=1;b=2;"], {"a": "1", "b": "2"}),
        (["a=1;2", "b=3"], {"a": "1;2", "b": "3"}),
        (["a="], {"a": ""}),
    ],
)
def test_key_values_are_read_as_heats_client_reads_them(given, values):
    assert options.key_values(given, "--parameter") == values


def test_records_are_sorted_by_several_keys_with_gaps_first():
    records = [{"a": "2", "b": "x"}, {"a": "1", "b": "y"}, {"a": None, "b": "z"}, {"a": "2", "b": "w"}]
    keys = options.sort_keys(["a:desc,b"], "a")
    assert [record["b"] for record in options.sort_records(records, keys)] == ["w", "x", "y", "z"]
    keys = options.sort_keys(["a"], "a")
    assert options.sort_records(records, keys)[0]["b"] == "z"
