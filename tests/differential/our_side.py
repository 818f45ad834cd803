"""heatlite's answers to the cases that Heat's library is asked too, in this process and in the same form.

::

    cfn        as template, in CloudFormation's words
    template   {template, files, given, defaults, resources: {name: attributes}}   the value of the output ``out``
    parameter  {declared, given}                        as ``get_param`` has it, and as the API shows it
    property   {schema, given}                          what a plugin would read
    registry   {registry, type, name}                   the type in the end
    merge      {declared, files: [environment]}         the environments as one
    functions  {version, with_conditions}               names
"""

from __future__ import annotations

import json
from typing import Any
from unittest import mock

from heatlite import exception
from heatlite.resources import properties
from heatlite.resources.schema import Property, Type
from heatlite.schema.constraints import AllowedPattern, AllowedValues, Constraint, Length, Modulo, Range
from heatlite.template import Environment, ParameterType, PseudoParameters, bind, parse, resolve, yaql_process
from heatlite.template.environment import merged
from heatlite.template.functions import functions_of
from heatlite.template.resource_registry import ResourceRegistry
from tests.differential.known import NO_VALUE
from tests.unit.template.build import FakeResource, World

Case = dict[str, Any]
PSEUDO = PseudoParameters(stack_name="shop", stack_id="a1b2", project_id="p9", region="north")
PATIENT = yaql_process.Limits(seconds=120.0)
"""Heat's library has no limit: how busy a machine is must make no difference."""
TYPES = {kind.name.lower(): kind for kind in Type}
CONSTRAINTS = {
    "allowed_values": lambda values: AllowedValues(tuple(values)),
    "allowed_pattern": AllowedPattern,
    "range": lambda bounds: Range(**bounds),
    "length": lambda bounds: Length(**bounds),
    "modulo": lambda parts: Modulo(**parts),
}


def of_template(case: Case) -> Any:
    """The value of the output ``out``: parsed, bound and resolved; NO_VALUE where that fails."""
    given = Environment.parse({"parameters": case.get("given", {}), "parameter_defaults": case.get("defaults", {})})
    template = parse(case["template"], case.get("files", {}))
    parameters = bind(template, given, PSEUDO)
    effective = template.under(parameters)
    resources = {name: FakeResource(f"{name}-id", values) for name, values in case.get("resources", {}).items()}
    world = World(parameters=parameters, files=template.files, resources=resources)
    try:
        return resolve(effective.outputs["out"].value, world)
    except exception.InvalidTemplateAttribute:
        raise
    except Exception:
        return NO_VALUE


def of_parameter(case: Case) -> Any:
    """A parameter's value in both forms."""
    return _parameter({"heat_template_version": "2021-04-16", "parameters": {"p": case["declared"]}}, case)


def of_cfn_parameter(case: Case) -> Any:
    """The same of one of a CloudFormation template."""
    return _parameter({"HeatTemplateFormatVersion": "2012-12-12", "Parameters": {"p": case["declared"]}}, case)


def _parameter(document: Case, case: Case) -> Any:
    template = parse(document)
    given = {"p": case["given"]} if "given" in case else {}
    parameters = bind(template, Environment.parse({"parameters": given}), PSEUDO)
    return {"value": parameters["p"], "shown": parameters.as_strings()["p"]}


def schema_of(written: Case) -> Property:
    """A property's schema from its plain form."""
    nested = written.get("schema")
    if nested is not None:
        inner = {name: schema_of(value) for name, value in nested.items()} if written["type"] == "map" else None
        nested = schema_of(nested) if inner is None else inner
    return Property(
        TYPES[written["type"]],
        schema=nested,
        required=written.get("required", False),
        default=written.get("default"),
        update_allowed=written.get("update_allowed", False),
        immutable=written.get("immutable", False),
        constraints=tuple(constraint_of(each) for each in written.get("constraints", [])),
    )


def constraint_of(written: Case) -> Constraint:
    """A constraint from its plain form."""
    ((kind, argument),) = written.items()
    return CONSTRAINTS[kind](argument)


def of_property(case: Case) -> Any:
    """What a plugin would read."""
    schema = {"p": schema_of(case["schema"])}
    properties.check_schema(schema)
    return properties.validate(schema, {"p": case["given"]} if "given" in case else {})["p"]


def of_registry(case: Case) -> Any:
    """The type in the end, where there is such a type: one is enough here."""
    found = ResourceRegistry.read(case["registry"]).resolve(case["name"], case["type"])
    if found != "OS::Heat::None":
        raise exception.EntityNotFound(entity="Resource Type", name=found)
    return found


def of_merge(case: Case) -> Any:
    """The parameters of several environments."""
    template = parse({"heat_template_version": "2021-04-16", "parameters": case["declared"]})
    kinds = {name: schema.type for name, schema in template.parameter_schemata.items()}
    files = [(f"{at}.yaml", Environment.parse(each)) for at, each in enumerate(case["files"])]
    result = merged(Environment(), files, kinds).to_dict()
    sections = {name: dict(result[name]) for name in ("parameters", "parameter_defaults")}
    if kinds["p"] is ParameterType.LIST:  # whether "a,b" or ["a", "b"] is told by the parameter
        for section in sections.values():
            section.update({name: it.split(",") if it else [] for name, it in section.items() if isinstance(it, str)})
    return sections


def of_functions(case: Case) -> Any:
    """The names of a version's functions."""
    return sorted(functions_of(case["version"].partition(".")[2], with_conditions=case["with_conditions"]))


KINDS = {
    "template": of_template,
    "cfn": of_template,
    "parameter": of_parameter,
    "cfn_parameter": of_cfn_parameter,
    "property": of_property,
    "registry": of_registry,
    "merge": of_merge,
    "functions": of_functions,
}


def plain(value: Any) -> Any:
    """A value after a journey as JSON, as Heat's side sees it."""
    return json.loads(json.dumps(value))


def answer(case: Case) -> Case:
    """The answer to one case, in plain JSON."""
    try:
        with mock.patch.object(yaql_process.EVALUATOR, "limits", PATIENT):
            return {"value": plain(KINDS[case["kind"]](plain(case)))}
    except Exception as error:
        return {"error": type(error).__name__, "message": str(error)}
