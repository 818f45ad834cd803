"""``software config`` and ``software deployment`` on the command line, against an engine in this process."""

from __future__ import annotations

import io
import json
import pathlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from heatlite.cmd.cli import HeatliteApp
from heatlite.rpc.engine_client import EngineClient
from tests.deployment import in_process


@dataclass
class Connected:
    """A session with an engine that stays."""

    client: EngineClient
    embedded: bool = False

    def unfinished(self) -> int:
        return 0

    def resume(self) -> None:
        pass

    def close(self) -> None:
        """The engine is the test's."""


class Shell:
    """Runs commands; what they wrote is in ``out`` and ``err``."""

    def __init__(self, client: EngineClient) -> None:
        self._client, self.out, self.err = client, "", ""

    def run(self, *arguments: str) -> int:
        stdout, stderr = io.StringIO(), io.StringIO()
        status = HeatliteApp(lambda _: Connected(self._client), stdout=stdout, stderr=stderr).run(list(arguments))  # type: ignore[arg-type,return-value]
        self.out, self.err = stdout.getvalue(), stderr.getvalue()
        return status

    def __call__(self, *arguments: str) -> Any:
        assert self.run(*arguments, "-f", "json") == 0, self.err
        return json.loads(self.out)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineClient]:
    engine = in_process(tmp_path_factory.mktemp("engine"))
    yield engine.client
    engine.stop()


@pytest.fixture
def shell(client: EngineClient) -> Shell:
    return Shell(client)


@pytest.fixture
def config(shell: Shell, tmp_path: pathlib.Path) -> str:
    """The id of a config with a script and a definition."""
    (tmp_path / "run.sh").write_text("#!/bin/sh\n")
    (tmp_path / "it.yaml").write_text(yaml.safe_dump({"inputs": [{"name": "a"}], "outputs": [{"name": "o"}]}))
    said = ["--config-file", str(tmp_path / "run.sh"), "--definition-file", str(tmp_path / "it.yaml")]
    made = shell("software", "config", "create", "setup", "--group", "script", *said)
    assert (made["group"], made["inputs"]) == ("script", [{"name": "a", "type": "String"}])
    return made["id"]


def test_a_config_is_kept_shown_listed_and_deleted(shell: Shell, config: str) -> None:
    assert shell("software", "config", "show", config)["config"] == "#!/bin/sh\n"
    assert shell.run("software", "config", "show", config, "--config-only") == 0
    assert shell.out.strip() == "#!/bin/sh"
    listed = shell("software", "config", "list", "--limit", "1")
    assert (len(listed), list(listed[0])) == (1, ["id", "name", "group", "creation_time"])
    assert shell.run("software", "config", "delete", config, "nothing") == 1
    assert "1 of 2 could not be deleted: nothing: Software config with id nothing not found" in shell.err
    assert shell.run("software", "config", "show", config) == 1


def test_a_config_is_deployed_and_what_came_of_it_is_shown(shell: Shell, client: EngineClient, config: str) -> None:
    made = shell(
        "software", "deployment", "create", "first", "--config", config, "--server", "s", "--input-value", "a=1"
    )
    assert (made["status"], made["action"], made["input_values"]) == ("IN_PROGRESS", "UPDATE", {"a": "1"})
    [told] = shell("software", "deployment", "metadata", "show", "s")["software_deployments"]
    assert {it["name"]: it["value"] for it in told["inputs"]}.items() >= {"a": "1", "deploy_server_id": "s"}.items()
    client.signal_software_deployment({"project_id": "default"}, made["id"], {"o": "out"})
    [listed] = shell("software", "deployment", "list", "--server", "s", "--long")
    assert (listed["status"], listed["status_reason"]) == ("COMPLETE", "Outputs received")
    assert shell("software", "deployment", "show", made["id"], "--long")["output_values"]["o"] == "out"
    assert shell("software", "deployment", "output", "show", made["id"], "o") == {"o": "out"}
    assert shell("software", "deployment", "output", "show", made["id"], "--all")["deploy_stdout"] is None
    assert shell.run("software", "deployment", "output", "show", made["id"], "none") == 1
    assert shell.run("software", "deployment", "delete", made["id"]) == 0, shell.err
    assert shell("software", "deployment", "list", "--server", "s") == []
    assert shell.run("software", "config", "show", told["id"]) == 1


def test_a_deployment_without_a_config_has_an_empty_one_as_with_heats_client(shell: Shell) -> None:
    made = shell("software", "deployment", "create", "--server", "no-config", "--signal-transport", "NO_SIGNAL", "bare")
    config = shell("software", "config", "show", made["config_id"])
    assert (config["name"], config["group"], config["config"]) == ("bare", "Heat::Ungrouped", "")
    assert {it["name"] for it in config["inputs"]} == {
        "deploy_server_id",
        "deploy_action",
        "deploy_signal_transport",
    }
