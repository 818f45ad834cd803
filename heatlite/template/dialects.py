"""The dialects and versions of the template language: HOT, and CloudFormation's, with other names for the same things.

====================== ======================= ==============================
thing                  HOT                     CloudFormation
====================== ======================= ==============================
a section              resources               Resources
a keyword of one       depends_on              DependsOn
a choice               if                      Fn::If
a pseudo parameter     OS::stack_name          AWS::StackName
====================== ======================= ==============================

Inside heatlite each thing has HOT's name. A dialect translates a template's words. A date identifies both version and
dialect: no two dialects share a date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from heatlite.exception import InvalidTemplateVersion

RESOURCE = ("type", "properties", "metadata", "depends_on", "deletion_policy", "update_policy", "description")
OUTPUT = ("value", "description")
CONDITION = "condition"


@dataclass(frozen=True)
class Dialect:
    """The words of one dialect."""

    kind: str
    """``hot`` or ``cfn``, as the client API calls them."""
    version_key: str
    sections: tuple[str, ...]
    """HOT's names of the sections, without ``conditions``, which some versions lack."""
    resource_keywords: frozenset[str]
    if_name: str
    pseudo_parameters: tuple[str, ...]
    words: Mapping[str, str] = field(default_factory=dict)
    """HOT's word → the dialect's word, where they differ."""
    refuses_unknown_keywords: bool = True
    """Whether a resource or an output may have no other keywords."""

    def word(self, name: str) -> str:
        """Return the dialect's word for a section or keyword."""
        return self.words.get(name, name)

    def plain(self, definition: Mapping[str, Any]) -> dict[str, Any]:
        """Return a resource's definition with HOT's names, without keywords that HOT doesn't have."""
        names = {self.word(name): name for name in (*self.resource_keywords, CONDITION)}
        return {names[word]: value for word, value in definition.items() if word in names}

    def written(self, definition: Mapping[str, Any]) -> dict[str, Any]:
        """Return a definition with the dialect's words, given one with HOT's names."""
        return {self.word(name): value for name, value in definition.items()}


HOT = Dialect(
    kind="hot",
    version_key="heat_template_version",
    sections=("description", "parameter_groups", "parameters", "resources", "outputs"),
    resource_keywords=frozenset({*RESOURCE, "external_id"}),
    if_name="if",
    pseudo_parameters=("OS::stack_id", "OS::project_id", "OS::stack_name", "OS::region"),
)


def _cloudformation(version_key: str) -> Dialect:
    sections = ("description", "mappings", "parameters", "resources", "outputs")
    names = (*sections, "conditions", *RESOURCE, *OUTPUT, CONDITION)
    return Dialect(
        kind="cfn",
        version_key=version_key,
        sections=sections,
        resource_keywords=frozenset(RESOURCE),
        if_name="Fn::If",
        pseudo_parameters=("AWS::StackId", "AWS::StackName", "AWS::Region"),
        words={name: name.title().replace("_", "") for name in names},
        refuses_unknown_keywords=False,  # templates for other engines may have more keywords
    )


AWS = _cloudformation("AWSTemplateFormatVersion")
HEAT = _cloudformation("HeatTemplateFormatVersion")

DIALECTS = (HOT, AWS, HEAT)


VERSION_KEY = HOT.version_key

VERSIONS = (
    "2013-05-23",
    "2014-10-16",
    "2015-04-30",
    "2015-10-15",
    "2016-04-08",
    "2016-10-14",
    "2017-02-24",
    "2017-09-01",
    "2018-03-02",
    "2018-08-31",
    "2021-04-16",
)
"""HOT's versions. The dates are texts whose alphabetical order is their order in time."""

RELEASES: Mapping[str, str] = {
    "newton": "2016-10-14",
    "ocata": "2017-02-24",
    "pike": "2017-09-01",
    "queens": "2018-03-02",
    "rocky": "2018-08-31",
    "wallaby": "2021-04-16",
}

CLOUDFORMATION: Mapping[str, Dialect] = {"2010-09-09": AWS, "2012-12-12": HEAT}

CONDITIONS_SINCE = "2016-10-14"
"""HOT's first version with conditions. Of CloudFormation's dialects, only AWS's own has them."""


def version_of(raw: Mapping[str, Any]) -> str:
    """Return the date of a template's version, also when the template names a release.

    :raises InvalidTemplateVersion: when the template has no version, more than one, or an unknown one
    """
    named = [dialect for dialect in DIALECTS if isinstance(raw.get(dialect.version_key), str)]
    if not named:
        hint = f'write "{VERSION_KEY}: {VERSIONS[-1]}", or the version that the template was written for'
        raise InvalidTemplateVersion(explanation=f"Template version was not provided: {hint}")
    if len(named) > 1:
        keys = ", ".join(dialect.version_key for dialect in named)
        raise InvalidTemplateVersion(explanation=f"Ambiguous versions ({keys})")
    [dialect] = named
    return _dated(dialect, raw[dialect.version_key])


def _dated(dialect: Dialect, written: str) -> str:
    version = RELEASES.get(written, written) if dialect is HOT else written
    if version not in versions_of(dialect):
        key, releases = dialect.version_key, sorted(RELEASES) if dialect is HOT else ()
        known = ", ".join((*versions_of(dialect), *releases))
        raise InvalidTemplateVersion(explanation=f'"{key}: {written}". "{key}" should be one of: {known}')
    return version


def versions_of(dialect: Dialect) -> tuple[str, ...]:
    """Return the versions of a dialect."""
    return VERSIONS if dialect is HOT else tuple(date for date, it in CLOUDFORMATION.items() if it is dialect)


def dialect_of(version: str) -> Dialect:
    """Return the dialect of a version."""
    return CLOUDFORMATION.get(version, HOT)


def has_conditions(version: str) -> bool:
    """Tell whether a version has conditions."""
    dialect = dialect_of(version)
    return version >= CONDITIONS_SINCE if dialect is HOT else dialect is AWS
