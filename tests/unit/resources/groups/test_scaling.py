"""How large a policy makes a group, when it may, and what a template may ask of the group."""

from __future__ import annotations

import pytest

from heatlite.exception import InvalidTemplateAttribute, NotFound
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
