"""A parsed template: an immutable value that everything working on its stack shares.

::

    raw --> version --> sections known? --> parameter schemata --+
                                            names of resources --+--> definitions, each with its own compiler
                                            resource registry  --+
                                            conditions ------------> evaluated later, with the parameters (``under``),
                                                                     as computed names are
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from heatlite.exception import StackValidationFailed
from heatlite.schema.sizes import values_and_weight
from heatlite.template import computed_names
from heatlite.template.compiler import Compiler, Names
from heatlite.template.computed_names import ComputedNames
from heatlite.template.conditions import Conditions, are_used
from heatlite.template.definitions import (
    OutputDefinition,
    ResourceDefinition,
    check_are_texts,
    check_names,
    read_outline,
    read_output,
    read_resource,
)
from heatlite.template.dialects import Dialect, dialect_of, has_conditions, version_of
from heatlite.template.functions import vocabulary_of
from heatlite.template.interface import parameters_of
from heatlite.template.parameter_groups import check_parameter_groups
from heatlite.template.parameter_schema import ParameterSchema
from heatlite.template.path import check_nesting, check_sections, section_of, words_at
from heatlite.template.resource_registry import ResourceRegistry

NO_DESCRIPTION = "No description"


@dataclass(frozen=True)
class Template:
    """A well-formed template without dangling references.

    ``version`` is a date, even when the template names a release. The maps are read-only. When the template has
    conditions or computed names, ``resources`` and ``outputs`` hold only names and types until ``under`` receives the
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
    """None: nothing in it depends on a condition."""
    computes_names: bool = False
    """Whether parameters determine a referenced resource or a deletion policy."""
    is_decided: bool = False
    """Whether conditions have been applied for one stack's parameters."""

    @property
    def dialect(self) -> Dialect:
        """The dialect of the template."""
        return dialect_of(self.version)

    @cached_property
    def values_and_weight(self) -> tuple[int, int]:
        """The number of values in the template and its files, and what they weigh: see ``schema.sizes``."""
        values, weight = values_and_weight([self.raw, self.files])
        return values, weight

    def under(self, parameters: Mapping[str, Any]) -> Template:
        """Return the template for these parameters: conditions and computed names are applied.

        :param parameters: values, including pseudo parameters; usually a ``Parameters``
        :raises: the errors of ``parse``, for definitions that are read only now
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
        """Return the names of all resources, and the raw resources and outputs that conditions leave."""
        dialect, word = self.dialect, self.dialect.word
        resources, outputs = (section_of(self.raw, name, dialect) for name in ("resources", "outputs"))
        if self.conditions is None:
            return resources.keys(), resources, outputs
        truth = self.conditions.truth(parameters)
        left = truth.kept(outputs, word("outputs"))
        kept = {name: left[name] if name in left else without_value(it, dialect) for name, it in outputs.items()}
        return resources.keys(), truth.kept(resources, word("resources")), kept

    @property
    def is_plain(self) -> bool:
        """Whether nothing in it depends on a condition, a computed name or a computed policy."""
        return self.conditions is None and not self.computes_names and not self.is_decided

    def spelled_alike(self, version: str, resources: Mapping[str, Any]) -> frozenset[str]:
        """Return which of a template's resources are defined by the same text here, if that is enough to know them.

        Texts are compared, because 1 == True in Python.
        """
        if not self.is_plain or self.version != version:
            return frozenset()
        known = self.resources
        return frozenset(name for name, it in resources.items() if name in known and known[name].spelling == repr(it))

    def reads_alike(self, reader: Reader) -> bool:
        """Tell whether this reader would read an equal definition to the same result."""
        return (
            self.is_plain
            and self.version == reader.version
            and self.resources.keys() == reader.written.keys()
            and self.files == reader.files
            and self.registry == reader.registry
            and section_of(self.raw, "mappings", self.dialect) == reader.mappings
            and dict(self.parameter_schemata) == dict(reader.schemata)
        )


def without_value(output: Mapping[str, Any], dialect: Dialect) -> dict[str, Any]:
    """Return an output whose condition is false: as in Heat it exists, without a value."""
    description = dialect.word("description")
    return {**{key: output[key] for key in output if key == description}, dialect.word("value"): None}


@dataclass(frozen=True)
class Reader:
    """Reads definitions, each with its own compiler."""

    version: str
    schemata: Mapping[str, ParameterSchema]
    written: Mapping[str, Any]
    files: Mapping[str, str]
    registry: ResourceRegistry
    every_name: Collection[str]
    """The names of all resources, including those whose condition is false:

    ``depends_on`` may name them, without effect.
    """
    mappings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def dialect(self) -> Dialect:
        """The dialect of all definitions."""
        return dialect_of(self.version)

    def resources(self, known: Template | None = None, alike: Collection[str] = ()) -> Mapping[str, ResourceDefinition]:
        """Read the definitions of all resources.

        :param known: an already parsed template
        :param alike: the names whose definitions are spelled alike there; they aren't read again where it can be helped
        """
        read = known.resources if known is not None and known.reads_alike(self) else {}
        return MappingProxyType(
            {
                name: read[name] if name in read and name in alike else self._resource(name, it)
                for name, it in self.written.items()
            }
        )

    def _resource(self, name: str, written: Any) -> ResourceDefinition:
        return read_resource(name, written, self._compiler(), self.registry, self.every_name, self.dialect)

    def outputs(self, written: Mapping[str, Any]) -> Mapping[str, OutputDefinition]:
        """Read the definitions of these outputs."""
        compiled = {name: read_output(name, it, self._lenient(), self.dialect) for name, it in written.items()}
        return MappingProxyType(compiled)

    def outline(self) -> Mapping[str, ResourceDefinition]:
        """Read only the names and types of all resources, and nothing that depends on a condition."""
        return MappingProxyType(
            {name: read_outline(name, it, self.registry, self.dialect) for name, it in self.written.items()}
        )

    def _lenient(self) -> Compiler:
        """Return a compiler that tolerates errors, because an error in an output must harm only this output."""
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
    """Parse plain values, such as ``load`` returns, to a template.

    It doesn't look for dependency cycles: they are found when the graph is built.

    :param files: the files for ``get_file``, by name
    :param resource_registry: the registry of the user's environment
    :param operator_registry: the registry of the operator's environment, which is weaker
    :param known: a similar template, such as the previous one; unchanged definitions aren't read again
    :raises InvalidTemplateVersion: when the version is missing or unknown
    :raises InvalidTemplateSection: when the version doesn't have a section
    :raises InvalidTemplateReference: when a referenced resource doesn't exist
    :raises InvalidSchemaError: when a parameter declaration is wrong
    :raises StackValidationFailed: for every other error, with its place in the template
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
    alike = known.spelled_alike(version, resources) if known is not None else frozenset()
    fresh = {**raw, dialect.word("resources"): {name: it for name, it in resources.items() if name not in alike}}
    conditions, computes = _read_conditions(fresh, version, schemata), computed_names.are_used(fresh, version)
    is_whole = conditions is None and not computes
    registry = ResourceRegistry.read(resource_registry, operator_registry)
    reader = Reader(version, schemata, resources, files, registry, resources.keys(), mappings)
    return Template(
        raw=raw,
        version=version,
        description=words_at(raw, dialect.word("description")) or NO_DESCRIPTION,
        parameter_schemata=MappingProxyType(schemata),
        resources=reader.resources(known, alike) if is_whole else reader.outline(),
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
    """Read the section ``conditions``. Return None when nothing depends on a condition."""
    if not has_conditions(version):
        return None
    dialect = dialect_of(version)
    written, mappings = (section_of(raw, name, dialect) for name in ("conditions", "mappings"))
    conditions = Conditions.read(written, version, {*schemata, *dialect.pseudo_parameters}, mappings)
    return conditions if are_used(raw, dialect) else None
