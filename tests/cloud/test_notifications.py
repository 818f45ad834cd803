"""Engines that listen to the notifications of Nova and Cinder themselves: they wait for no poll.

The servers take some seconds to be built, as those of a hypervisor do. A listening engine would poll every ten minutes.
"""

from __future__ import annotations

import pathlib
import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from heatlite.engine.common.counts import Count
from tests.cloud.life import PATIENCE
from tests.cloud.reached import BY_A_SERVICE, Reached
from tests.cloud.words import ref, typed
from tests.deployment import Daemons, running
from tests.servers import Server
from tests.servers.guard import free_port
from tests.story import Story, Template, hot
from tests.waiting import wait_until

NUMBER, SECONDS, NEVER = 8, 20, 600
LOOK = re.compile(r"(nova|cinder) GET /\S*/(servers|volumes|os-volume_attachments)\b")


def stack(number: int = NUMBER, seconds: int = SECONDS, flavor: str = "m1.tiny") -> Template:
    """Servers with a volume each."""
    resources: Template = {}
    built = {"metadata": {"build_seconds": str(seconds)}, "networks": [{"network": ref("net")}]}
    for it in range(number):
        resources[f"s{it}"] = typed("Nova::Server", flavor=flavor, image="cirros", **built)
        resources[f"v{it}"] = typed("Cinder::Volume", size=1)
        resources[f"a{it}"] = typed("Cinder::VolumeAttachment", instance_uuid=ref(f"s{it}"), volume_id=ref(f"v{it}"))
    subnet = typed("Neutron::Subnet", network=ref("net"), cidr="10.8.3.0/24")
    for server in (name for name in resources if name.startswith("s")):
        resources[server]["depends_on"] = "subnet"
    return hot(net=typed("Neutron::Net"), subnet=subnet, **resources)


class Engine:
    """An engine process, and what it asks of the cloud."""

    def __init__(self, daemons: Daemons, cloud: Reached, port: int) -> None:
        self.daemons, self.cloud, self.port = daemons, cloud, port

    def story(self) -> Story:
        told = Story(self.daemons)
        told.patience, told.context = PATIENCE, self.cloud.context("demo", "demo")
        return told

    @contextmanager
    def looks(self) -> Iterator[list[str]]:
        """Record the looks at servers, volumes and attachments in a block."""
        found: list[str] = []
        with self.cloud.recorded() as asked:
            yield found
        found += [it for it in asked if LOOK.match(it) and not it.endswith(BY_A_SERVICE)]

    def counted(self, what: Count) -> int:
        """What its metrics say."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics") as answer:
            text = answer.read().decode()
        [line] = re.findall(rf"^heatlite_{what.value}_total (\S+)$", text, re.MULTILINE)
        return int(float(line))

    def hears(self) -> bool:
        return "Listening to the notifications of nova, openstack" in self.daemons.log.read_text()

    def life(self, template: Template) -> tuple[int, int]:
        """Create and delete a stack; the looks that each took."""
        story = self.story()
        with self.looks() as created:
            story.create(template)
            story.settle("CREATE_COMPLETE")
        with self.looks() as deleted:
            story.delete()
            story.settle("DELETE_COMPLETE")
        return len(created), len(deleted)


@pytest.fixture
def engines(cloud: Reached, mariadb: Server, rabbitmq: Server, tmp_path: pathlib.Path) -> Iterator[Any]:
    """Starts an engine that listens, or one that doesn't."""
    cloud.requires("nova", "cinder")

    @contextmanager
    def start(*, listens: bool) -> Iterator[Engine]:
        port, directory = free_port(), tmp_path / ("listens" if listens else "polls")
        directory.mkdir()
        url, bus = mariadb.fresh_database(), rabbitmq.fresh_vhost()
        deployment = Daemons(directory, url, bus, workers=1, metrics_port=port, **cloud.options())
        told = {"enabled": listens, "transport_url": cloud.broker, "poll_interval": NEVER}
        with deployment.config.open("a") as config:
            config.write("\n".join(["[trustee]", *(f"{name} = {it}" for name, it in cloud.trustee().items()), ""]))
            config.write("\n".join(["[cloud_notifications]", *(f"{name} = {it}" for name, it in told.items()), ""]))
        with running(deployment):
            yield Engine(deployment, cloud, port)

    return start


def test_an_engine_that_listens_waits_for_no_poll(engines: Any, cloud: Reached) -> None:
    with engines(listens=False) as engine:
        polled = engine.life(stack())
        assert engine.counted(Count.WOKEN) == 0
    with engines(listens=True) as engine:
        wait_until(engine.hears, PATIENCE, "the services to be heard", engine.daemons.tail)
        engine.life(stack(3, 1))
        learnt = engine.counted(Count.WOKEN)
        assert learnt > 0
        told = engine.life(stack())
        woken = engine.counted(Count.WOKEN) - learnt
        a_server_that_no_host_has_room_for_fails_at_once(engine, cloud)
    print(f"looks for {NUMBER} servers, volumes and attachments, create and delete: polled {polled}, told {told}")
    print(f"woken: {woken}")
    assert woken >= 2 * NUMBER
    assert told[0] <= 2 * 3 * NUMBER, "each of them is looked at twice at most"


def a_server_that_no_host_has_room_for_fails_at_once(engine: Engine, cloud: Reached) -> None:
    """The scheduler's error is told on another event, and at another level."""
    api = cloud.services("admin", "admin").api("compute")
    flavor = api.post("/flavors", {"flavor": {"name": "huge", "ram": 2**30, "vcpus": 1, "disk": 1}})["flavor"]
    try:
        story, woken = engine.story(), engine.counted(Count.WOKEN)
        story.create(stack(1, 0, flavor["id"]))
        story.settle("CREATE_FAILED")
        assert "No valid host" in str(story.show()["stack_status_reason"])
        assert engine.counted(Count.WOKEN) > woken
        story.delete()
        story.settle("DELETE_COMPLETE")
    finally:
        api.delete(f"/flavors/{flavor['id']}")
