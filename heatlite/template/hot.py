"""A HOT template as a value: parsed once, immutable, shared by everyone who works on a stack that uses it.

::

    raw --> version --> sections known? --> parameter schemata --+
                                            names of resources --+--> definitions, each with its own compiler
                                            resource registry  --+
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from heatlite.exception import StackValidationFailed
from heatlite.template.compiler import Compiler, Names
from heatlite.template.definitions import OutputDefinition, ResourceDefinition
from heatlite.template.functions import vocabulary_of
from heatlite.template.parameter_groups import check_parameter_groups
from heatlite.template.parameter_schema import ParameterSchema, read_parameter_schema
from heatlite.template.path import check_nesting
from heatlite.template.pseudo import PSEUDO_PARAMETERS
from heatlite.template.read_definitions import check_names, read_output, read_resource
from heatlite.template.sections import check_sections, map_at, text_at
from heatlite.template.type_mapping import read_type_mapping
from heatlite.template.versions import version_of

NO_DESCRIPTION = "No description"


@dataclass(frozen=True)
class Template:
    """A template that has been found well-formed, and whose references all lead somewhere.

    ``version`` is a date, also where the template names a release. The maps are read-only.
    """

    raw: Mapping[str, Any]
    version: str
    description: str
    parameter_schemata: Mapping[str, ParameterSchema]
    resources: Mapping[str, ResourceDefinition]
    outputs: Mapping[str, OutputDefinition]
    files: Mapping[str, str]


def parse(raw: Mapping[str, Any], files: Mapping[str, str] = {}, resource_registry: Mapping[str, Any] = {}) -> Template:
    """The template that plain values, such as ``load`` gives, make up.

    Circles among the resources aren't looked for: they are found when the graph is made.

    :param files: what ``get_file`` may name
    :param resource_registry: an environment's registry; only names mapped to names are supported
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
    names = Names(resources.keys(), {*schemata, *PSEUDO_PARAMETERS}, files.keys())
    types, vocabulary = read_type_mapping(resource_registry), vocabulary_of(version)
    return Template(
        raw=raw,
        version=version,
        description=text_at(raw, "description") or NO_DESCRIPTION,
        parameter_schemata=MappingProxyType(schemata),
        resources=MappingProxyType(
            {name: read_resource(name, it, Compiler(vocabulary, names), types) for name, it in resources.items()}
        ),
        outputs=MappingProxyType(
            {name: read_output(name, it, Compiler(vocabulary, names)) for name, it in outputs.items()}
        ),
        files=files,
    )


def _read_parameters(raw: Mapping[str, Any]) -> dict[str, ParameterSchema]:
    written = map_at(raw, "parameters")
    schemata = {name: read_parameter_schema(name, declared) for name, declared in written.items()}
    if raw.get("parameter_groups") is not None:
        check_parameter_groups(raw["parameter_groups"], schemata.keys())
    return schemata
