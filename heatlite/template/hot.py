"""A template as a value: parsed once, immutable, shared by everyone who works on a stack that uses it.

::

    raw --> version --> sections known? --> parameter schemata --+
                                            names of resources --+--> definitions, each with its own compiler
                                            resource registry  --+
                                            conditions ------------> those come later, with the parameters (``under``),
                                                                     and so do names that are computed
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from heatlite.exception import StackValidationFailed
from heatlite.template import computed_names
from heatlite.template.compiler import Compiler, Names
from heatlite.template.computed_names import ComputedNames
from heatlite.template.conditions import Conditions, are_used
from heatlite.template.definitions import OutputDefinition, ResourceDefinition
from heatlite.template.dialects import Dialect
from heatlite.template.functions import vocabulary_of
from heatlite.template.interface import parameters_of
from heatlite.template.parameter_groups import check_parameter_groups
from heatlite.template.parameter_schema import ParameterSchema
from heatlite.template.path import check_nesting
from heatlite.template.read_definitions import check_are_texts, check_names, read_outline, read_output, read_resource
from heatlite.template.resource_registry import ResourceRegistry
from heatlite.template.sections import check_sections, section_of, words_at
from heatlite.template.versions import dialect_of, has_conditions, version_of

NO_DESCRIPTION = "No description"


@dataclass(frozen=True)
class Template:
    """A template that has been found well-formed, and whose references all lead somewhere.

    ``version`` is a date, also where the template names a release. The maps are read-only. Where conditions decide
    what is in it, or names in it are computed, ``resources`` and ``outputs`` hold no more than names and types until
    ``under`` says for which parameters.
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
    computes_names: bool = False
    """Whether parameters say which resource something in it refers to, or what a deletion policy is."""
    is_decided: bool = False
    """Whether it is what conditions leave for one stack's parameters."""

    @property
    def dialect(self) -> Dialect:
        """The one that it is written in."""
        return dialect_of(self.version)

    def under(self, parameters: Mapping[str, Any]) -> Template:
        """The template as it is for these parameters: what their conditions leave of it.

        :param parameters: values, pseudo parameters included: usually a ``Parameters``
        :raises: what ``parse`` does, for definitions that weren't looked into before
        """
        if self.conditions is None and not self.computes_names:
            return self
        written, resources, outputs = self._left(parameters)
        mappings = section_of(self.raw, "mappings", self.dialect)
        if self.computes_names:
            names, word = ComputedNames.of(self.version, parameters, self.files, mappings), self.dialect.word
            resources = names.written_out(resources, word("resources"))
            outputs = names.written_out(outputs, word("outputs"))
        reader = Reader(self.version, self.parameter_schemata, resources, self.files, self.registry, written, mappings)
        return dataclasses.replace(
            self,
            resources=reader.resources(),
            outputs=reader.outputs(outputs),
            conditions=None,
            computes_names=False,
            is_decided=True,
        )

    def _left(self, parameters: Mapping[str, Any]) -> tuple[Collection[str], Mapping[str, Any], Mapping[str, Any]]:
        """The names of all resources; the resources and the outputs that conditions leave, as they are written."""
        dialect, word = self.dialect, self.dialect.word
        resources, outputs = (section_of(self.raw, name, dialect) for name in ("resources", "outputs"))
        if self.conditions is None:
            return resources.keys(), resources, outputs
        truth = self.conditions.truth(parameters)
        left = truth.kept(outputs, word("outputs"))
        kept = {name: left[name] if name in left else without_value(it, dialect) for name, it in outputs.items()}
        return resources.keys(), truth.kept(resources, word("resources")), kept

    def reads_alike(self, reader: Reader) -> bool:
        """Whether a definition that is written alike means the same to this reader."""
        return (
            (self.conditions, self.computes_names, self.is_decided) == (None, False, False)
            and self.version == reader.version
            and self.resources.keys() == reader.written.keys()
            and self.files == reader.files
            and self.registry == reader.registry
            and section_of(self.raw, "mappings", self.dialect) == reader.mappings
            and dict(self.parameter_schemata) == dict(reader.schemata)
        )


def without_value(output: Mapping[str, Any], dialect: Dialect) -> dict[str, Any]:
    """An output whose condition doesn't hold: it is there, as in Heat, and has no value."""
    description = dialect.word("description")
    return {**{key: output[key] for key in output if key == description}, dialect.word("value"): None}


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
    mappings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def dialect(self) -> Dialect:
        """The one that all of them are written in."""
        return dialect_of(self.version)

    def resources(self, known: Template | None = None) -> Mapping[str, ResourceDefinition]:
        """The definitions of all resources.

        :param known: a template that has been read; what is written alike there isn't read again
        """
        read = known.resources if known is not None and known.reads_alike(self) else {}
        return MappingProxyType({name: self._resource(name, it, read.get(name)) for name, it in self.written.items()})

    def _resource(self, name: str, written: Any, known: ResourceDefinition | None) -> ResourceDefinition:
        if known is not None and known.spelling == repr(written):
            return known
        return read_resource(name, written, self._compiler(), self.registry, self.every_name, self.dialect)

    def outputs(self, written: Mapping[str, Any]) -> Mapping[str, OutputDefinition]:
        """The definitions of these outputs."""
        compiled = {name: read_output(name, it, self._lenient(), self.dialect) for name, it in written.items()}
        return MappingProxyType(compiled)

    def outline(self) -> Mapping[str, ResourceDefinition]:
        """The names and types of all resources, and nothing that a condition may decide."""
        return MappingProxyType(
            {name: read_outline(name, it, self.registry, self.dialect) for name, it in self.written.items()}
        )

    def _lenient(self) -> Compiler:
        """What can't be had in an output harms nothing but the output itself."""
        return dataclasses.replace(self._compiler(), is_lenient=True)

    def _compiler(self) -> Compiler:
        parameters = {*self.schemata, *self.dialect.pseudo_parameters}
        names = Names(self.written.keys(), parameters, self.files.keys(), mappings=self.mappings)
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
    dialect = dialect_of(version)
    schemata = _read_parameters(raw, dialect)
    resources, outputs, mappings = (section_of(raw, name, dialect) for name in ("resources", "outputs", "mappings"))
    check_names(resources, dialect.word("resources"))
    check_are_texts(outputs, dialect.word("outputs"))
    conditions, computes = _read_conditions(raw, version, schemata), computed_names.are_used(raw, version)
    is_whole = conditions is None and not computes
    registry = ResourceRegistry.read(resource_registry, operator_registry)
    reader = Reader(version, schemata, resources, files, registry, resources.keys(), mappings)
    return Template(
        raw=raw,
        version=version,
        description=words_at(raw, dialect.word("description")) or NO_DESCRIPTION,
        parameter_schemata=MappingProxyType(schemata),
        resources=reader.resources(known) if is_whole else reader.outline(),
        outputs=reader.outputs(outputs) if is_whole else MappingProxyType({}),
        files=files,
        registry=registry,
        conditions=conditions,
        computes_names=computes,
    )


def _read_parameters(raw: Mapping[str, Any], dialect: Dialect) -> dict[str, ParameterSchema]:
    schemata = parameters_of(raw, dialect)
    if raw.get("parameter_groups") is not None:
        check_parameter_groups(raw["parameter_groups"], schemata.keys())
    return schemata


def _read_conditions(
    raw: Mapping[str, Any], version: str, schemata: Mapping[str, ParameterSchema]
) -> Conditions | None:
    """The section, well-formed; None where nothing depends on it."""
    if not has_conditions(version):
        return None
    dialect = dialect_of(version)
    written, mappings = (section_of(raw, name, dialect) for name in ("conditions", "mappings"))
    conditions = Conditions.read(written, version, {*schemata, *dialect.pseudo_parameters}, mappings)
    return conditions if are_used(raw, dialect) else None
