"""What a part of a load balancer does while Octavia takes no change of it, where the real service can't be made to."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite.resources.instance import Instance
from heatlite.resources.openstack.fields import listed, text
from heatlite.resources.openstack.marks import InName
from heatlite.resources.openstack.octavia.base import AN_HOUR, OctaviaResource
from heatlite.resources.outcomes import Done, Failed, Waiting
from heatlite.resources.steps import poll, start
from heatlite.resources.testing import FakeClock, carried, drive, instance_of
from tests import memory_api
from tests.memory_api import MemoryApi, Refusal

BALANCER = "3f0c2a1e-5b7d-4c8e-9a6f-0123456789ab"
IMMUTABLE = Refusal(409, message=f"Load Balancer {BALANCER} is immutable and cannot be updated.")
TAKEN = Refusal(409, message="Another Listener on this Load Balancer is already using protocol_port 80")


class Part(OctaviaResource):
    """A part of a load balancer, at the service in memory."""

    service, path, key, mark, is_gone_at_once = "network", "/things", "thing", InName(), True
    properties_schema = {
        "name": text("Its name.", update_allowed=True),
        "tags": listed("Its tags.", update_allowed=True, cleared=[]),
    }


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> MemoryApi:
    monkeypatch.setitem(memory_api.KEYS, "lbaas", "loadbalancer")
    api = MemoryApi()
    api.objects["lbaas"] = {"loadbalancers": {"provisioning_status": "PENDING_UPDATE"}}
    return api


def part(api: MemoryApi, clock: FakeClock | None = None, **properties: Any) -> Instance:
    return instance_of(Part, properties, clock, cloud=api.cloud())


def posts(api: MemoryApi) -> int:
    return sum(method == "POST" for method, _ in api.asked)


def test_a_creation_is_sent_again_until_it_is_taken(api: MemoryApi) -> None:
    api.fails = [IMMUTABLE, None, IMMUTABLE, None]
    outcome = drive(Part, "CREATE", instance=part(api))
    assert isinstance(outcome, Done)
    assert posts(api) == 3
    assert list(api.objects["things"]) == [outcome.physical_id]


def test_a_change_is_sent_again_until_it_is_taken(api: MemoryApi) -> None:
    instance = part(api, name="one")
    made = drive(Part, "CREATE", instance=instance)
    assert isinstance(made, Done)
    after = carried(part(api, name="two"), made)
    api.fails = [IMMUTABLE]
    waiting = start(Part(after), "UPDATE", {"name": "two"})
    assert isinstance(waiting, Waiting)
    assert [it["name"] for it in api.objects["things"].values()] == ["one"]
    assert isinstance(poll(Part(after), "UPDATE", waiting.progress), Done)
    assert [it["name"] for it in api.objects["things"].values()] == ["two"]


@pytest.mark.parametrize("action", ["CREATE", "UPDATE", "DELETE"])
def test_no_change_of_a_broken_load_balancer_is_waited_for(action: str, api: MemoryApi) -> None:
    instance = part(api)
    if action != "CREATE":
        made = drive(Part, "CREATE", instance=instance)
        assert isinstance(made, Done)
        instance = carried(instance, made)
    api.objects["lbaas"]["loadbalancers"]["provisioning_status"] = "ERROR"
    api.fails = [IMMUTABLE]
    given = [{"name": None}] if action == "UPDATE" else []
    outcome = start(Part(instance), action, *given)
    if isinstance(outcome, Waiting):
        outcome = poll(Part(instance), action, outcome.progress, *given)
    assert isinstance(outcome, Failed)
    assert f"Load Balancer {BALANCER} is broken" in outcome.reason


def test_another_conflict_is_not_waited_for(api: MemoryApi) -> None:
    api.fails = [TAKEN]
    outcome = start(Part(part(api)), "CREATE")
    assert isinstance(outcome, Failed)
    assert "already using protocol_port 80" in outcome.reason
    assert posts(api) == 1


def test_a_load_balancer_that_stays_busy_is_waited_for_an_hour(api: MemoryApi) -> None:
    clock = FakeClock()
    instance = part(api, clock)
    api.fails = [IMMUTABLE]
    waiting = start(Part(instance), "CREATE")
    assert isinstance(waiting, Waiting)
    clock.advance(AN_HOUR - 1)
    api.fails = [IMMUTABLE]
    waiting = poll(Part(instance), "CREATE", waiting.progress)
    assert isinstance(waiting, Waiting)
    clock.advance(1)
    api.fails = [IMMUTABLE]
    outcome = poll(Part(instance), "CREATE", waiting.progress)
    assert isinstance(outcome, Failed)
    assert "is immutable" in outcome.reason
