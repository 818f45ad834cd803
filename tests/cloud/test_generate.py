"""A project of forty things that a real Heat made becomes a stack of heatlite's, and no service is asked for a change.

::

    Heat makes them, ends ──▶ generate ──▶ adopt, engines are killed ──▶ plan: nothing to do ──▶ one change ──▶ delete
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psutil
import pytest
import yaml

from tests.cloud.left import everything
from tests.cloud.reached import Reached
from tests.cloud.real_heat import heat_context, real_heat
from tests.cloud.test_import import PUBLIC_KEY, daemons
from tests.cloud.words import ref, typed
from tests.deployment import Daemons, quiet
from tests.servers import MariaDB, RabbitMQ, ServerUnavailable
from tests.story import Story, hot

PROJECT = f"generated-{uuid.uuid4().hex[:8]}"
PATIENCE = 900.0
SMALL = {"flavor": "m1.tiny", "image": "cirros"}
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def opened(port: int) -> dict[str, Any]:
    """A rule."""
    return {"protocol": "tcp", "port_range_min": port, "port_range_max": port, "remote_ip_prefix": "0.0.0.0/0"}


def forty() -> dict[str, Any]:
    """What Heat is to make: each type in the ways in which people use it."""
    found: dict[str, Any] = {}
    for name, block in (("front", "10.71.0.0/24"), ("back", "10.72.0.0/24")):
        found[name] = typed("Neutron::Net", name=name, tags=["shop"])
        found[f"{name}_subnet"] = typed("Neutron::Subnet", network=ref(name), cidr=block, name=f"{name}-subnet")
    found |= {
        "spare": typed("Neutron::Net", admin_state_up=False, port_security_enabled=False),
        "six": typed(
            "Neutron::Subnet",
            network=ref("back"),
            cidr="2001:db8:72::/64",
            ip_version=6,
            ipv6_ra_mode="slaac",
            ipv6_address_mode="slaac",
        ),
        "router": typed("Neutron::Router", external_gateway_info={"network": "public"}, name="edge"),
        "interface": typed("Neutron::RouterInterface", router=ref("router"), subnet=ref("front_subnet")),
        "door": typed(
            "Neutron::Port",
            network=ref("back"),
            fixed_ips=[{"subnet": ref("back_subnet"), "ip_address": "10.72.0.200"}],
            name="door",
        ),
        "through": typed("Neutron::RouterInterface", router=ref("router"), port=ref("door")),
        "web": typed("Neutron::SecurityGroup", name="web", rules=[opened(80), opened(443), {"protocol": "icmp"}]),
        "db": typed("Neutron::SecurityGroup", name="db", description="of databases"),
        "from_web": typed(
            "Neutron::SecurityGroupRule", security_group=ref("db"), protocol="tcp", remote_group=ref("web")
        ),
        "from_db": typed(
            "Neutron::SecurityGroupRule", security_group=ref("web"), protocol="udp", remote_group=ref("db")
        ),
        "strict": typed("Neutron::SecurityGroup", name="strict", rules=[{**opened(53), "direction": "egress"}]),
        "key": typed("Nova::KeyPair", name=f"{PROJECT}-key", public_key=PUBLIC_KEY),
        "other_key": typed("Nova::KeyPair", name=f"{PROJECT}-other", public_key=PUBLIC_KEY),
    }
    for at in range(3):
        fixed = [{"subnet": ref("front_subnet"), "ip_address": f"10.71.0.{20 + at}"}]
        groups = [[ref("web")], [ref("web"), "default"], [ref("strict")]][at]
        pairs = {"allowed_address_pairs": [{"ip_address": "10.71.0.99"}]} if at == 1 else {}
        found[f"port_{at}"] = typed(
            "Neutron::Port", network=ref("front"), fixed_ips=fixed, security_groups=groups, **pairs
        )
        own = {"networks": [{"port": ref(f"port_{at}")}], "key_name": ref("key"), "metadata": {"tier": "front"}}
        found[f"web_{at}"] = typed("Nova::Server", **SMALL, **own, name=f"web-{at}", tags=["shop"])
    found |= {
        "novas": typed("Nova::Server", **SMALL, networks=[{"network": ref("back")}], key_name=ref("other_key"))
        | {"depends_on": ["back_subnet", "six"]},
        "heats": typed("Nova::Server", **SMALL, networks=[{"subnet": ref("back_subnet")}], name="db-0"),
        "grouped": typed("Nova::Server", **SMALL, networks=[{"network": ref("front")}], security_groups=[ref("web")])
        | {"depends_on": "front_subnet"},
        "boot": typed("Cinder::Volume", size=1, image="cirros", name="boot"),
        "from_volume": typed(
            "Nova::Server",
            flavor="m1.tiny",
            block_device_mapping_v2=[{"volume_id": ref("boot"), "delete_on_termination": False}],
            networks=[{"network": ref("front")}],
        )
        | {"depends_on": "front_subnet"},
        "from_image": typed(
            "Nova::Server",
            flavor="m1.tiny",
            block_device_mapping_v2=[
                {"image": "cirros", "volume_size": 1, "delete_on_termination": True, "device_name": "vda"}
            ],
            networks=[{"network": ref("front")}],
        )
        | {"depends_on": "front_subnet"},
        "data_0": typed("Cinder::Volume", size=1, metadata={"kept": "yes"}, name="data"),
        "data_1": typed("Cinder::Volume", size=2, description="of web 1"),
        "copy": typed("Cinder::Volume", source_volid=ref("data_0")),
        "archive": typed("Cinder::Volume", size=1, read_only=True),
        "tail": typed("Neutron::Port", network=ref("front"), no_fixed_ips=True),
        "audit": typed("Neutron::SecurityGroup", name="audit"),
        "attached_0": typed("Cinder::VolumeAttachment", instance_uuid=ref("web_0"), volume_id=ref("data_0"))
        | {"depends_on": "copy"},
        "attached_1": typed("Cinder::VolumeAttachment", instance_uuid=ref("web_1"), volume_id=ref("data_1")),
        "direct": typed("Neutron::FloatingIP", floating_network="public", port_id=ref("port_0"))
        | {"depends_on": "interface"},
        "free": typed("Neutron::FloatingIP", floating_network="public"),
        "later": typed("Neutron::FloatingIP", floating_network="public"),
        "joined": typed("Neutron::FloatingIPAssociation", floatingip_id=ref("later"), port_id=ref("port_1"))
        | {"depends_on": "interface"},
    }
    return hot(**found)


@dataclass
class Made:
    """The project that Heat has filled, heatlite's engines, and a story of the project's user."""

    cloud: Reached
    deployment: Daemons
    story: Story
    heats: dict[str, str]
    directory: pathlib.Path

    def heatlite(self, *arguments: str) -> tuple[str, str]:
        """Run the command as the project's user; give its output and what it told."""
        context = self.cloud.context(PROJECT, PROJECT)
        told = {"OS_TOKEN": context["auth_token"], "OS_AUTH_URL": str(self.cloud.settings.auth_url)}
        command = [sys.executable, "-m", "heatlite.cmd.cli", "--config-file", str(self.deployment.config), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env={**quiet(), **told}, timeout=PATIENCE)
        assert done.returncode == 0, f"{done.stderr}\n{self.deployment.tail()}"
        return done.stdout, done.stderr

    def generated(self, *selected: str) -> tuple[dict[str, Any], dict[str, Any], str]:
        """Generate; give the template, the data, and what was told."""
        template, data = self.directory / "shop.yaml", self.directory / "shop.json"
        files = "--template-file", str(template), "--adopt-file", str(data)
        _, told = self.heatlite("stack", "generate", "--from-project", *selected, *files)
        return yaml.safe_load(template.read_text()), json.loads(data.read_text()), told


@pytest.fixture(scope="module")
def made(
    cloud: Reached, mariadb: MariaDB, rabbitmq: RabbitMQ, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Made]:
    """Have Heat make all, end it, and start heatlite's engines."""
    cloud.requires("neutron", "nova", "cinder")
    cloud.fresh_project(PROJECT)
    directory = tmp_path_factory.mktemp("heat")
    try:
        with real_heat(cloud, directory, mariadb.fresh_database(), rabbitmq.fresh_vhost()) as heat:
            story = Story(heat)
            story.context, story.patience = heat_context(cloud, PROJECT), PATIENCE
            story.create(forty())
            story.settle("CREATE_COMPLETE")
            heats = story.physical_ids()
    except ServerUnavailable as error:
        pytest.skip(str(error))
    assert len(heats) >= 40
    deployment = daemons(cloud, tmp_path_factory.mktemp("ours"), mariadb, rabbitmq)
    try:
        deployment.launch()
        story = Story(deployment)
        story.context, story.patience, story.name = cloud.context(PROJECT, PROJECT), PATIENCE, "shop"
        yield Made(cloud, deployment, story, heats, directory)
    finally:
        deployment.stop()


def types(data: dict[str, Any]) -> Counter[str]:
    """Count the resources by type."""
    return Counter(it["type"].removeprefix("OS::") for it in data["resources"].values())


EXPECTED = {
    "Neutron::Net": 3,
    "Neutron::Subnet": 3,
    "Neutron::Router": 1,
    "Neutron::RouterInterface": 2,
    "Neutron::SecurityGroup": 4,
    "Neutron::SecurityGroupRule": 5,  # the groups web and db let in one another
    "Neutron::Port": 6,  # with Heat's own for a server
    "Neutron::FloatingIP": 3,
    "Nova::KeyPair": 2,
    "Nova::Server": 8,
    "Cinder::Volume": 5,
    "Cinder::VolumeAttachment": 2,
}


def test_a_part_of_the_project_is_selected_by_name_tag_and_id(made: Made) -> None:
    with made.cloud.changes() as asked:
        template, data, _ = made.generated("--name", "web-*")
        assert types(data) == {"Nova::Server": 3, "Neutron::Port": 3, "Cinder::VolumeAttachment": 2}
        assert {"network_front", "subnet_front-subnet", "security_group_web"} <= template["parameters"].keys()
        _, data, _ = made.generated("--tag", "shop")
        assert {name for name, it in data["resources"].items() if "Net" in it["type"].split("::")} == {"front", "back"}
        assert types(data)["Nova::Server"] == 3
        _, data, _ = made.generated("--id", made.heats["router"])
        assert types(data) == {"Neutron::Router": 1, "Neutron::RouterInterface": 2, "Neutron::Port": 1}
        _, data, _ = made.generated("--name", "db-0", "--with-needed")
        assert types(data) == {"Nova::Server": 1, "Neutron::Port": 1, "Neutron::Net": 1, "Neutron::Subnet": 2}
    assert not asked


def test_forty_things_of_heats_become_a_stack_that_changes_and_goes_with_all_of_them(made: Made) -> None:
    with made.cloud.changes() as asked:
        template, data, told = made.generated()
        print(json.dumps(template, indent=1), told)
        assert types(data) == EXPECTED
        ids = Counter(it["resource_id"] for it in data["resources"].values())
        apart = {made.heats[it] for it in ("interface", "through", "attached_0", "attached_1", "joined")}
        assert {it for it in made.heats.values() if it not in apart} <= ids.keys()
        made.heatlite("stack", "adopt", "shop", "--adopt-file", str(made.directory / "shop.json"))
        for worker in made.deployment.workers():
            kill(worker)
        made.story.identity = made.story.client.identify_stack(made.story.context, "shop")
        made.story.settle("ADOPT_COMPLETE")
        for more in ((), ("--refresh",)):
            plan, _ = made.heatlite("stack", "plan", "shop", "-t", str(made.directory / "shop.yaml"), *more)
            assert "Nothing to do" in plan, plan
        reply = plan_of(made.story, template)
        assert {it["fate"] for it in reply["changes"]} == {"unchanged"}
        assert (reply["unseen"], reply["seen"]) == ([], len(data["resources"]))
        made.story.check()
        made.story.settle("CHECK_COMPLETE")
    assert not asked

    template["resources"]["front-subnet"]["properties"]["dns_nameservers"] = ["192.0.2.53"]
    with made.cloud.changes() as asked:
        made.story.update(template)
        made.story.settle("UPDATE_COMPLETE")
    assert asked == [f"neutron PUT /v2.0/subnets/{made.heats['front_subnet']}"]

    made.story.delete()
    made.story.settle("DELETE_COMPLETE")
    left = {name: ids for name, ids in everything(made.cloud, PROJECT, admins=False).items() if ids}
    of_neutrons = {"security-groups": 1, "security-group-rules": 4}  # the group default
    assert {name: len(ids) for name, ids in left.items() if name in of_neutrons} == of_neutrons
    assert left.keys() - of_neutrons.keys() <= {"projects of stacks", "users of stacks"}, left


def plan_of(story: Story, template: dict[str, Any]) -> dict[str, Any]:
    """What a plan says that looks at everything."""
    asked = {"template": template, "params": {}, "files": {}, "args": {"refresh": True}}
    return story.client.plan_update(story.context, story.identity, **asked)


def kill(worker: psutil.Process) -> None:
    """Kill an engine; its launcher starts another one."""
    os.kill(worker.pid, 9)
