"""Stacks with every kind of value, for a database that real Heat fills: after the import an update has nothing to do.

Each computes values that heatlite once computed otherwise, or is written as Heat takes it and heatlite once didn't.
Nothing here needs Heat. ``fill --values`` has Heat make them, and writes its database down as ``heat27_values.sql``.
"""

from __future__ import annotations

import json
from typing import Any

from tests.imports.heat_stacks import DEMO, HeatStack, Template, cfn, cfn_test, group, hot, test

TYPES = {
    "text": {"type": "string", "default": "default"},
    "number": {"type": "number", "default": 7},
    "flag": {"type": "boolean", "default": True},
    "list": {"type": "comma_delimited_list", "default": "d,e"},
    "map": {"type": "json", "default": {"d": 1}},
}
TEXTS = {"text": "$it", "number": "n$it", "flag": "f$it", "list": "l$it", "map": "m$it"}


def param(*path: Any) -> Template:
    """``get_param``."""
    return {"get_param": path[0] if len(path) == 1 else list(path)}


def attr(*path: Any) -> Template:
    """``get_attr``."""
    return {"get_attr": list(path)}


def value(what: Any, kind: str | None = None) -> Template:
    """A Value, which takes anything."""
    typed = {} if kind is None else {"type": kind}
    return {"type": "OS::Heat::Value", "properties": {"value": what, **typed}}


def shown(what: Any, form: str = "<$it>") -> Template:
    """A TestResource that is replaced where the text of a value differs."""
    return test({"str_replace": {"template": form, "params": {"$it": what}}}, update_replace=True)


def said(**values: Any) -> Template:
    """Outputs."""
    return {name: {"value": what} for name, what in values.items()}


def written(template: Template) -> str:
    """A template as a file's text."""
    return json.dumps(template)


TYPED = written(
    hot(
        {
            **{f"{name}_value": value(param(name)) for name in TYPES},
            **{f"{name}_shown": shown(param(name)) for name in TYPES},
        },
        parameters=TYPES,
        outputs=said(**{name: param(name) for name in TYPES}),
    )
)
OUTER = written(
    hot(
        {"inner": {"type": "typed.yaml", "properties": {name: param(name) for name in TYPES}}},
        parameters=TYPES,
        outputs=said(**{name: attr("inner", name) for name in TYPES}),
    )
)
OPEN = written(
    hot(
        {"value": value(param("any")), "shown": shown(param("any"))},
        parameters={"any": {"type": "string"}},
        outputs=said(any=param("any")),
    )
)
LISTED = written(
    hot(
        {"r": test({"list_join": ["|", param("list")]}, update_replace=True), "v": value(param("list"))},
        parameters={"list": {"type": "comma_delimited_list"}},
        outputs=said(list=param("list"), r=attr("r", "output")),
    )
)
CFN_TYPED = written(
    cfn(
        {"r": cfn_test({"Fn::Join": ["|", {"Ref": "List"}]}, Metadata={"text": {"Ref": "Text"}})},
        Parameters={
            "List": {"Type": "CommaDelimitedList", "Default": "d,e"},
            "Text": {"Type": "String", "Default": "default"},
        },
        Outputs={"said": {"Value": {"Ref": "List"}}},
    )
)
FILES = {"typed.yaml": TYPED, "outer.yaml": OUTER, "open.yaml": OPEN, "listed.yaml": LISTED, "cfn.template": CFN_TYPED}

FILES["failing.yaml"] = written(
    hot({"v": value({"a": 1})}, outputs=said(bad={"list_join": ["", attr("v", "value")]}, good="fine"))
)
FILES["facade.yaml"] = written(
    hot(
        {
            "a": test({"resource_facade": "deletion_policy"}, update_replace=True),
            "m": value({"resource_facade": "metadata"}),
            "u": value({"resource_facade": "update_policy"}),
            "p": value([param("OS::stack_name"), param("OS::project_id"), param("OS::stack_id")]),
        }
    )
)
FILES["words.txt"] = "one $it, two"


def typed(**properties: Any) -> Template:
    """A resource of the typed template, and one that reads all of its outputs."""
    seen = {f"seen_{name}": value(attr("web", name)) for name in TYPES}
    return hot({"web": {"type": "typed.yaml", "properties": properties}, **seen})


def listed(given: Any, **sections: Any) -> Template:
    """A resource that is given a list."""
    web = {"type": "listed.yaml", "properties": {"list": given}}
    return hot({"web": web, "seen": value(attr("web", "list"))}, **sections)


def scaled(**properties: Any) -> Template:
    """A group that scales."""
    size = {"min_size": 1, "max_size": 4, "desired_capacity": 2}
    return {"type": "OS::Heat::AutoScalingGroup", "properties": {**size, "resource": test("asg"), **properties}}


def reading(holder: Template, *paths: tuple[Any, ...], **more: Any) -> Template:
    """A resource ``group``, and one Value and one shown text for each path in it."""
    read = {f"v{place}": value(attr("group", *path)) for place, path in enumerate(paths)}
    texts = {f"t{place}": shown({"list_join": [",", [attr("group", *path)]]}) for place, path in enumerate(paths)}
    return hot({"group": holder, **read, **texts, **more}, outputs=said(first=attr("group", *paths[0])))


def parametrised(kind: str, given: Any, name: str, **more: Any) -> HeatStack:
    """A stack that is given a parameter of a type and shows it in every way."""
    made = {"v": value(param("it")), "s": shown(param("it")), "w": {"type": "open.yaml", "properties": {"any": "x"}}}
    declared = {"it": {"type": kind, **more}}
    return HeatStack(
        name,
        hot(made, parameters=declared, outputs=said(it=param("it"))),
        files={"open.yaml": OPEN},
        environment={"parameters": {"it": given}} if given is not None else {},
    )


def of(name: str, template: Template, needs: tuple[str, ...] = (), **more: Any) -> HeatStack:
    """A stack with the files that it names, and with those that it ``needs`` besides."""
    return HeatStack(name, template, files=needed(template, needs, *(it for _, it in more.get("then", ()))), **more)


def needed(*templates: Any) -> dict[str, str]:
    """The files that templates name, and those that these name."""
    text, found = json.dumps(templates), dict[str, str]()
    while new := {name: FILES[name] for name in FILES if name not in found and name in text}:
        found |= new
        text = "".join(new.values())
    return found


NULLS = (
    *(of(f"null-{name}", typed(**{name: None})) for name in TYPES),
    of("null-everything", typed(**dict.fromkeys(TYPES))),
    of("null-two-levels", hot({"web": {"type": "outer.yaml", "properties": dict.fromkeys(TYPES)}})),
    of("null-nothing-given", typed()),
    of(
        "null-by-attribute",
        hot(
            {
                "nothing": value(None),
                "web": {
                    "type": "typed.yaml",
                    "properties": {"text": attr("nothing", "value"), "list": attr("nothing", "value")},
                },
                "seen": value(attr("web", "text")),
            }
        ),
    ),
    of("null-in-group", hot({"group": group(2, {"type": "typed.yaml", "properties": {"text": None, "map": None}})})),
    of("null-in-cfn", hot({"web": {"type": "cfn.template", "properties": {"List": None, "Text": None}}})),
    of("null-without-default", hot({"web": {"type": "open.yaml", "properties": {"any": None}}})),
)
LISTS = (
    of("list-plain", listed(["a", "b"])),
    of("list-with-commas", listed(["a,b", "c", "d,"])),
    of("list-empty", listed([])),
    of("list-of-maps", listed([{"a": 1, "b": "x,y"}, {"c": True, "d": None, "e": [1, "f"], "g": {"h": 1.5}}])),
    of("list-with-null", listed(["a", None, "b"])),
    of("list-of-nothing", listed([""])),
    of("list-as-text", listed("a, b,c")),
    of(
        "list-of-parameter",
        listed(param("given"), parameters={"given": {"type": "comma_delimited_list", "default": "x,y"}}),
    ),
    of("list-of-json", listed(param("given"), parameters={"given": {"type": "json", "default": ["a,b", "c"]}})),
    of(
        "list-of-attribute",
        hot(
            {
                "source": value(["p,q", "r"]),
                "web": {"type": "listed.yaml", "properties": {"list": attr("source", "value")}},
                "seen": value(attr("web", "list")),
            }
        ),
    ),
    of(
        "list-two-levels",
        hot(
            {
                "web": {"type": "outer.yaml", "properties": {"list": ["a,b", "c"], "map": [1, {"a": "b"}]}},
                "seen": value(attr("web", "list")),
                "map": value(attr("web", "map")),
            }
        ),
    ),
    of(
        "list-in-group",
        hot(
            {
                "group": group(
                    2, {"type": "listed.yaml", "properties": {"list": ["%index%,x", {"list_join": [",", ["y", "z"]]}]}}
                ),
                "seen": value(attr("group", "list")),
            }
        ),
    ),
    of(
        "list-in-scaling",
        hot({"group": scaled(resource={"type": "listed.yaml", "properties": {"list": ["a,b", "c"]}})}),
    ),
    of(
        "list-in-chain",
        hot(
            {
                "chain": {
                    "type": "OS::Heat::ResourceChain",
                    "properties": {
                        "resources": ["listed.yaml", "listed.yaml"],
                        "resource_properties": {"list": ["a,b", "c"]},
                    },
                }
            }
        ),
    ),
    of(
        "list-in-cfn",
        hot(
            {
                "web": {"type": "cfn.template", "properties": {"List": [{"a": "b"}, {"c": "d"}], "Text": "t"}},
                "seen": value(attr("web", "said")),
            }
        ),
    ),
    of("map-as-list", typed(map=[1, "a", {"b": None}])),
    of("map-as-text", typed(map='{"a": [1, 2.50]}')),
    of("map-with-order", typed(map={"z": 1, "a": {"y": True, "b": None}})),
    of("number-as-text", typed(number="080", flag="TRUE", text=12)),
    of(
        "number-of-kinds",
        hot(
            {
                f"web{place}": {"type": "typed.yaml", "properties": {"number": given}}
                for place, given in enumerate(["1.0", 1.0, "1e3", "-0", 0])
            }
        ),
    ),
    of(
        "text-of-kinds",
        hot(
            {
                f"web{place}": {"type": "typed.yaml", "properties": {"text": given}}
                for place, given in enumerate([True, 5, "", "null"])
            }
        ),
    ),
)
PATHS = (
    of("path-refs-map", reading(group(2, test("m")), ("refs_map", "0"), ("refs_map",), ("refs_map", "0", "x"))),
    of(
        "path-removed",
        reading(
            {
                **group(2, test("m")),
                "properties": {"count": 2, "resource_def": test("m"), "removal_policies": [{"resource_list": ["0"]}]},
            },
            ("removed_rsrc_list", 0),
            ("removed_rsrc_list",),
            ("refs_map",),
        ),
    ),
    of("path-refs", reading(group(2, test("m")), ("refs", 0), ("refs", "1"), ("refs", 5))),
    of(
        "path-member",
        reading(
            group(2, test("m%index%")),
            ("resource.0", "output"),
            ("resource.0.output",),
            ("resource.1",),
            ("output", 1),
            ("attributes", "output"),
        ),
    ),
    of(
        "path-scaling-refs",
        hot(
            {
                "group": scaled(),
                "v": value(attr("group", "refs", 0)),
                "m": value(attr("group", "refs_map", "x")),
                "s": value(attr("group", "current_size", "x")),
                "t": value(attr("group", "current_size")),
                "l": value(attr("group", "refs")),
            }
        ),
    ),
    of(
        "path-scaling-outputs",
        hot(
            {
                "group": scaled(),
                "o": value(attr("group", "outputs", "output")),
                "l": value(attr("group", "outputs_list", "output")),
                "z": value(attr("group", "outputs_list", "output", 0)),
            }
        ),
    ),
    of(
        "path-inner",
        hot(
            {
                "group": group(2, {"type": "listed.yaml", "properties": {"list": ["%index%", "x"]}}),
                "v": value(attr("group", "resource.0.resource.r")),
                "w": value(attr("group", "resource.1", "resource.r")),
                "x": value(attr("group", "resource.0.resource.r.output")),
                "y": value(attr("group", "list", 0)),
                "z": value(attr("group", "resource.0.list", 1)),
            }
        ),
    ),
    of(
        "path-inner-template",
        hot(
            {
                "web": {"type": "outer.yaml", "properties": {"text": "deep"}},
                "v": value(attr("web", "resource.inner")),
                "x": value(attr("web", "resource.inner.text")),
                "y": value(attr("web", "resource.inner", "list", 1)),
                "z": value(attr("web", "resource.inner", "resource.text_shown.output")),
            }
        ),
    ),
    of(
        "path-group-in-group",
        hot(
            {
                "group": group(
                    2, {"type": "OS::Heat::ResourceGroup", "properties": {"count": 2, "resource_def": test("deep")}}
                ),
                "v": value(attr("group", "refs_map")),
                "w": value(attr("group", "refs")),
                "x": value(attr("group", "resource.0.refs")),
                "y": value(attr("group", "resource.0", "output")),
            }
        ),
    ),
    of(
        "path-chain",
        hot(
            {
                "chain": {
                    "type": "OS::Heat::ResourceChain",
                    "properties": {
                        "resources": ["OS::Heat::TestResource"] * 2,
                        "resource_properties": {"value": "link"},
                    },
                },
                "v": value(attr("chain", "refs", 0)),
                "w": value(attr("chain", "refs")),
                "x": value(attr("chain", "resource.0", "output")),
                "y": value(attr("chain", "attributes", "output")),
                "z": value(attr("chain", "output", 1)),
            }
        ),
    ),
    of(
        "path-into-text",
        hot(
            {
                "a": test("one"),
                "v": value(attr("a", "output", "x")),
                "w": value(attr("a", "output", 0)),
                "x": value(attr("a", "output", "0")),
                "m": value({"k": ["l"]}),
                "y": value(attr("m", "value", "k", "0")),
                "z": value(attr("m", "value", "k", 0)),
            }
        ),
    ),
    of(
        "path-scaling-inner",
        hot(
            {
                "group": scaled(resource={"type": "listed.yaml", "properties": {"list": ["a", "b"]}}),
                "v": value(attr("group", "resource.0.resource.r")),
                "w": value(attr("group", "resource.1", "resource.r.output")),
                "x": value(attr("group", "resource.0", "list", 1)),
                "y": value(attr("group", "resource.1")),
            }
        ),
    ),
    of(
        "path-chain-inner",
        hot(
            {
                "chain": {
                    "type": "OS::Heat::ResourceChain",
                    "properties": {
                        "resources": ["listed.yaml", "listed.yaml"],
                        "resource_properties": {"list": ["a", "b"]},
                    },
                },
                "v": value(attr("chain", "resource.0.resource.r")),
                "w": value(attr("chain", "resource.1", "list", 0)),
                "x": value(attr("chain", "list")),
            }
        ),
    ),
    *(
        of(
            f"path-{version}",
            {
                **hot(
                    {
                        "group": group(2, test("m%index%")),
                        "m": value({"k": ["l", {"n": 1}]}),
                        "a": value(attr("group", "refs_map", "0")),
                        "b": value(attr("group", "refs", 1)),
                        "c": value(attr("group", "output", 1)),
                        "d": value(attr("m", "value", "k", 1, "n")),
                        "e": value(attr("m", "value", "k", "1")),
                        "f": value(attr("group", "resource.0", "output")),
                        "g": value(attr("group", "removed_rsrc_list", 0)),
                    }
                ),
                "heat_template_version": version,
            },
        )
        for version in ("2013-05-23", "2014-10-16", "2015-04-30")
    ),
    of(
        "path-scaling-2013",
        {
            **hot(
                {
                    "group": scaled(),
                    "a": value(attr("group", "refs", 0)),
                    "b": value(attr("group", "current_size")),
                    "web": {"type": "outer.yaml", "properties": {"list": ["a,b"]}},
                    "c": value(attr("web", "list", 1)),
                    "d": value(attr("web", "resource.inner.list", 0)),
                    "e": value(attr("web", "map", "d")),
                }
            ),
            "heat_template_version": "2013-05-23",
        },
    ),
    of(
        "path-by-parameter",
        hot(
            {
                "group": group(2, test("m%index%")),
                "a": value(attr("group", param("what"), param("which"))),
                "b": value(attr("group", "refs", param("number"))),
                "c": value(
                    attr(
                        "group", {"str_replace": {"template": "resource.X", "params": {"X": param("number")}}}, "output"
                    )
                ),
            },
            parameters={
                "what": {"type": "string", "default": "refs_map"},
                "which": {"type": "string", "default": "1"},
                "number": {"type": "number", "default": 1},
            },
        ),
    ),
)
TEXT_FORMS = (
    parametrised("string", [1, "a"], "text-from-list"),
    parametrised("string", {"b": 1, "a": ["x", None, True]}, "text-from-map"),
    parametrised("string", True, "text-from-flag"),
    parametrised("string", 1.10, "text-from-float"),
    parametrised("string", 5, "text-from-number"),
    parametrised("string", [], "text-from-nothing"),
    parametrised("string", None, "text-default-list", default=["it's", "b"]),
    parametrised("string", None, "text-default-number", default=1.50),
    parametrised("string", None, "text-default-flag", default=True),
    parametrised("number", "080", "number-from-text"),
    parametrised("number", "1.0", "number-from-float-text"),
    parametrised("number", "1e3", "number-from-exponent"),
    parametrised("boolean", "yes", "flag-from-word"),
    parametrised("comma_delimited_list", [1, True, None, {"a": 1}, ["x"]], "list-from-anything"),
    parametrised("comma_delimited_list", " a , b", "list-from-spaces"),
    parametrised("json", '{"b": 1, "a": [1.0, null]}', "json-from-text"),
    parametrised("json", [], "json-from-empty"),
    of(
        "cfn-text-from-list",
        cfn(
            {"a": cfn_test({"Fn::Join": ["", ["<", {"Ref": "It"}, ">"]]})},
            Parameters={"It": {"Type": "String", "Default": "d"}},
        ),
        environment={"parameters": {"It": ["x", 1]}},
    ),
)
VALUES = (
    of(
        "value-text",
        hot(
            {
                "v": value("080", "string"),
                "w": value(attr("v", "value")),
                "s": shown(attr("v", "value")),
                "n": value(5, "string"),
                "m": value(attr("n", "value")),
                "t": value(True, "string"),
                "u": value(attr("t", "value")),
            }
        ),
    ),
    of(
        "value-number",
        hot(
            {
                "v": value("80", "number"),
                "w": value(attr("v", "value")),
                "j": test({"list_join": ["-", [attr("v", "value"), "x"]]}, update_replace=True),
                "z": value("080", "number"),
                "y": shown(attr("z", "value")),
                "f": value("1.50", "number"),
                "g": value(attr("f", "value")),
            }
        ),
    ),
    of(
        "value-flag",
        hot(
            {
                "v": value("True", "boolean"),
                "w": value(attr("v", "value")),
                "s": shown(attr("v", "value")),
                "x": value(False, "boolean"),
                "y": value(attr("x", "value")),
            }
        ),
    ),
    of(
        "value-list",
        hot(
            {
                "v": value(["a", 1, None], "comma_delimited_list"),
                "w": value(attr("v", "value")),
                "x": value(attr("v", "value", 1)),
            }
        ),
    ),
    of(
        "value-map",
        hot(
            {
                "v": value({"z": 1, "a": None}, "json"),
                "w": value(attr("v", "value")),
                "x": value(attr("v", "value", "z")),
            }
        ),
    ),
    of(
        "value-null",
        hot(
            {
                "v": value(None),
                "w": value(attr("v", "value")),
                "n": value(None, "number"),
                "m": value(attr("n", "value")),
                "l": value(None, "comma_delimited_list"),
                "k": value(attr("l", "value")),
            }
        ),
    ),
    of(
        "value-anything",
        hot(
            {
                "v": value({"a": [1, 1.0, "1", True, None]}),
                "w": value(attr("v", "value")),
                "x": value(attr("v", "value", "a", 1)),
                "j": test({"list_join": ["-", ["x", attr("v", "value")]]}, update_replace=True),
            }
        ),
    ),
)
BY_PARAMETER = (
    of(
        "retained-by-parameter",
        hot(
            {"a": test("1", deletion_policy=param("policy")), "b": test("2")},
            parameters={"policy": {"type": "string", "default": "Retain"}},
        ),
    ),
    of(
        "reference-by-parameter",
        hot(
            {
                "a": test("1"),
                "b": test("2"),
                "c": test({"get_resource": param("which")}, update_replace=True),
                "d": value(attr(param("which"), "output")),
                "e": value(attr("a", param("what"))),
                "f": value(attr(param("which"), param("what"))),
            },
            parameters={"which": {"type": "string", "default": "b"}, "what": {"type": "string", "default": "output"}},
            outputs=said(ref={"get_resource": param("which")}, out=attr(param("which"), "output")),
        ),
    ),
    of(
        "reference-by-text",
        hot(
            {
                "a-x": test("1"),
                "c": test(
                    {"get_resource": {"str_replace": {"template": "$a-x", "params": {"$a": param("which")}}}},
                    update_replace=True,
                ),
            },
            parameters={"which": {"type": "string", "default": "a"}},
        ),
    ),
    of(
        "reference-cfn",
        cfn(
            {"a": cfn_test("1"), "b": cfn_test({"Fn::GetAtt": [{"Ref": "Which"}, "output"]})},
            Parameters={"Which": {"Type": "String", "Default": "a"}},
        ),
    ),
    of(
        "policy-in-cfn",
        cfn(
            {"a": cfn_test("1", DeletionPolicy={"Ref": "Policy"})},
            Parameters={"Policy": {"Type": "String", "Default": "Retain"}},
        ),
    ),
)
WRITTEN = (
    of(
        "output-with-type",
        hot({"a": test("1")}, outputs={"said": {"value": attr("a", "output"), "type": "string", "hidden": True}}),
    ),
    of("count-of-true", hot({"group": group(True, test("m"))})),
    of("count-of-text", hot({"group": group("2", test("m%index%"))})),
    of("count-of-float", hot({"group": group(2.7, test("m%index%"))})),
    of(
        "description-of-number",
        {
            **hot(
                {"a": {**test("1"), "description": "five"}},
                outputs={"said": {"value": "x", "description": 6}},
                parameters={"p": {"type": "string", "default": "x", "description": 7, "label": 8}},
            ),
            "description": 5,
        },
    ),
    of("sections-of-lists", {**hot({"a": test("1")}), "outputs": {}, "parameters": {}}),
    of(
        "properties-of-kinds",
        hot(
            {
                "a": test("1", wait_secs="0", fail="False", update_replace="TRUE"),
                "b": test(5),
                "c": test(True),
                "d": {"type": "OS::Heat::RandomString", "properties": {"length": "12"}},
                "e": test(None),
            }
        ),
    ),
    of(
        "properties-of-nothing",
        hot(
            {
                "a": {"type": "OS::Heat::TestResource", "properties": {"value": None, "wait_secs": None, "fail": None}},
                "b": {"type": "OS::Heat::TestResource", "properties": {}},
            }
        ),
    ),
    of(
        "metadata-of-kinds",
        hot(
            {"a": test("1", metadata={"n": 1.0, "x": None, "l": param("l"), "z": attr("b", "output")}), "b": test("2")},
            parameters={"l": {"type": "comma_delimited_list", "default": "a,b"}},
        ),
    ),
)
FAILING_OUTPUTS = (
    of(
        "output-fails-join",
        hot({"v": value({"a": 1})}, outputs=said(bad={"list_join": ["", attr("v", "value")]}, good=attr("v", "value"))),
    ),
    of("output-fails-split", hot({"v": value(5)}, outputs=said(bad={"str_split": [",", attr("v", "value")]}))),
    of(
        "output-fails-member",
        hot(
            {"group": group(1, test("m"))},
            outputs=said(bad=attr("group", "resource.7.output"), good=attr("group", "refs")),
        ),
    ),
    of(
        "output-fails-nested",
        hot(
            {"web": {"type": "failing.yaml"}, "a": test("1")},
            outputs=said(bad=attr("web", "bad"), good=attr("web", "good")),
        ),
    ),
    of("output-fails-parameter", hot({"a": test("1")}, outputs=said(bad=param("nowhere"), good=attr("a", "output")))),
)


SOME = {
    "list": {"type": "comma_delimited_list", "default": "b,a,b"},
    "map": {"type": "json", "default": {"b": 1, "a": [1.0]}},
}
FUNCTIONS = (
    of(
        "functions-of-texts",
        hot(
            {
                "file": shown({"get_file": "words.txt"}),
                "digest": value({"digest": ["sha512", "x"]}),
                "split": value({"str_split": [",", "a,b,", 1]}),
                "splits": value({"str_split": [",", "a,,b"]}),
                "strict": value({"str_replace_strict": {"template": "$a-$b", "params": {"$a": 1, "$b": 1.0}}}),
                "kinds": value(
                    {"str_replace": {"template": "a b c d", "params": {"a": True, "b": None, "c": 1.50, "d": {"z": 1}}}}
                ),
                "joins": value({"list_join": [",", ["a"], [{"z": 1, "a": None}, ["x"]]]}),
                "url": value({"make_url": {"scheme": "http", "host": "h", "port": 80, "query": {"a": "b c"}}}),
            }
        ),
    ),
    of(
        "functions-of-lists",
        hot(
            {
                "repeat": value(
                    {"repeat": {"for_each": {"<i>": param("list"), "<j>": ["1", "2"]}, "template": {"<i>": "<j>"}}}
                ),
                "merge": value({"map_merge": [param("map"), {"c": 2}, None]}),
                "replace": value({"map_replace": [param("map"), {"keys": {"b": "x"}, "values": {"1": "y"}}]}),
                "yaql": value(
                    {"yaql": {"expression": "$.data.list.distinct().orderBy($)", "data": {"list": param("list")}}}
                ),
                "yaql_map": value({"yaql": {"expression": "$.data.m.keys().orderBy($)", "data": {"m": param("map")}}}),
                "filter": value({"filter": [["a"], param("list")]}),
                "concat": value({"list_concat": [param("list"), ["z"], None]}),
                "unique": value({"list_concat_unique": [param("list"), ["z", "a"]]}),
                "contains": value({"contains": ["a", param("list")]}),
                "inside": value(param("map", "a", 0)),
                "text_index": value(param("list", "1")),
                "nowhere": value(param("map", "zz")),
            },
            parameters=SOME,
        ),
    ),
    of(
        "functions-of-conditions",
        hot(
            {
                "a": value({"if": ["yes", "chosen", "other"]}),
                "b": value({"if": ["no", "chosen", {"get_param": "map"}]}),
                "c": value([{"if": ["no", "left out"]}, "kept"]),
                "d": {**test("d"), "condition": "no"},
                "e": {**test("e"), "depends_on": ["a", "d"], "condition": {"not": "no"}},
            },
            parameters=SOME,
            conditions={"yes": {"equals": [param("map", "b"), 1]}, "no": {"equals": [param("list", 0), "a"]}},
            outputs={"said": {"value": "x", "condition": "no"}},
        ),
    ),
    of(
        "functions-of-cfn",
        cfn(
            {
                "a": cfn_test({"Fn::Select": ["1", {"Ref": "List"}]}),
                "b": cfn_test({"Fn::Join": ["", [{"Ref": "AWS::StackName"}, {"Fn::Base64": "x"}]]}),
                "c": cfn_test({"Fn::Replace": [{"$x": {"Ref": "Number"}}, "is $x"]}),
                "d": cfn_test(
                    {
                        "Fn::Select": [
                            "a",
                            {"Fn::MemberListToMap": ["Name", "Value", [".member.0.Name=a", ".member.0.Value=b"]]},
                        ]
                    }
                ),
                "e": cfn_test({"Fn::Join": ["|", {"Fn::Split": [";", "a;b"]}]}),
            },
            Parameters={
                "List": {"Type": "CommaDelimitedList", "Default": "x,y"},
                "Number": {"Type": "Number", "Default": "080"},
            },
        ),
    ),
    of(
        "functions-of-a-parent",
        hot(
            {
                "web": {"type": "facade.yaml", "deletion_policy": "Retain", "metadata": {"n": 1.0, "x": [None]}},
                "group": group(2, {"type": "facade.yaml", "metadata": {"i": "%index%"}}),
                "v": value([param("OS::stack_name"), param("OS::project_id")]),
            }
        ),
    ),
    of(
        "groups-of-kinds",
        hot(
            {
                "named": {
                    "type": "OS::Heat::ResourceGroup",
                    "properties": {
                        "count": 3,
                        "index_var": "<i>",
                        "resource_def": {**test("<i>-%index%"), "metadata": {"i": "<i>"}},
                    },
                    "update_policy": {
                        "rolling_update": {"max_batch_size": 2, "pause_time": 0},
                        "batch_create": {"max_batch_size": 2},
                    },
                },
                "rolled": scaled(rolling_updates={"max_batch_size": 2}, cooldown=0),
                "empty": group(0, test("m")),
                "v": value(attr("empty", "refs")),
                "w": value(attr("named", "output")),
                "words": group(2, {"type": "OS::Heat::RandomString", "properties": {"length": "5"}}),
                "x": value(attr("words", "value")),
            }
        ),
    ),
    of(
        "mapped-by-environment",
        hot(
            {
                "web": {"type": "Our::Web", "properties": {"list": ["a,b"]}},
                "own": {"type": "Our::Test", "properties": {"value": param("text")}},
            },
            parameters={"text": {"type": "string"}},
        ),
        environment={
            "parameter_defaults": {"text": ["d", 1], "number": "080", "flag": "no", "map": '{"k": 1.0}'},
            "resource_registry": {
                "Our::Web": "typed.yaml",
                "Our::Test": "OS::Heat::TestResource",
                "resources": {"own": {"Our::Test": "OS::Heat::TestResource"}},
            },
        },
        needs=("typed.yaml",),
    ),
    of(
        "external",
        hot({"a": {**test("1"), "external_id": "another-one"}, "b": test({"get_resource": "a"}, update_replace=True)}),
    ),
)


def updated(name: str, before: Template, after: Template) -> HeatStack:
    """A stack that Heat has made and then changed."""
    return of(name, before, state="UPDATE_COMPLETE", then=(("update", after),))


UPDATED = (
    updated("updated-null", typed(text="given", list=["a"]), typed(text=None, list=None)),
    updated("updated-list", listed(["a", "b"]), listed(["a,b", "c"])),
    updated("updated-group", hot({"group": group(1, test("m%index%"))}), hot({"group": group(3, test("n%index%"))})),
    updated("updated-scaling", hot({"group": scaled()}), hot({"group": scaled(resource=test("new"))})),
    updated(
        "updated-value",
        hot({"v": value("80", "number")}),
        hot({"v": value("080", "number"), "w": value(attr("v", "value"))}),
    ),
    updated(
        "updated-paths", reading(group(2, test("m")), ("refs_map",)), reading(group(2, test("m")), ("refs_map", "0"))
    ),
)

VALUE_STACKS = (
    *NULLS,
    *LISTS,
    *PATHS,
    *TEXT_FORMS,
    *VALUES,
    *BY_PARAMETER,
    *WRITTEN,
    *FAILING_OUTPUTS,
    *FUNCTIONS,
    *UPDATED,
)
"""In the order in which they are made."""
assert {it.project for it in VALUE_STACKS} == {DEMO}
