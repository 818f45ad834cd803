"""What a nested stack would be, before anything is made: validation goes down into it with what is known by then.

    resource ──▶ child_template, child_parameters ──▶ the same checks as for the root, one level down

A parameter that isn't known yet is UNKNOWN in the nested template, like an attribute of a resource that isn't there.
An error has the whole path: ``resources.web<web.yaml>.resources.server: …``. What is still unknown is checked
when the nested stack is begun.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from heatlite import exception
from heatlite import template as language
from heatlite.engine import limits
from heatlite.engine.settings import Settings
from heatlite.template import UNKNOWN, Environment, Parameters, PseudoParameters, Template, holds_unknown


@dataclass
class Count:
    """Resources that have been seen in the whole tree."""

    resources: int = 0


@dataclass(frozen=True)
class Level:
    """Where in the tree validation is. A root is at depth 0; the count is one for all levels."""

    depth: int = 0
    goes_down: bool = True
    facade: Mapping[str, Any] | None = None
    seen: Count = field(default_factory=Count)

    @property
    def is_root(self) -> bool:
        """Whether it is a root that is validated, with all that is in it."""
        return self.depth == 0 and self.goes_down

    def below(self, facade: Mapping[str, Any]) -> Level:
        """One level down."""
        return dataclasses.replace(self, depth=self.depth + 1, facade=facade)

    def check(self, settings: Settings, more: int = 0) -> None:
        """Count resources, and refuse a tree that is too deep or has too many.

        :raises RequestLimitExceeded: where it is too deep
        :raises StackResourceLimitExceeded: where it has too many resources
        """
        limits.check_depth(settings, self.depth)
        self.seen.resources += more
        limits.check_resources(settings, self.seen.resources)


def facade_of(definition: language.ResourceDefinition, metadata: Any) -> dict[str, Any]:
    """What a nested template may read of the resource that it is, as far as it is known."""
    policies = {"deletion_policy": definition.deletion_policy, "update_policy": UNKNOWN}
    return {"metadata": metadata, **policies}


def bind(template: Template, environment: Environment, pseudo: PseudoParameters) -> Parameters:
    """The values of a template's parameters, where those that are given may not be known yet.

    :raises HeatliteError: as ``heatlite.template.bind``
    """
    unknown = {name for name, value in environment.parameters.items() if holds_unknown(value)}
    schemata = template.parameter_schemata
    if not unknown <= schemata.keys():
        raise exception.UnknownUserParameter(key=sorted(unknown - schemata.keys())[0])
    given = {name: value for name, value in environment.parameters.items() if name not in unknown}
    declared = {name: schema for name, schema in schemata.items() if name not in unknown}
    bound = language.bind(
        dataclasses.replace(template, parameter_schemata=declared),
        dataclasses.replace(environment, parameters=given),
        pseudo,
    )
    values = {**bound.values_by_name, **dict.fromkeys(unknown, UNKNOWN)}
    return dataclasses.replace(bound, schemata=schemata, values_by_name=values)
