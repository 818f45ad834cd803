"""Shared looks: one list for all that wait, and nothing from before the asker's last change."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from heatlite.clients import looks
from heatlite.clients.looks import SharedLooks
from tests.memory_api import MemoryApi
from tests.unit.clients.test_names import Time
from tests.waiting import PATIENCE

IDS = [f"{number:08}-0000-4000-8000-000000000000" for number in range(4)]


class Service:
    """A collection that counts how often it is listed."""

    def __init__(self, *ids: str) -> None:
        self.there: dict[str, str] = dict.fromkeys(ids or IDS, "BUILD")
        self.lists = 0

    def listed(self) -> list[dict[str, Any]]:
        self.lists += 1
        return [{"id": it, "status": status} for it, status in self.there.items()]


class Waiting:
    """Some who wait for a service's objects."""

    def __init__(self, service: Service) -> None:
        self.time, self.service = Time(), service
        self.shared = SharedLooks(self.time)

    def look(self, thing_id: str) -> str | None:
        found = self.shared.look("servers", thing_id, self.service.listed)
        return found and found["status"]

    def all_look(self) -> list[str | None]:
        return [self.look(it) for it in IDS]


@pytest.fixture
def waiting() -> Waiting:
    return Waiting(Service())


def test_a_few_look_by_themselves(waiting: Waiting) -> None:
    for _ in range(3):
        assert [waiting.look(it) for it in IDS[: looks.ENOUGH - 1]] == [None, None]
        waiting.time.now += 1
    assert waiting.service.lists == 0


def test_many_share_a_list_until_it_is_old(waiting: Waiting) -> None:
    waiting.all_look()
    assert waiting.all_look() == ["BUILD"] * 4
    lists = waiting.service.lists
    waiting.service.there[IDS[0]] = "ACTIVE"
    waiting.time.now += looks.SHARED + 0.1
    assert waiting.all_look() == ["ACTIVE", "BUILD", "BUILD", "BUILD"]
    assert waiting.service.lists == lists + 1


def test_what_is_in_no_list_is_looked_at_by_itself(waiting: Waiting) -> None:
    waiting.all_look()
    del waiting.service.there[IDS[1]]
    waiting.time.now += 1
    assert waiting.all_look() == ["BUILD", None, "BUILD", "BUILD"]


def test_an_object_is_not_taken_from_a_list_of_before_its_change(waiting: Waiting) -> None:
    waiting.all_look()
    waiting.time.now += 0.1
    waiting.shared.changed(f"/servers/{IDS[0]}/action", {"addTenantAccess": {"volume": IDS[1]}})
    assert waiting.all_look() == [None, None, "BUILD", "BUILD"]
    waiting.time.now += 1
    assert waiting.all_look() == ["BUILD"] * 4


def test_those_who_have_long_not_asked_are_not_counted(waiting: Waiting) -> None:
    waiting.all_look()
    waiting.time.now += looks.RECENT
    lists = waiting.service.lists
    assert waiting.look(IDS[0]) is None
    assert waiting.service.lists == lists


def test_a_collection_much_larger_than_what_is_waited_for_is_left_alone_for_a_while() -> None:
    waiting = Waiting(Service(*IDS, *(f"other {it}" for it in range(100))))
    waiting.all_look()
    waiting.time.now += 1
    assert (waiting.all_look(), waiting.service.lists) == ([None] * 4, 1)
    waiting.time.now += looks.UNFIT
    waiting.all_look()
    assert waiting.service.lists == 2


def test_a_list_that_fails_fails_for_the_one_who_listed(waiting: Waiting) -> None:
    def away() -> list[dict[str, Any]]:
        raise ConnectionError

    waiting.all_look()
    waiting.time.now += 1
    with pytest.raises(ConnectionError):
        waiting.shared.look("servers", IDS[0], away)
    assert waiting.all_look() == ["BUILD"] * 4


def test_who_waits_while_another_lists_takes_its_list(waiting: Waiting) -> None:
    waiting.all_look()
    waiting.time.now += 1
    begins, ends, found = threading.Event(), threading.Event(), []

    def slowly() -> list[dict[str, Any]]:
        begins.set()
        assert ends.wait(PATIENCE)
        return waiting.service.listed()

    lister = threading.Thread(target=lambda: waiting.shared.look("servers", IDS[0], slowly))
    lister.start()
    assert begins.wait(PATIENCE)
    lists = waiting.service.lists
    other = threading.Thread(target=lambda: found.append(waiting.look(IDS[1])))
    other.start()
    ends.set()
    for it in (lister, other):
        it.join(PATIENCE)
    assert (found, waiting.service.lists) == (["BUILD"], lists + 1)


def test_a_request_that_changes_something_is_recorded_with_what_it_names() -> None:
    api = MemoryApi()
    things = api.cloud().api("network")
    ids = [things.post("/things", {"thing": {"name": str(it)}})["thing"]["id"] for it in range(4)]
    for it in ids:
        things.awaited("/things", "things", it)
    assert things.awaited("/things", "things", ids[0]) is not None
    things.put(f"/things/{ids[0]}", {"thing": {"name": "new"}})
    found = things.awaited("/things", "things", ids[0])
    assert found is None or found["name"] == "new"
    assert things.awaited("/things", "things", ids[1]) is not None


class Unread:
    """A body that nobody may look through."""

    def __str__(self) -> str:
        raise AssertionError("it was looked through")


def test_what_is_sent_while_nobody_waits_is_not_looked_through(waiting: Waiting) -> None:
    waiting.shared.changed(f"/servers/{IDS[0]}", Unread())
    waiting.all_look()
    with pytest.raises(AssertionError, match="looked through"):
        waiting.shared.changed(f"/servers/{IDS[0]}", Unread())


def test_those_that_a_service_tells_of_share_a_list_of_since_then(waiting: Waiting) -> None:
    waiting.all_look()
    waiting.time.now += 0.1
    waiting.service.there = dict.fromkeys(IDS, "ACTIVE")
    lists = waiting.service.lists
    waiting.shared.announced(IDS[:3])
    waiting.time.now += 0.01
    assert waiting.all_look() == ["ACTIVE"] * 4
    assert waiting.service.lists == lists + 1


def test_the_first_of_several_that_a_service_tells_of_lists_at_once_and_a_few_look_by_themselves() -> None:
    alone, several = Waiting(Service()), Waiting(Service())
    alone.shared.announced(IDS[: looks.ENOUGH - 1])
    assert alone.look(IDS[0]) is None
    several.shared.announced(IDS[: looks.ENOUGH])
    assert [several.look(it) for it in IDS[: looks.ENOUGH]] == ["BUILD"] * looks.ENOUGH
    assert (alone.service.lists, several.service.lists) == (0, 1)
    several.time.now += looks.RECENT
    assert several.look(IDS[0]) is None, "it was told of too long ago to say how many look now"
