"""Validation: what is accepted is valid. Everything that can be known before anything is made is checked here.

    name ─▶ sizes ─▶ parse ─▶ parameters ─▶ conditions ─▶ number of resources ─▶ circles ─▶ types
                                                                 properties, attributes, outputs ◀─┘

Nothing is written; an error names its place in the template.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heatlite import exception
from heatlite import template as language
from heatlite.convergence.graph import Graph
from heatlite.engine import limits
from heatlite.engine.inputs import Inputs
from heatlite.engine.scope import EngineScope, FutureResource
from heatlite.engine.settings import Settings
from heatlite.resources.base import Resource
from heatlite.resources.instance import Instance
from heatlite.resources.registry import Registry
from heatlite.template import UNKNOWN, resolve

MOST_TOLD = 20
"""Mistakes that one error tells of."""

STACK_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_.-]{0,254}")


@dataclass(frozen=True)
class Submission:
    """A template as a client hands it in, with files and environment."""

    template: Mapping[str, Any]
    files: Mapping[str, str]
    environment: language.Environment


@dataclass(frozen=True)
class Identity:
    """The stack that a template is validated for."""

    stack_id: str
    stack_name: str
    tenant: str

    @property
    def pseudo(self) -> language.PseudoParameters:
        """The values of the pseudo parameters."""
        return language.PseudoParameters(
            stack_name=self.stack_name, stack_id=self.stack_id, project_id=self.tenant, region=""
        )


def check_name(name: object) -> str:
    """A stack's name, if it may be one.

    :raises StackValidationFailed: saying what a name may look like
    """
    if not isinstance(name, str) or not STACK_NAME.fullmatch(name):
        raise exception.StackValidationFailed(
            message=f"Invalid stack name {name} must contain only alphanumeric or '_-.' characters, must start with "
            "alpha and must be 255 characters or less."
        )
    return name


@contextlib.contextmanager
def collected(mistakes: list[exception.HeatliteError]) -> Iterator[None]:
    """Note what is wrong with one part, and go on with the next.

    :raises RequestLimitExceeded: at once
    """
    try:
        yield
    except exception.RequestLimitExceeded:  # what has taken too long isn't done once more for each of the others
        raise
    except exception.HeatliteError as error:
        mistakes.append(error)


def raise_all(mistakes: Sequence[exception.HeatliteError]) -> None:
    """Raise a single mistake as it is, and several as one error that tells each, a line for each.

    :raises HeatliteError: where there are any
    """
    if len(mistakes) == 1:
        raise mistakes[0]
    if mistakes:
        told = [str(mistake) for mistake in mistakes[:MOST_TOLD]]
        more = len(mistakes) - len(told)
        raise exception.StackValidationFailed(message="\n".join([*told, *([f"and {more} more"] if more else [])]))


class Validator:
    """Validates submissions against the installed plugins and the engine's limits."""

    def __init__(self, registry: Registry, settings: Settings, inputs: Inputs) -> None:
        self._registry = registry
        self._settings = settings
        self._inputs = inputs

    def validate(self, submission: Submission, identity: Identity) -> language.Template:
        """The parsed template, if a stack may be made of it.

        :raises HeatliteError: the first thing that is wrong, with its place
        """
        environment = submission.environment.to_dict()
        limits.check_sizes(self._settings, submission.template, submission.files, environment)
        registries = submission.environment.resource_registry, self._settings.operator_registry
        parsed = language.parse(submission.template, submission.files, *registries)
        parameters = language.bind(parsed, submission.environment, identity.pseudo)
        parsed = parsed.under(parameters)
        limits.check_resources(self._settings, len(parsed.resources))
        Graph({name: sorted(definition.requires) for name, definition in parsed.resources.items()}).order()
        self._check_resources(parsed, parameters, identity)
        return parsed

    def _check_resources(self, parsed: language.Template, parameters: language.Parameters, identity: Identity) -> None:
        plugins = {name: self._plugin(name, definition.type) for name, definition in parsed.resources.items()}
        future = {name: FutureResource(name, plugin) for name, plugin in plugins.items()}
        scope = EngineScope(parameters, parsed.files, future)
        mistakes: list[exception.HeatliteError] = []
        for definition in parsed.resources.values():
            with collected(mistakes):
                self._check_resource(definition, plugins[definition.name], scope, identity)
        for output in parsed.outputs.values():
            with collected(mistakes):
                resolve(output.value, scope)
        raise_all(mistakes)

    def _check_resource(
        self, definition: language.ResourceDefinition, plugin: type[Resource], scope: EngineScope, identity: Identity
    ) -> None:
        given = resolve(definition.properties, scope) or {}
        metadata = resolve(definition.metadata, scope) or {}
        if given is UNKNOWN:
            return
        properties = plugin.checked_properties(given, f"resources.{definition.name}.properties", UNKNOWN)
        plugin(self._instance(definition.name, definition.type, identity, properties, metadata)).validate()

    def _plugin(self, name: str, type_name: str) -> type[Resource]:
        try:
            return self._registry.get(type_name)
        except exception.EntityNotFound as error:
            raise exception.StackValidationFailed(path=["resources", name, "type"], message=error) from None

    def _instance(
        self, name: str, type_name: str, identity: Identity, properties: dict[str, Any], metadata: Any
    ) -> Instance:
        return Instance(
            name=name,
            uuid="",
            stack_name=identity.stack_name,
            stack_id=identity.stack_id,
            project_id=identity.tenant,
            type_name=type_name,
            properties=properties,
            metadata=metadata if isinstance(metadata, Mapping) else {},
            now=self._inputs.now,
            random=self._inputs.random,
            unknown=UNKNOWN,
        )
