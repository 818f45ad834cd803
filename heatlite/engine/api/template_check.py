"""Template check: what can be said of a template without making a stack of it.

A parameter that isn't given is unknown, like an attribute of a resource that isn't there yet, and so is all that
depends on it. What is wrong is an answer here, ``{"Error": …}``, and no exception, as in Heat; a version that doesn't
exist is one all the same, there and here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from heatlite import exception
from heatlite import template as language
from heatlite.convergence.graph import Graph
from heatlite.engine.api import environments, parameter_replies
from heatlite.engine.api.arguments import invalid
from heatlite.engine.common import limits
from heatlite.engine.common.masking import masked
from heatlite.engine.common.settings import Settings
from heatlite.engine.definitions.provider import plugin_of
from heatlite.engine.definitions.scope import EngineScope, FutureResource
from heatlite.engine.operations.validation import Submission, check_as_a_whole, check_output
from heatlite.resources.base import Resource
from heatlite.resources.registry import Registry
from heatlite.schema.provider import is_template
from heatlite.template import UNKNOWN, Environment, Parameters, ResourceDefinition, Template, event_sinks, resolve

PSEUDO = language.PseudoParameters(stack_name="dummy", stack_id="", project_id="", region="")
ERROR_CODES = frozenset({"99001"})
"""Heat's error codes that a client may ask to have ignored. None of them can occur here."""


def check_ignorable(codes: Any) -> None:
    """:raises Invalid: where a code isn't one of Heat's"""
    if codes and not (isinstance(codes, list) and ERROR_CODES.issuperset(map(str, codes))):
        raise invalid(f"Invalid codes in ignore_errors : {codes!r:.80}; those are {', '.join(sorted(ERROR_CODES))}")


LookIn = Callable[[Submission, Template, Parameters], dict[str, Any]]
"""Tells what nested templates declare."""


def template_reply(
    submission: Submission, registry: Registry, settings: Settings, look_in: LookIn | None = None
) -> dict[str, Any]:
    """What a template declares, or what is wrong with it.

    :param look_in: where it is to be told, too, what nested templates declare
    :raises InvalidTemplateVersion: where there is no such version
    """
    try:
        template = checked(submission, registry, settings)
        parameters = known_parameters(template, submission.environment)
        nested = look_in(submission, template, parameters) if look_in else {}
        warned = warnings(template, parameters, registry)
    except exception.InvalidTemplateVersion:
        raise
    except exception.HeatliteError as error:
        return {"Error": str(error)}
    environment, schemata = submission.environment, template.parameter_schemata
    reply = {
        "Description": template.description,
        "Parameters": {name: parameter_replies.parameter(schema, environment) for name, schema in schemata.items()},
        "Environment": with_templates(environments.of_user(environment, schemata), template),
    }
    if groups := template.raw.get("parameter_groups"):
        reply["ParameterGroups"] = groups
    if warned:
        reply["Warnings"] = warned
    return {**reply, "NestedParameters": nested} if nested else reply


def with_templates(told: dict[str, Any], template: Template) -> dict[str, Any]:
    """An environment in whose registry also the templates stand that serve as types, each for itself, as in Heat."""
    files = {it.written_type: it.written_type for it in template.resources.values() if is_template(it.written_type)}
    return {**told, "resource_registry": {**told["resource_registry"], **files}}


def checked(submission: Submission, registry: Registry, settings: Settings) -> Template:
    """The parsed template.

    :raises HeatliteError: the first thing that is wrong, with its place
    """
    environment = submission.environment
    limits.check_sizes(settings, submission.template, submission.files, environment.to_dict())
    event_sinks.check(environment.event_sinks)
    registries = environment.resource_registry, settings.operator_registry
    template = language.parse(submission.template, submission.files, *registries)
    language.check_defaults(template)
    parameters = known_parameters(template, environment)
    with masked(parameters.mask):
        return checked_under(template, parameters, registry, settings)


def checked_under(template: Template, parameters: Parameters, registry: Registry, settings: Settings) -> Template:
    """The template as it is with these values.

    :raises HeatliteError: the first thing that is wrong, with its place
    """
    template = template.under(parameters)
    check_as_a_whole(template)
    limits.check_resources(settings, len(template.resources))
    Graph({name: sorted(definition.requires) for name, definition in template.resources.items()}).order()
    plugins = {name: plugin(registry, it, template.files) for name, it in template.resources.items()}
    future = {name: FutureResource(name, found) for name, found in plugins.items()}
    scope = EngineScope(parameters, template.files, future)
    for name, definition in template.resources.items():
        given = resolve(definition.properties, scope) or {}
        if given is not UNKNOWN:
            plugins[name].checked_properties(given, definition.place("properties"), UNKNOWN)
        resolve(definition.metadata, scope)
    for output in template.outputs.values():
        check_output(output, plugins, scope)
    return template


def warnings(template: Template, parameters: Parameters, registry: Registry) -> list[str]:
    """Tell which outputs won't have a value, and why: that does no harm, but is hardly meant.

    :param template: one that was found valid, as its parameters leave it
    """
    plugins = {name: plugin(registry, it, template.files) for name, it in template.resources.items()}
    future = {name: FutureResource(name, found) for name, found in plugins.items()}
    scope = EngineScope(parameters, template.files, future)
    section = template.dialect.word("outputs")
    found = ((output.name, check_output(output, plugins, scope)) for output in template.outputs.values())
    return [parameters.mask(f"{section}.{name}: {error}") for name, error in found if error is not None]


def plugin(registry: Registry, definition: ResourceDefinition, files: Mapping[str, str]) -> type[Resource]:
    """The plugin of a resource.

    :raises StackValidationFailed: where there is none for its type
    """
    try:
        return plugin_of(registry, definition.type, files)
    except exception.HeatliteError as error:
        raise exception.StackValidationFailed(path=definition.path("type"), message=error) from None


def known_parameters(template: Template, environment: Environment) -> Parameters:
    """The values of a template's parameters, UNKNOWN for those that have none.

    :raises HeatliteError: where one that is given isn't declared or can't be what it is
    """
    schemata = template.parameter_schemata
    given = {name: value for name, value in environment.parameters.items() if value is not None or name not in schemata}
    fallbacks = {name for name, value in environment.parameter_defaults.items() if value is not None}
    valued = {name: it for name, it in schemata.items() if name in given or name in fallbacks or it.has_default}
    bound = language.bind(
        dataclasses.replace(template, parameter_schemata=valued),
        dataclasses.replace(environment, parameters=given),
        PSEUDO,
    )
    values = {**dict.fromkeys(schemata, UNKNOWN), **bound.values_by_name}
    return Parameters(schemata, values, bound.secret_names)
