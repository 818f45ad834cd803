"""A port that replaces another one with the same address gets it, and gives it back; nobody else loses an address.

tests/cloud has the same on real services; here an engine dies in between, and addresses are somebody else's.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from heatlite.resources.instance import Instance
from heatlite.resources.openstack.neutron.addresses import FREED
from heatlite.resources.openstack.neutron.port import Port
from heatlite.resources.outcomes import Done, Failed, Waiting
from heatlite.resources.siblings import Sibling
from heatlite.resources.steps import poll, start
from heatlite.resources.testing import FakeClock, carried, instance_of
from tests import memory_api
from tests.memory_api import MemoryApi

NETWORK, ADDRESS, OLD = "11111111-0000-4000-8000-000000000000", "10.0.0.5", "22222222-0000-4000-8000-000000000000"
HAS_IT = [{"subnet_id": "s", "ip_address": ADDRESS}, {"subnet_id": "s", "ip_address": "10.0.0.6"}]


class Neutron(MemoryApi):
    """Ports, of which no two have the same address. ``refusals``: statuses of the next changes."""

    def __init__(self) -> None:
        super().__init__()
        self.refusals: list[int] = []
        old = {"id": OLD, "status": "ACTIVE", "network_id": NETWORK, "device_id": "", "fixed_ips": HAS_IT}
        self.objects["ports"] = {OLD: old}

    def _answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        if method == "PUT" and self.refusals:
            return self.refusals.pop(0), {"NeutronError": {"message": "not now"}}
        if (method, path) == ("POST", "/ports"):
            sent = json.loads(body)["port"]
            wanted = {it["ip_address"] for it in sent["fixed_ips"]}
            if any(it["ip_address"] in wanted for port in self.ports() for it in port["fixed_ips"]):
                return 409, {"NeutronError": {"message": "already allocated"}}
            body = json.dumps({"port": {"device_id": "", **sent}})
        if address := query.pop("fixed_ips", [""])[0].removeprefix("ip_address="):
            return 200, {"ports": [it for it in self.ports() if address in str(it["fixed_ips"])]}
        return super()._answer(method, path, query, body)

    def ports(self) -> list[dict[str, Any]]:
        return list(self.objects["ports"].values())

    def addresses_of(self, port: str) -> list[str]:
        return [it["ip_address"] for it in self.objects["ports"][port]["fixed_ips"]]


class Rows:
    """The stack's other rows: physical id → name."""

    def __init__(self, **names: str) -> None:
        self.names = names

    def by_reference(self, reference: str) -> Sibling | None:
        name = self.names.get(f"of_{reference[:8]}")
        return None if name is None else Sibling(name, Port, {}, {})


@pytest.fixture
def neutron(monkeypatch: pytest.MonkeyPatch) -> Neutron:
    monkeypatch.setitem(memory_api.KEYS, "ports", "port")
    return Neutron()


def replacement(neutron: Neutron, name_of_the_other: str) -> Instance:
    rows: Any = Rows(of_22222222=name_of_the_other)
    properties = {"network": NETWORK, "name": "p", "fixed_ips": [{"ip_address": ADDRESS}]}
    return instance_of(Port, properties, cloud=neutron.cloud(), siblings=rows)


def driven(instance: Instance, action: str, stop_after: int = 99) -> tuple[Instance, Any]:
    """Take an action to its end; the instance is what the database has then. ``stop_after``: so many checks."""
    outcome = start(Port(instance), action)
    while isinstance(outcome, Waiting) and stop_after:
        instance = carried(instance, outcome)
        outcome, stop_after = poll(Port(instance), action, outcome.progress), stop_after - 1
    return (instance if isinstance(outcome, Failed) else carried(instance, outcome)), outcome


def test_the_address_is_taken_from_the_replaced_port_and_no_other_one(neutron: Neutron) -> None:
    new = replacement(neutron, "thing")
    new = dataclasses.replace(new, name="thing")
    made, outcome = driven(new, "CREATE")
    assert isinstance(outcome, Done), outcome
    assert neutron.addresses_of(str(made.resource_id)) == [ADDRESS]
    assert neutron.addresses_of(OLD) == ["10.0.0.6"]
    assert len(neutron.ports()) == 2


def test_it_is_recorded_before_it_is_taken(neutron: Neutron) -> None:
    new = dataclasses.replace(replacement(neutron, "thing"), name="thing")
    known, outcome = driven(new, "CREATE", stop_after=0)
    assert isinstance(outcome, Waiting)
    assert known.data[FREED] == {OLD: HAS_IT}
    assert neutron.addresses_of(OLD) == [ADDRESS, "10.0.0.6"]


def test_an_engine_that_died_as_it_created_the_port_has_created_it_once(neutron: Neutron) -> None:
    new = dataclasses.replace(replacement(neutron, "thing"), name="thing")
    known, outcome = driven(new, "CREATE", stop_after=1)
    lost = poll(Port(known), "CREATE", dict(outcome.progress))  # it creates the port, and nobody records that
    assert isinstance(lost, Waiting)
    while isinstance(outcome, Waiting):
        known = carried(known, outcome)
        outcome = poll(Port(known), "CREATE", outcome.progress)
    assert isinstance(outcome, Done), outcome
    assert len(neutron.ports()) == 2


def test_what_a_rollback_deletes_gives_the_address_back(neutron: Neutron) -> None:
    new = dataclasses.replace(replacement(neutron, "thing"), name="thing")
    made, _ = driven(new, "CREATE")
    _, outcome = driven(made, "DELETE")
    assert isinstance(outcome, Done), outcome
    assert neutron.addresses_of(OLD) == [ADDRESS, "10.0.0.6"]
    assert len(neutron.ports()) == 1


def test_the_address_of_another_resource_stays_with_it(neutron: Neutron) -> None:
    new = dataclasses.replace(replacement(neutron, "another"), name="thing")
    _, outcome = driven(new, "CREATE")
    assert isinstance(outcome, Failed)
    assert "already allocated" in outcome.reason
    assert neutron.addresses_of(OLD) == [ADDRESS, "10.0.0.6"]


@pytest.mark.parametrize("status", [409, 500])
def test_a_refusal_that_passes_delays_the_giving_back(neutron: Neutron, status: int) -> None:
    new = dataclasses.replace(replacement(neutron, "thing"), name="thing")
    made, _ = driven(new, "CREATE")
    neutron.refusals = [status, status]
    _, outcome = driven(made, "DELETE")
    assert isinstance(outcome, Done), outcome
    assert neutron.refusals == []
    assert neutron.addresses_of(OLD) == [ADDRESS, "10.0.0.6"]


def test_a_refusal_that_stays_fails_one_deletion_and_no_second(
    neutron: Neutron, caplog: pytest.LogCaptureFixture
) -> None:
    clock = FakeClock()
    new = dataclasses.replace(replacement(neutron, "thing"), name="thing", now=clock)
    made, _ = driven(new, "CREATE")
    neutron.refusals = [500] * 1000
    tries = 0
    outcome = start(Port(made), "DELETE")
    while isinstance(outcome, Waiting):
        clock.advance(outcome.poll_after)
        made, tries = carried(made, outcome), tries + 1
        outcome = poll(Port(made), "DELETE", outcome.progress)
    assert isinstance(outcome, Failed)
    assert "10.0.0.5, 10.0.0.6 of port 22222222" in outcome.reason
    assert "Neutron answered 500: not now" in outcome.reason
    assert tries * 2.0 * Port.poll_seconds >= Port.in_use_seconds > (tries - 1) * 2.0 * Port.poll_seconds
    left = len(neutron.refusals)
    _, outcome = driven(carried(made, outcome), "DELETE")
    assert isinstance(outcome, Done), outcome
    assert len(neutron.refusals) == left - 1
    assert "can't be given back" in caplog.text
