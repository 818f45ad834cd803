"""heat-engine whose types that need a cloud are stubs which live: made at once, updated in place, with attributes.

Run by the Python that has Heat. ``HEAT_STUBS`` holds the names of the types, separated by commas; ``lives`` gives them
and has the same stubs for heatlite. It doesn't pause a second for each leaf of a stack, as heat-engine does.
"""

from __future__ import annotations

import os
import time
import types
from typing import Any

import heat.cmd.engine  # first: it picks the backend of oslo.service
import heat.engine.clients.os.nova
import heat.engine.stack
import heat_stacks
from heat.engine import resources

heat.engine.stack.time = types.SimpleNamespace(**{**vars(time), "sleep": lambda seconds: None})
initialise = resources.initialise
ADDRESS = "10.0.0.1"  # of every server: load balancers ask for it
DYNAMIC = {"AWS::CloudFormation::Stack", "OS::Heat::SoftwareDeployment", "OS::Heat::StructuredDeployment"}


def handle_create(self: Any) -> None:
    """Make it; it is called after its name in the template."""
    self.resource_id_set(f"{self.name}-id")


def handle_update(self: Any, json_snippet: Any, tmpl_diff: Any, prop_diff: Any) -> None:
    """Take what may be updated."""


def attribute(self: Any, name: str) -> Any:
    """A value of the attribute's type by which it is known."""
    told = f"{self.name}.{name}"
    kind = (self.attributes_schema[name].type or "any").lower()
    return {"map": {name: told}, "list": [told], "integer": 7, "boolean": True}.get(kind, told)


def show(self: Any) -> Any:
    """All of it."""
    return {"name": self.name}


def any_attribute(self: Any, key: str, *path: Any) -> Any:
    """Give whatever attribute somebody asks for."""
    return f"{self.name}.{key}"


LIVING = {
    "handle_create": handle_create,
    "handle_update": handle_update,
    "_resolve_attribute": attribute,
    "_show_resource": show,
}


def initialise_with_stubs() -> None:
    """Load the types, and put stubs in the place of some."""
    begun = resources._environment is not None
    initialise()
    if not begun:
        heat_stacks.without_cloud()
        heat.engine.clients.os.nova.NovaClientPlugin.server_to_ipaddress = lambda self, server: ADDRESS
        for name in os.environ["HEAT_STUBS"].split(","):
            heat_stacks.stub(name, {**LIVING, **({"get_attribute": any_attribute} if name in DYNAMIC else {})})


resources.initialise = initialise_with_stubs

if __name__ == "__main__":
    heat.cmd.engine.main()
