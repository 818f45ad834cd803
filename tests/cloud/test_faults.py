"""What goes wrong at real services: lost answers, a service that is away, and what is broken or gone by itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite.clients.cloud import ServicesOf
from heatlite.clients.sessions import Sessions
from heatlite.exception import CloudNotFound
from heatlite.resources.outcomes import Done, Failed, Replace
from tests.cloud.life import Life
from tests.cloud.reached import Reached
from tests.story import Story, hot


class Losing:
    """HTTP that loses the answers of some requests: they are done, and nobody hears of it."""

    def __init__(self, session: Any, method: str) -> None:
        self._send, self.method, self.lost = session.send, method, 0

    def __call__(self, request: Any, **options: Any) -> Any:
        import requests

        answer = self._send(request, **options)
        if request.method == self.method and "/auth/" not in request.url and self.lost == 0:
            self.lost += 1
            raise requests.ConnectionError("the answer was lost")
        return answer


@pytest.fixture
def deaf(cloud: Reached) -> Iterator[Any]:
    """Makes a resource's cloud lose the first answer of a method."""

    def services(method: str) -> tuple[ServicesOf, Losing]:
        sessions = Sessions(cloud.settings)
        found = ServicesOf(sessions, lambda: cloud.login("demo", "demo"))
        losing = Losing(found.session.session, method)
        found.session.session.send = losing
        return found, losing

    return services


EXAMPLES: list[tuple[str, dict[str, Any]]] = [
    ("OS::Neutron::Net", {"name": "lost"}),
    ("OS::Neutron::Net", {}),
    ("OS::Neutron::SecurityGroup", {"name": "lost", "description": "mine", "rules": [{"protocol": "icmp"}]}),
    ("OS::Neutron::Router", {"name": "lost"}),
    ("OS::Neutron::FloatingIP", {"floating_network": "public"}),
    ("OS::Cinder::Volume", {"size": 1, "name": "lost"}),
    ("OS::Nova::KeyPair", {"name": "lost", "save_private_key": True}),
    ("OS::Nova::ServerGroup", {}),
]


@pytest.mark.parametrize(("type_name", "properties"), EXAMPLES)
def test_a_lost_answer_makes_nothing_twice_and_leaves_nothing(
    cloud: Reached, deaf: Any, type_name: str, properties: dict[str, Any]
) -> None:
    life = Life(cloud, type_name, properties)
    services, losing = deaf("POST")
    life.instance = dataclasses.replace(life.instance, cloud=services)
    before = ids_of(life)
    life.create()
    assert losing.lost == 1
    assert ids_of(life) - before == {life.instance.resource_id}
    services, losing = deaf("DELETE")
    life.instance = dataclasses.replace(life.instance, cloud=services)
    assert isinstance(life.run("DELETE"), Done)
    assert losing.lost == 1
    assert ids_of(life) == before
    with pytest.raises(CloudNotFound):
        life.seen()


def ids_of(life: Life) -> set[str]:
    """The ids of all that the user has of a type."""
    plugin: Any = life.plugin
    api = life.cloud.services().api(plugin.service)
    owned = {"project_id": life.cloud.project_id("demo")} if plugin.service == "network" else {}
    things = api.listed(plugin.path, plugin.list_key or f"{plugin.key}s", params=owned)
    bodies = [it.get(plugin.key, it) if plugin.key == "keypair" else it for it in things]
    return {str(it.get("id") or it["name"]) for it in bodies}


def test_what_somebody_has_deleted_is_made_anew_by_an_update(cloud: Reached) -> None:
    life = Life(cloud, "OS::Neutron::Net", {"name": "gone"})
    life.create()
    cloud.services().api("network").delete(f"/networks/{life.instance.resource_id}")
    assert isinstance(life.run("CHECK"), Failed)
    assert life.update(name="other") == Replace()
    assert isinstance(life.run("DELETE"), Done)


def test_a_check_finds_what_is_gone_and_an_update_makes_it_anew(story: Story, cloud: Reached) -> None:
    body = hot(net={"type": "OS::Neutron::Net"}, volume={"type": "OS::Cinder::Volume", "properties": {"size": 1}})
    story.create(body)
    story.settle("CREATE_COMPLETE")
    before = {name: it["physical_resource_id"] for name, it in story.resources().items()}
    cloud.services().api("network").delete(f"/networks/{before['net']}")
    story.check()
    story.settle("CHECK_FAILED")
    story.update(body)
    story.settle("UPDATE_COMPLETE")
    after = {name: it["physical_resource_id"] for name, it in story.resources().items()}
    assert after["net"] != before["net"]
    assert after["volume"] == before["volume"]
    story.delete()
    story.settle("DELETE_COMPLETE")


def test_what_is_broken_is_replaced_by_the_next_update(story: Story, cloud: Reached) -> None:
    body = hot(volume={"type": "OS::Cinder::Volume", "properties": {"size": 1}})
    story.create(body)
    story.settle("CREATE_COMPLETE")
    [before] = [it["physical_resource_id"] for it in story.resources().values()]
    admin = cloud.services("admin", "demo").api("block_storage")
    admin.post(f"/volumes/{before}/action", {"os-reset_status": {"status": "error"}})
    story.check()
    stack = story.settle("CHECK_FAILED")
    assert "Went to status error" in str(story.resources()["volume"]["resource_status_reason"]), stack
    story.update(body)
    story.settle("UPDATE_COMPLETE")
    assert [it["physical_resource_id"] for it in story.resources().values()] != [before]
    story.delete()
    story.settle("DELETE_COMPLETE")
