"""Good inputs, from which bad ones are made: together they say every function, section and keyword of the language.

Each is what a client hands in for one stack: template, environment, parameters, files. All types are done at once,
so that an engine without threads can carry a stack of them to its end.
"""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]

VERSION = "2021-04-16"


def request(template: Document, **more: Any) -> Document:
    """What is sent for a stack."""
    blank: Document = {"params": {"parameters": {}}, "files": {}, "environment_files": [], "args": {}}
    return {"name": "web", "template": template, **blank, **more}


def stores(value: Any = "x", **keywords: Any) -> Document:
    """A resource that stores a text."""
    return {"type": "OS::Heat::TestResource", "properties": {"value": value}, **keywords}


def values(*expressions: Any) -> Document:
    """A template whose resources hold these values."""
    resources = {
        f"v{number}": {"type": "OS::Heat::Value", "properties": {"value": each}}
        for number, each in enumerate(expressions)
    }
    return {"heat_template_version": VERSION, "resources": {"web": stores("a,b"), **resources}}


PARAMETERS = {
    "heat_template_version": VERSION,
    "description": "parameters of every type",
    "parameters": {
        "name": {
            "type": "string",
            "default": "abc",
            "constraints": [{"length": {"min": 1, "max": 40}}, {"allowed_pattern": "[a-z]+"}],
        },
        "size": {
            "type": "number",
            "constraints": [{"range": {"min": 0, "max": 9}}, {"modulo": {"step": 2, "offset": 0}}],
        },
        "zones": {"type": "comma_delimited_list", "default": "a,b", "constraints": [{"allowed_values": ["a", "b"]}]},
        "tree": {"type": "json", "default": {"a": [1, {"b": None}]}, "hidden": True, "tags": ["x"]},
        "big": {"type": "boolean", "default": "no", "label": "Big?", "immutable": True},
    },
    "parameter_groups": [{"label": "all", "parameters": ["name", "size"]}],
    "conditions": {"is_big": {"equals": [{"get_param": "big"}, True]}, "both": {"and": ["is_big", {"not": "is_big"}]}},
    "resources": {
        "db": stores({"get_param": "name"}, metadata={"tier": {"get_param": "zones"}}, deletion_policy="Retain"),
        "web": stores({"get_attr": ["db", "output"]}, depends_on=["db"], condition="is_big", description="web"),
        "leaf": {"type": "OS::Heat::Value", "properties": {"type": "json", "value": {"get_param": "tree"}}},
        "word": {
            "type": "Shop::Word",
            "properties": {
                "length": 20,
                "character_classes": [{"class": "digits", "min": 2}],
                "character_sequences": [{"sequence": "ab", "min": 1}],
            },
        },
    },
    "outputs": {
        "word": {"value": {"get_attr": ["word", "value"]}, "description": "a word"},
        "first": {"value": {"get_param": ["tree", "a", 0]}, "condition": {"not": "is_big"}},
        "all": {"value": [{"get_resource": "db"}, {"get_param": "OS::stack_name"}]},
    },
}

FUNCTIONS = values(
    {
        "str_replace": {
            "template": "http://$host:$port/",
            "params": {"$host": {"get_attr": ["web", "output"]}, "$port": 8},
        }
    },
    {"str_replace_strict": {"template": "$a", "params": {"$a": {"b": [1]}}}},
    {"list_join": [", ", ["a", "b"], {"str_split": [",", "c,d"]}]},
    {"repeat": {"template": {"%p%": "on %p% %q%"}, "for_each": {"%p%": ["1", "2"], "%q%": ["x"]}}},
    {"map_merge": [{"a": 1}, {"map_replace": [{"b": "x"}, {"keys": {"b": "c"}, "values": {"x": "y"}}]}]},
    {"yaql": {"expression": "$.data.where($ > 1)", "data": [1, 2, 3]}},
    {"digest": ["sha256", {"get_file": "setup.sh"}]},
    {"make_url": {"scheme": "http", "host": "a.example", "port": 80, "path": "/x", "query": {"a": "b"}}},
    {"list_concat_unique": [["a"], ["a", "b"]]},
    {"filter": [["a"], ["a", "b"]]},
    {"if": [{"contains": ["a", ["a"]]}, {"get_param": "OS::project_id"}, {"get_resource": "web"}]},
)

OLD = {
    "heat_template_version": "2013-05-23",
    "parameters": {"names": {"type": "comma_delimited_list", "default": ["a", "b"]}},
    "resources": {
        "web": stores({"Fn::Join": ["-", {"Ref": "names"}]}, deletion_policy="Delete", update_policy={"a": {"b": 1}}),
        "db": stores({"Fn::Select": ["0", {"Fn::Split": [",", "a,b"]}]}, depends_on="web"),
    },
    "outputs": {"zone": {"value": {"Fn::Replace": [{"$a": "b"}, "$a-$a"]}}},
}

ODD = {
    "heat_template_version": "wallaby",
    "parameters": {"tree": {"type": "json"}, "wide": {"type": "string"}},
    "resources": {
        "\U0001f600" * 255: stores({"get_param": "wide"}),
        "tab\tand\nline": stores({"get_param": ["tree", "nul"]}, properties={"fail": False}),
        "half": {"type": "OS::Heat::Value", "properties": {"type": "json", "value": {"get_param": "tree"}}},
        "list": {"type": "OS::Heat::Value", "properties": {"type": "comma_delimited_list", "value": '["\\ud800"]'}},
    },
    "outputs": {"half": {"value": {"get_attr": ["half", "value", "half"]}}},
}
"""Odd, and good all the same."""

ENVIRONMENT = """
parameters: {size: 4}
parameter_defaults: {name: xyz, zones: [b]}
parameter_merge_strategies: {default: merge, tree: deep_merge}
resource_registry:
  Shop::Word: OS::Heat::RandomString
  "Shop::*": "OS::Heat::*"
  resources: {db: {"OS::Heat::TestResource": "OS::Heat::Value"}}
"""

GOOD: tuple[Document, ...] = (
    request(
        PARAMETERS,
        params={
            "parameters": {"size": "2", "zones": ["a"], "tree": '{"k": "v"}'},
            "resource_registry": {"Shop::Word": "OS::Heat::RandomString"},
        },
        args={"disable_rollback": True, "timeout_mins": 5, "tags": ["a"]},
    ),
    request(
        PARAMETERS,
        params={"parameters": {}, "encrypted_param_names": [], "event_sinks": []},
        files={"e.yaml": ENVIRONMENT.replace('TestResource": "OS::Heat::Value', 'None": "OS::Heat::None')},
        environment_files=["e.yaml"],
    ),
    request(FUNCTIONS, files={"setup.sh": "echo hello"}),
    request(OLD),
    request(ODD, params={"parameters": {"tree": '{"half": "\\ud800", "nul": "\\u0000"}', "wide": "y\x00" * 40_000}}),
    request({"heat_template_version": VERSION, "resources": {f"r{number}": stores() for number in range(4)}}),
)
