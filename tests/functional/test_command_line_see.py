"""Seeing a stack as a user does: each command with the embedded engine, which outlives them here."""

from __future__ import annotations

import io
import json
import pathlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from heatlite.cmd.cli import HeatliteApp
from heatlite.rpc.engine_client import EngineClient
from tests.deployment import InProcess, in_process

SHOP = """
heat_template_version: 2021-04-16
parameters:
  size: {type: number, default: 1}
resources:
  database: {type: OS::Heat::TestResource, properties: {value: {get_param: size}}}
  web:
    type: OS::Heat::ResourceGroup
    depends_on: database
    properties: {count: 2, resource_def: {type: OS::Heat::TestResource}}
"""


@dataclass
class LastingSession:
    """A session of an engine that isn't closed with it."""

    deployment: InProcess
    embedded: bool = True

    @property
    def client(self) -> EngineClient:
        return self.deployment.client

    def unfinished(self) -> int:
        return self.deployment.engine.unfinished()

    def resume(self) -> None:
        pass

    def close(self) -> None:
        pass


Command = Callable[..., str]


@pytest.fixture
def heatlite(tmp_path: pathlib.Path) -> Iterator[Command]:
    deployment = in_process(tmp_path / "state")

    def run(*arguments: str, status: int = 0) -> str:
        out, err = io.StringIO(), io.StringIO()
        app = HeatliteApp(lambda files: LastingSession(deployment), stdout=out, stderr=err)
        assert app.run(list(arguments)) == status, err.getvalue()
        return out.getvalue() if status == 0 else err.getvalue()

    yield run
    deployment.stop()


def test_a_stack_is_drawn_planned_updated_as_planned_and_looked_at(heatlite: Command, tmp_path: pathlib.Path) -> None:
    template, page, kept = tmp_path / "shop.yaml", tmp_path / "page.html", tmp_path / "plan"
    template.write_text(SHOP)
    heatlite("stack", "create", "-t", str(template), "shop")
    heatlite("stack", "graph", "shop", "--format", "html", "--output", str(page))
    assert "shop › web" in page.read_text()
    arguments = ("stack", "plan", "-t", str(template), "--parameter", "size=2", "--out", str(kept), "shop")
    assert 'value: "1" → "2"' in heatlite(*arguments)
    heatlite("stack", "update", "--plan", str(kept), "shop")
    assert "no longer holds" in heatlite("stack", "update", "--plan", str(kept), "shop", status=1)
    heatlite("stack", "timeline", "shop", "--output", str(page))
    assert "UPDATE_COMPLETE" in page.read_text()
    found = json.loads(heatlite("stack", "drift", "shop", "--all", "-f", "json"))
    assert [(it["resource_name"], it["finding"]) for it in found] == [
        ("database", "same"),
        ("web.0", "same"),
        ("web.1", "same"),
    ]
    heatlite("stack", "watch", "shop")
