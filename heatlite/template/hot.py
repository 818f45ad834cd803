"""A HOT template as a value: parsed once, immutable, shared by everyone who works on a stack that uses it.

::

    raw --> version --> sections known? --> parameter schemata --+
                                            names of resources --+--> definitions, each with its own compiler
                                            resource registry  --+
                                            conditions ------------> those come later, with the parameters (``under``)
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from heatlite.exception import StackValidationFailed
from heatlite.template.compiler import Compiler, Names
from heatlite.template.conditions import Conditions, are_used
from heatlite.template.definitions import OutputDefinition, ResourceDefinition
from heatlite.template.functions import IF_SINCE, vocabulary_of
from heatlite.template.parameter_groups import check_parameter_groups
from heatlite.template.parameter_schema import ParameterSchema, read_parameter_schema
from heatlite.template.path import check_nesting
from heatlite.template.pseudo import PSEUDO_PARAMETERS
from heatlite.template.read_definitions import check_names, read_outline, read_output, read_resource
from heatlite.template.resource_registry import ResourceRegistry
from heatlite.template.sections import check_sections, map_at, text_at
from heatlite.template.versions import version_of

NO_DESCRIPTION = "No description"


@dataclass(frozen=True)
class Template:
    """A template that has been found well-formed, and whose references all lead somewhere.

    ``version`` is a date, also where the template names a release. The maps are read-only. Where conditions decide
    what is in it, ``resources`` and ``outputs`` hold no more than names and types until ``under`` says for which
    parameters.
    """

    raw: Mapping[str, Any]
    version: str
    description: str
    parameter_schemata: Mapping[str, ParameterSchema]
    resources: Mapping[str, ResourceDefinition]
    outputs: Mapping[str, OutputDefinition]
    files: Mapping[str, str]
    registry: ResourceRegistry
    conditions: Conditions | None = None
    """None: nothing in it depends on any."""
    is_decided: bool = False
    """Whether it is what conditions leave for one stack's parameters."""

    def under(self, parameters: Mapping[str, Any]) -> Template:
        """The template as it is for these parameters: what their conditions leave of it.

        :param parameters: values, pseudo parameters included: usually a ``Parameters``
        :raises: what ``parse`` does, for definitions that weren't looked into before
        """
        if self.conditions is None:
            return self
        truth = self.conditions.truth(parameters)
        written = map_at(self.raw, "resources")
        resources = truth.kept(written, "resources")
        outputs = truth.kept(map_at(self.raw, "outputs"), "outputs")
        reader = Reader(self.version, self.parameter_schemata, resources, self.files, self.registry, written.keys())
        found, given = reader.resources(), reader.outputs(outputs)
        return dataclasses.replace(self, resources=found, outputs=given, conditions=None, is_decided=True)

    def reads_alike(self, reader: Reader) -> bool:
        """Whether a definition that is written alike means the same to this reader."""
        return (
            (self.conditions, self.is_decided) == (None, False)
            and self.version == reader.version
            and self.resources.keys() == reader.written.keys()
            and self.files == reader.files
            and self.registry == reader.registry
            and dict(self.parameter_schemata) == dict(reader.schemata)
        )


@dataclass(frozen=True)
class Reader:
    """Reads definitions, each with a compiler of its own."""

    version: str
    schemata: Mapping[str, ParameterSchema]
    written: Mapping[str, Any]
    files: Mapping[str, str]
    registry: ResourceRegistry
    every_name: Collection[str]
    """Of resources, those included whose condition doesn't hold: they may be depended on, to no effect."""

    def resources(self, known: Template | None = None) -> Mapping[str, ResourceDefinition]:
        """The definitions of all resources.

        :param known: a template that has been read; what is written alike there isn't read again
        """
        read = known.resources if known is not None and known.reads_alike(self) else {}
        return MappingProxyType({name: self._resource(name, it, read.get(name)) for name, it in self.written.items()})

    def _resource(self, name: str, written: Any, known: ResourceDefinition | None) -> ResourceDefinition:
        if known is not None and known.spelling == repr(written):
            return known
        return read_resource(name, written, self._compiler(), self.registry, self.every_name)

    def outputs(self, written: Mapping[str, Any]) -> Mapping[str, OutputDefinition]:
        """The definitions of these outputs."""
        return MappingProxyType({name: read_output(name, it, self._compiler()) for name, it in written.items()})

    def outline(self) -> Mapping[str, ResourceDefinition]:
        """The names and types of all resources, and nothing that a condition may decide."""
        return MappingProxyType(
            {name: read_outline(name, definition, self.registry) for name, definition in self.written.items()}
        )

    def _compiler(self) -> Compiler:
        names = Names(self.written.keys(), {*self.schemata, *PSEUDO_PARAMETERS}, self.files.keys())
        return Compiler(vocabulary_of(self.version), names)


def parse(
    raw: Mapping[str, Any],
    files: Mapping[str, str] = {},
    resource_registry: Mapping[str, Any] = {},
    operator_registry: Mapping[str, Any] = {},
    known: Template | None = None,
) -> Template:
    """The template that plain values, such as ``load`` gives, make up.

    Circles among the resources aren't looked for: they are found when the graph is made.

    :param files: what ``get_file`` may name
    :param resource_registry: the registry of the user's environment
    :param operator_registry: that of the operator's, which is weaker
    :param known: one that may be much the same, such as the one before: what didn't change isn't read again
    :raises InvalidTemplateVersion: where the version is missing or unknown
    :raises InvalidTemplateSection: where there is a section that the version doesn't have
    :raises InvalidTemplateReference: where something refers to a resource that doesn't exist
    :raises InvalidSchemaError: where a parameter is declared wrongly
    :raises StackValidationFailed: for every other mistake, with its place in the template
    """
    if not isinstance(raw, Mapping):
        raise StackValidationFailed(message="The template is not a JSON object or YAML mapping.")
    check_nesting(raw)
    version = version_of(raw)
    check_sections(raw, version)
    schemata = _read_parameters(raw)
    resources, outputs = map_at(raw, "resources"), map_at(raw, "outputs")
    for section, name in ((resources, "resources"), (outputs, "outputs")):
        check_names(section, name)
    conditions = _read_conditions(raw, version, schemata)
    registry = ResourceRegistry.read(resource_registry, operator_registry)
    reader = Reader(version, schemata, resources, files, registry, resources.keys())
    return Template(
        raw=raw,
        version=version,
        description=text_at(raw, "description") or NO_DESCRIPTION,
        parameter_schemata=MappingProxyType(schemata),
        resources=reader.resources(known) if conditions is None else reader.outline(),
        outputs=reader.outputs(outputs) if conditions is None else MappingProxyType({}),
        files=files,
        registry=registry,
        conditions=conditions,
    )


def _read_parameters(raw: Mapping[str, Any]) -> dict[str, ParameterSchema]:
    written = map_at(raw, "parameters")
    schemata = {name: read_parameter_schema(name, declared) for name, declared in written.items()}
    if raw.get("parameter_groups") is not None:
        check_parameter_groups(raw["parameter_groups"], schemata.keys())
    return schemata


def _read_conditions(
    raw: Mapping[str, Any], version: str, schemata: Mapping[str, ParameterSchema]
) -> Conditions | None:
    """The section, well-formed; None where nothing depends on it."""
    if version < IF_SINCE:
        return None
    conditions = Conditions.read(map_at(raw, "conditions"), version, {*schemata, *PSEUDO_PARAMETERS})
    return conditions if are_used(raw) else None
