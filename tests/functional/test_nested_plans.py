"""Plans look inside nested stacks: what would become of each resource there, and why; and they hold, or are refused."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from heatlite import exception
from heatlite.cmd.plans import Plan
from heatlite.resources.base import Resource
from heatlite.resources.builtin.test_resource import TestResource
from heatlite.resources.sight import IS_GONE, Sight
from tests.deployment import InProcess, in_process
from tests.family import nested, stacks_of, text
from tests.story import Story, hot, resource
from tests.waiting import PATIENCE, wait_until

Told = dict[str, Any]
SIZED = {"size": {"type": "string", "default": "1"}}
SEEN = {"seen": {"value": {"get_attr": ["a", "output"]}}}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    deployment = in_process(pathlib.Path(tmp_path_factory.mktemp("plans")))
    yield deployment
    deployment.stop()


@pytest.fixture
def story(engine: InProcess) -> Story:
    return Story(engine)


def files(inner: Told) -> dict[str, str]:
    return {"web.yaml": text(inner)}


def inner(**more: Told) -> Told:
    return hot(SIZED, SEEN, a=resource({"get_param": "size"}), **more)


def created(story: Story, template: Told, sent: dict[str, str]) -> None:
    story.create(template, files=sent)
    story.settle("CREATE_COMPLETE")


def request(template: Told, sent: dict[str, str]) -> Told:
    return {"template": template, "params": {}, "files": sent, "args": {}}


def plan(story: Story, template: Told, sent: dict[str, str]) -> Plan:
    asked = request(template, sent)
    reply = story.client.plan_update(story.context, story.identity, **asked)
    return Plan(story.identity, asked, reply["changes"], reply["digest"])


def lines(plan: Plan) -> list[str]:
    return plan.text().splitlines()


def apply(story: Story, plan: Plan) -> None:
    story.client.update_as_planned(story.context, story.identity, **plan.request, digest=plan.digest)


def test_what_changes_in_a_nested_stack_stands_under_its_resource(story: Story) -> None:
    created(story, hot(web=nested("web.yaml", size="1"), b=resource("x")), files(inner()))
    wanted = hot(web=nested("web.yaml", size="2"), b=resource("x"))
    found = plan(story, wanted, files(inner(more=resource("y"))))
    told = lines(found)
    assert told[:2] == ["~ web  web.yaml  update in place", '    size: "1" → "2"']
    assert sorted(told[2:5]) == sorted(
        [
            "    ~ a     OS::Heat::TestResource  update in place",
            '        value: "1" → "2"',
            "    + more  OS::Heat::TestResource  create",
        ]
    )
    assert told[-1] == "1 to create, 2 to update in place; 1 unchanged."
    apply(story, found)
    story.settle("UPDATE_COMPLETE")
    assert lines(plan(story, wanted, files(inner(more=resource("y"))))) == ["Nothing to do; 4 unchanged."]


def test_a_replacement_in_a_nested_stack_says_because_of_what(story: Story) -> None:
    def random(length: int) -> Told:
        return hot(key={"type": "OS::Heat::RandomString", "properties": {"length": length}})

    created(story, hot(web=nested("web.yaml")), files(random(8)))
    told = lines(plan(story, hot(web=nested("web.yaml")), files(random(9))))
    assert told == [
        "~ web  web.yaml  update in place: its nested stack changes",
        "    ± key  OS::Heat::RandomString  replace",
        "        length: 8 → 9  forces the replacement",
        "",
        "1 to update in place, 1 to replace; 0 unchanged.",
    ]


def test_a_group_is_looked_into_several_levels_deep(story: Story) -> None:
    def group(count: int) -> Told:
        member = {"type": "web.yaml", "properties": {"size": "1"}}
        return {"type": "OS::Heat::ResourceGroup", "properties": {"count": count, "resource_def": member}}

    created(story, hot(all=group(2)), files(inner()))
    told = lines(plan(story, hot(all=group(3)), files(inner())))
    assert told[:2] == ["~ all  OS::Heat::ResourceGroup  update in place", "    count: 2 → 3"]
    assert told[2:4] == ["    + 2  web.yaml  create", "        + a  OS::Heat::TestResource  create"]
    told = lines(plan(story, hot(all=group(1)), files(inner())))
    assert "    - 1  web.yaml  delete: it is no longer in the template" in told
    assert "        - a  OS::Heat::TestResource  delete: it is no longer in the template" in told


def test_of_a_map_only_what_differs_is_told(story: Story) -> None:
    def group(size: str) -> Told:
        member = {"type": "web.yaml", "properties": {"size": size}}
        return {"type": "OS::Heat::ResourceGroup", "properties": {"count": 1, "resource_def": member}}

    created(story, hot(all=group("1")), files(inner()))
    told = lines(plan(story, hot(all=group("2")), files(inner())))
    assert told[1] == '    resource_def.properties.size: "1" → "2"'


def test_what_is_as_it_should_be_is_unchanged_and_so_is_what_reads_it(story: Story) -> None:
    template = hot(web=nested("web.yaml"), b=resource({"get_attr": ["web", "seen"]}))
    created(story, template, files(inner()))
    assert lines(plan(story, template, files(inner()))) == ["Nothing to do; 3 unchanged."]


def test_after_a_check_the_nested_stack_is_updated_and_so_it_is_not_told_unchanged(story: Story) -> None:
    template = hot(web=nested("web.yaml"))
    created(story, template, files(inner()))
    story.check()
    story.settle("CHECK_COMPLETE")
    found = plan(story, template, files(inner()))
    assert found.changes[0]["fate"] == "may change"
    apply(story, found)
    story.settle("UPDATE_COMPLETE")
    assert story.order("UPDATE") == ["web"]
    assert lines(plan(story, template, files(inner()))) == ["Nothing to do; 2 unchanged."]


def test_a_nested_stack_that_was_deleted_is_made_anew(story: Story) -> None:
    template = hot(web=nested("web.yaml"))
    created(story, template, files(inner()))
    child = stacks_of(story)["web"]
    identity = {"tenant": child["tenant"], "stack_name": child["name"], "stack_id": child["id"], "path": ""}
    story.client.delete_stack(story.context, identity)
    wait_until(lambda: not stacks_of(story), PATIENCE, "the deletion of the nested stack")
    found = plan(story, template, files(inner()))
    assert lines(found)[:2] == [
        "± web  web.yaml  replace: its nested stack is deleted",
        "    + a  OS::Heat::TestResource  create",
    ]
    apply(story, found)
    story.settle("UPDATE_COMPLETE")
    assert stacks_of(story)["web"]["id"] != child["id"]


def test_another_output_alone_may_change_what_reads_it(story: Story) -> None:
    template = hot(web=nested("web.yaml"), b=resource({"get_attr": ["web", "seen"]}))
    created(story, template, files(inner()))
    other = {**inner(), "outputs": {"seen": {"value": "other"}}}
    fates = {it["resource_name"]: it["fate"] for it in plan(story, template, files(other)).changes}
    assert fates == {"web": "may change", "b": "may change"}


def test_a_group_that_scales_says_nothing_of_members_it_has_not_chosen(story: Story) -> None:
    def scaled(value: str) -> Told:
        member = {"min_size": 1, "max_size": 3, "resource": resource(value)}
        return hot(all={"type": "OS::Heat::AutoScalingGroup", "properties": member})

    created(story, scaled("1"), {})
    found, again = plan(story, scaled("2"), {}), plan(story, scaled("2"), {})
    assert "nested" not in found.changes[0]
    assert found.digest == again.digest
    apply(story, found)
    story.settle("UPDATE_COMPLETE")


def test_a_plan_is_refused_where_a_nested_stack_is_not_what_it_was(story: Story) -> None:
    created(story, hot(web=nested("web.yaml", size="1")), files(inner()))
    found = plan(story, hot(web=nested("web.yaml", size="2")), files(inner()))
    child = stacks_of(story)["web"]
    identity = {"tenant": child["tenant"], "stack_name": child["name"], "stack_id": child["id"], "path": ""}
    story.client.stack_check(story.context, identity)
    story.settle("CREATE_COMPLETE")
    with pytest.raises(exception.PlanOutdated):
        apply(story, found)


def test_what_is_hidden_in_a_nested_stack_is_told_nowhere(story: Story) -> None:
    secret = hot({"pin": {"type": "string", "hidden": True}}, None, a=resource({"get_param": "pin"}))
    created(story, hot(web=nested("web.yaml", pin="first-secret")), files(secret))
    found = plan(story, hot(web=nested("web.yaml", pin="second-secret")), files(secret))
    [web] = found.changes
    [child] = web["nested"]
    assert "secret" not in str(child)
    assert child["changes"][0]["properties"][0]["after"] == "******"


def test_what_is_not_known_yet_is_compared_later(story: Story) -> None:
    created(story, hot(web=nested("web.yaml", size="1")), files(inner()))
    late = hot(new=resource("x"), web=nested("web.yaml", size={"get_attr": ["new", "output"]}))
    told = lines(plan(story, late, files(inner())))
    assert '        value: "1" → "(known later)"' in told


def test_what_is_gone_in_a_nested_stack_is_seen_in_one_look_and_made_again(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone: set[str] = set()
    looks: list[int] = []

    def see_all(cls: type[Resource], there: Sequence[Resource]) -> dict[str, Sight | str]:
        looks.append(len(there))
        return {it.uuid: IS_GONE if it.name in gone else Sight() for it in there}

    monkeypatch.setattr(TestResource, "see_all", classmethod(see_all))
    middle = hot(None, None, web=nested("web.yaml"))
    sent = {"web.yaml": text(inner(more=resource("y"))), "middle.yaml": text(middle)}
    template = hot(outer=nested("middle.yaml"), b=resource("x"))
    created(story, template, sent)
    gone.add("more")
    asked = {**request(template, sent), "args": {"refresh": True}}
    reply = story.client.plan_update(story.context, story.identity, **asked)
    assert looks == [3]
    found = Plan(story.identity, asked, reply["changes"], reply["digest"])
    told = "± more  OS::Heat::TestResource  replace: it doesn't exist any more"
    assert [it.strip() for it in lines(found) if "±" in it] == [told]

    def leaves() -> dict[str, str]:
        there = story.client.list_stack_resources(story.context, story.identity, nested_depth=3)
        return {it["resource_name"]: it["physical_resource_id"] for it in there}

    before = leaves()
    story.update(template, files=sent)
    story.settle("UPDATE_COMPLETE")
    assert leaves() == before
    reply = story.client.plan_update(story.context, story.identity, **asked)
    apply(story, Plan(story.identity, asked, reply["changes"], reply["digest"]))
    story.settle("UPDATE_COMPLETE")
    after = leaves()
    assert {name for name in after if after[name] != before[name]} == {"more"}
