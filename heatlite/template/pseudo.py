"""Pseudo parameters: values that a template may read about its own stack without declaring them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from heatlite.template.dialects import HOT, Dialect
from heatlite.template.unknown import UNKNOWN

NOT_SHOWN = frozenset({"OS::region"})
"""The pseudo parameters that Heat's API doesn't list among a stack's parameters."""

CLOUDFORMATION_REGION = "ap-southeast-1"
"""``AWS::Region`` of every stack, as in Heat: an OpenStack region isn't one of Amazon's."""


@dataclass(frozen=True)
class PseudoParameters:
    """The values for one stack.

    A stack that isn't stored yet has the id ``""`` here, which templates see as UNKNOWN.
    """

    stack_name: str
    stack_id: str
    project_id: str
    region: str

    def values(self, dialect: Dialect = HOT) -> dict[str, Any]:
        """Return name → value, with the names of a dialect."""
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
