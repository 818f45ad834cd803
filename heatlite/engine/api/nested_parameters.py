"""Collect the parameters that nested templates declare, without creating a stack.

    template ──▶ resources that are stacks ──▶ child_template, child_parameters ──▶ the same, one level down

A resource whose template depends on an unknown value is skipped.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from heatlite import exception
from heatlite import template as language
from heatlite.engine.api import parameter_replies
from heatlite.engine.api.template_check import PSEUDO
from heatlite.engine.common import limits
from heatlite.engine.common.settings import Settings
from heatlite.engine.common.template_errors import within
from heatlite.engine.definitions.inheritance import environment_of_child
from heatlite.engine.definitions.scope import EngineScope, FutureResource
from heatlite.engine.operations.expected_stacks import Reader
from heatlite.engine.operations.validation import Identity, Submission, Validator
from heatlite.resources.stack_resource import StackResource
from heatlite.template import UNKNOWN, Parameters, ResourceDefinition, Template, holds_unknown, resolve
from heatlite.template.mask import masked

NOBODY = Identity("", "dummy", "")


@dataclass(frozen=True)
class NestedParameters:
    """Reads the nested templates of a template."""

    validator: Validator
    settings: Settings

    @functools.cached_property
    def reader(self) -> Reader:
        """The reader of nested templates."""
        return Reader(self.settings)

    def reply(
        self, submission: Submission, template: Template, parameters: Parameters, warned: list[str], depth: int = 0
    ) -> dict[str, Any]:
        """Return, for each resource that is a stack, its template's ``Type``, ``Description`` and ``Parameters``.

        ``ParameterGroups`` and ``NestedParameters`` are there when the template has any.

        :param warned: this method adds the invalid values of nested templates' parameters to it
        :raises HeatliteError: when a nested template isn't well-formed, or is too deep; it has the path to the template
        """
        found = {}
        for resource, definition in self._stacks(template, parameters, is_root=depth == 0):
            with masked(parameters.mask), within(definition.name, resource.template_place):
                limits.check_depth(self.settings, depth + 1)
                child = self._child(resource, definition, submission, template)
                if child is not None:
                    found[definition.name] = self._one(definition, child, warned, depth + 1)
        return found

    def _one(
        self, definition: ResourceDefinition, submission: Submission, warned: list[str], depth: int
    ) -> dict[str, Any]:
        template = self.reader.parse(submission.template, submission.files, submission.environment.resource_registry)
        schemata, environment = template.parameter_schemata, submission.environment
        wrong: list[str] = []
        parameters = language.bind_known(template, environment, PSEUDO, wrong)
        warned += [f"{definition.place('properties')}: {it}" for it in wrong]
        reply = {
            "Type": definition.written.get("type"),
            "Description": template.description,
            "Parameters": {name: parameter_replies.parameter(schema, environment) for name, schema in schemata.items()},
        }
        if groups := template.raw.get("parameter_groups"):
            reply["ParameterGroups"] = groups
        if nested := self.reply(submission, template.under(parameters), parameters, warned, depth):
            reply["NestedParameters"] = nested
        return reply

    def _stacks(
        self, template: Template, parameters: Parameters, *, is_root: bool
    ) -> Iterator[tuple[StackResource, ResourceDefinition]]:
        plugins = {name: self.validator.plugin(it, template.files) for name, it in template.resources.items()}
        future = {name: FutureResource(name, plugin) for name, plugin in plugins.items()}
        scope = EngineScope(parameters, template.files, future)
        for name, definition in template.resources.items():
            plugin = plugins[name]
            if not issubclass(plugin, StackResource):
                continue
            try:
                given = resolve(definition.properties, scope) or {}
                if given is UNKNOWN:
                    continue
                if not is_root:  # as in Heat: unknown properties are ignored here; a create reports them
                    given = {key: value for key, value in given.items() if key in plugin.properties_schema}
                properties = plugin.checked_properties(given, definition.place("properties"), UNKNOWN)
                metadata = resolve(definition.metadata, scope)
            except exception.HeatliteError:  # the check has already warned of the invalid value
                continue
            instance = self.validator.instance(definition, NOBODY, properties, metadata)
            yield plugin(dataclasses.replace(instance, files=template.files)), definition

    def _child(
        self, resource: StackResource, definition: ResourceDefinition, parent: Submission, template: Template
    ) -> Submission | None:
        written = resource.child_sample().template
        if written is None:
            return None
        raw = self.reader.load(written)
        given = {name: value for name, value in resource.child_parameters().items() if not holds_unknown(value)}
        environment = environment_of_child(parent.environment, template, definition, given)
        return Submission(raw, parent.files, environment)
