"""A look at the objects of an API: few requests, what is gone, broken or changed, and what can't be seen."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from heatlite.exception import CloudError
from heatlite.resources.openstack.base import CloudResource
from heatlite.resources.openstack.fields import listed, text
from heatlite.resources.openstack.marks import tag_of
from heatlite.resources.openstack.neutron.net import Net
from heatlite.resources.openstack.sights import IDS_TOGETHER, holds, tags_differ
from heatlite.resources.openstack.states import states
from heatlite.resources.outcomes import Done
from heatlite.resources.registry import Registry
from heatlite.resources.sight import IS_GONE, Sight
from heatlite.resources.testing import carried, drive, instance_of
from tests.memory_api import MemoryApi, Refusal
from tests.unit.resources.cloud_examples import CLOUD_EXAMPLES, ID

Make = Callable[[], CloudResource]
numbers = itertools.count(1)
TYPES = Registry.load()


class Thing(CloudResource):
    """A thing with a list, and a property that no update can change."""

    service, path, key = "network", "/things", "thing"
    states = states(good="ACTIVE", failed="ERROR")
    properties_schema = {
        "name": text("Its name.", update_allowed=True),
        "kind": text("Its kind."),
        "user": text("Who uses it.", default="", update_allowed=True),
        "places": listed("Where.", {"at": text("Where.", field="place"), "port": text("A port.")}, update_allowed=True),
    }


@pytest.fixture
def api() -> MemoryApi:
    return MemoryApi()


def made(api: MemoryApi, plugin: type[CloudResource], **properties: Any) -> Make:
    """What makes a resource for one step; its object exists, and the requests until then aren't counted."""
    instance = instance_of(plugin, properties, cloud=api.cloud(), uuid=f"00000000-0000-0000-0000-{next(numbers):012}")
    outcome = drive(plugin, "CREATE", instance=instance)
    assert isinstance(outcome, Done)
    api.asked.clear()
    return lambda: plugin(carried(instance, outcome))


def body(api: MemoryApi, make: Make) -> dict[str, Any]:
    return api.objects[make().path[1:]][id_of(make)]


def id_of(make: Make) -> str:
    return str(make().resource_id)


def see(*make: Make) -> list[Sight | str]:
    resources = [it() for it in make]
    found = type(resources[0]).see_all(resources)
    return [found[it.uuid] for it in resources]


def test_many_are_seen_in_one_list_and_one_by_itself(api: MemoryApi) -> None:
    things = [made(api, Thing, name=f"t{at}") for at in range(5)]
    body(api, things[3])["name"] = "other"
    assert see(*things) == [Sight(), Sight(), Sight(), Sight(properties={"name": "other"}), Sight()]
    assert api.asked == [("GET", "/things")]
    api.asked.clear()
    assert see(things[3]) == [Sight(properties={"name": "other"})]
    assert api.asked == [("GET", f"/things/{id_of(things[3])}")]


def test_neutron_is_asked_for_the_stacks_own_objects_so_many_at_a_time(api: MemoryApi) -> None:
    nets = [made(api, Net, name=f"n{at}") for at in range(IDS_TOGETHER + 1)]
    others = made(api, Net, name="another stack's")
    assert see(*nets) == [Sight()] * len(nets)
    assert api.asked == [("GET", "/networks")] * 2
    assert id_of(others) in api.objects["networks"]


def test_a_list_that_is_not_found_says_nothing_of_its_objects(api: MemoryApi) -> None:
    things = [made(api, Thing, name=f"t{at}") for at in range(3)]
    api.fails = [Refusal(404)]
    found = see(*things)
    assert all(isinstance(it, str) and "404" in it for it in found)


def test_what_a_list_lacks_is_gone_only_if_it_can_not_be_read_either(api: MemoryApi) -> None:
    first, second, third = (made(api, Thing, name=it) for it in "abc")
    del api.objects["things"][id_of(second)]
    assert see(first, second, third) == [Sight(), IS_GONE, Sight()]
    assert api.asked == [("GET", "/things"), ("GET", f"/things/{id_of(second)}")]


def test_what_is_broken_says_its_status(api: MemoryApi) -> None:
    thing = made(api, Thing, name="a")
    body(api, thing)["status"] = "ERROR"
    assert see(thing) == [Sight(trouble="its status is ERROR")]


def test_what_the_template_does_not_give_and_what_no_update_changes_is_not_compared(api: MemoryApi) -> None:
    thing = made(api, Thing, kind="small")
    body(api, thing).update(kind="SMALL", places=[{"place": "here"}])
    assert see(thing) == [Sight()]
    body(api, thing)["name"] = "mine"  # the generated name is the engine's, and an adopted object has another
    assert see(thing) == [Sight()]


def test_an_empty_default_is_no_wish_and_an_empty_value_is_one(api: MemoryApi) -> None:
    thing = made(api, Thing, name="a", places=[])
    body(api, thing).update(user="a server", places=[])
    assert see(thing) == [Sight()]
    body(api, thing)["places"] = [{"place": "here"}]
    assert see(thing) == [Sight(properties={"places": [{"at": "here"}]})]


def test_what_was_found_is_told_as_a_template_gives_it(api: MemoryApi) -> None:
    thing = made(api, Thing, name="a", places=[{"at": "here"}, {"at": "there"}])
    body(api, thing)["places"] = [{"place": "there", "port": "1", "added": True}, {"place": "here"}]
    assert see(thing) == [Sight()]
    body(api, thing)["places"] = [{"place": "there", "port": "1", "added": True}]
    assert see(thing) == [Sight(properties={"places": [{"at": "there", "port": "1"}]})]


def test_a_service_that_refuses_the_list_says_why_nothing_is_seen(api: MemoryApi) -> None:
    things = [made(api, Thing, name=it) for it in "ab"]
    api.fails = [Refusal(403, message="not yours")]
    found = see(*things)
    assert all(isinstance(it, str) and "not yours" in it for it in found)
    api.fails = [Refusal(503)]
    assert all(isinstance(it, str) and "503" in it for it in see(*things))


def test_fields_beside_the_properties_are_compared_too(api: MemoryApi) -> None:
    net = made(api, Net, name="n", value_specs={"mtu": 1400})
    assert see(net) == [Sight()]
    body(api, net)["mtu"] = 1500
    assert see(net) == [Sight(properties={"value_specs": {"mtu": 1500}})]


def test_a_repair_replaces_what_no_update_can_set(api: MemoryApi) -> None:
    thing = made(api, Thing, name="a")
    assert thing().beyond_repair({"name": "b"}) == frozenset()
    assert thing().beyond_repair({"name": "b", "kind": "c"}) == {"kind"}


SEEN = {"id": ID, "name": "seen", "status": "ACTIVE", "size": 1, "flavor": {"id": ID}, "volume_type": "seen"}


@pytest.mark.parametrize("name", [it for it in TYPES.names() if issubclass(TYPES.get(it), CloudResource)])
def test_each_type_compares_by_properties_that_it_has(name: str, api: MemoryApi) -> None:
    plugin = TYPES.get(name)
    resource = plugin(instance_of(plugin, CLOUD_EXAMPLES.get(name, {}), cloud=api.cloud(), resource_id=ID))
    assert isinstance(resource, CloudResource)
    with suppress(CloudError):  # a service that isn't there knows no names
        resource.beyond_repair(resource.differing(SEEN))


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("10.0.0.5", "10.0.0.5/32"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("FA-16-3E-00-00-01", "fa:16:3e:00:00:01"),
        (22, "22"),
        (True, "true"),
        (None, ""),
        ([], None),
        (["b", "a"], ["a", "b"]),
        ({"id": "a"}, {"id": "a", "more": 1}),
    ],
)
def test_a_value_may_be_written_in_another_form(sent: Any, seen: Any) -> None:
    assert holds(sent, seen)


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("Web", "web"),
        (["a"], ["a", "a"]),
        (["a", "a"], ["a"]),
        ({"id": "a"}, {}),
        (False, None),
        ("10.0.0.5", "10.0.0.6"),
    ],
)
def test_another_value_is_another(sent: Any, seen: Any) -> None:
    assert not holds(sent, seen)


def test_a_mark_is_no_tag() -> None:
    assert tags_differ(["a", "b"], ["b", tag_of("x"), "a"]) == {}
    assert tags_differ(None, ["c"]) == {}
    assert tags_differ(["a"], ["b", tag_of("x")]) == {"tags": ["b"]}
    assert dataclasses.asdict(Sight.from_dict(Sight(True, "why", {"a": 1}).to_dict())) == {
        "is_gone": True,
        "trouble": "why",
        "properties": {"a": 1},
    }
