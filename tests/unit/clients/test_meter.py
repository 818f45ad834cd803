"""The meter hears of each request of its block and thread, before it is sent, and of no other."""

from __future__ import annotations

import threading

import pytest

from heatlite.clients.meter import metered
from heatlite.exception import HeatliteError
from tests.memory_api import MemoryApi, Refusal


def test_each_request_of_the_block_is_metered_before_it_is_sent() -> None:
    there = MemoryApi()
    api = there.cloud().api("network")
    api.get("/networks")
    sent: list[int] = []
    with metered(lambda: sent.append(len(there.asked))):
        api.get("/networks")
        api.post("/networks", {"network": {"name": "a"}})
        other = threading.Thread(target=lambda: api.get("/networks"))
        other.start()
        other.join()
        there.fails = [Refusal(403)]
        with pytest.raises(HeatliteError):
            api.get("/networks")
    api.get("/networks")
    assert sent == [1, 2, 4]  # the third was another thread's
    assert len(there.asked) == 6


def test_a_page_of_a_list_is_a_request() -> None:
    there = MemoryApi()
    there.page = 2
    api = there.cloud().api("network")
    for name in "abcde":
        api.post("/networks", {"network": {"name": name}})
    pages: list[int] = []
    with metered(lambda: pages.append(1)):
        assert len(list(api.listed("/networks", "networks"))) == 5
    assert len(pages) == 3
