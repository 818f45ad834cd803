"""Signals and deployments by way of queues of Zaqar: what the engine reads, keeps, sends and removes.

Those by way of Swift's objects are in tests/cloud/test_swift.py.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from heatlite.resources.builtin.deployed_server_with_user import DeployedServerWithUser
from heatlite.resources.builtin.deployment_with_user import DeploymentWithUser
from heatlite.resources.builtin.handle_with_user import HandleWithUser
from heatlite.resources.builtin.mailbox import QueueBox
from heatlite.resources.builtin.wait_condition import WaitCondition
from heatlite.resources.cloud import StackUser
from heatlite.resources.instance import Instance
from heatlite.resources.outcomes import Done, Failed, Waiting
from heatlite.resources.siblings import Sibling
from heatlite.resources.software.port import Served
from heatlite.resources.software.testing import SoftwareInMemory
from heatlite.resources.steps import poll, start
from heatlite.resources.testing import carried, drive, instance_of
from tests.memory_api import Refusal
from tests.memory_keystone import MemoryKeystone
from tests.reference import kinds
from tests.reference.standin import StandIn
from tests.unit.resources.cloud_in_memory import beside_zaqar, cloud_of

QUEUES, MESSAGES = kinds.QUEUE, kinds.MESSAGE


@dataclasses.dataclass
class Siblings:
    """A stack with one handle."""

    handle: Instance

    def by_reference(self, reference: str) -> Sibling:
        return Sibling("handle", HandleWithUser, self.handle.properties, self.handle.metadata, self.handle.data)

    def clear_metadata(self, reference: str) -> None:
        self.handle = dataclasses.replace(self.handle, metadata={})


@pytest.fixture
def keystone() -> MemoryKeystone:
    return MemoryKeystone()


@pytest.fixture
def zaqar(keystone: MemoryKeystone) -> StandIn:
    return beside_zaqar(keystone)


def users(keystone: MemoryKeystone) -> list[Any]:
    return [user for user in keystone.things["user"].values() if user.get("domain_id") == "heat"]


def queue_told(keystone: MemoryKeystone, told: dict[str, Any], prefix: str = "") -> QueueBox:
    """The queue, as somebody uses it who knows only what he was told."""
    [user] = users(keystone)
    assert (told[f"{prefix}user_id"], told[f"{prefix}password"]) == (user["id"], user["password"])
    who = StackUser(user["id"], told[f"{prefix}project_id"], "", "")
    services = cloud_of(keystone).as_user(who, user["password"])
    return QueueBox(services, told[f"{prefix}queue_id"], "5b0c5b2e-3c3e-4b6f-a52c-3a2b3d4b8a11")


def test_a_condition_keeps_what_it_reads_in_the_handles_queue(keystone: MemoryKeystone, zaqar: StandIn) -> None:
    handle = instance_of(HandleWithUser, {"signal_transport": "ZAQAR_SIGNAL"}, cloud=cloud_of(keystone))
    made = drive(HandleWithUser, "CREATE", instance=handle)
    assert isinstance(made, Done)
    handle = carried(handle, made)
    sender = queue_told(keystone, json.loads(HandleWithUser(handle).resolve_attribute("signal")))
    given = {"handle": "h", "timeout": 60, "count": 3}
    condition = instance_of(WaitCondition, given, cloud=cloud_of(keystone), siblings=Siblings(handle))
    waiting = start(WaitCondition(condition), "CREATE")
    assert isinstance(waiting, Waiting)
    sender.post([{"data": "first"}], 60)
    sender.post([{"id": "a", "data": 1}], 60)
    waiting = poll(WaitCondition(condition), "CREATE", waiting.progress)
    assert isinstance(waiting, Waiting)
    condition = carried(condition, waiting)
    zaqar.objects[MESSAGES.path].clear()  # their time is over
    sender.post([json.dumps({"id": "a", "data": 2})], 60)
    sender.post([{}], 60)
    done = poll(WaitCondition(condition), "CREATE", waiting.progress)
    assert isinstance(done, Done)
    assert json.loads(done.attributes["data"]) == {"1": "first", "a": 2, "4": None}
    condition = carried(condition, done)
    assert isinstance(drive(WaitCondition, "DELETE", instance=condition), Done)
    assert zaqar.of(MESSAGES) == []  # another condition waits for other signals
    assert isinstance(drive(HandleWithUser, "DELETE", instance=handle), Done)
    assert (zaqar.of(QUEUES), users(keystone)) == ([], [])


def test_a_queue_goes_by_the_password_that_its_user_has(keystone: MemoryKeystone, zaqar: StandIn) -> None:
    handle = instance_of(HandleWithUser, {"signal_transport": "ZAQAR_SIGNAL"}, cloud=cloud_of(keystone))
    handle = carried(handle, drive(HandleWithUser, "CREATE", instance=handle))
    [user] = users(keystone)
    asked = len(keystone.asked)
    assert isinstance(drive(HandleWithUser, "DELETE", instance=handle), Done)
    assert (zaqar.of(QUEUES), users(keystone)) == ([], [])
    assert ("PATCH", f"users/{user['id']}") not in keystone.asked[asked:], "it would void the user's tokens"


def test_a_password_that_is_void_is_replaced_a_step_before_the_queue_goes(
    keystone: MemoryKeystone, zaqar: StandIn
) -> None:
    handle = instance_of(HandleWithUser, {"signal_transport": "ZAQAR_SIGNAL"}, cloud=cloud_of(keystone))
    handle = carried(handle, drive(HandleWithUser, "CREATE", instance=handle))
    zaqar.fails = [Refusal(401)] * 2  # the client logs in again once
    begun = start(HandleWithUser(handle), "DELETE")
    assert isinstance(begun, Waiting)
    [user] = users(keystone)
    assert begun.data["password"] == user["password"]
    assert len(zaqar.of(QUEUES)) == 1
    handle = carried(handle, begun)
    assert isinstance(poll(HandleWithUser(handle), "DELETE", begun.progress), Done)
    assert (zaqar.of(QUEUES), users(keystone)) == ([], [])


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({"status": "FAILURE", "reason": "no disk"}, "WaitConditionFailure: resources.web: no disk"),
        ({"status": "perhaps"}, "Metadata format invalid"),
        ("[1]", r"Failed to parse JSON data: \[1]"),
    ],
)
def test_a_bad_message_fails_the_condition(keystone: MemoryKeystone, zaqar: StandIn, message: Any, reason: str) -> None:
    handle = instance_of(HandleWithUser, {"signal_transport": "ZAQAR_SIGNAL"}, cloud=cloud_of(keystone))
    made = drive(HandleWithUser, "CREATE", instance=handle)
    assert isinstance(made, Done)
    handle = carried(handle, made)
    queue_told(keystone, json.loads(HandleWithUser(handle).resolve_attribute("signal"))).post([message], 60)
    given = {"handle": "h", "timeout": 60}
    condition = instance_of(WaitCondition, given, cloud=cloud_of(keystone), siblings=Siblings(handle))
    failed = start(WaitCondition(condition), "CREATE")
    assert isinstance(failed, Failed)
    assert reason.replace("\\", "") in failed.reason


def test_a_deployments_result_is_read_in_its_queue(keystone: MemoryKeystone, zaqar: StandIn) -> None:
    software = SoftwareInMemory()
    given = {"server": "s", "signal_transport": "ZAQAR_SIGNAL"}
    instance = instance_of(DeploymentWithUser, given, cloud=cloud_of(keystone), software=software)
    waiting = start(DeploymentWithUser(instance), "CREATE")
    assert isinstance(waiting, Waiting)
    instance = carried(instance, waiting)
    told = {it["name"]: it["value"] for it in software.orders[instance.uuid].config.inputs}
    sender = queue_told(keystone, told, "deploy_")
    sender.post([{"deploy_status_code": 0, "deploy_stdout": "fine"}], 60)
    done = poll(DeploymentWithUser(instance), "CREATE", waiting.progress)
    assert isinstance(done, Done)
    assert done.attributes["deploy_stdout"] == "fine"
    again = start(DeploymentWithUser(carried(instance, done)), "UPDATE", {"input_values": {"a": 1}})
    assert isinstance(again, Waiting)  # the result of before is no result of this
    sender.post([{"deploy_status_code": 1}], 60)
    failed = poll(DeploymentWithUser(carried(instance, again)), "UPDATE", again.progress, {"input_values": {"a": 1}})
    assert isinstance(failed, Failed)
    assert "non-zero status code: 1" in failed.reason
    assert isinstance(drive(DeploymentWithUser, "DELETE", instance=carried(instance, failed)), Done)
    assert (zaqar.of(QUEUES), users(keystone)) == ([], [])


def test_a_queue_that_a_crash_left_goes_with_the_deployment(keystone: MemoryKeystone, zaqar: StandIn) -> None:
    given = {"server": "s", "signal_transport": "ZAQAR_SIGNAL"}
    instance = instance_of(DeploymentWithUser, given, cloud=cloud_of(keystone))
    DeploymentWithUser(instance).begin("CREATE")  # by an engine that dies here
    assert len(zaqar.of(QUEUES)) == 1
    assert isinstance(drive(DeploymentWithUser, "DELETE", instance=instance), Done)
    assert (zaqar.of(QUEUES), users(keystone)) == ([], [])


def test_deployments_are_messages_to_the_servers_agent(keystone: MemoryKeystone, zaqar: StandIn) -> None:
    given = {"software_config_transport": "ZAQAR_MESSAGE"}
    facts = {"cloud": cloud_of(keystone), "metadata": {"of": "the template"}}
    server = instance_of(DeployedServerWithUser, given, **facts)
    made = drive(DeployedServerWithUser, "CREATE", instance=server)
    assert isinstance(made, Done)
    server = carried(server, made)
    config = DeployedServerWithUser(server).resolve_attribute("os_collect_config")
    assert config["collectors"] == ["zaqar", "local"]
    agent = queue_told(keystone, config["zaqar"])
    told = {"of": "the template", "os-collect-config": config}
    assert list(agent.letters().values()) == [{**told, "deployments": []}]

    software = SoftwareInMemory(servers={"s": Served(server.data, server.metadata)})
    wanted = {"server": "s", "signal_transport": "NO_SIGNAL", "name": "setup"}
    deployment = instance_of(DeploymentWithUser, wanted, cloud=cloud_of(keystone), software=software)
    done = drive(DeploymentWithUser, "CREATE", instance=deployment)
    assert isinstance(done, Done)
    assert isinstance(drive(DeploymentWithUser, "DELETE", instance=carried(deployment, done)), Done)
    assert [it["deployments"] for it in agent.letters().values()] == [[], [{"name": "setup"}], []]

    polled = {"software_config_transport": "POLL_SERVER_HEAT"}
    other = drive(DeployedServerWithUser, "UPDATE", polled, instance=server)
    assert isinstance(other, Done)
    server = dataclasses.replace(carried(server, other), properties=polled)
    assert zaqar.of(QUEUES) == []
    config = DeployedServerWithUser(server).resolve_attribute("os_collect_config")
    assert config["collectors"] == ["heat", "local"]
    assert server.data["os-collect-config"] == config
    assert isinstance(drive(DeployedServerWithUser, "DELETE", instance=server), Done)
    assert users(keystone) == []
