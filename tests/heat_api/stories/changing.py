"""Stories of groups, nested stacks and what fails: create, update, failing update, marks, outputs."""

from __future__ import annotations

import json
from typing import Any

from tests.heat_api.stories.teller import HOT, Teller, template_of

REFERRING = template_of("changing_referring")
CHILD = template_of("changing_child")
FILES = {"child.yaml": CHILD}
EVERY_TYPE = template_of("changing_every_type")
EVERY_TYPE_FILES = {"child.yaml": template_of("changing_every_type_child")}
PATHS = template_of("changing_paths")
NESTED = template_of("changing_nested")  # fmt: skip


def groups_that_refer(tell: Teller) -> None:
    """A1: members that refer to other resources, on create, preview, update and update with nothing new."""
    tell.preview(REFERRING, files=FILES)
    tell.create(REFERRING, files=FILES)
    tell.resources()
    tell.outputs()
    tell.happened()
    tell.update(REFERRING, files=FILES, parameters={"v": "two", "n": 3})
    tell.outputs()
    tell.resources()
    tell.happened()
    tell.update(REFERRING, files=FILES, parameters={"v": "two", "n": 3})
    tell.others()
    tell.delete()


def nested_outputs_after_failures(tell: Teller) -> None:
    """A5: outputs of nested stacks after a failed update, and after it was mended."""
    tell.create(NESTED, files=FILES)
    tell.outputs()
    tell.update(NESTED, files=FILES, parameters={"v": "two", "fails": True})
    tell.until("every member's output has come", lambda: tell.output("all") == ["two", "two"])
    tell.outputs()
    tell.resources()
    tell.note("attributes of n", tell.resource("n").get("attributes"))
    tell.update(NESTED, files=FILES, parameters={"v": "three", "fails": False})
    tell.outputs()
    tell.resources()
    tell.delete()


def nested_outputs_after_a_failed_create(tell: Teller) -> None:
    """A5: the same after a create that failed."""
    tell.create(NESTED, files=FILES, parameters={"fails": True})
    tell.until("every member's output has come", lambda: tell.output("all") == ["one", "one"])
    tell.outputs()
    tell.resources()
    tell.note("attributes of n", tell.resource("n").get("attributes"))
    tell.update(NESTED, files=FILES, parameters={"v": "three", "fails": False})
    tell.outputs()
    tell.delete()


def references_to_what_failed(tell: Teller) -> None:
    """A5: get_resource of a failed resource."""
    template = template_of("changing_references_to_what_failed")
    tell.create(template)
    tell.outputs()
    tell.happened()
    tell.update(template, parameters={"fails": False})
    tell.outputs()
    tell.happened()
    tell.delete()


def marked_unhealthy(tell: Teller) -> None:
    """A3: a leaf, a nested stack, a group and a chain that are marked unhealthy are replaced with what is in them."""
    template = NESTED + "  leaf: {value: 1}\n"
    template = template.replace("resources:\n", "resources:\n  l: {type: OS::Heat::TestResource}\n", 1)
    tell.create(template, files=FILES)
    tell.others()
    for name in ("l", "n", "g", "c"):
        tell.mark_unhealthy(name)
        tell.note(f"{name} is", tell.resource(name).get("resource_status"))
    tell.update(template, files=FILES)
    tell.others()
    tell.resources()
    tell.mark_unhealthy("nosuch")
    tell.delete()


def parameters_that_cannot_be_bound(tell: Teller) -> None:
    """A6: a nested stack whose parameter turns out not to fit can be mended and deleted."""
    short = template_of("changing_parameters_that_cannot_be_bound_child")
    template = template_of("changing_parameters_that_cannot_be_bound")
    files = {"short.yaml": short}
    tell.create(template, files=files)
    tell.resources()
    tell.update(template, files=files, parameters={"v": "ok"})
    tell.resources()
    tell.update(template, files=files, parameters={"v": "too long again"})
    tell.delete()


def failing_updates(tell: Teller) -> None:
    """An update that fails and is left, one that fails and is rolled back, and one that adds, changes and removes."""
    template = template_of("changing_failing_updates")
    tell.create(template)
    tell.happened()
    tell.update(template, parameters={"v": "two", "fails": True}, disable_rollback=True)
    tell.happened()
    tell.outputs()
    tell.update(template, parameters={"v": "three", "fails": True}, disable_rollback=False)
    tell.happened()
    tell.outputs()
    tell.update(template, parameters={"v": "four"})
    tell.happened()
    tell.outputs()
    tell.resources()
    other = template_of("changing_other")
    tell.update(other)
    tell.happened()
    tell.resources()
    tell.delete()


def an_update_of_nothing(tell: Teller) -> None:
    """Values by all functions, and an update that changes nothing."""
    tell.create(EVERY_TYPE, files=EVERY_TYPE_FILES)
    tell.outputs()
    tell.others()
    tell.update(EVERY_TYPE, files=EVERY_TYPE_FILES)
    tell.others()
    tell.outputs()
    tell.delete()


def nulls() -> tuple[str, dict[str, str]]:
    """A template that gives null to a nested one, for parameters of each type, and the nested one."""
    kinds = {"string": "x", "number": 7, "boolean": True, "comma_delimited_list": "x,y", "json": {"x": 1}}
    child: dict[str, Any] = {"heat_template_version": "2021-04-16", "parameters": {}, "resources": {}, "outputs": {}}
    for kind, default in kinds.items():
        child["parameters"] |= {kind: {"type": kind}, f"{kind}_default": {"type": kind, "default": default}}
    child["outputs"]["all"] = {"value": {name: {"get_param": name} for name in child["parameters"]}}
    properties = dict.fromkeys(child["parameters"])
    template = {
        "heat_template_version": "2021-04-16",
        "resources": {"n": {"type": "child.yaml", "properties": properties}},
        "outputs": {"all": {"value": {"get_attr": ["n", "all"]}}},
    }
    return json.dumps(template), {"child.yaml": json.dumps(child)}


def null_for_a_nested_template(tell: Teller) -> None:
    """B: what a nested template has where null is given to it, with a default and without one."""
    template, files = nulls()
    tell.create(template, files=files)
    tell.outputs()
    tell.update(template, files=files)
    tell.outputs()
    tell.delete()


def paths_after_a_groups_attributes(tell: Teller) -> None:
    """B and D: a path after refs, refs_map and the like, the whole map, and a member's resource."""
    tell.create(PATHS, files=FILES)
    tell.outputs()
    tell.delete()


def immutable_and_fixed(tell: Teller) -> None:
    """A9: what a refused change says, and the next update."""
    template = HOT + "resources: {a: {type: OS::Heat::RandomString, properties: {length: %s}}}\n"
    tell.create(template % 8)
    tell.others()
    tell.update(template % 9)
    tell.others()
    tell.happened()
    tell.delete()


STORIES = (
    groups_that_refer,
    nested_outputs_after_failures,
    nested_outputs_after_a_failed_create,
    references_to_what_failed,
    marked_unhealthy,
    parameters_that_cannot_be_bound,
    failing_updates,
    an_update_of_nothing,
    null_for_a_nested_template,
    paths_after_a_groups_attributes,
    immutable_and_fixed,
)
