"""Snapshots, leaving and taking over on the command line, as a user runs it."""

from __future__ import annotations

import json
import pathlib

import pytest

from tests.functional.test_command_line import CommandLine

TEMPLATE = """
heat_template_version: 2021-04-16
parameters: {size: {type: string, default: small}}
resources:
  secret: {type: OS::Heat::RandomString, properties: {length: 12}}
  sized: {type: OS::Heat::TestResource, properties: {value: {get_param: size}}}
"""


@pytest.fixture
def heatlite(tmp_path: pathlib.Path) -> CommandLine:
    return CommandLine(tmp_path / "state")


@pytest.fixture
def template(tmp_path: pathlib.Path) -> str:
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE)
    return str(path)


def values(heatlite: CommandLine, stack: str) -> list[str]:
    """What the two resources hold."""
    shown = [("secret", "value"), ("sized", "output")]
    records = [json.loads(heatlite("stack", "resource", "show", stack, name, "-f", "json")) for name, _ in shown]
    return [record["attributes"][attribute] for record, (_, attribute) in zip(records, shown, strict=True)]


def test_a_stack_is_restored_from_its_snapshot(heatlite: CommandLine, template: str) -> None:
    heatlite("stack", "create", "-t", template, "web")
    before = values(heatlite, "web")
    taken = json.loads(heatlite("stack", "snapshot", "create", "--name", "monday", "web", "-f", "json"))
    assert (taken["name"], taken["status"]) == ("monday", "COMPLETE")
    heatlite("stack", "update", "--existing", "--parameter", "size=large", "web")
    assert values(heatlite, "web")[1] == "large"
    heatlite("stack", "snapshot", "restore", "web", taken["id"])
    assert values(heatlite, "web") == before
    [listed] = json.loads(heatlite("stack", "snapshot", "list", "web", "-f", "json"))
    assert list(listed) == ["id", "name", "action", "status", "status_reason", "creation_time"]
    shown = json.loads(heatlite("stack", "snapshot", "show", "web", taken["id"], "-f", "json"))
    assert set(shown["data"]["resources"]) == {"secret", "sized"}
    heatlite("stack", "snapshot", "delete", "--yes", "web", taken["id"])
    assert json.loads(heatlite("stack", "snapshot", "list", "web", "-f", "json")) == []
    assert "not found" in heatlite("stack", "snapshot", "show", "web", taken["id"], status=1)


def test_what_one_stack_abandons_another_adopts(heatlite: CommandLine, template: str, tmp_path: pathlib.Path) -> None:
    heatlite("stack", "create", "-t", template, "--parameter", "size=large", "web")
    before = values(heatlite, "web")
    exported = json.loads(heatlite("stack", "export", "web"))
    left = tmp_path / "left.json"
    heatlite("stack", "abandon", "--output-file", str(left), "web")
    assert json.loads(left.read_text()) == exported
    assert json.loads(heatlite("stack", "list", "-f", "json")) == []
    adopted = json.loads(heatlite("stack", "adopt", "--adopt-file", str(left), "again", "-f", "json"))
    assert adopted["stack_status"] == "ADOPT_COMPLETE"
    assert values(heatlite, "again") == before
    said = heatlite("stack", "adopt", "--adopt-file", template, "wrong", status=1)
    assert said.startswith("ERROR: --adopt-file: ")
