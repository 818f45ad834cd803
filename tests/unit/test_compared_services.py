"""The comparison of what two engines leave at the services: sees what differs, and nothing else."""

from __future__ import annotations

from typing import Any

from tests.heat_api.beside_services import NOTHING, Count, differences
from tests.heat_api.stories.services import LABEL, Words

PORT, GROUP = "6f2c1f5e-8b1f-4ac1-9e33-8a6ee0b4d0a1", "0d9f4a52-1111-4222-8333-444455556666"
GIVEN = "fixed_ips: [{ip_address: 10.0.0.50}]"


def port(**more: Any) -> dict[str, Any]:
    """A port as Neutron shows it."""
    return {
        "id": PORT,
        "name": "story-services-x-port-abcdefgh2345",
        "mac_address": "fa:16:3e:12:34:56",
        "security_groups": [GROUP],
        "fixed_ips": [{"ip_address": "10.0.0.50"}, {"ip_address": "10.0.0.77"}],
        "created_at": "2026-11-30T20:46:34Z",
        "revision_number": 7,
        **more,
    }


def test_what_is_drawn_is_told_by_what_it_is_and_what_the_template_gives_by_itself() -> None:
    words = Words({PORT: "port"}, GIVEN).of(port())
    assert words == {
        "id": "port",
        "name": "story-services-x-port-*",
        "mac_address": "MAC",
        "security_groups": ["ID"],
        "fixed_ips": [{"ip_address": "10.0.0.*"}, {"ip_address": "10.0.0.50"}],
        "created_at": "TIME",
    }


def objects(*bodies: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {"network: ports": list(bodies)}


def test_objects_that_differ_in_nothing_are_counted_and_not_told() -> None:
    count = Count()
    ours = [{LABEL: "", "a": 1, "b": [1, 2]}, {LABEL: "p", "a": 2, "b": [3]}]
    assert list(differences(objects(*ours), objects(*reversed(ours)), count)) == []
    assert (count.objects, count.fields) == (2, 7)


def test_a_field_that_differs_is_told_with_both_values_of_the_object_that_it_is_of() -> None:
    heats = [{LABEL: "p", "a": {"x": 1}, "b": 1}, {LABEL: "q", "a": {"x": 1}, "b": 1}]
    ours = [{LABEL: "q", "a": {"x": 1}, "b": 1}, {LABEL: "p", "a": {"x": 2}}]
    assert list(differences(objects(*heats), objects(*ours), Count())) == [
        ("network: ports", "a.x", "p", 1, 2),
        ("network: ports", "b", "p", 1, NOTHING),
    ]


def test_an_object_that_only_one_has_is_told_whole() -> None:
    alike, other = {LABEL: "", "a": 1, "b": 2}, {LABEL: "", "a": 1, "b": 3}
    [found] = differences(objects(alike, other), objects(alike), Count())
    assert found == ("network: ports", "the object", "", other, NOTHING)
