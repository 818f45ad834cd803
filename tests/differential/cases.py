"""What is asked of both: every function, condition, constraint and coercion, rightly and wrongly used, in one another.

A case is drawn by hypothesis, small ones first, so that the smallest that shows a difference is one that a reader
understands.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.differential import cfn_snippets
from tests.differential.snippets import (
    CONDITIONS,
    PARAMETERS,
    RESOURCES,
    VERSIONS,
    conditions,
    leaves,
    snippets,
    values,
)

TEXTS = st.sampled_from(
    ["", "a", "ab", "abc", "1", "1.5", "-3", "true", "False", "a,b", "é", '{"a": 1}', "[1, 2]", " 1 "]
)
NUMBERS = st.one_of(st.integers(-3, 12), st.sampled_from([0.5, 1.0, 2.5, -1.5]))
PATTERNS = st.sampled_from(["a", "[a-z]+", "^ab$", "a*", "\\d+", "(a|b)c?", "é"])
TYPES = ["string", "number", "json", "comma_delimited_list", "boolean"]
PROPERTY_TYPES = ["string", "integer", "number", "boolean", "map", "list", "any"]
given = st.one_of(TEXTS, NUMBERS, st.booleans(), st.none(), values)


def bounds(numbers: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """``{min, max}``, or one of them."""
    return st.dictionaries(st.sampled_from(["min", "max"]), numbers, min_size=1)


CONSTRAINTS = st.one_of(
    st.fixed_dictionaries({"length": bounds(st.integers(0, 4))}),
    st.fixed_dictionaries({"range": bounds(NUMBERS)}),
    st.fixed_dictionaries({"modulo": st.fixed_dictionaries({"step": st.integers(1, 4), "offset": st.integers(0, 3)})}),
    st.fixed_dictionaries({"allowed_values": st.lists(given, min_size=1, max_size=3)}),
    st.fixed_dictionaries({"allowed_pattern": PATTERNS}),
)


@st.composite
def templates(draw: st.DrawFn) -> dict[str, Any]:
    """A template whose output is a snippet, or stands under a condition."""
    output: dict[str, Any] = {"value": draw(snippets)}
    version = draw(VERSIONS)
    template: dict[str, Any] = {
        "heat_template_version": version,
        "parameters": PARAMETERS,
        "resources": {name: {"type": "OS::Heat::TestResource"} for name in RESOURCES},
        "outputs": {"out": output},
    }
    if draw(st.booleans()):
        template["conditions"] = {**CONDITIONS, "drawn": draw(conditions)}
        output["value"] = {"if": ["drawn", output["value"], "not"]}
    elif version >= "2016-10-14":
        template["conditions"] = CONDITIONS
    return {"kind": "template", "template": template, "resources": RESOURCES, "files": {"file": "of text"}}


@st.composite
def parameters(draw: st.DrawFn) -> dict[str, Any]:
    """A declaration and a value."""
    declared: dict[str, Any] = {"type": draw(st.sampled_from(TYPES))}
    if draw(st.booleans()):
        declared["default"] = draw(given)
    if draw(st.booleans()):
        declared["constraints"] = draw(st.lists(CONSTRAINTS, min_size=1, max_size=2))
    return {"kind": "parameter", "declared": declared} | ({"given": draw(given)} if draw(st.booleans()) else {})


@st.composite
def schemata(draw: st.DrawFn, depth: int = 2) -> dict[str, Any]:
    """The schema of a property, with what is nested in it."""
    kind = draw(st.sampled_from(PROPERTY_TYPES))
    schema: dict[str, Any] = {"type": kind}
    if draw(st.booleans()):
        schema["required"] = True
    elif draw(st.booleans()):
        schema["default"] = draw(given)
    if depth and kind == "list" and draw(st.booleans()):
        schema["schema"] = draw(schemata(depth - 1))
    if depth and kind == "map" and draw(st.booleans()):
        schema["schema"] = draw(st.dictionaries(st.sampled_from(["a", "b"]), schemata(depth - 1), min_size=1))
    if draw(st.integers(0, 3)) == 0:
        schema["constraints"] = draw(st.lists(CONSTRAINTS, min_size=1, max_size=1))
    return schema


@st.composite
def property_cases(draw: st.DrawFn) -> dict[str, Any]:
    """A property and what it is given."""
    case = {"kind": "property", "schema": draw(schemata())}
    return case | ({"given": draw(given)} if draw(st.integers(0, 9)) else {})


@st.composite
def registries(draw: st.DrawFn) -> dict[str, Any]:
    """A registry of names and patterns, and a type that is looked for."""
    names = st.sampled_from(["OS::A", "OS::B", "OS::*", "OS::A*", "X::Y", "OS::Heat::None"])
    types = st.dictionaries(names, st.sampled_from(["OS::B", "X::Y", "OS::Heat::None", "OS::Heat::*"]), max_size=3)
    registry: dict[str, Any] = dict(draw(types))
    if draw(st.booleans()):
        registry["resources"] = {"web": draw(types)}
    looked_for = draw(st.sampled_from(["OS::A", "OS::B", "X::Y", "OS::Abc"]))
    return {"kind": "registry", "registry": registry, "type": looked_for, "name": draw(st.sampled_from(["web", "db"]))}


@st.composite
def merges(draw: st.DrawFn) -> dict[str, Any]:
    """Two or three environments that give one parameter, each with a strategy or none."""
    kind = draw(st.sampled_from(TYPES))
    of_kind = {
        "string": TEXTS,
        "number": NUMBERS,
        "json": st.dictionaries(st.sampled_from(["a", "b"]), leaves, max_size=2),
        "comma_delimited_list": st.lists(TEXTS, max_size=2) | TEXTS,
        "boolean": st.booleans(),
    }[kind]
    files = []
    usual = draw(st.sampled_from([None, "merge", "deep_merge", "overwrite"]))
    for _ in range(draw(st.integers(2, 3))):
        file: dict[str, Any] = {draw(st.sampled_from(["parameters", "parameter_defaults"])): {"p": draw(of_kind)}}
        strategy = draw(st.sampled_from([usual] * 6 + [None, "merge"]))
        if strategy:
            file["parameter_merge_strategies"] = {draw(st.sampled_from(["p", "default"])): strategy}
        files.append(file)
    return {"kind": "merge", "declared": {"p": {"type": kind}}, "files": files}


EVERYTHING = {
    "template": templates(),
    "cfn": cfn_snippets.templates(),
    "parameter": parameters(),
    "cfn_parameter": cfn_snippets.parameters(),
    "property": property_cases(),
    "registry": registries(),
    "merge": merges(),
}
