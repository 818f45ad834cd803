"""Stacks in stacks: made, changed, deleted and interrupted as one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heatlite import exception
from heatlite.rpc.queries import EventQuery, StackQuery
from tests.family import inline, nested, of, stacks_of, states_of, text, verify_family, wait_for
from tests.story import Story, Template, hot, resource, slow

SIZED = {"size": {"type": "string", "default": "small"}}
SIZE_OUT = {"size": {"value": {"get_attr": ["server", "output"]}}}
SERVER = text(hot(SIZED, SIZE_OUT, server=resource({"get_param": "size"})))
DEEP = text(
    hot(
        SIZED,
        {"size": {"value": {"get_attr": ["inner", "size"]}}},
        inner=nested("server.yaml", size={"get_param": "size"}),
    )
)
FILES = {"server.yaml": SERVER, "deep.yaml": DEEP}


def test_a_template_is_a_resource_type_whose_outputs_are_attributes(story: Story) -> None:
    outputs = {"size": {"value": {"get_attr": ["web", "size"]}}}
    story.create(
        hot({}, outputs, web=nested("server.yaml", size="large"), after=resource({"get_attr": ["web", "size"]})),
        files=FILES,
    )
    stack = story.settle("CREATE_COMPLETE")
    assert stack["outputs"][0]["output_value"] == "large"
    assert story.value("after") == "large"
    assert states_of(story) == {"web": "CREATE_COMPLETE"}
    assert story.physical_ids()["web"] == stacks_of(story)["web"]["id"]
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert states_of(story) == {}


def test_a_tree_three_deep_is_made_changed_and_deleted(story: Story) -> None:
    unchanged = inline(hot(x=nested("deep.yaml")))
    story.create(hot(a=nested("deep.yaml", size="one"), b=unchanged), files=FILES)
    story.settle("CREATE_COMPLETE")
    assert set(states_of(story)) == {"a", "a.inner", "b", "b.x", "b.x.inner"}
    before = stacks_of(story)
    story.update(hot(a=nested("deep.yaml", size="two"), b=unchanged), files=FILES)
    story.settle("UPDATE_COMPLETE")
    assert of(story, "a.inner").value("server") == "two"
    assert {it["id"] for it in stacks_of(story).values()} == {it["id"] for it in before.values()}
    assert states_of(story)["b.x.inner"] == "CREATE_COMPLETE"
    verify_family(story)
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert states_of(story) == {}


def test_the_failure_of_a_resource_far_below_names_it(story: Story) -> None:
    files = {"deep.yaml": text(hot(inner=nested("bad.yaml"))), "bad.yaml": text(hot(server=resource(fail=True)))}
    story.create(hot(web=nested("deep.yaml")), files=files)
    reason = story.settle("CREATE_FAILED")["stack_status_reason"]
    place = "resources.web.resources.inner.resources.server"
    assert reason == f"Resource CREATE failed: ValueError: {place}: Test Resource failed server"
    files["bad.yaml"] = SERVER
    ids = story.physical_ids()
    story.update(hot(web=nested("deep.yaml")), files=files)
    story.settle("UPDATE_COMPLETE")
    assert story.physical_ids() == ids
    verify_family(story)


def test_an_update_that_changes_only_a_file_reaches_the_stack_that_is_made_of_it(story: Story) -> None:
    story.create(hot(web=nested("deep.yaml")), files=FILES)
    story.settle("CREATE_COMPLETE")
    story.update(
        hot(web=nested("deep.yaml")), files={**FILES, "server.yaml": text(hot(SIZED, SIZE_OUT, server=resource("new")))}
    )
    story.settle("UPDATE_COMPLETE")
    assert of(story, "web.inner").value("server") == "new"
    verify_family(story)


def test_an_update_that_changes_nothing_sends_nothing(story: Story) -> None:
    story.create(hot(web=nested("deep.yaml"), a=resource("1")), files=FILES)
    story.settle("CREATE_COMPLETE")
    before = {place: it["current_traversal"] for place, it in stacks_of(story).items()}
    story.update(hot(web=nested("deep.yaml"), a=resource("2")), files=FILES)
    story.settle("UPDATE_COMPLETE")
    assert {place: it["current_traversal"] for place, it in stacks_of(story).items()} == before


def test_a_rollback_of_the_root_takes_the_nested_stacks_back(story: Story) -> None:
    story.create(hot(web=nested("deep.yaml", size="old")), rollback=True, files=FILES)
    story.settle("CREATE_COMPLETE")
    template = hot(
        web=nested("deep.yaml", size="new"),
        more=nested("server.yaml"),
        last=resource(fail=True, depends_on=["web", "more"]),
    )
    story.update(template, files=FILES)
    story.settle("ROLLBACK_COMPLETE")
    assert of(story, "web.inner").value("server") == "old"
    assert set(states_of(story)) == {"web", "web.inner"}
    verify_family(story)


def test_a_nested_stack_never_rolls_itself_back(story: Story) -> None:
    story.create(hot(web=nested("server.yaml")), rollback=True, files=FILES)
    story.settle("CREATE_COMPLETE")
    assert stacks_of(story)["web"]["disable_rollback"]


def test_a_delete_interrupts_a_nested_creation_that_would_take_for_ever(story: Story) -> None:
    story.create(
        hot(web=nested("deep.yaml")),
        files={**FILES, "server.yaml": text(hot(SIZED, SIZE_OUT, server=slow("create", seconds=3600)))},
    )
    wait_for(story, "web.inner", "CREATE_IN_PROGRESS").step_until("server", "CREATE_IN_PROGRESS")
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert states_of(story) == {}


def test_an_update_reaches_a_nested_stack_whose_creation_is_not_over(story: Story) -> None:
    """The newer step tells the nested stack what is wanted now; it doesn't wait for what is being made."""
    long = text(hot(SIZED, None, server=resource("x"), long=slow("create", seconds=3600)))
    story.create(hot(web=nested("server.yaml")), files={"server.yaml": long})
    wait_for(story, "web", "CREATE_IN_PROGRESS").step_until("long", "CREATE_IN_PROGRESS")
    story.update(hot(web=nested("server.yaml")), files=FILES)
    story.settle("UPDATE_COMPLETE")
    assert set(of(story, "web").resources()) == {"server"}
    verify_family(story)


def test_a_nested_stack_deleted_behind_its_parents_back_is_made_anew(story: Story) -> None:
    story.create(hot(web=nested("server.yaml")), files=FILES)
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()["web"]
    inner = of(story, "web")
    inner.delete()
    inner.settle("DELETE_COMPLETE")
    story.update(hot(web=nested("server.yaml", size="x")), files=FILES)
    story.settle("UPDATE_COMPLETE")
    assert story.physical_ids()["web"] != before
    assert states_of(story) == {"web": "CREATE_COMPLETE"}
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert states_of(story) == {}


def test_a_parent_can_be_deleted_whose_nested_stack_is_gone_already(story: Story) -> None:
    story.create(hot(web=nested("server.yaml")), files=FILES)
    story.settle("CREATE_COMPLETE")
    inner = of(story, "web")
    inner.delete()
    inner.settle("DELETE_COMPLETE")
    story.delete()
    story.settle("DELETE_COMPLETE")


def test_cancelling_without_rollback_ends_what_nested_stacks_are_at(story: Story) -> None:
    story.create(
        hot(web=nested("deep.yaml")),
        files={**FILES, "server.yaml": text(hot(SIZED, SIZE_OUT, server=slow("create", seconds=3600)))},
    )
    wait_for(story, "web.inner", "CREATE_IN_PROGRESS")
    story.cancel(rollback=False)
    assert story.settle("CREATE_FAILED")["stack_status_reason"] == "Stack CREATE cancelled"
    inner = wait_for(story, "web.inner", "CREATE_FAILED")
    assert inner.show()["stack_status_reason"] == "Stack CREATE cancelled"


def test_a_nested_stack_that_was_updated_by_itself_is_brought_back_to_its_parents_template(story: Story) -> None:
    story.create(hot(web=nested("server.yaml")), files=FILES)
    story.settle("CREATE_COMPLETE")
    inner = of(story, "web")
    inner.update(hot(other=resource("by hand")))
    inner.settle("UPDATE_COMPLETE")
    story.update(hot(web=nested("server.yaml")), files=FILES)
    story.settle("UPDATE_COMPLETE")
    assert set(inner.resources()) == {"server"}
    verify_family(story)


def test_a_nested_template_sees_the_resource_that_it_is(story: Story) -> None:
    parts = {part: {"value": {"resource_facade": part}} for part in ("metadata", "deletion_policy")}
    outputs = {part: {"value": {"get_attr": ["web", part]}} for part in parts}
    files = {"web.yaml": text(hot({}, parts, a=resource()))}
    web = {**nested("web.yaml"), "metadata": {"colour": "blue"}}
    story.create(hot({}, outputs, web=web), files=files)
    stack = story.settle("CREATE_COMPLETE")
    values = {it["output_key"]: it["output_value"] for it in stack["outputs"]}
    assert values == {"metadata": {"colour": "blue"}, "deletion_policy": "Delete"}
    story.update(hot({}, outputs, web={**web, "metadata": {"colour": "red"}}), files=files)
    stack = story.settle("UPDATE_COMPLETE")
    values = {it["output_key"]: it["output_value"] for it in stack["outputs"]}
    assert values["metadata"] == {"colour": "red"}


def test_a_type_may_be_mapped_to_a_template_that_uses_the_type(story: Story) -> None:
    wrapped = text(
        hot(
            {"value": {"type": "string"}},
            {"output": {"value": {"get_attr": ["real", "output"]}}},
            real=resource({"get_param": "value"}),
        )
    )
    story.create(
        hot(a=resource("x")),
        files={"wrap.yaml": wrapped},
        registry={"resources": {"a": {"OS::Heat::TestResource": "wrap.yaml"}}},
    )
    story.settle("CREATE_COMPLETE")
    assert states_of(story) == {"a": "CREATE_COMPLETE"}


def test_references_and_attributes_reach_into_nested_stacks(story: Story) -> None:
    named = text(hot({}, {"OS::stack_id": {"value": {"get_resource": "server"}}}, server=resource("x")))
    outputs = {
        "stack": {"value": {"get_attr": ["inline", "outputs", "size"]}},
        "inner": {"value": {"get_attr": ["plain", "resource.server.output"]}},
        "id": {"value": {"get_attr": ["plain", "resource.server"]}},
        "named": {"value": {"get_resource": "named"}},
        "arn": {"value": {"get_resource": "plain"}},
    }
    template = hot(
        {},
        outputs,
        inline=inline(hot(SIZED, SIZE_OUT, server=resource({"get_param": "size"})), {"size": "7"}),
        plain=nested("server.yaml"),
        named=nested("named.yaml"),
    )
    story.create(template, files={**FILES, "named.yaml": named})
    stack = story.settle("CREATE_COMPLETE")
    values = {it["output_key"]: it["output_value"] for it in stack["outputs"]}
    plain = of(story, "plain")
    assert values["stack"] == "7"
    assert values["inner"] == "small"
    assert values["id"] == plain.physical_ids()["server"]
    assert values["named"] == of(story, "named").physical_ids()["server"]
    project = story.context["project_id"]
    assert values["arn"] == f"arn:openstack:heat::{project}:stacks/{plain.name}/{plain.identity['stack_id']}"


@pytest.mark.parametrize(
    ("template", "files", "message"),
    [
        (hot(web=nested("gone.yaml")), {}, r"resources.web.type: The template \"gone.yaml\" is not among the files"),
        (hot(web=nested("server.yaml", colour="x")), FILES, r"resources.web.properties: Unknown Property colour"),
        (
            hot(web=nested("a.yaml")),
            {"a.yaml": text(hot(b=resource(no="x")))},
            r"resources.web<a.yaml>.resources.b.properties: Unknown Property no",
        ),
        (hot(web=inline(hot(b=resource(no="x")))), {}, r"resources.web<nested_stack>.resources.b.properties: Unknown"),
        (
            hot(web=nested("a.yaml")),
            {"a.yaml": text(hot({"x": {"type": "number"}}))},
            r"resources.web<a.yaml>: The Parameter \(x\) was not provided",
        ),
        (
            hot(web=nested("a.yaml", x="abc")),
            {"a.yaml": text(hot({"x": {"type": "number"}}))},
            r"resources.web<a.yaml>.parameters.x: ",
        ),
        (
            hot(web=inline(hot(), context={"region_name": "x"})),
            {},
            r"resources.web.properties.context: stacks in other regions",
        ),
        (
            hot(a=resource({"get_attr": ["web", "no"]}), web=nested("server.yaml")),
            FILES,
            r"Referenced Attribute \(web no\)",
        ),
    ],
)
def test_what_is_wrong_below_is_refused_before_anything_is_made(story: Story, template, files, message: str) -> None:
    with pytest.raises(exception.StackValidationFailed, match=message):
        story.create(template, files=files)


def test_a_template_in_itself_is_refused(story: Story) -> None:
    with pytest.raises(
        exception.RequestLimitExceeded, match=r"(resources\.a<a\.yaml>[.:] ?){6}Recursion depth exceeds 5"
    ):
        story.create(hot(a=nested("a.yaml")), files={"a.yaml": text(hot(a=nested("a.yaml")))})


def test_resources_and_events_are_listed_as_deep_as_asked(story: Story) -> None:
    story.create(hot(web=nested("deep.yaml"), a=resource()), files=FILES)
    story.settle("CREATE_COMPLETE")
    listed = [
        {it["resource_name"] for it in story.client.list_stack_resources(story.context, story.identity, depth)}
        for depth in range(4)
    ]
    assert listed == [{"web", "a"}, {"web", "a", "inner"}, *[{"web", "a", "inner", "server"}] * 2]
    found = {it["resource_name"]: it for it in story.client.list_stack_resources(story.context, story.identity, 3)}
    assert found["web"]["nested_stack_id"] == of(story, "web").identity
    assert found["inner"]["nested_stack_id"] == of(story, "web.inner").identity
    assert found["inner"]["parent_resource"] == "web"
    assert "nested_stack_id" not in found["a"]
    told = story.client.list_events(story.context, story.identity, EventQuery(nested_depth=2))
    assert {it["resource_name"] for it in told} >= {"web", "inner", "server"}
    assert {it["root_stack_id"]["stack_id"] for it in told} == {story.identity["stack_id"]}


def test_nested_stacks_are_listed_where_that_is_asked_for(story: Story) -> None:
    story.create(hot(web=nested("server.yaml")), files=FILES)
    story.settle("CREATE_COMPLETE")
    listed = [
        {it["stack_name"] for it in story.client.list_stacks(story.context, StackQuery(show_nested=also))}
        for also in (False, True)
    ]
    assert listed == [{story.name}, {story.name, of(story, "web").name}]
    inner = of(story, "web")
    assert inner.show()["parent"] == story.identity["stack_id"]
    assert story.client.identify_stack(story.context, inner.name) == inner.identity


def test_a_hundred_nested_stacks_need_few_threads(story: Story) -> None:
    """More than there are threads for steps, all of them waited for at once."""
    many = {f"web{number}": nested("server.yaml", size=str(number)) for number in range(100)}
    waiting = text(hot(SIZED, SIZE_OUT, server=resource({"get_param": "size"}, wait_secs=1)))
    story.create(hot(**many), files={"server.yaml": waiting})
    story.settle("CREATE_COMPLETE")
    assert set(states_of(story).values()) == {"CREATE_COMPLETE"}
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert states_of(story) == {}


def replaced(value: str) -> str:
    """A template with a resource that a change of its value replaces."""
    return text(hot(SIZED, None, server=resource(value, update_replace_value=value)))


def test_a_rollback_of_the_root_makes_nothing_anew_in_nested_stacks(story: Story) -> None:
    """What a nested stack replaced is kept until the root's last update has succeeded."""
    story.create(hot(web=nested("web.yaml")), rollback=True, files={"web.yaml": replaced("old")})
    story.settle("CREATE_COMPLETE")
    before = of(story, "web").physical_ids()
    last = resource(fail=True, depends_on="web")
    story.update(hot(web=nested("web.yaml"), last=last), files={"web.yaml": replaced("new")})
    story.settle("ROLLBACK_COMPLETE")
    inner = of(story, "web")
    assert inner.physical_ids() == before
    assert inner.world() == set(before.values())
    verify_family(story)


def test_what_nested_stacks_kept_for_a_rollback_goes_when_the_root_has_succeeded(story: Story) -> None:
    files = {"deep.yaml": text(hot(inner=nested("web.yaml"))), "web.yaml": replaced("old")}
    story.create(hot(web=nested("deep.yaml")), rollback=True, files=files)
    story.settle("CREATE_COMPLETE")
    slowly = slow("create", depends_on="web")
    story.update(hot(web=nested("deep.yaml"), last=slowly), files={**files, "web.yaml": replaced("new")})
    inner = wait_for(story, "web.inner", "UPDATE_COMPLETE")
    assert len(inner.world()) == 2
    story.settle("UPDATE_COMPLETE")
    assert len(inner.world()) == 1
    verify_family(story)


def test_a_hidden_value_is_hidden_in_nested_stacks_as_well(story: Story) -> None:
    hidden = {"secret": {"type": "string", "hidden": True}}
    template = hot(hidden, None, web=nested("server.yaml", size={"get_param": "secret"}))
    story.create(template, files=FILES, parameters={"secret": "hunter2-hunter2"})
    story.settle("CREATE_COMPLETE")
    assert of(story, "web").show()["parameters"]["size"] == "******"
    assert of(story, "web").value("server") == "hunter2-hunter2"


SHORT = {"size": {"type": "string", "default": "s", "constraints": [{"length": {"max": 3}}]}}
UNFIT: dict[str, Callable[[object], Template]] = {
    "template": lambda value: nested("short.yaml", size=value),
    "stack": lambda value: inline(hot(SHORT, SIZE_OUT, server=resource({"get_param": "size"})), {"size": value}),
    "group": lambda value: {
        "type": "OS::Heat::ResourceGroup",
        "properties": {"resource_def": nested("short.yaml", size=value)},
    },
}


@pytest.mark.parametrize("kind", UNFIT)
def test_a_nested_stack_whose_values_do_not_fit_is_shown_repaired_and_deleted(story: Story, kind: str) -> None:
    """What its parameters are is known when they are resolved only."""

    def template(value: str) -> Template:
        return hot(source=resource(value), web=UNFIT[kind]({"get_attr": ["source", "output"]}))

    files = {"short.yaml": text(hot(SHORT, SIZE_OUT, server=resource({"get_param": "size"})))}
    story.create(template("far too long"), files=files)
    story.settle("CREATE_FAILED")
    places = ["web", "web.0"] if kind == "group" else ["web"]
    assert states_of(story) == dict.fromkeys(places, "CREATE_FAILED")
    unfit = of(story, places[-1])
    assert "is out of range" in unfit.show()["stack_status_reason"]
    assert unfit.resources() == {}
    environment = unfit.client.get_environment(unfit.context, unfit.identity)
    assert (environment or {})["parameters"] == {"size": "far too long"}
    story.check()
    story.settle("CHECK_COMPLETE")
    story.update(template("fit"), files=files)
    story.settle("UPDATE_COMPLETE")
    assert of(story, places[-1]).value("server") == "fit"
    story.update(template("too long again"), files=files)
    story.settle("UPDATE_FAILED")
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert states_of(story) == {}


@pytest.mark.parametrize("kind", UNFIT)
def test_a_nested_stack_whose_values_never_fitted_is_deleted(story: Story, kind: str) -> None:
    template = hot(source=resource("far too long"), web=UNFIT[kind]({"get_attr": ["source", "output"]}))
    story.create(template, files={"short.yaml": text(hot(SHORT, SIZE_OUT, server=resource("x")))})
    story.settle("CREATE_FAILED")
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert states_of(story) == {}


def test_outputs_that_can_not_be_had_keep_no_parent_from_being_made(story: Story) -> None:
    broken = {
        "resource": {"get_resource": "nobody"},
        "parameter": {"get_param": "nobody"},
        "late": {"list_join": [",", 5]},
    }
    outputs = {**{name: {"value": value} for name, value in broken.items()}, "fine": {"value": "seen"}}
    read = {name: {"value": {"get_attr": ["web", name]}} for name in outputs}
    story.create(
        hot({}, read, web=nested("child.yaml")), files={"child.yaml": text(hot({}, outputs, one=resource("x")))}
    )
    found = {it["output_key"]: it for it in story.settle("CREATE_COMPLETE")["outputs"]}
    assert found["fine"]["output_value"] == "seen"
    assert all(found[name]["output_value"] is None for name in broken)


MARKABLE: dict[str, Template] = {
    "template": nested("server.yaml"),
    "stack": inline(hot(server=resource("x"))),
    "group": {"type": "OS::Heat::ResourceGroup", "properties": {"resource_def": resource("x")}},
    "scaling group": {
        "type": "OS::Heat::AutoScalingGroup",
        "properties": {"resource": resource("x"), "min_size": 1, "max_size": 1},
    },
    "chain": {"type": "OS::Heat::ResourceChain", "properties": {"resources": ["OS::Heat::TestResource"]}},
}


@pytest.mark.parametrize("kind", MARKABLE)
def test_a_nested_stack_that_is_marked_unhealthy_is_replaced_with_all_that_is_in_it(story: Story, kind: str) -> None:
    template = hot(web=MARKABLE[kind], other=resource("y"))
    story.create(template, files=FILES)
    story.settle("CREATE_COMPLETE")
    before, inner = story.physical_ids(), of(story, "web")
    members = inner.physical_ids()
    story.client.resource_mark_unhealthy(story.context, story.identity, "web", True, "by hand")
    story.update(template, files=FILES)
    story.settle("UPDATE_COMPLETE")
    after = story.physical_ids()
    assert after["web"] != before["web"]
    assert after["other"] == before["other"]
    assert not set(of(story, "web").physical_ids().values()) & set(members.values())
    assert states_of(story) == {"web": "CREATE_COMPLETE"}


@pytest.mark.parametrize("kind", MARKABLE)
def test_a_nested_stack_is_marked_unhealthy_under_a_failed_stack(story: Story, kind: str) -> None:
    story.create(hot(web=MARKABLE[kind], bad=resource("y", depends_on="web", fail=True)), files=FILES)
    story.settle("CREATE_FAILED")
    before, members = story.physical_ids()["web"], of(story, "web").physical_ids()
    story.client.resource_mark_unhealthy(story.context, story.identity, "web", True, "by hand")
    story.update(hot(web=MARKABLE[kind], bad=resource("y", depends_on="web")), files=FILES)
    story.settle("UPDATE_COMPLETE")
    assert story.physical_ids()["web"] != before
    assert not set(of(story, "web").physical_ids().values()) & set(members.values())


def test_a_mark_that_is_taken_back_replaces_nothing(story: Story) -> None:
    template = hot(web=nested("server.yaml"))
    story.create(template, files=FILES)
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    for unhealthy in (True, False):
        story.client.resource_mark_unhealthy(story.context, story.identity, "web", unhealthy, "by hand")
    story.update(template, files=FILES)
    story.settle("UPDATE_COMPLETE")
    assert story.physical_ids() == before


@pytest.mark.parametrize("said", ["", [1, "a"], 7, {"a": 1}, False])
def test_a_template_that_says_what_it_is_may_say_anything(story: Story, said: object) -> None:
    files = {"child.yaml": text(hot({}, {"OS::stack_id": {"value": said}}, one=resource("x")))}
    refers = {"type": "OS::Heat::Value", "properties": {"value": {"get_resource": "web"}}}
    outputs = {"of": {"value": {"get_resource": "web"}}, "through": {"value": {"get_attr": ["seen", "value"]}}}
    story.create(hot({}, outputs, web=nested("child.yaml"), seen=refers), files=files)
    found = {it["output_key"]: it["output_value"] for it in story.settle("CREATE_COMPLETE")["outputs"]}
    assert found == {"of": said, "through": said}
