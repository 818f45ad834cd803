"""Stacks that a real Heat made on the cloud are imported: the first update asks no service for a change.

::

    Heat makes them ──▶ import ──▶ update with the same template: only GETs ──▶ changes in place ──▶ deletion
"""

from __future__ import annotations

import contextlib
import json
import pathlib
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from heatlite.exception import EntityNotFound, HeatliteError
from tests.cloud.guest import Guest
from tests.cloud.left import everything
from tests.cloud.of_services import STACKS
from tests.cloud.reached import Reached
from tests.cloud.real_heat import RealHeat, heat_context, real_heat
from tests.cloud.words import ref, typed
from tests.deployment import Daemons
from tests.servers import MariaDB, RabbitMQ, ServerUnavailable
from tests.story import Story, hot
from tests.waiting import wait_until

PROJECT = f"imported-{uuid.uuid4().hex[:8]}"
PATIENCE = 900.0
pytestmark = pytest.mark.slow
SMALL = {"flavor": "m1.tiny", "image": "cirros"}
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMl4TM7gYS7U+ps0ee3Y7Chq5Rfq63q5M6EjXpvf1agw"
"""Heat asks Nova by a version that makes no keys itself."""


def network(cidr: str, **more: Any) -> dict[str, Any]:
    """A network with a subnet."""
    return {
        "net": typed("Neutron::Net"),
        "subnet": typed("Neutron::Subnet", network_id=ref("net"), cidr=cidr),
        **more,
    }


def of_servers(name: str | None = None) -> dict[str, Any]:
    """Servers with every kind of port: their own, the template's, and Nova's; with volumes, and an update of names."""
    named = {"name": name} if name else {}
    return hot(
        None,
        {"addresses": {"value": {"get_attr": ["own", "addresses"]}}},
        **network("10.61.0.0/24"),
        group=typed("Neutron::SecurityGroup", rules=[{"protocol": "tcp", "port_range_min": 22, "port_range_max": 22}]),
        key=typed("Nova::KeyPair", name="imported", public_key=PUBLIC_KEY),
        friends=typed("Nova::ServerGroup", policies=["soft-anti-affinity"]),
        port=typed("Neutron::Port", network_id=ref("net"), security_groups=[ref("group")], **named),
        own=typed("Nova::Server", **SMALL, **named, key_name=ref("key"), networks=[{"subnet": ref("subnet")}]),
        given=typed(
            "Nova::Server",
            **SMALL,
            **named,
            networks=[{"port": ref("port")}],
            metadata={"a": "b"},
            scheduler_hints={"group": ref("friends")},
            user_data_format="RAW",
            user_data="#!/bin/sh\n",
            tags=["one", "two"],
        ),
        plain=typed(
            "Nova::Server", **SMALL, **named, networks=[{"network": ref("net")}], security_groups=[ref("group")]
        )
        | {"depends_on": "subnet"},
        volume=typed("Cinder::Volume", size=1, metadata={"kept": "yes"}, **named),
        attachment=typed("Cinder::VolumeAttachment", instance_uuid=ref("given"), volume_id=ref("volume")),
        boot=typed("Cinder::Volume", size=1, image="cirros", **named),
        from_volume=typed(
            "Nova::Server",
            flavor="m1.tiny",
            **named,
            block_device_mapping_v2=[{"volume_id": ref("boot"), "delete_on_termination": False}],
            networks=[{"network": ref("net")}],
        ),
    )


def of_networks(name: str | None = None) -> dict[str, Any]:
    """Networks by old and new names of properties, with the ways to the outside."""
    named = {"name": name} if name else {}
    return hot(
        None,
        {"address": {"value": {"get_attr": ["floating", "floating_ip_address"]}}},
        **network("10.62.0.0/24"),
        router=typed("Neutron::Router", external_gateway_info={"network": "public"}, **named),
        interface=typed("Neutron::RouterInterface", router_id=ref("router"), subnet_id=ref("subnet")),
        group=typed(
            "Neutron::SecurityGroup",
            **named,
            description="a group",
            rules=[
                {"protocol": "icmp"},
                {"direction": "egress", "ethertype": "IPv6"},
                {"remote_mode": "remote_group_id", "protocol": "udp"},
            ],
        ),
        rule=typed(
            "Neutron::SecurityGroupRule",
            security_group=ref("group"),
            protocol="tcp",
            port_range_min=80,
            port_range_max=80,
        ),
        port=typed(
            "Neutron::Port",
            **named,
            network=ref("net"),
            fixed_ips=[{"subnet_id": ref("subnet"), "ip_address": "10.62.0.20"}],
            security_groups=[ref("group")],
            allowed_address_pairs=[{"ip_address": "10.62.0.99"}],
        ),
        inner=typed("Neutron::Port", network=ref("net"), **named),
        other=typed("Neutron::Port", network=ref("net"), **named),
        floating=typed("Neutron::FloatingIP", floating_network_id="public"),
        joined=typed("Neutron::FloatingIPAssociation", floatingip_id=ref("floating"), port_id=ref("port")),
        direct=typed("Neutron::FloatingIP", floating_network="public", port_id=ref("other"))
        | {"depends_on": "interface"},  # Heat doesn't see it by the port's network
        trunk=typed(
            "Neutron::Trunk",
            port=ref("other"),
            sub_ports=[{"port": ref("inner"), "segmentation_type": "vlan", "segmentation_id": 100}],
            **named,
        ),
        scope=typed("Neutron::AddressScope", name="imported"),
        pool=typed("Neutron::SubnetPool", prefixes=["10.63.0.0/16"], address_scope=ref("scope"), default_prefixlen=24),
        outer=typed("Neutron::Net"),
        pooled=typed("Neutron::Subnet", network=ref("outer"), subnetpool=ref("pool"), prefixlen=24, **named),
        access=typed(
            "Neutron::RBACPolicy",
            object_type="network",
            object_id=ref("net"),
            action="access_as_shared",
            target_tenant="0123456789abcdef0123456789abcdef",
        ),
        routes=typed(
            "Neutron::ExtraRouteSet",
            router=ref("router"),
            routes=[{"destination": "10.64.0.0/24", "nexthop": "10.62.0.20"}],
        ),
    )


def of_software(name: str | None = None) -> dict[str, Any]:
    """A server whose software is deployed, by signals and without; the guest signals."""
    named = {"name": name} if name else {}
    return hot(
        None,
        {"said": {"value": {"get_attr": ["run", "deploy_stdout"]}}},
        **network("10.67.0.0/24"),
        config=typed("Heat::SoftwareConfig", group="script", config="echo", inputs=[{"name": "x"}]),
        server=typed(
            "Nova::Server",
            **SMALL,
            **named,
            networks=[{"network": ref("net")}],
            user_data_format="SOFTWARE_CONFIG",
            software_config_transport="POLL_SERVER_HEAT",
        ),
        run=typed("Heat::SoftwareDeployment", config=ref("config"), server=ref("server"), input_values={"x": "1"}),
        quiet=typed(
            "Heat::SoftwareDeployment", config=ref("config"), server=ref("server"), signal_transport="NO_SIGNAL"
        ),
    )


MEMBER = json.dumps(
    hot(
        {"subnet": {"type": "string"}, "name": {"type": "string", "default": ""}},
        {"id": {"value": ref("server")}},
        volume=typed("Cinder::Volume", size=1),
        server=typed("Nova::Server", **SMALL, networks=[{"subnet": {"get_param": "subnet"}}]),
        joined=typed("Cinder::VolumeAttachment", instance_uuid=ref("server"), volume_id=ref("volume")),
    )
)


def of_groups(name: str | None = None) -> dict[str, Any]:
    """Groups of nested stacks and of servers."""
    member = {"type": "member.yaml", "properties": {"subnet": ref("subnet")}}
    return hot(
        None,
        {"refs": {"value": {"get_attr": ["group", "refs"]}}},
        **network("10.65.0.0/24"),
        group=typed("Heat::ResourceGroup", count=2, resource_def=member),
        scaled=typed(
            "Heat::AutoScalingGroup",
            min_size=1,
            max_size=2,
            resource=typed("Nova::Server", **SMALL, networks=[{"subnet": ref("subnet")}]),
        ),
        **({"more": typed("Cinder::Volume", size=1, name=name)} if name else {}),
    )


def of_ec2(name: str | None = None) -> dict[str, Any]:
    """CloudFormation's names."""
    ssh = {"IpProtocol": "tcp", "FromPort": "22", "ToPort": "22", "CidrIp": "0.0.0.0/0"}
    return hot(
        vpc={"type": "AWS::EC2::VPC", "properties": {"CidrBlock": "10.66.0.0/16"}},
        subnet={"type": "AWS::EC2::Subnet", "properties": {"CidrBlock": "10.66.1.0/24", "VpcId": ref("vpc")}},
        group={
            "type": "AWS::EC2::SecurityGroup",
            "properties": {"GroupDescription": "web", "SecurityGroupIngress": [ssh]},
        },
        port={
            "type": "AWS::EC2::NetworkInterface",
            "properties": {"SubnetId": ref("subnet"), "GroupSet": [ref("group")]},
        },
        volume={"type": "AWS::EC2::Volume", "properties": {"AvailabilityZone": "nova", "Size": 1}},
        address={"type": "AWS::EC2::EIP"},
        **({"more": typed("Cinder::Volume", size=1, name=name)} if name else {}),
    )


MACHINES = ("nova", "neutron", "cinder")
ALONE = "cinder"
"""What a run must be without for Blazar: it takes a host only while no stack has a server there."""


@dataclass(frozen=True)
class Case:
    """A stack that Heat makes; ``changed`` is what the engine that imported it makes of it.

    ``needs``: the services that a run must have for it; ``avoids``: one that it must not have.
    ``user``: whose it is, if it isn't the project's own user's.
    """

    template: dict[str, Any]
    changed: dict[str, Any]
    files: dict[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = MACHINES
    user: str = PROJECT
    avoids: str = ""

    def is_possible(self, cloud: Reached) -> bool:
        """Tell whether the run has the services."""
        return all(cloud.has(it) for it in self.needs) and not cloud.has(self.avoids)


def of_service(name: str) -> Case:
    """Return the stack of a service."""
    it = STACKS[name]
    user = "admin" if it.is_for_administrators else PROJECT
    avoids = ALONE if name == "blazar" else ""
    template = it.heats or it.template
    return Case(template(False), template(True), needs=(name, *it.needs), user=user, avoids=avoids)


CASES = {
    "servers": Case(of_servers(), of_servers("renamed")),
    "networks": Case(of_networks(), of_networks("renamed")),
    "software": Case(of_software(), of_software("renamed")),
    "groups": Case(of_groups(), of_groups("renamed"), {"member.yaml": MEMBER}),
    "ec2": Case(of_ec2(), of_ec2("renamed")),
    **{name: of_service(name) for name in STACKS},
}


@dataclass
class Imported:
    """The stories of the stacks, with heatlite's engines; what was printed; and what there was before them.

    ``failed``: why Heat couldn't make some of the stacks.
    """

    stories: dict[str, Story]
    outputs: dict[str, Any]
    ids: dict[str, dict[str, str]]
    failed: dict[str, str]
    said: str


def end(story: Story) -> dict[str, Any]:
    """Wait until the operation has ended, with a guest in the servers."""
    guest = Guest(story)

    def ended() -> bool:
        guest.act()
        return story.show(resolve_outputs=False)["stack_status"] != "IN_PROGRESS"

    wait_until(ended, PATIENCE, f"{story.name} to settle")
    return story.show(resolve_outputs=True)


def state_of(shown: dict[str, Any]) -> str:
    """Return action and status."""
    return f"{shown['stack_action']}_{shown['stack_status']}"


def settle(story: Story, state: str) -> None:
    """Wait until the operation has ended, and see that it ended so."""
    shown = end(story)
    assert state_of(shown) == state, shown["stack_status_reason"]


def outputs_of(shown: dict[str, Any]) -> dict[str, Any]:
    """Return a stack's outputs by name."""
    return {it["output_key"]: with_one_version(it["output_value"]) for it in shown.get("outputs", [])}


def with_one_version(value: Any) -> Any:
    """Return a value with the version of an address as a number, as in Nova: Heat shows a list with the number."""
    if isinstance(value, dict):
        is_listed = lambda key, it: key == "version" and isinstance(it, list) and len(it) == 1  # noqa: E731
        return {key: it[0] if is_listed(key, it) else with_one_version(it) for key, it in value.items()}
    return [with_one_version(it) for it in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def imported(
    cloud: Reached, mariadb: MariaDB, rabbitmq: RabbitMQ, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Imported]:
    """Have Heat make all stacks, import them, and start heatlite's engines."""
    cloud.fresh_project(PROJECT)
    cases = {name: case for name, case in CASES.items() if case.is_possible(cloud)}
    directory = tmp_path_factory.mktemp("heat")
    heats_database = mariadb.fresh_database()
    found = Imported({}, {}, {}, {}, "")
    with contextlib.ExitStack() as stack:
        for name in STACKS.keys() & cases.keys():
            stack.enter_context(STACKS[name].prepared(cloud, PROJECT))
        before = everything(cloud, PROJECT)
        try:
            with real_heat(cloud, directory, heats_database, rabbitmq.fresh_vhost()) as heat:
                have_made(found, cases, cloud, heat)
                configuration = heat.place.configuration
        except ServerUnavailable as error:
            pytest.skip(str(error))
        deployment = daemons(cloud, tmp_path_factory.mktemp("ours"), mariadb, rabbitmq)
        stack.callback(deployment.stop)
        try:
            found.said = deployment.manage("import-from-heat", "--source-config", str(configuration), "--all")
        except subprocess.CalledProcessError as error:  # it leaves those that failed, and says so
            found.said = str(error.output)
        deployment.launch()
        for name, story in found.stories.items():
            story.deployment, story.client = deployment, deployment.client
            story.context = cloud.context(cases[name].user, PROJECT)
        yield found
        for story in found.stories.values():
            delete(story)
        left = everything(cloud, PROJECT)
        for reference in left.get("secrets", set()) - before.get("secrets", set()):  # what orders made outlives them
            cloud.services(PROJECT, PROJECT).api("key_manager").delete(f"/secrets/{reference.rpartition('/')[2]}")
            left["secrets"].remove(reference)
        assert left == before


def delete(story: Story) -> None:
    """Delete a stack that no test has deleted."""
    with contextlib.suppress(EntityNotFound):  # it was left in Heat
        if story.state() != "DELETE_COMPLETE":
            story.delete()
            settle(story, "DELETE_COMPLETE")


def have_made(found: Imported, cases: dict[str, Case], cloud: Reached, heat: RealHeat) -> None:
    """Have Heat make the stacks; what can't be made there is told by ``failed``."""
    for name, case in cases.items():
        story = found.stories[name] = Story(heat)
        story.name, story.context = f"import-{name}", heat_context(cloud, PROJECT, case.user)
        try:
            story.create(case.template, files=case.files)
        except HeatliteError as error:
            found.failed[name] = str(error)
    for name, story in found.stories.items():
        if name not in found.failed:
            shown = end(story)
            found.outputs[name], found.ids[name] = outputs_of(shown), story.physical_ids()
            if state_of(shown) != "CREATE_COMPLETE":
                found.failed[name] = shown["stack_status_reason"]


def daemons(cloud: Reached, directory: pathlib.Path, mariadb: MariaDB, rabbitmq: RabbitMQ, **options: Any) -> Daemons:
    """Return heatlite's engines, not started, that use the cloud."""
    options = {**cloud.options(), **options}
    deployment = Daemons(directory, mariadb.fresh_database(), rabbitmq.fresh_vhost(), **options)
    with deployment.config.open("a") as config:
        config.write("\n".join(["[trustee]", *(f"{name} = {it}" for name, it in cloud.trustee().items()), ""]))
    return deployment


@pytest.mark.parametrize("name", CASES)
def test_an_imported_stack_is_itself_until_it_is_changed_and_goes_with_all_that_heat_made(
    imported: Imported, cloud: Reached, name: str
) -> None:
    case = CASES[name]
    cloud.requires(*case.needs)
    if not case.is_possible(cloud):
        pytest.skip(f"this run has {case.avoids}, whose stacks have servers on the only host")
    assert name not in imported.failed, imported.failed[name]
    story = imported.stories[name]
    assert outputs_of(story.show(resolve_outputs=True)) == imported.outputs[name], imported.said
    with cloud.changes() as asked:
        story.update(case.template, files=case.files)
        settle(story, "UPDATE_COMPLETE")
    assert not asked
    with cloud.changes() as asked:
        story.update(case.template, files=case.files, converge=True)
        settle(story, "UPDATE_COMPLETE")
    assert not asked
    assert story.physical_ids() == imported.ids[name]
    story.update(case.changed, files=case.files)
    settle(story, "UPDATE_COMPLETE")
    after = story.physical_ids()
    assert {place: after[place] for place in imported.ids[name]} == imported.ids[name]
    story.check()
    settle(story, "CHECK_COMPLETE")
    story.delete()
    settle(story, "DELETE_COMPLETE")
