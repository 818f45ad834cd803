"""Stories of groups: they grow, shrink, roll over their members, and change at a signal."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.family import of, text
from tests.story import Story, hot, resource
from tests.waiting import PATIENCE, wait_until

OUTPUTS = {
    "refs": {"value": {"get_attr": ["group", "refs"]}},
    "map": {"value": {"get_attr": ["group", "refs_map"]}},
    "all": {"value": {"get_attr": ["group", "output"]}},
}


def group(
    value: object = "v-%index%", update_policy: dict[str, Any] | None = None, **properties: Any
) -> dict[str, Any]:
    """A ResourceGroup of test resources."""
    written = {
        "type": "OS::Heat::ResourceGroup",
        "properties": {"resource_def": resource(value), **properties},
    }
    return {**written, "update_policy": update_policy} if update_policy else written


def scaled(value: object = "v", **properties: Any) -> dict[str, Any]:
    """An AutoScalingGroup of test resources, of 1 to 4."""
    return {
        "type": "OS::Heat::AutoScalingGroup",
        "properties": {"resource": resource(value), "min_size": 1, "max_size": 4, **properties},
    }


def policy(by: int, **properties: Any) -> dict[str, Any]:
    given = {"auto_scaling_group_id": {"get_resource": "group"}, "scaling_adjustment": by}
    return {
        "type": "OS::Heat::ScalingPolicy",
        "properties": {**given, "adjustment_type": "change_in_capacity", **properties},
    }


def outputs(story: Story) -> dict[str, Any]:
    return {it["output_key"]: it.get("output_value", it.get("output_error")) for it in story.show()["outputs"]}


def members(story: Story, name: str = "group") -> dict[str, str]:
    """Name → physical id of the group's members."""
    nested = story.client.identify_stack(story.context, story.physical_ids()[name])
    found = story.client.list_stack_resources(story.context, nested)
    return {it["resource_name"]: it["physical_resource_id"] for it in found}


def test_a_group_is_made_grows_shrinks_and_is_deleted(story: Story) -> None:
    story.create(hot({}, OUTPUTS, group=group(count=2)))
    story.settle("CREATE_COMPLETE")
    first = members(story)
    assert outputs(story) == {"refs": [first["0"], first["1"]], "map": first, "all": ["v-0", "v-1"]}
    wanted = ["resource.1.output", "output", "resource.7"]
    shown = story.client.describe_stack_resource(story.context, story.identity, "group", wanted)["attributes"]
    assert [shown[name] for name in wanted] == ["v-1", ["v-0", "v-1"], None]
    story.update(hot({}, OUTPUTS, group=group(count=4)))
    story.settle("UPDATE_COMPLETE")
    grown = members(story)
    assert sorted(grown) == ["0", "1", "2", "3"]
    assert first.items() <= grown.items()
    assert outputs(story)["all"] == ["v-0", "v-1", "v-2", "v-3"]
    story.update(hot({}, OUTPUTS, group=group(count=1)))
    story.settle("UPDATE_COMPLETE")
    assert members(story) == {"0": first["0"]}
    story.delete()
    story.settle("DELETE_COMPLETE")
    story.verify_nothing_left()


def test_a_removal_policy_takes_a_member_out_and_its_number_is_not_used_again(story: Story) -> None:
    story.create(hot(group=group(count=3)))
    story.settle("CREATE_COMPLETE")
    first = members(story)
    story.update(hot(group=group(count=3, removal_policies=[{"resource_list": [first["1"]]}])))
    story.settle("UPDATE_COMPLETE")
    assert sorted(members(story)) == ["0", "2", "3"]
    story.update(hot(group=group(count=4)))
    story.settle("UPDATE_COMPLETE")
    assert sorted(members(story)) == ["0", "2", "3", "4"]


def test_a_rolling_update_changes_every_member_in_batches(story: Story) -> None:
    rolling = {"rolling_update": {"min_in_service": 1, "max_batch_size": 1, "pause_time": 0.1}}
    story.create(hot({}, OUTPUTS, group=group("a", rolling, count=3)))
    story.settle("CREATE_COMPLETE")
    story.update(hot({}, OUTPUTS, group=group("b", rolling, count=3)))
    story.settle("UPDATE_COMPLETE")
    assert outputs(story)["all"] == ["b", "b", "b"]
    nested = story.client.identify_stack(story.context, story.physical_ids()["group"])
    told = [
        it
        for it in story.client.list_events(story.context, nested)
        if (it["resource_name"], it["resource_action"]) == (nested["stack_name"], "UPDATE")
    ]
    assert len(told) == 6, "three operations on the nested stack: each begins and ends"


def test_members_are_made_in_batches(story: Story) -> None:
    batches = {"batch_create": {"max_batch_size": 2, "pause_time": 0}}
    story.create(hot(group=group("a", batches, count=5)))
    story.settle("CREATE_COMPLETE")
    assert len(members(story)) == 5


def test_a_member_that_fails_fails_the_group_and_an_update_mends_it(story: Story) -> None:
    story.create(hot(group=group(count=2, resource_def=resource("v", fail=True))))
    stack = story.settle("CREATE_FAILED")
    assert "resources.group.resources." in stack["stack_status_reason"]
    assert "Test Resource failed" in stack["stack_status_reason"]
    story.update(hot(group=group(count=2)))
    story.settle("UPDATE_COMPLETE")
    assert len(members(story)) == 2


def test_an_empty_group_has_empty_attributes(story: Story) -> None:
    story.create(hot({}, OUTPUTS, group=group(count=0)))
    story.settle("CREATE_COMPLETE")
    assert outputs(story) == {"refs": [], "map": {}, "all": []}


def test_a_chain_makes_one_after_the_other(story: Story) -> None:
    chain = {
        "type": "OS::Heat::ResourceChain",
        "properties": {"resources": ["OS::Heat::TestResource"] * 3, "resource_properties": {"value": "x"}},
    }
    read = {
        "last": {"value": {"get_attr": ["chain", "resource.2.output"]}},
        "each": {"value": {"get_attr": ["chain", "attributes", "output"]}},
    }
    story.create(hot({}, read, chain=chain))
    story.settle("CREATE_COMPLETE")
    assert outputs(story) == {"last": "x", "each": {"0": "x", "1": "x", "2": "x"}}
    story.delete()
    story.settle("DELETE_COMPLETE")


def test_a_group_of_groups(story: Story) -> None:
    inner = {
        "type": "OS::Heat::ResourceGroup",
        "properties": {"count": 2, "resource_def": resource("v")},
    }
    outer = {"type": "OS::Heat::ResourceGroup", "properties": {"count": 2, "resource_def": inner}}
    read = {"all": {"value": {"get_attr": ["group", "resource.1.resource.0.output"]}}}
    story.create(hot({}, read, group=outer))
    story.settle("CREATE_COMPLETE")
    assert outputs(story) == {"all": "v"}
    story.delete()
    story.settle("DELETE_COMPLETE")


SCALED = {
    "size": {"value": {"get_attr": ["group", "current_size"]}},
    "outputs": {"value": {"get_attr": ["group", "outputs_list", "output"]}},
}


def test_signals_to_policies_change_the_size_of_a_group(story: Story) -> None:
    template = hot({}, SCALED, group=scaled(desired_capacity=2), up=policy(1), down=policy(-2))
    story.create(template)
    story.settle("CREATE_COMPLETE")
    first = members(story)
    signal(story, "up")
    wait_until(lambda: outputs(story)["size"] == 3, PATIENCE, "the group to grow")
    assert first.items() <= members(story).items()
    assert outputs(story)["outputs"] == ["v"] * 3
    signal(story, "down")
    wait_until(lambda: outputs(story)["size"] == 1, PATIENCE, "the group to shrink")
    assert not first.items() & members(story).items(), "the oldest go first"
    story.verify_told("up SIGNAL_COMPLETE", "down SIGNAL_COMPLETE")
    assert story.state() == "CREATE_COMPLETE"
    story.update(template)
    story.settle("UPDATE_COMPLETE")
    assert outputs(story)["size"] == 1, "an update that changes nothing leaves it"
    story.delete()
    story.settle("DELETE_COMPLETE")
    story.verify_nothing_left()


def test_of_signals_at_once_each_that_is_told_of_has_scaled_the_group(story: Story) -> None:
    story.create(hot({}, SCALED, group=scaled(desired_capacity=1, max_size=50), up=policy(1)))
    story.settle("CREATE_COMPLETE")
    with ThreadPoolExecutor(6) as senders:
        list(senders.map(lambda _: signal(story, "up"), range(12)))
    scaled_by = story.told().count("up SIGNAL_COMPLETE")
    assert scaled_by >= 1
    wait_until(lambda: outputs(story)["size"] == 1 + scaled_by, PATIENCE, f"the group to grow by {scaled_by}")
    story.verify_nothing_left()


def test_a_group_that_cools_down_takes_no_signal(story: Story) -> None:
    story.create(hot({}, SCALED, group=scaled(), up=policy(1, cooldown=3600)))
    story.settle("CREATE_COMPLETE")
    signal(story, "up")
    wait_until(lambda: outputs(story)["size"] == 2, PATIENCE, "the group to grow")
    signal(story, "up")
    assert len(members(story)) == 2
    assert story.told().count("up SIGNAL_COMPLETE") == 1


def test_a_scaling_group_rolls_over_its_members(story: Story) -> None:
    story.create(hot({}, SCALED, group=scaled("a", desired_capacity=3)))
    story.settle("CREATE_COMPLETE")
    first = members(story)
    story.update(hot({}, SCALED, group=scaled("b", desired_capacity=2)))
    story.settle("UPDATE_COMPLETE")
    assert outputs(story) == {"size": 2, "outputs": ["b", "b"]}
    assert members(story).items() <= first.items()


def random_group(count: int, resource_def: Any) -> dict[str, Any]:
    return {"type": "OS::Heat::ResourceGroup", "properties": {"count": count, "resource_def": resource_def}}


def test_the_outputs_of_a_group_name_its_members_by_number_or_all_of_them(story: Story) -> None:
    """What a random string refers to is its value; both ways lead to the same."""
    shown = {
        "second": {"value": {"get_attr": ["keys", "resource.1"]}},
        "first_value": {"value": {"get_attr": ["keys", "resource.0.value"]}},
        "values": {"value": {"get_attr": ["keys", "value"]}},
    }
    story.create(
        {
            **hot({}, shown, keys=random_group(3, {"type": "OS::Heat::RandomString"})),
            "heat_template_version": "2013-05-23",
        }
    )
    story.settle("CREATE_COMPLETE")
    found = outputs(story)
    assert [len(value) for value in found["values"]] == [32, 32, 32]
    assert len(set(found["values"])) == 3
    assert [found["first_value"], found["second"]] == found["values"][:2]
    assert sorted(members(story, "keys")) == ["0", "1", "2"]


def test_each_member_of_a_group_takes_its_own_entry_of_a_list(story: Story) -> None:
    """The number and the whole list are given to each, since a parameter's name can't be made of a number."""
    entry = {"get_param": ["sizes", {"get_param": "place"}]}
    member = hot(
        {"sizes": {"type": "comma_delimited_list"}, "place": {"type": "number"}},
        {"text": {"value": {"get_attr": ["text", "value"]}}},
        text={"type": "OS::Heat::RandomString", "properties": {"length": entry}},
    )
    given = {"place": "%index%", "sizes": {"get_param": "sizes"}}
    template = hot(
        {"sizes": {"type": "comma_delimited_list", "default": [7, 3]}},
        {"texts": {"value": {"get_attr": ["group", "text"]}}},
        group=random_group(2, {"type": "member.yaml", "properties": given}),
    )
    story.create(template, files={"member.yaml": text(member)})
    story.settle("CREATE_COMPLETE")
    assert [len(value) for value in outputs(story)["texts"]] == [7, 3]
    story.delete()
    story.settle("DELETE_COMPLETE")


def signal(story: Story, name: str) -> None:
    story.client.resource_signal(story.context, story.identity, name, None)


REFERENCE = {"get_resource": "net"}
JOINED = {"list_join": ["-", ["v", {"get_attr": ["net", "output"]}, "%index%"]]}
REFERRING: dict[str, dict[str, Any]] = {
    "a property": resource(REFERENCE),
    "an attribute": resource({"get_attr": ["net", "output"]}),
    "a function": resource(JOINED),
    "the metadata": {**resource("v"), "metadata": {"net": REFERENCE, "deep": [{"a": JOINED}]}},
    "a member that is a template": {"type": "member.yaml", "properties": {"given": REFERENCE}},
    "a group in a group": group(REFERENCE),
    "a scaling group in a group": scaled({"get_attr": ["net", "output"]}),
}
MEMBER = hot({"given": {"type": "string"}}, inner=resource({"get_param": "given"}))


@pytest.mark.parametrize("place", REFERRING)
def test_a_group_whose_members_refer_to_another_resource(story: Story, place: str) -> None:
    """It is previewed, created, and follows what the other one becomes."""

    def template(net: str) -> dict[str, Any]:
        wanted = {"count": 2, "resource_def": REFERRING[place]}
        several = {"type": "OS::Heat::ResourceGroup", "properties": wanted}
        return hot(net=resource(net), group=several, scaling=scaling(REFERRING[place]))

    files = {"member.yaml": text(MEMBER)}
    preview = story.client.preview_stack(story.context, story.name, template("a"), {}, files, {})
    assert len(preview["resources"]) == len(template("a")["resources"])
    story.create(template("a"), files=files)
    story.settle("CREATE_COMPLETE")
    changes = story.client.preview_update_stack(story.context, story.identity, template("b"), {}, files, {})
    assert {it["resource_name"] for it in changes["updated"]} == {"net", "group", "scaling"}
    story.update(template("b"), files=files)
    story.settle("UPDATE_COMPLETE")
    assert sorted(members(story)) == ["0", "1"]
    story.delete()
    story.settle("DELETE_COMPLETE")
    story.verify_nothing_left()


def scaling(member: dict[str, Any]) -> dict[str, Any]:
    """A scaling group of two of these members."""
    return {"type": "OS::Heat::AutoScalingGroup", "properties": {"resource": member, "min_size": 2, "max_size": 2}}


def test_members_have_what_the_resource_they_refer_to_gives(story: Story) -> None:
    story.create(hot({}, OUTPUTS, net=resource("a"), group=group(JOINED, count=2)))
    story.settle("CREATE_COMPLETE")
    assert outputs(story)["all"] == ["v-a-0", "v-a-1"]
    story.update(hot({}, OUTPUTS, net=resource("b"), group=group(JOINED, count=2)))
    story.settle("UPDATE_COMPLETE")
    assert outputs(story)["all"] == ["v-b-0", "v-b-1"]


def test_an_unknown_attribute_in_an_output_harms_the_output_only(story: Story) -> None:
    wrong = {
        "wrong": {"value": {"get_attr": ["group", "nothing"]}},
        "whole": {"value": {"get_attr": ["group", "output"]}},
    }
    story.create(hot({}, {**OUTPUTS, **wrong}, group=scaled()))
    story.settle("CREATE_COMPLETE")
    found = {it["output_key"]: it for it in story.show()["outputs"]}
    assert len(found["refs"]["output_value"]) == 1
    assert "nothing" in found["wrong"]["output_error"]


WHOLE_OF = {"group": "attributes", "scaling group": "outputs", "list of a scaling group": "outputs_list"}


@pytest.mark.parametrize("kind", [*WHOLE_OF, "chain"])
def test_what_is_nested_in_each_member_is_read_of_all_at_once(story: Story, kind: str) -> None:
    """As Heat does: the attribute of each member may be one of a resource in it."""

    def template(value: str) -> tuple[dict[str, Any], dict[str, str]]:
        types = {
            "group": random_group(2, {"type": "member.yaml"}),
            "chain": {"type": "OS::Heat::ResourceChain", "properties": {"resources": ["member.yaml", "member.yaml"]}},
        }
        scaling = {"min_size": 2, "max_size": 2, "resource": {"type": "member.yaml"}}
        each = types.get(kind, {"type": "OS::Heat::AutoScalingGroup", "properties": scaling})
        key = WHOLE_OF.get(kind, "attributes")
        paths = {"one": ["resource.r.output"], "other": ["resource.r", "output"], "reference": ["resource.r"]}
        asked = {name: {"value": {"get_attr": ["group", key, *path]}} for name, path in paths.items()}
        read = {"type": "OS::Heat::Value", "properties": {"value": asked["one"]["value"]}}
        asked["read"] = {"value": {"get_attr": ["read", "value"]}}
        return hot({}, asked, group=each, read=read), {"member.yaml": text(hot(r=resource(value)))}

    def listed(value: Any) -> list[Any]:
        return list(value.values()) if isinstance(value, dict) else value

    for action, value in (("create", "1"), ("update", "2")):
        wanted, files = template(value)
        getattr(story, action)(wanted, files=files)
        story.settle(f"{action.upper()}_COMPLETE")
        found = outputs(story)
        assert listed(found["one"]) == [value, value]
        assert found["one"] == found["other"] == found["read"]
        inner = {of(story, f"group.{name}").physical_ids()["r"] for name in members(story, "group")}
        assert set(listed(found["reference"])) == inner
