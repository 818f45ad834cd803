"""Check a template without creating a stack.

A parameter without a value is unknown, like an attribute of a resource that doesn't exist yet. A value that depends on
an unknown one is unknown, too. A mistake is reported in the reply, ``{"Error": …}``, and not as an exception, as in
Heat; only a template version that doesn't exist is an exception, there and here.

As in Heat, only names and forms are checked. An invalid value is only listed in the reply's ``Warnings``, since it may
come from a parameter that will get another value. A create with it is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from heatlite import exception
from heatlite import template as language
from heatlite.convergence.graph import Graph
from heatlite.engine.api import environments, parameter_replies
from heatlite.engine.api.arguments import invalid
from heatlite.engine.common import limits
from heatlite.engine.common.settings import Settings
from heatlite.engine.definitions.provider import plugin_of
from heatlite.engine.definitions.scope import EngineScope, FutureResource
from heatlite.engine.operations.validation import Submission, check_as_a_whole, check_output
from heatlite.resources.base import Resource
from heatlite.resources.registry import Registry
from heatlite.schema.provider import is_template
from heatlite.template import UNKNOWN, Parameters, ResourceDefinition, Template, resolve
from heatlite.template.environment import check_event_sinks
from heatlite.template.mask import masked
from heatlite.template.nodes import MapNode

PSEUDO = language.PseudoParameters(stack_name="dummy", stack_id="", project_id="", region="")
ERROR_CODES = frozenset({"99001"})
"""The error codes of Heat that a client may ask to ignore. heatlite never reports any of them."""


def check_ignorable(codes: Any) -> None:
    """Raise Invalid when a code isn't one of Heat's."""
    if codes and not (isinstance(codes, list) and ERROR_CODES.issuperset(map(str, codes))):
        raise invalid(f"Invalid codes in ignore_errors : {codes!r:.80}; those are {', '.join(sorted(ERROR_CODES))}")


LookIn = Callable[[Submission, Template, Parameters, list[str]], dict[str, Any]]
"""Returns what nested templates declare, and adds their invalid values to the list."""


def template_reply(
    submission: Submission, registry: Registry, settings: Settings, look_in: LookIn | None = None
) -> dict[str, Any]:
    """Return what a template declares, or what is wrong with it.

    :param look_in: returns what nested templates declare; None leaves them out
    :raises InvalidTemplateVersion: when there is no such version
    """
    warned: list[str] = []
    try:
        template, parameters = checked(submission, registry, settings, warned)
        nested = look_in(submission, template, parameters, warned) if look_in else {}
        warned += warnings(template, parameters, registry)
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


def with_templates(environment: dict[str, Any], template: Template) -> dict[str, Any]:
    """Add to an environment's registry the templates that serve as types, each under its own name, as in Heat."""
    files = {it.written_type: it.written_type for it in template.resources.values() if is_template(it.written_type)}
    return {**environment, "resource_registry": {**environment["resource_registry"], **files}}


def checked(
    submission: Submission, registry: Registry, settings: Settings, warned: list[str]
) -> tuple[Template, Parameters]:
    """Parse and check a submission's template; return it with its conditions decided, and its parameters.

    :param warned: this function adds the parameters' invalid values to it
    :raises HeatliteError: the first mistake, with its place
    """
    environment = submission.environment
    limits.check_sizes(settings, submission.template, submission.files, environment.to_dict())
    check_event_sinks(environment.event_sinks)
    registries = environment.resource_registry, settings.operator_registry
    template = language.parse(submission.template, submission.files, *registries)
    language.check_defaults(template)
    parameters = language.bind_known(template, environment, PSEUDO, warned)
    with masked(parameters.mask):
        return checked_under(template, parameters, registry, settings), parameters


def checked_under(template: Template, parameters: Parameters, registry: Registry, settings: Settings) -> Template:
    """Check a template with these parameter values, and return it with its conditions decided.

    :raises HeatliteError: the first mistake, with its place
    """
    template = template.under(parameters)
    check_as_a_whole(template)
    limits.check_resources(settings, len(template.resources))
    Graph({name: sorted(definition.requires) for name, definition in template.resources.items()}).order()
    plugins = {name: plugin(registry, it, template.files) for name, it in template.resources.items()}
    for name, definition in template.resources.items():
        check_names(plugins[name], definition)
    future = {name: FutureResource(name, found) for name, found in plugins.items()}
    scope = EngineScope(parameters, template.files, future)
    for output in template.outputs.values():
        check_output(output, plugins, scope)
    return template


def check_names(plugin: type[Resource], definition: ResourceDefinition) -> None:
    """Refuse a property of a name that the type doesn't have, whatever its value; those of an external resource aren't
    used.

    :raises StackValidationFailed: when there is one; it names the property
    """
    if definition.external_id is not None:
        return
    tree = definition.properties
    written = tree.items if isinstance(tree, MapNode) else tree if isinstance(tree, Mapping) else {}
    needed = [name for name, schema in plugin.properties_schema.items() if schema.required]
    plugin.checked_properties(dict.fromkeys([*needed, *written], UNKNOWN), definition.place("properties"), UNKNOWN)


def warnings(template: Template, parameters: Parameters, registry: Registry) -> list[str]:
    """Return the values that a create would refuse, and the outputs that won't have a value, with the reasons.

    :param template: a valid template, with its conditions decided
    """
    plugins = {name: plugin(registry, it, template.files) for name, it in template.resources.items()}
    future = {name: FutureResource(name, found) for name, found in plugins.items()}
    scope = EngineScope(parameters, template.files, future)
    section = template.dialect.word("outputs")
    wrong = [error for name, it in template.resources.items() if (error := wrong_value(plugins[name], it, scope))]
    outputs = ((output.name, check_output(output, plugins, scope)) for output in template.outputs.values())
    wrong += [f"{section}.{name}: {error}" for name, error in outputs if error is not None]
    return [parameters.mask(it) for it in wrong]


def wrong_value(plugin: type[Resource], definition: ResourceDefinition, scope: EngineScope) -> str | None:
    """Return what is wrong with the first invalid value in a definition; None if all are valid."""
    try:
        given = resolve(definition.properties, scope) or {}
        if given is not UNKNOWN and definition.external_id is None:
            plugin.checked_properties(given, definition.place("properties"), UNKNOWN)
        resolve(definition.metadata, scope)
    except exception.HeatliteError as error:
        return str(error)
    return None


def plugin(registry: Registry, definition: ResourceDefinition, files: Mapping[str, str]) -> type[Resource]:
    """Return the plugin of a resource.

    :raises StackValidationFailed: when there is none for its type
    """
    try:
        return plugin_of(registry, definition.type, files)
    except exception.HeatliteError as error:
        raise exception.StackValidationFailed(path=definition.path("type"), message=error) from None
