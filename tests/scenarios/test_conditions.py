"""Conditions in a stack's life: what an update turns off goes, what it turns on comes, and nothing else is touched."""

from __future__ import annotations

from typing import Any

from tests.story import Story, resource

SIZE = {"size": {"type": "string", "default": "small"}}
LARGE = {"large": {"equals": [{"get_param": "size"}, "large"]}}


def template(**resources: dict) -> dict[str, Any]:
    outputs = {"extra": {"value": {"get_attr": ["extra", "output"]}, "condition": "large"}}
    sections = {"parameters": SIZE, "conditions": LARGE, "resources": resources, "outputs": outputs}
    return {"heat_template_version": "2021-04-16", **sections}


SHOP = template(
    web=resource({"if": ["large", {"get_attr": ["extra", "output"]}, "alone"]}),
    extra={**resource("more"), "condition": "large"},
    other=resource("same"),
)


def outputs(story: Story) -> dict[str, Any]:
    """Name → value. One whose condition doesn't hold is named, as in Heat, and has none."""
    [shown] = story.client.show_stack(story.context, story.identity, resolve_outputs=True)
    return {output["output_key"]: output["output_value"] for output in shown["outputs"]}


def test_an_update_of_a_parameter_brings_and_takes_what_depends_on_it(story: Story) -> None:
    story.create(SHOP)
    story.settle("CREATE_COMPLETE")
    story.verify("web", "other")
    assert story.value("web") == "alone"
    assert outputs(story) == {"extra": None}
    before = story.physical_ids()

    story.update(SHOP, parameters={"size": "large"})
    story.settle("UPDATE_COMPLETE")
    story.verify("web", "other", "extra")
    assert story.value("web") == "more"
    assert outputs(story) == {"extra": "more"}

    story.update(SHOP, parameters={"size": "small"})
    story.settle("UPDATE_COMPLETE")
    story.verify("web", "other")
    assert story.value("web") == "alone"
    assert story.physical_ids() == before
    assert "other" not in story.order("UPDATE")


def test_a_rollback_returns_to_what_the_old_parameters_made_of_the_template(story: Story) -> None:
    story.create(SHOP, parameters={"size": "large"}, rollback=True)
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    failing = template(**{**SHOP["resources"], "bad": resource("x", depends_on="web", fail=True)})
    story.update(failing, parameters={"size": "small"}, disable_rollback=False)
    story.settle("ROLLBACK_COMPLETE")
    story.verify("web", "other", "extra")
    assert story.value("web") == "more"
    assert story.physical_ids() == before


WHERE: dict[str, Any] = {
    "live": {"equals": [{"get_param": "stage"}, "live"]},
    "trial": {"not": {"equals": [{"get_param": "stage"}, "live"]}},
    "north": {"or": [{"equals": [{"get_param": "city"}, name]} for name in ("oslo", "turku")]},
    "live_north": {"and": ["north", "live"]},
    "elsewhere": {"not": "north"},
}


def test_conditions_of_conditions_choose_resources_values_and_outputs(story: Story) -> None:
    shown = {
        "chosen": {"value": {"if": ["live_north", {"get_attr": ["far", "output"]}, "none"]}},
        "tried": {"value": {"get_attr": ["tried", "output"]}, "condition": "trial"},
        "name": {"value": {"if": ["elsewhere", {"get_attr": ["else", "output"]}, {"get_attr": ["always", "output"]}]}},
    }
    resources = {
        "always": resource({"if": ["live", "is live", "is tried"]}),
        "tried": {**resource("tried"), "condition": "trial"},
        "far": {**resource("far"), "condition": "live_north"},
        "else": {**resource("else"), "condition": "elsewhere"},
        "also": {**resource("also"), "condition": {"not": "elsewhere"}},
    }
    parameters = {"stage": {"type": "string", "default": "trial"}, "city": {"type": "string", "default": "rome"}}
    sections = {"parameters": parameters, "conditions": WHERE, "resources": resources, "outputs": shown}
    wanted = {"heat_template_version": "2016-10-14", **sections}
    story.create(wanted, parameters={"stage": "live", "city": "turku"})
    story.settle("CREATE_COMPLETE")
    story.verify("always", "far", "also")
    assert values(story) == {"chosen": "far", "name": "is live", "tried": None}
    story.update(wanted)
    story.settle("UPDATE_COMPLETE")
    story.verify("always", "tried", "else")
    assert values(story) == {"chosen": "none", "tried": "tried", "name": "else"}


def values(story: Story) -> dict[str, Any]:
    return {it["output_key"]: it["output_value"] for it in story.show()["outputs"]}
