"""Heat's answers, as a process of its own: a case a line comes in as JSON, an answer a line goes out.

Run by the Python of an environment in which openstack-heat is installed; nothing of heatlite is imported here. The
kinds of cases are those of ``our_side``. An answer is ``{"value": …}`` or ``{"error": class, "message": text}``.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

ANSWERS = os.dup(1)
os.dup2(2, 1)  # whatever Heat prints is no answer

import heat_commands  # noqa: E402
import heat_stacks  # noqa: E402
from heat.common import context as heat_context  # noqa: E402
from heat.common import environment_util, identifier  # noqa: E402
from heat.engine import constraints, environment, function, node_data, properties, stk_defn  # noqa: E402
from heat.engine import resources as heat_resources  # noqa: E402
from heat.engine import template as heat_template  # noqa: E402
from heat.engine.attributes import select_from_attribute  # noqa: E402
from heat.engine.hot import functions as hot_functions  # noqa: E402
from oslo_config import cfg  # noqa: E402

Case = dict[str, Any]


NO_VALUE = {"output_error": "it can't be had"}


class Made(node_data.NodeData):
    """A resource with attributes, from which paths are selected as a resource would."""

    def attribute(self, attr_name: Any) -> Any:
        name, *path = attr_name if isinstance(attr_name, tuple) else (attr_name,)
        return select_from_attribute(self._attributes[name], path)


def of_template(case: Case) -> Any:
    """The value of the output ``out`` of a template: parsed, validated and resolved; NO_VALUE where that fails."""
    given = {"parameters": case.get("given", {}), "parameter_defaults": case.get("defaults", {})}
    template = heat_template.Template(case["template"], files=case.get("files"), env=environment.Environment(given))
    template.validate()
    context = heat_context.RequestContext(project_id="p9", region_name="north")
    stack = identifier.HeatIdentifier("p9", "shop", "a1b2")
    made = {
        name: Made(1, name, "u-u-i-d", f"{name}-id", attributes, "CREATE", "COMPLETE")
        for name, attributes in case.get("resources", {}).items()
    }
    definition = stk_defn.StackDefinition(context, template, stack, made)
    definition.parameters.validate(validate_value=True)
    for name in definition.enabled_rsrc_names():
        definition.resource_definition(name).validate()
    output = definition.output_definition("out")
    output.validate()
    try:
        return output.get_value()
    except Exception:
        return NO_VALUE


def of_parameter(case: Case) -> Any:
    """What a parameter, declared so and given so, comes to for ``get_param``, and as the API shows it."""
    return _parameter({"heat_template_version": "2021-04-16", "parameters": {"p": case["declared"]}}, case)


def _parameter(document: Case, case: Case) -> Any:
    given = {"parameters": {"p": case["given"]} if "given" in case else {}}
    template = heat_template.Template(document, env=environment.Environment(given))
    template.validate()
    stack = identifier.HeatIdentifier("p9", "shop", "a1b2")
    parameters = template.parameters(stack, template.env.params, template.env.param_defaults)
    parameters.validate(validate_value=True)
    return {"value": parameters["p"], "shown": parameters.map(str)["p"]}


def of_cfn_parameter(case: Case) -> Any:
    """The same of one of a CloudFormation template."""
    document = {"HeatTemplateFormatVersion": "2012-12-12", "Parameters": {"p": case["declared"]}}
    return _parameter(document, case)


def schema_of(written: Case) -> properties.Schema:
    """A property's schema from its plain form."""
    nested = written.get("schema")
    if nested is not None:
        nested = (
            schema_of(nested)
            if written["type"] == "list"
            else {name: schema_of(value) for name, value in nested.items()}
        )
    return properties.Schema(
        {"string": "String", "integer": "Integer", "number": "Number", "boolean": "Boolean", "map": "Map",
         "list": "List", "any": "Any"}[written["type"]],
        schema=nested,
        required=written.get("required", False),
        default=written.get("default"),
        constraints=[constraint_of(each) for each in written.get("constraints", [])],
    )  # fmt: skip


def constraint_of(written: Case) -> constraints.Constraint:
    """A constraint from its plain form."""
    ((kind, argument),) = written.items()
    match kind:
        case "allowed_values":
            return constraints.AllowedValues(argument)
        case "allowed_pattern":
            return constraints.AllowedPattern(argument)
        case "range":
            return constraints.Range(**argument)
        case "length":
            return constraints.Length(**argument)
        case _:
            return constraints.Modulo(**argument)


def of_property(case: Case) -> Any:
    """What a property comes to, its schema and what is given being so."""
    given = {"p": case["given"]} if "given" in case else {}
    found = properties.Properties({"p": schema_of(case["schema"])}, given, resolver=function.resolve)
    found.validate()
    return found["p"]


def of_registry(case: Case) -> Any:
    """What a resource's type stands for."""
    found = environment.Environment({"resource_registry": case["registry"]})
    info = found.get_resource_info(case["type"], case["name"])
    return info.value if isinstance(info.value, str) else info.name


def of_merge(case: Case) -> Any:
    """Several environment files as one."""
    template = heat_template.Template({"heat_template_version": "2021-04-16", "parameters": case["declared"]})
    params: Case = {"parameters": {}, "parameter_defaults": {}, "resource_registry": {}, "event_sinks": [],
                    "encrypted_param_names": []}  # fmt: skip
    files = {f"{at}.yaml": json.dumps(each) for at, each in enumerate(case["files"])}
    environment_util.merge_environments(list(files), files, params, template.all_param_schemata(files))
    if case["declared"]["p"]["type"] == "comma_delimited_list":  # whether "a,b" or ["a", "b"] is told by the parameter
        for section in (params["parameters"], params["parameter_defaults"]):
            section.update({name: it.split(",") if it else [] for name, it in section.items() if isinstance(it, str)})
    return {name: params[name] for name in ("parameters", "parameter_defaults")}


def of_functions(case: Case) -> Any:
    """The names of the functions that a version has."""
    plugin = heat_template._get_template_extension_manager()[case["version"]].plugin
    found = {**plugin.functions, **(plugin.condition_functions if case["with_conditions"] else {})}
    return sorted(name for name, function_class in found.items() if function_class is not hot_functions.Removed)


KINDS = {
    "template": of_template,
    "cfn": of_template,
    "parameter": of_parameter,
    "cfn_parameter": of_cfn_parameter,
    "property": of_property,
    "registry": of_registry,
    "merge": of_merge,
    "functions": of_functions,
    "commands": heat_commands.of_commands,
    "types": heat_stacks.of_types,
    "constraints": heat_stacks.of_constraints,
    "stubs": heat_stacks.of_stubs,
    "stack": heat_stacks.of_stack,
}


def answer(case: Case) -> Case:
    """The answer to one case."""
    try:
        return {"value": json.loads(json.dumps(KINDS[case["kind"]](case)))}
    except Exception as error:
        return {"error": type(error).__name__, "message": str(error)}


def main() -> None:
    """Answer until the input ends."""
    cfg.CONF([], project="heat", default_config_files=[])
    heat_stacks.configure()
    heat_resources.initialise()
    heat_stacks.prepare()
    with os.fdopen(ANSWERS, "w") as out:
        for line in sys.stdin:
            out.write(json.dumps(answer(json.loads(line))) + "\n")
            out.flush()


if __name__ == "__main__":
    main()
