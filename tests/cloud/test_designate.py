"""Designate's types through their lives on the real service; see test_types."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from heatlite.resources.outcomes import Done, Failed, Waiting
from heatlite.resources.steps import start
from tests.cloud.left import added, everything
from tests.cloud.life import Life, reference
from tests.cloud.reached import Reached
from tests.story import Story, hot


@pytest.fixture(autouse=True)
def _with_designate(cloud: Reached) -> None:
    cloud.requires("designate")


def test_a_zone_and_its_records(lives: Any) -> None:
    given = {"name": "shop.test.", "email": "ann@shop.test", "ttl": 600, "description": "of the shop"}
    zone = lives("OS::Designate::Zone", **given)
    assert {it: zone.seen()[it] for it in given} == given
    assert zone.seen()["status"] == "ACTIVE"
    serial = zone.plugin(zone.instance).resolve_attributes()["serial"]
    assert isinstance(serial, int)
    assert isinstance(zone.update(email="bob@shop.test", ttl=700, description=None), Done)
    assert [zone.seen()[it] for it in ("email", "ttl", "description")] == ["bob@shop.test", 700, None]
    assert isinstance(zone.run("CHECK"), Done)

    records = {"type": "A", "records": ["192.0.2.1", "192.0.2.2"]}
    www = lives(
        "OS::Designate::RecordSet", zone="shop.test.", name="www.shop.test.", ttl=60, description="web", **records
    )
    assert sorted(www.seen()["records"]) == ["192.0.2.1", "192.0.2.2"]
    assert [www.seen()[it] for it in ("ttl", "description", "status")] == [60, "web", "ACTIVE"]
    assert isinstance(www.update(records=["192.0.2.3"], ttl=None, description=None), Done)
    assert [www.seen()[it] for it in ("records", "ttl", "description")] == [["192.0.2.3"], None, None]
    assert isinstance(www.update(zone=reference(zone)), Done)  # another name of the same zone
    assert isinstance(www.run("CHECK"), Done)
    again = Life(www.cloud, "OS::Designate::RecordSet", {"zone": "shop.test.", "name": "www.shop.test.", **records})
    refused = again.run("CREATE")
    assert isinstance(refused, Failed)
    assert "uplicate" in refused.reason
    assert isinstance(again.run("DELETE"), Done)
    assert www.seen()["records"] == ["192.0.2.3"]


def test_what_an_engine_died_at_is_found_by_its_description(lives: Any, cloud: Reached) -> None:
    zone = Life(cloud, "OS::Designate::Zone", {"name": "lost.test.", "email": "a@lost.test", "description": "d"})
    made = start(zone.plugin(zone.instance), "CREATE")
    assert isinstance(made, Waiting)
    assert zone.find_existing() == [made.physical_id]
    zone.instance = dataclasses.replace(zone.instance, resource_id=made.physical_id)
    other = lives("OS::Designate::Zone", name="held.test.", email="a@held.test")
    assert other.find_existing() == [reference(other)]
    record = Life(
        cloud,
        "OS::Designate::RecordSet",
        {"zone": reference(other), "name": "a.held.test.", "type": "TXT", "records": ['"x"']},
    )
    begun = start(record.plugin(record.instance), "CREATE")
    assert isinstance(begun, Waiting)
    assert record.find_existing() == [begun.physical_id]
    assert isinstance(zone.run("DELETE"), Done)
    assert zone.find_existing() == []
    record.instance = dataclasses.replace(record.instance, resource_id=begun.physical_id)
    assert isinstance(record.run("DELETE"), Done)


def test_a_zone_of_an_older_template_and_one_that_is_taken(lives: Any, cloud: Reached) -> None:
    copied = lives("OS::Designate::Zone", name="copied.test.", type="SECONDARY", masters=["192.0.2.53"])
    assert copied.seen()["masters"] == ["192.0.2.53"]
    assert isinstance(copied.update(masters=None, primaries=["192.0.2.54"]), Done)
    assert copied.seen()["masters"] == ["192.0.2.54"]
    taken = Life(cloud, "OS::Designate::Zone", {"name": "copied.test.", "email": "a@copied.test"})
    refused = taken.run("CREATE")
    assert isinstance(refused, Failed)
    assert "uplicate" in refused.reason
    assert isinstance(taken.run("DELETE"), Done)
    assert copied.seen()["name"] == "copied.test."


def test_a_stack_of_them(story: Story, cloud: Reached) -> None:
    before = everything(cloud)
    zone = {"type": "OS::Designate::Zone", "properties": {"name": "stack.test.", "email": "a@stack.test"}}
    record = {
        "type": "OS::Designate::RecordSet",
        "properties": {
            "zone": {"get_resource": "zone"},
            "name": "www.stack.test.",
            "type": "A",
            "records": ["192.0.2.1"],
        },
    }
    story.create(hot(None, zone=zone, record=record))
    story.settle("CREATE_COMPLETE")
    assert added(cloud, before) == {"zones": 1, "recordsets": 3}  # with those of each zone: SOA and NS
    record["properties"]["records"] = ["192.0.2.2"]
    story.update(hot(None, zone=zone, record=record))
    story.settle("UPDATE_COMPLETE")
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert everything(cloud) == before
