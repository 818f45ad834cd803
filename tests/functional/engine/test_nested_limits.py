"""What is wrong with a tree is refused before anything is made, with its place from the root on; no row is left."""

from __future__ import annotations

import pathlib
from typing import Any

import pytest

from heatlite import exception
from tests.family import inline, nested, text
from tests.functional.engine.endpoint import opened
from tests.story import hot, resource

LEAF = text(hot(a=resource()))
LIMITS = {"max_resources_per_stack": 15, "max_nested_stack_depth": 3}
Refused = exception.StackValidationFailed
Exceeded = exception.RequestLimitExceeded


def group(template: str, count: int = 4, **properties: Any) -> dict[str, Any]:
    definition = {"type": template, "properties": properties}
    return {"type": "OS::Heat::ResourceGroup", "properties": {"count": count, "resource_def": definition}}


def chain(levels: int) -> dict[str, str]:
    """Files of which each holds the next."""
    return {f"{n}.yaml": text(hot(w=nested(f"{n + 1}.yaml"))) for n in range(1, levels)} | {f"{levels}.yaml": LEAF}


CASES = {
    "too deep": (hot(w=nested("1.yaml")), chain(4), Exceeded, ".".join(f"resources.w<{n}.yaml>" for n in range(1, 5))),
    "too deep in a group": (
        hot(g=group("1.yaml")),
        chain(3),
        Exceeded,
        "resources.g<nested_stack>.resources.0<1.yaml>.resources.w<2.yaml>.resources.w<3.yaml>: Recursion depth",
    ),
    "too many in the whole tree": (
        hot(group=group("leaf.yaml", 9)),
        {"leaf.yaml": LEAF},
        Exceeded,
        "resources.group<nested_stack>.resources.0<leaf.yaml>: Maximum resources per stack exceeded.",
    ),
    "templates in a circle": (
        hot(w=nested("a.yaml")),
        {"a.yaml": text(hot(b=nested("b.yaml"))), "b.yaml": text(hot(a=nested("a.yaml")))},
        Exceeded,
        "resources.w<a.yaml>.resources.b<b.yaml>.resources.a<a.yaml>.resources.b<b.yaml>: Recursion depth exceeds 3",
    ),
    "a file that is missing": (
        hot(w=nested("a.yaml")),
        {"a.yaml": text(hot(b=nested("gone.yaml")))},
        Refused,
        'resources.w<a.yaml>.resources.b.type: The template "gone.yaml" is not among the files',
    ),
    "a file that is missing in a group": (
        hot(group=group("gone.yaml")),
        {},
        Refused,
        'resources.group<nested_stack>.resources.0.type: The template "gone.yaml" is not among the files',
    ),
    "a file that can't be parsed": (
        hot(w=nested("a.yaml")),
        {"a.yaml": text(hot(b=nested("bad.yaml"))), "bad.yaml": "resources: [oops"},
        Refused,
        "resources.w<a.yaml>.resources.b.type: bad.yaml: Error parsing template: line 2, column 1: ",
    ),
    "a file that is no template": (
        hot(w=nested("a.yaml")),
        {"a.yaml": text(hot(b=nested("bad.yaml"))), "bad.yaml": "heat_template_version: 2021-04-16\nresources: 7"},
        Refused,
        'resources.w<a.yaml>.resources.b<bad.yaml>.resources: "resources" must be a map',
    ),
    "a property that can't be parsed as a template": (
        hot(w={"type": "OS::Heat::Stack", "properties": {"template": "resources: [oops"}}),
        {},
        Refused,
        "resources.w<nested_stack>: Error parsing template: line 2, column 1: ",
    ),
    "a mistake in each member": (
        hot(group=group("OS::Heat::TestResource", no="x")),
        {},
        Refused,
        "resources.group<nested_stack>.resources.0.properties: Unknown Property no",
    ),
    "a value that isn't of its property's type": (
        hot(group=group("leaf.yaml")),
        {"leaf.yaml": text(hot(a={"type": "OS::Heat::TestResource", "properties": {"fail": "BAD"}}))},
        Refused,
        'resources.0<leaf.yaml>.resources.a: : "BAD" is not a valid boolean; use true or false (properties.fail)',
    ),
    "two mistakes far below": (
        hot(w=inline(hot(v=inline(hot(a=resource(no="x"), b=resource(neither="y")))))),
        {},
        Refused,
        "resources.w<nested_stack>.resources.v<nested_stack>.resources.b.properties: Unknown Property neither",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_in_a_tree_is_told_with_its_place_and_leaves_no_row(
    schema: pathlib.Path, tmp_path: pathlib.Path, case: str
) -> None:
    template, files, kind, told = CASES[case]
    with opened(schema, tmp_path / "heatlite.sqlite3", **LIMITS) as engine:
        before = engine.rows()
        with pytest.raises(exception.HeatliteError) as refused:
            engine.create("tree", template, files=files)
        assert type(refused.value) is kind, "heat-api knows an error by the name of its class"
        assert told in str(refused.value)
        assert engine.rows() == before


@pytest.mark.parametrize("case", CASES)
def test_an_update_to_what_is_wrong_leaves_the_stack_as_it_was(
    schema: pathlib.Path, tmp_path: pathlib.Path, case: str
) -> None:
    template, files, kind, told = CASES[case]
    with opened(schema, tmp_path / "heatlite.sqlite3", **LIMITS) as engine:
        identity = engine.created("tree", hot(a=resource()))
        before, shown = engine.rows(), engine.show(identity)
        with pytest.raises(kind) as refused:
            engine.update(identity, template, files=files)
        assert told in str(refused.value)
        assert engine.rows() == before
        assert engine.show(identity) == shown
