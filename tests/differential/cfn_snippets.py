"""Snippets of CloudFormation templates: each function with arguments that fit, or nearly, or not at all."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.differential.snippets import RESOURCES, Inner, Strategy, call, keys, leaves, of, texts

PARAMETERS = {
    "text": {"Type": "String", "Default": "a,b"},
    "number": {"Type": "Number", "Default": 3},
    "list": {"Type": "CommaDelimitedList", "Default": "a,b,a"},
    "map": {"Type": "Json", "Default": {"a": {"b": [1, "x"]}, "k": "v"}},
    "flag": {"Type": "Boolean", "Default": True},
}
MAPPINGS = {"m": {"a": {"k": "found", "list": ["x", "y"]}, "b": {"k": 7}}, "a": {"a,b": {"a": "deep"}}}
CONDITIONS = {
    "yes": {"Fn::Equals": ["a", "a"]},
    "no": {"Fn::Equals": [{"Ref": "text"}, "b"]},
    "nor": {"Fn::Not": ["yes"]},
}
VERSIONS = st.sampled_from(["2010-09-09", "2010-09-09", "2010-09-09", "2012-12-12"])
NAMES = [
    "Ref", "Fn::GetAtt", "Fn::Join", "Fn::Select", "Fn::Split", "Fn::Replace", "Fn::Base64", "Fn::FindInMap",
    "Fn::GetAZs", "Fn::MemberListToMap", "Fn::ResourceFacade", "Fn::If", "Fn::Equals", "Fn::Not", "get_param",
]  # fmt: skip

PARAMETER = of("Ref", st.sampled_from([*PARAMETERS, "AWS::StackName", "AWS::Region", "AWS::StackId"]))
FOUND = st.tuples(
    st.sampled_from(["m", "m", "m", "a", "none"]) | PARAMETER,
    st.sampled_from(["a", "b", "c"]) | PARAMETER,
    st.sampled_from(["k", "k", "list", "a"]) | PARAMETER,
).map(lambda drawn: {"Fn::FindInMap": list(drawn)})
REFERENCES = st.one_of(
    PARAMETER,
    FOUND,
    of("Ref", st.sampled_from(["made", "missing"])),
    of("Fn::GetAtt", st.sampled_from([["made", "output"], ["made", "name"], ["missing", "output"], ["made"]])),
    of("Fn::GetAZs", st.sampled_from(["", "north"])),
    of("Fn::ResourceFacade", st.sampled_from(["Metadata", "metadata"])),
)
MEMBER = st.tuples(
    st.sampled_from([".member.", "member."]), st.integers(0, 2), st.sampled_from(["Name", "Value"]), texts
)
MEMBERS = st.lists(MEMBER.map(lambda it: f"{it[0]}{it[1]}.{it[2]}={it[3]}"), max_size=4)


def functions(anything: Strategy) -> Strategy:
    """Every function once."""
    inner = Inner(anything)
    text, list_ = inner.text(), inner.list()
    return st.one_of(
        call("Fn::Join", texts, list_ | of("Ref", st.just("list"))),
        call("Fn::Select", st.integers(-2, 3) | st.sampled_from(["0", "a", "k"]), list_ | inner.map() | text),
        call("Fn::Split", texts, text | of("Ref", st.just("text"))),
        call("Fn::Replace", st.dictionaries(keys, anything | texts, max_size=3), text),
        of("Fn::Base64", text),
        call("Fn::MemberListToMap", st.just("Name"), st.just("Value"), MEMBERS | list_),
        call("Fn::If", st.sampled_from(["yes", "no", "nor", "never"]), anything, anything),
        st.tuples(st.sampled_from(NAMES), anything).map(lambda drawn: {drawn[0]: drawn[1]}),
    )


def _logic(inner: Strategy) -> Strategy:
    operand = leaves | PARAMETER | FOUND
    return st.one_of(
        of("Fn::Not", st.lists(inner, min_size=1, max_size=1)),
        of("Fn::Not", inner),
        of("Fn::And", st.lists(inner, min_size=1, max_size=3)),
        of("Fn::Or", st.lists(inner, min_size=2, max_size=3)),
        call("Fn::Equals", operand, operand),
        operand,
    )


conditions = st.recursive(st.booleans() | st.sampled_from(["yes", "no", "nor"]), _logic, max_leaves=4)
snippets = st.recursive(
    leaves | REFERENCES,
    lambda inner: functions(inner) | st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=2),
    max_leaves=6,
)


@st.composite
def templates(draw: st.DrawFn) -> dict[str, Any]:
    """A template whose output is a snippet, or stands under a condition."""
    version, value = draw(VERSIONS), draw(snippets)
    key = "AWSTemplateFormatVersion" if version == "2010-09-09" else "HeatTemplateFormatVersion"
    template: dict[str, Any] = {
        key: version,
        "Parameters": PARAMETERS,
        "Mappings": MAPPINGS,
        "Resources": {name: {"Type": "OS::Heat::TestResource"} for name in RESOURCES},
    }
    if draw(st.booleans()):
        template["Conditions"] = {**CONDITIONS, "drawn": draw(conditions)}
        value = {"Fn::If": ["drawn", value, "not"]}
    elif key.startswith("AWS"):
        template["Conditions"] = CONDITIONS
    template["Outputs"] = {"out": {"Value": value}}
    return {"kind": "cfn", "template": template, "resources": RESOURCES}


CONSTRAINTS = st.dictionaries(
    st.sampled_from(["MinValue", "MaxValue", "MinLength", "MaxLength"]),
    st.integers(0, 4) | st.sampled_from(["2", "x", None]),
    max_size=2,
)
GIVEN = st.sampled_from(["", "a", "abc", "1", "1.5", "true", "a,b", '{"a": 1}', 1, 3, True, False]) | leaves


@st.composite
def parameters(draw: st.DrawFn) -> dict[str, Any]:
    """A declaration and a value."""
    declared: dict[str, Any] = {"Type": draw(st.sampled_from([*(it["Type"] for it in PARAMETERS.values()), "Other"]))}
    optional = {"Default": GIVEN, "AllowedPattern": st.sampled_from(["[a-z]+", "a", "\\d+"])}
    optional["AllowedValues"] = st.lists(GIVEN, min_size=1, max_size=3)
    optional["NoEcho"] = st.sampled_from([True, "true", "false", "x", False])
    optional["Unknown"] = texts
    declared |= draw(CONSTRAINTS)
    declared |= {name: draw(it) for name, it in optional.items() if draw(st.integers(0, 3)) == 0}
    return {"kind": "cfn_parameter", "declared": declared} | ({"given": draw(GIVEN)} if draw(st.booleans()) else {})
