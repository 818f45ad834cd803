"""How large a policy makes a group, when it may, and what a template may ask of the group."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite.exception import InvalidTemplateAttribute, NotFound
from heatlite.resources.builtin.autoscaling_group import AutoScalingGroup
from heatlite.resources.builtin.resource_chain import ResourceChain
from heatlite.resources.builtin.resource_group import ResourceGroup
from heatlite.resources.groups import capacity, cooldown, template
from heatlite.resources.groups.attributes import Members
from heatlite.resources.groups.capacity import Adjustment

CHANGE, EXACT, PERCENT = Adjustment.CHANGE, Adjustment.EXACT, Adjustment.PERCENT


@pytest.mark.parametrize(
    ("current", "by", "kind", "least", "expected"),
    [
        (4, 2, CHANGE, None, 6),
        (4, -9, CHANGE, None, 1),
        (4, 9, CHANGE, None, 10),
        (4, 7, EXACT, None, 7),
        (4, 50, PERCENT, None, 6),
        (5, 30, PERCENT, None, 6),
        (5, 10, PERCENT, None, 6),
        (5, -10, PERCENT, None, 4),
        (5, -35, PERCENT, None, 4),
        (5, 20, PERCENT, 3, 8),
        (5, -20, PERCENT, 3, 2),
        (5, 60, PERCENT, 2, 8),
        (5, 0, PERCENT, None, 5),
        (5, 10**400, PERCENT, None, 10),
        (5, -(10**400), PERCENT, None, 1),
        (5, 1e308, PERCENT, 10**400, 10),
        (5, 10**400, CHANGE, None, 10),
    ],
)
def test_capacity(current: int, by: float, kind: Adjustment, least: int | None, expected: int):
    assert capacity.adjusted(current, by, kind, least, 1, 10) == expected


def test_a_group_cools_down_after_it_was_scaled():
    scaled = cooldown.after({"mine": 1}, 1_000_000.0, 60, "change_in_capacity : 1")
    assert scaled == {
        "mine": 1,
        "cooldown_end": {"1970-01-12T13:47:40.000000": "change_in_capacity : 1"},
        "scaling_in_progress": False,
    }
    assert cooldown.refusal(scaled, 1_000_059.0, 60) == "due to cooldown, cooldown 60"
    assert cooldown.refusal(scaled, 1_000_060.0, 60) is None


@pytest.mark.parametrize("seconds", [10**400, 1e308, 1e18, 1e11])
def test_a_cooldown_beyond_any_date_lasts_for_a_very_long_time(seconds: float):
    scaled = cooldown.after({}, 1_000_000.0, seconds, "a")
    assert cooldown.refusal(scaled, 1_000_000.0 + 99 * 365 * 24 * 3600, 60)


def test_a_short_cooldown_does_not_end_a_longer_one():
    long = cooldown.after({}, 1_000_000.0, 600, "a")
    assert cooldown.refusal(cooldown.after(long, 1_000_001.0, 1, "b"), 1_000_500.0, 1)


def test_a_group_that_was_never_scaled_may_be_and_one_that_is_being_scaled_may_not():
    assert cooldown.refusal({}, 5.0, 60) is None
    assert cooldown.refusal({"scaling_in_progress": True}, 5.0, None) == "due to scaling activity"


def group() -> Members:
    attributes = {"1": {"ip": "::1", "disks": ["sda", "sdb"]}, "0": {"ip": "::2", "disks": []}}
    return Members("web", ["1", "0"], {"0": "ref-0", "1": "ref-1"}, attributes)


def test_references_come_in_the_members_order():
    assert group().refs() == ["ref-1", "ref-0"]


def test_one_member_is_asked_for_by_name_or_by_age():
    assert group().of_one("resource.0", []) == "ref-0"
    assert group().of_one("resource.1.disks", [1]) == "sdb"
    assert group().of_one("resource.1", ["ip"]) == "::1"
    assert group().of_one_by_age("resource.0.ip", []) == "::1"


@pytest.mark.parametrize("key", ["resource.7", "resource.-1", "resource.x.ip", "resource."])
def test_a_member_that_is_not_there_is_named(key: str):
    with pytest.raises(NotFound, match="not found in group resource 'web'"):
        group().of_one(key, [])
    with pytest.raises(NotFound, match="not found in group resource 'web'"):
        group().of_one_by_age(key, [])


def recorded(**more: Any) -> dict[str, Any]:
    refs = {"refs": group().refs(), "refs_map": dict(group().references)}
    return {**group().recorded(), **refs, "removed_rsrc_list": ["2"], "current_size": 2, **more}


REFS, REFS_MAP = ["ref-1", "ref-0"], {"0": "ref-0", "1": "ref-1"}


@pytest.mark.parametrize(
    ("plugin", "key", "path", "found"),
    [
        (ResourceGroup, "refs", [0], "ref-1"),
        (ResourceGroup, "refs", ["0"], None),
        (ResourceGroup, "refs_map", ["0"], REFS_MAP),
        (ResourceGroup, "removed_rsrc_list", [0], ["2"]),
        (ResourceGroup, "ip", [0], [":", ":"]),
        (ResourceChain, "refs", [1], "ref-0"),
        (AutoScalingGroup, "refs", [0], REFS),
        (AutoScalingGroup, "refs_map", ["0"], REFS_MAP),
        (AutoScalingGroup, "current_size", ["x"], 2),
        (AutoScalingGroup, "outputs_list", ["ip"], ["::1", "::2"]),
    ],
)
def test_some_of_a_groups_own_attributes_are_given_whole_whatever_the_path(
    plugin: Any, key: str, path: list[Any], found: Any
) -> None:
    assert plugin.read_attribute("web", recorded(), key, path) == found


@pytest.mark.parametrize("plugin", [ResourceGroup, ResourceChain, AutoScalingGroup])
def test_what_is_nested_in_a_member_is_recorded_by_its_whole_name(plugin: Any) -> None:
    there = recorded(**{"resource.0.resource.r": "inner", "resource.0.resource.r.ips": ["::3"]})
    for key, *path in (["resource.0.resource.r"], ["resource.0", "resource.r"]):
        assert plugin.read_attribute("web", there, key, path) == "inner"
    for key, *path in (["resource.0.resource.r.ips", 0], ["resource.0", "resource.r", "ips", 0]):
        assert plugin.read_attribute("web", there, key, path) == "::3"


def test_a_group_that_scales_asks_its_stack_by_the_members_name() -> None:
    assert AutoScalingGroup.inner_name(recorded(), "resource.0.resource.r") == "resource.1.resource.r"
    assert AutoScalingGroup.inner_name(recorded(), "resource.7.resource.r") == "resource.7.resource.r"
    assert ResourceGroup.inner_name(recorded(), "resource.0.resource.r") == "resource.0.resource.r"


def test_an_attribute_of_all_members_is_a_map():
    assert group().mapped(["ip"], "attributes") == {"1": "::1", "0": "::2"}
    assert group().mapped(["disks", 0], "attributes") == {"1": "sda", "0": None}
    with pytest.raises(InvalidTemplateAttribute, match="web attributes"):
        group().mapped([], "attributes")


def test_a_template_tells_its_members_references_and_attributes():
    member = template.definition("T", {"a": 1}, {}, ["1"])
    assert member == {"type": "T", "properties": {"a": 1}, "depends_on": ["1"]}
    made = template.of({"0": member})
    assert template.definitions(made) == {"0": member}
    assert made["outputs"]["refs_map"] == {"value": {"0": {"get_resource": "0"}}}
    assert template.definitions(None) == {}
