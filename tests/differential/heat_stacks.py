"""Heat's answers about whole templates: its types as facts, and whether it would make a stack of a template.

Imported by ``heat_side`` only, in Heat's own process. A type that heatlite has no plugin for is stubbed: its schemata
stay, and all that would ask a cloud goes, so that both sides look at the template alike. Nothing
is required of a stub, since Heat fills in one property from another before it looks.
"""

from __future__ import annotations

import copy
import functools
import os
import sys
from typing import Any

from heat.common import context as heat_context
from heat.common import messaging
from heat.db import api as db_api
from heat.db import models
from heat.engine import attributes, constraints, environment, properties, resource, stk_defn
from heat.engine import resources as heat_resources
from heat.engine import stack as parser
from heat.engine import template as heat_template
from heatclient.common import template_utils
from oslo_config import cfg

Case = dict[str, Any]


def configure() -> None:
    """Let Heat read the environment that it is installed with."""
    cfg.CONF.set_override("environment_dir", os.path.join(sys.prefix, "etc/heat/environment.d"))


def prepare() -> None:
    """Give Heat an empty database, and constraints that ask no cloud."""
    cfg.CONF.set_override("connection", "sqlite://", "database")
    models.BASE.metadata.create_all(_engine())
    messaging.setup("fake:///")
    without_cloud()


def without_cloud() -> None:
    """Have nothing ask a cloud: every service is there, and what names something in one is right."""
    constraints.BaseCustomConstraint.validate = lambda self, value, context: True
    resource.Resource.is_service_available = classmethod(lambda cls, context: (True, None))
    stk_defn.StackDefinition.get_availability_zones = lambda self: ["nova"]


@functools.cache
def _engine() -> Any:
    return db_api.context_manager.writer.get_engine()


def _context() -> Any:
    return heat_context.RequestContext(project_id="p9", user_id="u", username="u", is_admin=True, roles=["admin"])


def of_types(_case: Case) -> Any:
    """Every type: its properties, attributes and update policy."""
    return {name: _facts(heat_resources.global_env().get_class(name)) for name in _type_names()}


def of_constraints(_case: Case) -> Any:
    """The names of the custom constraints that ask a cloud."""
    known = heat_resources.global_env().constraints
    return sorted(name for name, it in known.items() if issubclass(it, constraints.BaseCustomConstraint))


def _type_names() -> list[str]:
    entries = heat_resources.global_env().registry._registry.items()
    return sorted(name for name, info in entries if isinstance(info, environment.ClassResourceInfo))


def _facts(plugin: Any) -> Case:
    return {
        "properties": _schemata(plugin.properties_schema),
        "attributes": {
            name: (it.type or "any").lower() for name, it in attributes.schemata(plugin.attributes_schema).items()
        },
        "update_policy": _schemata(plugin.update_policy_schema),
        "snapshots": callable(getattr(plugin, "handle_snapshot_delete", None)),
    }


def _schemata(written: Case) -> Case:
    return {name: _schema(it) for name, it in properties.schemata(written).items()}


def _schema(schema: properties.Schema) -> Case:
    nested = None
    if schema.schema is not None:
        nested = {str(name): _schema(it) for name, it in schema.schema.items()}
        if schema.type == properties.Schema.LIST:
            nested = nested["*"]
    plain = {"type": schema.type.lower(), "schema": nested, "default": schema.default}
    plain |= {"update_allowed": schema.update_allowed, "immutable": schema.immutable}
    return {**plain, "constraints": [found for it in schema.constraints if (found := _constraint(it))]}


def _constraint(constraint: constraints.Constraint) -> Case | None:
    """A constraint's plain form; None for one that would ask a cloud."""
    if isinstance(constraint, constraints.CustomConstraint):
        return None
    said = dict(constraint)
    said.pop("description", None)
    return said


def of_stubs(case: Case) -> Any:
    """Stub these types from here on."""
    for name in case["names"]:
        stub(name, {})
    return None


def stub(name: str, methods: Case) -> None:
    """Register a type of which nothing is left but what it takes and gives, and these methods."""
    real = heat_resources.global_env().get_class(name)
    parts = {
        "properties_schema": _without_cloud(real.properties_schema),
        "attributes_schema": real.attributes_schema,
        "update_policy_schema": _without_cloud(real.update_policy_schema),
        **methods,
    }
    if callable(getattr(real, "handle_snapshot_delete", None)):
        parts["handle_snapshot_delete"] = lambda self, state: None
    heat_resources.global_env().register_class(name, type(real.__name__, (resource.Resource,), parts))


def _without_cloud(written: Case) -> Case:
    return {name: _stubbed(it) for name, it in properties.schemata(written).items()}


def _stubbed(schema: properties.Schema) -> properties.Schema:
    stub = copy.copy(schema)
    stub.constraints = [it for it in schema.constraints if not isinstance(it, constraints.CustomConstraint)]
    stub.implemented, stub.required = True, False
    if schema.schema is not None:
        inner = {name: _stubbed(it) for name, it in schema.schema.items()}
        stub.schema = constraints.AnyIndexDict(inner["*"]) if schema.type == properties.Schema.LIST else inner
    return stub


def of_stack(case: Case) -> Any:
    """What a stack of this file would be, if Heat's client sends it and Heat's engine finds it valid."""
    files, template = template_utils.get_template_contents(template_file=case["path"])
    registries, environments = template_utils.process_environment_and_files(env_path=case.get("environment"))
    given = {**environments, "parameters": {**environments.get("parameters", {}), **case["parameters"]}}
    parsed = heat_template.Template(template, files={**files, **registries}, env=environment.Environment(given))
    stack = parser.Stack(_context(), "shop", parsed)
    stack.validate()
    return {
        "resources": sorted(stack.resources),
        "outputs": sorted(stack.outputs),
        "parameters": stack.parameters.map(str, lambda parameter: parameter.name in parsed.param_schemata()),
    }
