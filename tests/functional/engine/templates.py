"""Templates for tests of the client API."""

from __future__ import annotations

from typing import Any

VERSION = "2021-04-16"

Template = dict[str, Any]


def template(resources: Template | None = None, **sections: Any) -> Template:
    """A template with these resources and sections."""
    return {"heat_template_version": VERSION, "resources": resources or {}, **sections}


def stores(value: Any = "x", **keywords: Any) -> Template:
    """A resource that stores a value."""
    properties = {"value": value, **keywords.pop("properties", {})}
    return {"type": "OS::Heat::TestResource", "properties": properties, **keywords}


CHAIN = template(
    {
        "first": stores("one", description="the first", metadata={"tier": "db"}),
        "second": stores({"get_attr": ["first", "output"]}),
    },
    description="two in a row",
    parameters={
        "size": {"type": "number", "default": 3},
        "secret": {"type": "string", "hidden": True, "default": "tell no one"},
    },
    outputs={
        "value": {"value": {"get_attr": ["second", "output"]}, "description": "what went through"},
        "both": {"value": [{"get_resource": "first"}, {"get_param": "size"}]},
    },
)
