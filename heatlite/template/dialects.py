"""The dialects of the template language: HOT, and CloudFormation's, with other names for the same things.

====================== ======================= ==============================
thing                  HOT                     CloudFormation
====================== ======================= ==============================
a section              resources               Resources
a keyword of one       depends_on              DependsOn
a choice               if                      Fn::If
a pseudo parameter     OS::stack_name          AWS::StackName
====================== ======================= ==============================

Inside heatlite each thing has HOT's name. A dialect translates a template's words: definitions are read with HOT's
names, and errors name the place in the user's words (``Resources.web.Properties.length``).
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
    """The words of one dialect."""

    kind: str
    """``hot`` or ``cfn``, as the client API calls them."""
    version_key: str
    sections: tuple[str, ...]
    """HOT's names of the sections, without ``conditions``, which some versions lack."""
    resource_keywords: frozenset[str]
    output_keywords: frozenset[str]
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
        refuses_unknown_keywords=False,  # templates for other engines may have more keywords
    )


AWS = _cloudformation("AWSTemplateFormatVersion")
HEAT = _cloudformation("HeatTemplateFormatVersion")

DIALECTS = (HOT, AWS, HEAT)
