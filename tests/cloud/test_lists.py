"""Each service's lists are read to their end, whatever its links to the next page look like."""

from __future__ import annotations

import pytest

from tests.cloud.reached import Reached

SEEDED = [
    ("glance", "image", "/images", "images"),
    ("nova", "compute", "/flavors", "flavors"),
    ("neutron", "network", "/networks", "networks"),
]


@pytest.mark.parametrize(("project", "service", "path", "key"), SEEDED)
def test_a_list_is_read_page_by_page(project: str, service: str, path: str, key: str, cloud: Reached) -> None:
    cloud.requires(project)
    compare(cloud, service, path, key, "id")


def test_a_list_of_secrets(cloud: Reached) -> None:
    cloud.requires("barbican")
    api = cloud.services().api("key_manager")
    made = [api.post("/secrets", {"name": "listed"})["secret_ref"] for _ in range(3)]
    compare(cloud, "key_manager", "/secrets", "secrets", "secret_ref")
    for reference in made:
        api.delete(f"/secrets/{reference.rsplit('/', 1)[-1]}")


def test_a_list_of_zones(cloud: Reached) -> None:
    cloud.requires("designate")
    api = cloud.services().api("dns")
    for name in ("one", "two", "three"):
        api.post("/zones", {"name": f"{name}.listed.test.", "email": "a@listed.test"})
    compare(cloud, "dns", "/zones", "zones", "id")
    for zone in list(api.listed("/zones", "zones")):
        if zone["name"].endswith(".listed.test."):
            api.delete(f"/zones/{zone['id']}")


def compare(cloud: Reached, service: str, path: str, key: str, field: str) -> None:
    """A list in pages of one item is the list in one page."""
    api = cloud.services().api(service)
    whole = api.get(path, params={"limit": 100})[key]
    paged = list(api.listed(path, key, params={"limit": 1}))
    assert len(whole) > 1
    assert sorted(it[field] for it in paged) == sorted(it[field] for it in whole)
