"""Groups: which nested stacks they make, one after the other, and what may be asked of them."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite.exception import InvalidTemplateAttribute, NotFound, StackValidationFailed
from heatlite.resources.base import NoActionRequired
from heatlite.resources.builtin.autoscaling_group import AutoScalingGroup, Scaling
from heatlite.resources.builtin.resource_chain import ResourceChain
from heatlite.resources.builtin.resource_group import ResourceGroup
from heatlite.resources.groups.capacity import Adjustment
from heatlite.resources.outcomes import Done
from heatlite.resources.testing import instance_of
from tests.unit.resources.nested_world import Group


def of(value: object = "a", **more: Any) -> dict[str, Any]:
    """The properties of a ResourceGroup."""
    return {"resource_def": {"type": "T", "properties": {"value": value}}, **more}


def scaled(value: object = "a", smallest: int = 1, largest: int = 5, **more: Any) -> dict[str, Any]:
    """The properties of an AutoScalingGroup."""
    return {
        "resource": {"type": "T", "properties": {"value": value}},
        "min_size": smallest,
        "max_size": largest,
        **more,
    }


def test_a_group_has_numbered_members_and_the_number_stands_in_their_properties() -> None:
    group = Group(ResourceGroup)
    done = group.run("CREATE", of("web-%index%", count=3))
    assert isinstance(done, Done)
    assert group.world.versions() == [{"0": "web-0", "1": "web-1", "2": "web-2"}]
    assert done.attributes["refs"] == ["ref-0", "ref-1", "ref-2"]
    assert done.physical_id == group.instance.uuid


def test_an_empty_group_is_an_empty_stack() -> None:
    group = Group(ResourceGroup)
    assert isinstance(group.run("CREATE", of(count=0)), Done)
    assert group.world.versions() == [{}]


def test_nothing_is_sent_where_nothing_changed() -> None:
    group = Group(ResourceGroup)
    group.run("CREATE", of(count=2))
    group.run("UPDATE", of(count=2))
    assert len(group.world.history) == 1


def test_removed_members_go_and_their_numbers_are_never_used_again() -> None:
    group = Group(ResourceGroup)
    group.run("CREATE", of(count=3))
    policies = [{"resource_list": ["1"]}]
    group.run("UPDATE", of(count=3, removal_policies=policies), removal_policies=policies)
    done = group.run("UPDATE", of(count=4), count=4)
    assert [list(made) for made in group.world.versions()] == [
        ["0", "1", "2"],
        ["0", "2", "3"],
        ["0", "2", "3", "4"],
    ]
    assert done.attributes["removed_rsrc_list"] == ["1"]


def test_a_member_is_removed_by_its_reference() -> None:
    group = Group(ResourceGroup)
    group.run("CREATE", of(count=2))
    policies = [{"resource_list": ["ref-0"]}]
    group.run("UPDATE", of(count=2, removal_policies=policies), removal_policies=policies)
    assert list(group.world.versions()[-1]) == ["1", "2"]


def test_the_mode_update_forgets_what_was_removed_before() -> None:
    group = Group(ResourceGroup)
    group.run("CREATE", of(count=2, removal_policies=[{"resource_list": ["0"]}]))
    assert list(group.world.versions()[-1]) == ["1", "2"]
    group.run("UPDATE", of(count=2, removal_policies_mode="update"), removal_policies_mode="update")
    assert list(group.world.versions()[-1]) == ["0", "1"]


def test_a_rolling_update_changes_some_at_a_time_with_pauses_between() -> None:
    group = Group(ResourceGroup)
    group.run("CREATE", of("a", count=4))
    policy = {"rolling_update": {"min_in_service": 2, "max_batch_size": 2, "pause_time": 30}}
    began = group.clock()
    group.run("UPDATE", of("b", count=4), policy, resource_def={})
    assert group.world.versions()[1:] == [
        {"0": "a", "1": "a", "2": "b", "3": "b"},
        {"0": "b", "1": "b", "2": "b", "3": "b"},
    ]
    assert 30 <= group.clock() - began < 40


def test_pauses_that_take_longer_than_the_stack_may_are_refused() -> None:
    group = Group(ResourceGroup)
    group.run("CREATE", of("a", count=3))
    policy = {"rolling_update": {"min_in_service": 0, "max_batch_size": 1, "pause_time": 1800}}
    failed = group.run("UPDATE", of("b", count=3), policy, resource_def={})
    text = "ValueError: resources.web: The current update policy will result in stack update timeout."
    assert failed.reason == text
    assert len(group.world.history) == 1


def test_without_a_changed_definition_nothing_rolls() -> None:
    group = Group(ResourceGroup)
    group.run("CREATE", of("a", count=1))
    policy = {"rolling_update": {"min_in_service": 0, "max_batch_size": 1, "pause_time": 0}}
    group.run("UPDATE", of("a", count=4), policy, count=4)
    assert len(group.world.history) == 2


def test_members_are_made_in_batches_where_that_is_asked_for() -> None:
    group = Group(ResourceGroup)
    group.run("CREATE", of(count=5), {"batch_create": {"max_batch_size": 2, "pause_time": 0}})
    assert [len(made) for made in group.world.versions()] == [2, 4, 5]


def read(plugin: Any, done: Done, key: str, *path: object) -> Any:
    assert plugin.has_attribute(key)
    return plugin.read_attribute("web", done.attributes, key, path)


def test_what_may_be_asked_of_a_group() -> None:
    done = Group(ResourceGroup).run("CREATE", of(count=2))
    assert read(ResourceGroup, done, "refs_map") == {"0": "ref-0", "1": "ref-1"}
    assert read(ResourceGroup, done, "refs", 1) == "ref-1"
    assert read(ResourceGroup, done, "attributes", "output") == {"0": "of-0", "1": "of-1"}
    assert read(ResourceGroup, done, "output") == ["of-0", "of-1"]
    assert read(ResourceGroup, done, "resource.1") == "ref-1"
    assert read(ResourceGroup, done, "resource.1.output") == "of-1"
    with pytest.raises(NotFound, match="Member '2' not found in group resource 'web'"):
        read(ResourceGroup, done, "resource.2.output")
    with pytest.raises(InvalidTemplateAttribute):
        read(ResourceGroup, done, "attributes")


def test_the_index_variable_cannot_change_in_place() -> None:
    group = ResourceGroup(instance_of(ResourceGroup, of()))
    assert group.needs_replacement({}, {}, frozenset({"index_var"}))
    assert not group.needs_replacement({}, {}, frozenset({"count", "resource_def"}))


def test_a_chain_has_a_member_of_each_type_which_follow_one_another() -> None:
    group = Group(ResourceChain)
    done = group.run("CREATE", {"resources": ["A", "B"], "resource_properties": {"x": 1}})
    assert group.world.history[0]["resources"] == {
        "0": {"type": "A", "properties": {"x": 1}},
        "1": {"type": "B", "properties": {"x": 1}, "depends_on": ["0"]},
    }
    assert read(ResourceChain, done, "refs") == ["ref-0", "ref-1"]
    assert read(ResourceChain, done, "attributes", "output") == {"0": "of-0", "1": "of-1"}
    assert read(ResourceChain, done, "output") == ["of-0", "of-1"]
    assert read(ResourceChain, done, "resource.0.output") == "of-0"


def test_a_concurrent_chain_has_no_order() -> None:
    group = Group(ResourceChain)
    group.run("CREATE", {"resources": ["A", "B"], "concurrent": True})
    assert group.world.history[0]["resources"] == {"0": {"type": "A"}, "1": {"type": "B"}}


@pytest.mark.parametrize(("desired", "size"), [(3, 3), (None, 1)])
def test_a_scaling_group_has_its_desired_size_or_its_least(desired: int | None, size: int) -> None:
    group = Group(AutoScalingGroup)
    done = group.run("CREATE", scaled(**({"desired_capacity": desired} if desired else {})))
    names = list(group.world.versions()[0])
    assert len(names) == size
    assert all(len(name) == 12 for name in names)
    assert (done.attributes["current_size"], done.attributes["refs"]) == (size, [f"ref-{name}" for name in names])


def test_when_it_shrinks_the_failed_go_first_and_then_the_oldest() -> None:
    group = Group(AutoScalingGroup)
    group.run("CREATE", scaled(desired_capacity=2))
    group.run("UPDATE", scaled(desired_capacity=4), desired_capacity=4)
    _, second, third, fourth = group.world.versions()[-1]
    group.world.failed = {third}
    group.run("UPDATE", scaled(desired_capacity=2), desired_capacity=2)
    assert list(group.world.versions()[-1]) == [second, fourth]


def test_a_changed_definition_rolls_over_the_members_and_keeps_their_names() -> None:
    group = Group(AutoScalingGroup)
    group.run("CREATE", scaled("a", desired_capacity=3))
    policy = {"min_in_service": 1, "max_batch_size": 2, "pause_time": 0}
    group.run("UPDATE", scaled("b", desired_capacity=3, rolling_updates=policy), resource={})
    before, *batches = group.world.versions()
    assert [sorted(made.values()) for made in batches] == [["a", "b", "b"], ["b", "b", "b"]]
    assert set(batches[-1]) == set(before)


def test_an_update_of_something_else_leaves_the_size_that_a_policy_made() -> None:
    group = Group(AutoScalingGroup)
    group.run("CREATE", scaled(desired_capacity=2))
    adjust(group, 1)
    group.run("UPDATE", scaled(desired_capacity=2))
    assert len(group.world.versions()[-1]) == 3


@pytest.mark.parametrize(
    ("sizes", "text"),
    [
        ({"smallest": 3, "largest": 2}, "MinSize can not be greater than MaxSize"),
        ({"desired_capacity": 9}, "DesiredCapacity must be between MinSize and MaxSize"),
    ],
)
def test_sizes_must_fit_together(sizes: dict[str, int], text: str) -> None:
    with pytest.raises(StackValidationFailed, match=text):
        AutoScalingGroup(instance_of(AutoScalingGroup, scaled(**sizes))).validate()


def test_what_may_be_asked_of_a_scaling_group() -> None:
    done = Group(AutoScalingGroup).run("CREATE", scaled(desired_capacity=2))
    first, second = done.attributes["refs_map"]
    assert read(AutoScalingGroup, done, "outputs", "output") == {first: f"of-{first}", second: f"of-{second}"}
    assert read(AutoScalingGroup, done, "outputs_list", "output") == [f"of-{first}", f"of-{second}"]
    assert read(AutoScalingGroup, done, "resource.1.output") == f"of-{second}"
    assert read(AutoScalingGroup, done, "current_size") == 2
    assert not AutoScalingGroup.has_attribute("output")
    with pytest.raises(NotFound):
        read(AutoScalingGroup, done, "resource.2")


def adjust(group: Group, by: float, cooldown: float | None = None) -> None:
    """A policy's signal."""
    assert group.instance is not None
    plugin = AutoScalingGroup(group.instance)
    scaling = Scaling(by, Adjustment.CHANGE, cooldown=cooldown)
    group.world.send(plugin.adjust(scaling))
    plugin.adjusted(scaling)
    object.__setattr__(group.instance, "data", dict(plugin.data))


def test_a_policy_changes_the_size_within_the_bounds() -> None:
    group = Group(AutoScalingGroup)
    group.run("CREATE", scaled(desired_capacity=2, largest=4))
    adjust(group, 1)
    adjust(group, 9)
    assert [len(made) for made in group.world.versions()] == [2, 3, 4]
    with pytest.raises(NoActionRequired):
        adjust(group, 1)


def test_a_group_that_cools_down_refuses_policies() -> None:
    group = Group(AutoScalingGroup)
    group.run("CREATE", scaled(desired_capacity=1))
    adjust(group, 1, cooldown=60)
    with pytest.raises(NoActionRequired):
        adjust(group, 1)
    group.clock.advance(61)
    adjust(group, 1)
    assert len(group.world.versions()[-1]) == 3


def test_a_group_that_was_just_made_cools_down() -> None:
    group = Group(AutoScalingGroup)
    group.run("CREATE", scaled(desired_capacity=1, cooldown=30))
    with pytest.raises(NoActionRequired):
        adjust(group, 1)
