"""Pseudo parameters: what a template may ask about its own stack without declaring it, in the words of its dialect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from heatlite.template.dialects import HOT, Dialect
from heatlite.template.unknown import UNKNOWN

NOT_SHOWN = frozenset({"OS::region"})
"""Those that Heat's API doesn't list among a stack's parameters."""

CLOUDFORMATION_REGION = "ap-southeast-1"
"""``AWS::Region`` of every stack, as in Heat: an OpenStack region isn't one of Amazon's."""


@dataclass(frozen=True)
class PseudoParameters:
    """Their values for one stack. The id of a stack that isn't stored yet is ``""`` here, and unknown to a template."""

    stack_name: str
    stack_id: str
    project_id: str
    region: str

    def values(self, dialect: Dialect = HOT) -> dict[str, Any]:
        """Name, as templates of the dialect write it, to value."""
        every = {
            "OS::stack_id": self.stack_id or UNKNOWN,
            "OS::project_id": self.project_id,
            "OS::stack_name": self.stack_name,
            "OS::region": self.region,
            "AWS::StackId": self._arn(),
            "AWS::StackName": self.stack_name,
            "AWS::Region": CLOUDFORMATION_REGION,
        }
        return {name: every[name] for name in dialect.pseudo_parameters}

    def _arn(self) -> Any:
        path = f"stacks/{quote(self.stack_name, '')}/{quote(self.stack_id, '')}"
        return f"arn:openstack:heat::{quote(self.project_id, '')}:{path}" if self.stack_id else UNKNOWN
