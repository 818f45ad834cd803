"""Names: few requests, nothing that isn't there any longer than a moment, and no guess."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from unittest import mock

import pytest

from heatlite import exception
from heatlite.clients.login import Login
from heatlite.clients.names import KnownNames, Names
from tests.memory_api import MemoryApi
from tests.waiting import PATIENCE

ID = "3f0c2a1e-5b7d-4c8e-9a6f-0123456789ab"


class Time:
    """Seconds that pass when told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def api() -> MemoryApi:
    api = MemoryApi()
    for name in ("red", "green", "blue", "twin", "twin"):
        number = len(api.objects["networks"])
        thing_id = f"{number:08}-0000-4000-8000-000000000000"
        api.objects["networks"][thing_id] = {"id": thing_id, "name": name}
    return api


def names(api: MemoryApi, time: Time | None = None) -> Names:
    return KnownNames(time or Time()).through(api.cloud().api)


def test_an_id_is_taken_for_one_without_asking(api: MemoryApi) -> None:
    assert names(api).id_of("neutron.network", ID) == ID
    assert api.asked == []


def test_a_check_asks_whether_an_id_is_there(api: MemoryApi) -> None:
    there = next(iter(api.objects["networks"]))
    assert names(api).check("neutron.network", there) == there
    with pytest.raises(exception.EntityNotFound, match="network"):
        names(api).check("neutron.network", ID)


def test_a_name_is_asked_for_once_in_a_while(api: MemoryApi) -> None:
    time = Time()
    known = names(api, time)
    red = known.id_of("neutron.network", "red")
    assert known.id_of("neutron.network", "red") == red
    assert len(api.asked) == 1
    time.now += 31
    known.id_of("neutron.network", "red")
    assert len(api.asked) == 2


def test_many_names_are_asked_for_by_one_list(api: MemoryApi) -> None:
    api.page = 2
    known = names(api)
    for name in ("red", "green", "blue", "red", "blue"):
        known.id_of("neutron.network", name)
    assert len(api.asked) == 2 + 3  # the list has three pages


class Awaited(Future[str]):
    """A request that is under way; tells when somebody waits for it."""

    is_awaited = threading.Event()

    def exception(self, timeout: float | None = None) -> BaseException | None:
        self.is_awaited.set()
        return super().exception(timeout)


@pytest.mark.parametrize("is_there", [True, False])
def test_those_who_ask_for_the_same_at_once_share_what_was_found_but_no_failure(is_there: bool) -> None:
    known, began, asked = KnownNames(Time()), threading.Event(), list[str]()
    Awaited.is_awaited = threading.Event()

    def first() -> str:
        began.set()
        assert Awaited.is_awaited.wait(PATIENCE)
        if not is_there:
            raise exception.EntityNotFound(entity="network", name="red")
        return ID

    def second() -> str:
        asked.append("again")
        return ID

    with mock.patch("heatlite.clients.names.Future", Awaited), ThreadPoolExecutor(2) as threads:
        one = threads.submit(known.ask_once, "neutron.network", "red", first)
        assert began.wait(PATIENCE)
        other = threads.submit(known.ask_once, "neutron.network", "red", second)
        assert other.result(PATIENCE) == ID
        assert (one.exception(60) is None) is is_there
    assert asked == ([] if is_there else ["again"])
    assert known.ask_once("neutron.network", "red", lambda: "later") == "later"


def test_what_is_not_there_is_not_kept(api: MemoryApi) -> None:
    known = names(api)
    with pytest.raises(exception.EntityNotFound):
        known.id_of("neutron.network", "new")
    api.objects["networks"][ID] = {"id": ID, "name": "new"}
    assert known.id_of("neutron.network", "new") == ID


def test_several_of_a_name_are_no_guess(api: MemoryApi) -> None:
    for _ in range(4):  # by name, and from the list
        with pytest.raises(exception.PhysicalResourceNameAmbiguity, match="twin"):
            names(api).id_of("neutron.network", "twin")


def test_of_several_of_a_name_the_projects_own_is_meant(api: MemoryApi) -> None:
    for number, project in enumerate(("shop", "mill")):
        thing_id = f"1000000{number}-0000-4000-8000-000000000000"
        api.objects["networks"][thing_id] = {"id": thing_id, "name": "default", "project_id": project}
    assert names(api).id_of("neutron.network", "default") == "10000000-0000-4000-8000-000000000000"


def test_a_requests_token_finds_the_catalogue_by_itself(api: MemoryApi) -> None:
    cloud = api.cloud(Login(token="gAAAA"))
    assert cloud.names.id_of("neutron.network", "red")
    assert cloud.endpoint("network") == "http://network.invalid"
    assert cloud.endpoint("compute") is None
    assert api.logins == 1


def test_a_service_that_the_cloud_does_not_have_is_named() -> None:
    cloud = MemoryApi().cloud()
    with pytest.raises(exception.CloudError, match="Nova answered nothing: this cloud has no such service"):
        cloud.names.check("nova.flavor", "small")
    for ask in (cloud.api("compute").project_id, lambda: cloud.api("compute").has_extension("x")):
        with pytest.raises(exception.CloudError, match="no such service"):
            ask()
