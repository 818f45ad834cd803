"""What all types of the cloud's services do about lost answers, refusals, services that are away and use by others."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from heatlite.resources.base import Resource
from heatlite.resources.instance import Instance
from heatlite.resources.openstack.base import CloudResource
from heatlite.resources.openstack.fields import named, old_name, text
from heatlite.resources.openstack.neutron.net import Net
from heatlite.resources.openstack.states import states
from heatlite.resources.outcomes import Done, Failed, Replace, Unchanged, Update, Waiting
from heatlite.resources.schema import Attribute
from heatlite.resources.sight import AS_IT_SHOULD_BE
from heatlite.resources.steps import AGAIN, assess_update, find_existing, poll, start
from heatlite.resources.testing import FakeClock, carried, drive, instance_of
from tests.memory_api import AWAY, LOST, MemoryApi, Refusal


class Thing(CloudResource):
    """A thing that takes its time."""

    service, path, key, is_gone_at_once = "network", "/things", "thing", False
    states = states(good="ACTIVE", pending="BUILD", failed="ERROR")
    properties_schema = {
        "name": text("Its name.", update_allowed=True),
        "note": text("A note.", update_allowed=True, cleared=""),
        "network": named("neutron.network", "Its network.", constraints=(), field="network_id"),
        "network_id": old_name("network"),
    }
    attributes_schema = {"label": Attribute("Its name.")}
    attribute_fields = {"label": "name"}


@pytest.fixture
def api() -> MemoryApi:
    return MemoryApi()


def thing(api: MemoryApi, **properties: Any) -> Instance:
    return instance_of(Thing, properties, cloud=api.cloud())


def made(api: MemoryApi, **properties: Any) -> Instance:
    instance = thing(api, **properties)
    outcome = drive(Thing, "CREATE", instance=instance)
    assert isinstance(outcome, Done)
    api.asked.clear()
    return carried(instance, outcome)


def changing(api: MemoryApi) -> list[str]:
    return [method for method, _ in api.asked if method != "GET"]


def test_what_is_ready_at_once_costs_one_request(api: MemoryApi) -> None:
    outcome = drive(Thing, "CREATE", instance=thing(api, name="web"))
    assert isinstance(outcome, Done)
    assert api.asked == [("POST", "/things")]
    assert outcome.attributes == {"label": "web"}


def test_what_is_pending_is_looked_at_and_nothing_waits(api: MemoryApi) -> None:
    instance = thing(api)
    api.fails = [None]
    outcome = start(Thing(instance), "CREATE")
    [body] = api.objects["things"].values()
    assert isinstance(outcome, Done)
    body["status"] = "BUILD"
    instance = carried(instance, outcome)
    waiting = start(Thing(instance), "UPDATE", {"note": None})
    assert isinstance(waiting, Waiting)
    body["status"] = "ACTIVE"
    assert isinstance(poll(Thing(instance), "UPDATE", waiting.progress), Done)


def test_a_broken_one_fails_with_its_state_and_is_replaced_by_an_update(api: MemoryApi) -> None:
    instance = made(api)
    next(iter(api.objects["things"].values()))["status"] = "ERROR"
    outcome = drive(Thing, "CHECK", instance=instance)
    assert isinstance(outcome, Failed)
    assert 'Went to status ERROR due to "Unknown"' in outcome.reason
    assert start(Thing(instance), "UPDATE", {}) == Replace()


def test_an_answer_that_was_lost_is_found_again_and_nothing_is_made_twice(api: MemoryApi) -> None:
    api.fails = [LOST]
    outcome = drive(Thing, "CREATE", instance=thing(api))
    assert isinstance(outcome, Done)
    assert [*api.objects["things"]] == [outcome.physical_id]
    assert changing(api) == ["POST"]


class Late(Thing):
    """A thing of which an earlier creation comes to something as the repeated one is sent, or after it."""

    arrives = "during the creation"

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        if self.is_repeated and self.arrives == "during the creation":
            super().create(body)
        return super().create(body)


@pytest.mark.parametrize("arrives", ["during the creation", "after it"])
def test_what_an_earlier_request_makes_late_is_deleted_then_or_with_its_resource(
    api: MemoryApi, monkeypatch: pytest.MonkeyPatch, arrives: str
) -> None:
    monkeypatch.setattr(Late, "arrives", arrives)
    instance = thing(api)
    resource = Late(instance)
    resource.is_repeated = True
    outcome = start(resource, "CREATE")
    assert isinstance(outcome, Done)
    assert [*api.objects["things"]] == [outcome.physical_id]
    if arrives == "after it":
        drive(Thing, "CREATE", instance=instance)
        assert len(api.objects["things"]) == 2
    assert isinstance(drive(Late, "DELETE", instance=carried(instance, outcome)), Done)
    assert not api.objects["things"]


@pytest.mark.parametrize("refused", ["the list", "the deletion"])
def test_what_was_made_more_than_once_goes_with_its_resource_where_the_service_refuses_before(
    api: MemoryApi, refused: str
) -> None:
    instance = thing(api)
    for _ in range(3):
        drive(Thing, "CREATE", instance=instance)
    resource = Thing(instance)
    resource.is_repeated = True
    resource.resource_id_set(next(iter(api.objects["things"])))
    api.fails = [Refusal(500)] if refused == "the list" else [None, Refusal(500)]
    outcome = poll(resource, "CREATE", None)
    assert isinstance(outcome, Failed)
    assert len(api.objects["things"]) == 3
    assert isinstance(drive(Thing, "DELETE", instance=carried(instance, outcome)), Done)
    assert not api.objects["things"]


def test_a_creation_that_is_sent_once_costs_no_look_for_others(api: MemoryApi) -> None:
    instance = made(api)
    api.asked.clear()
    assert isinstance(drive(Thing, "DELETE", instance=instance), Done)
    assert not [it for it in api.asked if it == ("GET", "/things")]


def test_what_was_made_more_than_once_is_deleted_but_for_one(api: MemoryApi) -> None:
    instance = thing(api)
    for _ in range(3):
        drive(Thing, "CREATE", instance=instance)
    resource = Thing(instance)
    ids = find_existing(resource)
    assert isinstance(ids, list)
    assert len(ids) == 3
    resource.resource_id_set(ids[0])
    assert isinstance(poll(resource, "CREATE", None), Done)
    assert [*api.objects["things"]] == [ids[0]]


def test_extras_are_deleted_even_where_the_service_is_away_for_a_moment(api: MemoryApi) -> None:
    instance = thing(api)
    for _ in range(3):
        drive(Thing, "CREATE", instance=instance)
    resource = Thing(instance)
    ids = find_existing(resource)
    assert isinstance(ids, list)
    resource.resource_id_set(ids[0])
    api.fails = [AWAY]
    waiting = poll(resource, "CREATE", None)
    assert isinstance(waiting, Waiting)
    again = Thing(dataclasses.replace(instance, resource_id=ids[0]))
    assert isinstance(poll(again, "CREATE", waiting.progress), Done)
    assert [*api.objects["things"]] == [ids[0]]


def test_a_name_of_the_templates_marks_nothing(api: MemoryApi) -> None:
    drive(Thing, "CREATE", instance=thing(api, name="web"))
    assert find_existing(Thing(thing(api, name="web"))) == []


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_service_that_cannot_be_used_is_asked_again_later(api: MemoryApi, status: int) -> None:
    instance = thing(api)
    api.fails = [Refusal(status)] * 3
    waiting = start(Thing(instance), "CREATE")
    pauses = []
    while isinstance(waiting, Waiting):
        assert "Neutron can't be used now" in waiting.progress[AGAIN]["reason"]
        pauses.append(waiting.poll_after)
        waiting = poll(Thing(instance), "CREATE", waiting.progress)
    assert isinstance(waiting, Done)
    assert len(pauses) == 3
    assert 0.7 < pauses[0] < pauses[1] < pauses[2] < 6


def test_it_is_asked_again_when_it_says_so_up_to_a_limit(api: MemoryApi) -> None:
    api.fails = [Refusal(503, {"Retry-After": "30"}), Refusal(429, {"Retry-After": "86400"})]
    first = start(Thing(thing(api)), "CREATE")
    assert isinstance(first, Waiting)
    assert first.poll_after == 30
    second = poll(Thing(thing(api)), "CREATE", first.progress)
    assert isinstance(second, Waiting)
    assert second.poll_after == 600


@pytest.mark.parametrize(("status", "error"), [(403, "CloudError"), (413, "CloudError"), (409, "CloudConflict")])
def test_a_refusal_fails_with_the_services_words(api: MemoryApi, status: int, error: str) -> None:
    api.fails = [Refusal(status, message="Quota exceeded for resources: ['network']")]
    outcome = start(Thing(thing(api)), "CREATE")
    assert isinstance(outcome, Failed)
    assert outcome.reason == (
        f"{error}: resources.web: Neutron answered {status}: Quota exceeded for resources: ['network']"
    )


def test_only_what_changed_is_sent(api: MemoryApi) -> None:
    instance = made(api, name="web", note="one")
    outcome = drive(Thing, "UPDATE", {"name": "web"}, instance=instance)
    assert isinstance(outcome, Done)
    assert api.asked == [("PUT", f"/things/{instance.resource_id}")]
    assert api.objects["things"][str(instance.resource_id)]["note"] == ""


def test_what_is_gone_is_replaced_by_an_update_and_is_no_error_in_a_delete(api: MemoryApi) -> None:
    instance = made(api)
    api.objects["things"].clear()
    assert drive(Thing, "UPDATE", {"note": "two"}, instance=instance) == Replace()
    assert isinstance(drive(Thing, "DELETE", instance=instance), Done)


def test_what_a_check_misses_is_replaced_by_the_next_update_although_nothing_changed(api: MemoryApi) -> None:
    instance = made(api)
    api.objects["things"].clear()
    assert isinstance(drive(Thing, "CHECK", instance=instance), Failed)
    assert start(Thing(instance), "UPDATE", {}) == Replace()


def test_a_404_about_something_else_fails_an_update(api: MemoryApi) -> None:
    instance = made(api)
    api.fails = [Refusal(404, message="QoS policy x could not be found")]
    outcome = drive(Thing, "UPDATE", {"note": "two"}, instance=instance)
    assert isinstance(outcome, Failed)
    assert "QoS policy x" in outcome.reason


def test_an_update_that_could_not_be_sent_goes_on_and_may_still_ask_for_a_replacement(api: MemoryApi) -> None:
    instance = made(api)
    api.fails = [AWAY]
    waiting = start(Thing(instance), "UPDATE", {"note": "two"})
    assert isinstance(waiting, Waiting)
    api.objects["things"].clear()
    assert poll(Thing(instance), "UPDATE", waiting.progress, {"note": "two"}) == Replace()


def test_a_deletion_waits_until_it_is_gone(api: MemoryApi) -> None:
    instance = made(api)
    api.fails = [None, None]
    outcome = drive(Thing, "DELETE", instance=instance)
    assert isinstance(outcome, Done)
    assert api.asked == [("DELETE", f"/things/{instance.resource_id}"), ("GET", f"/things/{instance.resource_id}")]


def test_a_deletion_waits_for_what_is_in_use_with_a_limit(api: MemoryApi) -> None:
    instance, clock = made(api), FakeClock()
    api.fails = [Refusal(409, message="in use by a port")] * 3
    assert isinstance(drive(Thing, "DELETE", instance=instance, clock=clock), Done)
    instance = made(api)
    api.fails = [Refusal(409, message="in use by a port")] * 500
    outcome = drive(Thing, "DELETE", instance=instance, clock=FakeClock())
    assert isinstance(outcome, Failed)
    assert "in use by a port" in outcome.reason
    assert len(changing(api)) < 120


def test_a_deletion_finds_what_no_row_knows_of_when_the_service_is_back(api: MemoryApi) -> None:
    instance = thing(api)
    drive(Thing, "CREATE", instance=instance)
    api.fails = [AWAY]
    waiting = find_existing(Thing(instance))
    assert isinstance(waiting, Waiting)
    while isinstance(waiting, Waiting):
        waiting = poll(Thing(instance), "DELETE", waiting.progress)
    assert api.objects["things"] == {}


def test_an_expired_token_is_renewed(api: MemoryApi) -> None:
    instance = made(api)
    assert api.logins == 1
    api.void = {"t1"}
    assert isinstance(drive(Thing, "CHECK", instance=instance), Done)
    assert api.logins == 2


def test_old_names_are_taken_and_change_nothing(api: MemoryApi) -> None:
    resource: Resource = Thing(thing(api, network="one"))
    assert resource.properties["network"] == "one"
    assert Thing.checked_properties({"network_id": "one"})["network"] == "one"
    assert assess_update(resource, {"network_id": "one"}, resource.properties) == Unchanged()
    with pytest.raises(Exception, match="at the same time: network, network_id"):
        Thing.checked_properties({"network": "one", "network_id": "two"})


def test_a_name_for_the_same_id_is_no_replacement(api: MemoryApi) -> None:
    for name in ("private", "other"):
        drive(Net, "CREATE", instance=instance_of(Net, {"name": name}, cloud=api.cloud()))
    ids = {it["name"]: it["id"] for it in api.objects["networks"].values()}
    instance = made(api, network="private")
    assert instance.data["ids"] == {"network": ids["private"]}
    assert next(iter(api.objects["things"].values()))["network_id"] == ids["private"]

    def assessed(new: str) -> object:
        after = Thing.checked_properties({"network": new})
        return assess_update(Thing(dataclasses.replace(instance, properties=after)), instance.properties, after)

    assert assessed(ids["private"]) == Update({"network": ids["private"]})
    assert assessed(ids["other"]) == Replace()
    assert isinstance(assessed("other"), Update)  # to be looked up
    assert isinstance(drive(Thing, "UPDATE", {"network": ids["private"]}, instance=instance), Done)
    assert drive(Thing, "UPDATE", {"network": "other"}, instance=instance) == Replace()


def test_a_name_that_means_another_object_by_now_is_asked_for_again(api: MemoryApi) -> None:
    api.objects["networks"]["old"] = {"id": "old", "name": "lan"}
    cloud = api.cloud()
    assert cloud.names.id_of("neutron.network", "lan") == "old"
    api.objects["networks"] = {"new": {"id": "new", "name": "lan"}}
    instance = dataclasses.replace(thing(api, network="lan"), cloud=cloud)
    api.fails = [Refusal(404, message="network old could not be found")]
    waiting = start(Thing(instance), "CREATE")
    assert isinstance(waiting, Waiting)
    done = poll(Thing(instance), "CREATE", waiting.progress)
    assert isinstance(done, Done)
    [made_now] = api.objects["things"].values()
    assert made_now["network_id"] == "new"


@pytest.mark.parametrize("refusal", [Refusal(404), Refusal(403), Refusal(400)])
def test_a_refusal_that_names_explain_once_is_believed_the_second_time(api: MemoryApi, refusal: Refusal) -> None:
    api.objects["networks"]["lan"] = {"id": "lan", "name": "lan"}
    cloud = api.cloud()
    cloud.names.id_of("neutron.network", "lan")
    instance = dataclasses.replace(thing(api, network="lan"), cloud=cloud)
    api.fails = [refusal, None, refusal]  # what is in between finds nothing that the first made, or looks the name up
    waiting = start(Thing(instance), "CREATE")
    assert isinstance(waiting, Waiting)
    api.fails = [None, None, refusal]
    assert isinstance(poll(Thing(instance), "CREATE", waiting.progress), Failed)
    assert api.objects["things"] == {}


def test_a_name_is_asked_for_again_after_an_answer_that_was_lost_too(api: MemoryApi) -> None:
    api.objects["networks"]["old"] = {"id": "old", "name": "lan"}
    cloud = api.cloud()
    cloud.names.id_of("neutron.network", "lan")
    api.objects["networks"] = {"new": {"id": "new", "name": "lan"}}
    instance = dataclasses.replace(thing(api, network="lan"), cloud=cloud)
    api.fails = [None, Refusal(404)]  # first it looks whether it was made
    waiting = poll(Thing(instance), "CREATE", {AGAIN: {"begin": True, "tries": 1, "reason": "lost"}})
    assert isinstance(waiting, Waiting)
    assert isinstance(poll(Thing(instance), "CREATE", waiting.progress), Done)
    [made_now] = api.objects["things"].values()
    assert made_now["network_id"] == "new"


def test_a_refusal_without_any_kept_name_is_believed_at_once(api: MemoryApi) -> None:
    api.fails = [Refusal(404)]
    assert isinstance(start(Thing(thing(api)), "CREATE"), Failed)


class ListsAlone(MemoryApi):
    """Its lists stand in no map, as Aodh's."""

    def _list(self, collection: str, query: dict[str, list[str]]) -> Any:
        return super()._list(collection, query)[collection]


def test_objects_in_a_list_that_stands_alone_are_seen_together() -> None:
    api = ListsAlone()
    first, second = made(api, name="a"), made(api, name="b")
    api.asked.clear()
    seen = Thing.see_all([Thing(first), Thing(dataclasses.replace(second, uuid="another"))])
    assert list(seen.values()) == [AS_IT_SHOULD_BE] * 2
    assert api.asked == [("GET", "/things")]


def test_a_deletion_that_is_under_way_may_be_refused(api: MemoryApi) -> None:
    instance = made(api)
    [body] = api.objects["things"].values()
    body["status"] = "PENDING_DELETE"
    api.fails = [Refusal(403, message="its status must be one of ACTIVE, ERROR")]
    waiting = start(Thing(instance), "DELETE")
    assert isinstance(waiting, Waiting)
    api.objects["things"].clear()
    assert isinstance(poll(Thing(instance), "DELETE", waiting.progress), Done)


def test_a_deletion_that_is_refused_fails(api: MemoryApi) -> None:
    instance = made(api)
    api.fails = [Refusal(403, message="it is protected")]
    failed = start(Thing(instance), "DELETE")
    assert isinstance(failed, Failed)
    assert "it is protected" in failed.reason
