"""Manila's types through their lives on the real service, with a driver that stores nothing; see test_types."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite.resources.outcomes import Done, Failed, Replace
from heatlite.resources.testing import carried
from tests.cloud.life import PATIENCE, Life, reference
from tests.cloud.reached import Reached
from tests.cloud.words import ref, typed
from tests.story import Story, hot

VERSION = {"microversion": "2.13"}
COLLECTIONS = {"shares": "shares", "share-networks": "share_networks", "security-services": "security_services"}


@pytest.fixture(autouse=True)
def _with_manila(cloud: Reached) -> None:
    cloud.requires("manila")
    await_pools(cloud)


def await_pools(cloud: Reached) -> None:
    """Wait until Manila's scheduler knows where shares can be."""
    api, end = cloud.services("admin", "admin").api("shared_file_system"), time.monotonic() + PATIENCE
    while len(api.get("/scheduler-stats/pools", **VERSION)["pools"]) < 2:
        assert time.monotonic() < end
        time.sleep(0.5)


@pytest.fixture
def plain(cloud: Reached) -> Iterator[str]:
    """The name of a type of shares that need no servers."""
    kind = Life(cloud, "OS::Manila::ShareType", {"name": "plain", "driver_handles_share_servers": False}, "admin")
    kind.create()
    yield "plain"
    assert isinstance(kind.run("DELETE"), Done)


def there(cloud: Reached) -> dict[str, set[str]]:
    """The ids of what the project has."""
    api = cloud.services().api("shared_file_system")
    return {key: {it["id"] for it in api.listed(f"/{path}", key, **VERSION)} for path, key in COLLECTIONS.items()}


def rules(share: Life) -> list[tuple[str, str, str]]:
    """Who may use a share, once Manila's driver has done what it was asked for."""
    api, end = share.cloud.services().api("shared_file_system"), time.monotonic() + PATIENCE
    while True:
        found = api.post(f"/shares/{reference(share)}/action", {"access_list": None}, **VERSION)["access_list"]
        if all(it["state"] == "active" for it in found):
            return sorted((it["access_type"], it["access_to"], it["access_level"]) for it in found)
        assert time.monotonic() < end, found
        time.sleep(0.5)


def test_a_type_has_specs(lives: Any, cloud: Reached) -> None:
    given = {"name": "fast", "driver_handles_share_servers": False, "extra_specs": {"a": "1", "b": "2"}}
    kind = lives("OS::Manila::ShareType", "admin", **given)
    assert kind.find_existing() == [reference(kind)]
    assert isinstance(kind.update(extra_specs={"b": "3"}), Done)
    specs = kind.seen()["extra_specs"]
    assert specs == {"driver_handles_share_servers": "False", "snapshot_support": "True", "b": "3"}
    assert isinstance(kind.run("CHECK"), Done)
    taken = Life(cloud, "OS::Manila::ShareType", given, "admin")
    refused = taken.run("CREATE")
    assert isinstance(refused, Failed)
    assert "exists already" in refused.reason
    other = Life(cloud, "OS::Manila::ShareType", {**given, "name": "slow", "is_public": False}, "admin")
    assert other.create_and_die() == [reference(other)]
    assert isinstance(other.run("DELETE"), Done)
    assert isinstance(other.run("CHECK"), Failed)


def test_a_share_is_used_by_those_who_may(plain: str, lives: Any, cloud: Reached) -> None:
    before = there(cloud)
    one, two = ({"access_type": "ip", "access_to": it} for it in ("10.0.0.1", "10.0.0.2"))
    given = {"share_protocol": "NFS", "size": 1, "share_type": plain, "metadata": {"for": "data"}}
    share = lives(
        "OS::Manila::Share", name="home", description="d", access_rules=[one, {**two, "access_level": "ro"}], **given
    )
    assert share.find_existing() == [reference(share)]
    assert rules(share) == [("ip", "10.0.0.1", "rw"), ("ip", "10.0.0.2", "ro")]
    shown = share.plugin(share.instance).resolve_attributes()
    assert (shown["status"], shown["share_server_id"]) == ("available", None)
    assert shown["export_locations"]
    assert isinstance(share.run("CHECK"), Done)
    assert isinstance(share.update(access_rules=[two], metadata={"for": "logs"}), Done)
    assert rules(share) == [("ip", "10.0.0.2", "rw")]
    assert share.seen()["metadata"]["for"] == "logs"
    assert share.find_existing() == [reference(share)]
    other = Life(cloud, "OS::Manila::Share", given)
    assert other.create_and_die() == [reference(other)]
    assert there(cloud)["shares"] == before["shares"] | {reference(share), reference(other)}
    assert isinstance(other.run("DELETE"), Done)
    assert isinstance(other.run("CHECK"), Failed)
    assert other.update(metadata={"a": "b"}) == Replace()
    bad = Life(cloud, "OS::Manila::Share", {**given, "access_rules": [{**one, "access_to": "nobody"}]})
    failed = bad.run("CREATE")
    assert isinstance(failed, Failed)
    assert "Error during applying access rules" in failed.reason
    bad.instance = carried(bad.instance, failed)
    assert isinstance(bad.run("DELETE"), Done)
    assert there(cloud)["shares"] == before["shares"] | {reference(share)}


def test_a_network_with_services_that_know_its_users(lives: Any, cloud: Reached) -> None:
    before = there(cloud)
    ours = lives("OS::Manila::SecurityService", name="ours", type="ldap", server="ldap.test", description="d")
    assert ours.find_existing() == [] or ours.seen()["name"] == "ours"
    assert isinstance(ours.update(user="ann", description="e"), Done)
    assert [ours.seen()[it] for it in ("user", "description")] == ["ann", "e"]
    other = Life(cloud, "OS::Manila::SecurityService", {"type": "kerberos", "name": "theirs"})
    assert other.create_and_die() == [reference(other)]
    assert other.seen()["name"] == "theirs"
    net = lives("OS::Manila::ShareNetwork", name="net", security_services=["ours"])
    shown = net.plugin(net.instance).resolve_attributes()
    assert set(shown) == {"segmentation_id", "cidr", "ip_version", "network_type"}
    assert serving(cloud, net) == {"ours"}
    assert isinstance(net.update(security_services=["theirs"], name="work"), Done)
    assert serving(cloud, net) == {"theirs"}
    assert net.seen()["name"] == "work"
    assert isinstance(net.update(security_services=[]), Done)
    assert isinstance(net.run("CHECK"), Done)
    again = Life(cloud, "OS::Manila::ShareNetwork", {"name": "again"})
    assert again.create_and_die() == [reference(again)]
    assert again.seen()["name"] == "again"
    for it in (again, other):
        assert isinstance(it.run("DELETE"), Done)
        assert isinstance(it.run("CHECK"), Failed)
    assert there(cloud)["share_networks"] == before["share_networks"] | {reference(net)}


def serving(cloud: Reached, net: Life) -> set[str]:
    """The names of a network's services."""
    api = cloud.services().api("shared_file_system")
    asked = {"share_network_id": reference(net)}
    return {it["name"] for it in api.listed("/security-services", "security_services", params=asked, **VERSION)}


def test_a_stack_of_a_share(plain: str, story: Story, cloud: Reached) -> None:
    before = there(cloud)
    share = typed("Manila::Share", share_protocol="NFS", size=1, share_type=plain)
    service = typed("Manila::SecurityService", type="ldap")
    net = typed("Manila::ShareNetwork", security_services=[ref("service")])
    story.create(hot(share=share, service=service, net=net))
    story.settle("CREATE_COMPLETE")
    share["properties"]["access_rules"] = [{"access_type": "ip", "access_to": "10.0.0.9"}]
    story.update(hot(share=share, service=service, net=net))
    story.settle("UPDATE_COMPLETE")
    made = there(cloud)
    share["properties"]["size"] = 2
    story.update(hot(share=share, service=service, net=net))
    story.settle("UPDATE_COMPLETE")
    now = there(cloud)
    assert now["shares"] != made["shares"]
    assert {name: len(ids) for name, ids in now.items()} == {name: len(ids) for name, ids in made.items()}
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert there(cloud) == before
