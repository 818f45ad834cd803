"""The command line, as a user runs it: the embedded engine in a process of its own."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys

import pytest

from tests.waiting import PATIENCE, wait_until

HELLO = pathlib.Path(__file__).parents[2] / "etc" / "heatlite" / "templates" / "hello-world.yaml"
SLOW = """
heat_template_version: 2021-04-16
resources:
  first: {type: OS::Heat::Dummy, properties: {wait_secs: 0}}
  second: {type: OS::Heat::Dummy, depends_on: first, properties: {wait_secs: 3}}
  third: {type: OS::Heat::Dummy, depends_on: second, properties: {wait_secs: 0}}
"""


class CommandLine:
    """Runs ``heatlite`` with a state directory of its own."""

    def __init__(self, state: pathlib.Path) -> None:
        self.environment = {**os.environ, "HEATLITE_STATE_DIR": str(state), "TERM": "dumb", "HOME": str(state)}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "heatlite.cmd.cli", *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=self.environment)

    def __call__(self, *arguments: str, status: int = 0) -> str:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == status, err
        return out if status == 0 else err


@pytest.fixture
def heatlite(tmp_path: pathlib.Path) -> CommandLine:
    return CommandLine(tmp_path / "state")


def test_the_life_of_a_stack_without_any_configuration(heatlite: CommandLine) -> None:
    heatlite("stack", "create", "-t", str(HELLO), "hello")
    assert json.loads(heatlite("stack", "show", "hello", "-f", "json"))["stack_status"] == "CREATE_COMPLETE"
    listed = json.loads(heatlite("stack", "list", "-f", "json"))
    assert [stack["Stack Name"] for stack in listed] == ["hello"]
    assert json.loads(heatlite("stack", "resource", "list", "hello", "-f", "json"))
    assert json.loads(heatlite("stack", "event", "list", "hello", "-f", "json"))
    heatlite("stack", "delete", "--yes", "hello")
    assert json.loads(heatlite("stack", "list", "-f", "json")) == []


def test_nothing_but_the_result_is_said_on_standard_error(heatlite: CommandLine) -> None:
    process = heatlite.start("stack", "list")
    assert process.communicate(timeout=PATIENCE)[1] == ""


def test_a_failed_stack_is_exit_status_one(heatlite: CommandLine, tmp_path: pathlib.Path) -> None:
    template = tmp_path / "bad.yaml"
    template.write_text(SLOW.replace("wait_secs: 0", "wait_secs: 0, fail_prop: 'yes'", 1))
    said = heatlite("stack", "create", "-t", str(template), "bad", status=1)
    assert "resources.first" in said


def test_an_error_is_one_line_that_names_its_place(heatlite: CommandLine, tmp_path: pathlib.Path) -> None:
    template = tmp_path / "wrong.yaml"
    template.write_text(SLOW.replace("wait_secs: 3", "wait_sex: 3"))
    said = heatlite("stack", "create", "-t", str(template), "wrong", status=1)
    assert said.startswith("ERROR: ")
    assert "resources.second.properties" in said
    assert len(said.splitlines()) == 1


def test_ctrl_c_pauses_an_operation_and_any_later_command_goes_on_with_it(
    heatlite: CommandLine, tmp_path: pathlib.Path
) -> None:
    template = tmp_path / "slow.yaml"
    template.write_text(SLOW)
    process = heatlite.start("stack", "create", "-t", str(template), "slow")
    assert process.stderr is not None
    said = ""
    while "second" not in said:
        said += process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "Paused" in err
    heatlite("stack", "list")
    assert json.loads(heatlite("stack", "show", "slow", "-f", "json"))["stack_status"] == "CREATE_COMPLETE"


def test_a_killed_command_is_gone_on_with_at_once(heatlite: CommandLine, tmp_path: pathlib.Path) -> None:
    template = tmp_path / "slow.yaml"
    template.write_text(SLOW)
    process = heatlite.start("stack", "create", "-t", str(template), "slow")
    assert process.stderr is not None
    said = ""
    while "second" not in said:
        said += process.stderr.readline()
    process.kill()
    process.communicate(timeout=PATIENCE)
    heatlite("stack", "list")
    assert json.loads(heatlite("stack", "show", "slow", "-f", "json"))["stack_status"] == "CREATE_COMPLETE"


def test_two_commands_at_once_share_the_work(heatlite: CommandLine, tmp_path: pathlib.Path) -> None:
    template = tmp_path / "slow.yaml"
    template.write_text(SLOW)
    processes = [heatlite.start("stack", "create", "-t", str(template), f"slow{number}") for number in range(3)]
    for process in processes:
        _, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, err
    wait_until(lambda: len(json.loads(heatlite("stack", "list", "-f", "json"))) == 3, PATIENCE, "three stacks")


def test_a_dry_run_makes_nothing_and_tells_what_would_be(heatlite: CommandLine) -> None:
    would = json.loads(heatlite("stack", "create", "--dry-run", "-t", str(HELLO), "hello", "-f", "json"))
    assert [resource["resource_name"] for resource in would["resources"]] == ["word", "greeting"]
    heatlite("stack", "create", "-t", str(HELLO), "hello")
    changes = ["--dry-run", "--existing", "--parameter", "name=you", "hello"]
    told = json.loads(heatlite("stack", "update", *changes, "-f", "json"))
    assert [resource["resource_name"] for resource in told["updated"]] == ["greeting"]
    events = heatlite("stack", "event", "list", "--follow", "hello").splitlines()
    assert events[-1].endswith("[hello]: CREATE_COMPLETE  Stack CREATE completed successfully")
    assert (
        heatlite("stack", "template", "show", "hello", "-f", "value", "-c", "heat_template_version") == "2018-08-31\n"
    )
    environment = json.loads(heatlite("stack", "environment", "show", "hello", "-f", "json"))
    assert environment["parameters"] == {}


def test_the_language_and_its_types_can_be_looked_up(heatlite: CommandLine) -> None:
    validated = json.loads(heatlite("template", "validate", "-t", str(HELLO), "-f", "json"))
    assert list(validated["Parameters"]) == ["name"]
    versions = heatlite("orchestration", "template", "version", "list", "-f", "value", "-c", "Version").split()
    assert (
        "get_attr" in heatlite("template", "function", "list", versions[-1], "-f", "value", "-c", "Functions").split()
    )
    types = heatlite("resource", "type", "list", "--filter", "name=.*Random", "-f", "value").split()
    assert types == ["OS::Heat::RandomString"]
    sample = heatlite("resource", "type", "show", types[0], "--template-type", "hot")
    assert sample.startswith("heat_template_version: ")


def test_what_a_terminal_has_no_characters_for_is_spelled(heatlite: CommandLine, tmp_path: pathlib.Path) -> None:
    template = tmp_path / "t.yaml"
    template.write_text("heat_template_version: 2021-04-16\ndescription: größer\nresources: {}\n", encoding="utf-8")
    heatlite.environment["PYTHONIOENCODING"] = "ascii"
    said = heatlite("template", "validate", "-t", str(template), "-f", "value", "-c", "Description")
    assert said == "gr\\xf6\\xdfer\n"
