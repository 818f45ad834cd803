"""Every command of ``heatlite`` once, against two engines on RabbitMQ and MariaDB; with ``-s``, what they print."""

from __future__ import annotations

import io
import json
import pathlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from heatlite.cmd.cli import COMMANDS, HeatliteApp
from heatlite.rpc.engine_client import EngineClient
from tests.deployment import Daemons
from tests.waiting import PATIENCE, wait_until

SERVER = """
heat_template_version: 2021-04-16
parameters: {size: {type: string}}
resources:
  disk: {type: OS::Heat::TestResource, properties: {value: {get_param: size}}}
  key: {type: OS::Heat::RandomString, properties: {length: 8}}
outputs: {disk: {value: {get_attr: [disk, output]}}}
"""
SHOP = """
heat_template_version: 2021-04-16
parameters:
  count: {type: number, default: 2}
  size: {type: string, default: small}
  pause: {type: number, default: 0}
resources:
  network: {type: OS::Heat::TestResource, properties: {value: {get_param: size}}, metadata: {tier: net}}
  web:
    type: OS::Heat::ResourceGroup
    depends_on: network
    properties:
      count: {get_param: count}
      resource_def: {type: server.yaml, properties: {size: {get_param: size}}}
  balancer:
    type: OS::Heat::TestResource
    depends_on: web
    properties: {value: {get_attr: [network, output]}, action_wait_secs: {update: {get_param: pause}}}
  wait: {type: OS::Heat::WaitConditionHandle}
outputs:
  servers: {description: names of the servers, value: {get_attr: [web, refs]}}
"""
HOOKED = """
heat_template_version: 2021-04-16
resources:
  held: {type: OS::Heat::TestResource, properties: {value: x}}
"""
HOOK = "resource_registry: {resources: {held: {hooks: pre-create}}}"


@dataclass
class Remote:
    """A session of daemons that go on after it."""

    client: EngineClient
    embedded: bool = False

    def unfinished(self) -> int:
        return 0

    def resume(self) -> None:
        pass

    def close(self) -> None:
        pass


@dataclass
class Heatlite:
    """``heatlite``, and which of its commands were run."""

    client: EngineClient
    files: pathlib.Path
    run: set[str] = field(default_factory=set)

    def __call__(self, line: str, *more: str, status: int = 0) -> str:
        """Run a command line; ``@FILE`` in it is one of ``files``. What it says, results and all else."""
        return "".join(self.said(line, *more, status=status))

    def said(self, line: str, *more: str, status: int = 0) -> tuple[str, str]:
        words = [str(self.files / word[1:]) if word.startswith("@") else word for word in line.split()] + list(more)
        out, err = io.StringIO(), io.StringIO()
        ended = HeatliteApp(lambda files: Remote(self.client), stdout=out, stderr=err).run(words)
        print(f"$ heatlite {' '.join([line, *more])}\n{out.getvalue()}{err.getvalue()}")
        assert ended == status, err.getvalue()
        self.run |= {name for name in COMMANDS if line.startswith(f"{name} ") or line == name}
        return out.getvalue(), err.getvalue()

    def records(self, line: str) -> Any:
        return json.loads(self.said(f"{line} -f json")[0])


@pytest.fixture
def heatlite(mariadb: Any, rabbitmq: Any, tmp_path: pathlib.Path) -> Iterator[Heatlite]:
    daemons = Daemons(tmp_path, mariadb.fresh_database(), rabbitmq.fresh_vhost(), workers=1, batch_size=1)
    files = tmp_path / "files"
    files.mkdir()
    for name, text in {"shop": SHOP, "server": SERVER, "hooked": HOOKED, "hook": HOOK}.items():
        (files / f"{name}.yaml").write_text(text)
    try:
        daemons.launch()
        daemons.launch()
        yield Heatlite(daemons.client, files)
    finally:
        daemons.stop()


def test_each_command_does_what_it_says(heatlite: Heatlite) -> None:
    looks_around(heatlite)
    makes_a_stack_and_looks_at_it(heatlite)
    plans_and_does_as_planned(heatlite)
    watches_a_failure(heatlite)
    does_things_with_it(heatlite)
    waits_at_a_hook(heatlite)
    keeps_software(heatlite)
    leaves_and_comes_back(heatlite)
    assert heatlite.run == set(COMMANDS)


def looks_around(heatlite: Heatlite) -> None:
    assert [it["Status"] for it in heatlite.records("service list")] == ["up", "up"]
    heatlite("build info")
    heatlite("resource type list")
    heatlite("resource type show OS::Heat::RandomString")
    heatlite("template version list")
    heatlite("template function list heat_template_version.2021-04-16")
    heatlite("template validate -t @shop.yaml")


def makes_a_stack_and_looks_at_it(heatlite: Heatlite) -> None:
    heatlite("stack create -t @shop.yaml --tags front --wait shop")
    heatlite("stack list")
    heatlite("stack show shop")
    heatlite("stack resource list shop --nested-depth 2")
    heatlite("stack resource show shop network")
    heatlite("stack resource metadata shop network")
    heatlite("stack event list shop")
    event = heatlite.records("stack event list shop --resource network")[0]
    heatlite(f"stack event show shop network {event['id']}")
    heatlite("stack output list shop")
    heatlite("stack output show shop servers")
    heatlite("stack environment show shop")
    heatlite("stack file list shop")
    heatlite("stack template show shop")
    heatlite("template show shop")
    assert "digraph" in heatlite("stack graph shop")
    heatlite("stack timeline shop -o @timeline.html")
    assert "CREATE_COMPLETE" in (heatlite.files / "timeline.html").read_text()


def plans_and_does_as_planned(heatlite: Heatlite) -> None:
    planned = heatlite("stack plan -t @shop.yaml --parameter count=3 --out @plan shop")
    assert "    + 2  " in planned
    heatlite("stack update --plan @plan --wait shop")
    assert "no longer holds" in heatlite("stack update --plan @plan shop", status=1)
    drift = heatlite.records("stack drift shop --all")
    assert {it["finding"] for it in drift} == {"same"}
    assert "web.2" in {it["resource_name"].rpartition(".")[0] for it in drift}
    assert "real resources were looked at" in heatlite("stack plan --existing --refresh shop")
    heatlite("stack resource move shop network --name net")
    heatlite("stack resource move shop net --name network")
    assert "without an identity service" in heatlite("stack generate --from-project", status=1)


def watches_a_failure(heatlite: Heatlite) -> None:
    heatlite("stack update --existing --parameter pause=2 --parameter size=large shop")
    watched = heatlite("stack watch shop --nested-depth 2")
    assert "UPDATE_COMPLETE" in watched
    heatlite("stack update --existing --parameter pause=5 --parameter size=larger shop")
    heatlite("stack cancel --no-rollback shop --wait")
    heatlite("stack watch shop", status=1)
    heatlite("stack failures list shop")
    heatlite("stack update --existing --parameter pause=0 --parameter size=small --wait shop")


def does_things_with_it(heatlite: Heatlite) -> None:
    heatlite("stack check --wait shop")
    heatlite("stack suspend --wait shop")
    heatlite("stack resume --wait shop")
    heatlite("stack resource signal shop wait --data", '{"id": "1", "status": "SUCCESS", "data": "up"}')
    heatlite("stack resource mark unhealthy shop network broken")
    heatlite("stack resource mark unhealthy --reset shop network")
    heatlite("stack snapshot create --name first shop")
    heatlite("stack watch shop")
    [snapshot] = heatlite.records("stack snapshot list shop")
    heatlite(f"stack snapshot show shop {snapshot['id']}")
    heatlite(f"stack snapshot restore shop {snapshot['id']}")
    heatlite("stack watch shop")
    heatlite(f"stack snapshot delete --yes shop {snapshot['id']}")


def waits_at_a_hook(heatlite: Heatlite) -> None:
    heatlite("stack create -t @hooked.yaml -e @hook.yaml hooked")
    wait_until(lambda: heatlite.records("stack hook poll hooked"), PATIENCE, "the hook")
    heatlite("stack hook clear --pre-create hooked held")
    heatlite("stack watch hooked")
    heatlite("stack delete --yes --wait hooked")


def keeps_software(heatlite: Heatlite) -> None:
    config = heatlite.records("software config create setup")["id"]
    heatlite("software config list")
    heatlite(f"software config show {config}")
    heatlite(f"software deployment create --config {config} --server a-server --signal-transport NO_SIGNAL setup")
    [deployment] = heatlite.records("software deployment list")
    heatlite(f"software deployment show {deployment['id']}")
    heatlite("software deployment metadata show a-server")
    heatlite(f"software deployment output show {deployment['id']} --all")
    heatlite(f"software deployment delete {deployment['id']}")
    heatlite(f"software config delete {config}")


def leaves_and_comes_back(heatlite: Heatlite) -> None:
    heatlite("stack export --output-file @exported.json shop")
    heatlite("stack abandon --output-file @abandoned.json shop")
    heatlite("stack adopt --adopt-file @abandoned.json --wait shop")
    heatlite("stack delete --yes --wait shop")
    assert heatlite.records("stack list") == []
