"""Types without an object of their own are seen too: a quota of a project, and a wait for signals."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite.resources.openstack.base import CloudResource
from heatlite.resources.openstack.quota import NeutronQuota
from heatlite.resources.openstack.swift.signal import SwiftSignal
from heatlite.resources.sight import Sight
from heatlite.resources.testing import instance_of
from tests import memory_api
from tests.memory_api import MemoryApi


class Signal(SwiftSignal):
    """The type, at the service that there is in memory."""

    service = "network"


def two(plugin: type[CloudResource], api: MemoryApi, data: dict[str, Any], **properties: Any) -> list[CloudResource]:
    """Two resources of one type."""
    return [
        plugin(instance_of(plugin, properties, cloud=api.cloud(), uuid=uuid, resource_id=f"stack-{uuid}", data=data))
        for uuid in ("3f0c2a1e-5b7d-4c8e-9a6f-000000000001", "3f0c2a1e-5b7d-4c8e-9a6f-000000000002")
    ]


def test_two_quotas_of_a_project_are_there_although_no_list_has_their_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_api, "KEYS", {"quotas": "quota"})
    api = MemoryApi()
    api.objects["quotas"] = {"shop": {"port": 70}}
    quotas = two(NeutronQuota, api, {"project_id": "shop"}, project="shop", port=70)
    assert list(NeutronQuota.see_all(quotas).values()) == [Sight(), Sight()]
    assert api.asked == [("GET", "/quotas/shop")] * 2


def test_a_wait_for_signals_that_is_over_is_there_and_costs_no_request() -> None:
    api = MemoryApi()
    waits = two(Signal, api, {}, handle="http://swift.invalid/v1/AUTH_shop/stack/handle", timeout=60)
    assert list(Signal.see_all(waits).values()) == [Sight(), Sight()]
    assert api.asked == []
