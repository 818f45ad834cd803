"""Administrators' types of Nova and Cinder, and quotas, through their lives on real services; see test_types."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from heatlite.resources.outcomes import Done, Failed, Waiting
from heatlite.resources.steps import start
from tests.cloud.life import Life, reference
from tests.cloud.reached import Reached


def test_an_aggregate_of_hosts(lives: Any, cloud: Reached) -> None:
    services = cloud.services("admin", "admin").api("compute").get("/os-services")["services"]
    host = next(it["host"] for it in services if it["binary"] == "nova-compute")
    aggregate = lives("OS::Nova::HostAggregate", "admin", name="quick", hosts=[host], metadata={"ssd": "yes", "n": 1})
    assert [aggregate.seen()[it] for it in ("name", "hosts")] == ["quick", [host]]
    assert aggregate.seen()["metadata"] == {"ssd": "yes", "n": "1"}
    assert isinstance(aggregate.update(hosts=[], metadata={"n": 2}, availability_zone="east", name="slow"), Done)
    assert [aggregate.seen()[it] for it in ("name", "hosts")] == ["slow", []]
    assert aggregate.seen()["metadata"] == {"n": "2", "availability_zone": "east"}
    refused = aggregate.update(availability_zone=None)
    assert isinstance(refused, Failed)
    assert "empty named availability zone" in refused.reason
    in_zone = lives("OS::Nova::HostAggregate", "admin", name="zone", availability_zone="west")
    assert in_zone.seen()["availability_zone"] == "west"


def test_an_aggregate_that_an_engine_died_at_is_found_by_its_first_name(lives: Any, cloud: Reached) -> None:
    aggregate = Life(cloud, "OS::Nova::HostAggregate", {"name": "lost"}, "admin")
    made = start(aggregate.plugin(aggregate.instance), "CREATE")
    assert isinstance(made, Waiting)
    assert aggregate.find_existing() == [made.physical_id]
    aggregate.instance = dataclasses.replace(aggregate.instance, resource_id=made.physical_id, data=made.data)
    assert isinstance(aggregate.run("DELETE"), Done)


QUOTAS = {
    "OS::Nova::Quota": ({"cores": 30, "injected_files": 3, "floating_ips": 5}, {"cores": 31}),
    "OS::Neutron::Quota": ({"port": 70, "rbac_policy": -1}, {"port": 71}),
    "OS::Cinder::Quota": ({"volumes": 40, "backup_gigabytes": 10}, {"volumes": 41}),
}


@pytest.mark.parametrize("type_name", QUOTAS)
def test_quotas_of_a_project_are_set_and_go_back_to_the_defaults(type_name: str, cloud: Reached) -> None:
    first, then = QUOTAS[type_name]
    projects = cloud.services("admin", "admin").identity
    project = projects.create("project", {"name": f"with {type_name}"})
    quota = Life(cloud, type_name, {"project": f"with {type_name}", **first}, "admin")
    try:
        before = quota.plugin(quota.instance).look("")
        quota.create()
        assert {name: quota.seen()[name] for name in first} == first
        assert isinstance(quota.update(**then), Done)
        assert {name: quota.seen()[name] for name in {**first, **then}} == {**first, **then}
        assert isinstance(quota.run("DELETE"), Done)
        assert isinstance(quota.run("DELETE"), Done)
        assert quota.plugin(quota.instance).look("") == before
    finally:
        projects.delete("project", project["id"])


def test_a_quota_of_cinder_is_not_less_than_what_is_used(lives: Any, cloud: Reached) -> None:
    lives("OS::Cinder::Volume", size=1)
    quota = Life(cloud, "OS::Cinder::Quota", {"project": "demo", "gigabytes": 0}, "admin")
    refused = quota.run("CREATE")
    assert isinstance(refused, Failed)
    assert "less than the" in refused.reason
    assert isinstance(quota.run("DELETE"), Done)


def test_volume_types_with_encryption_and_qos(lives: Any, cloud: Reached) -> None:
    given = {"name": "fast", "description": "d", "metadata": {"a": "1", "b": "2"}}
    plain = lives("OS::Cinder::VolumeType", "admin", **given)
    assert [plain.seen()[it] for it in ("name", "description", "extra_specs")] == ["fast", "d", given["metadata"]]
    assert isinstance(plain.update(metadata={"b": "3"}, name="faster", description=None), Done)
    assert [plain.seen()[it] for it in ("name", "description", "extra_specs")] == ["faster", "", {"b": "3"}]
    hidden = lives("OS::Cinder::VolumeType", "admin", name="hidden", is_public=False, projects=["demo"])
    place = f"/types/{reference(hidden)}/os-volume-type-access"
    api = cloud.services("admin", "admin").api("block_storage")
    assert [it["project_id"] for it in api.get(place)["volume_type_access"]] == [cloud.project_id("demo")]
    assert isinstance(hidden.update(projects=["admin"]), Done)
    assert [it["project_id"] for it in api.get(place)["volume_type_access"]] == [cloud.project_id("admin")]

    wanted = {"provider": "luks", "cipher": "aes-xts-plain64", "key_size": 256}
    encrypted = lives("OS::Cinder::EncryptedVolumeType", "admin", volume_type="faster", **wanted)
    assert encrypted.find_existing() == [reference(encrypted)] == [reference(plain)]
    assert isinstance(encrypted.update(key_size=512, control_location="back-end"), Done)
    assert [encrypted.seen()[it] for it in ("key_size", "control_location")] == [512, "back-end"]
    again = Life(cloud, "OS::Cinder::EncryptedVolumeType", {"volume_type": "faster", **wanted}, "admin")
    assert isinstance(again.run("CREATE"), Failed)
    assert isinstance(again.run("DELETE"), Done)
    assert encrypted.seen()["key_size"] == 512

    specs = lives("OS::Cinder::QoSSpecs", "admin", name="gold", specs={"read_iops_sec": "9", "consumer": "both"})
    assert specs.find_existing() == [reference(specs)]
    assert specs.seen()["consumer"] == "both"
    assert isinstance(specs.update(specs={"write_iops_sec": "8", "consumer": "front-end"}), Done)
    assert (specs.seen()["specs"], specs.seen()["consumer"]) == ({"write_iops_sec": "8"}, "front-end")
    unnamed = lives("OS::Cinder::QoSSpecs", "admin", specs={"read_iops_sec": "9"})
    assert unnamed.find_existing() == [reference(unnamed)]

    joined = lives("OS::Cinder::QoSAssociation", "admin", qos_specs="gold", volume_types=["faster", "hidden"])
    assert sorted(joined.seen()["volume_types"]) == sorted([reference(plain), reference(hidden)])
    assert isinstance(joined.update(volume_types=["hidden"]), Done)
    assert joined.seen()["volume_types"] == [reference(hidden)]
    assert isinstance(joined.run("CHECK"), Done)
