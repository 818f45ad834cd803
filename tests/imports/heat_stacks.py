"""The stacks that a real Heat is asked to make, for a database that ``import-from-heat`` is tried on.

Each has a name, what it is created with, and what is done with it afterwards. Nothing here needs Heat.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

Template = dict[str, Any]

DEMO, OTHER = "project-of-demo", "project-of-another"
"""The projects that the stacks are in."""


@dataclass(frozen=True)
class HeatStack:
    """One stack. ``then``: (method, arguments) of calls after its creation; ``state``: where it is at last."""

    name: str
    template: Template
    state: str = "CREATE_COMPLETE"
    files: dict[str, str] = field(default_factory=dict)
    environment: Template = field(default_factory=dict)
    args: Template = field(default_factory=dict)
    then: tuple[tuple[str, Any], ...] = ()
    project: str = DEMO
    encrypts: bool = False


def hot(resources: Template, **sections: Any) -> Template:
    """A template."""
    return {"heat_template_version": "2021-04-16", **sections, "resources": resources}


def test(value: Any, **more: Any) -> Template:
    """A TestResource; ``more`` are properties, or ``depends_on`` and the like."""
    outer = {
        name: more.pop(name) for name in ("depends_on", "deletion_policy", "metadata", "condition") if name in more
    }
    return {"type": "OS::Heat::TestResource", "properties": {"value": value, **more}, **outer}


def nested_file(*names: str, kind: str = "OS::Heat::TestResource") -> str:
    """A template in a file, with a parameter ``size`` and an output ``said``."""
    made = {name: {"type": kind, "properties": {"value": {"get_param": "size"}}} for name in names}
    outputs = {"said": {"value": {"get_attr": [names[0], "output"]}}} if kind == "OS::Heat::TestResource" else {}
    return json.dumps(hot(made, parameters={"size": {"type": "string", "default": "s"}}, outputs=outputs))


def group(count: int, definition: Template) -> Template:
    """A ResourceGroup."""
    return {"type": "OS::Heat::ResourceGroup", "properties": {"count": count, "resource_def": definition}}


SECRET = {"password": {"type": "string", "hidden": True}}
OF_A = {"get_attr": ["a", "output"]}
OUTPUT = {"said": {"value": OF_A}}
LEAF = nested_file("leaf")
MIDDLE = nested_file("deep", kind="leaf.yaml").replace('"value"', '"size"')

FLAT = hot({"a": test("1"), "b": test(OF_A), "c": test("3", depends_on=["a", "b"])}, outputs=OUTPUT)
STRINGS = hot(
    {
        "word": {"type": "OS::Heat::RandomString", "properties": {"length": 12}},
        "copy": {"type": "OS::Heat::Value", "properties": {"value": {"get_attr": ["word", "value"]}}},
        "nothing": {"type": "OS::Heat::None", "properties": {"any": 1}},
    },
    outputs={"word": {"value": {"get_resource": "word"}}, "copy": {"value": {"get_attr": ["copy", "value"]}}},
)
HIDDEN = hot({"a": test({"get_param": "password"}, metadata={"colour": "blue"})}, parameters=SECRET)
PROVIDER = hot(
    {"web": {"type": "leaf.yaml", "properties": {"size": "xl"}}, "after": test({"get_attr": ["web", "said"]})},
    outputs={"said": {"value": {"get_attr": ["web", "said"]}}},
)
REPLACED = {"a": test("1", update_replace=True), "b": test(OF_A)}
SCALING = {
    "group": {
        "type": "OS::Heat::AutoScalingGroup",
        "properties": {"min_size": 1, "max_size": 4, "desired_capacity": 2, "resource": test("asg")},
    }
}
CONDITIONAL = hot(
    {"a": test("1"), "b": test("2", condition="wanted")},
    parameters={"wanted": {"type": "boolean", "default": False}},
    conditions={"wanted": {"get_param": "wanted"}},
)
CHAIN = {
    "type": "OS::Heat::ResourceChain",
    "properties": {"resources": ["OS::Heat::TestResource"] * 3, "resource_properties": {"value": "link"}},
}


def cfn(resources: Template, **sections: Any) -> Template:
    """A template in CloudFormation's words."""
    return {"AWSTemplateFormatVersion": "2010-09-09", **sections, "Resources": resources}


def cfn_test(value: Any, **more: Any) -> Template:
    """A TestResource in them; ``more`` are attributes such as ``DependsOn``."""
    return {"Type": "OS::Heat::TestResource", "Properties": {"value": value}, **more}


CFN_OF_A = {"Fn::GetAtt": ["a", "output"]}
CFN_OUTPUTS = {"said": {"Value": {"Fn::Join": ["-", [CFN_OF_A, {"Ref": "Size"}]]}}}
CFN_SIZE = {"Size": {"Type": "String", "Default": "s"}, "Large": {"Type": "String", "Default": "no"}}
CFN = cfn(
    {
        "a": cfn_test({"Fn::FindInMap": ["Sizes", {"Ref": "Size"}, "word"]}, Metadata={"colour": "blue"}),
        "b": cfn_test({"Fn::Join": ["/", [CFN_OF_A, "b"]]}),
        "c": cfn_test("3", DependsOn=["a", "b"], DeletionPolicy="Delete"),
    },
    Parameters=CFN_SIZE,
    Mappings={"Sizes": {"s": {"word": "small"}, "l": {"word": "large"}}},
    Outputs=CFN_OUTPUTS,
)
CFN_CONDITIONS = cfn(
    {
        "a": cfn_test({"Fn::If": ["IsLarge", "large", "small"]}),
        "b": cfn_test("only if", Condition="IsLarge"),
        "c": cfn_test("only else", Condition="IsSmall"),
    },
    Parameters=CFN_SIZE,
    Conditions={
        "IsLarge": {"Fn::Equals": [{"Ref": "Large"}, "yes"]},
        "IsSmall": {"Fn::Not": ["IsLarge"]},
    },
    Outputs=CFN_OUTPUTS,
)
CFN_LEAF = json.dumps(
    cfn(
        {"leaf": cfn_test({"Ref": "Size"}), "rare": cfn_test("r", Condition="IsRare")},
        Parameters={"Size": {"Type": "String", "Default": "s"}},
        Conditions={"IsRare": {"Fn::Equals": [{"Ref": "Size"}, "1"]}},
        Outputs={"said": {"Value": {"Fn::GetAtt": ["leaf", "output"]}}},
    )
)
CFN_GROUP = cfn(
    {
        "group": {
            "Type": "OS::Heat::ResourceGroup",
            "Properties": {"count": 2, "resource_def": {"type": "leaf.template", "properties": {"Size": "%index%"}}},
        },
        "after": cfn_test({"Fn::Join": [",", {"Fn::GetAtt": ["group", "said"]}]}),
    }
)
CFN_OLD = {
    "HeatTemplateFormatVersion": "2012-12-12",
    "Resources": {"a": cfn_test({"Fn::Select": ["1", ["x", "y"]]}), "b": cfn_test(CFN_OF_A)},
}
CONDITIONAL_LEAF = json.dumps(
    hot(
        {"leaf": test({"get_param": "size"}), "extra": test("e", condition="large")},
        parameters={"size": {"type": "string"}},
        conditions={"large": {"equals": [{"get_param": "size"}, "l"]}},
    )
)
CONDITIONAL_NESTED = hot(
    {
        "small": {"type": "conditional.yaml", "properties": {"size": "s"}},
        "large": {"type": "conditional.yaml", "properties": {"size": "l"}},
        "many": {**group(2, {"type": "conditional.yaml", "properties": {"size": "l"}}), "condition": "wanted"},
    },
    parameters={"wanted": {"type": "boolean", "default": True}},
    conditions={"wanted": {"get_param": "wanted"}},
)
FILES = {"leaf.yaml": LEAF, "middle.yaml": MIDDLE}
REFS = {"refs": {"value": {"get_attr": ["group", "refs"]}}}

STACKS = (
    HeatStack("flat", FLAT, args={"tags": ["blue", "green"]}),
    HeatStack("strings", STRINGS),
    HeatStack("rolls-back", FLAT, args={"disable_rollback": False, "timeout_mins": 7}),
    HeatStack(
        "updated",
        FLAT,
        "UPDATE_COMPLETE",
        then=(("update", hot({"a": test("1"), "b": test("changed"), "d": test("new")}, outputs=OUTPUT)),),
    ),
    HeatStack(
        "replaced",
        hot(REPLACED, outputs=OUTPUT),
        "UPDATE_COMPLETE",
        then=(("update", hot({**REPLACED, "a": test("2", update_replace=True)}, outputs=OUTPUT)),),
    ),
    HeatStack("provider", PROVIDER, files=FILES),
    HeatStack("group", hot({"group": group(3, test("%index%"))}, outputs=REFS)),
    HeatStack(
        "two-levels",
        hot({"group": group(2, {"type": "middle.yaml", "properties": {"size": "n%index%"}})}, outputs=REFS),
        files=FILES,
    ),
    HeatStack("words", hot({"group": group(2, {"type": "OS::Heat::RandomString"})}, outputs=REFS)),
    HeatStack("scaling", hot(SCALING), args={"disable_rollback": True}),
    HeatStack("chain", hot({"chain": CHAIN})),
    HeatStack("conditional", CONDITIONAL, environment={"parameters": {"wanted": True}}),
    HeatStack("snapped", FLAT, "SNAPSHOT_COMPLETE", then=(("snapshot", "first"),)),
    HeatStack("asleep", FLAT, "SUSPEND_COMPLETE", then=(("suspend", None),)),
    HeatStack(
        "mapped",
        hot({"web": {"type": "Our::Leaf", "properties": {"size": "m"}}, "kept": test("k", deletion_policy="Retain")}),
        files=FILES,
        environment={"resource_registry": {"Our::Leaf": "leaf.yaml"}, "parameter_defaults": {"size": "default"}},
    ),
    HeatStack("cfn", CFN),
    HeatStack(
        "cfn-updated",
        CFN,
        "UPDATE_COMPLETE",
        then=(("update", {**CFN, "Resources": {**CFN["Resources"], "d": cfn_test("new")}}),),
    ),
    HeatStack("cfn-conditions", CFN_CONDITIONS, environment={"parameters": {"Large": "yes"}}),
    HeatStack("cfn-group", CFN_GROUP, files={"leaf.template": CFN_LEAF}),
    HeatStack("cfn-old", CFN_OLD),
    HeatStack("cfn-asleep", CFN, "SUSPEND_COMPLETE", then=(("suspend", None),)),
    HeatStack("conditional-nested", CONDITIONAL_NESTED, files={"conditional.yaml": CONDITIONAL_LEAF}),
    HeatStack("another", FLAT, project=OTHER),
    HeatStack("hidden", HIDDEN, environment={"parameters": {"password": "of a kind"}}, encrypts=True),
    HeatStack("sealed-group", hot({"group": group(2, test("sealed"))}, outputs=REFS), encrypts=True),
    HeatStack("sealed-provider", PROVIDER, files=FILES, encrypts=True, project=OTHER),
    HeatStack("fails", hot({"a": test("1"), "b": test("2", fail=True, depends_on="a")}), "CREATE_FAILED"),
    HeatStack(
        "fails-later", FLAT, "UPDATE_FAILED", then=(("update", hot({"a": test("2", fail=True), "b": test("1")})),)
    ),
    HeatStack("gone", FLAT, "DELETE_COMPLETE", then=(("delete", None),)),
    HeatStack("foreign", hot({"rule": {"type": "OS::Heat::AccessPolicy", "properties": {"AllowedResources": []}}})),
    HeatStack("runs", hot({"a": test("1", wait_secs=100_000)}), "CREATE_IN_PROGRESS"),
)
"""In the order in which they are made; "runs" is the last, since it never ends."""
