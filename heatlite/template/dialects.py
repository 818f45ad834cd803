"""The dialects of the template language: HOT, and CloudFormation's, which says the same in other words.

====================== ======================= ==============================
what it is             HOT                     CloudFormation
====================== ======================= ==============================
a section              resources               Resources
a keyword of one       depends_on              DependsOn
a choice               if                      Fn::If
a pseudo parameter     OS::stack_name          AWS::StackName
====================== ======================= ==============================

Inside heatlite a thing has one name, HOT's. A dialect knows how a template writes it, so that what is read is read by
HOT's names, and a mistake is told where the user finds it (``Resources.web.Properties.length``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

RESOURCE = ("type", "properties", "metadata", "depends_on", "deletion_policy", "update_policy", "description")
OUTPUT = ("value", "description")
CONDITION = "condition"


@dataclass(frozen=True)
class Dialect:
    """How one dialect writes what the language has."""

    kind: str
    """``hot`` or ``cfn``, as the client API calls them."""
    version_key: str
    sections: tuple[str, ...]
    """By HOT's names; ``conditions``, which not every version has, isn't among them."""
    resource_keywords: frozenset[str]
    output_keywords: frozenset[str]
    if_name: str
    pseudo_parameters: tuple[str, ...]
    words: Mapping[str, str] = field(default_factory=dict)
    """HOT's word to its own, where they differ."""
    refuses_unknown_keywords: bool = True
    """Whether a resource or an output may have no keyword but these."""

    def word(self, name: str) -> str:
        """How a section or keyword is written."""
        return self.words.get(name, name)

    def plain(self, definition: Mapping[str, Any]) -> dict[str, Any]:
        """A resource's definition by HOT's names, without what the dialect has no name for."""
        names = {self.word(name): name for name in (*self.resource_keywords, CONDITION)}
        return {names[word]: value for word, value in definition.items() if word in names}

    def written(self, definition: Mapping[str, Any]) -> dict[str, Any]:
        """A definition by HOT's names, as it is written."""
        return {self.word(name): value for name, value in definition.items()}


HOT = Dialect(
    kind="hot",
    version_key="heat_template_version",
    sections=("description", "parameter_groups", "parameters", "resources", "outputs"),
    resource_keywords=frozenset({*RESOURCE, "external_id"}),
    output_keywords=frozenset(OUTPUT),
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
        output_keywords=frozenset(OUTPUT),
        if_name="Fn::If",
        pseudo_parameters=("AWS::StackId", "AWS::StackName", "AWS::Region"),
        words={name: name.title().replace("_", "") for name in names},
        refuses_unknown_keywords=False,  # templates that were written for other engines have more of them
    )


AWS = _cloudformation("AWSTemplateFormatVersion")
HEAT = _cloudformation("HeatTemplateFormatVersion")

DIALECTS = (HOT, AWS, HEAT)
